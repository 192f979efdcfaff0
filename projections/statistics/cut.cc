#include "projections/statistics/cut.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "engine/base/time.h"
#include "projections/statistics/fold.h"
#include "projections/statistics/late.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

// A value of a topic holds at most 1 MiB; a range takes at most 42 characters.
constexpr std::size_t late_ranges_per_row = 4'000;

CellTotal& at(CellTotals& totals, CellNumber cell) {
    if (cell >= totals.size()) {
        totals.resize(cell + std::size_t{1});
    }
    return totals[cell];
}

void add(CellTotals& totals, const DayValues& values) {
    for (std::size_t place = 0; place < values.cells.size(); ++place) {
        CellTotal& total = at(totals, values.cells[place]);
        for (std::size_t sum = 0; sum < sum_count; ++sum) {
            total.sums[sum] += values.sums[place][sum];
        }
        ++total.days;
    }
}

void subtract(CellTotals& totals, const DayValues& values) {
    for (std::size_t place = 0; place < values.cells.size(); ++place) {
        CellTotal& total = at(totals, values.cells[place]);
        for (std::size_t sum = 0; sum < sum_count; ++sum) {
            total.sums[sum] -= values.sums[place][sum];
        }
        --total.days;
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
      as_of_(parts.as_of),
      now_us_(parts.now_us) {}

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
    FISCUS_TRY(load_day_before());
    FISCUS_TRY(revise_days(late));
    for (std::int32_t day = programme_.last_cut_day + 1; day <= last; ++day) {
        FISCUS_TRY(cut_open_day(day));
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

Status Cut::load_day_before() {
    FISCUS_ASSIGN(DayCells* const cells, programme_.find_open_day(programme_.day_before()));
    if (cells != nullptr) {
        for (const CellNumber cell : cells->numbers()) {
            at(before_, cell) = {.sums = cells->find(cell)->sums, .days = 1};
        }
    }
    return Done{};
}

Result<DayValues> Cut::values_of(DayCells& cells) {
    DayValues values;
    for (const CellNumber number : cells.numbers()) {
        DayCell& cell = *cells.find(number);
        const std::optional<DistinctCounts> counts = cell.counts();
        if (!counts) {
            return Error{.code = ErrorCode::corrupt,
                         .what = "more redemptions were refunded than there were",
                         .why = "cell " + path_of(programme_.directory.key(number)) +
                                " of programme " + std::to_string(programme_.id()),
                         .hint = "compare the journal with a replay of the events"};
        }
        values.cells.push_back(number);
        values.sums.push_back(cell.sums);
        values.distinct.push_back(*counts);
    }
    return values;
}

Result<DayValues> Cut::reported_values(std::int32_t day) {
    FISCUS_ASSIGN(const auto reported,
                  load_figures(store_, programme_.id(), day, programme_.latest_revision(day)));
    DayValues values;
    for (const auto& [key, stored] : reported) {
        if (stored.active) {
            values.cells.push_back(programme_.directory.number(key));
            values.sums.push_back(stored.figures.day);
            values.distinct.push_back(stored.figures.distinct);
        }
    }
    return values;
}

Result<DayValues> Cut::revise(std::int32_t day) {
    DayCells cells;
    FISCUS_TRY(cells.load(store_, programme_.id(), day, programme_.directory, std::nullopt));
    FISCUS_ASSIGN(const std::vector<std::string> taken,
                  fold_late(store_, programme_, day, programme_.directory, cells));
    for (const std::string& key : taken) {
        store_.erase(key);
    }
    cells.save(store_, programme_.id(), day, programme_.directory);
    return values_of(cells);
}

// One day after the other, so that a whole year that becomes final needs the memory of one day.
Status Cut::revise_days(const std::map<std::int32_t, LateDay>& late) {
    if (late.empty()) {
        return Done{};
    }
    FISCUS_ASSIGN(CellTotals running, totals_before(late.begin()->first));
    for (std::int32_t day = late.begin()->first; day <= late.rbegin()->first; ++day) {
        FISCUS_ASSIGN(const DayValues before, reported_values(day));
        const auto arrivals = late.find(day);
        if (arrivals == late.end()) {
            add(running, before);
            continue;
        }
        FISCUS_ASSIGN(const DayValues after, revise(day));
        subtract(programme_.totals, before);
        add(programme_.totals, after);
        programme_.dirty_totals.insert(after.cells.begin(), after.cells.end());
        add(running, after);
        FISCUS_TRY(emit(day, after, running, &arrivals->second));
    }
    return Done{};
}

Result<CellTotals> Cut::totals_before(std::int32_t first) {
    if (first == programme_.first_day()) {
        return CellTotals();
    }
    CellTotals totals = programme_.totals;
    for (std::int32_t day = first; day <= programme_.last_cut_day; ++day) {
        FISCUS_ASSIGN(const DayValues values, reported_values(day));
        subtract(totals, values);
    }
    return totals;
}

Status Cut::cut_open_day(std::int32_t day) {
    FISCUS_ASSIGN(DayCells* const cells, programme_.find_open_day(day));
    DayValues values;
    if (cells != nullptr) {
        FISCUS_ASSIGN(values, values_of(*cells));
        cells->save(store_, programme_.id(), day, programme_.directory);
    }
    add(programme_.totals, values);
    for (const CellNumber cell : values.cells) {
        programme_.dirty_totals.insert(cell);
    }
    programme_.close_day(day);
    programme_.last_cut_day = day;
    return emit(day, values, programme_.totals, nullptr);
}

Status Cut::emit(std::int32_t day,
                 const DayValues& values,
                 const CellTotals& to_date,
                 const LateDay* late) {
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
    if (late != nullptr) {
        record.late_accepted = late->accepted;
        record.late_refused = late->refused;
        record.gap_fills = late->gap_fills;
        record.late_sequences = late->sequences.text();
    }
    FISCUS_TRY(emit_cells(head, values, to_date, record));
    FISCUS_TRY(emit_rest(head, record, late));
    StateKey key(table::revisions);
    store_.put(key.u32(head.programme).day(day).u32(head.revision), encode(record));
    programme_.revisions[day] = head.revision;
    ++revisions_;
    return outlet_.drain_if_large();
}

Status Cut::emit_cells(const RowHead& head,
                       const DayValues& values,
                       const CellTotals& to_date,
                       CutRecord& record) {
    std::map<CellKey, StoredFigures> before;
    if (head.revision > 1) {
        FISCUS_ASSIGN(before, load_figures(store_, head.programme, head.day, head.revision - 1));
    }
    constexpr std::size_t nowhere = SIZE_MAX;
    std::vector<std::size_t> place_of(programme_.directory.size(), nowhere);
    for (std::size_t place = 0; place < values.cells.size(); ++place) {
        place_of[values.cells[place]] = place;
    }
    const CellTotal nothing;
    for (const CellNumber cell : programme_.cells_by_key()) {
        const CellKey& key = programme_.directory.key(cell);
        const CellTotal& earlier = cell < before_.size() ? before_[cell] : nothing;
        const CellTotal& total = cell < to_date.size() ? to_date[cell] : nothing;
        if (total.days == 0 && earlier.days == 0 && key.grouping != Grouping::programme) {
            continue;
        }
        StoredFigures stored;
        if (const std::size_t place = place_of[cell]; place != nowhere) {
            stored.active = true;
            stored.figures.day = values.sums[place];
            stored.figures.distinct = values.distinct[place];
        }
        for (std::size_t sum = 0; sum < sum_count; ++sum) {
            stored.figures.to_date[sum] = total.sums[sum] + earlier.sums[sum];
        }
        StateKey place(table::figures);
        place.u32(head.programme).day(head.day).u32(head.revision);
        append_cell_key(place, key);
        store_.put(place, encode(stored));
        rows_.statistics(head, key, stored.figures);
        ++record.rows;
        if (head.revision > 1) {
            FISCUS_TRY(emit_changes(head, before, key, stored.figures, record));
        }
        FISCUS_TRY(outlet_.drain_if_large());
    }
    return Done{};
}

Status Cut::emit_changes(const RowHead& head,
                         const std::map<CellKey, StoredFigures>& before,
                         const CellKey& cell,
                         const Figures& after,
                         CutRecord& record) {
    const auto known = before.find(cell);
    const Figures was = known == before.end() ? Figures{} : known->second.figures;
    const std::uint64_t changed_before = record.changed_figures;
    for (const Measure& measure : measures()) {
        if (!is_of_day(measure) || measure.value(was) == measure.value(after)) {
            continue;
        }
        rows_.change(head, cell, measure, measure.value(was), measure.value(after));
        ++record.changed_figures;
    }
    record.changed_cells += record.changed_figures != changed_before ? 1 : 0;
    return Done{};
}

Status Cut::emit_rest(const RowHead& head, const CutRecord& record, const LateDay* late) {
    for (const FundLine& line : programme_.fund.lines(head.day)) {
        rows_.fund_usage(head, line);
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

Result<std::map<CellKey, StoredFigures>> load_figures(const Store& store,
                                                      std::uint32_t programme,
                                                      std::int32_t day,
                                                      std::uint32_t revision) {
    std::map<CellKey, StoredFigures> figures;
    StateKey prefix(table::figures);
    prefix.u32(programme).day(day).u32(revision);
    FISCUS_TRY(store.scan(prefix, [&](std::string_view key, std::string_view value) -> Status {
        KeyReader place(key);
        place.u32();
        place.day();
        place.u32();
        const std::optional<CellKey> cell = read_cell_key(place);
        const std::optional<StoredFigures> stored = decode_figures(value);
        if (!cell || !place.finished() || !stored) {
            return damaged_state("figures of a revision");
        }
        figures.emplace_hint(figures.end(), *cell, *stored);
        return Done{};
    }));
    return figures;
}

Result<std::vector<std::string>> fold_late(const Store& store,
                                           const ProgrammeState& programme,
                                           std::int32_t day,
                                           CellDirectory& directory,
                                           DayCells& cells) {
    std::vector<std::string> keys;
    for (const char late : {table::late_refunds, table::late_entries}) {
        FISCUS_TRY(store.scan(
            StateKey(late).u32(programme.id()).day(day),
            [&](std::string_view key, std::string_view value) -> Status {
                wire::Entry entry;
                if (!parse_entry(value, entry)) {
                    return damaged_state("late entry");
                }
                keys.emplace_back(key);
                const bool own = programme.counted_day(entry.business_day()) == day;
                const bool removes =
                    is_full_refund(entry) && programme.counted_day(entry.origin_day()) == day;
                if (is_counted(entry) && (own || removes)) {
                    fold_into_day(cells, directory.numbers(dimensions_of(entry)), entry, own,
                                  removes);
                }
                return Done{};
            }));
    }
    return keys;
}

}  // namespace fiscus::projections
