// Aim: whatever comes in whatever order, every figure of every revision and of every range of days
// is what a naive count of all entries says, and restarts change nothing.
// Method: random journals of claims, redemptions, refunds and invoices over a few days, many of
// them late.
#include <optional>

#include <gtest/gtest.h>

#include "projections/statistics/rows.h"
#include "tests/unit/projections/fold_fixture.h"
#include "tests/unit/projections/naive_statistics.h"
#include "tests/unit/projections/seed.h"

namespace fiscus::projections {
namespace {

constexpr std::int32_t days = 8;

// A redemption and what of it was not refunded yet.
struct Redeemed {
    EntryFields entry;
    std::int64_t order_left = 0;
    std::int64_t subsidy_left = 0;
};

struct Invoice {
    EntryFields entry;
    bool verified = false;
    bool over = false;
};

class RandomJournal {
public:
    explicit RandomJournal(std::uint64_t seed) : dice_(seed), naive_(day_0) {
        maker_.open();
        maker_.open_prize_batch(day_0, 7);
        maker_.open_prize_batch(day_0, 8);
        maker_.open_instant_draw(day_0);
    }

    void step() {
        switch (dice_.throw_of(30)) {
            case 0: advance(); break;
            case 1:
            case 2: refuse(); break;
            case 3:
            case 4:
            case 5: refund(); break;
            case 6:
            case 7:
            case 8:
            case 9:
            case 10:
            case 11: redeem(); break;
            case 12:
            case 13: submit(); break;
            case 14:
            case 15:
            case 16: continue_invoice(); break;
            case 17:
            case 18:
            case 19:
            case 20: request(); break;
            default: add(vary(JournalMaker::claim(some_day(), consumer()))); break;
        }
    }

    JournalMaker& maker() { return maker_; }
    NaiveStatistics& naive() { return naive_; }
    Dice& dice() { return dice_; }
    [[nodiscard]] std::int32_t today() const { return today_; }

private:
    void add(const EntryFields& entry) {
        maker_.add(entry);
        naive_.add(entry);
    }
    std::uint32_t consumer() { return static_cast<std::uint32_t>(dice_.throw_of(12) + 1); }

    // Mostly today, now and then long ago, even before the programme.
    std::int32_t some_day() {
        if (!dice_.one_in(4)) {
            return today_;
        }
        return today_ - static_cast<std::int32_t>(
                            dice_.throw_of(static_cast<std::uint64_t>(today_ - day_0) + 3));
    }

    EntryFields vary(EntryFields entry) {
        entry.batch = static_cast<std::uint32_t>(dice_.throw_of(2) + 1);
        entry.platform = static_cast<std::uint16_t>(dice_.throw_of(2) + 1);
        entry.source = static_cast<std::uint16_t>(entry.platform + 1);
        entry.district = dice_.one_in(2) ? 420102 : 420502;
        entry.amount_fen = 1'000 * static_cast<std::int64_t>(dice_.throw_of(3) + 1);
        return entry;
    }

    void request() {
        const auto outcome = static_cast<wire::DrawOutcome>(dice_.throw_of(5) + 1);
        EntryFields entry = vary(JournalMaker::request(some_day(), consumer(), outcome));
        entry.hour = static_cast<std::uint8_t>(dice_.throw_of(24));
        if (outcome != wire::DrawOutcome::won) {
            entry.amount_fen = 0;
        }
        if (dice_.one_in(6)) {
            entry = JournalMaker::refused(entry, wire::Reason::budget_exhausted);
            entry.vouchers = 0;
            entry.pack = 0;
        }
        add(entry);
    }

    void redeem() {
        EntryFields entry = vary(JournalMaker::redemption(
            some_day(), consumer(), static_cast<std::uint32_t>(dice_.throw_of(4) + 1)));
        entry.industry = dice_.one_in(2) ? 6210 : 5211;
        entry.category = entry.industry == 6210 ? 1 : 2;
        entry.size_class = static_cast<std::uint8_t>(dice_.throw_of(3));
        entry.order_amount_fen = entry.amount_fen * 3;
        add(entry);
        redeemed_.push_back({entry, entry.order_amount_fen, entry.amount_fen});
    }

