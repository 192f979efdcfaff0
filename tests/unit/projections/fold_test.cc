// Aim: each entry counts where the rules say, in every grouping set, and the fold notices a journal
// that contradicts itself. Method: a few entries by hand, figures of the day as known now.
#include <gtest/gtest.h>

#include "tests/unit/projections/fold_fixture.h"

namespace fiscus::projections {
namespace {

using wire::AccountKind;

// Figures of one cell of day_0 as known now.
Figures figures_of(FoldUnderTest& under_test, const CellKey& key, std::int32_t day = day_0) {
    Query query = under_test.query();
    const auto found = query.figures(
        {.programme = ProgrammeId(1), .first_day = day, .last_day = day, .grouping = key.grouping});
    EXPECT_TRUE(found.ok()) << found.error().text();
    for (const FigureRow& row : found.value().rows) {
        if (row.key == key) {
            return row.figures;
        }
    }
    return {};
}

std::int64_t measure_of(const Figures& figures, std::string_view id) {
    return find_measure(id)->value(figures);
}

TEST(FoldTest, AClaimCountsInEveryGroupingSetOfItsDimensions) {
    JournalMaker maker;
    maker.open();
    maker.add(JournalMaker::claim(day_0, 1));
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    const CellKey expected[] = {{Grouping::programme},
                                {Grouping::batch, 1},
                                {Grouping::pack, 1, 1},
                                {Grouping::platform, 1},
                                {Grouping::prefecture, 4201},
                                {Grouping::district, 420102},
                                {Grouping::category, 0},
                                {Grouping::industry, 0},
                                {Grouping::size_class, 0},
                                {Grouping::channel, 0},
                                {Grouping::batch_district, 1, 420102},
                                {Grouping::batch_industry, 1, 0},
                                {Grouping::batch_category, 1, 0},
                                {Grouping::industry_size_class, 0, 0}};
    static_assert(std::size(expected) == grouping_count);
    for (const CellKey& key : expected) {
        SCOPED_TRACE(info(key.grouping).id);
        const Figures figures = figures_of(under_test, key);
        EXPECT_EQ(measure_of(figures, "issued_count"), 1);
        EXPECT_EQ(measure_of(figures, "issued_amount"), 3'000);
        EXPECT_EQ(measure_of(figures, "claiming_consumers_received"), 1);
        EXPECT_EQ(measure_of(figures, "issued_amount_to_date"), 3'000);
        EXPECT_EQ(measure_of(figures, "redeemed_count"), 0);
    }
}

TEST(FoldTest, AskedCountsRefusedClaimsOfKnownConsumersReceivedDoesNot) {
    JournalMaker maker;
    maker.open();
    maker.add(JournalMaker::claim(day_0, 1));
    maker.add(JournalMaker::claim(day_0, 1));
    maker.add(
        JournalMaker::refused(JournalMaker::claim(day_0, 1), wire::Reason::consumer_cap_reached));
    maker.add(
        JournalMaker::refused(JournalMaker::claim(day_0, 2), wire::Reason::batch_quota_exhausted));
    EntryFields nobody =
        JournalMaker::refused(JournalMaker::claim(day_0, 0), wire::Reason::platform_suspended);
    maker.add(nobody);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    const Figures figures = figures_of(under_test, {});
    EXPECT_EQ(measure_of(figures, "issued_count"), 2);
    EXPECT_EQ(measure_of(figures, "claiming_consumers_asked"), 2);
    EXPECT_EQ(measure_of(figures, "claiming_consumers_received"), 1);
}

TEST(FoldTest, ARefundCountsOnItsOwnDayAndTakesTheConsumerOutOfTheRedemptionsDay) {
    JournalMaker maker;
    maker.open();
    const EntryFields first = JournalMaker::redemption(day_0, 1, 7);
    const EntryFields second = JournalMaker::redemption(day_0, 2, 7);
    maker.add(first);
    maker.add(second);
    EntryFields part = JournalMaker::full_refund(day_0 + 1, second);
    part.flags = 0;
    part.amount_fen = 1'000;
    part.order_amount_fen = 4'000;
    maker.add(part);
    maker.add(JournalMaker::full_refund(day_0 + 1, first));
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    const Figures of_day = figures_of(under_test, {});
    EXPECT_EQ(measure_of(of_day, "redeemed_count"), 2);
    EXPECT_EQ(measure_of(of_day, "redeemed_amount"), 6'000);
    EXPECT_EQ(measure_of(of_day, "order_amount"), 24'000);
    EXPECT_EQ(measure_of(of_day, "platform_match"), 1'000);
    EXPECT_EQ(measure_of(of_day, "merchant_match"), 600);
    EXPECT_EQ(measure_of(of_day, "refunded_count"), 0);
    EXPECT_EQ(measure_of(of_day, "redeeming_consumers"), 2);
    EXPECT_EQ(measure_of(of_day, "redeeming_consumers_net"), 1);
    EXPECT_EQ(measure_of(of_day, "redeeming_merchants"), 1);
    EXPECT_EQ(measure_of(of_day, "redeeming_merchants_net"), 1);
    const Figures of_next = figures_of(under_test, {}, day_0 + 1);
    EXPECT_EQ(measure_of(of_next, "refunded_count"), 2);
    EXPECT_EQ(measure_of(of_next, "refunded_amount"), 4'000);
    EXPECT_EQ(measure_of(of_next, "refunded_order_amount"), 16'000);
    EXPECT_EQ(measure_of(of_next, "redeemed_amount_net"), -4'000);
    EXPECT_EQ(measure_of(of_next, "redeemed_amount_net_to_date"), 2'000);
    EXPECT_EQ(measure_of(of_next, "redeeming_consumers"), 0);
    // By the merchant's dimensions at the redemption.
    EXPECT_EQ(
        measure_of(figures_of(under_test, {Grouping::industry_size_class, 6210, 3}, day_0 + 1),
                   "refunded_count"),
        2);
}

TEST(FoldTest, DuplicatesVoidsAndDecisionsChangeNoFigure) {
    JournalMaker maker;
    maker.open();
    EntryFields again = JournalMaker::claim(day_0, 1);
    again.outcome = wire::Outcome::duplicate;
    maker.add(again);
    EntryFields voided = JournalMaker::claim(day_0, 1);
    voided.kind = wire::EventBody::VoucherVoided;
    maker.add(voided);
    maker.add(JournalMaker::refused(JournalMaker::redemption(day_0, 1, 1),
                                    wire::Reason::voucher_expired));
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    EXPECT_EQ(figures_of(under_test, {}), Figures{});
}

TEST(FoldTest, RangesAddSumsAndUniteConsumers) {
    JournalMaker maker;
    maker.open();
    for (std::int32_t day = day_0; day < day_0 + 3; ++day) {
        maker.add(JournalMaker::redemption(day, 1, 7));
        maker.add(JournalMaker::redemption(day, static_cast<std::uint32_t>(day - day_0) + 10, 8));
    }
    maker.clock(day_0 + 2);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    Query query = under_test.query();
    const auto found = query.figures({.programme = ProgrammeId(1),
                                      .first_day = day_0,
                                      .last_day = day_0 + 2,
                                      .grouping = Grouping::programme});
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found.value().rows.size(), 1U);
    const Figures& figures = found.value().rows[0].figures;
    EXPECT_EQ(measure_of(figures, "redeemed_count"), 6);
    EXPECT_EQ(measure_of(figures, "redeeming_consumers"), 4);
    EXPECT_EQ(measure_of(figures, "redeeming_merchants"), 2);
    EXPECT_EQ(measure_of(figures, "redeemed_count_to_date"), 6);
    EXPECT_EQ(found.value().revision, 0U);
}

TEST(FoldTest, TrialBalanceAndFundFollowThePostings) {
    JournalMaker maker;
    maker.open();
    const auto treasury = account(AccountKind::treasury, 0, 1);
    const auto fund = account(AccountKind::fund);
    const auto budget = account(AccountKind::budget, 1);
    const auto outstanding = account(AccountKind::outstanding, 1, day_0 + 30);
    const auto payable = account(AccountKind::payable, 1, 1);
    const auto paid = account(AccountKind::paid, 0, 1);
    maker.decide(day_0, support::FundDeposited{}, {posting(treasury, fund, 100'000)});
    maker.decide(day_0, support::BatchFunded{}, {posting(fund, budget, 60'000)});
    maker.add(JournalMaker::claim(day_0, 1), {posting(budget, outstanding, 3'000)});
    maker.add(JournalMaker::redemption(day_0 + 1, 1, 1),
              {posting(outstanding, payable, 3'000),
               posting(account(AccountKind::memorandum, 1, 1),
                       account(AccountKind::order_turnover, 1, 1), 12'000)});
    maker.decide(day_0 + 1, support::SettlementPaid{}, {posting(payable, paid, 3'000)});
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    under_test.restart();
    Query query = under_test.query();
    const Table balance = query.trial_balance(ProgrammeId(1)).value();
    EXPECT_EQ(balance.rows.back().back(), "0");
    EXPECT_EQ(balance.rows.size(), 9U);
    const Table position = query.fund_position(ProgrammeId(1)).value();
    EXPECT_EQ(position.rows.back().back(), "0");
    const Table usage = query.fund_usage(ProgrammeId(1), day_0, day_0 + 1).value();
    ASSERT_EQ(usage.rows.size(), 4U);
    const auto cell = [&usage](std::size_t row, std::string_view id) {
        const auto column = std::ranges::find(usage.columns, id, &Column::id);
        return usage.rows[row][static_cast<std::size_t>(column - usage.columns.begin())];
    };
    EXPECT_EQ(cell(0, "opening"), "0");
    EXPECT_EQ(cell(0, "deposited"), "100000");
    EXPECT_EQ(cell(0, "closing"), "100000");
    EXPECT_EQ(cell(1, "funded"), "60000");
    EXPECT_EQ(cell(1, "issued"), "3000");
    EXPECT_EQ(cell(1, "closing"), "60000");
    EXPECT_EQ(cell(2, "opening"), "100000");
    EXPECT_EQ(cell(2, "paid"), "3000");
    EXPECT_EQ(cell(2, "closing"), "97000");
    EXPECT_EQ(cell(3, "redeemed"), "3000");
    EXPECT_EQ(cell(3, "closing"), "57000");
}

TEST(FoldTest, GapsAreKeptBySourceUntilTheyAreFilled) {
    JournalMaker maker;
    maker.open();
    EntryFields claim = JournalMaker::claim(day_0, 1);
    claim.source_sequence = 5;
    claim.gap_from = 1;
    maker.add(claim);
    claim.source_sequence = 3;
    claim.gap_from = 0;
    claim.flags = fills_gap_flag;
    maker.add(claim);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    under_test.restart();
    const auto missing = [&under_test] {
        const Table gaps = under_test.query().gaps(ProgrammeId(1)).value();
        for (const auto& row : gaps.rows) {
            if (row[0] == "2") {
                return row[5] + " abandoned " + row[6];
            }
        }
        return std::string("no source 2");
    };
    EXPECT_EQ(missing(), "1-2,4 abandoned 0");
    claim.source_sequence = 2;
    claim.epoch = 2;
    claim.gap_from = 1;
    claim.flags = 0;
    maker.add(claim);
    expect_ok(under_test.apply(maker));
    EXPECT_EQ(missing(), "1 abandoned 3");
}

TEST(FoldTest, AContradictoryJournalIsCorruptAndSaysWhichEntry) {
    const auto fails = [](const EntryFields& fields,
                          const std::vector<wire::Posting>& postings = {},
                          std::string_view detail = {}) {
        JournalMaker maker;
        maker.open();
        maker.add(fields, postings, detail);
        FoldUnderTest under_test;
        const Status status = under_test.apply(maker);
        EXPECT_FALSE(status.ok());
        return status.ok() ? ErrorCode::none : status.error().code;
    };
    EXPECT_EQ(fails(JournalMaker::claim(day_0, 0)), ErrorCode::corrupt);
    EXPECT_EQ(fails(JournalMaker::redemption(day_0, 1, 0)), ErrorCode::corrupt);
    EntryFields unknown = JournalMaker::claim(day_0, 1);
    unknown.programme = 9;
    EXPECT_EQ(fails(unknown), ErrorCode::corrupt);
    EntryFields nothing = JournalMaker::claim(day_0, 1);
    nothing.outcome = wire::Outcome::none;
    EXPECT_EQ(fails(nothing), ErrorCode::corrupt);
    EntryFields clock;
    clock.kind = wire::EventBody::ClockAdvanced;
    EXPECT_EQ(fails(clock), ErrorCode::corrupt);
    EXPECT_EQ(fails(clock, {}, "not an event"), ErrorCode::corrupt);
    EXPECT_EQ(fails(clock, {}, support::event_bytes({}, support::ProgrammeClosed{})),
              ErrorCode::corrupt);
    const auto paid = account(AccountKind::paid, 0, 1);
    EXPECT_EQ(fails(JournalMaker::claim(day_0, 1), {posting(paid, account(AccountKind::fund), 1)}),
              ErrorCode::corrupt);
    EntryFields refund = JournalMaker::full_refund(day_0, JournalMaker::redemption(day_0, 1, 1));
    refund.origin_day = 0;
    EXPECT_EQ(fails(refund), ErrorCode::corrupt);
    EntryFields huge = JournalMaker::redemption(day_0, 1, 1);
    huge.order_amount_fen = -1;
    EXPECT_EQ(fails(huge), ErrorCode::corrupt);
}

TEST(FoldTest, SumsBeyondSixtyFourBitsStopTheFold) {
    JournalMaker maker;
    maker.open();
    EntryFields huge = JournalMaker::redemption(day_0, 1, 1);
    huge.order_amount_fen = INT64_MAX;
    maker.add(huge);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    maker.add(JournalMaker::redemption(day_0, 1, 1));
    EXPECT_FALSE(under_test.apply(maker).ok());
}

TEST(FoldTest, AMissingOrRepeatedEntryIsNoticed) {
    JournalMaker maker;
    maker.open();
    FoldUnderTest under_test;
    const journal::Entries entries = maker.take();
    expect_ok(under_test.apply(entries));
    EXPECT_FALSE(under_test.apply(entries).ok());
    JournalMaker other;
    other.open();
    other.take();
    other.add(JournalMaker::claim(day_0, 1));
    other.take();
    other.add(JournalMaker::claim(day_0, 1));
    FoldUnderTest fresh;
    EXPECT_FALSE(fresh.apply(other).ok());
}

}  // namespace
}  // namespace fiscus::projections
