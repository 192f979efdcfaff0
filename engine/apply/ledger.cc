#include "engine/apply/ledger.h"

#include <algorithm>

#include "engine/apply/facts.h"
#include "engine/apply/families.h"
#include "engine/base/limits.h"
#include "engine/sequence/sequence.h"

namespace fiscus::apply {
namespace {

using state::TableId;
using wire::EventBody;
using wire::Reason;

const wire::Event& event_of(const std::vector<std::byte>& bytes) {
    return *wire::GetEvent(bytes.data());
}

bool is_quarantined(Reason reason) {
    return reason != Reason::none && reason < Reason::natural_key_zero;
}

// Content of an earlier accepted event under this natural key, or nothing.
const std::uint64_t* accepted_content(const Context& c) {
    if (c.in.kind == EventBody::VoucherClaimed) {
        const auto* voucher = c.state.vouchers.get(c.key(TableId::voucher, c.in.key));
        return voucher == nullptr ? nullptr : &voucher->content;
    }
    if (c.in.kind == EventBody::VoucherRedeemed) {
        const auto* redemption = c.state.redemptions.get(c.key(TableId::redemption, c.in.key));
        return redemption == nullptr ? nullptr : &redemption->content;
    }
    const auto* record = c.state.natural_keys.get(c.natural_key());
    if (record == nullptr && c.in.kind == EventBody::DrawRequested) {
        // A voucher's id is never given twice, by a claim and by a draw.
        const auto* voucher = c.state.vouchers.get(c.key(TableId::voucher, c.in.key));
        return voucher == nullptr ? nullptr : &voucher->content;
    }
    return record == nullptr ? nullptr : &record->content;
}

void fill_quarantined(const decode::DecodedEvent& in, Draft& draft, journal::Entries& out) {
    draft.outcome = wire::Outcome::quarantined;
    draft.reason = in.reason;
    draft.content = in.reason == Reason::null_value ? 0 : xxh3_64(in.value);
    if (!in.value.empty()) {
        out.add_detail(in.value.first(std::min(in.value.size(), quarantine_bytes_max)));
    }
}

void fill_envelope(const decode::DecodedEvent& in, Draft& draft) {
    draft.occurred_at_us = in.occurred_at_us;
    draft.key = in.key;
    draft.content = in.content;
    draft.source_sequence = in.sequence;
    draft.programme = in.programme.value();
    draft.epoch = in.epoch;
    draft.business_day = business_day(in.occurred_at_us);
    draft.source = in.source.value();
    draft.kind = in.kind;
    state_facts(*in.event, draft);
}

}  // namespace

Ledger::Ledger(state::State& state, Keys* keys)
    : state_(state), chances_(keys), source_keys_(keys) {
    // A programme sorts before its batches, and all batches before what names one of them.
    for (const auto kind :
         {state::DefinitionKind::programme_or_batch, state::DefinitionKind::instant_draw}) {
        for (const auto& [key, bytes] : state_.definitions()) {
            if (key.kind == kind) {
                load_definition(key, event_of(bytes));
            }
        }
    }
    load_cohorts();
}

void Ledger::load_definition(const state::State::DefinitionKey& key, const wire::Event& event) {
    if (key.kind == state::DefinitionKind::instant_draw) {
        ProgrammeRules& programme = *rules_.at(key.programme);
        const auto& opened = *event.body_as_InstantDrawOpened();
        BatchRules& batch = programme.batches.at(opened.batch());
        const wire::Event& of_batch =
            event_of(state_.definitions().at({.programme = key.programme, .part = opened.batch()}));
        auto rules = instant_draw_rules(opened, *of_batch.body_as_BatchOpened(), batch);
        FISCUS_CHECK(rules.has_value(), "an accepted instant draw has sound rules");
        batch.drawn = true;
        programme.instant_draws.emplace(opened.first_day(), *std::move(rules));
    } else if (key.part == 0) {
        auto rules = programme_rules(*event.body_as_ProgrammeOpened());
        FISCUS_CHECK(rules.has_value(), "an accepted programme has sound rules");
        rules_[key.programme] = std::make_unique<ProgrammeRules>(*std::move(rules));
    } else {
        load_batch(event, key.part, *rules_.at(key.programme));
    }
}

void Ledger::load_batch(const wire::Event& event, std::uint32_t batch, ProgrammeRules& programme) {
    const auto* record = state_.batches.get(
        {.programme = event.programme(), .part = batch, .table = TableId::batch});
    FISCUS_CHECK(record != nullptr, "an accepted batch has a record");
    if (event.body_type() == EventBody::PrizeBatchOpened) {
        auto rules = prize_batch_rules(*event.body_as_PrizeBatchOpened(), programme);
        FISCUS_CHECK(rules.has_value(), "an accepted prize batch has sound rules");
        rules->ordinal = record->ordinal;
        programme.prize_batches.emplace(batch, *std::move(rules));
    } else {
        auto rules = batch_rules(*event.body_as_BatchOpened(), programme);
        FISCUS_CHECK(rules.has_value(), "an accepted batch has sound rules");
        rules->ordinal = record->ordinal;
        programme.open_cohorts_max += record->closed != 0 ? 0 : rules->cohorts_max();
        programme.batches.emplace(batch, *std::move(rules));
    }
}

void Ledger::load_cohorts() {
    state_.accounts.for_each([this](const state::Key& key, const state::AccountRecord&) {
        if (key.id.hi != static_cast<std::uint64_t>(wire::AccountKind::outstanding)) {
            return;
        }
        const auto last_day = static_cast<std::int32_t>(key.id.lo);
        const auto* programme =
            state_.programmes.get({.programme = key.programme, .table = TableId::programme});
        const auto* batch = state_.batches.get(
            {.programme = key.programme, .part = key.part, .table = TableId::batch});
        FISCUS_CHECK(programme != nullptr && batch != nullptr, "a cohort has programme and batch");
        if (batch->closed == 0 && programme->clock_us < start_of_day_us(last_day + 1)) {
            cohorts_[key.programme].insert({last_day, key.part});
        }
    });
}

ProgrammeRules* Ledger::rules_of(ProgrammeId programme) {
    const auto at = rules_.find(programme.value());
    return at == rules_.end() ? nullptr : at->second.get();
}

void Ledger::apply(const decode::DecodedEvent& in, std::uint64_t sequence, journal::Entries& out) {
    Draft draft;
    draft.sequence = sequence;
    draft.input_offset = in.offset;
    draft.logged_at_us = in.logged_at_us;
    if (is_quarantined(in.reason)) {
        fill_quarantined(in, draft, out);
        out.entries.push_back(draft.entry());
        return;
    }
    fill_envelope(in, draft);
    Context context(state_, in, draft, out.postings, cohorts_, rules_of(in.programme));
    context.tickets = &tickets_;
    context.chances = &chances_;
    const Answer result = answer(context);
    draft.outcome = result.outcome;
    draft.reason = result.reason;
    FISCUS_CHECK(draft.outcome == wire::Outcome::accepted || draft.postings == 0,
                 "only an accepted event posts");
    if (in.kind == EventBody::ProgrammeOpened && draft.outcome == wire::Outcome::accepted) {
        rules_[draft.programme] = std::make_unique<ProgrammeRules>(
            *programme_rules(*in.event->body_as_ProgrammeOpened()));
    }
    if (draft.outcome == wire::Outcome::accepted && keeps_bytes(*in.event)) {
        out.add_detail(in.value);
    }
    out.entries.push_back(draft.entry());
}

Answer Ledger::answer(Context& c) {
    if (c.in.reason != Reason::none) {
        return refused(c.in.reason);
    }
    if (c.rules == nullptr) {
        return c.in.kind == EventBody::ProgrammeOpened ? sequence_and_apply(c)
                                                       : refused(Reason::programme_unknown);
    }
    const auto* source = state_.sources.get(c.key(TableId::source, c.in.source.value()));
    if (source == nullptr) {
        return refused(Reason::source_unregistered);
    }
    c.source = *source;
    if (c.draft.platform == 0) {
        c.draft.platform = source->platform;
    }
    if (source->revoked()) {
        return refused(Reason::source_revoked);
    }
    if (c.in.authentication != Reason::none) {
        return refused(c.in.authentication);
    }
    if (c.in.logged_at_us > c.programme().log_time_us) {
        state_.change(state_.programmes, c.key(TableId::programme)).log_time_us = c.in.logged_at_us;
    }
    return sequence_and_apply(c);
}

Answer Ledger::sequence_and_apply(Context& c) {
    const sequence::Number number{.programme = c.in.programme,
                                  .source = c.in.source,
                                  .epoch = c.in.epoch,
                                  .sequence = c.in.sequence,
                                  .content = c.in.content};
    const sequence::Verdict verdict = sequence::examine(state_, c.source, number);
    switch (verdict.seen) {
        case sequence::Seen::fresh: break;
        case sequence::Seen::duplicate: return duplicate(verdict.reason);
        case sequence::Seen::refused: return refused(verdict.reason);
        case sequence::Seen::forgotten: {
            const std::uint64_t* content = accepted_content(c);
            if (content == nullptr) {
                return refused(Reason::sequence_forgotten);
            }
            return *content == c.in.content ? duplicate() : refused(Reason::sequence_conflict);
        }
    }
    const bool opens_programme = c.rules == nullptr;
    const Answer result = apply_rules(c);
    if (opens_programme && result.outcome != wire::Outcome::accepted) {
        return result;  // a programme that does not exist has no source to remember
    }
    auto& source = state_.change(state_.sources, c.key(TableId::source, c.in.source.value()));
    const sequence::Marked marked = sequence::mark(state_, source, number, result.reason);
    c.draft.gap_from = marked.gap_from;
    c.draft.flags |= marked.fills_gap ? flag_fills_gap : std::uint8_t{0};
    return result;
}

Answer Ledger::apply_rules(Context& c) {
    const std::int64_t log_time_us =
        c.rules == nullptr ? c.in.logged_at_us : c.programme().log_time_us;
    // This way round nothing overflows: record timestamps are anything that 64 bits hold.
    if (c.in.occurred_at_us - future_tolerance_us > log_time_us) {
        return refused(Reason::occurred_in_future);
    }
    if (const std::uint64_t* content = accepted_content(c)) {
        return *content == c.in.content ? duplicate() : refused(Reason::natural_key_conflict);
    }
    if (c.rules != nullptr) {
        if (!entitled(static_cast<wire::SourceRole>(c.source.role), c.in.kind)) {
            return refused(Reason::source_not_entitled);
        }
        if (c.programme().closed != 0 && c.in.kind != EventBody::ProgrammeOpened &&
            !allowed_after_close(c.in.kind)) {
            return refused(Reason::programme_closed);
        }
    }
    const wire::Event& event = *c.in.event;
    switch (c.in.kind) {
        case EventBody::NONE: break;
#define FISCUS_APPLY(Kind) \
    case EventBody::Kind: return fiscus::apply::apply(c, *event.body_as_##Kind());
            FISCUS_EVENT_KINDS(FISCUS_APPLY)
#undef FISCUS_APPLY
    }
    FISCUS_CHECK(false, "decode lets only known kinds through");
}

}  // namespace fiscus::apply
