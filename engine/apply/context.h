// What a rule sees of the world: the event, the state, the rules of its programme, and the two
// things it may do after all its checks: change records and post. Nothing here knows a clock, a
// thread or a file.
// Thread: the partition's one writer. Fails: never; a broken belief stops the process.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "engine/apply/chances.h"
#include "engine/apply/draft.h"
#include "engine/apply/prize_rules.h"
#include "engine/apply/rules.h"
#include "engine/base/amount.h"
#include "engine/base/time.h"
#include "engine/decode/decode.h"
#include "engine/state/state.h"

namespace fiscus::apply {

struct Answer {
    wire::Outcome outcome = wire::Outcome::accepted;
    wire::Reason reason = wire::Reason::none;
};

inline Answer accepted() { return {}; }
// `first` is the reason of the first answer: none when that accepted the event.
inline Answer duplicate(wire::Reason first = wire::Reason::none) {
    return {wire::Outcome::duplicate, first};
}
inline Answer refused(wire::Reason reason) { return {wire::Outcome::refused, reason}; }

// Cohorts of outstanding money that are not released yet, by programme, in order of last day and
// batch.
using Cohorts = std::map<std::uint32_t, std::set<std::pair<std::int32_t, std::uint32_t>>>;

// Names an account inside a programme (schemas/journal.fbs: AccountKind).
struct AccountName {
    wire::AccountKind kind = wire::AccountKind::none;
    BatchId batch;
    std::uint64_t key = 0;
};

// Those that are on the list, and which of them cannot win any more.
struct Tickets {
    std::vector<draw::Ticket> list;
    std::vector<bool> reversed;
};

class Context {
public:
    Context(state::State& all,
            const decode::DecodedEvent& event,
            Draft& entry,
            std::vector<wire::Posting>& postings,
            Cohorts& unreleased,
            ProgrammeRules* programme_rules)
        : state(all),
          in(event),
          draft(entry),
          cohorts(unreleased),
          rules(programme_rules),
          postings_(postings) {}

    state::State& state;
    const decode::DecodedEvent& in;
    Draft& draft;
    Cohorts& cohorts;
    ProgrammeRules* rules;  // null only while ProgrammeOpened is applied
    state::SourceRecord source;
    // The tickets of the batch that a DrawSealed or DrawExecuted is about, ascending; whoever
    // prefetches has collected them.
    const Tickets* tickets = nullptr;
    Chances* chances = nullptr;

    // Keys of this event's programme.
    [[nodiscard]] state::Key key(state::TableId table, std::uint32_t part = 0) const {
        return {.programme = in.programme.value(), .part = part, .table = table};
    }
    [[nodiscard]] state::Key key(state::TableId table, Id128 id) const {
        return {.id = id, .programme = in.programme.value(), .table = table};
    }
    [[nodiscard]] state::Key natural_key() const {
        return {.id = in.key,
                .programme = in.programme.value(),
                .part = static_cast<std::uint32_t>(in.kind),
                .table = state::TableId::natural_key};
    }
    [[nodiscard]] state::Key account_key(const AccountName& account) const {
        return {.id = {.hi = static_cast<std::uint64_t>(account.kind), .lo = account.key},
                .programme = in.programme.value(),
                .part = account.batch.value(),
                .table = state::TableId::account};
    }
    [[nodiscard]] state::Key counter_key(BatchId batch,
                                         state::CounterScope scope,
                                         std::uint64_t of) const {
        return {.id = {.hi = static_cast<std::uint64_t>(scope), .lo = of},
                .programme = in.programme.value(),
                .part = batch.value(),
                .table = state::TableId::counter};
    }

