// Ids of the domain (docs/domain.md, 词表). Numbers are given by the authority, 128-bit ids by
// whoever publishes; ordinals by the engine, 1, 2, 3 … in order of first appearance.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/strong.h"

namespace fiscus {

using ProgrammeId = Strong<struct ProgrammeTag, std::uint32_t>;            // 活动
using PlatformId = Strong<struct PlatformTag, std::uint16_t>;              // 服务平台
using SourceId = Strong<struct SourceTag, std::uint16_t>;                  // 事件来源
using BatchId = Strong<struct BatchTag, std::uint32_t>;                    // 批次
using PackId = Strong<struct PackTag, std::uint16_t>;                      // 礼包
using DenominationId = Strong<struct DenominationTag, std::uint16_t>;      // 面额
using ConsumerOrdinal = Strong<struct ConsumerOrdinalTag, std::uint32_t>;  // 消费者
using MerchantOrdinal = Strong<struct MerchantOrdinalTag, std::uint32_t>;  // 商户

// 128 bits: natural keys, tokens, merchants. Zero means "none".
struct Id128 {
    std::uint64_t hi = 0;
    std::uint64_t lo = 0;

    [[nodiscard]] constexpr bool none() const { return hi == 0 && lo == 0; }
    friend constexpr auto operator<=>(const Id128&, const Id128&) = default;
};

// 32 lower-case hexadecimal digits, hi first.
std::string to_hex(Id128 id);
// Accepts 32 hexadecimal digits, with or without the hyphens of a UUID; nothing otherwise.
std::optional<Id128> id128_from_hex(std::string_view text);

}  // namespace fiscus
