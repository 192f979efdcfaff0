#include "projections/statistics/cut.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "engine/base/time.h"
#include "projections/statistics/fold.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

// A value of a topic holds at most 1 MiB; a range takes at most 42 characters.
constexpr std::size_t late_ranges_per_row = 4'000;
// Late facts that join their day in memory before they are put into the store.
constexpr std::size_t joined_bytes_max = 1U << 20;

// What happened on the day by what was reported of it.
DayValues values_of_day(const std::vector<CellFigures>& reported) {
    DayValues values;
    for (const CellFigures& cell : reported) {
        if (cell.active) {
            values.push_back(
                {.key = cell.key, .sums = cell.figures.day, .distinct = cell.figures.distinct});
        }
    }
    return values;
}

// Walks through cells that ascend by key, to keys that ascend too.
template <typename Cell>
class Cursor {
public:
    explicit Cursor(const std::vector<Cell>& cells) : at_(cells.begin()), end_(cells.end()) {}

    // The cell of this key: nullptr when there is none.
    const Cell* find(const CellKey& key) {
        while (at_ != end_ && at_->key < key) {
            ++at_;
        }
        return at_ != end_ && at_->key == key ? &*at_ : nullptr;
    }
    // The first cell after the key of which something is known; the end has no key.
    std::optional<CellKey> after(const CellKey& key) {
        while (at_ != end_ && (at_->key <= key || at_->days == 0)) {
            ++at_;
        }
        return at_ != end_ ? std::optional(at_->key) : std::nullopt;
    }

private:
    typename std::vector<Cell>::const_iterator at_;
    typename std::vector<Cell>::const_iterator end_;
};

void add(Sums& sums, const CellTotal* total) {
    if (total != nullptr) {
        projections::add(sums, total->sums);
    }
}

}  // namespace

std::int32_t last_day_to_cut(std::int64_t now_us, std::uint16_t cut_minute) {
    // D is cut once now ≥ 00:00 of D + 1 plus the minutes.
    return business_day(now_us - cut_minute * us_per_minute) - 1;
}

Cut::Cut(const Parts& parts)
    : programme_(parts.programme),
      store_(parts.store),
      outlet_(parts.outlet),
      rows_(parts.outlet.rows(), parts.programme.reference, parts.code_names),
      counter_(parts.counter),
      as_of_(parts.as_of),
      now_us_(parts.now_us),
      summaries_({.programme = parts.programme,
                  .store = parts.store,
                  .outlet = parts.outlet,
                  .rows = rows_,
                  .counter = parts.counter,
                  .as_of = parts.as_of}) {}

template <typename Outcome>
Outcome Cut::named(Outcome outcome) const {
    if (!outcome.ok()) {
        Error error = outcome.error();
        error.why += " of programme " + std::to_string(programme_.id());
        return error;
    }
    return outcome;
}

Status Cut::run() {
    const std::int32_t last = last_day_to_cut(now_us_, programme_.reference.cut_minute);
    std::map<std::int32_t, LateDay> late = std::exchange(programme_.late, {});
    FISCUS_TRY(add_days_to_close(late));
    std::set<std::int32_t> reconcile_days;
    for (const auto& [day, arrivals] : late) {
        reconcile_days.insert(day);
    }
    for (std::int32_t day = programme_.last_cut_day + 1; day <= last; ++day) {
        reconcile_days.insert(day);
    }
    for (const std::int32_t day : programme_.reconciliation.due_days()) {
        if (programme_.is_cut(day)) {
            reconcile_days.insert(day);
        }
    }
    if (reconcile_days.empty()) {
        return Done{};
    }
    for (const auto& [day, arrivals] : late) {
        store_.erase(StateKey(table::late_days).u32(programme_.id()).day(day));
    }
    FISCUS_ASSIGN(before_, programme_.totals_of_day_before(counter_));
    FISCUS_TRY(revise_days(late));
    const bool says_anything = !late.empty() || programme_.last_cut_day < last;
    for (std::int32_t day = programme_.last_cut_day + 1; day <= last; ++day) {
        FISCUS_TRY(cut_open_day(day));
    }
    if (says_anything) {
        FISCUS_TRY(named(summaries_.run(*before_)));
    }
    for (const std::int32_t day : reconcile_days) {
        FISCUS_TRY(reconcile(day));
    }
    return Done{};
}

// All days at once or none: before the close no revision is final, after the first cut each one is.
Status Cut::add_days_to_close(std::map<std::int32_t, LateDay>& late) {
    for (std::int32_t day = programme_.first_day();
         programme_.closed && day <= programme_.last_cut_day; ++day) {
        FISCUS_ASSIGN(const std::optional<CutRecord> cut, latest_cut(day));
        if (cut && cut->final) {
            return Done{};
        }
        late.try_emplace(day);
    }
    return Done{};
}

