#include "projections/store/codec.h"

namespace fiscus::projections {

std::uint64_t Reader::long_varint() {
    const char* const bytes = rest_.data();
    const std::size_t size = rest_.size();
    std::uint64_t value = 0;
    for (std::size_t at = 0; at < size && at < 10; ++at) {
        const auto byte = static_cast<unsigned char>(bytes[at]);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * at);
        if (byte < 0x80) {
            rest_.remove_prefix(at + 1);
            return value;
        }
    }
    return fail();
}

}  // namespace fiscus::projections
