# Writes IN as the C++ array that embedded_schema.h declares.
# Called at build time: cmake -DIN=events.bfbs -DOUT=embedded_schema.cc -P embed.cmake
file(READ ${IN} hex HEX)
file(SIZE ${IN} size)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REPEAT "0x..," 16 sixteen)
string(REGEX REPLACE "(${sixteen})" "    \\1\n" bytes "${bytes}")
file(WRITE ${OUT} "// Generated from events.bfbs.
#include \"engine/app/convert/embedded_schema.h\"

namespace fiscus::convert {

alignas(16) const unsigned char embedded_schema[] = {
${bytes}
};
const std::size_t embedded_schema_size = ${size};

}  // namespace fiscus::convert
")
