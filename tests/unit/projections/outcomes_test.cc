// Aim: a platform finds one row for each request for a draw, for each range of missing numbers and
// for each registration that names somebody else's phone or device; and no row for anything else.
// Method: journals by hand.
#include <gtest/gtest.h>

#include "tests/unit/projections/fold_fixture.h"

namespace fiscus::projections {
namespace {

using nlohmann::json;
using wire::DrawOutcome;
using wire::Outcome;

class OutcomesTest : public testing::Test {
protected:
    OutcomesTest() {
        maker_.open();
        maker_.open_instant_draw(day_0);
    }

    // The rows that one entry gives.
    std::vector<KeptRow> rows_of(const EntryFields& entry) {
        maker_.add(entry);
        const std::size_t before = under_test_.rows().size();
        expect_ok(under_test_.apply(maker_));
        std::vector<KeptRow> found;
        for (std::size_t at = before; at < under_test_.rows().size(); ++at) {
            if (under_test_.rows()[at].stream == Stream::outcomes) {
                found.push_back(under_test_.rows()[at]);
            }
        }
        return found;
    }
    static EntryFields request(DrawOutcome outcome, std::uint64_t number) {
        EntryFields entry = JournalMaker::request(day_0, 1, outcome);
        entry.key = {.hi = 0, .lo = number};
        return entry;
    }

    JournalMaker maker_;
    FoldUnderTest under_test_;
};

TEST_F(OutcomesTest, AWinNamesItsVoucher) {
    const auto rows = rows_of(request(DrawOutcome::won, 0xab));
    ASSERT_EQ(rows.size(), 1U);
    const std::string key = "000000000000000000000000000000ab";
    EXPECT_EQ(rows.front().key, "1/1/draw/" + key);
    EXPECT_EQ(rows.front().number, 1U);
    const json row = rows.front().json();
    EXPECT_EQ(row["row_type"], "draw_answer");
    EXPECT_EQ(row["answer"], "won");
    EXPECT_EQ(row["request"], key);
    EXPECT_EQ(row["voucher"], key);
    EXPECT_EQ(row["amount"], 3'000);
    EXPECT_EQ(row["pack"], 1);
    EXPECT_EQ(row["denomination"], 1);
    EXPECT_EQ(row["batch"], 1);
    EXPECT_EQ(row["repeated"], false);
    EXPECT_EQ(row["reason_number"], 0);
    EXPECT_TRUE(row["reason"].is_null());
    EXPECT_EQ(row["day"], date_text(day_0));
}

TEST_F(OutcomesTest, EveryOtherOutcomeHasItsWordAndNoVoucher) {
    for (const DrawOutcome outcome : {DrawOutcome::lost, DrawOutcome::won_today,
                                      DrawOutcome::cap_reached, DrawOutcome::stock_out}) {
        SCOPED_TRACE(wire::EnumNameDrawOutcome(outcome));
        const auto rows = rows_of(request(outcome, 7));
        ASSERT_EQ(rows.size(), 1U);
        const json row = rows.front().json();
        EXPECT_EQ(row["answer"], wire::EnumNameDrawOutcome(outcome));
        EXPECT_TRUE(row["voucher"].is_null());
        EXPECT_EQ(row["amount"], 0);
    }
}

TEST_F(OutcomesTest, AskingAgainGivesTheFirstAnswerAndAnExactRepeatNone) {
    EntryFields again = request(DrawOutcome::won, 2);
    again.outcome = Outcome::duplicate;
    again.subject = {.hi = 0, .lo = 1};
    const auto rows = rows_of(again);
    ASSERT_EQ(rows.size(), 1U);
    const json row = rows.front().json();
    EXPECT_EQ(row["answer"], "won");
    EXPECT_EQ(row["repeated"], true);
    EXPECT_EQ(row["request"], "00000000000000000000000000000002");
    EXPECT_EQ(row["voucher"], "00000000000000000000000000000001");

    EntryFields repeat = request(DrawOutcome::none, 2);
    repeat.outcome = Outcome::duplicate;
    EXPECT_TRUE(rows_of(repeat).empty());
}

TEST_F(OutcomesTest, ARefusedRequestSaysWhy) {
    EntryFields refused = JournalMaker::refused(request(DrawOutcome::none, 3),
                                                wire::Reason::public_value_not_published);
    const auto rows = rows_of(refused);
    ASSERT_EQ(rows.size(), 1U);
    const json row = rows.front().json();
    EXPECT_EQ(row["answer"], "refused");
    EXPECT_EQ(row["reason"], "public_value_not_published");
    EXPECT_FALSE(row["chinese"].get<std::string>().empty());
    EXPECT_TRUE(row["voucher"].is_null());
}

TEST_F(OutcomesTest, AnUnknownProgrammeAndADayOutOfRangeHaveNoNames) {
    EntryFields refused =
        JournalMaker::refused(request(DrawOutcome::none, 4), wire::Reason::programme_unknown);
    refused.programme = 99;
    refused.day = 0;
    refused.batch = 0;
    const auto rows = rows_of(refused);
    ASSERT_EQ(rows.size(), 1U);
    const json row = rows.front().json();
    for (const char* name : {"programme_name", "source_name", "batch_name", "day"}) {
        EXPECT_TRUE(row[name].is_null()) << name;
    }
}

TEST_F(OutcomesTest, MissingNumbersAreReportedByTheRecordThatShowsThem) {
    EntryFields claim = JournalMaker::claim(day_0, 1);
    claim.source_sequence = 12;
    claim.gap_from = 8;
    const auto rows = rows_of(claim);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.front().key, "1/1/gap/2/1/8");
    const json row = rows.front().json();
    EXPECT_EQ(row["row_type"], "gap_opened");
    EXPECT_EQ(row["first_missing"], 8);
    EXPECT_EQ(row["last_missing"], 11);
}

TEST_F(OutcomesTest, ARequestThatShowsAGapGivesBoth) {
    EntryFields entry = request(DrawOutcome::lost, 5);
    entry.source_sequence = 5;
    entry.gap_from = 4;
    const auto rows = rows_of(entry);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].json()["row_type"], "draw_answer");
    EXPECT_EQ(rows[1].json()["row_type"], "gap_opened");
    EXPECT_EQ(rows[1].number, rows[0].number + 1);
}

