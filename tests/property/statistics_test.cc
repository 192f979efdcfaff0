// Random histories through the engine into the statistics, with restarts of the fold on the way:
// every figure of every cell of every revision, the summaries of batches that ended, and the prizes
// of every tier, must be what the naive statistics count from the oracle's answers. FISCUS_SEED
// repeats one run, FISCUS_PROPERTY_RUNS says how many there are.
#include "tests/reference/statistics.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "projections/statistics/fold.h"
#include "projections/statistics/query.h"
#include "tests/property/seeds.h"
#include "tests/property/world.h"
#include "tests/support/engine_under_test.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::property {
namespace {

using projections::Distinct;
using projections::Figures;
using projections::Query;
using projections::Selection;
using projections::Sums;
using reference::Cells;
using reference::Measures;
using reference::Totals;
using reference::Values;

constexpr std::uint64_t runs_default = 25;

class NoSink final : public projections::RowSink {
public:
    Status take(const projections::RowBuffer&) override { return Done{}; }
};

std::string must(const Status& status) { return status.ok() ? "" : status.error().text(); }

// A fold with a state directory of its own, that can be stopped and opened again.
class RestartingFold {
public:
    RestartingFold() { open(); }

    std::string apply(const journal::Entries& entries) {
        return must(fold_->apply(
            {.entries = entries.entries,
             .postings = entries.postings,
             .detail = [&entries](std::size_t index) -> Bytes {
                 const auto found = std::find_if(
                     entries.details.begin(), entries.details.end(),
                     [index](const journal::Detail& detail) { return detail.entry == index; });
                 return found == entries.details.end() ? Bytes() : Bytes(found->bytes);
             }}));
    }
    std::string restart() {
        fold_->save();
        const std::string trouble = must(store_->commit());
        fold_.reset();
        store_.reset();
        return trouble.empty() ? open() : trouble;
    }
    projections::Fold& fold() { return *fold_; }

private:
    std::string open() {
        auto store = projections::Store::open(directory_.file("state"), {.memory_bytes = 8U << 20});
        if (!store.ok()) {
            return store.error().text();
        }
        store_ = std::move(store).value();
        auto fold = projections::Fold::open(*store_, sink_, 0);
        if (!fold.ok()) {
            return fold.error().text();
        }
        fold_ = std::move(fold).value();
        return {};
    }

