#include "engine/draw/algorithm.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"

namespace fiscus::draw {
namespace {

constexpr std::array<Algorithm, 4> algorithms = {{
    {"hash-rank-v1", DrawKind::batch, HashKind::sha256},
    {"hash-rank-v1-sm3", DrawKind::batch, HashKind::sm3},
    {"instant-v1", DrawKind::day, HashKind::sha256},
    {"instant-v1-sm3", DrawKind::day, HashKind::sm3},
}};

}  // namespace

std::optional<Algorithm> algorithm_from_id(std::string_view id) {
    const auto* const found = std::ranges::find(algorithms, id, &Algorithm::id);
    return found == algorithms.end() ? std::nullopt : std::optional<Algorithm>(*found);
}

std::string_view algorithm_id(DrawKind kind, HashKind hash) {
    const auto* const found = std::ranges::find_if(
        algorithms, [&](const Algorithm& one) { return one.kind == kind && one.hash == hash; });
    FISCUS_CHECK(found != algorithms.end(), "both kinds of draw have both hashes");
    return found->id;
}

std::uint64_t first_word(const Digest& digest) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        word = word << 8U | std::to_integer<std::uint64_t>(digest[i]);
    }
    return word;
}

}  // namespace fiscus::draw