TEST_F(OutcomesTest, ARegistrationOfSomebodyElsesPhoneOrDeviceIsASignal) {
    EntryFields entry;
    entry.kind = wire::EventBody::ConsumerRegistered;
    entry.platform = 1;
    entry.consumer = 1;
    entry.key = {.hi = 0, .lo = 6};
    EXPECT_TRUE(rows_of(entry).empty());
    for (const std::uint8_t flags : {std::uint8_t{32}, std::uint8_t{64}, std::uint8_t{96}}) {
        entry.flags = flags;
        const auto rows = rows_of(entry);
        ASSERT_EQ(rows.size(), 1U);
        const json row = rows.front().json();
        EXPECT_EQ(row["row_type"], "identity_signal");
        EXPECT_EQ(row["registration"], "00000000000000000000000000000006");
        EXPECT_EQ(row["phone_of_other"], (flags & 32) != 0);
        EXPECT_EQ(row["device_of_other"], (flags & 64) != 0);
    }
}

TEST_F(OutcomesTest, NothingElseGivesARow) {
    EXPECT_TRUE(rows_of(JournalMaker::claim(day_0, 1)).empty());
    EXPECT_TRUE(rows_of(JournalMaker::redemption(day_0, 1, 7)).empty());
    EXPECT_TRUE(rows_of(JournalMaker::refused(JournalMaker::claim(day_0, 1),
                                              wire::Reason::consumer_cap_reached))
                    .empty());
}

}  // namespace
}  // namespace fiscus::projections
