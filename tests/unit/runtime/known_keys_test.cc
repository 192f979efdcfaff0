// Aim: keys of instant draws come from files that nobody else may read, and from the journal once a
// day is closed; an engine without a key waits, changes nothing, and goes on when the key is there;
// whoever starts from nothing needs no file for closed days. Method: a month of gift packs over
// local logs.
#include "engine/runtime/known_keys.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "bench/load/pack_load.h"
#include "bench/load/publish.h"
#include "engine/draw/instant_draw.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "engine/runtime/engine.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::runtime {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t days = 30;
constexpr std::int32_t first_day = 20'513;

class KnownKeysTest : public testing::Test {
protected:
    void SetUp() override {
        auto opened = log::open_local_log(directory_.path() / "log", true);
        ASSERT_TRUE(opened.ok()) << opened.error().text();
        log_ = std::move(opened).value();
        ASSERT_TRUE(log_->create(log::topic_plans(1)).ok());
        ASSERT_TRUE(load::publish(*log_, load_).ok());
    }

    // Its last key is what the load's secret says.
    apply::KeyChain chain() {
        return {.programme = ProgrammeId(1),
                .hash = draw::HashKind::sha256,
                .head = draw::make_key_chain(draw::HashKind::sha256, last_key(), days).front(),
                .first_day = first_day,
                .days = days};
    }
    [[nodiscard]] draw::Digest last_key() const {
        draw::Digest key{};
        std::string text = load_.secrets().front().text;
        text.pop_back();
        EXPECT_TRUE(draw::digest_from_hex(text, key));
        return key;
    }
    [[nodiscard]] std::filesystem::path secrets() const { return directory_.path() / "secrets"; }
    void write_key(const std::string& text, std::filesystem::perms mode) const {
        std::filesystem::create_directories(secrets());
        const std::filesystem::path path = secrets() / load_.secrets().front().name;
        std::filesystem::remove(path);
        std::ofstream(path) << text;
        std::filesystem::permissions(path, mode);
    }
    void write_right_key() const {
        write_key(load_.secrets().front().text, std::filesystem::perms::owner_read);
    }
    [[nodiscard]] EngineOptions options(const std::string& state) const {
        EngineOptions options;
        options.state_dir = directory_.path() / state;
        options.memory_bytes = 128U << 20;
        options.secrets_dir = secrets();
        return options;
    }
    static void run_to_end(Engine& engine) {
        while (true) {
            auto applied = engine.run_once(milliseconds(0));
            ASSERT_TRUE(applied.ok()) << applied.error().text();
            auto caught_up = engine.caught_up();
            ASSERT_TRUE(caught_up.ok()) << caught_up.error().text();
            if (*caught_up) {
                return;
            }
        }
    }

