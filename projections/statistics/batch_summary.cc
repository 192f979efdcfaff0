#include "projections/statistics/batch_summary.h"

#include <algorithm>
#include <utility>

#include "engine/base/time.h"
#include "projections/statistics/fold.h"
#include "projections/statistics/programme_state.h"
#include "projections/statistics/rows.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

const Figures* find(const BatchFigures& cells, const CellKey& key) {
    const auto at = std::ranges::lower_bound(cells, key, {}, &CellFigures::key);
    return at != cells.end() && at->key == key ? &at->figures : nullptr;
}

// Beside the figures something is not what it was.
bool says_more(const BatchSummary& summary, const BatchSummary& latest) {
    return summary.final != latest.final || summary.ending != latest.ending ||
           summary.flows != latest.flows;
}

}  // namespace

std::string encode(const BatchSummary& summary) {
    std::string bytes;
    const std::uint64_t finality = summary.closes ? 2 : (summary.final ? 1 : 0);
    for (const std::uint64_t number :
         {summary.as_of, summary.previous_as_of, summary.changed_figures, finality,
          static_cast<std::uint64_t>(summary.ending.how)}) {
        put_varint(bytes, number);
    }
    put_signed(bytes, summary.day);
    put_signed(bytes, summary.ending.day);
    for (const std::int64_t fen : summary.flows) {
        put_signed(bytes, fen);
    }
    return bytes;
}

bool parse_summary(std::string_view bytes, BatchSummary& summary) {
    Reader reader(bytes);
    for (std::uint64_t* number :
         {&summary.as_of, &summary.previous_as_of, &summary.changed_figures}) {
        *number = reader.varint();
    }
    const std::uint64_t finality = reader.varint();
    summary.final = finality != 0;
    summary.closes = finality == 2;
    const std::uint64_t how = reader.varint();
    summary.ending.how = static_cast<BatchEnd>(how);
    summary.day = static_cast<std::int32_t>(reader.signed_varint());
    summary.ending.day = static_cast<std::int32_t>(reader.signed_varint());
    for (std::int64_t& fen : summary.flows) {
        fen = reader.signed_varint();
    }
    return reader.finished() && how > 0 && how <= batch_ends().size();
}

// The third day after the end, and every 28th after that.
bool has_scheduled_day(std::int32_t ended_on, std::int32_t first, std::int32_t last) {
    constexpr std::int32_t first_look = 3;
    constexpr std::int32_t days_between = 28;
    const std::int32_t origin = ended_on + first_look;
    const std::int32_t periods =
        first <= origin ? 0 : (first - origin + days_between - 1) / days_between;
    return origin + periods * days_between <= last;
}

Result<BatchSummary> load_summary(const Store& store,
                                  std::uint32_t programme,
                                  std::uint32_t batch,
                                  std::uint32_t revision) {
    FISCUS_ASSIGN(
        const std::optional<std::string> stored,
        store.get(StateKey(table::batch_summaries).u32(programme).u32(batch).u32(revision)));
    BatchSummary summary{.revision = revision};
    if (!stored || !parse_summary(*stored, summary)) {
        return damaged_state("summary of a batch");
    }
    return summary;
}

std::string why_english(const BatchSummary& summary) {
    if (summary.revision <= 1) {
        return "the batch ended on " + date_text(summary.ending.day) + ": " +
               std::string(info(summary.ending.how).english);
    }
    return (summary.closes ? "the programme is closed: final figures; " : "") +
           std::to_string(summary.changed_figures) +
           " figures changed since the cut at ledger sequence " +
           std::to_string(summary.previous_as_of);
}

std::string why_chinese(const BatchSummary& summary) {
    if (summary.revision <= 1) {
        return "批次于 " + date_text(summary.ending.day) + " 结束：" +
               std::string(info(summary.ending.how).chinese);
    }
    return (summary.closes ? "活动已结束，终版数据；" : "") + std::string("上次截止（账序号 ") +
           std::to_string(summary.previous_as_of) + "）之后变动指标 " +
           std::to_string(summary.changed_figures) + " 项";
}

