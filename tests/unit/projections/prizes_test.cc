// Aim: invoices, draws and prizes stop no fold and count where the rules say: measures in every
// grouping set, flows of the fund, prizes by tier, and what is payable by them is what the accounts
// hold. Method: journals by hand, with the postings that a ledger makes.
#include "projections/statistics/prizes.h"

#include <gtest/gtest.h>

#include "tests/unit/projections/fold_fixture.h"

namespace fiscus::projections {
namespace {

using wire::AccountKind;
using wire::EventBody;

wire::Account of_tier(AccountKind kind, std::uint16_t tier) {
    return account(kind, prize_batch, tier);
}

std::int64_t prize(std::uint16_t tier) { return tier == 1 ? first_prize : second_prize; }

// A prize batch with money for 2 × 500 and 3 × 100 yuan.
class PrizesTest : public testing::Test {
protected:
    PrizesTest() {
        maker_.open();
        maker_.decide(day_0, support::FundDeposited{},
                      {posting(account(AccountKind::treasury, 0, 1), fund_, 500'000)});
        maker_.open_prize_batch(day_0);
        for (const std::uint16_t tier : {std::uint16_t{1}, std::uint16_t{2}}) {
            maker_.decide(day_0, support::BatchFunded{.batch = prize_batch, .tier = tier},
                          {posting(fund_, of_tier(AccountKind::prize_budget, tier),
                                   prize(tier) * (tier == 1 ? 2 : 3))});
        }
    }

    // A verified invoice.
    EntryFields ticket(std::uint64_t number, std::int32_t day = day_0) {
        const EntryFields entry = JournalMaker::submission(
            day, number, static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number));
        maker_.add(entry);
        maker_.add(JournalMaker::after(entry, EventBody::InvoiceVerified, day));
        return entry;
    }
    void draw(std::int32_t day, std::int64_t first, std::int64_t second) {
        maker_.add(JournalMaker::draw(day, first * first_prize + second * second_prize),
                   {posting(of_tier(AccountKind::prize_budget, 1),
                            of_tier(AccountKind::prize_payable, 1), first * first_prize),
                    posting(of_tier(AccountKind::prize_budget, 2),
                            of_tier(AccountKind::prize_payable, 2), second * second_prize)});
    }
    void move(const EntryFields& invoice,
              EventBody kind,
              std::int32_t day,
              std::uint16_t tier,
              AccountKind from,
              AccountKind to,
              std::uint8_t flags = 0) {
        EntryFields entry = JournalMaker::of_prize(invoice, kind, day, tier);
        entry.flags = flags;
        maker_.add(entry,
                   {posting(of_tier(from, tier),
                            to == AccountKind::fund ? fund_ : of_tier(to, tier), prize(tier))});
    }
    void pay(const EntryFields& invoice, std::int32_t day, std::uint16_t tier) {
        move(invoice, EventBody::PrizePaid, day, tier, AccountKind::prize_payable,
             AccountKind::prize_paid);
    }
    nlohmann::json tier_row(std::int32_t day, std::uint16_t tier) {
        return under_test_.latest(
            key_of(day, "prizes/" + std::to_string(prize_batch) + "/" + std::to_string(tier)));
    }

    const wire::Account fund_ = account(AccountKind::fund);
    JournalMaker maker_;
    FoldUnderTest under_test_;
};

TEST_F(PrizesTest, StepsOfInvoicesCountInEveryGroupingSetOfTheirDimensions) {
    const EntryFields kept = ticket(1);
    const EntryFields reversed = ticket(2);
    const EntryFields rejected = JournalMaker::submission(day_0, 3, 1, 2);
    maker_.add(rejected);
    maker_.add(JournalMaker::after(rejected, EventBody::InvoiceRejected, day_0));
    const EntryFields reversed_unseen = JournalMaker::submission(day_0, 4, 4, 2);
    maker_.add(reversed_unseen);
    maker_.add(JournalMaker::after(reversed, EventBody::InvoiceReversed, day_0));
    maker_.add(JournalMaker::after(reversed_unseen, EventBody::InvoiceReversed, day_0));
    maker_.add(JournalMaker::refused(JournalMaker::submission(day_0, 5, 9, 9),
                                     wire::Reason::consumer_submission_cap_reached));
    maker_.add(JournalMaker::of_prize(kept, EventBody::PrizePaid, day_0, 2));
    maker_.clock(day_0 + 1);
    expect_ok(under_test_.apply(maker_));
    for (const std::string place :
         {"programme", "batch/7", "pack/7/0", "platform/1", "prefecture/4201", "district/420102",
          "category/1", "industry/6210", "size_class/3", "channel/2", "batch_district/7/420102",
          "batch_industry/7/6210", "batch_category/7/1", "industry_size_class/6210/3"}) {
        SCOPED_TRACE(place);
        const auto row = under_test_.latest(key_of(day_0, place));
        ASSERT_FALSE(row.is_null());
        EXPECT_EQ(row["invoices_count"], 4);
        EXPECT_EQ(row["invoices_amount"], 80'000);
        EXPECT_EQ(row["invoice_consumers"], 3);
        EXPECT_EQ(row["invoice_merchants"], 2);
        EXPECT_EQ(row["invoices_verified_count"], 2);
        EXPECT_EQ(row["invoices_verified_amount"], 40'000);
        EXPECT_EQ(row["invoices_rejected_count"], 1);
        EXPECT_EQ(row["invoices_reversed_count"], 2);
        EXPECT_EQ(row["invoices_reversed_amount"], 40'000);
        EXPECT_EQ(row["invoices_verified_amount_net"], 20'000);
        EXPECT_EQ(row["prizes_paid_count"], 1);
        EXPECT_EQ(row["prizes_paid_amount"], second_prize);
        EXPECT_EQ(row["invoices_count_to_date"], 4);
        EXPECT_EQ(row["issued_count"], 0);
        EXPECT_TRUE(row["prize_leverage_ratio"].is_null());
    }
}

TEST_F(PrizesTest, LeverageIsWhatWasVerifiedAndStandsByWhatWasAwarded) {
    const EntryFields reversed = ticket(1);
    ticket(2);
    ticket(3);
    draw(day_0 + 1, 0, 2);
    maker_.add(JournalMaker::after(reversed, EventBody::InvoiceReversed, day_0 + 2));
    maker_.clock(day_0 + 3);
    expect_ok(under_test_.apply(maker_));
    const auto ratio = [this](std::int32_t day, const std::string& place) {
        return under_test_.latest(key_of(day, place))["prize_leverage_ratio"];
    };
    EXPECT_TRUE(ratio(day_0, "batch/7").is_null());
    EXPECT_EQ(ratio(day_0 + 1, "batch/7"), "3.0000");
    EXPECT_EQ(ratio(day_0 + 2, "batch/7"), "2.0000");
    EXPECT_EQ(ratio(day_0 + 2, "programme"), "2.0000");
    // Prizes are drawn for the batch, and for nothing else.
    EXPECT_TRUE(ratio(day_0 + 2, "district/420102").is_null());
    const auto nowhere = under_test_.latest(key_of(day_0 + 1, "district/0"));
    EXPECT_EQ(nowhere["prizes_awarded_amount"], 2 * second_prize);
    EXPECT_EQ(nowhere["district_name"], "（未指明）");
}

TEST_F(PrizesTest, RowsOfOtherProgrammesSayNothingOfPrizes) {
    maker_.open({}, 2);
    maker_.clock(day_0 + 1, 720, 2);
    maker_.clock(day_0 + 1);
    expect_ok(under_test_.apply(maker_));
    const std::string other = "2/" + date_text(day_0) + "/";
    for (const Measure& measure : measures()) {
        const std::string id(measure.id);
        const bool of_all = !measure.of_prizes && !measure.of_draws;
        EXPECT_EQ(under_test_.latest(other + "programme").contains(id), of_all) << id;
        EXPECT_EQ(under_test_.latest(key_of(day_0, "programme")).contains(id), !measure.of_draws)
            << id;
    }
    for (const FlowInfo& about : flow_infos()) {
        const std::string id(about.id);
        EXPECT_EQ(under_test_.latest(other + "fund/0").contains(id), !about.of_prizes) << id;
        EXPECT_TRUE(under_test_.latest(key_of(day_0, "fund/0")).contains(id)) << id;
    }
    const auto width = [this](std::uint32_t programme) {
        return under_test_.query()
            .statistics(
                {.programme = ProgrammeId(programme), .first_day = day_0, .last_day = day_0})
            .value()
            .columns.size();
    };
    EXPECT_EQ(width(1), measures_of(true, false).size());
    EXPECT_EQ(width(2), measures_of(false, false).size());
}

TEST_F(PrizesTest, LateStepsMakeRevisionsLikeAnyOther) {
    const EntryFields first = ticket(1);
    maker_.clock(day_0 + 1);
    maker_.add(JournalMaker::submission(day_0, 2, 1, 8));
    maker_.add(JournalMaker::submission(day_0, 3, 2, 1));
    maker_.add(JournalMaker::after(first, EventBody::InvoiceReversed, day_0));
    maker_.clock(day_0 + 2);
    expect_ok(under_test_.apply(maker_));
    const auto row = under_test_.latest(key_of(day_0, "platform/1"));
    EXPECT_EQ(row["revision"], 2);
    EXPECT_EQ(row["invoices_count"], 3);
    EXPECT_EQ(row["invoice_consumers"], 2);
    EXPECT_EQ(row["invoice_merchants"], 2);
    EXPECT_EQ(row["invoices_verified_amount_net"], 0);
    const auto changes = under_test_.rows_of("change");
    const auto change = [&changes](const std::string& measure) {
        for (const nlohmann::json& found : changes) {
            if (found["grouping"] == "programme" && found["measure"] == measure) {
                return found["before"].dump() + " " + found["after"].dump();
            }
        }
        return std::string("none");
    };
    EXPECT_EQ(change("invoices_count"), "1 3");
    EXPECT_EQ(change("invoice_consumers"), "1 2");
    EXPECT_EQ(change("invoices_reversed_count"), "0 1");
    EXPECT_EQ(change("invoices_verified_amount_net"), "20000 0");
    EXPECT_EQ(change("invoices_verified_count"), "none");
    EXPECT_EQ(under_test_.latest(key_of(day_0, "day"))["late_entries"], 3);
}

TEST_F(PrizesTest, TheFundFollowsThePostingsOfPrizes) {
    std::vector<EntryFields> tickets;
    for (std::uint64_t number = 1; number <= 5; ++number) {
        tickets.push_back(ticket(number));
    }
    draw(day_0 + 1, 1, 3);
    pay(tickets[0], day_0 + 2, 1);
    pay(tickets[1], day_0 + 2, 2);
    move(tickets[2], EventBody::PrizeForfeited, day_0 + 2, 2, AccountKind::prize_payable,
         AccountKind::prize_budget, taken_away_flag);
    move(tickets[1], EventBody::InvoiceReversed, day_0 + 3, 2, AccountKind::prize_paid,
         AccountKind::prize_receivable, 8);
    EntryFields part = JournalMaker::of_prize(tickets[1], EventBody::PrizeRecovered, day_0 + 3, 2);
    part.amount_fen = 4'000;
    maker_.add(part, {posting(of_tier(AccountKind::prize_receivable, 2), fund_, 4'000)});
    maker_.decide(day_0 + 3, support::BatchClosed{.batch = prize_batch},
                  {posting(of_tier(AccountKind::prize_budget, 1), fund_, first_prize),
                   posting(of_tier(AccountKind::prize_budget, 2), fund_, second_prize)});
    move(tickets[3], EventBody::InvoiceReversed, day_0 + 3, 2, AccountKind::prize_payable,
         AccountKind::fund, taken_away_flag);
    maker_.clock(day_0 + 4);
    expect_ok(under_test_.apply(maker_));
    under_test_.restart();
    const auto line = [this](std::int32_t day, std::uint32_t batch) {
        return under_test_.latest(key_of(day, "fund/" + std::to_string(batch)));
    };
    EXPECT_EQ(line(day_0, 0)["funded"], 130'000);
    EXPECT_EQ(line(day_0, 0)["closing"], 500'000);
    EXPECT_EQ(line(day_0, 7)["closing"], 130'000);
    EXPECT_EQ(line(day_0, 7)["batch_name"], "第7期抽奖");
    EXPECT_EQ(line(day_0 + 1, 7)["prizes_awarded"], 80'000);
    EXPECT_EQ(line(day_0 + 1, 7)["closing"], 130'000);
    EXPECT_EQ(line(day_0 + 2, 7)["prizes_paid"], 60'000);
    EXPECT_EQ(line(day_0 + 2, 7)["prizes_cancelled"], 10'000);
    EXPECT_EQ(line(day_0 + 2, 7)["closing"], 70'000);
    EXPECT_EQ(line(day_0 + 2, 0)["closing"], 440'000);
    EXPECT_EQ(line(day_0 + 3, 7)["opening"], 70'000);
    EXPECT_EQ(line(day_0 + 3, 7)["prizes_demanded"], 10'000);
    EXPECT_EQ(line(day_0 + 3, 7)["prizes_cancelled"], 10'000);
    EXPECT_EQ(line(day_0 + 3, 7)["released"], 70'000);
    EXPECT_EQ(line(day_0 + 3, 7)["recovered"], 4'000);
    EXPECT_EQ(line(day_0 + 3, 7)["closing"], 0);
    EXPECT_EQ(line(day_0 + 3, 0)["closing"], 444'000);
    EXPECT_EQ(line(day_0 + 3, 0)["paid"], 0);

    Query query = under_test_.query();
    const Table position = query.fund_position(ProgrammeId(1)).value();
    EXPECT_EQ(position.rows.back().back(), "0");
    const auto amount = [&position](std::string_view item) {
        for (const auto& row : position.rows) {
            if (row[0] == item) {
                return row[2];
            }
        }
        return std::string("none");
    };
    EXPECT_EQ(amount("In the dedicated account"), "444000");
    EXPECT_EQ(amount("Prizes paid"), "50000");
    EXPECT_EQ(amount("Prizes to be recovered"), "6000");
    const Table balance = query.trial_balance(ProgrammeId(1)).value();
    EXPECT_EQ(balance.rows.back().back(), "0");
    EXPECT_TRUE(std::ranges::any_of(balance.rows, [](const auto& row) {
        return row[1] == "prize_receivable" && row[2] == "奖金应追回" && row[4] == "tier 2" &&
               row[5] == "6000";
    }));
}

TEST_F(PrizesTest, PrizesAreToldByTierOfTheDayAndToDate) {
    std::vector<EntryFields> tickets;
    for (std::uint64_t number = 1; number <= 6; ++number) {
        tickets.push_back(ticket(number));
    }
    draw(day_0 + 1, 2, 3);
    maker_.add(JournalMaker::of_prize(tickets[0], EventBody::PrizePayoutFailed, day_0 + 1, 1));
    pay(tickets[0], day_0 + 2, 1);
    EntryFields gone = JournalMaker::of_prize(tickets[1], EventBody::PrizeForfeited, day_0 + 2, 1);
    gone.flags = taken_away_flag | moved_up_flag;
    maker_.add(gone);
    move(tickets[5], EventBody::InvoiceReversed, day_0 + 3, 1, AccountKind::prize_payable,
         AccountKind::prize_budget, taken_away_flag);
    move(tickets[0], EventBody::InvoiceReversed, day_0 + 3, 1, AccountKind::prize_paid,
         AccountKind::prize_receivable, 8);
    for (const std::int64_t fen : {20'000, 30'000}) {
        EntryFields part =
            JournalMaker::of_prize(tickets[0], EventBody::PrizeRecovered, day_0 + 3, 1);
        part.amount_fen = fen;
        maker_.add(part, {posting(of_tier(AccountKind::prize_receivable, 1), fund_, fen)});
    }
    maker_.clock(day_0 + 4);
    expect_ok(under_test_.apply(maker_));
    EXPECT_TRUE(tier_row(day_0, 1).is_null());
    const auto drawn = tier_row(day_0 + 1, 1);
    EXPECT_EQ(drawn["prize_amount"], first_prize);
    EXPECT_EQ(drawn["batch_name"], "第7期抽奖");
    EXPECT_EQ(drawn["awarded_count"], 2);
    EXPECT_EQ(drawn["awarded_amount"], 2 * first_prize);
    EXPECT_EQ(drawn["failed_count"], 1);
    EXPECT_EQ(drawn["failed_amount"], first_prize);
    EXPECT_EQ(drawn["payable_count"], 2);
    EXPECT_EQ(tier_row(day_0 + 1, 2)["awarded_count"], 3);
    const auto paid = tier_row(day_0 + 2, 1);
    EXPECT_EQ(paid["awarded_count"], 0);
    EXPECT_EQ(paid["awarded_count_to_date"], 2);
    EXPECT_EQ(paid["paid_count"], 1);
    EXPECT_EQ(paid["moved_up_count"], 1);
    EXPECT_EQ(paid["moved_up_amount"], first_prize);
    EXPECT_EQ(paid["cancelled_count"], 0);
    EXPECT_EQ(paid["payable_amount"], first_prize);
    const auto last = tier_row(day_0 + 3, 1);
    EXPECT_EQ(last["cancelled_count"], 1);
    EXPECT_EQ(last["demanded_count"], 1);
    EXPECT_EQ(last["recovered_count"], 2);
    EXPECT_EQ(last["recovered_amount_to_date"], first_prize);
    EXPECT_EQ(last["payable_count"], 0);
    EXPECT_EQ(last["revision"], 1);
    EXPECT_EQ(tier_row(day_0 + 3, 2)["payable_count"], 3);

    // The same by the table, also after a restart; what comes late restates its day.
    under_test_.restart();
    pay(tickets[2], day_0 + 2, 2);
    maker_.clock(day_0 + 5);
    expect_ok(under_test_.apply(maker_));
    EXPECT_EQ(tier_row(day_0 + 2, 2)["revision"], 2);
    EXPECT_EQ(tier_row(day_0 + 2, 2)["paid_count"], 1);
    EXPECT_EQ(tier_row(day_0 + 3, 2)["payable_count"], 3);
    const Table table = under_test_.query().prizes(ProgrammeId(1), day_0, day_0 + 3).value();
    ASSERT_EQ(table.rows.size(), 6U);
    for (const auto& row : table.rows) {
        ASSERT_EQ(row.size(), table.columns.size());
    }
    EXPECT_EQ(table.rows[5][0], date_text(day_0 + 3));
    EXPECT_EQ(table.rows[5][3], "2");
    EXPECT_EQ(table.rows[5].back(), std::to_string(2 * second_prize));
}

TEST_F(PrizesTest, AccountsThatSaySomethingElseAreNoticedAtTheCut) {
    draw(day_0 + 1, 1, 0);
    maker_.decide(day_0 + 1, support::BatchClosed{.batch = prize_batch},
                  {posting(of_tier(AccountKind::prize_payable, 1), fund_, first_prize)});
    expect_ok(under_test_.apply(maker_));
    maker_.clock(day_0 + 2);
    const Status status = under_test_.apply(maker_);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::corrupt);
    EXPECT_NE(status.error().text().find("tier 1 of batch 7"), std::string::npos);
}

TEST_F(PrizesTest, AnAmountThatIsNoNumberOfPrizesIsNoticed) {
    maker_.add(JournalMaker::draw(day_0, first_prize + 1),
               {posting(of_tier(AccountKind::prize_budget, 1),
                        of_tier(AccountKind::prize_payable, 1), first_prize + 1)});
    EXPECT_EQ(under_test_.apply(maker_).error().code, ErrorCode::corrupt);
}

TEST_F(PrizesTest, NoAmountOfInvoicesStopsTheStatistics) {
    for (std::uint64_t number = 1; number <= 3; ++number) {
        EntryFields huge = JournalMaker::submission(day_0, number, 1, 1);
        huge.order_amount_fen = INT64_MAX - 5;
        huge.batch = number == 1 ? 7 : 8;
        maker_.add(huge);
    }
    maker_.clock(day_0 + 1);
    expect_ok(under_test_.apply(maker_));
    EXPECT_EQ(under_test_.latest(key_of(day_0, "programme"))["invoices_amount"], INT64_MAX);
    EXPECT_EQ(under_test_.latest(key_of(day_0, "batch/8"))["invoices_amount"], 5);
    EXPECT_EQ(under_test_.latest(key_of(day_0, "batch/8"))["invoices_count"], 2);
    EntryFields nobody = JournalMaker::submission(day_0, 9, 0, 1);
    maker_.add(nobody);
    EXPECT_EQ(under_test_.apply(maker_).error().code, ErrorCode::corrupt);
}

// Whoever folds a journal must know every kind that a ledger accepts.
TEST_F(PrizesTest, EveryKindOfADrawIsFolded) {
    maker_.decide(day_0, support::DrawSealed{.batch = prize_batch});
    maker_.decide(day_0, support::DrawSeedPublished{.batch = prize_batch});
    maker_.decide(day_0, support::DrawAborted{.batch = prize_batch});
    EntryFields refused = JournalMaker::submission(day_0, 1, 0, 0);
    maker_.add(JournalMaker::refused(refused, wire::Reason::draw_already_sealed));
    maker_.clock(day_0 + 1);
    expect_ok(under_test_.apply(maker_));
    const auto number = static_cast<int>(wire::Reason::draw_already_sealed);
    const auto row = under_test_.latest(key_of(day_0, "refusals/" + std::to_string(number)));
    EXPECT_EQ(row["reason"], "draw_already_sealed");
    EXPECT_FALSE(row["chinese"].is_null());
    ASSERT_EQ(under_test_.rows_of("refusal").size(), 1U);
    EXPECT_EQ(under_test_.rows_of("refusal")[0]["kind"], "InvoiceSubmitted");
}

}  // namespace
}  // namespace fiscus::projections
