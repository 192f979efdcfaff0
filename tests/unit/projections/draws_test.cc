// Aim: requests for an instant draw count where the rules say: a draw that was won is a voucher
// issued, whoever asked has asked, every outcome in every grouping set, and by platform and hour.
// Method: journals by hand.
#include "projections/statistics/draws.h"

#include <gtest/gtest.h>

#include "tests/unit/projections/fold_fixture.h"

namespace fiscus::projections {
namespace {

using wire::DrawOutcome;

class DrawsTest : public testing::Test {
protected:
    DrawsTest() {
        maker_.open();
        maker_.open_instant_draw(day_0);
    }

    void request(std::uint32_t consumer,
                 DrawOutcome outcome,
                 std::uint8_t hour = 10,
                 std::uint16_t platform = 1,
                 std::int32_t day = day_0) {
        EntryFields entry = JournalMaker::request(day, consumer, outcome);
        entry.hour = hour;
        entry.platform = platform;
        entry.source = static_cast<std::uint16_t>(platform + 1);
        maker_.add(entry);
    }
    void one_of_each() {
        request(1, DrawOutcome::won);
        request(2, DrawOutcome::lost);
        request(1, DrawOutcome::won_today, 11);
        request(3, DrawOutcome::cap_reached);
        request(4, DrawOutcome::stock_out);
        request(5, DrawOutcome::lost, 0, 2);
        maker_.add(JournalMaker::claim(day_0, 2));
        EntryFields refused = JournalMaker::request(day_0, 6, DrawOutcome::none);
        maker_.add(JournalMaker::refused(refused, wire::Reason::budget_exhausted));
        refused.consumer = 0;
        maker_.add(JournalMaker::refused(refused, wire::Reason::no_draw_on_day));
        EntryFields again = JournalMaker::request(day_0, 7, DrawOutcome::won);
        again.outcome = wire::Outcome::duplicate;
        maker_.add(again);
    }

