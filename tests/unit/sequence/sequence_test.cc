// Aim: each number of a source counts once, gaps are named at once and filled late, older epochs
// are fenced. Method: a small driver over an in-memory state; one random run against a std::map.
#include "engine/sequence/sequence.h"

#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace fiscus::sequence {
namespace {

class SequenceTest : public testing::Test {
protected:
    void SetUp() override {
        auto opened = state::State::open(state::make_memory_store(), {});
        ASSERT_TRUE(opened.ok());
        state_ = std::move(opened).value();
    }

    static Number number(std::uint64_t sequence, std::uint64_t content, std::uint32_t epoch = 1) {
        return {.programme = ProgrammeId(7),
                .source = SourceId(3),
                .epoch = epoch,
                .sequence = sequence,
                .content = content};
    }

    Verdict look(const Number& n) {
        const auto* found = state_->sources.get(key_);
        const state::SourceRecord record = found == nullptr ? state::SourceRecord{} : *found;
        const Pages pages = pages_before(record) | pages_of(record, n.epoch, n.sequence);
        for (unsigned page = 0; page < 64; ++page) {
            if ((pages >> page & 1) != 0) {
                state_->want_soon(page_key(n.programme, n.source, page));
            }
        }
        EXPECT_TRUE(state_->load_wanted().ok());
        return examine(*state_, record, n);
    }

    Marked take(const Number& n, wire::Reason answered = wire::Reason::none) {
        EXPECT_EQ(look(n).seen, Seen::fresh) << n.sequence;
        return mark(*state_, state_->change(state_->sources, key_), n, answered);
    }

    const state::SourceRecord& record() { return *state_->sources.get(key_); }

    state::Key key_{.programme = 7, .part = 3, .table = state::TableId::source};
    std::unique_ptr<state::State> state_;
};

TEST_F(SequenceTest, CountsEachNumberOnce) {
    EXPECT_EQ(take(number(1, 11)).gap_from, 0U);
    EXPECT_EQ(look(number(1, 11)).seen, Seen::duplicate);
    EXPECT_EQ(look(number(1, 12)).reason, wire::Reason::sequence_conflict);
    EXPECT_EQ(look(number(0, 1)).reason, wire::Reason::sequence_zero);
    EXPECT_EQ(record().low, 1U);
}

TEST_F(SequenceTest, RemembersWhatEachNumberWasAnsweredWith) {
    take(number(1, 1));
    take(number(2, 2), wire::Reason::voucher_expired);
    EXPECT_EQ(look(number(1, 1)).reason, wire::Reason::none);
    EXPECT_EQ(look(number(2, 2)).seen, Seen::duplicate);
    EXPECT_EQ(look(number(2, 2)).reason, wire::Reason::voucher_expired);
    EXPECT_EQ(look(number(2, 3)).reason, wire::Reason::sequence_conflict);
}

// A slot of the window is used again: what it said before must not stick.
TEST_F(SequenceTest, ForgetsTheAnswerWithTheNumber) {
    take(number(1, 1), wire::Reason::voucher_expired);
    for (std::uint64_t n = 2; n <= source_window + 1; ++n) {
        take(number(n, n));
    }
    EXPECT_EQ(look(number(source_window + 1, source_window + 1)).reason, wire::Reason::none);
    take(number(1, 1, 2));
    EXPECT_EQ(look(number(1, 1, 2)).reason, wire::Reason::none);
}

TEST_F(SequenceTest, ReportsGapOnceAndAcceptsLateNumbers) {
    take(number(1, 1));
    EXPECT_EQ(take(number(5, 5)).gap_from, 2U);
    EXPECT_EQ(take(number(6, 6)).gap_from, 0U);
    EXPECT_EQ(record().missing, 3U);
    EXPECT_TRUE(take(number(3, 3)).fills_gap);
    EXPECT_EQ(record().low, 1U);
    EXPECT_TRUE(take(number(2, 2)).fills_gap);
    EXPECT_EQ(record().low, 3U);
    EXPECT_TRUE(take(number(4, 4)).fills_gap);
    EXPECT_EQ(record().low, 6U);
    EXPECT_EQ(record().missing, 0U);
}

TEST_F(SequenceTest, HoldsTheWindowFromTheFirstGap) {
    take(number(2, 2));
    take(number(source_window, 9));
    EXPECT_EQ(look(number(source_window + 1, 1)).reason, wire::Reason::sequence_beyond_window);
    take(number(1, 1));
    EXPECT_EQ(look(number(source_window + 1, 1)).seen, Seen::fresh);
}

TEST_F(SequenceTest, LeavesNumbersOlderThanTheWindowToTheNaturalKey) {
    for (std::uint64_t n = 1; n <= source_window + 1; ++n) {
        take(number(n, n));
    }
    EXPECT_EQ(look(number(1, 1)).seen, Seen::forgotten);
    EXPECT_EQ(look(number(2, 2)).seen, Seen::duplicate);
}

TEST_F(SequenceTest, FencesOlderEpochsAndCountsWhatTheyLeaveMissing) {
    take(number(3, 3, 5));
    EXPECT_EQ(look(number(4, 4, 4)).reason, wire::Reason::epoch_fenced);
    EXPECT_EQ(take(number(1, 1, 6)).gap_from, 0U);
    EXPECT_EQ(record().abandoned, 2U);
    EXPECT_EQ(record().missing, 0U);
    EXPECT_EQ(look(number(3, 3, 6)).seen, Seen::fresh);
    EXPECT_EQ(look(number(9, 9, 5)).reason, wire::Reason::epoch_fenced);
}

// A new epoch with an impossible number does not begin.
TEST_F(SequenceTest, BeginsAnEpochOnlyWithAnAcceptableNumber) {
    take(number(1, 1, 1));
    EXPECT_EQ(look(number(source_window + 1, 1, 2)).reason, wire::Reason::sequence_beyond_window);
    EXPECT_EQ(look(number(0, 1, 2)).reason, wire::Reason::sequence_zero);
    EXPECT_EQ(record().epoch, 1U);
}

TEST_F(SequenceTest, AgreesWithAMapUnderRandomNumbers) {
    const char* given = std::getenv("FISCUS_SEED");
    const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device{}();
    SCOPED_TRACE("FISCUS_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::map<std::uint64_t, std::uint64_t> seen;
    std::uint64_t high = 0;
    for (int i = 0; i < 50'000; ++i) {
        const std::uint64_t n =
            high + 1 + random() % 40 - std::min<std::uint64_t>(high, random() % 80);
        const std::uint64_t content = n * 2 + random() % 16 / 15;
        const Verdict verdict = look(number(n, content));
        const auto at = seen.find(n);
        if (at == seen.end()) {
            if (verdict.seen != Seen::fresh) {
                ASSERT_TRUE(n == 0 || verdict.reason == wire::Reason::sequence_beyond_window) << n;
                continue;
            }
            take(number(n, content));
            seen[n] = content;
            high = std::max(high, n);
        } else if (n + source_window > high) {
            ASSERT_EQ(verdict.seen, at->second == content ? Seen::duplicate : Seen::refused) << n;
        } else {
            ASSERT_EQ(verdict.seen, Seen::forgotten) << n;
        }
        ASSERT_EQ(record().missing, high - seen.size());
    }
}

}  // namespace
}  // namespace fiscus::sequence