SummaryCut::SummaryCut(const Parts& parts)
    : parts_(parts), last_day_before_(parts.programme.last_cut_day) {}

Status SummaryCut::run(const CellTotals& before) {
    const ProgrammeState& programme = parts_.programme;
    std::optional<std::map<std::uint32_t, Flows>> flows;  // none are needed when nothing is due
    for (const auto& [batch, names] : programme.reference.batches) {
        const std::optional<Ending> ending = programme.batches.ending(programme.reference, batch);
        const BatchSummary latest = programme.latest_summary(batch);
        if (!ending || !is_due(*ending, latest)) {
            continue;
        }
        if (!flows) {
            flows = programme.fund.to_date(programme.last_cut_day);
        }
        FISCUS_ASSIGN(Due due, look_at(batch, *ending, latest, before));
        due.summary.flows = (*flows)[batch];
        FISCUS_TRY(count(batch, due));
        FISCUS_TRY(publish(batch, due));
    }
    return Done{};
}

bool SummaryCut::is_due(const Ending& ending, const BatchSummary& latest) const {
    const ProgrammeState& programme = parts_.programme;
    if (latest.revision == 0) {
        return ending.day <= programme.last_cut_day;
    }
    return (programme.closed && !latest.final) ||
           has_scheduled_day(ending.day, last_day_before_ + 1, programme.last_cut_day);
}

Result<SummaryCut::Due> SummaryCut::look_at(std::uint32_t batch,
                                            const Ending& ending,
                                            const BatchSummary& latest,
                                            const CellTotals& before) const {
    const ProgrammeState& programme = parts_.programme;
    const BatchSummary summary{.revision = latest.revision + 1,
                               .as_of = parts_.as_of,
                               .previous_as_of = latest.as_of,
                               .day = programme.last_cut_day,
                               .final = programme.closed,
                               .closes = programme.closed && !latest.final && latest.revision > 0,
                               .ending = ending};
    Due due{.summary = summary, .latest = latest, .figures = sums_of(batch, before)};
    if (latest.revision > 0) {
        FISCUS_ASSIGN(
            due.reported,
            load_figures(parts_.store, figures_of_batch(programme.id(), batch, latest.revision),
                         std::nullopt));
    }
    return due;
}

BatchFigures SummaryCut::sums_of(std::uint32_t batch, const CellTotals& before) const {
    std::map<CellKey, Sums> sums;
    // The batch has its row, also when nothing ever happened in it.
    sums[{.grouping = Grouping::batch, .first = batch}];
    const CellTotals& cut = parts_.programme.totals;
    for (const CellTotals* const totals : {&cut, &before}) {
        for (const Grouping grouping : {Grouping::batch, Grouping::batch_district}) {
            const CellKey first{.grouping = grouping, .first = batch};
            auto at = std::ranges::lower_bound(totals->cells(), first, {}, &CellTotal::key);
            for (; at != totals->cells().end() && at->key.grouping == grouping &&
                   at->key.first == batch;
                 ++at) {
                if (at->days > 0) {
                    add(sums[at->key], at->sums);
                }
            }
        }
    }
    BatchFigures figures;
    for (const auto& [key, all] : sums) {
        figures.push_back(
            {.key = key, .active = true, .figures = {.day = all, .distinct = {}, .to_date = all}});
    }
    return figures;
}

Status SummaryCut::count(std::uint32_t batch, Due& due) {
    BatchLives& lives = parts_.programme.batches;
    const std::uint64_t fact_bytes = parts_.programme.fact_bytes_of(batch);
    if (due.latest.revision > 0 && fact_bytes == lives.find(batch).counted_bytes) {
        for (CellFigures& cell : due.figures) {
            if (const Figures* const known = find(due.reported, cell.key)) {
                cell.figures.distinct = known->distinct;
            }
        }
        return Done{};
    }
    FISCUS_ASSIGN(const DayValues values, parts_.counter.count(facts_of(batch)));
    for (CellFigures& cell : due.figures) {
        const auto at = std::ranges::lower_bound(values, cell.key, {}, &CellValues::key);
        if (at != values.end() && at->key == cell.key) {
            cell.figures.distinct = at->distinct;
        }
    }
    lives.note_counted(batch, fact_bytes);
    return Done{};
}