    JournalMaker maker_;
    FoldUnderTest under_test_;
};

TEST_F(DrawsTest, AWonDrawIsAVoucherIssuedAndEveryOutcomeCounts) {
    one_of_each();
    maker_.clock(day_0 + 1);
    expect_ok(under_test_.apply(maker_));
    for (const std::string place : {"programme", "batch/1", "prefecture/4201", "district/420102",
                                    "industry/0", "size_class/0", "batch_district/1/420102",
                                    "batch_industry/1/0", "industry_size_class/0/0"}) {
        SCOPED_TRACE(place);
        const auto row = under_test_.latest(key_of(day_0, place));
        ASSERT_FALSE(row.is_null());
        EXPECT_EQ(row["issued_count"], 2);
        EXPECT_EQ(row["issued_amount"], 6'000);
        EXPECT_EQ(row["claiming_consumers_asked"], 6);
        EXPECT_EQ(row["claiming_consumers_received"], 2);
        EXPECT_EQ(row["draws_asked_count"], 6);
        EXPECT_EQ(row["draw_consumers"], 5);
        EXPECT_EQ(row["draws_won_count"], 1);
        EXPECT_EQ(row["draws_won_amount"], 3'000);
        EXPECT_EQ(row["draws_lost_count"], 2);
        EXPECT_EQ(row["draws_won_today_count"], 1);
        EXPECT_EQ(row["draws_cap_reached_count"], 1);
        EXPECT_EQ(row["draws_stock_out_count"], 1);
        EXPECT_EQ(row["draw_win_rate"], "0.1667");
        EXPECT_EQ(row["draw_win_rate_to_date"], "0.1667");
        EXPECT_EQ(row["draws_asked_count_to_date"], 6);
    }
    // Only what was won has a pack.
    const auto pack = under_test_.latest(key_of(day_0, "pack/1/1"));
    EXPECT_EQ(pack["draws_asked_count"], 1);
    EXPECT_EQ(pack["draw_win_rate"], "1.0000");
    EXPECT_EQ(under_test_.latest(key_of(day_0, "category/1"))["issued_count"], 1);
    EXPECT_EQ(under_test_.latest(key_of(day_0, "channel/2"))["issued_count"], 1);
    const auto other = under_test_.latest(key_of(day_0, "platform/2"));
    EXPECT_EQ(other["draws_asked_count"], 1);
    EXPECT_EQ(other["issued_count"], 0);
    EXPECT_EQ(under_test_.rows_of("refusal").size(), 2U);
}

TEST_F(DrawsTest, RowsOfOtherProgrammesSayNothingOfDraws) {
    maker_.open({}, 2);
    maker_.clock(day_0 + 1, 720, 2);
    maker_.clock(day_0 + 1);
    expect_ok(under_test_.apply(maker_));
    for (const Measure& measure : measures()) {
        const std::string id(measure.id);
        EXPECT_EQ(under_test_.latest("2/" + date_text(day_0) + "/programme").contains(id),
                  !measure.of_prizes && !measure.of_draws)
            << id;
        EXPECT_EQ(under_test_.latest(key_of(day_0, "programme")).contains(id), !measure.of_prizes)
            << id;
    }
    EXPECT_TRUE(under_test_.rows_of("draws").empty());
    // A programme may have both.
    maker_.open_prize_batch(day_0);
    maker_.clock(day_0 + 2);
    expect_ok(under_test_.apply(maker_));
    for (const Measure& measure : measures()) {
        EXPECT_TRUE(
            under_test_.latest(key_of(day_0 + 1, "programme")).contains(std::string(measure.id)))
            << measure.id;
    }
}

TEST_F(DrawsTest, OutcomesStandByPlatformAndHour) {
    one_of_each();
    request(8, DrawOutcome::lost, 23);
    maker_.clock(day_0 + 1);
    expect_ok(under_test_.apply(maker_));
    under_test_.restart();
    const auto row = under_test_.latest(key_of(day_0, "draws/1/10"));
    ASSERT_FALSE(row.is_null());
    EXPECT_EQ(row["platform_name"], "平台1");
    EXPECT_EQ(row["hour"], 10);
    EXPECT_EQ(row["asked_count"], 4);
    EXPECT_EQ(row["won_count"], 1);
    EXPECT_EQ(row["won_amount"], 3'000);
    EXPECT_EQ(row["lost_count"], 1);
    EXPECT_EQ(row["won_today_count"], 0);
    EXPECT_EQ(row["cap_reached_count"], 1);
    EXPECT_EQ(row["stock_out_count"], 1);
    EXPECT_EQ(row["win_rate"], "0.2500");
    EXPECT_EQ(under_test_.latest(key_of(day_0, "draws/1/11"))["won_today_count"], 1);
    EXPECT_EQ(under_test_.latest(key_of(day_0, "draws/2/0"))["lost_count"], 1);
    EXPECT_EQ(under_test_.latest(key_of(day_0, "draws/1/23"))["win_rate"], "0.0000");
    EXPECT_EQ(under_test_.rows_of("draws").size(), 4U);
    const Table table = under_test_.query().draws(ProgrammeId(1), day_0, day_0 + 5).value();
    ASSERT_EQ(table.rows.size(), 4U);
    EXPECT_EQ(table.rows[0], (std::vector<std::string>{date_text(day_0), "1", "平台1", "10", "4",
                                                       "1", "3000", "1", "0", "1", "1", "0.2500"}));
    EXPECT_EQ(table.rows[0].size(), table.columns.size());
}

TEST_F(DrawsTest, LateRequestsMakeRevisionsLikeAnyOther) {
    request(1, DrawOutcome::lost);
    maker_.clock(day_0 + 1);
    request(1, DrawOutcome::won, 10, 2);
    request(2, DrawOutcome::stock_out);
    maker_.clock(day_0 + 2);
    expect_ok(under_test_.apply(maker_));
    const auto row = under_test_.latest(key_of(day_0, "programme"));
    EXPECT_EQ(row["revision"], 2);
    EXPECT_EQ(row["draws_asked_count"], 3);
    EXPECT_EQ(row["draw_consumers"], 2);
    EXPECT_EQ(row["issued_count"], 1);
    EXPECT_EQ(under_test_.latest(key_of(day_0, "draws/1/10"))["asked_count"], 2);
    EXPECT_EQ(under_test_.latest(key_of(day_0, "draws/1/10"))["revision"], 2);
    EXPECT_EQ(under_test_.latest(key_of(day_0, "day"))["late_entries"], 2);
    std::map<std::string, std::string> changes;
    for (const nlohmann::json& change : under_test_.rows_of("change")) {
        if (change["grouping"] == "programme") {
            changes[change["measure"]] = change["before"].dump() + " " + change["after"].dump();
        }
    }
    EXPECT_EQ(changes["draws_asked_count"], "1 3");
    EXPECT_EQ(changes["draw_consumers"], "1 2");
    EXPECT_EQ(changes["draws_won_count"], "0 1");
    EXPECT_EQ(changes["issued_amount"], "0 3000");
    EXPECT_EQ(changes["claiming_consumers_received"], "0 1");
    EXPECT_FALSE(changes.contains("draws_lost_count"));
}

TEST_F(DrawsTest, ControlTotalsCountWhatWasWon) {
    one_of_each();
    maker_.close_source_day(day_0 + 1, day_0,
                            {{.batch = 1, .issued_count = 2, .issued_fen = 6'000}});
    maker_.clock(day_0 + 1);
    expect_ok(under_test_.apply(maker_));
    const auto row = under_test_.latest(key_of(day_0, "control/1/1/issued_count"));
    ASSERT_FALSE(row.is_null());
    EXPECT_EQ(row["verdict"], "equal");
    EXPECT_EQ(under_test_.latest(key_of(day_0, "control/1/1/issued_amount"))["verdict"], "equal");
}

TEST_F(DrawsTest, AJournalThatContradictsItselfStopsTheFold) {
    const auto why = [](const EntryFields& entry) {
        JournalMaker maker;
        maker.open();
        maker.add(entry);
        FoldUnderTest under_test;
        const Status status = under_test.apply(maker);
        return status.ok() ? std::string() : status.error().why;
    };
    EXPECT_EQ(why(JournalMaker::request(day_0, 1, DrawOutcome::none)),
              "it does not say how the draw came out");
    EntryFields entry = JournalMaker::request(day_0, 1, DrawOutcome::lost);
    entry.vouchers = 6;
    EXPECT_EQ(why(entry), "it does not say how the draw came out");
    entry.vouchers = 1;
    entry.amount_fen = 1;
    EXPECT_EQ(why(entry), "a draw that was not won has an amount");
    EXPECT_NE(why(JournalMaker::request(day_0, 0, DrawOutcome::won)), "");
}

}  // namespace
}  // namespace fiscus::projections
