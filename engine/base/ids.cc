#include "engine/base/ids.h"

namespace fiscus {

std::string to_hex(Id128 id) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text(32, '0');
    for (std::size_t i = 0; i < 16; ++i) {
        text[15 - i] = digits[(id.hi >> (4 * i)) & 0xf];
        text[31 - i] = digits[(id.lo >> (4 * i)) & 0xf];
    }
    return text;
}

std::optional<Id128> id128_from_hex(std::string_view text) {
    Id128 id;
    int count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '-' && text.size() == 36 && (i == 8 || i == 13 || i == 18 || i == 23)) {
            continue;
        }
        std::uint64_t digit = 0;
        if (c >= '0' && c <= '9') {
            digit = static_cast<std::uint64_t>(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            digit = static_cast<std::uint64_t>(c - 'a') + 10;
        } else if (c >= 'A' && c <= 'F') {
            digit = static_cast<std::uint64_t>(c - 'A') + 10;
        } else {
            return std::nullopt;
        }
        if (++count > 32) {
            return std::nullopt;
        }
        id.hi = (id.hi << 4) | (id.lo >> 60);
        id.lo = (id.lo << 4) | digit;
    }
    if (count != 32) {
        return std::nullopt;
    }
    return id;
}

}  // namespace fiscus
