#include "projections/statistics/batch_summary.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "engine/base/time.h"
#include "projections/statistics/fold.h"
#include "projections/statistics/programme_state.h"
#include "projections/statistics/rows.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

bool is_of_batches(const CellKey& cell) {
    return cell.grouping == Grouping::batch || cell.grouping == Grouping::batch_district;
}

const Figures* find(const BatchFigures& cells, const CellKey& key) {
    const auto at = std::ranges::lower_bound(cells, key, {}, &CellFigures::key);
    return at != cells.end() && at->key == key ? &at->figures : nullptr;
}

// Beside the figures something is not what it was.
bool says_more(const BatchSummary& summary, const BatchSummary& latest) {
    return summary.final != latest.final || summary.ending != latest.ending ||
           summary.flows != latest.flows;
}

// Any order will do.
bool comes_before(const Fact& one, const Fact& other) {
    const auto parts = [](const Fact& fact) {
        return std::tie(fact.consumer, fact.merchant, fact.kind, fact.own_day, fact.removes,
                        fact.values, fact.amounts);
    };
    return parts(one) < parts(other);
}

// Questions that were refused are not in the sums; the counter finds out.
std::int64_t about_facts(const Sums& sums) {
    std::int64_t facts = 0;
    for (const Sum count : {Sum::issued_count, Sum::redeemed_count, Sum::refunded_count,
                            Sum::invoices_count, Sum::invoices_verified_count,
                            Sum::prizes_paid_count, Sum::draws_won_count, Sum::draws_lost_count}) {
        facts += sums[index(count)];
    }
    return facts;
}

// More takes more than it spares; they are held beside the memory of the count.
constexpr std::size_t news_max = 16'384;