    support::TemporaryDirectory directory_;
    NoSink sink_;
    std::unique_ptr<projections::Store> store_;
    std::unique_ptr<projections::Fold> fold_;
};

void compare_totals(const char* what, const Totals& expected, const Sums& found, std::string& out) {
    const std::pair<const char*, std::pair<reference::Sum, projections::Sum>> fields[] = {
        {"issued_count", {expected.issued_count, projections::Sum::issued_count}},
        {"issued_amount", {expected.issued_amount, projections::Sum::issued_amount}},
        {"redeemed_count", {expected.redeemed_count, projections::Sum::redeemed_count}},
        {"redeemed_amount", {expected.redeemed_amount, projections::Sum::redeemed_amount}},
        {"order_amount", {expected.order_amount, projections::Sum::order_amount}},
        {"platform_match", {expected.platform_match, projections::Sum::platform_match}},
        {"merchant_match", {expected.merchant_match, projections::Sum::merchant_match}},
        {"refunded_count", {expected.refunded_count, projections::Sum::refunded_count}},
        {"refunded_amount", {expected.refunded_amount, projections::Sum::refunded_amount}},
        {"refunded_order_amount",
         {expected.refunded_order_amount, projections::Sum::refunded_order_amount}},
        {"invoices_count", {expected.invoices_count, projections::Sum::invoices_count}},
        {"invoices_amount", {expected.invoices_amount, projections::Sum::invoices_amount}},
        {"invoices_verified_count",
         {expected.invoices_verified_count, projections::Sum::invoices_verified_count}},
        {"invoices_verified_amount",
         {expected.invoices_verified_amount, projections::Sum::invoices_verified_amount}},
        {"invoices_rejected_count",
         {expected.invoices_rejected_count, projections::Sum::invoices_rejected_count}},
        {"invoices_reversed_count",
         {expected.invoices_reversed_count, projections::Sum::invoices_reversed_count}},
        {"invoices_reversed_amount",
         {expected.invoices_reversed_amount, projections::Sum::invoices_reversed_amount}},
        {"tickets_reversed_amount",
         {expected.tickets_reversed_amount, projections::Sum::tickets_reversed_amount}},
        {"prizes_awarded_amount",
         {expected.prizes_awarded_amount, projections::Sum::prizes_awarded_amount}},
        {"prizes_paid_count", {expected.prizes_paid_count, projections::Sum::prizes_paid_count}},
        {"prizes_paid_amount", {expected.prizes_paid_amount, projections::Sum::prizes_paid_amount}},
        {"draws_won_count", {expected.draws_won_count, projections::Sum::draws_won_count}},
        {"draws_won_amount", {expected.draws_won_amount, projections::Sum::draws_won_amount}},
        {"draws_lost_count", {expected.draws_lost_count, projections::Sum::draws_lost_count}},
        {"draws_won_today_count",
         {expected.draws_won_today_count, projections::Sum::draws_won_today_count}},
        {"draws_cap_reached_count",
         {expected.draws_cap_reached_count, projections::Sum::draws_cap_reached_count}},
        {"draws_stock_out_count",
         {expected.draws_stock_out_count, projections::Sum::draws_stock_out_count}}};
    static_assert(std::size(fields) == projections::sum_count);
    for (const auto& [name, pair] : fields) {
        const std::int64_t value = found[projections::index(pair.second)];
        if (pair.first != value) {
            out += std::string("  ") + name + what + ": naive " +
                   std::to_string(static_cast<std::int64_t>(pair.first)) + ", statistics " +
                   std::to_string(value) + '\n';
        }
    }
}

void compare_distinct(const Measures& expected, const Figures& found, std::string& out) {
    const std::pair<Distinct, std::uint64_t> fields[] = {
        {Distinct::claiming_consumers_asked, expected.consumers_asked},
        {Distinct::claiming_consumers_received, expected.consumers_received},
        {Distinct::redeeming_consumers, expected.consumers_redeeming},
        {Distinct::redeeming_consumers_net, expected.consumers_redeeming_net},
        {Distinct::redeeming_merchants, expected.merchants_redeeming},
        {Distinct::redeeming_merchants_net, expected.merchants_redeeming_net},
        {Distinct::invoice_consumers, expected.consumers_submitting},
        {Distinct::invoice_merchants, expected.merchants_invoicing},
        {Distinct::draw_consumers, expected.consumers_drawing}};
    static_assert(std::size(fields) == projections::distinct_count);
    for (const auto& [distinct, count] : fields) {
        const std::uint64_t value = found.distinct[projections::index(distinct)];
        if (count != value) {
            out += "  distinct " + std::to_string(projections::index(distinct)) + ": naive " +
                   std::to_string(count) + ", statistics " + std::to_string(value) + '\n';
        }
    }
}

void compare_ratios(const Measures& expected, const Figures& found, std::string& out) {
    const std::map<std::string, std::string> ratios = {
        {"redemption_rate_count", expected.redemption_rate_count()},
        {"redemption_rate_amount", expected.redemption_rate_amount()},
        {"redemption_rate_day_count", expected.redemption_rate_day_count()},
        {"redemption_rate_day_amount", expected.redemption_rate_day_amount()},
        {"leverage_ratio", expected.leverage_ratio()},
        {"leverage_ratio_gross", expected.leverage_ratio_gross()},
        {"prize_leverage_ratio", expected.prize_leverage_ratio()},
        {"draw_win_rate", expected.draw_win_rate()},
        {"draw_win_rate_to_date", expected.draw_win_rate_to_date()}};
    for (const auto& [name, text] : ratios) {
        const projections::Measure* measure = projections::find_measure(name);
        const std::string value =
            measure == nullptr ? "no such measure" : ratio_text(measure->ratio(found));
        if (value != text) {
            out += "  " + name + ": naive '" + text + "', statistics '" + value + "'\n";
        }
    }
}

// Empty, or the first cell that differs.
std::string compare_cells(const Cells& expected, const projections::DayFigures& found) {
    std::map<Values, Figures> rows;
    for (const projections::FigureRow& row : found.rows) {
        rows[{row.key.first, row.key.second}] = row.figures;
    }
    std::map<Values, Measures> all(expected.begin(), expected.end());
    for (const auto& [values, figures] : rows) {
        all.emplace(values, Measures{});
    }
    for (const auto& [values, measures] : all) {
        const auto row = rows.find(values);
        const Figures figures = row == rows.end() ? Figures{} : row->second;
        std::string out;
        compare_totals("", measures.day, figures.day, out);
        compare_totals(" to date", measures.to_date, figures.to_date, out);
        compare_distinct(measures, figures, out);
        compare_ratios(measures, figures, out);
        if (!out.empty()) {
            return "cell " + std::to_string(values.first) + "/" + std::to_string(values.second) +
                   ":\n" + out;
        }
    }
    return {};
}

std::string range_text(const std::vector<std::uint64_t>& numbers) {
    std::string text;
    for (std::size_t i = 0; i < numbers.size();) {
        std::size_t end = i;
        while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1) {
            ++end;
        }
        text += (text.empty() ? "" : ",") + std::to_string(numbers[i]);
        text += end > i ? "-" + std::to_string(numbers[end]) : "";
        i = end + 1;
    }
    return text;
}