    void refund() {
        if (redeemed_.empty()) {
            return;
        }
        Redeemed& redemption = redeemed_[dice_.throw_of(redeemed_.size())];
        if (redemption.order_left == 0) {
            return;
        }
        const std::int32_t day = std::max(some_day(), redemption.entry.day);
        EntryFields refund = JournalMaker::full_refund(day, redemption.entry);
        refund.order_amount_fen = redemption.order_left;
        refund.amount_fen = redemption.subsidy_left;
        if (dice_.one_in(3) && redemption.order_left > 1) {
            refund.order_amount_fen = redemption.order_left / 2;
            refund.amount_fen = redemption.subsidy_left / 2;
            refund.flags = 0;
        }
        redemption.order_left -= refund.order_amount_fen;
        redemption.subsidy_left -= refund.amount_fen;
        add(refund);
    }

    void submit() {
        EntryFields entry =
            JournalMaker::submission(some_day(), invoices_.size() + 1, consumer(),
                                     static_cast<std::uint32_t>(dice_.throw_of(4) + 1));
        entry.batch = dice_.one_in(2) ? 7 : 8;
        entry.platform = static_cast<std::uint16_t>(dice_.throw_of(2) + 1);
        entry.source = static_cast<std::uint16_t>(entry.platform + 1);
        entry.district = dice_.one_in(2) ? 420102 : 420502;
        entry.industry = dice_.one_in(2) ? 6210 : 5211;
        entry.channel = dice_.one_in(2) ? 1 : 2;
        entry.order_amount_fen = 500 * static_cast<std::int64_t>(dice_.throw_of(9) + 1);
        if (dice_.one_in(6)) {
            add(JournalMaker::refused(entry, wire::Reason::invoice_amount_too_small));
            return;
        }
        add(entry);
        invoices_.push_back({.entry = entry});
    }

    // Verified, paid, reversed, whatever comes; and now and then a draw.
    void continue_invoice() {
        using Kind = wire::EventBody;
        if (invoices_.empty() || dice_.one_in(12)) {
            const std::int64_t prize = dice_.one_in(2) ? first_prize : second_prize;
            add(JournalMaker::draw(some_day(), prize, dice_.one_in(2) ? 7 : 8));
            return;
        }
        Invoice& invoice = invoices_[dice_.throw_of(invoices_.size())];
        const EntryFields& entry = invoice.entry;
        const std::int32_t day = std::max(some_day(), entry.day);
        if (invoice.over) {
            return;
        }
        if (!invoice.verified && dice_.one_in(4)) {
            add(JournalMaker::after(entry, Kind::InvoiceRejected, day));
            invoice.over = true;
        } else if (dice_.one_in(4)) {
            add(JournalMaker::after(entry, Kind::InvoiceReversed, day));
            invoice.over = true;
        } else if (invoice.verified) {
            add(JournalMaker::of_prize(entry, Kind::PrizePaid, day, 2));
        } else {
            add(JournalMaker::after(entry, Kind::InvoiceVerified, day));
            invoice.verified = true;
        }
    }

    void refuse() {
        EntryFields entry = vary(JournalMaker::claim(some_day(), consumer()));
        if (dice_.one_in(3)) {
            entry.kind = wire::EventBody::VoucherRedeemed;
            entry.consumer = 0;
        }
        add(JournalMaker::refused(entry, wire::Reason::batch_quota_exhausted));
    }

    void advance() {
        if (dice_.one_in(2) && today_ < day_0 + days) {
            ++today_;
        }
        if (!closed_ && dice_.one_in(20)) {
            close();
        }
        EntryFields clock;
        clock.source = 1;
        clock.kind = wire::EventBody::ClockAdvanced;
        clock.day = today_;
        const int minute = dice_.one_in(2) ? 720 : 719;
        maker_.clock(today_, minute);
        naive_.add(clock);
        naive_.cut(minute == 720 ? today_ - 1 : today_ - 2);
    }

    void close() {
        EntryFields close;
        close.source = 1;
        close.kind = wire::EventBody::ProgrammeClosed;
        close.day = today_;
        maker_.decide(today_, support::ProgrammeClosed{});
        naive_.add(close);
        closed_ = true;
    }