    [[nodiscard]] const state::ProgrammeRecord& programme() const;
    [[nodiscard]] Amount balance(const AccountName& account);
    // Null where there is no batch of vouchers with this number.
    [[nodiscard]] const BatchRules* batch_rules(BatchId batch) const;
    // Null where there is no prize batch with this number.
    [[nodiscard]] const PrizeBatchRules* prize_rules(BatchId batch) const;
    [[nodiscard]] bool has_batch(BatchId batch) const {
        return batch_rules(batch) != nullptr || prize_rules(batch) != nullptr;
    }
    [[nodiscard]] const state::BatchRecord& batch(BatchId batch) const;
    // Of a prize batch: open until something else was accepted.
    [[nodiscard]] state::PrizeDrawRecord prize_draw(BatchId batch) const;

    // debit → credit; a zero amount posts nothing. Checks that neither account turns negative that
    // must not.
    void post(const AccountName& debit, const AccountName& credit, Amount amount);
    // Remembers the natural key of an accepted event that has no record of its own.
    void remember_natural_key();

    // True when money of this cohort went back: batch closed, or the clock has passed its last day.
    [[nodiscard]] bool cohort_released(BatchId batch, std::int32_t last_day) const;
    [[nodiscard]] Amount amount() const { return Amount(draft.amount_fen); }
    [[nodiscard]] PlatformId own_platform() const { return PlatformId(source.platform); }
    [[nodiscard]] bool by_platform() const {
        return source.role == static_cast<std::uint8_t>(wire::SourceRole::platform);
    }
    // platform_suspended, platform_terminated or none, for the source's own platform.
    [[nodiscard]] wire::Reason own_platform_refusal() const;
    // Of an event that the authority may publish as well, which has no such standing.
    [[nodiscard]] wire::Reason publisher_refusal() const {
        return by_platform() ? own_platform_refusal() : wire::Reason::none;
    }

private:
    std::vector<wire::Posting>& postings_;
    // Looked up once: neither rules nor hot records move while an event is applied.
    mutable const BatchRules* batch_rules_ = nullptr;
    mutable BatchId batch_rules_id_;
    mutable const state::ProgrammeRecord* programme_ = nullptr;
    mutable const state::BatchRecord* batch_ = nullptr;
    mutable BatchId batch_id_;
};

inline AccountName fund() { return {wire::AccountKind::fund, BatchId(), 0}; }
inline AccountName budget(BatchId batch) { return {wire::AccountKind::budget, batch, 0}; }
inline AccountName outstanding(BatchId batch, std::int32_t last_day) {
    return {wire::AccountKind::outstanding, batch, static_cast<std::uint64_t>(last_day)};
}
inline AccountName payable(BatchId batch, PlatformId platform) {
    return {wire::AccountKind::payable, batch, platform.value()};
}
inline AccountName paid(PlatformId platform) {
    return {wire::AccountKind::paid, BatchId(), platform.value()};
}
inline AccountName receivable(PlatformId platform) {
    return {wire::AccountKind::receivable, BatchId(), platform.value()};
}
inline AccountName receivable(MerchantOrdinal merchant) {
    return {wire::AccountKind::receivable, BatchId(), (1ULL << 32) + merchant.value()};
}
inline AccountName prize_budget(BatchId batch, std::uint16_t tier) {
    return {wire::AccountKind::prize_budget, batch, tier};
}
inline AccountName prize_payable(BatchId batch, std::uint16_t tier) {
    return {wire::AccountKind::prize_payable, batch, tier};
}
inline AccountName prize_paid(BatchId batch, std::uint16_t tier) {
    return {wire::AccountKind::prize_paid, batch, tier};
}
inline AccountName prize_receivable(BatchId batch, std::uint16_t tier) {
    return {wire::AccountKind::prize_receivable, batch, tier};
}
inline AccountName treasury(std::uint32_t depositor) {
    return {wire::AccountKind::treasury, BatchId(), depositor};
}
inline AccountName compensation(PlatformId platform) {
    return {wire::AccountKind::compensation, BatchId(), platform.value()};
}
inline AccountName memorandum(wire::AccountKind kind, BatchId batch, PlatformId platform) {
    return {kind, batch, platform.value()};
}

}  // namespace fiscus::apply
