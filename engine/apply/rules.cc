#include "engine/apply/rules.h"

#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/time.h"

namespace fiscus::apply {
namespace {

constexpr std::uint32_t prefecture_codes = 100;
constexpr std::uint32_t province_codes = 10'000;

template <typename T>
bool insert_sorted(std::vector<T>& values, T value) {
    const auto at = std::lower_bound(values.begin(), values.end(), value);
    if (at != values.end() && *at == value) {
        return false;
    }
    values.insert(at, value);
    return true;
}

template <typename T>
bool contains(const std::vector<T>& sorted, T value) {
    return std::binary_search(sorted.begin(), sorted.end(), value);
}

bool add_packs(BatchRules& rules, const wire::BatchOpened& event, const ProgrammeRules& programme) {
    if (event.packs() == nullptr || event.packs()->size() == 0 ||
        event.denominations() == nullptr || event.denominations()->size() == 0) {
        return false;
    }
    for (const wire::Pack* pack : *event.packs()) {
        const PackRules added{
            .pack = PackId(pack->pack()), .channel = pack->channel(), .category = pack->category()};
        if (rules.pack(added.pack) != nullptr ||
            (added.category != 0 && !programme.has_category(added.category))) {
            return false;
        }
        rules.packs.push_back(added);
    }
    for (const wire::Denomination* denomination : *event.denominations()) {
        const DenominationRules added{.denomination = DenominationId(denomination->denomination()),
                                      .pack = PackId(denomination->pack()),
                                      .face = Amount(denomination->face_fen()),
                                      .threshold = Amount(denomination->threshold_fen())};
        if (rules.denomination(added.denomination) != nullptr ||
            rules.pack(added.pack) == nullptr) {
            return false;
        }
        rules.denominations.push_back(added);
    }
    return true;
}

bool add_quotas(BatchRules& rules,
                const wire::BatchOpened& event,
                const ProgrammeRules& programme) {
    if (event.platform_quotas() != nullptr) {
        for (const wire::PlatformQuota* quota : *event.platform_quotas()) {
            if (quota->count() == 0 ||
                !rules.platform_quotas.emplace(quota->platform(), quota->count()).second) {
                return false;
            }
        }
    }
    if (event.district_quotas() != nullptr) {
        for (const wire::DistrictQuota* quota : *event.district_quotas()) {
            if (quota->count() == 0 ||
                !rules.district_quotas.emplace(quota->district(), quota->count()).second) {
                return false;
            }
        }
    }
    if (event.categories() != nullptr) {
        for (const std::uint16_t category : *event.categories()) {
            if (!programme.has_category(category)) {
                return false;
            }
            insert_sorted(rules.categories, category);
        }
    }
    return true;
}

}  // namespace

const PackRules* BatchRules::pack(PackId id) const {
    const auto at = std::find_if(packs.begin(), packs.end(),
                                 [id](const PackRules& pack) { return pack.pack == id; });
    return at == packs.end() ? nullptr : &*at;
}

const DenominationRules* BatchRules::denomination(DenominationId id) const {
    const auto at =
        std::find_if(denominations.begin(), denominations.end(),
                     [id](const DenominationRules& rules) { return rules.denomination == id; });
    return at == denominations.end() ? nullptr : &*at;
}

std::int32_t BatchRules::last_day(std::int32_t claim_day) const {
    if (valid_days == 0) {
        return redeem_last_day;
    }
    return std::min(redeem_last_day, std::max(claim_day, redeem_first_day) + valid_days - 1);
}

QuotaLines BatchRules::quota_lines(PlatformId platform, std::uint32_t district) const {
    QuotaLines lines;
    if (const auto line = platform_quotas.find(platform.value()); line != platform_quotas.end()) {
        lines.platform = line->second;
    }
    if (district_quotas.empty()) {
        return lines;
    }
    std::size_t next = 0;
    std::uint32_t before = 0;
    for (const std::uint32_t codes : {std::uint32_t{1}, prefecture_codes, province_codes}) {
        // A claim may itself name a prefecture or a province: its line counts it once.
        const std::uint32_t level = district / codes * codes;
        if (level == before) {
            continue;
        }
        if (const auto line = district_quotas.find(level); line != district_quotas.end()) {
            lines.districts[next++] = {.district = level, .count = line->second};
        }
        before = level;
    }
    return lines;
}

bool ProgrammeRules::has_district(std::uint32_t district) const {
    return districts.contains(district) ||
           districts.contains(district / prefecture_codes * prefecture_codes) ||
           districts.contains(district / province_codes * province_codes);
}

bool ProgrammeRules::has_category(std::uint16_t category) const {
    return contains(categories, category);
}

std::uint16_t ProgrammeRules::category_of(std::uint16_t industry) const {
    const auto at = std::lower_bound(
        category_of_industry.begin(), category_of_industry.end(), industry,
        [](const auto& pair, std::uint16_t wanted) { return pair.first < wanted; });
    return at == category_of_industry.end() || at->first != industry ? std::uint16_t{0}
                                                                     : at->second;
}

std::optional<ProgrammeRules> programme_rules(const wire::ProgrammeOpened& event) {
    ProgrammeRules rules;
    rules.registration_required = event.registration_required();
    FISCUS_CHECK(event.districts() != nullptr && event.districts()->size() > 0,
                 "decode refuses a programme without districts");
    rules.province = static_cast<std::uint8_t>(event.districts()->Get(0) / province_codes);
    for (const std::uint32_t district : *event.districts()) {
        rules.districts.insert(district);
    }
    if (event.categories() == nullptr) {
        return rules;
    }
    for (const wire::Category* category : *event.categories()) {
        if (!insert_sorted(rules.categories, category->category())) {
            return std::nullopt;
        }
        if (category->industries() == nullptr) {
            continue;
        }
        for (const std::uint16_t industry : *category->industries()) {
            rules.category_of_industry.emplace_back(industry, category->category());
        }
    }
    auto& pairs = rules.category_of_industry;
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    const auto in_two = std::adjacent_find(
        pairs.begin(), pairs.end(),
        [](const auto& one, const auto& next) { return one.first == next.first; });
    if (in_two != pairs.end()) {
        return std::nullopt;
    }
    return rules;
}

std::optional<BatchRules> batch_rules(const wire::BatchOpened& event,
                                      const ProgrammeRules& programme) {
    BatchRules rules;
    rules.claim_from_us = event.claim_from_us();
    rules.claim_first_day = business_day(event.claim_from_us());
    rules.redeem_first_day = event.redeem_first_day();
    rules.redeem_last_day = event.redeem_last_day();
    rules.valid_days = event.valid_days();
    rules.stacking_max = event.stacking_max();
    rules.restore_on_full_refund = event.restore_on_full_refund();
    rules.shipping_inside_province = event.shipping_inside_province();
    rules.void_returns_quota = event.void_returns_quota();
    const bool windows = event.claim_from_us() < event.claim_until_us() &&
                         event.redeem_first_day() <= event.redeem_last_day();
    const bool stacking = event.stacking_max() >= 1 && event.stacking_max() <= vouchers_max;
    if (!windows || !stacking || !add_packs(rules, event, programme) ||
        !add_quotas(rules, event, programme)) {
        return std::nullopt;
    }
    return rules;
}

}  // namespace fiscus::apply
