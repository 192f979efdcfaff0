#include "tests/scenario/verbs.h"

#include <sstream>

namespace fiscus::scenario {
namespace {

using support::Body;

const std::map<std::string, wire::Channel, std::less<>> channels = {
    {"any", wire::Channel::any},
    {"online", wire::Channel::online},
    {"offline", wire::Channel::offline},
    {"beyond", static_cast<wire::Channel>(3)}};
const std::map<std::string, wire::SizeClass, std::less<>> sizes = {
    {"unknown", wire::SizeClass::unknown}, {"large", wire::SizeClass::large},
    {"medium", wire::SizeClass::medium},   {"small", wire::SizeClass::small},
    {"micro", wire::SizeClass::micro},     {"beyond", static_cast<wire::SizeClass>(5)}};
const std::map<std::string, wire::LimitClass, std::less<>> limits = {
    {"unknown", wire::LimitClass::unknown},
    {"above", wire::LimitClass::above},
    {"below", wire::LimitClass::below},
    {"beyond", static_cast<wire::LimitClass>(3)}};

Id128 named(const std::string& name) { return name == "zero" ? Id128{} : support::id_named(name); }

// 1=6210+6220,2=8892
std::vector<support::Category> read_categories(Words& words) {
    std::vector<support::Category> categories;
    for (const std::string& part : split(words.take("categories"), ',')) {
        const std::vector<std::string> sides = split(part, '=');
        support::Category category{Words(sides.at(0)).number<std::uint16_t>("category"), {}};
        if (sides.size() > 1) {
            for (const std::string& industry : split(sides[1], '+')) {
                category.industries.push_back(Words(industry).number<std::uint16_t>("industry"));
            }
        }
        categories.push_back(category);
    }
    return categories;
}

Deed opens_programme(Words& w) {
    support::ProgrammeOpened e;
    w.each({{"districts",
             [&] {
                 e.districts.clear();
                 if (!w.accept("nowhere")) {
                     e.districts = numbers<std::uint32_t>(w, "district");
                 }
             }},
            {"categories", [&] { e.categories = read_categories(w); }},
            {"registration", [&] { w.expect("required"), e.registration_required = true; }},
            {"first_day", [&] { e.first_day = w.day(); }},
            {"repeated_districts",
             [&] { e.districts.assign(w.number<std::size_t>("count"), 420102); }},
            {"repeated_categories",
             [&] {
                 e.categories.assign(w.number<std::size_t>("count"), {1, {}});
             }},
            {"repeated_industries",
             [&] {
                 const auto count = w.number<std::size_t>("count");
                 e.categories = {{1, std::vector<std::uint16_t>(count, 6210)}};
             }},
            {"cut_minute", [&] { e.cut_minute = w.number<std::uint16_t>("minute"); }}});
    return {e, {}};
}

void read_pack(Words& w, support::BatchOpened& e) {
    support::Pack pack;
    pack.pack = w.number<std::uint16_t>("pack");
    w.each({{"channel", [&] { pack.channel = w.one_of(channels); }},
            {"category", [&] { pack.category = w.number<std::uint16_t>("category"); }},
            {"pack_name", [&] { pack.name = w.text(); }}});
    e.packs.push_back(pack);
}

void read_denomination(Words& w, support::BatchOpened& e) {
    support::Denomination denomination;
    denomination.denomination = w.number<std::uint16_t>("denomination");
    w.each({{"of_pack", [&] { denomination.pack = w.number<std::uint16_t>("pack"); }},
            {"face", [&] { denomination.face_fen = w.amount(); }},
            {"threshold", [&] { denomination.threshold_fen = w.amount(); }}});
    e.denominations.push_back(denomination);
}

// Lists of so many lines that nobody would write them out.
void repeat_lines(Words& w, support::BatchOpened& e) {
    const auto count = [&w] { return w.number<std::size_t>("count"); };
    w.each({{"repeated_denominations", [&] { e.denominations.assign(count(), {}); }},
            {"repeated_platform_quotas",
             [&] {
                 e.platform_quotas.assign(count(), {1, 0});
             }},
            {"repeated_district_quotas",
             [&] {
                 e.district_quotas.assign(count(), {420102, 0});
             }},
            {"repeated_categories", [&] { e.categories.assign(count(), 1); }}});
}

Deed opens_batch(Words& w) {
    support::BatchOpened e;
    e.packs.clear();
    e.denominations.clear();
    e.batch = w.number<std::uint32_t>("batch");
    const auto limit = [&w] { return w.number<std::uint64_t>("limit"); };
    w.each({{"claims_from", [&] { e.claim_from_us = w.instant(); }},
            {"claims_until", [&] { e.claim_until_us = w.instant(); }},
            {"redeem_from", [&] { e.redeem_first_day = w.day(); }},
            {"redeem_until", [&] { e.redeem_last_day = w.day(); }},
            {"valid_days", [&] { e.valid_days = w.number<std::uint16_t>("days"); }},
            {"pack", [&] { read_pack(w, e); }},
            {"packs",
             [&] {
                 for (auto left = w.number<std::uint16_t>("count"); left > 0; --left) {
                     e.packs.push_back({.pack = left});
                 }
             }},
            {"denomination", [&] { read_denomination(w, e); }},
            {"quota", [&] { e.quota = limit(); }},
            {"quota_per_day", [&] { e.quota_per_day = limit(); }},
            {"platform_quota",
             [&] {
                 const auto platform = w.number<std::uint16_t>("platform");
                 e.platform_quotas.push_back({platform, limit()});
             }},
            {"district_quota",
             [&] {
                 const auto district = w.number<std::uint32_t>("district");
                 e.district_quotas.push_back({district, limit()});
             }},
            {"categories", [&] { e.categories = numbers<std::uint16_t>(w, "category"); }},
            {"cap_per_day", [&] { e.cap_per_consumer_day = w.number<std::uint8_t>("cap"); }},
            {"cap", [&] { e.cap_per_consumer = w.number<std::uint32_t>("cap"); }},
            {"restores", [&] { e.restore_on_full_refund = true; }},
            {"stacking", [&] { e.stacking_max = w.number<std::uint8_t>("vouchers"); }},
            {"ships_inside_province", [&] { e.shipping_inside_province = true; }},
            {"void_returns_quota", [&] { e.void_returns_quota = true; }}});
    repeat_lines(w, e);
    if (w.accept("without_packs")) {
        return {e, {}};
    }
    if (e.packs.empty()) {
        e.packs = {{}};
    }
    if (e.denominations.empty()) {
        e.denominations = {{}};
    }
    return {e, {}};
}

Deed opens(Words& w, const Scene& scene) {
    if (w.accept("programme")) {
        return opens_programme(w);
    }
    if (w.accept("prize")) {
        return opens_prize_batch(w, scene);
    }
    if (w.accept("instant")) {
        return opens_instant_draw(w);
    }
    if (w.accept("key")) {
        return opens_key(w, scene);
    }
    w.expect("batch");
    return opens_batch(w);
}

Deed closes_day(Words& w) {
    support::SourceDayClosed e;
    e.day = w.day();
    w.each({{"batch", [&] { e.totals.push_back({.batch = w.number<std::uint32_t>("batch")}); }},
            {"repeated_totals",
             [&] { e.totals.assign(w.number<std::size_t>("count"), {.batch = 1}); }},
            {"issued",
             [&] {
                 e.totals.back().issued_count = w.number<std::uint64_t>("count");
                 e.totals.back().issued_fen = w.amount();
             }},
            {"redeemed",
             [&] {
                 e.totals.back().redeemed_count = w.number<std::uint64_t>("count");
                 e.totals.back().redeemed_fen = w.amount();
             }},
            {"refunded", [&] {
                 e.totals.back().refunded_count = w.number<std::uint64_t>("count");
                 e.totals.back().refunded_fen = w.amount();
             }}});
    return {e, {}};
}

Deed closes(Words& w) {
    if (w.accept("programme")) {
        return {support::ProgrammeClosed{}, {}};
    }
    if (w.accept("day")) {
        return closes_day(w);
    }
    w.expect("batch");
    return {support::BatchClosed{.batch = w.number<std::uint32_t>("batch")}, {}};
}

Deed adjusts(Words& w) {
    w.expect("batch");
    support::BatchAdjusted e{.batch = w.number<std::uint32_t>("batch")};
    w.each({{"claims_until", [&] { e.claim_until_us = w.instant(); }},
            {"quota", [&] { e.quota = w.number<std::uint64_t>("limit"); }},
            {"quota_per_day", [&] { e.quota_per_day = w.number<std::uint64_t>("limit"); }},
            {"cap_per_day", [&] { e.cap_per_consumer_day = w.number<std::uint8_t>("cap"); }},
            {"cap", [&] { e.cap_per_consumer = w.number<std::uint32_t>("cap"); }}});
    return {e, {}};
}

Deed registers_source(Words& w) {
    support::SourceRegistered e{.source = w.number<std::uint16_t>("source"),
                                .role = wire::SourceRole::unknown,
                                .platform = 0};
    w.expect("for");
    if (w.accept("authority")) {
        e.role = wire::SourceRole::authority;
    } else if (w.accept("notary")) {
        e.role = wire::SourceRole::notary;
    } else if (w.accept("beyond")) {
        e.role = static_cast<wire::SourceRole>(4);
    } else if (!w.accept("nobody")) {
        e.role = wire::SourceRole::platform;
    }
    if (w.accept("platform")) {
        e.platform = w.number<std::uint16_t>("platform");
    }
    if (w.accept("with")) {
        w.expect("key");
        e.key = source_key(w);
    }
    return {e, {}};
}

Deed adds_key(Words& w) {
    w.expect("key");
    support::SourceKeyAdded e{.key = w.number<std::uint32_t>("number")};
    const support::SourceKey key = source_key(w);
    e.algorithm = key.algorithm;
    e.commitment = support::commitment_of(key);
    w.expect("to");
    w.expect("source");
    e.source = w.number<std::uint16_t>("source");
    w.each({{"commitment", [&] { e.commitment = w.maybe_bytes(); }},
            {"algorithm", [&] {
                 e.algorithm = static_cast<wire::KeyAlgorithm>(w.number<std::uint8_t>("number"));
             }}});
    return {e, {}};
}

Deed revokes_key(Words& w) {
    support::SourceKeyRevoked e{.key = w.number<std::uint32_t>("number")};
    w.expect("of");
    w.expect("source");
    e.source = w.number<std::uint16_t>("source");
    w.each({{"opens", [&] { e.opened = support::secret_of(source_key(w)); }},
            {"opened", [&] { e.opened = w.maybe_bytes(); }}});
    return {e, {}};
}

template <typename MerchantEvent>
Deed describes_merchant(Words& w) {
    MerchantEvent e;
    e.merchant = w.maybe_id();
    w.each({{"district", [&] { e.district = w.number<std::uint32_t>("district"); }},
            {"industry", [&] { e.industry = w.number<std::uint16_t>("industry"); }},
            {"size", [&] { e.size_class = w.one_of(sizes); }},
            {"limit", [&] { e.limit_class = w.one_of(limits); }},
            {"channel", [&] { e.channel = w.one_of(channels); }}});
    return {e, {}};
}

Deed registers(Words& w) {
    if (w.accept("source")) {
        return registers_source(w);
    }
    if (w.accept("merchant")) {
        return describes_merchant<support::MerchantRegistered>(w);
    }
    w.expect("consumer");
    support::ConsumerRegistered e;
    e.consumer = w.maybe_id();
    w.each({{"identity", [&] { e.identity = w.maybe_id(); }},
            {"phone", [&] { e.phone = w.maybe_id(); }},
            {"device", [&] { e.device = w.maybe_id(); }},
            {"in", [&] { e.district = w.number<std::uint32_t>("district"); }}});
    return {e, {}};
}

Deed changes(Words& w) {
    w.expect("merchant");
    return describes_merchant<support::MerchantChanged>(w);
}

Deed revokes(Words& w) {
    if (w.accept("key")) {
        return revokes_key(w);
    }
    w.expect("source");
    return {support::SourceRevoked{.source = w.number<std::uint16_t>("source")}, {}};
}

template <typename PlatformEvent>
Deed platform_deed(Words& w) {
    w.expect("platform");
    return {PlatformEvent{.platform = w.number<std::uint16_t>("platform")}, {}};
}

template <typename PlatformEvent, typename MerchantEvent>
Deed platform_or_merchant_deed(Words& w) {
    if (w.accept("merchant")) {
        return {MerchantEvent{.merchant = w.maybe_id()}, {}};
    }
    return platform_deed<PlatformEvent>(w);
}

Deed deposits(Words& w) {
    support::FundDeposited e;
    e.amount_fen = w.amount();
    w.expect("from");
    e.account = w.maybe_id();
    return {e, {}};
}

Deed funds(Words& w) {
    w.expect("batch");
    support::BatchFunded e{.batch = w.number<std::uint32_t>("batch")};
    if (w.accept("tier")) {
        e.tier = w.number<std::uint16_t>("tier");
    }
    w.expect("with");
    e.amount_fen = w.amount();
    return {e, {}};
}

Deed returns(Words& w) {
    support::FundReturned e;
    e.amount_fen = w.amount();
    w.expect("to");
    e.account = w.maybe_id();
    return {e, {}};
}

Deed claims(Words& w) {
    const Id128 voucher = w.id();
    support::VoucherClaimed e;
    w.each({{"for", [&] { e.consumer = w.maybe_id(); }},
            {"batch", [&] { e.batch = w.number<std::uint32_t>("batch"); }},
            {"pack", [&] { e.pack = w.number<std::uint16_t>("pack"); }},
            {"denomination", [&] { e.denomination = w.number<std::uint16_t>("denomination"); }},
            {"in", [&] { e.district = w.number<std::uint32_t>("district"); }},
            {"device", [&] { e.device = w.maybe_id(); }}});
    return {e, voucher};
}

Deed redeems(Words& w) {
    const Id128 redemption = w.id();
    support::VoucherRedeemed e;
    w.each({{"with",
             [&] {
                 for (const std::string& name : split(w.take("vouchers"), ',')) {
                     e.vouchers.push_back(named(name));
                 }
             }},
            {"for", [&] { e.consumer = w.maybe_id(); }},
            {"at", [&] { e.merchant = w.maybe_id(); }},
            {"order", [&] { e.order_amount_fen = w.amount(); }},
            {"subsidy", [&] { e.subsidy_fen = w.amount(); }},
            {"platform_match", [&] { e.platform_match_fen = w.amount(); }},
            {"merchant_match", [&] { e.merchant_match_fen = w.amount(); }},
            {"online", [&] { e.online = true; }},
            {"shipped_from", [&] { e.ship_from_province = w.number<std::uint8_t>("province"); }},
            {"shipped_to", [&] { e.ship_to_province = w.number<std::uint8_t>("province"); }}});
    return {e, redemption};
}

Deed refunds(Words& w) {
    support::RedemptionRefunded e;
    e.redemption = w.maybe_id();
    w.each({{"order", [&] { e.order_amount_fen = w.amount(); }},
            {"subsidy", [&] { e.subsidy_fen = w.amount(); }}});
    return {e, {}};
}

Deed voids(Words& w) { return {support::VoucherVoided{.voucher = w.maybe_id()}, {}}; }

Deed requests(Words& w) {
    const Id128 request = w.id();
    support::SettlementRequested e;
    w.expect("of");
    e.amount_fen = w.amount();
    w.expect("batch");
    e.batch = w.number<std::uint32_t>("batch");
    return {e, request};
}

Deed pays(Words& w, const Scene& scene) {
    if (w.accept("prize")) {
        return pays_prize(w, scene);
    }
    support::SettlementPaid e;
    e.amount_fen = w.amount();
    w.expect("of");
    e.request = w.maybe_id();
    return {e, {}};
}

template <typename RecoveryEvent>
Deed recovery(Words& w) {
    RecoveryEvent e;
    e.amount_fen = w.amount();
    w.expect("from");
    w.expect("platform");
    e.platform = w.number<std::uint16_t>("platform");
    if (w.accept("merchant")) {
        e.merchant = w.maybe_id();
    }
    return {e, {}};
}

Deed recovers(Words& w, const Scene& scene) {
    return w.accept("prize") ? recovers_prize(w, scene) : recovery<support::RecoveryReceived>(w);
}

Deed receives(Words& w) {
    w.expect("compensation");
    support::CompensationReceived e;
    e.amount_fen = w.amount();
    w.expect("from");
    w.expect("platform");
    e.platform = w.number<std::uint16_t>("platform");
    return {e, {}};
}

Deed advances(Words& w) {
    w.expect("clock");
    w.expect("to");
    return {support::ClockAdvanced{.now_us = w.instant()}, {}};
}

Deed says_nothing(Words&) { return {Body{}, {}}; }

}  // namespace

support::SourceKey source_key(Words& words) {
    support::SourceKey key{.name = words.take("name of a key")};
    if (words.accept("sm3")) {
        key.algorithm = wire::KeyAlgorithm::hmac_sm3;
    }
    return key;
}

std::vector<std::string> split(const std::string& list, char by) {
    std::vector<std::string> parts;
    std::istringstream in(list);
    for (std::string part; std::getline(in, part, by);) {
        parts.push_back(part);
    }
    return parts;
}

Deed read_deed(Words& words, const Scene& scene) {
    if (std::optional<Deed> deed = read_prize_deed(words, scene)) {
        return *deed;
    }
    using Verb = std::function<Deed(Words&)>;
    const std::map<std::string, Verb, std::less<>> verbs = {
        {"opens", [&scene](Words& w) { return opens(w, scene); }},
        {"closes", closes},
        {"adjusts", adjusts},
        {"registers", registers},
        {"changes", changes},
        {"revokes", revokes},
        {"adds", adds_key},
        {"admits", platform_deed<support::PlatformAdmitted>},
        {"suspends",
         platform_or_merchant_deed<support::PlatformSuspended, support::MerchantSuspended>},
        {"resumes", platform_or_merchant_deed<support::PlatformResumed, support::MerchantResumed>},
        {"terminates", platform_deed<support::PlatformTerminated>},
        {"deposits", deposits},
        {"funds", funds},
        {"returns", returns},
        {"claims", claims},
        {"draws", draws},
        {"redeems", redeems},
        {"refunds", refunds},
        {"voids", voids},
        {"requests", requests},
        {"pays", [&scene](Words& w) { return pays(w, scene); }},
        {"demands", recovery<support::RecoveryDemanded>},
        {"recovers", [&scene](Words& w) { return recovers(w, scene); }},
        {"receives", receives},
        {"advances", advances},
        {"says_nothing", says_nothing}};
    return words.one_of(verbs)(words);
}

}  // namespace fiscus::scenario
