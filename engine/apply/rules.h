// The rules of a programme and of a batch, as their opening events state them, laid out for
// look-up. Built when the event is accepted and again when state is opened: a pure function of the
// bytes.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "engine/apply/instant_rules.h"
#include "engine/apply/prize_rules.h"
#include "engine/base/amount.h"
#include "engine/base/ids.h"
#include "schemas/events_generated.h"

namespace fiscus::apply {

struct PackRules {
    PackId pack;
    wire::Channel channel = wire::Channel::any;
    std::uint16_t category = 0;  // 0: every one
};

struct DenominationRules {
    DenominationId denomination;
    PackId pack;
    Amount face;
    Amount threshold;
};

// A line of district_quotas that a claim counts for.
struct DistrictQuota {
    std::uint32_t district = 0;
    std::uint64_t count = 0;  // 0: there is no such line
};

// Every line of its batch that a claim counts for.
struct QuotaLines {
    std::uint64_t platform = 0;  // 0: there is no such line
    // Those of the district, of its prefecture and of its province, in this order.
    std::array<DistrictQuota, 3> districts{};
};

struct BatchRules {
    std::int64_t claim_from_us = 0;
    std::int32_t claim_first_day = 0;  // business day of claim_from
    std::int32_t redeem_first_day = 0;
    std::int32_t redeem_last_day = 0;
    std::uint16_t valid_days = 0;
    std::uint16_t ordinal = 0;  // BatchRecord
    std::uint8_t stacking_max = 1;
    bool restore_on_full_refund = false;
    bool shipping_inside_province = false;
    bool void_returns_quota = false;
    bool drawn = false;  // an instant draw gives its vouchers
    std::vector<PackRules> packs;
    std::vector<DenominationRules> denominations;
    std::vector<std::uint16_t> categories;  // sorted; empty: all
    tsl::robin_map<std::uint16_t, std::uint64_t> platform_quotas;
    // May name prefectures and provinces.
    tsl::robin_map<std::uint32_t, std::uint64_t> district_quotas;

    [[nodiscard]] const PackRules* pack(PackId id) const;
    [[nodiscard]] const DenominationRules* denomination(DenominationId id) const;
    // Last day of validity of a voucher claimed on `claim_day`.
    [[nodiscard]] std::int32_t last_day(std::int32_t claim_day) const;
    // On how many different days vouchers of the batch may end, at most: last_day() never falls and
    // claim_until may be moved, so all days from that of the first claim on.
    [[nodiscard]] std::int64_t cohorts_max() const {
        return std::int64_t{redeem_last_day} - last_day(claim_first_day) + 1;
    }
    [[nodiscard]] QuotaLines quota_lines(PlatformId platform, std::uint32_t district) const;
};

struct ProgrammeRules {
    tsl::robin_set<std::uint32_t> districts;  // may name prefectures and provinces
    std::vector<std::pair<std::uint16_t, std::uint16_t>> category_of_industry;  // sorted
    std::vector<std::uint16_t> categories;                                      // sorted
    std::uint8_t province = 0;
    bool registration_required = false;
    std::map<std::uint32_t, BatchRules> batches;  // of vouchers
    // Cohorts that its open batches may have, at most: what one ClockAdvanced may release.
    std::int64_t open_cohorts_max = 0;
    // Never one number in both.
    std::map<std::uint32_t, PrizeBatchRules> prize_batches;
    // By first day; no two have a day in common.
    std::map<std::int32_t, InstantDrawRules> instant_draws;

    [[nodiscard]] bool has_district(std::uint32_t district) const;
    [[nodiscard]] bool has_category(std::uint16_t category) const;
    // 0 when the programme's table does not name it.
    [[nodiscard]] std::uint16_t category_of(std::uint16_t industry) const;
};

// Nothing when a category stands twice or an industry in two of them.
std::optional<ProgrammeRules> programme_rules(const wire::ProgrammeOpened& event);
// Nothing when the batch's rules contradict themselves or the programme.
std::optional<BatchRules> batch_rules(const wire::BatchOpened& event,
                                      const ProgrammeRules& programme);

}  // namespace fiscus::apply
