// Aim: a standby computes what its leader computes, never publishes beside it, takes its place when
// it is gone and not before, and stops where the two differ; a leader that wakes up too late
// publishes nothing that a reader takes. Method: two engines in steps over one log in memory, which
// locks nobody out, and a clock that the test moves.
#include <filesystem>
#include <unistd.h>

#include <gtest/gtest.h>

#include "bench/load/publish.h"
#include "bench/load/standard_load.h"
#include "engine/journal/publisher.h"
#include "engine/journal/reader.h"
#include "engine/log/topics.h"
#include "engine/runtime/engine.h"
#include "tests/support/hand_clock.h"
#include "tests/support/memory_log.h"
#include "tests/unit/journal/blocks.h"

namespace fiscus::runtime {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t events_all = 20'000;

class StandbyTest : public testing::Test {
protected:
    void SetUp() override {
        directory_ = std::filesystem::path(testing::TempDir()) /
                     ("standby_test_" + std::to_string(::getpid()) + "_" +
                      testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(directory_);
        ASSERT_TRUE(source_.create(log::topic_plans(1)).ok());
        ASSERT_TRUE(log_.create(log::topic_plans(1)).ok());
        load::StandardLoad standard({.events = events_all, .seed = 7});
        ASSERT_TRUE(load::publish(source_, standard).ok());
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    // So many further events arrive.
    void feed(std::size_t count) {
        const auto& from = source_.stored(log::events_topic, 0);
        auto& to = log_.stored(log::events_topic, 0);
        for (std::size_t i = 0; i < count && to.size() < from.size(); ++i) {
            to.push_back(from[to.size()]);
        }
    }

    std::unique_ptr<Engine> start(const std::string& name, bool standby) {
        EngineOptions options;
        options.state_dir = directory_ / name;
        options.memory_bytes = 64U << 20;
        options.turn_records = 500;
        options.fold_records = 3'000;
        options.writer_name = name;
        options.standby = standby;
        options.sign_interval = sign_interval_default;
        options.clock = &clock_;
        options.background = Background::steps;
        auto engine = Engine::open(log_, options);
        EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().text());
        return engine.ok() ? std::move(engine).value() : nullptr;
    }

    static PartitionView view(const Engine& engine) { return engine.view().front(); }

    // One turn and all that belongs to it.
    static Result<std::uint64_t> turn(Engine& engine) {
        while (engine.step()) {
        }
        auto applied = engine.run_once(milliseconds(0));
        while (engine.step()) {
        }
        return applied;
    }
    static void run_to_end(Engine& engine) {
        for (;;) {
            const auto applied = turn(engine);
            ASSERT_TRUE(applied.ok()) << applied.error().text();
            if (applied.value() == 0) {
                return;
            }
        }
    }
    // Both work for so long, a tenth of a second at a time; nothing: it is dead.
    void pass(milliseconds span, Engine* first, Engine* second) {
        for (milliseconds passed{0}; passed < span; passed += milliseconds(100)) {
            clock_.pass(milliseconds(100));
            for (Engine* engine : {first, second}) {
                if (engine != nullptr) {
                    const auto applied = turn(*engine);
                    ASSERT_TRUE(applied.ok()) << applied.error().text();
                }
            }
        }
    }

    // What every reader of the journal takes: hash of its entries, how many there are.
    std::pair<Hash128, std::uint64_t> journal(log::Log& log) {
        auto reader = journal::JournalReader::open(log, 0, {});
        EXPECT_TRUE(reader.ok());
        Hash128 hash;
        std::uint64_t count = 0;
        for (;;) {
            auto block = reader.value()->next(milliseconds(0));
            EXPECT_TRUE(block.ok()) << block.error().text();
            if (!block.ok() || !block->has_value()) {
                return {hash, count};
            }
            for (const wire::Entry& entry : (*block)->view.entries()) {
                const auto bytes = std::as_bytes(std::span(&entry, 1));
                hash = xxh3_128(std::as_bytes(std::span(&hash, 1)), bytes);
                EXPECT_EQ(entry.sequence(), ++count);
            }
        }
    }
    // The journal and the digest of a run that nobody disturbed.
    std::pair<std::pair<Hash128, std::uint64_t>, Hash128> undisturbed() {
        EngineOptions options;
        options.state_dir = directory_ / "undisturbed";
        options.memory_bytes = 64U << 20;
        options.background = Background::steps;
        auto engine = Engine::open(source_, options);
        EXPECT_TRUE(engine.ok());
        run_to_end(**engine);
        return {journal(source_), (*engine)->digest()};
    }

    std::filesystem::path directory_;
    log::MemoryLog source_;
    log::MemoryLog log_;
    support::HandClock clock_;
};

TEST_F(StandbyTest, FollowsItsLeaderAndComparesEveryBlock) {
    auto leader = start("a", false);
    auto standby = start("b", true);
    ASSERT_TRUE(leader && standby);
    for (int part = 0; part < 4; ++part) {
        feed(events_all / 4);
        run_to_end(*leader);
        run_to_end(*standby);
        EXPECT_EQ(view(*standby).role, Role::standby);
        EXPECT_EQ(view(*standby).sequence, view(*leader).sequence);
        EXPECT_EQ(standby->digest(), leader->digest());
    }
    EXPECT_EQ(view(*standby).replayed, events_all);
    EXPECT_EQ(view(*standby).journal_blocks, 0U);
    EXPECT_EQ(view(*standby).term, view(*leader).term);
    EXPECT_EQ(view(*standby).counts.accepted, view(*leader).counts.accepted);
    EXPECT_TRUE(standby->verify_state().ok());
    EXPECT_EQ(journal(log_).first, undisturbed().first.first);
}

TEST_F(StandbyTest, WaitsForEventsThatComeLaterThanTheirBlock) {
    feed(1'000);
    auto leader = start("a", false);
    run_to_end(*leader);
    auto standby = start("b", true);
    // As a slow broker shows it: the journal is there, half of the events are not.
    auto& events = log_.stored(log::events_topic, 0);
    const log::MemoryLog::Partition whole = events;
    events.resize(250);
    run_to_end(*standby);
    EXPECT_EQ(view(*standby).sequence, 0U) << "a block counts as a whole";
    ASSERT_TRUE(standby->flush().ok()) << "nothing is written in the middle of a block";
    standby.reset();
    standby = start("b", true);
    run_to_end(*standby);
    events = whole;
    run_to_end(*standby);
    EXPECT_EQ(standby->digest(), leader->digest());
}

TEST_F(StandbyTest, StaysWhileItsLeaderGivesSigns) {
    auto leader = start("a", false);
    auto standby = start("b", true);
    pass(milliseconds(20'000), leader.get(), standby.get());
    EXPECT_EQ(view(*standby).role, Role::standby);
    EXPECT_EQ(view(*standby).term, 1U);
    EXPECT_LE(view(*standby).silent, milliseconds(1'100));
}

TEST_F(StandbyTest, TakesOverWithinFiveSecondsWhenItsLeaderIsGoneThoughNothingIsPublished) {
    auto leader = start("a", false);
    auto standby = start("b", true);
    pass(milliseconds(5'000), leader.get(), standby.get());
    leader.reset();
    pass(milliseconds(1'300), nullptr, standby.get());
    EXPECT_EQ(view(*standby).role, Role::standby) << "a short silence is nothing";
    pass(milliseconds(1'700), nullptr, standby.get());
    EXPECT_EQ(view(*standby).role, Role::leader);
    EXPECT_EQ(view(*standby).takeovers, 1U);
    EXPECT_EQ(view(*standby).term, 2U);
    feed(events_all);
    run_to_end(*standby);
    const auto [entries, digest] = undisturbed();
    EXPECT_EQ(journal(log_), entries);
    EXPECT_EQ(standby->digest(), digest);
}

TEST_F(StandbyTest, TakesOverAtOnceFromALeaderThatLeftInOrder) {
    auto leader = start("a", false);
    auto standby = start("b", true);
    pass(milliseconds(3'000), leader.get(), standby.get());
    ASSERT_TRUE(leader->flush().ok());
    leader->leave();
    leader.reset();
    pass(milliseconds(1'100), nullptr, standby.get());
    EXPECT_EQ(view(*standby).role, Role::leader);
}

TEST_F(StandbyTest, LeadsWhereNobodyEverLed) {
    auto standby = start("b", true);
    feed(3'000);
    pass(milliseconds(4'000), nullptr, standby.get());
    EXPECT_EQ(view(*standby).role, Role::leader);
    EXPECT_EQ(view(*standby).sequence, 3'000U);
}

TEST_F(StandbyTest, DoesNotTakeASilentLogForASilentLeader) {
    auto leader = start("a", false);
    auto standby = start("b", true);
    pass(milliseconds(3'000), leader.get(), standby.get());
    log_.keep_notes(false);
    pass(milliseconds(10'000), leader.get(), standby.get());
    EXPECT_EQ(view(*standby).role, Role::standby);
    EXPECT_NE(view(*leader).sign_trouble, "");
    log_.keep_notes(true);
    pass(milliseconds(3'000), leader.get(), standby.get());
    EXPECT_EQ(view(*standby).role, Role::standby);
    EXPECT_EQ(view(*leader).sign_trouble, "");
}

TEST_F(StandbyTest, DoesNotBlameItsLeaderForItsOwnSleep) {
    auto leader = start("a", false);
    auto standby = start("b", true);
    pass(milliseconds(3'000), leader.get(), standby.get());
    // The standby's process is stopped for a minute, and the first answer that it hears is old.
    pass(milliseconds(60'000), leader.get(), nullptr);
    pass(milliseconds(3'000), leader.get(), standby.get());
    EXPECT_EQ(view(*standby).role, Role::standby);
    EXPECT_EQ(view(*standby).term, 1U);
}

// The zombie had applied and not published; it had submitted and not appended; it had appended.
TEST_F(StandbyTest, ALeaderThatWakesUpTooLatePublishesNothingThatAReaderTakes) {
    for (int steps = 0; steps < 4; ++steps) {
        SCOPED_TRACE(steps);
        TearDown();
        log_ = {};
        source_ = {};
        SetUp();
        auto zombie = start("a", false);
        auto standby = start("b", true);
        feed(5'000);
        run_to_end(*zombie);
        feed(1'700);
        ASSERT_TRUE(zombie->run_once(milliseconds(0)).ok());
        for (int step = 0; step < steps; ++step) {
            zombie->step();
        }
        pass(milliseconds(4'000), nullptr, standby.get());
        ASSERT_EQ(view(*standby).role, Role::leader);
        // Both go on; the zombie finds out.
        feed(3'300);
        Error error;
        for (int turns = 0; turns < 30; ++turns) {
            clock_.pass(milliseconds(100));
            const auto applied = turn(*zombie);
            if (!applied.ok()) {
                error = applied.error();
                break;
            }
            ASSERT_TRUE(turn(*standby).ok());
        }
        EXPECT_EQ(error.code, ErrorCode::fenced) << error.text();
        feed(events_all);
        run_to_end(*standby);
        const auto [entries, digest] = undisturbed();
        EXPECT_EQ(journal(log_), entries);
        EXPECT_EQ(standby->digest(), digest);
        // Nothing of what it had not published is in its state.
        zombie.reset();
        auto again = start("a", true);
        run_to_end(*again);
        EXPECT_EQ(again->digest(), digest);
        EXPECT_TRUE(again->verify_state().ok());
    }
}

TEST_F(StandbyTest, OfTwoProcessesEachMayLeadAndTheOtherFollowsAgain) {
    auto a = start("a", true);
    auto b = start("b", true);
    feed(2'000);
    pass(milliseconds(6'000), a.get(), b.get());
    Engine* leader = a.get();
    Engine* standby = b.get();
    for (int change = 0; change < 5; ++change) {
        if (view(*leader).role != Role::leader) {
            std::swap(leader, standby);
        }
        ASSERT_EQ(view(*leader).role, Role::leader);
        ASSERT_EQ(view(*standby).role, Role::standby);
        // Stopped for a while, and then it wakes up, while the other one goes on.
        feed(1'500);
        pass(milliseconds(4'000), nullptr, standby);
        EXPECT_EQ(view(*standby).role, Role::leader);
        feed(1'500);
        pass(milliseconds(3'000), leader, standby);
        EXPECT_EQ(view(*leader).role, Role::standby);
        EXPECT_EQ(view(*standby).role, Role::leader);
        EXPECT_EQ(leader->digest(), standby->digest());
    }
    feed(events_all);
    pass(milliseconds(10'000), leader, standby);
    const auto [entries, digest] = undisturbed();
    EXPECT_EQ(journal(log_), entries);
    EXPECT_EQ(a->digest(), digest);
    EXPECT_EQ(b->digest(), digest);
}

// What `fiscus promote` and `fiscus demote` write.
TEST_F(StandbyTest, TheOneWhoIsNamedTakesOverAtOnceAndOthersWait) {
    auto a = start("a", true);
    pass(milliseconds(4'000), a.get(), nullptr);
    auto b = start("b", true);
    auto c = start("c", true);
    pass(milliseconds(2'000), a.get(), b.get());
    ASSERT_TRUE(turn(*c).ok());
    ASSERT_EQ(view(*a).role, Role::leader);
    {
        auto claim = journal::Publisher::open(log_, 0, {}, handover_to("c"));
        ASSERT_TRUE(claim.ok());
    }
    pass(milliseconds(1'400), a.get(), b.get());
    EXPECT_EQ(view(*a).role, Role::standby) << "it stands down, and is not the one";
    EXPECT_EQ(view(*b).role, Role::standby);
    pass(milliseconds(200), c.get(), a.get());
    EXPECT_EQ(view(*c).role, Role::leader);
    {
        auto claim = journal::Publisher::open(log_, 0, {}, handover_to(""));
        ASSERT_TRUE(claim.ok());
    }
    pass(milliseconds(200), b.get(), nullptr);
    EXPECT_EQ(view(*b).role, Role::leader);
    EXPECT_EQ(view(*b).term, 5U);
}

TEST_F(StandbyTest, StopsAndNeverClaimsWhereThePublishedJournalDiffers) {
    feed(1'000);
    auto leader = start("a", false);
    run_to_end(*leader);
    auto standby = start("b", true);
    run_to_end(*standby);
    leader.reset();
    // Another program, or another log, says something else of the next event.
    feed(1);
    {
        auto rogue = journal::Publisher::open(log_, 0, {}, "rogue");
        ASSERT_TRUE(rogue.ok());
        ASSERT_TRUE((*rogue)->append(journal::entries_of(1'001, 1), {}, 1'000).ok());
        ASSERT_TRUE((*rogue)->sync().ok());
    }
    const std::size_t records = log_.stored(log::journal_topic, 0).size();
    for (int start_again = 0; start_again < 2; ++start_again) {
        Error error;
        for (int turns = 0; turns < 10 && error.code == ErrorCode::none; ++turns) {
            clock_.pass(milliseconds(1'000));
            const auto applied = turn(*standby);
            error = applied.ok() ? Error{} : applied.error();
        }
        EXPECT_EQ(error.code, ErrorCode::diverged) << error.text();
        EXPECT_NE(error.what.find("ledger sequence 1001"), std::string::npos) << error.text();
        standby.reset();
        standby = start("b", true);
    }
    EXPECT_EQ(log_.stored(log::journal_topic, 0).size(), records);
}

TEST_F(StandbyTest, NamesEventsThatTheJournalHasAndTheLogLost) {
    feed(1'000);
    auto leader = start("a", false);
    run_to_end(*leader);
    auto standby = start("b", true);
    log_.stored(log::events_topic, 0).resize(600);
    Error error;
    for (int turns = 0; turns < 200 && error.code == ErrorCode::none; ++turns) {
        clock_.pass(milliseconds(100));
        const auto applied = turn(*standby);
        error = applied.ok() ? Error{} : applied.error();
    }
    EXPECT_EQ(error.code, ErrorCode::log_mismatch) << error.text();
}

TEST(SignTest, TextsComeBackAndOthersAreNoSigns) {
    const Sign sign{.role = Role::standby,
                    .term = 3,
                    .sequence = 81'234,
                    .beat = 17,
                    .digest = {.hi = 0xfeed, .lo = 7},
                    .writer = "engine one"};
    const std::string text = sign_text(sign);
    EXPECT_EQ(sign_from_text(text), sign);
    for (std::size_t size = 0; size < text.size() - sign.writer.size(); ++size) {
        EXPECT_EQ(sign_from_text(text.substr(0, size)), std::nullopt) << text.substr(0, size);
    }
    EXPECT_EQ(sign_from_text("leader term=x sequence=1 beat=1 digest=00 writer=a"), std::nullopt);
    EXPECT_EQ(sign_text({.writer = "\n"}).find('\n'), std::string::npos);
    EXPECT_EQ(standby_note("a/b c"), "fiscus.standby.a-b-c");
    EXPECT_EQ(handed_over_to("fiscus/0"), std::nullopt);
    EXPECT_EQ(handed_over_to(handover_to("b")), "b");
}

TEST(LeaderWatchTest, SilenceAddsUpOnlyBetweenAnswersOfTheLog) {
    const Clock::Time start{};
    const auto at = [&](int ms) { return start + milliseconds(ms); };
    Sign sign{.term = 2, .beat = 1};
    LeaderWatch watch(milliseconds(2'500));
    watch.told(sign, 2, at(0));
    watch.told(sign, 2, at(500));
    EXPECT_EQ(watch.silent(), milliseconds(500));
    sign.beat = 2;
    watch.told(sign, 2, at(1'000));
    EXPECT_EQ(watch.silent(), milliseconds(0));
    // A long sleep between two answers is one step.
    watch.told(sign, 2, at(60'000));
    EXPECT_EQ(watch.silent(), LeaderWatch::step_max);
    watch.not_told();
    watch.told(sign, 2, at(90'000));
    EXPECT_EQ(watch.silent(), LeaderWatch::step_max);
    // Of a lower term: a zombie's.
    sign.beat = 3;
    watch.told(sign, 3, at(90'500));
    EXPECT_EQ(watch.silent(), milliseconds(1'500));
    watch.told(std::nullopt, 3, at(91'500));
    EXPECT_TRUE(watch.gone());
    watch.heard();
    EXPECT_FALSE(watch.gone());
}

}  // namespace
}  // namespace fiscus::runtime