void take_distinct(BatchFigures& cells, const auto& from, auto distinct_of) {
    for (CellFigures& cell : cells) {
        const auto at = std::ranges::lower_bound(from, cell.key, {},
                                                 [](const auto& other) { return other.key; });
        if (at != from.end() && at->key == cell.key) {
            cell.figures.distinct = distinct_of(*at);
        }
    }
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

void SummaryCut::note_day(std::int32_t day, const DayValues& values) {
    bool any = false;
    for (const CellValues& cell : values) {
        if (is_of_batches(cell.key)) {
            parts_.programme.batches.note_day(day, cell.key.first);
            changed_.insert(cell.key.first);
            any = any || parts_.programme.has_summary(cell.key.first);
        }
    }
    if (any) {
        days_.push_back(day);
    }
}

// Those of other days are among the untold ones, of this cut or of one before.
Status SummaryCut::note_late(const DayFacts& late) {
    return late.visit(parts_.store, [this](std::span<const Fact> facts) -> Status {
        for (const Fact& fact : facts) {
            if (fact.own_day) {
                add_news(fact);
            }
        }
        return Done{};
    });
}

void SummaryCut::note_revision(std::int32_t day, const DayValues& before, const DayValues& after) {
    for (const CellValues& cell : after) {
        if (!is_of_batches(cell.key)) {
            continue;
        }
        const auto was = std::ranges::lower_bound(before, cell.key, {}, &CellValues::key);
        if (was == before.end() || was->key != cell.key || was->sums != cell.sums) {
            parts_.programme.batches.note_day(day, cell.key.first);
            changed_.insert(cell.key.first);
        }
    }
}

void SummaryCut::add_news(const Fact& fact) {
    const std::uint32_t batch = fact.value(Dimension::batch);
    if (!counts_somebody(fact) || !parts_.programme.has_summary(batch)) {
        return;
    }
    in_the_news_.insert(batch);
    too_much_news_ = too_much_news_ || news_.size() == news_max;
    if (!too_much_news_) {
        news_.push_back(fact);
    }
}

Status SummaryCut::gather_news() {
    const VisitFacts add_all = [this](std::span<const Fact> facts) -> Status {
        std::ranges::for_each(facts, [this](const Fact& fact) { add_news(fact); });
        return Done{};
    };
    for (const std::int32_t day : days_) {
        FISCUS_TRY(DayFacts::visit_stored(parts_.store, table::day_facts, parts_.programme.id(),
                                          day, add_all));
    }
    FISCUS_TRY(parts_.programme.untold().visit(parts_.store, add_all));
    parts_.programme.erase_untold(parts_.store);
    std::ranges::sort(news_, comes_before);
    return Done{};
}

Status SummaryCut::run(const CellTotals& before) {
    ProgrammeState& programme = parts_.programme;
    FISCUS_TRY(gather_news());
    flows_ = programme.fund.to_date(programme.last_cut_day);
    for (const auto& [batch, names] : programme.reference.batches) {
        const std::optional<Ending> ending = programme.batches.ending(programme.reference, batch);
        if (ending && ending->day <= programme.last_cut_day) {
            FISCUS_TRY(look_at(batch, *ending, before));
        }
    }
    FISCUS_TRY(count());
    for (auto& [batch, due] : due_) {
        FISCUS_TRY(publish(batch, due));
    }
    return Done{};
}

Status SummaryCut::look_at(std::uint32_t batch, const Ending& ending, const CellTotals& before) {
    ProgrammeState& programme = parts_.programme;
    const BatchSummary latest = programme.latest_summary(batch);
    const BatchSummary summary{.revision = latest.revision + 1,
                               .as_of = parts_.as_of,
                               .previous_as_of = latest.as_of,
                               .day = programme.last_cut_day,
                               .final = programme.closed,
                               .closes = programme.closed && !latest.final && latest.revision > 0,
                               .ending = ending,
                               .flows = flows_[batch]};
    const bool is_new = latest.revision == 0;
    if (!is_new && !changed_.contains(batch) && !in_the_news_.contains(batch) &&
        !says_more(summary, latest)) {
        return Done{};
    }
    Due due{.summary = summary, .latest = latest, .figures = sums_of(batch, before)};
    if (!is_new) {
        FISCUS_ASSIGN(
            due.reported,
            load_figures(parts_.store, figures_of_batch(programme.id(), batch, latest.revision),
                         std::nullopt));
        take_distinct(due.figures, due.reported,
                      [](const CellFigures& cell) { return cell.figures.distinct; });
    }
    due_.emplace(batch, std::move(due));
    return Done{};
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

FactSource SummaryCut::facts_of(const std::set<std::uint32_t>& batches) const {
    return [this, &batches](const VisitFacts& visit) -> Status {
        const ProgrammeState& programme = parts_.programme;
        std::vector<Fact> chosen;
        const VisitFacts choose = [&](std::span<const Fact> facts) -> Status {
            chosen.clear();
            std::ranges::copy_if(facts, std::back_inserter(chosen), [&](const Fact& fact) {
                return batches.contains(fact.value(Dimension::batch));
            });
            return chosen.empty() ? Status(Done{}) : visit(chosen);
        };
        const auto visit_all = [&](const DayFacts* facts) {
            return facts == nullptr ? Status(Done{}) : facts->visit(parts_.store, choose);
        };
        FISCUS_TRY(visit_all(programme.find_open_day(programme.day_before())));
        std::int32_t first = INT32_MAX;
        std::int32_t last = INT32_MIN;
        for (const std::uint32_t batch : batches) {
            const BatchLife life = programme.batches.find(batch);
            first = std::min(first, life.first_day);
            last = std::max(last, life.last_day);
        }
        for (std::int32_t day = first; day <= last; ++day) {
            FISCUS_TRY(DayFacts::visit_stored(parts_.store, table::day_facts, programme.id(), day,
                                              choose));
            // Full refunds of another day, which wait for the day's next revision.
            FISCUS_TRY(visit_all(programme.find_late_facts(day)));
        }
        return Done{};
    };
}

// Facts have no names, but equal ones count the same: it does not matter which of them are left
// out.
FactSource SummaryCut::facts_before(const std::set<std::uint32_t>& batches) const {
    return [this, &batches](const VisitFacts& visit) -> Status {
        std::vector<bool> left_out(news_.size());
        std::vector<Fact> before;
        return facts_of(batches)([&](std::span<const Fact> facts) -> Status {
            before.clear();
            for (const Fact& fact : facts) {
                auto at = std::ranges::lower_bound(news_, fact, comes_before);
                const auto place = [&] { return static_cast<std::size_t>(at - news_.begin()); };
                while (at != news_.end() && *at == fact && left_out[place()]) {
                    ++at;
                }
                if (at != news_.end() && *at == fact) {
                    left_out[place()] = true;
                } else {
                    before.push_back(fact);
                }
            }
            return visit(before);
        });
    };
}

Status SummaryCut::count() {
    std::set<std::uint32_t> whole;
    std::set<std::uint32_t> by_news;
    for (const auto& [batch, due] : due_) {
        const bool has_news = in_the_news_.contains(batch);
        if (due.latest.revision == 0 || (has_news && too_much_news_)) {
            whole.insert(batch);
        } else if (has_news) {
            by_news.insert(batch);
        }
    }
    FISCUS_TRY(count_in_groups(whole));
    return by_news.empty() ? Status(Done{}) : count_news(by_news);
}

// As many batches at once as the counter can hold: then it need not read their days for each slice
// of a batch.
Status SummaryCut::count_in_groups(const std::set<std::uint32_t>& batches) {
    std::set<std::uint32_t> some;
    std::int64_t room = 0;
    for (const std::uint32_t batch : batches) {
        const std::int64_t facts = about_facts(due_.at(batch).figures.front().figures.day);
        if (!some.empty() && facts > room) {
            FISCUS_TRY(count_whole(some));
            some.clear();
        }
        if (some.empty()) {
            room = static_cast<std::int64_t>(parts_.counter.facts_max());
        }
        some.insert(batch);
        room -= facts;
    }
    return some.empty() ? Status(Done{}) : count_whole(some);
}

Status SummaryCut::count_whole(const std::set<std::uint32_t>& batches) {
    FISCUS_ASSIGN(const DayValues values, parts_.counter.count(facts_of(batches)));
    for (const std::uint32_t batch : batches) {
        take_distinct(due_.at(batch).figures, values,
                      [](const CellValues& cell) { return cell.distinct; });
    }
    return Done{};
}

Status SummaryCut::count_news(const std::set<std::uint32_t>& batches) {
    DayValues reported;
    for (const std::uint32_t batch : batches) {
        for (const CellFigures& cell : due_.at(batch).reported) {
            reported.push_back({.key = cell.key, .sums = {}, .distinct = cell.figures.distinct});
        }
    }
    std::ranges::sort(reported, {}, &CellValues::key);
    const FactSource news = [this](const VisitFacts& visit) { return visit(news_); };
    FISCUS_ASSIGN(const DayValues values,
                  parts_.counter.count_late(reported, facts_before(batches), news));
    for (const std::uint32_t batch : batches) {
        take_distinct(due_.at(batch).figures, values,
                      [](const CellValues& cell) { return cell.distinct; });
    }
    return Done{};
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