    support::TemporaryDirectory directory_;
    load::PackLoad load_{{.requests = 4'000}};
    std::unique_ptr<log::Log> log_;
};

TEST_F(KnownKeysTest, TheFileIsNamedByProgrammeAndFirstDay) {
    EXPECT_EQ(KnownKeys::file_name(chain()), load_.secrets().front().name);
}

TEST_F(KnownKeysTest, EveryDaysKeyFollowsFromTheFile) {
    write_right_key();
    KnownKeys keys(*log_, 0, {}, secrets());
    const auto all = draw::make_key_chain(draw::HashKind::sha256, last_key(), days);
    for (std::uint32_t number = 1; number <= days; ++number) {
        const auto key = keys.day_key(chain(), number);
        ASSERT_TRUE(key.ok()) << key.error().text();
        EXPECT_EQ(*key.value(), all[number]) << number;
    }
}

TEST_F(KnownKeysTest, AFileThatIsNotThereIsNoErrorAndMayComeLater) {
    KnownKeys keys(*log_, 0, {}, secrets());
    const auto before = keys.day_key(chain(), 1);
    ASSERT_TRUE(before.ok());
    EXPECT_FALSE(before.value().has_value());
    write_right_key();
    const auto after = keys.day_key(chain(), 1);
    ASSERT_TRUE(after.ok());
    EXPECT_TRUE(after.value().has_value());
}

TEST_F(KnownKeysTest, AFileThatOthersMayReadOrThatHoldsAnotherKeyIsRefused) {
    using std::filesystem::perms;
    const std::string right = load_.secrets().front().text;
    KnownKeys keys(*log_, 0, {}, secrets());
    const auto refused = [&](const std::string& text, perms mode) {
        write_key(text, mode);
        const auto key = keys.day_key(chain(), 1);
        return key.ok() ? std::string() : key.error().why;
    };
    EXPECT_EQ(refused(right, perms::owner_read | perms::group_read),
              "others may read or change it");
    EXPECT_EQ(refused(right, perms::owner_read | perms::owner_write),
              "others may read or change it");
    EXPECT_NE(refused("", perms::owner_read).find("64 hexadecimal digits"), std::string::npos);
    EXPECT_NE(refused(right + "0", perms::owner_read).find("64 hexadecimal digits"),
              std::string::npos);
    std::string other = right;
    other[5] = other[5] == 'a' ? 'b' : 'a';
    EXPECT_NE(refused(other, perms::owner_read).find("not the last one of the chain"),
              std::string::npos);
    EXPECT_EQ(refused(right, perms::owner_read), "");
}

TEST_F(KnownKeysTest, AnEngineWaitsForItsKeyAndGoesOnAsIfItHadAlwaysBeenThere) {
    Hash128 undisturbed;
    {
        // Over a log of its own, with the key from the beginning.
        auto other = log::open_local_log(directory_.path() / "other", true);
        ASSERT_TRUE(other.ok());
        ASSERT_TRUE(other.value()->create(log::topic_plans(1)).ok());
        load::PackLoad again({.requests = 4'000});
        ASSERT_TRUE(load::publish(*other.value(), again).ok());
        write_right_key();
        auto engine = Engine::open(*other.value(), options("undisturbed"));
        ASSERT_TRUE(engine.ok()) << engine.error().text();
        run_to_end(*engine.value());
        undisturbed = engine.value()->digest();
    }
    std::filesystem::remove_all(secrets());
    auto engine = Engine::open(*log_, options("waiting"));
    ASSERT_TRUE(engine.ok()) << engine.error().text();
    std::uint64_t before = 0;
    for (int turn = 0; turn < 20; ++turn) {
        const auto applied = engine.value()->run_once(milliseconds(0));
        ASSERT_TRUE(applied.ok()) << applied.error().text();
        before += applied.value();
    }
    ASSERT_TRUE(engine.value()->caught_up().ok());
    const PartitionView waiting = engine.value()->view().front();
    EXPECT_NE(waiting.waits_for.find("2026-03-01"), std::string::npos) << waiting.waits_for;
    EXPECT_EQ(waiting.sequence, before);
    EXPECT_LT(before, 1'000U);
    write_right_key();
    run_to_end(*engine.value());
    EXPECT_EQ(engine.value()->view().front().waits_for, "");
    EXPECT_EQ(engine.value()->digest(), undisturbed);
    ASSERT_TRUE(engine.value()->verify_state().ok());

    // Days that are closed need no file: their keys are in the journal.
    std::filesystem::remove_all(secrets());
    engine.value().reset();
    auto rebuilt = Engine::open(*log_, options("rebuilt"));
    ASSERT_TRUE(rebuilt.ok()) << rebuilt.error().text();
    EXPECT_EQ(rebuilt.value()->digest(), undisturbed);
}

// Its journal ends in the midst of a day: the key is needed for what was said already.
TEST_F(KnownKeysTest, ARecoveryWithoutTheKeyOfADayThatIsNotClosedSaysWhichIsMissing) {
    auto opened = log::open_local_log(directory_.path() / "unclosed", true);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    log::Log& log = *opened.value();
    ASSERT_TRUE(log.create(log::topic_plans(1)).ok());
    load::PackLoad first_day_only({.requests = 4'000});
    load::LoadBatch batch;
    ASSERT_TRUE(first_day_only.next(batch, 250));
    {
        auto writer = log.writer(log::events_topic, 0);
        ASSERT_TRUE(writer.ok()) << writer.error().text();
        ASSERT_TRUE(writer.value()->append(batch.records()).ok());
        ASSERT_TRUE(writer.value()->sync().ok());
    }
    write_right_key();
    Hash128 digest;
    {
        auto engine = Engine::open(log, options("first"));
        ASSERT_TRUE(engine.ok()) << engine.error().text();
        run_to_end(*engine.value());
        digest = engine.value()->digest();
    }
    std::filesystem::remove_all(secrets());
    const auto without = Engine::open(log, options("second"));
    ASSERT_FALSE(without.ok());
    EXPECT_EQ(without.error().code, ErrorCode::secret_missing);
    EXPECT_NE(without.error().what.find("2026-03-01"), std::string::npos);
    write_right_key();
    auto with = Engine::open(log, options("third"));
    ASSERT_TRUE(with.ok()) << with.error().text();
    EXPECT_EQ(with.value()->digest(), digest);
}

// The records of its turn were read and not applied: whoever went on would leave them out.
TEST_F(KnownKeysTest, AnEngineThatDoesNotWaitSaysWhichKeyIsMissingAndStaysStopped) {
    EngineOptions impatient = options("impatient");
    impatient.waits_for_secrets = false;
    auto engine = Engine::open(*log_, impatient);
    ASSERT_TRUE(engine.ok()) << engine.error().text();
    for (int turn = 0; turn < 20; ++turn) {
        const auto applied = engine.value()->run_once(milliseconds(0));
        if (!applied.ok()) {
            EXPECT_EQ(applied.error().code, ErrorCode::secret_missing);
            EXPECT_NE(applied.error().what.find("2026-03-01"), std::string::npos);
            write_right_key();
            EXPECT_FALSE(engine.value()->run_once(milliseconds(0)).ok());
            EXPECT_FALSE(engine.value()->flush().ok());
            return;
        }
    }
    FAIL() << "it went on without a key";
}

}  // namespace
}  // namespace fiscus::runtime
