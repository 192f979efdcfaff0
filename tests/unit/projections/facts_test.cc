// Aim: facts come back as they went in, from memory and from the store, whenever they were saved,
// and damaged ones are noticed; totals and figures of thousands of cells come back too.
// Method: random facts, enough for several chunks, against plain vectors.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "projections/statistics/day_facts.h"
#include "projections/statistics/day_values.h"
#include "projections/statistics/figures.h"
#include "projections/statistics/state_tables.h"
#include "projections/statistics/totals.h"
#include "tests/unit/projections/fold_fixture.h"
#include "tests/unit/projections/seed.h"

namespace fiscus::projections {
namespace {

constexpr std::uint32_t programme = 1;

Fact random_fact(Dice& dice) {
    const auto number = [&dice](std::uint64_t end) { return dice.throw_of(end); };
    Fact fact;
    fact.kind = static_cast<FactKind>(number(fact_kind_count));
    fact.own_day = !dice.one_in(5);
    fact.removes = !fact.own_day || dice.one_in(5);
    const std::uint64_t ends[dimension_count] = {300, 65'536, 200, 1, 0, 130, 65'536, 256, 3};
    for (std::size_t at = 0; at < dimension_count; ++at) {
        fact.values[at] = static_cast<std::uint32_t>(number(ends[at] + 1));
    }
    if (dice.one_in(9)) {
        fact.values[static_cast<std::size_t>(Dimension::batch)] = UINT32_MAX;
    }
    const auto district = static_cast<std::uint32_t>(420'000 + number(1'000));
    fact.values[static_cast<std::size_t>(Dimension::district)] = district;
    fact.values[static_cast<std::size_t>(Dimension::prefecture)] = district / 100;
    fact.consumer = dice.one_in(9) ? UINT32_MAX : static_cast<std::uint32_t>(number(100'000) + 1);
    fact.merchant = static_cast<std::uint32_t>(number(20'000));
    for (std::size_t at = 0; fact.own_day && at < sums_of(fact.kind).count; ++at) {
        fact.amounts[at] = dice.one_in(50) ? INT64_MAX : static_cast<std::int64_t>(number(20'000));
    }
    return fact;
}

class FactsTest : public testing::Test {
protected:
    FactsTest() {
        auto store = Store::open(directory_.file("state"), {.memory_bytes = 8U << 20});
        EXPECT_TRUE(store.ok());
        store_ = std::move(store).value();
    }
    std::map<std::string, std::string> dump() {
        std::map<std::string, std::string> all;
        expect_ok(store_->scan("", [&](std::string_view key, std::string_view value) {
            all.emplace(key, value);
            return Status(Done{});
        }));
        return all;
    }
    static VisitFacts append_to(std::vector<Fact>& all) {
        return [&all](std::span<const Fact> portion) -> Status {
            all.insert(all.end(), portion.begin(), portion.end());
            return Done{};
        };
    }
    Result<std::vector<Fact>> try_to_read(const DayFacts& facts) {
        std::vector<Fact> all;
        FISCUS_TRY(facts.visit(*store_, append_to(all)));
        return all;
    }
    std::vector<Fact> read(const DayFacts& facts) { return try_to_read(facts).value(); }
    // Also by batch, in memory and in the store.
    void expect_facts(const DayFacts& facts, std::vector<Fact> expected) {
        std::ranges::stable_sort(expected, {}, batch_of);
        ASSERT_EQ(read(facts), expected);
        for (const std::uint32_t batch : {0U, 7U, 11U, 299U, UINT32_MAX}) {
            std::vector<Fact> found;
            expect_ok(facts.visit_batch(*store_, batch, append_to(found)));
            const auto [first, last] = std::ranges::equal_range(expected, batch, {}, batch_of);
            ASSERT_TRUE(std::ranges::equal(found, std::ranges::subrange(first, last)));
        }
    }
    static std::uint32_t batch_of(const Fact& fact) { return fact.value(Dimension::batch); }
    static DayFacts of_day(std::int32_t day) { return {table::day_facts, programme, day}; }

    TemporaryDirectory directory_;
    std::unique_ptr<Store> store_;
};

TEST_F(FactsTest, ComeBackBatchByBatchInOrderHoweverTheyAreSavedReleasedAndLoaded) {
    const std::uint64_t seed = test_seed(31);
    SCOPED_TRACE("FISCUS_TEST_SEED=" + std::to_string(seed));
    Dice dice(seed);
    std::vector<Fact> expected;
    DayFacts facts = of_day(7);
    DayFacts other_day = of_day(8);
    other_day.add(random_fact(dice));
    other_day.save(*store_);
    for (int round = 0; round < 6'000; ++round) {
        expected.push_back(random_fact(dice));
        facts.add(expected.back());
        EXPECT_TRUE(facts.dirty());
        if (dice.one_in(300)) {
            facts.save(*store_);
            EXPECT_FALSE(facts.dirty());
        }
        if (dice.one_in(500)) {
            const std::size_t before = facts.memory();
            facts.release();
            EXPECT_LE(facts.memory(), before);
            expect_facts(facts, expected);
        }
        if (dice.one_in(900)) {
            facts.save(*store_);
            expect_ok(store_->commit());
            const std::uint64_t bytes = facts.bytes();
            facts = of_day(7);
            expect_ok(facts.load(*store_));
            EXPECT_EQ(facts.bytes(), bytes);
            expect_facts(facts, expected);
        }
    }
    expect_facts(facts, expected);
}

TEST_F(FactsTest, ABatchIsReadFromTheStoreByItself) {
    Dice dice(test_seed(37));
    std::vector<Fact> expected;
    DayFacts facts = of_day(7);
    for (int round = 0; round < 4'000; ++round) {
        const Fact fact = random_fact(dice);
        facts.add(fact);
        if (batch_of(fact) == 5) {
            expected.push_back(fact);
        }
    }
    facts.save(*store_);
    std::uint64_t bytes = 0;
    facts.for_each_batch([&](std::uint32_t, std::uint64_t some) { bytes += some; });
    EXPECT_EQ(bytes, facts.bytes());
    EXPECT_GT(facts.bytes_of(5), 0U);
    EXPECT_EQ(facts.bytes_of(301), 0U);
    std::vector<Fact> found;
    for (const std::uint32_t batch : {5U, 301U}) {
        expect_ok(DayFacts::visit_stored(*store_, table::day_facts, programme, 7, batch,
                                         append_to(found)));
    }
    EXPECT_FALSE(expected.empty());
    EXPECT_EQ(found, expected);
}

TEST_F(FactsTest, LieInTheStoreTheSameWheneverTheyWereSaved) {
    Dice dice(test_seed(32));
    DayFacts often = of_day(7);
    DayFacts once{table::late_facts, programme, 7};
    for (int round = 0; round < 4'000; ++round) {
        const Fact fact = random_fact(dice);
        often.add(fact);
        once.add(fact);
        if (dice.one_in(40)) {
            often.save(*store_);
            often.release();
        }
    }
    often.save(*store_);
    once.save(*store_);
    std::map<std::string, std::string> tables[2];
    for (const auto& [key, value] : dump()) {
        if (key != "layout") {
            tables[key[0] == table::day_facts ? 0 : 1].emplace(key.substr(1), value);
        }
    }
    EXPECT_GT(tables[0].size(), 299U);
    EXPECT_EQ(tables[0], tables[1]);
    once.erase(*store_);
    often.erase(*store_);
    EXPECT_EQ(dump().size(), 1U);
}

TEST_F(FactsTest, ADayThatGrowsKeepsNoMoreInMemoryThanALastChunkOfEachBatchOnceItWasSaved) {
    Dice dice(test_seed(33));
    DayFacts facts = of_day(7);
    for (int round = 0; round < 20'000; ++round) {
        Fact fact = random_fact(dice);
        fact.values[static_cast<std::size_t>(Dimension::batch)] = dice.one_in(3) ? 7 : 8;
        facts.add(fact);
    }
    EXPECT_GE(facts.memory(), facts.bytes());
    facts.save(*store_);
    facts.release();
    EXPECT_LT(facts.memory(), 128U << 10);
}

TEST_F(FactsTest, DamageIsNoticed) {
    Dice dice(test_seed(34));
    DayFacts facts = of_day(7);
    for (int round = 0; round < 2'000; ++round) {
        Fact fact = random_fact(dice);
        fact.values[static_cast<std::size_t>(Dimension::batch)] = dice.one_in(2) ? 7 : 8;
        facts.add(fact);
    }
    facts.save(*store_);
    const std::map<std::string, std::string> whole = dump();
    for (const auto& [key, value] : whole) {
        if (key == "layout") {
            continue;
        }
        store_->put(key, std::string_view(value).substr(0, value.size() - 1));
        DayFacts cut = of_day(7);
        const Status loaded = cut.load(*store_);
        EXPECT_FALSE(loaded.ok() && try_to_read(cut).ok());
        store_->put(key, "\x7f");
        DayFacts odd = of_day(7);
        const Status found = odd.load(*store_);
        EXPECT_FALSE(found.ok() && try_to_read(odd).ok());
        store_->put(key, value);
    }
    store_->erase(whole.begin()->first);
    DayFacts gone = of_day(7);
    const Status loaded = gone.load(*store_);
    EXPECT_FALSE(loaded.ok() && try_to_read(gone).ok());
}

TEST_F(FactsTest, TotalsAddAndSubtractDaysAndComeBack) {
    Dice dice(test_seed(35));
    CellTotals totals;
    std::map<CellKey, Sums> expected;
    std::vector<DayValues> added;
    for (int day = 0; day < 12; ++day) {
        GatheredFacts facts;
        for (int round = 0; round < 400; ++round) {
            Fact fact = random_fact(dice);
            fact.own_day = true;
            fact.removes = false;
            for (std::int64_t& amount : fact.amounts) {
                amount %= 1'000'000;
            }
            facts.add(fact, Counted::nobody);
        }
        added.push_back(sums_of(facts, std::nullopt));
        totals.add(added.back());
        if (dice.one_in(3)) {
            const std::size_t at = dice.throw_of(added.size());
            totals.subtract(added[at]);
            added.erase(added.begin() + static_cast<std::ptrdiff_t>(at));
        }
    }
    for (const DayValues& day : added) {
        for (const CellValues& cell : day) {
            for (std::size_t at = 0; at < sum_count; ++at) {
                expected[cell.key][at] += cell.sums[at];
            }
        }
    }
    const auto expect_equal = [&expected](const CellTotals& found) {
        std::map<CellKey, Sums> with_days;
        for (const CellTotal& total : found.cells()) {
            if (total.days > 0) {
                with_days[total.key] = total.sums;
            } else {
                EXPECT_EQ(total.sums, Sums{});
            }
        }
        EXPECT_EQ(with_days, expected);
        EXPECT_TRUE(std::ranges::is_sorted(found.cells(), {}, &CellTotal::key));
    };
    expect_equal(totals);
    EXPECT_GT(totals.cells().size(), 5'000U);
    totals.save(*store_, programme);
    CellTotals again;
    expect_ok(again.load(*store_, programme));
    expect_equal(again);
    const auto before = dump();
    again.save(*store_, programme);
    EXPECT_EQ(dump(), before);
}

TEST_F(FactsTest, FiguresComeBackByKeyWholeOrByGroupingSet) {
    Dice dice(test_seed(36));
    std::vector<CellFigures> expected;
    for (const GroupingInfo& set : groupings()) {
        for (std::uint32_t first = 0; first < (set.used == 0 ? 1U : 700U); ++first) {
            CellFigures& cell = expected.emplace_back();
            cell.key = {.grouping = set.grouping, .first = first * 3};
            cell.active = dice.one_in(2);
            for (std::size_t at = 0; at < sum_count; ++at) {
                cell.figures.day[at] = static_cast<std::int64_t>(dice.throw_of(100'000)) - 50'000;
                cell.figures.to_date[at] =
                    INT64_MAX - (at % 2 == 0 ? std::abs(cell.figures.day[at]) : 0);
            }
            if (dice.one_in(2)) {  // as of vouchers alone
                std::ranges::fill(std::span(cell.figures.day).subspan(voucher_sum_count), 0);
            }
            cell.figures.distinct.fill(dice.throw_of(300));
        }
    }
    const StateKey place = figures_of_day(programme, 20'000, 2);
    FiguresWriter writer(*store_, place);
    for (const CellFigures& cell : expected) {
        writer.add(cell.key, cell.active, cell.figures);
    }
    writer.finish();
    const auto same = [](const CellFigures& a, const CellFigures& b) {
        return a.key == b.key && a.active == b.active && a.figures == b.figures;
    };
    EXPECT_TRUE(
        std::ranges::equal(load_figures(*store_, place, std::nullopt).value(), expected, same));
    for (const GroupingInfo& set : groupings()) {
        std::vector<CellFigures> of_set;
        std::ranges::copy_if(expected, std::back_inserter(of_set), [&set](const auto& cell) {
            return cell.key.grouping == set.grouping;
        });
        EXPECT_TRUE(
            std::ranges::equal(load_figures(*store_, place, set.grouping).value(), of_set, same));
    }
    EXPECT_TRUE(
        load_figures(*store_, figures_of_day(programme, 20'000, 1), std::nullopt).value().empty());
}

}  // namespace
}  // namespace fiscus::projections
