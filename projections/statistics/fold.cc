#include "projections/statistics/fold.h"

#include <string>

#include "projections/entry.h"
#include "projections/outcomes/outcomes.h"
#include "projections/refusals/refusals.h"
#include "projections/statistics/cut.h"
#include "projections/statistics/entry_bytes.h"
#include "projections/statistics/rows.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

using wire::EventBody;
using wire::Outcome;

std::string fold_key() { return StateKey(table::meta).bytes() + "fold"; }

bool counts_when_accepted(EventBody kind) {
    switch (kind) {
        case EventBody::VoucherClaimed:
        case EventBody::VoucherRedeemed:
        case EventBody::RedemptionRefunded:
        case EventBody::InvoiceSubmitted:
        case EventBody::InvoiceVerified:
        case EventBody::InvoiceRejected:
        case EventBody::InvoiceReversed:
        case EventBody::DrawExecuted:
        case EventBody::PrizePaid:
        case EventBody::DrawRequested: return true;
        default: return false;
    }
}

}  // namespace

Error contradiction(const wire::Entry& entry, std::string why) {
    return {
        .code = ErrorCode::corrupt,
        .what = "entry " + std::to_string(entry.sequence()) + " of the journal cannot be folded",
        .why = std::move(why),
        .hint = "compare the journal with a replay of the events"};
}

Status RowOutlet::drain() {
    if (!rows_.empty()) {
        FISCUS_TRY(sink_->take(rows_));
        rows_.clear();
    }
    return Done{};
}

bool is_full_refund(const wire::Entry& entry) {
    return kind_of(entry) == EventBody::RedemptionRefunded &&
           outcome_of(entry) == Outcome::accepted && (entry.flags() & flag::full_refund) != 0;
}

bool is_counted(const wire::Entry& entry) {
    if (outcome_of(entry) == Outcome::accepted) {
        return counts_when_accepted(kind_of(entry));
    }
    const bool asks =
        kind_of(entry) == EventBody::VoucherClaimed || kind_of(entry) == EventBody::DrawRequested;
    return outcome_of(entry) == Outcome::refused && asks && entry.consumer_ordinal() != 0;
}

Result<std::unique_ptr<Fold>> Fold::open(Store& store,
                                         RowSink& sink,
                                         std::uint32_t partition,
                                         std::size_t cut_memory_max) {
    auto fold = std::make_unique<Fold>(store, sink, partition, cut_memory_max);
    FISCUS_TRY(fold->load());
    return fold;
}

Status Fold::load() {
    FISCUS_ASSIGN(const std::optional<std::string> own, store_->get(fold_key()));
    if (own && !parse_position(*own)) {
        return damaged_state("position of the fold");
    }
    FISCUS_TRY(store_->scan(StateKey(table::programmes),
                            [this](std::string_view key, std::string_view) -> Status {
                                const std::uint32_t id = KeyReader(key).u32();
                                programmes_[id] = std::make_unique<ProgrammeState>(id, *store_);
                                return Done{};
                            }));
    for (auto& [id, programme] : programmes_) {
        FISCUS_TRY(programme->load());
    }
    return accounts_.load(*store_);
}

bool Fold::parse_position(std::string_view bytes) {
    Reader reader(bytes);
    last_sequence_ = reader.varint();
    RowNumbers numbers{};
    for (std::uint64_t& number : numbers) {
        number = reader.varint();
    }
    outlet_.rows().set_next_numbers(numbers);
    return reader.finished();
}

void Fold::save() {
    std::string own;
    put_varint(own, last_sequence_);
    for (const std::uint64_t number : outlet_.rows().next_numbers()) {
        put_varint(own, number);
    }
    store_->put(fold_key(), own);
    for (auto& [id, programme] : programmes_) {
        programme->save(*store_);
    }
    accounts_.save(*store_);
}

void Fold::trim(std::size_t memory_max) {
    const std::size_t share = programmes_.empty() ? memory_max : memory_max / programmes_.size();
    if (memory() <= memory_max) {
        return;
    }
    for (auto& [id, programme] : programmes_) {
        programme->trim(share);
    }
}

std::size_t Fold::memory() const {
    std::size_t bytes = store_->waiting_bytes();
    for (const auto& [id, programme] : programmes_) {
        bytes += programme->memory();
    }
    return bytes;
}

ProgrammeState* Fold::find(std::uint32_t programme) {
    if (last_programme_ != nullptr && last_programme_->id() == programme) {
        return last_programme_;
    }
    const auto at = programmes_.find(programme);
    return at == programmes_.end() ? nullptr : last_programme_ = at->second.get();
}

