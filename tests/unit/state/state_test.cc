// Aim: what was folded is found again, together with its position; the digest is the sum over what
// is stored; a bounded cache forgets nothing. Method: the same tests on memory and on RocksDB.
#include "engine/state/state.h"

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/property/seeds.h"

namespace fiscus::state {
namespace {

Key voucher_key(std::uint64_t n) {
    return {.id = {.hi = n >> 3, .lo = n * 0x9e3779b97f4a7c15ULL},
            .programme = 1,
            .table = TableId::voucher};
}

Bytes text(std::string_view words) { return as_byte_span(words); }

Key consumer_key(std::uint64_t n) {
    return {.id = {.hi = n, .lo = n}, .programme = 1, .table = TableId::consumer};
}

class StateTest : public testing::Test {
protected:
    void SetUp() override {
        directory_ = std::filesystem::path(testing::TempDir()) /
                     ("state_test_" + std::to_string(::getpid()) + "_" +
                      testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(directory_);
        std::filesystem::create_directories(directory_);
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::unique_ptr<State> open(std::size_t cache_bytes_max = 16U << 20,
                                std::size_t hot_bytes_free = 64U << 20) {
        auto store = open_rocks_store(directory_.string(), {.memory_bytes = 64U << 20});
        EXPECT_TRUE(store.ok());
        auto state = State::open(std::move(store).value(), {.cache_bytes_max = cache_bytes_max,
                                                            .hot_bytes_free = hot_bytes_free});
        EXPECT_TRUE(state.ok());
        return std::move(state).value();
    }

    static VoucherRecord& change_voucher(State& state, std::uint64_t n) {
        state.want(voucher_key(n));
        EXPECT_TRUE(state.load_wanted().ok());
        return state.change(state.vouchers, voucher_key(n));
    }

    std::filesystem::path directory_;
};

TEST_F(StateTest, FindsRecordsPositionAndDigestAfterReopening) {
    Hash128 digest;
    {
        auto state = open();
        change_voucher(*state, 1).face_fen = 3'000;
        state->change(state->accounts, {.programme = 1, .part = 2, .table = TableId::account}).fen =
            5;
        state->define({.programme = 1}, text("rules"));
        ASSERT_TRUE(state->fold(text("position 1")).ok());
        ASSERT_TRUE(state->flush().ok());
        digest = state->settle();
    }
    auto state = open();
    EXPECT_EQ(as_text(state->position()), "position 1");
    EXPECT_EQ(state->settle(), digest);
    EXPECT_EQ(state->accounts.get({.programme = 1, .part = 2, .table = TableId::account})->fen, 5);
    EXPECT_EQ(state->definitions().size(), 1U);
    EXPECT_FALSE(state->want(voucher_key(1)));
    ASSERT_TRUE(state->load_wanted().ok());
    EXPECT_EQ(state->vouchers.get(voucher_key(1))->face_fen, 3'000);
    auto recomputed = state->recompute_digest();
    ASSERT_TRUE(recomputed.ok());
    EXPECT_EQ(*recomputed, digest);
}

TEST_F(StateTest, WhatIsNotFoldedIsForgottenWithItsPosition) {
    Hash128 folded;
    {
        auto state = open();
        change_voucher(*state, 1).face_fen = 1;
        ASSERT_TRUE(state->fold(text("1")).ok());
        ASSERT_TRUE(state->flush().ok());
        folded = state->settle();
        change_voucher(*state, 1).face_fen = 2;
        EXPECT_NE(state->settle(), folded);
    }
    auto state = open();
    EXPECT_EQ(state->settle(), folded);
    EXPECT_EQ(as_text(state->position()), "1");
}

// Random changes, folds in pieces and reopened states; the list is looked at amid all that.
TEST_F(StateTest, TicketsOfABatchAreAllThereInTheirOrderWhateverIsStored) {
    constexpr std::uint32_t batch = 7;
    constexpr std::uint64_t tickets = 3'000;
    const std::uint64_t seed = property::seeds(1).front();
    SCOPED_TRACE("FISCUS_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::map<Id128, Id128> expected;
    const auto key_of = [](std::uint32_t part, std::uint64_t n) {
        return Key{.id = {.hi = n * 0x9e3779b97f4a7c15ULL, .lo = n},
                   .programme = 1,
                   .part = part,
                   .table = TableId::ticket};
    };
    auto state = open(60'000);
    bool folding = false;
    for (int step = 0; step < 6'000; ++step) {
        // Its neighbours are other batches.
        const auto part = batch - 1 + static_cast<std::uint32_t>(random() % 3);
        const Key key = key_of(part, random() % tickets);
        state->want(key);
        ASSERT_TRUE(state->load_wanted().ok());
        const Id128 consumer{.hi = random(), .lo = 1};
        state->change(state->tickets, key).consumer = consumer;
        if (part == batch) {
            expected[key.id] = consumer;
        }
        state->settle();
        if (step % 100 == 50) {
            ASSERT_TRUE(state->begin_fold().ok());
            folding = true;
        } else if (folding && step % 10 == 9 && state->collect(40)) {
            ASSERT_TRUE(state->end_fold(text("position")).ok());
            folding = false;
        }
        if (step % 1'000 == 999) {
            if (folding) {
                ASSERT_TRUE(state->end_fold(text("position")).ok());
                folding = false;
            }
            ASSERT_TRUE(state->fold(text("position")).ok());
            ASSERT_TRUE(state->flush().ok());
            state.reset();
            state = open(60'000);
        }
        if (step % 37 == 0) {
            std::vector<std::pair<Id128, Id128>> seen;
            ASSERT_TRUE(state
                            ->for_each_ticket(ProgrammeId(1), BatchId(batch),
                                              [&seen](Id128 id, const TicketRecord& record) {
                                                  seen.emplace_back(id, record.consumer);
                                              })
                            .ok());
            ASSERT_EQ(seen,
                      (std::vector<std::pair<Id128, Id128>>(expected.begin(), expected.end())))
                << "step " << step;
        }
    }
}

TEST_F(StateTest, ASmallCacheForgetsNothing) {
    constexpr std::uint64_t count = 5'000;
    auto state = open(60'000);
    for (std::uint64_t round = 1; round <= 3; ++round) {
        for (std::uint64_t n = 0; n < count; ++n) {
            auto& voucher = change_voucher(*state, n);
            ASSERT_EQ(voucher.face_fen, static_cast<std::int64_t>(round - 1)) << n;
            voucher.face_fen = static_cast<std::int64_t>(round);
            if (n % 250 == 0) {
                ASSERT_TRUE(state->fold(text("p")).ok());
                ASSERT_LE(state->vouchers.size(), 400U);
            }
        }
    }
    ASSERT_TRUE(state->fold(text("p")).ok());
    auto recomputed = state->recompute_digest();
    ASSERT_TRUE(recomputed.ok());
    EXPECT_EQ(*recomputed, state->settle());
}

// What a fold stores is the state of the moment when it began, whatever changes, is loaded and is
// forgotten while it is collected.
TEST_F(StateTest, AFoldInPiecesIsAsOfItsBeginning) {
    const std::uint64_t seed = property::seeds(1).front();
    SCOPED_TRACE("FISCUS_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto below = [&random](std::uint64_t end) { return random() % end; };
    constexpr std::uint64_t vouchers = 2'000;
    constexpr std::uint64_t consumers = 3'000;
    std::map<std::uint64_t, std::int64_t> now;
    std::map<std::uint64_t, std::uint32_t> ordinals;
    Hash128 digest_at_begin;
    auto state = open(60'000);
    bool folding = false;
    for (int step = 0; step < 3'000; ++step) {
        for (std::uint64_t i = below(20); i > 0; --i) {
            const std::uint64_t n = below(vouchers);
            auto& voucher = change_voucher(*state, n);
            ASSERT_EQ(voucher.face_fen, now[n]) << n;
            voucher.content = n;
            voucher.face_fen = ++now[n];
        }
        // Those of one segment stay where they are until it ends.
        std::vector<std::uint64_t> asked;
        for (std::uint64_t i = below(60); i > 0; --i) {
            asked.push_back(below(consumers));
            state->want_soon(consumer_key(asked.back()));
        }
        ASSERT_TRUE(state->load_wanted().ok());
        for (const std::uint64_t n : asked) {
            const ConsumerRecord* known = state->consumers.get(consumer_key(n));
            ASSERT_EQ(known == nullptr ? 0 : known->ordinal, ordinals[n]) << n;
            if (below(2) == 0) {
                state->change(state->consumers, consumer_key(n)).ordinal = ++ordinals[n];
            }
        }
        state->settle_cold();
        ASSERT_LE(state->consumers.size(), 2'500U);
        if (!folding && below(4) == 0) {
            ASSERT_TRUE(state->begin_fold().ok());
            digest_at_begin = state->settle();
            folding = true;
        } else if (folding && (state->collect(below(40)) || below(20) == 0)) {
            ASSERT_TRUE(state->end_fold(text("p")).ok());
            folding = false;
            if (below(8) == 0) {
                ASSERT_TRUE(state->flush().ok());
                auto recomputed = state->recompute_digest();
                ASSERT_TRUE(recomputed.ok());
                ASSERT_EQ(*recomputed, digest_at_begin);
            }
        }
    }
}

TEST_F(StateTest, DigestDoesNotDependOnOrderOrOnTurns) {
    const auto run = [](bool backwards, bool settle_often) {
        auto state = State::open(make_memory_store(), {});
        for (std::uint64_t i = 0; i < 100; ++i) {
            change_voucher(**state, backwards ? 99 - i : i).face_fen = 1;
            if (settle_often) {
                state.value()->settle();
            }
        }
        return state.value()->settle();
    };
    EXPECT_EQ(run(false, false), run(true, true));
}

TEST_F(StateTest, RefusesALayoutOfAnotherVersion) {
    {
        auto store = open_rocks_store(directory_.string(), {.memory_bytes = 64U << 20});
        ASSERT_TRUE(store.ok());
        WriteSet set;
        const std::uint32_t foreign = 999;
        set.put({.sub = 1, .table = TableId::meta}, bytes_of(foreign));
        ASSERT_TRUE(store.value()->write(set).ok());
    }
    auto store = open_rocks_store(directory_.string(), {.memory_bytes = 64U << 20});
    ASSERT_TRUE(store.ok());
    auto state = State::open(std::move(store).value(), {});
    ASSERT_FALSE(state.ok());
    EXPECT_NE(state.error().hint.find("rebuilt from the log"), std::string::npos);
}

TEST_F(StateTest, LocksOutASecondProcessWithAHint) {
    auto state = open();
    auto second = open_rocks_store(directory_.string(), {.memory_bytes = 64U << 20});
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::fenced);
}

TEST_F(StateTest, ALockThatCannotBeTakenForTheDisksSakeIsNoOtherProcess) {
    std::filesystem::create_directories(directory_ / "LOCK");
    const auto opened = open_rocks_store(directory_.string(), {.memory_bytes = 64U << 20});
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::state) << opened.error().text();
    EXPECT_NE(opened.error().hint.find("check the disk"), std::string::npos);
}

// Keys of two platforms interleave: what is asked for second is not always the newest.
Key timed_key(std::uint64_t time) {
    return {.id = {.hi = time, .lo = 1}, .programme = 1, .table = TableId::voucher};
}

TEST_F(StateTest, WhatIsAboveAllThatWasForgottenIsNotLookedUp) {
    auto state = open(128U << 10);
    std::uint64_t time = 1'000;
    // Many generations: the first vouchers are forgotten, the last ones are resident.
    for (int round = 0; round < 40; ++round) {
        for (const std::uint64_t end = time + 200; time < end; ++time) {
            state->want(timed_key(time));
            ASSERT_TRUE(state->load_wanted().ok());
            state->change(state->vouchers, timed_key(time)).face_fen =
                static_cast<std::int64_t>(time);
        }
        ASSERT_TRUE(state->fold(text("p")).ok());
    }
    ASSERT_LT(state->vouchers.size(), 2'000U);
    // Older than the newest voucher, but younger than all that was forgotten: exists nowhere.
    const Key between{.id = {.hi = time - 3, .lo = 9}, .programme = 1, .table = TableId::voucher};
    EXPECT_TRUE(state->want(between));
    EXPECT_EQ(state->vouchers.get(between), nullptr);
    // Among the forgotten ones the store is asked.
    const Key forgotten{.id = {.hi = 1'003, .lo = 9}, .programme = 1, .table = TableId::voucher};
    EXPECT_FALSE(state->want(forgotten));
    ASSERT_TRUE(state->load_wanted().ok());
    EXPECT_EQ(state->vouchers.get(forgotten), nullptr);
    EXPECT_FALSE(state->want(timed_key(1'005)));
    ASSERT_TRUE(state->load_wanted().ok());
    EXPECT_EQ(state->vouchers.get(timed_key(1'005))->face_fen, 1'005);
}

TEST_F(StateTest, ManyVouchersDoNotPushTheConsumersOut) {
    auto state = open(128U << 10);
    const Key consumer = consumer_key(1);
    state->want(consumer);
    state->change(state->consumers, consumer).ordinal = 7;
    for (std::uint64_t time = 1'000; time < 9'000; ++time) {
        state->want(timed_key(time));
        state->change(state->vouchers, timed_key(time)).face_fen = 1;
        if (time % 200 == 0) {
            ASSERT_TRUE(state->fold(text("p")).ok());
        }
    }
    EXPECT_FALSE(state->want(timed_key(1'000))) << "the first vouchers are forgotten";
    EXPECT_TRUE(state->want(consumer));
    EXPECT_EQ(state->consumers.get(consumer)->ordinal, 7U);
}

// What cannot leave memory takes its place from what can, and that is found again in the store.
TEST_F(StateTest, HotRecordsTakeTheirMemoryFromTheConsumers) {
    constexpr std::uint64_t people = 20'000;
    constexpr std::size_t cache = 4U << 20;
    auto state = open(cache, 0);
    for (std::uint64_t n = 1; n <= people; ++n) {
        state->want_soon(consumer_key(n));
        ASSERT_TRUE(state->load_wanted().ok());
        state->change(state->consumers, consumer_key(n)).ordinal = static_cast<std::uint32_t>(n);
    }
    ASSERT_TRUE(state->fold(text("people")).ok());
    const std::size_t before = state->consumers.bytes();
    ASSERT_GT(before, people * 64);
    while (state->hot_bytes() < cache / 4 * 3) {
        for (int i = 0; i < 1'000; ++i) {
            const auto n = static_cast<std::uint32_t>(state->accounts.size() + 1);
            state->change(state->accounts, {.part = n, .table = TableId::account}).fen = 1;
        }
        ASSERT_TRUE(state->fold(text("accounts")).ok());
    }
    EXPECT_TRUE(state->check_memory().ok());
    ASSERT_TRUE(state->fold(text("end")).ok());
    ASSERT_TRUE(state->fold(text("end")).ok());
    EXPECT_LT(state->consumers.bytes(), cache / 4);
    for (std::uint64_t n = 1; n <= people; n += 997) {
        state->want(consumer_key(n));
        ASSERT_TRUE(state->load_wanted().ok());
        EXPECT_EQ(state->consumers.get(consumer_key(n))->ordinal, n);
    }
}

TEST_F(StateTest, SaysWhenHotRecordsNeedMoreThanThereIs) {
    auto state = open(1U << 20, 0);
    ASSERT_TRUE(state->check_memory().ok());
    for (std::uint32_t n = 0; n < 20'000; ++n) {
        state->change(state->accounts, {.part = n, .table = TableId::account}).fen = 1;
    }
    const Status status = state->check_memory();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::usage);
    EXPECT_NE(status.error().hint.find("engine.memory"), std::string::npos);
}

TEST_F(StateTest, AfterAStartTheStoreSaysWhatIsNew) {
    {
        auto state = open();
        change_voucher(*state, 8).face_fen = 8;
        ASSERT_TRUE(state->fold(text("p")).ok());
        ASSERT_TRUE(state->flush().ok());
    }
    auto state = open();
    EXPECT_FALSE(state->want(voucher_key(8)));
    EXPECT_FALSE(state->want(voucher_key(0)));
    EXPECT_TRUE(state->want(voucher_key(16)));
    ASSERT_TRUE(state->load_wanted().ok());
    EXPECT_EQ(state->vouchers.get(voucher_key(8))->face_fen, 8);
    EXPECT_EQ(state->vouchers.get(voucher_key(0)), nullptr);
    EXPECT_EQ(state->vouchers.get(voucher_key(16)), nullptr);
}

TEST_F(StateTest, ManyAskedForTogetherAreFoundLikeOneByOne) {
    {
        auto state = open();
        for (std::uint64_t n = 0; n < 500; n += 2) {
            change_voucher(*state, n).face_fen = static_cast<std::int64_t>(n);
        }
        ASSERT_TRUE(state->fold(text("p")).ok());
        ASSERT_TRUE(state->flush().ok());
    }
    auto state = open();
    for (std::uint64_t n = 0; n < 500; ++n) {
        state->want_soon(voucher_key(n));
        state->want_soon(voucher_key(499 - n));
    }
    ASSERT_TRUE(state->load_wanted().ok());
    for (std::uint64_t n = 0; n < 500; ++n) {
        const auto* voucher = state->vouchers.get(voucher_key(n));
        ASSERT_EQ(voucher != nullptr, n % 2 == 0) << n;
        ASSERT_TRUE(voucher == nullptr || voucher->face_fen == static_cast<std::int64_t>(n));
    }
}

TEST_F(StateTest, APositionIsDurableWhenItsFoldIsWritten) {
    auto state = open();
    ASSERT_TRUE(state->fold(text("one")).ok());
    ASSERT_TRUE(state->flush().ok());
    EXPECT_EQ(as_text(state->durable_position()), "one");
    ASSERT_TRUE(state->fold(text("two")).ok());
    EXPECT_EQ(as_text(state->position()), "two");
    ASSERT_TRUE(state->flush().ok());
    EXPECT_EQ(as_text(state->durable_position()), "two");
}

// As on a full disk: whatever file it is, so much of it can be written and no more.
TEST_F(StateTest, AFullDiskIsAnErrorAndEndsNothing) {
    const auto fill = [this] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{.rlim_cur = 4'096, .rlim_max = 4'096};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto state = open();
        for (std::uint64_t n = 0; n < 5'000; ++n) {
            change_voucher(*state, n).face_fen = static_cast<std::int64_t>(n);
        }
        const bool taken = state->fold(text("p")).ok();
        const Status written = state->flush();
        const bool told = !written.ok() && written.error().code == ErrorCode::state;
        ::_exit(taken && told ? 3 : 4);
    };
    // In a process started anew: a forked one has none of the threads that RocksDB counts on.
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(fill(), testing::ExitedWithCode(3), "");
}

TEST(StateDeathTest, ReadingAColdRecordThatWasNotLoadedStops) {
    auto state = State::open(make_memory_store(), {});
    ASSERT_TRUE(state.ok());
    EXPECT_DEATH(state.value()->vouchers.get(voucher_key(1)), "loaded before it is read");
}

}  // namespace
}  // namespace fiscus::state