class Comparison {
public:
    Comparison(const reference::Statistics& naive, Query& query, std::uint32_t programme)
        : naive_(naive), query_(query), programme_(programme) {}

    // Every revision of every day.
    std::string revisions() {
        const auto known = query_.revisions(ProgrammeId(programme_), std::nullopt);
        if (!known.ok()) {
            return known.error().text();
        }
        std::map<std::int32_t, std::vector<projections::DayRevision>> by_day;
        for (const projections::DayRevision& revision : known.value()) {
            by_day[revision.day].push_back(revision);
        }
        for (const std::int32_t day : naive_.days(programme_)) {
            const auto& expected = naive_.revisions(programme_, day);
            const auto& found = by_day[day];
            if (expected.size() != found.size()) {
                return place(day) + std::to_string(expected.size()) + " revisions, statistics " +
                       std::to_string(found.size()) + '\n';
            }
            for (std::size_t i = 0; i < expected.size(); ++i) {
                std::string trouble = revision(day, i + 1, expected[i], found[i]);
                if (!trouble.empty()) {
                    return trouble;
                }
            }
        }
        return by_day.size() == naive_.days(programme_).size() ? "" : "other days were cut\n";
    }

    // Prizes by tier as known now, of one day and to date.
    std::string prizes(const projections::ProgrammeState& state,
                       std::int32_t day,
                       std::uint64_t as_of) const {
        const auto of_day = naive_.prizes(programme_, day, day, as_of);
        const auto to_date = naive_.prizes(programme_, INT32_MIN, day, as_of);
        std::map<reference::Tier, projections::PrizeLine> lines;
        for (const projections::PrizeLine& line : state.prizes.lines(day)) {
            lines[{line.tier.batch, line.tier.tier}] = line;
        }
        if (lines.size() != to_date.size()) {
            return place(day) + std::to_string(to_date.size()) + " tiers, statistics " +
                   std::to_string(lines.size()) + '\n';
        }
        for (const auto& [tier, expected] : to_date) {
            const projections::PrizeLine& line = lines[tier];
            const auto today = of_day.find(tier);
            if (!same(expected, line.to_date) ||
                !same(today == of_day.end() ? reference::TierPrizes{} : today->second, line.day)) {
                return place(day) + "other prizes of tier " + std::to_string(tier.second) +
                       " of batch " + std::to_string(tier.first) + '\n';
            }
        }
        return {};
    }

    // Draws by platform and hour as known now.
    std::string draws(const projections::ProgrammeState& state,
                      std::int32_t day,
                      std::uint64_t as_of) const {
        const auto expected = naive_.draws(programme_, day, as_of);
        std::map<reference::Hour, reference::Draws> found;
        for (const projections::DrawLine& line : state.draws.lines(day)) {
            const auto value = [&line](projections::DrawFigure figure) {
                return projections::value_of(line.figures, figure);
            };
            using enum projections::DrawFigure;
            found[{line.hour.platform, line.hour.hour}] = {.asked = value(asked_count),
                                                           .won = value(won_count),
                                                           .won_fen = value(won_amount),
                                                           .lost = value(lost_count),
                                                           .won_today = value(won_today_count),
                                                           .cap_reached = value(cap_reached_count),
                                                           .stock_out = value(stock_out_count)};
        }
        return found == expected ? "" : place(day) + "other draws by platform and hour\n";
    }

    // Every revision of the summary of every batch that ended.
    std::string summaries(projections::Fold& fold) const {
        const projections::ProgrammeState& state = *fold.find(programme_);
        const auto expected = naive_.summaries(programme_);
        for (const auto& [batch, names] : state.reference.batches) {
            const auto known = expected.find(batch);
            const std::size_t revisions = known == expected.end() ? 0 : known->second.size();
            const std::uint32_t found = state.latest_summary(batch).revision;
            if (found != revisions) {
                return batch_place(batch) + std::to_string(revisions) + " summaries, statistics " +
                       std::to_string(found) + '\n';
            }
            for (std::uint32_t number = 1; number <= found; ++number) {
                std::string trouble =
                    summary(fold.store(), batch, number, known->second[number - 1]);
                if (!trouble.empty()) {
                    return batch_place(batch) + "summary " + std::to_string(number) + ": " +
                           trouble;
                }
            }
        }
        return {};
    }