Status Fold::apply(const FoldBlock& block) {
    std::size_t posting = 0;
    for (std::size_t index = 0; index < block.entries.size(); ++index) {
        const wire::Entry& entry = block.entries[index];
        if (entry.sequence() != last_sequence_ + 1 ||
            entry.postings() > block.postings.size() - posting) {
            return contradiction(entry, "after entry " + std::to_string(last_sequence_) +
                                            " another one is due, or its postings are missing");
        }
        const Input in{.entry = entry,
                       .postings = block.postings.subspan(posting, entry.postings()),
                       .index = index,
                       .block = block};
        outlet_.rows().set_timestamp(entry.logged_at_us());
        FISCUS_TRY(fold(in));
        posting += entry.postings();
        last_sequence_ = entry.sequence();
        FISCUS_TRY(outlet_.drain_if_large());
    }
    return outlet_.drain();
}

void Fold::answer(const wire::Entry& entry) {
    const ProgrammeState* programme = find(entry.programme());
    if (programme == nullptr) {
        append_outcomes(outlet_.rows(), entry, {});
        return;
    }
    const Reference& names = programme->reference;
    append_outcomes(
        outlet_.rows(), entry,
        {.programme = names.name,
         .source = names.known_source_name(entry),
         .batch = entry.batch() == 0 ? std::string() : names.batch_name(entry.batch())});
}

Status Fold::fold(const Input& in) {
    if (has_outcomes(in.entry)) [[unlikely]] {
        answer(in.entry);
    }
    switch (outcome_of(in.entry)) {
        case Outcome::accepted: return fold_accepted(in);
        case Outcome::refused: return fold_refused(in);
        case Outcome::duplicate:
            if (ProgrammeState* programme = find(in.entry.programme())) {
                programme->sources.see(in.entry);
            }
            return Done{};
        case Outcome::quarantined:
            append_refusal(outlet_.rows(), in.entry, in.block.detail(in.index), {}, {});
            return Done{};
        case Outcome::none: break;
    }
    return contradiction(in.entry, "it has no outcome");
}

Status Fold::fold_refused(const Input& in) {
    const wire::Entry& entry = in.entry;
    ProgrammeState* programme = find(entry.programme());
    if (programme == nullptr) {
        append_refusal(outlet_.rows(), entry, {}, {}, {});
        return Done{};
    }
    const Reference& names = programme->reference;
    append_refusal(outlet_.rows(), entry, {}, names.name, names.known_source_name(entry));
    if (entry.reason() >= first_reason_that_uses_number) {
        programme->sources.see(entry);
    }
    if (!day_in_range(entry.business_day())) {
        return Done{};
    }
    const std::int32_t day = programme->counted_day(entry.business_day());
    ++programme->refusals[day][entry.reason()];
    programme->dirty_refusals.insert({day, entry.reason()});
    // Other refusals change no figure: they make no revision of a day that was cut.
    if (!is_counted(entry)) {
        return Done{};
    }
    note_arrival(*programme, entry);
    return fold_voucher_event(*programme, entry);
}

Status Fold::fold_accepted(const Input& in) {
    if (kind_of(in.entry) == EventBody::ProgrammeOpened) {
        FISCUS_TRY(open_programme(in));
    }
    ProgrammeState* programme = find(in.entry.programme());
    if (programme == nullptr || !day_in_range(in.entry.business_day())) {
        return contradiction(in.entry, "it is accepted for a programme or a day that is not there");
    }
    programme->sources.see(in.entry);
    FISCUS_TRY(post(*programme, in));
    note_arrival(*programme, in.entry);
    switch (kind_of(in.entry)) {
        case EventBody::VoucherClaimed:
        case EventBody::VoucherRedeemed:
        case EventBody::RedemptionRefunded:
            FISCUS_TRY(programme->reconciliation.count(in.entry));
            FISCUS_TRY(note_refund_difference(*programme, in.entry));
            return fold_voucher_event(*programme, in.entry);
        case EventBody::InvoiceSubmitted:
        case EventBody::InvoiceVerified:
        case EventBody::InvoiceRejected:
        case EventBody::InvoiceReversed:
        case EventBody::DrawExecuted:
        case EventBody::PrizePaid:
        case EventBody::PrizePayoutFailed:
        case EventBody::PrizeForfeited:
        case EventBody::PrizeRecovered: return fold_prize_event(*programme, in);
        case EventBody::DrawRequested: return fold_draw_request(*programme, in.entry);
        default: return fold_decision(*programme, in);
    }
}

Status Fold::open_programme(const Input& in) {
    if (find(in.entry.programme()) != nullptr) {
        return contradiction(in.entry, "the programme was opened before");
    }
    FISCUS_ASSIGN(const OpenedEvent event,
                  open_event(in.block.detail(in.index), EventBody::ProgrammeOpened));
    auto programme = std::make_unique<ProgrammeState>(in.entry.programme(), *store_);
    programme->reference.learn(event.event());
    if (!day_in_range(programme->first_day())) {
        return contradiction(in.entry, "its first day lies outside the calendar");
    }
    programme->last_cut_day = programme->day_before();
    programmes_[in.entry.programme()] = std::move(programme);
    return Done{};
}