    Dice dice_;
    bool closed_ = false;
    JournalMaker maker_;
    NaiveStatistics naive_;
    std::int32_t today_ = day_0;
    std::vector<Redeemed> redeemed_;
    std::vector<Invoice> invoices_;
};

NaiveFigures all_groupings(FoldUnderTest& under_test,
                           std::int32_t first,
                           std::int32_t last,
                           std::optional<std::uint32_t> revision) {
    NaiveFigures all;
    Query query = under_test.query();
    for (const GroupingInfo& set : groupings()) {
        const auto found = query.figures({.programme = ProgrammeId(1),
                                          .first_day = first,
                                          .last_day = last,
                                          .grouping = set.grouping,
                                          .revision = revision});
        EXPECT_TRUE(found.ok()) << found.error().text();
        for (const FigureRow& row : found.value().rows) {
            all[row.key] = row.figures;
        }
    }
    return all;
}

void expect_same(const NaiveFigures& expected, const NaiveFigures& found) {
    for (const auto& [key, figures] : expected) {
        const auto at = found.find(key);
        ASSERT_NE(at, found.end()) << path_of(key);
        for (const Measure& measure : measures()) {
            if (measure.type != MeasureType::ratio) {
                ASSERT_EQ(measure.value(at->second), measure.value(figures))
                    << path_of(key) << " " << measure.id;
            }
        }
    }
    EXPECT_EQ(found.size(), expected.size());
}

class PropertyTest : public testing::TestWithParam<int> {};

TEST_P(PropertyTest, EveryFigureIsWhatANaiveCountSays) {
    const std::uint64_t seed = test_seed(static_cast<std::uint64_t>(GetParam()));
    SCOPED_TRACE("FISCUS_TEST_SEED=" + std::to_string(seed));
    RandomJournal journal(seed);
    FoldUnderTest under_test;
    for (int step = 0; step < 700; ++step) {
        journal.step();
        if (journal.dice().one_in(25)) {
            expect_ok(under_test.apply(journal.maker()));
            if (journal.dice().one_in(3)) {
                under_test.restart();
            } else if (journal.dice().one_in(3)) {
                under_test.commit();
                under_test.fold().trim(0);
            }
        }
    }
    expect_ok(under_test.apply(journal.maker()));
    std::size_t revisions = 0;
    for (const auto& [day, known] : journal.naive().revisions()) {
        SCOPED_TRACE(date_text(day));
        const auto told = under_test.query().revisions(ProgrammeId(1), day).value();
        ASSERT_EQ(told.size(), known.size());
        for (std::size_t at = 0; at < known.size(); ++at) {
            SCOPED_TRACE("revision " + std::to_string(at + 1));
            EXPECT_EQ(told[at].final, known[at].final);
            EXPECT_EQ(told[at].late_entries, known[at].late);
            expect_same(known[at].figures,
                        all_groupings(under_test, day, day, static_cast<std::uint32_t>(at + 1)));
            ++revisions;
        }
    }
    EXPECT_EQ(under_test.rows_of("day").size(), revisions);
    // As known now: the whole range, and one that ends in the middle.
    for (const std::int32_t last : {journal.today(), (day_0 + journal.today()) / 2}) {
        SCOPED_TRACE("range to " + date_text(last));
        if (last > day_0) {
            expect_same(journal.naive().figures(day_0, last),
                        all_groupings(under_test, day_0, last, std::nullopt));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PropertyTest, testing::Range(1, 13));

// The state after each block is the same whether the fold was restarted there or not.
TEST(RestartTest, GivesTheSameStateAndRowsAfterEveryBlock) {
    const std::uint64_t seed = test_seed(77);
    SCOPED_TRACE("FISCUS_TEST_SEED=" + std::to_string(seed));
    RandomJournal journal(seed);
    FoldUnderTest undisturbed;
    FoldUnderTest restarted;
    for (int block = 0; block < 60; ++block) {
        for (int step = 0; step < 12; ++step) {
            journal.step();
        }
        const journal::Entries entries = journal.maker().take();
        expect_ok(undisturbed.apply(entries));
        expect_ok(restarted.apply(entries));
        restarted.restart();
        if (block % 7 == 6) {
            undisturbed.commit();
            ASSERT_EQ(undisturbed.dump(), restarted.dump()) << "block " << block;
        }
    }
    EXPECT_EQ(undisturbed.rows(), restarted.rows());
}

// What was folded after the last commit is forgotten and comes again with the same rows.
TEST(RestartTest, ForgetsWhatWasNotCommittedAndMakesTheSameRowsAgain) {
    RandomJournal journal(test_seed(78));
    FoldUnderTest under_test;
    for (int block = 0; block < 20; ++block) {
        for (int step = 0; step < 20; ++step) {
            journal.step();
        }
        const journal::Entries entries = journal.maker().take();
        const std::size_t before = under_test.rows().size();
        expect_ok(under_test.apply(entries));
        const std::vector<KeptRow> first(under_test.rows().begin() + static_cast<long>(before),
                                         under_test.rows().end());
        under_test.forget();
        under_test.rows().resize(before);
        expect_ok(under_test.apply(entries));
        const std::vector<KeptRow> second(under_test.rows().begin() + static_cast<long>(before),
                                          under_test.rows().end());
        EXPECT_EQ(first, second) << "block " << block;
        under_test.commit();
    }
}

}  // namespace
}  // namespace fiscus::projections
