// Aim: a batch that ended has a summary with the cut of its last day, whose distinct counts are
// unions of its days; cuts that take a day of its schedule, or the first one after the programme's
// close, make a revision when, and only when, a figure of it is another one. Method: journals by
// hand, published rows; restarts everywhere; little memory.
#include "projections/statistics/batch_summary.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/projections/fold_fixture.h"

namespace fiscus::projections {
namespace {

using wire::AccountKind;
using wire::EventBody;

constexpr std::uint32_t short_batch = 2;
constexpr std::int32_t last_day = day_0 + 2;
// The summary is looked at again.
constexpr std::int32_t third_day = last_day + 3;

EntryFields in(std::uint32_t batch, EntryFields fields) {
    fields.batch = batch;
    return fields;
}
EntryFields claim(std::int32_t day, std::uint32_t consumer) {
    return in(short_batch, JournalMaker::claim(day, consumer));
}
EntryFields redemption(std::int32_t day, std::uint32_t consumer, std::uint32_t merchant) {
    return in(short_batch, JournalMaker::redemption(day, consumer, merchant));
}

class BatchSummaryTest : public testing::Test {
protected:
    BatchSummaryTest() {
        maker_.open();
        maker_.decide(day_0,
                      support::BatchOpened{
                          .batch = short_batch, .name = "短批次", .redeem_last_day = last_day});
    }

    // The day of the entry is that of `fields`.
    void end(EventBody kind, std::int32_t day, std::uint32_t batch = short_batch) {
        maker_.add({.source = 1, .day = day, .kind = kind, .batch = batch});
    }
    // Everything up to a clock that cuts all days before `day`.
    void cut_before(std::int32_t day) {
        maker_.clock(day);
        expect_ok(under_test_.apply(maker_));
    }
    nlohmann::json summary(std::uint32_t batch = short_batch) {
        return under_test_.latest("1/batch_summary/" + std::to_string(batch));
    }
    nlohmann::json district(std::uint32_t code) {
        return under_test_.latest("1/batch_summary/2/" + std::to_string(code));
    }