Status Fold::post(ProgrammeState& programme, const Input& in) {
    const std::int32_t day = programme.counted_day(in.entry.business_day());
    for (const wire::Posting& posting : in.postings) {
        FISCUS_TRY(accounts_.post(posting));
        FISCUS_TRY(programme.fund.post(day, in.entry.batch(), posting));
    }
    return Done{};
}

void Fold::note_arrival(ProgrammeState& programme, const wire::Entry& entry) {
    if (!programme.is_cut(entry.business_day())) [[likely]] {
        return;
    }
    LateDay& day = programme.late[entry.business_day()];
    day.sequences.add(entry.sequence(), entry.sequence());
    ++(outcome_of(entry) == Outcome::accepted ? day.accepted : day.refused);
    day.gap_fills += (entry.flags() & flag::fills_gap) != 0 ? 1U : 0U;
    day.dirty = true;
}

Status Fold::fold_voucher_event(ProgrammeState& programme, const wire::Entry& entry) {
    const bool removes = is_full_refund(entry);
    const bool needs_merchant = removes || kind_of(entry) == EventBody::VoucherRedeemed;
    if (entry.consumer_ordinal() == 0 || (needs_merchant && entry.merchant_ordinal() == 0) ||
        (removes && !day_in_range(entry.origin_day()))) {
        return contradiction(entry, "it names no consumer, no merchant, or no day of origin");
    }
    const std::int32_t day = programme.counted_day(entry.business_day());
    const std::int32_t origin = programme.counted_day(entry.origin_day());
    const Fact fact = fact_of(entry, true, removes && origin == day);
    const SumRange sums = sums_of(fact.kind);
    for (std::size_t at = 0; at < sums.count; ++at) {
        std::int64_t& sum = programme.lifetime[sums.first + at];
        // No cell is larger than the lifetime, so no other sum needs a look.
        if (fact.amounts[at] < 0 || __builtin_add_overflow(sum, fact.amounts[at], &sum)) {
            return contradiction(entry, "a sum of the programme does not fit 64 bits");
        }
    }
    programme.facts_of(day).add(fact);
    if (removes && origin != day) [[unlikely]] {
        programme.facts_of(origin).add(fact_of(entry, false, true));
    }
    return Done{};
}

Status Fold::note_refund_difference(ProgrammeState& programme, const wire::Entry& entry) {
    if (kind_of(entry) != EventBody::RedemptionRefunded || entry.difference_fen() == 0) {
        return Done{};
    }
    store_->put(StateKey(table::refund_shares)
                    .u32(programme.id())
                    .day(programme.counted_day(entry.business_day()))
                    .u64(entry.sequence()),
                bytes_of(entry));
    append_refund_share(outlet_.rows(), programme.id(), programme.reference, entry);
    return Done{};
}

Status Fold::fold_decision(ProgrammeState& programme, const Input& in) {
    const EventBody kind = kind_of(in.entry);
    programme.batches.note_end(programme.counted_day(in.entry.business_day()), in.entry);
    if (kind == EventBody::ProgrammeClosed) {
        programme.closed = true;
        return Done{};
    }
    if (kind == EventBody::ClockAdvanced) {
        return advance_clock(programme, in);
    }
    if (kind != EventBody::SourceDayClosed && !Reference::keeps(kind)) {
        return Done{};
    }
    FISCUS_ASSIGN(const OpenedEvent event, open_event(in.block.detail(in.index), kind));
    if (kind == EventBody::SourceDayClosed) {
        return programme.reconciliation.close_day(in.entry,
                                                  *event.event().body_as_SourceDayClosed());
    }
    programme.reference.learn(event.event());
    store_->put(StateKey(table::references)
                    .u32(programme.id())
                    .u8(in.entry.kind())
                    .u32(Reference::number_of(event.event())),
                as_text(event.bytes()));
    return Done{};
}

Status Fold::advance_clock(ProgrammeState& programme, const Input& in) {
    FISCUS_ASSIGN(const OpenedEvent event,
                  open_event(in.block.detail(in.index), EventBody::ClockAdvanced));
    FISCUS_TRY(programme.prizes.check(accounts_, programme.id(), programme.reference));
    Cut cut({.programme = programme,
             .store = *store_,
             .outlet = outlet_,
             .code_names = code_names_,
             .counter = counter_,
             .as_of = in.entry.sequence(),
             .now_us = event.event().body_as_ClockAdvanced()->now_us()});
    FISCUS_TRY(cut.run());
    cuts_ += cut.revisions();
    return Done{};
}

}  // namespace fiscus::projections