    // Figures as known now, which is after the entry `as_of`.
    std::string range(std::int32_t first, std::int32_t last, std::uint64_t as_of) {
        return figures(first, last, std::nullopt, as_of);
    }

private:
    std::string place(std::int32_t day) const {
        return "programme " + std::to_string(programme_) + " day " + std::to_string(day) + ": ";
    }

    std::string batch_place(std::uint32_t batch) const {
        return "programme " + std::to_string(programme_) + " batch " + std::to_string(batch) + ": ";
    }

    std::string summary(const projections::Store& store,
                        std::uint32_t batch,
                        std::uint32_t number,
                        const reference::Summary& expected) const {
        const auto found = projections::load_summary(store, programme_, batch, number);
        const auto cells = load_figures(
            store, projections::figures_of_batch(programme_, batch, number), std::nullopt);
        if (!found.ok() || !cells.ok()) {
            return "not to be read";
        }
        const projections::BatchSummary& head = found.value();
        if (head.as_of != expected.as_of || head.day != expected.last_day ||
            head.final != expected.final || head.ending.day != expected.ended_on ||
            info(head.ending.how).id != expected.ended_by) {
            return "another cut or end: as of " + std::to_string(expected.as_of) + ", statistics " +
                   std::to_string(head.as_of);
        }
        for (const projections::FlowInfo& about : projections::flow_infos()) {
            const auto fen = expected.flows.find(std::string(about.id));
            if (flow(head.flows, about.flow) != (fen == expected.flows.end() ? 0 : fen->second)) {
                return "another flow " + std::string(about.id);
            }
        }
        Cells all = {{{batch, 0}, expected.all}};
        for (const auto& [district, measures] : expected.districts) {
            // No district has the code of none beside a batch's own cell.
            all[{batch, district + 1}] = measures;
        }
        projections::DayFigures rows;
        for (const projections::CellFigures& cell : cells.value()) {
            const bool of_district = cell.key.grouping == projections::Grouping::batch_district;
            rows.rows.push_back(
                {.key = {.first = cell.key.first, .second = of_district ? cell.key.second + 1 : 0},
                 .figures = cell.figures});
        }
        return all.size() == rows.rows.size() ? compare_cells(all, rows) : "other districts";
    }

    static bool same(const reference::TierPrizes& expected,
                     const projections::PrizeTallies& found) {
        const reference::Prizes all[] = {expected.awarded,  expected.cancelled, expected.moved_up,
                                         expected.paid,     expected.failed,    expected.demanded,
                                         expected.recovered};
        static_assert(std::size(all) == projections::prize_deed_count);
        return std::equal(std::begin(all), std::end(all), found.begin(), found.end(),
                          [](const reference::Prizes& one, const projections::PrizeTally& other) {
                              return one.count == other.count && one.fen == other.amount_fen;
                          });
    }

    std::string revision(std::int32_t day,
                         std::size_t number,
                         const reference::Revision& expected,
                         const projections::DayRevision& found) {
        if (found.revision != number || found.as_of != expected.as_of ||
            found.final != expected.final || found.late_entries != expected.late.size() ||
            found.late_sequences != range_text(expected.late)) {
            return place(day) + "revision " + std::to_string(number) + " as of " +
                   std::to_string(expected.as_of) + " late " + range_text(expected.late) +
                   (expected.final ? " final" : "") + ", statistics " +
                   std::to_string(found.revision) + " as of " + std::to_string(found.as_of) +
                   " late " + found.late_sequences + (found.final ? " final" : "") + '\n';
        }
        return figures(day, day, static_cast<std::uint32_t>(number), expected.as_of);
    }

    std::string figures(std::int32_t first,
                        std::int32_t last,
                        std::optional<std::uint32_t> revision,
                        std::uint64_t as_of) {
        for (int number = 0; number < reference::grouping_count; ++number) {
            const auto found =
                query_.figures({.programme = ProgrammeId(programme_),
                                .first_day = first,
                                .last_day = last,
                                .grouping = static_cast<projections::Grouping>(number),
                                .revision = revision});
            if (!found.ok()) {
                return found.error().text();
            }
            const Cells expected = naive_.cells(programme_, first, last,
                                                static_cast<reference::Grouping>(number), as_of);
            const std::string trouble = compare_cells(expected, found.value());
            if (!trouble.empty()) {
                return place(first) + "to " + std::to_string(last) + " revision " +
                       std::to_string(revision.value_or(0)) + " as of " + std::to_string(as_of) +
                       " grouping " + std::to_string(number) + ", " + trouble;
            }
        }
        return {};
    }