    JournalMaker maker_;
    FoldUnderTest under_test_;
};

TEST_F(BatchSummaryTest, ComesWithTheCutOfTheLastDayAndUnitesTheDays) {
    for (std::int32_t day = day_0; day <= last_day; ++day) {
        maker_.add(claim(day, 7));
        maker_.add(claim(day, 100 + static_cast<std::uint32_t>(day - day_0)));
        maker_.add(redemption(day, 7, 5));
        cut_before(day);
        EXPECT_TRUE(summary().is_null());
    }
    EntryFields elsewhere = claim(last_day, 7);
    elsewhere.district = 420303;
    maker_.add(elsewhere);
    cut_before(last_day + 1);
    const nlohmann::json row = summary();
    ASSERT_FALSE(row.is_null());
    EXPECT_EQ(row["revision"], 1);
    EXPECT_EQ(row["day"], date_text(last_day));
    EXPECT_EQ(row["ended_on"], date_text(last_day));
    EXPECT_EQ(row["ended_by"], "window_over");
    EXPECT_EQ(row["batch_name"], "短批次");
    EXPECT_EQ(row["issued_count"], 7);
    EXPECT_EQ(row["claiming_consumers_received"], 4);
    EXPECT_EQ(row["redeemed_count"], 3);
    EXPECT_EQ(row["redeeming_consumers"], 1);
    EXPECT_EQ(row["redeeming_merchants"], 1);
    EXPECT_EQ(row["redemption_rate_count"], "0.4286");
    EXPECT_FALSE(row.contains("issued_count_to_date"));
    EXPECT_FALSE(row.contains("redemption_rate_day_count"));
    EXPECT_EQ(district(420102)["claiming_consumers_received"], 4);
    EXPECT_EQ(district(420303)["claiming_consumers_received"], 1);
    EXPECT_EQ(under_test_.rows_of("batch_summary_district").size(), 2U);
    // The other batch goes on.
    EXPECT_EQ(under_test_.rows_of("batch_summary").size(), 1U);
}

TEST_F(BatchSummaryTest, OnlyAFigureThatChangedMakesARevision) {
    maker_.add(claim(day_0, 7));
    maker_.add(redemption(day_0, 7, 5));
    cut_before(last_day + 1);
    // Another batch's, and a question of somebody who had asked.
    maker_.add(JournalMaker::claim(last_day + 1, 8));
    maker_.add(JournalMaker::refused(claim(last_day + 1, 7), wire::Reason::batch_closed));
    cut_before(third_day + 1);
    EXPECT_EQ(under_test_.rows_of("batch_summary").size(), 1U);
    // It comes late, to a day that was cut.
    maker_.add(redemption(last_day, 9, 5));
    cut_before(third_day + 28);
    EXPECT_EQ(summary()["revision"], 1);
    cut_before(third_day + 28 + 1);
    const nlohmann::json row = summary();
    EXPECT_EQ(row["revision"], 2);
    EXPECT_EQ(row["day"], date_text(third_day + 28));
    EXPECT_EQ(row["redeemed_count"], 2);
    EXPECT_EQ(row["redeeming_consumers"], 2);
    EXPECT_EQ(row["redeeming_merchants"], 1);
    const auto changes = under_test_.rows_of("batch_summary_change");
    // Count, amounts and the two matches of the redemption, the consumer gross and net, the net
    // amount: of the batch and of its district.
    EXPECT_EQ(changes.size(), 2U * 8);
    EXPECT_EQ(row["changed_figures"], 2 * 8);
    EXPECT_EQ(changes[0]["measure"], "redeemed_count");
    EXPECT_EQ(changes[0]["before"], 1);
    EXPECT_EQ(changes[0]["after"], 2);
    EXPECT_FALSE(changes[0].contains("district"));
    EXPECT_EQ(changes[8]["district"], 420102);
    EXPECT_NE(row["why"].get<std::string>().find("16 figures changed since the cut"),
              std::string::npos);
}

TEST_F(BatchSummaryTest, IsLookedAtOnTheDaysOfItsScheduleOnly) {
    cut_before(last_day + 1);
    // Something new each day.
    std::vector<std::int32_t> looks;
    for (std::int32_t day = last_day + 1; day <= last_day + 60; ++day) {
        maker_.add(claim(last_day, static_cast<std::uint32_t>(day - day_0)));
        const nlohmann::json before = summary()["revision"];
        cut_before(day + 1);
        if (summary()["revision"] != before) {
            looks.push_back(day - last_day);
        }
    }
    EXPECT_EQ(looks, (std::vector{3, 31, 59}));
}

TEST_F(BatchSummaryTest, ALookReadsFactsOnlyWhenOneIsNew) {
    maker_.add(claim(day_0, 7));
    maker_.add(redemption(day_0, 7, 5));
    cut_before(last_day + 1);
    const auto readings = [this] { return under_test_.fold().counter().readings(); };
    const std::uint64_t readings_before = readings();
    // Somebody asks on a day that the next look does not take.
    maker_.add(JournalMaker::refused(claim(third_day + 1, 9), wire::Reason::batch_closed));
    cut_before(third_day + 1);
    EXPECT_EQ(readings(), readings_before);
    cut_before(third_day + 28 + 1);
    // That day, the batch, and the other batch, which ended as well.
    EXPECT_EQ(readings(), readings_before + 3);
    EXPECT_EQ(summary()["claiming_consumers_asked"], 2);
    cut_before(third_day + 2 * 28 + 1);
    EXPECT_EQ(readings(), readings_before + 3);
    under_test_.restart();
    cut_before(third_day + 3 * 28 + 1);
    EXPECT_EQ(readings(), 0U);
}

TEST_F(BatchSummaryTest, ACutOfSeveralDaysLooksOnce) {
    cut_before(third_day);
    EXPECT_EQ(summary()["revision"], 1);
    maker_.add(claim(last_day, 7));
    cut_before(third_day + 2 * 28);
    EXPECT_EQ(summary()["revision"], 2);
    maker_.add(claim(last_day, 8));
    // A cut that takes no day.
    cut_before(third_day + 2 * 28);
    EXPECT_EQ(summary()["revision"], 2);
    cut_before(third_day + 2 * 28 + 1);
    EXPECT_EQ(summary()["revision"], 3);
}

TEST_F(BatchSummaryTest, TheScheduleCountsFromTheEndAsItIsKnown) {
    cut_before(last_day + 2);
    end(EventBody::BatchClosed, day_0);
    // The third day after the end that is known now was cut before.
    cut_before(last_day + 3);
    EXPECT_EQ(summary()["revision"], 1);
    cut_before(day_0 + 3 + 28);
    EXPECT_EQ(summary()["revision"], 1);
    cut_before(day_0 + 3 + 28 + 1);
    EXPECT_EQ(summary()["revision"], 2);
    EXPECT_EQ(summary()["ended_on"], date_text(day_0));
    EXPECT_EQ(summary()["ended_by"], "closed");
}

TEST(BatchSummaryScheduleTest, HasTheThirdDayAndEvery28thAfterIt) {
    for (std::int32_t first = -40; first <= 100; ++first) {
        for (std::int32_t last = first - 1; last <= 100; ++last) {
            bool any = false;
            for (std::int32_t day = 3; day <= last; day += 28) {
                any = any || day >= first;
            }
            EXPECT_EQ(has_scheduled_day(1'000, 1'000 + first, 1'000 + last), any);
        }
    }
}

// The day of the redemption gets no revision by it.
TEST_F(BatchSummaryTest, AFullRefundOfAnotherDayTakesAConsumerOut) {
    const EntryFields redeemed = redemption(day_0, 7, 5);
    maker_.add(redeemed);
    cut_before(last_day + 1);
    EXPECT_EQ(summary()["redeeming_consumers_net"], 1);
    under_test_.restart();
    maker_.add(JournalMaker::full_refund(last_day + 1, redeemed));
    cut_before(third_day + 1);
    const nlohmann::json row = summary();
    EXPECT_EQ(row["revision"], 2);
    EXPECT_EQ(row["redeeming_consumers"], 1);
    EXPECT_EQ(row["redeeming_consumers_net"], 0);
    EXPECT_EQ(row["redeeming_merchants_net"], 0);
    EXPECT_EQ(row["refunded_count"], 1);
    EXPECT_EQ(under_test_.latest(key_of(day_0, "day"))["revision"], 1);
}

TEST_F(BatchSummaryTest, WhatCameBeforeTheProgrammeCounts) {
    maker_.add(claim(day_0 - 3, 7));
    cut_before(last_day + 1);
    EXPECT_EQ(summary()["issued_count"], 1);
    EXPECT_EQ(summary()["claiming_consumers_received"], 1);
    maker_.add(claim(day_0 - 1, 8));
    cut_before(third_day + 1);
    EXPECT_EQ(summary()["revision"], 2);
    EXPECT_EQ(summary()["claiming_consumers_received"], 2);
}

TEST_F(BatchSummaryTest, ABatchThatIsClosedEndsThatDay) {
    maker_.add(claim(day_0, 7));
    end(EventBody::BatchClosed, day_0 + 1);
    cut_before(day_0 + 1);
    EXPECT_TRUE(summary().is_null());
    cut_before(day_0 + 2);
    EXPECT_EQ(summary()["ended_on"], date_text(day_0 + 1));
    EXPECT_EQ(summary()["ended_by"], "closed");
    // Its window is over the day after: nothing new.
    cut_before(third_day + 28 + 1);
    EXPECT_EQ(summary()["revision"], 1);
}

TEST_F(BatchSummaryTest, MoneyThatMovesMakesARevision) {
    maker_.add(redemption(day_0, 7, 5));
    cut_before(last_day + 1);
    maker_.add({.day = last_day + 1, .kind = EventBody::SettlementPaid, .batch = short_batch},
               {posting(account(AccountKind::payable, short_batch, 1),
                        account(AccountKind::paid, 0, 1), 3'000)});
    cut_before(third_day + 1);
    EXPECT_EQ(summary()["revision"], 2);
    EXPECT_EQ(summary()["paid"], 3'000);
    EXPECT_EQ(summary()["closing"], -3'000);  // the journal by hand knows no funding
    EXPECT_EQ(summary()["redeeming_consumers"], 1);
    const auto changes = under_test_.rows_of("batch_summary_change");
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0]["measure"], "paid");
    EXPECT_EQ(changes[0]["after"], 3'000);
}

TEST_F(BatchSummaryTest, TheProgrammesCloseMakesItFinal) {
    cut_before(last_day + 1);
    EXPECT_EQ(summary()["final"], false);
    maker_.decide(last_day + 1, support::ProgrammeClosed{});
    cut_before(last_day + 2);
    EXPECT_EQ(summary()["revision"], 2);
    EXPECT_EQ(summary()["final"], true);
    EXPECT_EQ(summary()["changed_figures"], 0);
    cut_before(third_day + 28 + 1);
    EXPECT_EQ(summary()["revision"], 2);
}

TEST_F(BatchSummaryTest, APrizeBatchEndsWithItsDraw) {
    maker_.open_prize_batch(day_0);
    const EntryFields first = JournalMaker::submission(day_0, 1, 7, 5);
    maker_.add(first);
    maker_.add(JournalMaker::submission(day_0 + 1, 2, 7, 5));
    maker_.add(JournalMaker::draw(last_day, first_prize));
    cut_before(last_day);
    EXPECT_TRUE(summary(prize_batch).is_null());
    cut_before(last_day + 1);
    EXPECT_EQ(summary(prize_batch)["ended_by"], "drawn");
    EXPECT_EQ(summary(prize_batch)["invoices_count"], 2);
    EXPECT_EQ(summary(prize_batch)["invoice_consumers"], 1);
    EXPECT_EQ(summary(prize_batch)["prizes_awarded_amount"], first_prize);
    end(EventBody::DrawAborted, last_day + 1, prize_batch);
    cut_before(third_day + 1);
    EXPECT_EQ(summary(prize_batch)["revision"], 1);
}

// Claims, redemptions and refunds on all days, late ones too, and ends of every kind.
std::vector<EntryFields> history() {
    std::vector<EntryFields> entries;
    std::vector<EntryFields> redeemed;
    for (std::uint32_t number = 0; number < 400; ++number) {
        const auto day = static_cast<std::int32_t>(day_0 + number % 5);
        EntryFields claimed = claim(day, number * 7 % 90 + 1);
        claimed.district = 420102 + number % 3;
        entries.push_back(claimed);
        if (number % 2 == 0) {
            EntryFields order = redemption(day, number * 7 % 90 + 1, number % 11 + 1);
            order.district = 420102 + number % 3;
            entries.push_back(order);
            redeemed.push_back(order);
        }
        if (number % 9 == 8) {
            entries.push_back(JournalMaker::full_refund(day_0 + 5, redeemed.back()));
            redeemed.pop_back();
        }
    }
    return entries;
}

void fold_history(FoldUnderTest& under_test, std::size_t restart_every) {
    JournalMaker maker;
    maker.open();
    maker.decide(day_0, support::BatchOpened{.batch = short_batch, .redeem_last_day = last_day});
    const std::vector<EntryFields> entries = history();
    for (std::size_t at = 0; at < entries.size(); ++at) {
        maker.add(entries[at]);
        if (at % 80 == 79) {
            maker.clock(day_0 + static_cast<std::int32_t>(at / 80) + 1);
        }
        if (restart_every != 0 && at % restart_every == 0) {
            expect_ok(under_test.apply(maker));
            under_test.restart();
        }
    }
    maker.clock(third_day + 1);
    maker.add(JournalMaker::full_refund(third_day + 9, entries[1]));
    maker.clock(third_day + 10);
    maker.add(claim(last_day, 99));
    maker.clock(third_day + 28 + 1);
    expect_ok(under_test.apply(maker));
    under_test.commit();
}

TEST(BatchSummaryRestartTest, RestartsChangeNothing) {
    FoldUnderTest undisturbed;
    fold_history(undisturbed, 0);
    EXPECT_GT(undisturbed.rows_of("batch_summary").size(), 2U);
    for (const std::size_t every : {1U, 13U}) {
        FoldUnderTest restarted;
        fold_history(restarted, every);
        EXPECT_EQ(restarted.rows(), undisturbed.rows());
        EXPECT_EQ(restarted.dump(), undisturbed.dump());
    }
}

std::uint64_t received(FoldUnderTest& under_test) {
    return under_test.latest("1/batch_summary/2")["claiming_consumers_received"];
}

TEST(BatchSummaryMemoryTest, ALongBatchIsCountedInTheMemoryOfACut) {
    constexpr std::size_t share = DayCounter::facts_min * DayCounter::bytes_of_fact;
    FoldUnderTest small(share);
    FoldUnderTest large;
    for (FoldUnderTest* const under_test : {&small, &large}) {
        JournalMaker maker;
        maker.open();
        maker.decide(day_0,
                     support::BatchOpened{.batch = short_batch, .redeem_last_day = day_0 + 9});
        // No day is beyond the share, the ten days are.
        for (std::uint32_t number = 0; number < 30'000; ++number) {
            const auto day = static_cast<std::int32_t>(day_0 + number % 10);
            maker.add(claim(day, number * 17 % 9'000 + 1));
        }
        maker.clock(day_0 + 10);
        expect_ok(under_test->apply(maker));
        EXPECT_EQ(received(*under_test), 9'000);
        // New ones, by somebody known and by others.
        for (std::uint32_t number = 0; number < 600; ++number) {
            maker.add(claim(day_0 + 3, 8'901 + number));
        }
        maker.clock(day_0 + 13);
        expect_ok(under_test->apply(maker));
        EXPECT_EQ(received(*under_test), 9'500);
    }
    EXPECT_EQ(small.rows(), large.rows());
    EXPECT_LT(small.fold().counter().memory_peak(), share);
}

TEST_F(BatchSummaryTest, TheTableHasEachRevision) {
    maker_.add(redemption(day_0, 7, 5));
    cut_before(last_day + 1);
    maker_.add(redemption(last_day, 9, 5));
    cut_before(third_day + 1);
    Query query = under_test_.query();
    const auto column = [](const Table& table, const std::string& id) {
        const auto at = std::ranges::find(table.columns, id, &Column::id);
        return static_cast<std::size_t>(at - table.columns.begin());
    };
    const auto latest = query.batch_summary({.programme = ProgrammeId(1)});
    ASSERT_TRUE(latest.ok());
    ASSERT_EQ(latest.value().rows.size(), 1U);
    EXPECT_EQ(latest.value().rows[0][column(latest.value(), "redeemed_count")], "2");
    const auto first = query.batch_summary(
        {.programme = ProgrammeId(1), .batch = short_batch, .revision = 1, .by_district = true});
    ASSERT_TRUE(first.ok());
    ASSERT_EQ(first.value().rows.size(), 1U);
    EXPECT_EQ(first.value().rows[0][column(first.value(), "redeemed_count")], "1");
    EXPECT_EQ(first.value().rows[0][column(first.value(), "district")], "420102");
    EXPECT_FALSE(query.batch_summary({.programme = ProgrammeId(1), .batch = 1}).ok());
    EXPECT_FALSE(query.batch_summary({.programme = ProgrammeId(1), .batch = 99}).ok());
    EXPECT_FALSE(
        query.batch_summary({.programme = ProgrammeId(1), .batch = short_batch, .revision = 3})
            .ok());
}

}  // namespace
}  // namespace fiscus::projections
