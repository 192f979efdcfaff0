// Ladders of instant draws: the draw is opened, values and keys are published, chances are asked
// for.
#include <algorithm>
#include <cstdlib>

#include "tests/reference/judge.h"

namespace fiscus::reference {

using wire::DrawOutcome;
using wire::Reason;

namespace {

constexpr std::int64_t day_us = std::int64_t{86'400} * 1'000'000;

std::string bytes_of_list(const flatbuffers::Vector<std::uint8_t>& bytes) {
    return {bytes.begin(), bytes.end()};
}

std::string text_of(const flatbuffers::String* text) {
    return text == nullptr ? std::string() : text->str();
}

bool good_text(const std::string& text) { return page_text(text) && text.size() <= 1'024; }

bool good_amounts(const wire::InstantTier& tier, const Batch& batch) {
    if (tier.amounts() == nullptr || tier.amounts()->size() == 0) {
        return false;
    }
    std::set<std::int64_t> faces;
    Sum weights = 0;
    for (const wire::InstantAmount* amount : *tier.amounts()) {
        const auto denomination = batch.denominations.find(amount->denomination());
        if (denomination == batch.denominations.end() || denomination->second.pack != tier.pack() ||
            denomination->second.face_fen > 100'000'000'000 ||
            !faces.insert(denomination->second.face_fen).second || amount->weight() == 0) {
            return false;
        }
        weights += amount->weight();
    }
    return weights <= Sum{1} << 63U;
}

bool good_releases(const wire::InstantTier& tier) {
    std::int64_t before_us = -1;
    if (tier.releases() != nullptr) {
        for (const wire::InstantRelease* release : *tier.releases()) {
            if (release->at_us() <= before_us || release->at_us() >= day_us ||
                release->count() > 10'000'000) {
                return false;
            }
            before_us = release->at_us();
        }
    }
    return true;
}

bool good_tiers(const wire::InstantDrawOpened& e, const Batch& batch) {
    if (e.tiers() == nullptr || e.tiers()->size() == 0) {
        return false;
    }
    std::uint16_t number = 0;
    Sum chances = 0;
    for (const wire::InstantTier* tier : *e.tiers()) {
        const auto pack = batch.packs.find(tier->pack());
        if (tier->tier() != ++number || tier->chance() == 0 || pack == batch.packs.end() ||
            !good_text(pack->second.name) || !good_amounts(*tier, batch) || !good_releases(*tier)) {
            return false;
        }
        chances += tier->chance();
    }
    return chances < Sum{1} << 64U;
}

std::vector<InstantTier> tiers_of(const wire::InstantDrawOpened& e, const Batch& batch) {
    std::vector<InstantTier> tiers;
    for (const wire::InstantTier* said : *e.tiers()) {
        InstantTier& tier = tiers.emplace_back();
        tier.pack = said->pack();
        tier.chance = said->chance();
        tier.moves_on = said->moves_on();
        for (const wire::InstantAmount* amount : *said->amounts()) {
            tier.amounts.push_back(
                {.denomination = amount->denomination(),
                 .face_fen = batch.denominations.at(amount->denomination()).face_fen,
                 .weight = amount->weight()});
        }
        if (said->releases() != nullptr) {
            for (const wire::InstantRelease* release : *said->releases()) {
                tier.releases.push_back({.at_us = release->at_us(), .count = release->count()});
            }
        }
    }
    return tiers;
}

std::int64_t largest_face(const InstantRules& rules) {
    std::int64_t largest_fen = 0;
    for (const InstantTier& tier : rules.tiers) {
        for (const InstantAmount& amount : tier.amounts) {
            largest_fen = std::max(largest_fen, amount.face_fen);
        }
    }
    return largest_fen;
}

bool won(const Chance& chance) {
    return chance.answer.vouchers == static_cast<std::uint8_t>(DrawOutcome::won);
}

}  // namespace

Reason Judge::decide(const wire::InstantDrawOpened& e) {
    const auto found = programme_.batches.find(e.batch());
    if (found == programme_.batches.end()) {
        return Reason::batch_unknown;
    }
    const Batch& batch = found->second;
    if (batch.closed) {
        return Reason::batch_closed;
    }
    const auto kind = instant_algorithm_of(text_of(e.algorithm()));
    if (!kind || e.days() < 1 || e.days() > 3'660 || !good_tiers(e, batch) ||
        !good_text(text_of(e.name())) || !good_text(text_of(e.public_value_source()))) {
        return Reason::batch_rules_invalid;
    }
    const InstantRules rules = {.kind = *kind,
                                .programme = event_.programme(),
                                .first_day = e.first_day(),
                                .days = e.days(),
                                .chain_head = bytes_of_list(*e.chain_head()),
                                .wins_max = e.wins_max(),
                                .tiers = tiers_of(e, batch)};
    for (std::int32_t day = rules.first_day; day < rules.first_day + rules.days; ++day) {
        if (programme_.draw_on(day) != nullptr) {
            return Reason::draw_days_taken;
        }
    }
    programme_.instant_draws.push_back({.batch = e.batch(), .rules = rules});
    return Reason::none;
}

Reason Judge::decide(const wire::PublicValuePublished& e) {
    if (e.day() >= answer_.business_day || e.day() >= day_of(*programme_.log_time_us)) {
        return Reason::day_not_over;
    }
    const bool fresh = programme_.public_values.emplace(e.day(), text_of(e.value())).second;
    return fresh ? Reason::none : Reason::public_value_already_published;
}

Reason Judge::decide(const wire::DayKeyOpened& e) {
    if (e.day() >= answer_.business_day || e.day() >= day_of(*programme_.log_time_us)) {
        return Reason::day_not_over;
    }
    const InstantDraw* draw = programme_.draw_on(e.day());
    if (draw == nullptr) {
        return Reason::no_draw_on_day;
    }
    if (programme_.days_opened.count(e.day()) != 0) {
        return Reason::day_key_already_opened;
    }
    if (!is_key_of_day(draw->rules, bytes_of_list(*e.key()), e.day())) {
        return Reason::day_key_differs;
    }
    programme_.days_opened.insert(e.day());
    return Reason::none;
}

// From the batch to the budget.
Reason Judge::check_chance(const wire::DrawRequested& e, const InstantDraw& draw) const {
    const Batch& batch = programme_.batches.at(draw.batch);
    const std::int32_t today = answer_.business_day;
    const Id consumer = id_of(e.consumer());
    if (batch.closed) {
        return Reason::batch_closed;
    }
    if (event_.occurred_at_us() < batch.claim_from_us ||
        event_.occurred_at_us() >= batch.claim_until_us) {
        return Reason::claim_outside_window;
    }
    if (!programme_.covers(e.district())) {
        return Reason::consumer_district_not_eligible;
    }
    if (programme_.registration_required && programme_.identity_of_consumer.count(consumer) == 0) {
        return Reason::consumer_not_registered;
    }
    if (programme_.public_values.count(today - 1) == 0) {
        return Reason::public_value_not_published;
    }
    // The key of a later day gives that of this one away.
    const auto opened = programme_.days_opened.lower_bound(today);
    if (opened != programme_.days_opened.end() && draw.rules.has(*opened)) {
        return Reason::day_key_already_opened;
    }
    for (const Chance& chance : programme_.chances) {
        if (chance.consumer == consumer && chance.answer.business_day > today) {
            return Reason::later_day_asked_already;
        }
    }
    const std::int32_t last_day = batch.last_day_of_claim(today);
    if (last_day < today) {
        return Reason::voucher_expired;
    }
    if (programme_.released(draw.batch, last_day)) {
        return Reason::cohort_released;
    }
    return balance(budget(draw.batch)) < largest_face(draw.rules) ? Reason::budget_exhausted
                                                                  : Reason::none;
}

// What becomes of a tier that was drawn: the outcome, and the tier that it says.
void Judge::decide_chance(const InstantRules& rules, const Id& consumer, std::uint16_t drawn) {
    const auto state = [this](DrawOutcome outcome, std::uint16_t tier) {
        answer_.vouchers = static_cast<std::uint8_t>(outcome);
        answer_.limit_class = static_cast<std::uint8_t>(tier);
    };
    if (drawn == 0) {
        return state(DrawOutcome::lost, 0);
    }
    const std::int32_t today = answer_.business_day;
    std::uint64_t wins_before = 0;
    bool won_today = false;
    std::map<std::uint16_t, std::uint64_t> taken;  // of each tier, on this day
    for (const Chance& chance : programme_.chances) {
        if (!won(chance)) {
            continue;
        }
        const bool same_day = chance.answer.business_day == today;
        const bool same_consumer = chance.consumer == consumer;
        won_today = won_today || (same_day && same_consumer);
        wins_before += std::uint64_t{same_consumer && chance.answer.business_day < today};
        taken[chance.answer.limit_class] += std::uint64_t{same_day};
    }
    if (won_today) {
        return state(DrawOutcome::won_today, drawn);
    }
    if (rules.wins_max != 0 && wins_before >= rules.wins_max) {
        return state(DrawOutcome::cap_reached, drawn);
    }
    const std::int64_t clock_us = event_.occurred_at_us() - start_of(today);
    for (std::uint16_t tier = drawn; tier <= rules.tiers.size(); ++tier) {
        if (taken[tier] < rules.tier(tier).released(clock_us)) {
            return state(DrawOutcome::won, tier);
        }
        if (!rules.tier(tier).moves_on) {
            break;
        }
    }
    state(DrawOutcome::stock_out, drawn);
}

void Judge::give_voucher(const wire::DrawRequested& e,
                         const InstantDraw& draw,
                         const InstantAmount& amount) {
    Batch& batch = programme_.batches.at(draw.batch);
    const std::uint16_t pack = draw.rules.tier(answer_.limit_class).pack;
    const std::int32_t last_day = batch.last_day_of_claim(answer_.business_day);
    const Id voucher = id_of(event_.key());
    programme_.vouchers[voucher] = {
        .state = VoucherState::claimed,
        .consumer = id_of(e.consumer()),
        .consumer_ordinal = answer_.consumer_ordinal,
        .batch = draw.batch,
        .pack = pack,
        .denomination = amount.denomination,
        .platform = source_.platform,
        .district = e.district(),
        .claimed_at_us = event_.occurred_at_us(),
        .claim_day = answer_.business_day,
        .last_day = last_day,
        .face_fen = amount.face_fen,
        .threshold_fen = batch.denominations.at(amount.denomination).threshold_fen,
        .counts = false};
    batch.claims.push_back(voucher);
    answer_.amount_fen = amount.face_fen;
    answer_.pack = pack;
    answer_.denomination = amount.denomination;
    answer_.category = batch.packs.at(pack).category;
    answer_.channel = static_cast<std::uint8_t>(batch.packs.at(pack).channel);
    post(budget(draw.batch), outstanding(draw.batch, last_day), amount.face_fen);
}

void Judge::answer_again(const Chance& before) {
    const Answer& first = before.answer;
    answer_.batch = first.batch;
    answer_.consumer_ordinal = first.consumer_ordinal;
    answer_.vouchers = first.vouchers;
    answer_.limit_class = first.limit_class;
    answer_.amount_fen = first.amount_fen;
    answer_.pack = first.pack;
    answer_.denomination = first.denomination;
    answer_.category = first.category;
    answer_.channel = first.channel;
    if (won(before)) {
        answer_.subject = first.key;  // the voucher
    }
    repeats_ = true;
}

Reason Judge::decide(const wire::DrawRequested& e) {
    const Reason standing = check_platform();
    if (standing != Reason::none) {
        return standing;
    }
    const std::int32_t today = answer_.business_day;
    const InstantDraw* draw = programme_.draw_on(today);
    if (draw == nullptr) {
        return Reason::no_draw_on_day;
    }
    const Id consumer = id_of(e.consumer());
    answer_.consumer_ordinal = name_consumer(consumer);
    answer_.batch = draw->batch;
    for (const Chance& chance : programme_.chances) {
        if (chance.consumer == consumer && chance.answer.platform == source_.platform &&
            chance.answer.business_day == today) {
            answer_again(chance);
            return Reason::none;
        }
    }
    const Reason reason = check_chance(e, *draw);
    if (reason != Reason::none) {
        return reason;
    }
    const std::optional<std::string> last_key = ledger_.last_keys_(draw->rules.chain_head);
    if (!last_key ||
        !is_key_of_day(draw->rules, key_of_day(draw->rules, *last_key, today), today)) {
        // Nobody can decide this chance, and nobody would ask for it.
        std::abort();
    }
    const std::string key = key_of_day(draw->rules, *last_key, today);
    const InstantRequest request = {.platform = source_.platform,
                                    .consumer = consumer,
                                    .day = today,
                                    .public_value = programme_.public_values.at(today - 1)};
    decide_chance(draw->rules, consumer, tier_drawn(draw->rules, key, request));
    if (answer_.vouchers == static_cast<std::uint8_t>(DrawOutcome::won)) {
        give_voucher(e, *draw, amount_drawn(draw->rules, answer_.limit_class, key, request));
    }
    programme_.chances.push_back({.consumer = consumer, .answer = answer_});
    return Reason::none;
}

}  // namespace fiscus::reference