Result<std::optional<CutRecord>> Cut::latest_cut(std::int32_t day) const {
    const std::uint32_t revision = programme_.latest_revision(day);
    if (revision == 0) {
        return std::optional<CutRecord>();
    }
    FISCUS_ASSIGN(
        const std::optional<std::string> stored,
        store_.get(StateKey(table::revisions).u32(programme_.id()).day(day).u32(revision)));
    CutRecord record;
    if (!stored || !parse_cut(*stored, record)) {
        return damaged_state("revision of a day");
    }
    return std::optional(std::move(record));
}

FactSource Cut::source_of(const DayFacts& facts) const {
    return [this, &facts](const VisitFacts& visit) { return facts.visit(store_, visit); };
}

Result<std::vector<CellFigures>> Cut::reported_figures(std::int32_t day) const {
    return load_figures(store_,
                        figures_of_day(programme_.id(), day, programme_.latest_revision(day)),
                        std::nullopt);
}

Result<DayValues> Cut::revise(std::int32_t day, const DayValues& before) {
    const DayFacts* const late = programme_.find_late_facts(day);
    if (late == nullptr) {
        return before;
    }
    DayFacts facts(table::day_facts, programme_.id(), day);
    FISCUS_TRY(facts.load(store_));
    FISCUS_ASSIGN(DayValues values,
                  named(counter_.count_late(before, source_of(facts), source_of(*late))));
    FISCUS_TRY(join(day, *late, facts));
    return values;
}

Status Cut::join(std::int32_t day, const DayFacts& late, DayFacts& facts) {
    FISCUS_TRY(late.visit(store_, [&](std::span<const Fact> portion) -> Status {
        for (const Fact& fact : portion) {
            facts.add(fact);
        }
        if (facts.memory() > joined_bytes_max) {
            facts.save(store_);
            facts.release();
        }
        return Done{};
    }));
    facts.save(store_);
    programme_.erase_late_facts(day, store_);
    return Done{};
}

// One day after the other, so that a whole year that becomes final needs the memory of one day.
Status Cut::revise_days(const std::map<std::int32_t, LateDay>& late) {
    if (late.empty()) {
        return Done{};
    }
    FISCUS_ASSIGN(CellTotals running, totals_before(late.begin()->first));
    for (std::int32_t day = late.begin()->first; day <= late.rbegin()->first; ++day) {
        FISCUS_ASSIGN(const std::vector<CellFigures> reported, reported_figures(day));
        const DayValues before = values_of_day(reported);
        const auto arrivals = late.find(day);
        if (arrivals == late.end()) {
            running.add(before);
            continue;
        }
        FISCUS_ASSIGN(const DayValues after, revise(day, before));
        programme_.totals.subtract(before);
        programme_.totals.add(after);
        running.add(after);
        FISCUS_TRY(emit(
            day,
            {.values = after, .to_date = running, .late = &arrivals->second, .before = reported}));
    }
    return Done{};
}

Result<CellTotals> Cut::totals_before(std::int32_t first) {
    if (first == programme_.first_day()) {
        return CellTotals();
    }
    CellTotals totals = programme_.totals;
    for (std::int32_t day = first; day <= programme_.last_cut_day; ++day) {
        FISCUS_ASSIGN(const std::vector<CellFigures> reported, reported_figures(day));
        totals.subtract(values_of_day(reported));
    }
    return totals;
}

Status Cut::cut_open_day(std::int32_t day) {
    DayValues values;
    if (const DayFacts* const facts = programme_.find_open_day(day)) {
        FISCUS_ASSIGN(values, named(counter_.count(source_of(*facts))));
    }
    programme_.totals.add(values);
    programme_.close_day(day, store_);
    programme_.last_cut_day = day;
    return emit(day,
                {.values = values, .to_date = programme_.totals, .late = nullptr, .before = {}});
}

Status Cut::emit(std::int32_t day, const Revision& revision) {
    const RowHead head{.programme = programme_.id(),
                       .day = day,
                       .revision = programme_.latest_revision(day) + 1,
                       .as_of = as_of_,
                       .final = programme_.closed};
    CutRecord record{.as_of = as_of_, .cut_at_us = now_us_, .final = programme_.closed};
    FISCUS_ASSIGN(const std::optional<CutRecord> previous, latest_cut(day));
    if (previous) {
        record.previous_as_of = previous->as_of;
        record.closes = record.final && !previous->final;
    }
    if (const LateDay* const late = revision.late) {
        record.late_accepted = late->accepted;
        record.late_refused = late->refused;
        record.gap_fills = late->gap_fills;
        record.late_sequences = late->sequences.text();
    }
    FISCUS_TRY(emit_cells(head, revision, record));
    FISCUS_TRY(emit_rest(head, record, revision.late));
    StateKey key(table::revisions);
    store_.put(key.u32(head.programme).day(day).u32(head.revision), encode(record));
    programme_.revisions[day] = head.revision;
    ++revisions_;
    return outlet_.drain_if_large();
}

