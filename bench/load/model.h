// What the generator remembers: the batches with their balances and counts, the merchants, and
// bounded rings of recent vouchers and redemptions. Just enough to know beforehand what the rules
// of docs/domain.md say to the next event; it shares no code with the engine. Thread: values, one
// thread at a time. Fails: never.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/catalogue.h"
#include "schemas/events_generated.h"

namespace fiscus::load {

inline constexpr std::size_t round_count = 5;
inline constexpr std::size_t batch_count = round_count * theme_count;
inline constexpr std::int32_t round_days = 6;
inline constexpr std::int32_t programme_days = 30;
// Days are counted from the programme's first; validity may reach beyond its last.
inline constexpr std::size_t day_slots = 48;
inline constexpr std::size_t recent_max = 64;

struct Source {
    std::uint16_t source = 0;
    std::uint32_t epoch = 1;
    std::uint64_t next_sequence = 1;
};

struct Merchant {
    wire::Id128 id;
    std::uint8_t district = 0;  // indexes of the catalogue
    std::uint8_t industry = 0;
    std::uint8_t channel = 0;
    std::uint8_t size_class = 0;
    bool suspended = false;
};

enum class VoucherState : std::uint8_t { claimed, redeemed, returned, voided };

struct Voucher {
    wire::Id128 key;
    std::int64_t occurred_us = 0;
    std::uint32_t consumer = 0;
    // Distance in the ring to the other voucher of the same consumer and batch; 0: none.
    std::int32_t partner = 0;
    std::uint8_t batch = 0;         // index
    std::uint8_t denomination = 0;  // index in the theme
    std::uint8_t platform = 0;      // index
    std::uint8_t last_day = 0;      // from the programme's first day
    VoucherState state = VoucherState::claimed;
};

struct Redemption {
    wire::Id128 key;
    std::int64_t occurred_us = 0;
    std::int64_t order_fen = 0;
    std::int64_t order_left_fen = 0;
    std::int64_t subsidy_fen = 0;
    std::int64_t subsidy_left_fen = 0;
    std::array<std::uint64_t, 2> vouchers{};  // numbers of the voucher ring
    std::array<std::uint8_t, 2> last_days{};
    std::array<std::uint8_t, 2> denominations{};
    std::uint8_t voucher_count = 0;
    std::uint8_t batch = 0;
    std::uint8_t platform = 0;
};

// The last 2^bits things, found by their number 0, 1, 2 …
template <typename T>
class Ring {
public:
    explicit Ring(std::size_t capacity) : slots_(capacity), mask_(capacity - 1) {}

    [[nodiscard]] std::uint64_t end() const { return end_; }
    [[nodiscard]] std::uint64_t kept() const { return end_ < slots_.size() ? end_ : slots_.size(); }
    [[nodiscard]] bool has(std::uint64_t number) const {
        return number < end_ && end_ - number <= slots_.size();
    }
    // Only while has(number).
    [[nodiscard]] T& operator[](std::uint64_t number) { return slots_[number & mask_]; }
    std::uint64_t push(const T& value) {
        slots_[end_ & mask_] = value;
        return end_++;
    }

private:
    std::vector<T> slots_;
    std::uint64_t mask_;
    std::uint64_t end_ = 0;
};

// One of the last accepted claims of a batch, to repeat the consumer on purpose.
struct RecentClaim {
    std::uint32_t consumer = 0;
    std::int32_t day = -1;
    std::uint64_t voucher = 0;
    std::uint8_t platform = 0;
    std::uint8_t claims = 0;  // 0: an empty place
};

struct BatchModel {
    std::uint32_t batch = 0;
    std::string name;
    const Theme* theme = nullptr;
    std::size_t theme_index = 0;
    std::int32_t first_day = 0;  // of the claim window, from the programme's first day
    std::int32_t redeem_last_day = 0;
    bool closed = false;

    std::uint64_t quota = 0;
    std::uint64_t quota_per_day = 0;
    std::array<std::uint64_t, platform_count> platform_quotas{};
    std::array<std::uint64_t, district_count> district_quotas{};

    std::uint64_t claimed = 0;
    std::array<std::uint64_t, day_slots> claimed_by_day{};
    std::array<std::uint64_t, platform_count> claimed_by_platform{};
    std::array<std::uint64_t, district_count> claimed_by_district{};

    std::int64_t budget_fen = 0;
    std::array<std::int64_t, day_slots> outstanding_fen{};
    std::array<std::int64_t, platform_count> payable_fen{};

    // Consumers are taken by a walk through all of them, so that none comes twice by accident.
    std::uint64_t walk_offset = 0;
    std::uint64_t walked = 0;
    std::uint64_t heavy_walked = 0;
    std::array<RecentClaim, recent_max> recent{};
    std::size_t recent_next = 0;
};

// One claim, described in full; `district_index` is out of range for a foreign district.
struct Claim {
    wire::Id128 key;
    std::int64_t occurred_us = 0;
    std::size_t batch = 0;
    std::size_t platform = 0;
    std::size_t denomination = 0;
    std::size_t district_index = 0;
    std::uint32_t district = 0;
    std::uint32_t consumer = 0;
    std::uint16_t pack_number = 0;
    std::uint16_t denomination_number = 0;
    std::uint32_t batch_number = 0;
    std::optional<std::size_t> repeats;  // place in BatchModel::recent
};

// What a platform would report of one batch and day.
struct ControlCount {
    std::uint64_t issued_count = 0;
    std::int64_t issued_fen = 0;
    std::uint64_t redeemed_count = 0;
    std::int64_t redeemed_fen = 0;
    std::uint64_t refunded_count = 0;
    std::int64_t refunded_fen = 0;
};

struct SettlementRequest {
    wire::Id128 key;
    std::size_t batch = 0;
    std::size_t platform = 0;
    std::int64_t amount_fen = 0;
};

}  // namespace fiscus::load