FactSource SummaryCut::facts_of(std::uint32_t batch) const {
    return [this, batch](const VisitFacts& visit) -> Status {
        const ProgrammeState& programme = parts_.programme;
        const auto visit_some = [&](const DayFacts* facts) {
            return facts == nullptr ? Status(Done{})
                                    : facts->visit_batch(parts_.store, batch, visit);
        };
        FISCUS_TRY(visit_some(programme.find_open_day(programme.day_before())));
        const BatchLife life = programme.batches.find(batch);
        for (std::int32_t day = life.first_day; day <= life.last_day; ++day) {
            FISCUS_TRY(DayFacts::visit_stored(parts_.store, table::day_facts, programme.id(), day,
                                              batch, visit));
            // Full refunds of another day, which wait for the day's next revision.
            FISCUS_TRY(visit_some(programme.find_late_facts(day)));
        }
        return Done{};
    };
}

Status SummaryCut::publish(std::uint32_t batch, Due& due) {
    const bool same_figures = std::ranges::equal(
        due.figures, due.reported, [](const CellFigures& one, const CellFigures& other) {
            return one.key == other.key && one.figures == other.figures;
        });
    BatchSummary& summary = due.summary;
    ProgrammeState& programme = parts_.programme;
    if (same_figures && due.latest.revision > 0 && !says_more(summary, due.latest)) {
        return Done{};
    }
    const RowHead head{.programme = programme.id(),
                       .day = summary.day,
                       .revision = summary.revision,
                       .as_of = summary.as_of,
                       .final = summary.final};
    FiguresWriter stored(parts_.store, figures_of_batch(programme.id(), batch, summary.revision));
    for (const CellFigures& cell : due.figures) {
        stored.add(cell.key, cell.active, cell.figures);
        if (cell.key.grouping == Grouping::batch_district) {
            parts_.rows.batch_summary_district(head, cell.key, cell.figures);
        }
    }
    stored.finish();
    if (summary.revision > 1) {
        publish_changes(head, batch, due);
    }
    parts_.rows.batch_summary(head, batch, due.figures.front().figures, summary);
    programme.keep_summary(parts_.store, batch, summary);
    return parts_.outlet.drain_if_large();
}

void SummaryCut::publish_changes(const RowHead& head, std::uint32_t batch, Due& due) {
    const Reference& reference = parts_.programme.reference;
    for (const CellFigures& cell : due.figures) {
        const Figures* const was = find(due.reported, cell.key);
        const Figures before = was == nullptr ? Figures{} : *was;
        for (const Measure& measure :
             measures_of(reference.has_prize_batches, reference.has_instant_draws)) {
            if (is_of_day(measure) && measure.value(before) != measure.value(cell.figures)) {
                ++due.summary.changed_figures;
                parts_.rows.batch_summary_change(head, cell.key,
                                                 {.id = measure.id,
                                                  .chinese = measure.chinese,
                                                  .before = measure.value(before),
                                                  .after = measure.value(cell.figures)});
            }
        }
    }
    for (const FlowInfo& about : flow_infos_of(reference.has_prize_batches)) {
        const std::int64_t before = flow(due.latest.flows, about.flow);
        const std::int64_t after = flow(due.summary.flows, about.flow);
        if (before != after) {
            ++due.summary.changed_figures;
            parts_.rows.batch_summary_change(
                head, {.grouping = Grouping::batch, .first = batch},
                {.id = about.id, .chinese = about.chinese, .before = before, .after = after});
        }
    }
}

}  // namespace fiscus::projections