Status Cut::emit_cells(const RowHead& head, const Revision& revision, CutRecord& record) {
    FiguresWriter stored(store_, figures_of_day(head.programme, head.day, head.revision));
    Cursor<CellValues> values(revision.values);
    Cursor<CellTotal> totals(revision.to_date.cells());
    Cursor<CellTotal> earlier(before_->cells());
    Cursor<CellFigures> before(revision.before);
    // The programme has its row, also when nothing ever happened.
    for (std::optional<CellKey> key = CellKey{}; key;) {
        Figures figures;
        const CellValues* const of_day = values.find(*key);
        if (of_day != nullptr) {
            figures.day = of_day->sums;
            figures.distinct = of_day->distinct;
        }
        add(figures.to_date, totals.find(*key));
        add(figures.to_date, earlier.find(*key));
        stored.add(*key, of_day != nullptr, figures);
        rows_.statistics(head, *key, figures);
        ++record.rows;
        if (head.revision > 1) {
            const CellFigures* const was = before.find(*key);
            emit_changes(head, *key, was == nullptr ? Figures{} : was->figures, figures, record);
        }
        FISCUS_TRY(outlet_.drain_if_large());
        const std::optional<CellKey> next = totals.after(*key);
        const std::optional<CellKey> next_earlier = earlier.after(*key);
        key = !next || (next_earlier && *next_earlier < *next) ? next_earlier : next;
    }
    stored.finish();
    return Done{};
}

void Cut::emit_changes(const RowHead& head,
                       const CellKey& cell,
                       const Figures& before,
                       const Figures& after,
                       CutRecord& record) {
    if (before.day == after.day && before.distinct == after.distinct) {
        return;
    }
    const std::uint64_t changed_before = record.changed_figures;
    for (const Measure& measure : measures_of(programme_.reference.has_prize_batches,
                                              programme_.reference.has_instant_draws)) {
        if (!is_of_day(measure) || measure.value(before) == measure.value(after)) {
            continue;
        }
        rows_.change(head, cell, measure, measure.value(before), measure.value(after));
        ++record.changed_figures;
    }
    record.changed_cells += record.changed_figures != changed_before ? 1 : 0;
}

Status Cut::emit_rest(const RowHead& head, const CutRecord& record, const LateDay* late) {
    for (const FundLine& line : programme_.fund.lines(head.day)) {
        rows_.fund_usage(head, line);
    }
    for (const PrizeLine& line : programme_.prizes.lines(head.day)) {
        rows_.prizes(head, line);
    }
    for (const DrawLine& line : programme_.draws.lines(head.day)) {
        rows_.draws(head, line);
    }
    if (const auto reasons = programme_.refusals.find(head.day);
        reasons != programme_.refusals.end()) {
        for (const auto& [reason, count] : reasons->second) {
            rows_.refusals(head, reason, count);
        }
    }
    std::uint64_t missing = 0;
    for (const auto& [source, state] : programme_.sources.all()) {
        missing += state.missing.count();
        rows_.gap(head, source, state);
    }
    if (late != nullptr) {
        const auto& ranges = late->sequences.ranges();
        for (std::size_t from = 0; from < ranges.size(); from += late_ranges_per_row) {
            std::string text;
            for (std::size_t range = from;
                 range < std::min(ranges.size(), from + late_ranges_per_row); ++range) {
                text += (text.empty() ? "" : ",") + text_of(ranges[range]);
            }
            rows_.late_entries(head, from / late_ranges_per_row + 1, text);
        }
    }
    rows_.day(head, record, missing);
    return outlet_.drain_if_large();
}

Status Cut::reconcile(std::int32_t day) {
    RowHead head{
        .programme = programme_.id(), .day = day, .as_of = as_of_, .final = programme_.closed};
    const std::vector<Comparison> comparisons = programme_.reconciliation.compare(day);
    head.revision = programme_.reconciliation.report(day);
    for (const Comparison& comparison : comparisons) {
        rows_.control_totals(head, comparison);
    }
    return outlet_.drain_if_large();
}

}  // namespace fiscus::projections