    const reference::Statistics& naive_;
    Query& query_;
    std::uint32_t programme_;
};

std::string compare_now(const reference::Statistics& naive,
                        RestartingFold& folded,
                        Random& random,
                        std::uint64_t as_of) {
    Query query({&folded.fold()});
    for (const projections::ProgrammeSummary& programme : query.programmes()) {
        const std::uint32_t number = programme.programme.value();
        Comparison comparison(naive, query, number);
        std::string trouble = comparison.revisions();
        const std::int32_t first = naive.first_day(number) + random.between(-1, 9);
        const std::int32_t last = first + random.between(1, 6);
        if (trouble.empty()) {
            trouble = comparison.range(first, last, as_of);
        }
        if (trouble.empty()) {
            trouble = comparison.summaries(folded.fold());
        }
        if (trouble.empty()) {
            trouble = comparison.prizes(*folded.fold().find(number), last, as_of);
        }
        for (std::int32_t day = std::max(first, naive.first_day(number));
             trouble.empty() && day <= last; ++day) {
            trouble = comparison.draws(*folded.fold().find(number), day, as_of);
        }
        // A single day that has no revision yet is told as known now.
        const std::int32_t open = first + random.between(0, 9);
        if (trouble.empty() && naive.revisions(number, open).empty()) {
            trouble = comparison.range(open, open, as_of);
        }
        if (!trouble.empty()) {
            return trouble;
        }
    }
    return {};
}

// What was compared in the end, over all runs.
struct Compared {
    std::size_t tiers = 0;
    std::size_t summaries = 0;
    std::size_t later_summaries = 0;
};

std::string run(std::uint64_t seed, Compared& compared) {
    // Every other history ends with a programme that is closed.
    World world({.seed = seed,
                 .records = 500,
                 .broken = 10,
                 .close_at = seed % 2 == 0 ? 380U : 0U,
                 .pauses = 6});
    const std::vector<reference::Input> history = world.make();
    const auto engine = support::make_engine(world.shard(), {});
    Random random(seed);
    RestartingFold folded;
    reference::Statistics naive;
    for (std::size_t at = 0; at < history.size();) {
        const std::size_t count = std::min(random.between<std::size_t>(1, 90), history.size() - at);
        static_cast<void>(engine->feed(std::span(history).subspan(at, count)));
        if (std::string trouble = folded.apply(engine->last_turn()); !trouble.empty()) {
            return trouble;
        }
        for (std::size_t i = at; i < at + count; ++i) {
            naive.add(world.answers()[i], history[i].value.value_or(""));
        }
        at += count;
        if (random.chance(300)) {
            if (std::string trouble = folded.restart(); !trouble.empty()) {
                return trouble;
            }
        }
        if (random.chance(150) || at == history.size()) {
            const std::string trouble = compare_now(naive, folded, random, at);
            if (!trouble.empty()) {
                return "after record " + std::to_string(at) + ": " + trouble;
            }
        }
    }
    for (const auto& [number, programme] : folded.fold().programmes()) {
        compared.tiers += programme->prizes.lines(INT32_MAX).size();
        for (const auto& [batch, names] : programme->reference.batches) {
            const std::uint32_t revisions = programme->latest_summary(batch).revision;
            compared.summaries += revisions > 0 ? 1 : 0;
            compared.later_summaries += revisions > 1 ? revisions - 1 : 0;
        }
    }
    return {};
}

TEST(StatisticsProperty, FiguresAreWhatTheNaiveStatisticsCount) {
    const std::vector<std::uint64_t> all = seeds(runs_default);
    Compared compared;
    for (const std::uint64_t seed : all) {
        const std::string trouble = run(seed, compared);
        ASSERT_EQ(trouble, "") << "FISCUS_SEED=" << seed;
    }
    const bool few = all.size() < runs_default;
    EXPECT_TRUE(compared.tiers > 0 || few) << "no draw was executed";
    EXPECT_TRUE((compared.summaries > 0 && compared.later_summaries > 0) || few)
        << "no batch ended, or nothing came after it: " << compared.summaries << ", "
        << compared.later_summaries;
}

}  // namespace
}  // namespace fiscus::property
