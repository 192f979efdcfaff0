// Aim: an engine that lacks a source's key waits, changes nothing and goes on when the key is
// there; another key than the log is committed to is refused; whoever has no secrets checks
// everything once the keys are opened. Method: a signed month of vouchers over local logs.
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "bench/load/publish.h"
#include "bench/load/secret_files.h"
#include "bench/load/standard_load.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/known_keys.h"
#include "engine/secrets/event_mac.h"
#include "tests/support/events.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::runtime {
namespace {

using std::chrono::milliseconds;

class SourceKeysTest : public testing::Test {
protected:
    void SetUp() override {
        auto opened = log::open_local_log(directory_.path() / "log", true);
        ASSERT_TRUE(opened.ok()) << opened.error().text();
        log_ = std::move(opened).value();
        ASSERT_TRUE(log_->create(log::topic_plans(1)).ok());
        ASSERT_TRUE(load::publish(*log_, load_).ok());
    }

    [[nodiscard]] std::filesystem::path secrets() const { return directory_.path() / "secrets"; }
    void write_keys() const { ASSERT_TRUE(load::write_secrets(load_, secrets()).ok()); }
    static std::string secret(const load::SecretFile& file) {
        draw::Digest key{};
        EXPECT_TRUE(draw::digest_from_hex(file.text.substr(0, 64), key));
        return std::string(as_text(key));
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
    // By the authority, which has no key: every platform's key is revoked, and opened.
    void open_all_keys() {
        auto writer = log_->writer(log::events_topic, 0);
        ASSERT_TRUE(writer.ok()) << writer.error().text();
        std::uint16_t source = 2;
        for (const load::SecretFile& file : load_.secrets()) {
            const std::string value = support::event_bytes(
                {.source = 1,
                 .epoch = 9,
                 .sequence = source - std::uint64_t{1},
                 .key = {.hi = 9, .lo = source}},
                support::SourceKeyRevoked{.source = source, .key = 1, .opened = secret(file)});
            ASSERT_EQ(file.name, "source-1-" + std::to_string(source) + "-1.key");
            const std::string key = support::record_key(1);
            const log::NewRecord record{.timestamp_us = support::first_morning_us,
                                        .key = as_byte_span(key),
                                        .value = as_byte_span(value)};
            ASSERT_TRUE(writer.value()->append(std::span(&record, 1)).ok());
            ++source;
        }
        ASSERT_TRUE(writer.value()->sync().ok());
    }

    support::TemporaryDirectory directory_;
    load::StandardLoad load_{{.events = 6'000, .with_signatures = true}};
    std::unique_ptr<log::Log> log_;
};

TEST_F(SourceKeysTest, ASignedMonthIsAnsweredAsItsLoadForetells) {
    write_keys();
    auto engine = Engine::open(*log_, options("state"));
    ASSERT_TRUE(engine.ok()) << engine.error().text();
    run_to_end(*engine.value());
    const Counts counts = engine.value()->view().front().counts;
    const load::Expected expected = load_.expected();
    EXPECT_EQ(counts.accepted, expected.accepted);
    EXPECT_EQ(counts.duplicates, expected.duplicates);
    EXPECT_EQ(counts.refused, expected.refused);
    EXPECT_EQ(counts.quarantined, expected.quarantined);
}

TEST_F(SourceKeysTest, AnEngineWaitsForAKeyAndGoesOnAsIfItHadAlwaysBeenThere) {
    write_keys();
    Hash128 undisturbed;
    {
        auto engine = Engine::open(*log_, options("undisturbed"));
        ASSERT_TRUE(engine.ok()) << engine.error().text();
        run_to_end(*engine.value());
        undisturbed = engine.value()->digest();
    }
    auto other = log::open_local_log(directory_.path() / "other", true);
    ASSERT_TRUE(other.ok());
    ASSERT_TRUE(other.value()->create(log::topic_plans(1)).ok());
    load::StandardLoad again({.events = 6'000, .with_signatures = true});
    ASSERT_TRUE(load::publish(*other.value(), again).ok());
    const std::string missing = load_.secrets().at(1).name;
    std::filesystem::remove(secrets() / missing);
    auto engine = Engine::open(*other.value(), options("waiting"));
    ASSERT_TRUE(engine.ok()) << engine.error().text();
    for (int turn = 0; turn < 20; ++turn) {
        const auto applied = engine.value()->run_once(milliseconds(0));
        ASSERT_TRUE(applied.ok()) << applied.error().text();
    }
    ASSERT_TRUE(engine.value()->caught_up().ok());
    const PartitionView waiting = engine.value()->view().front();
    EXPECT_NE(waiting.waits_for.find("key 1 of source 3 in programme 1"), std::string::npos)
        << waiting.waits_for;
    EXPECT_LT(waiting.sequence, 1'000U);
    write_keys();
    run_to_end(*engine.value());
    EXPECT_EQ(engine.value()->view().front().waits_for, "");
    EXPECT_EQ(engine.value()->digest(), undisturbed);
    ASSERT_TRUE(engine.value()->verify_state().ok());
}

TEST_F(SourceKeysTest, OpenedKeysLetAnybodyCheckWhatWasSignedWithThem) {
    write_keys();
    open_all_keys();
    Hash128 digest;
    {
        auto engine = Engine::open(*log_, options("with_secrets"));
        ASSERT_TRUE(engine.ok()) << engine.error().text();
        run_to_end(*engine.value());
        digest = engine.value()->digest();
    }
    std::filesystem::remove_all(secrets());
    auto rebuilt = Engine::open(*log_, options("without_secrets"));
    ASSERT_TRUE(rebuilt.ok()) << rebuilt.error().text();
    EXPECT_EQ(rebuilt.value()->digest(), digest);
}

TEST_F(SourceKeysTest, AnotherKeyThanTheLogIsCommittedToIsRefusedByName) {
    write_keys();
    const load::SecretFile file = load_.secrets().front();
    std::string text = file.text;
    text[0] = text[0] == 'a' ? 'b' : 'a';
    std::filesystem::remove(secrets() / file.name);
    std::ofstream(secrets() / file.name) << text;
    std::filesystem::permissions(secrets() / file.name, std::filesystem::perms::owner_read);
    draw::Digest key{};
    ASSERT_TRUE(draw::digest_from_hex(file.text.substr(0, 64), key));
    KnownKeys keys(*log_, 0, {}, secrets());
    const auto found =
        keys.source_key({.programme = ProgrammeId(1),
                         .source = SourceId(2),
                         .number = 1,
                         .hash = draw::HashKind::sha256,
                         .commitment = secrets::commitment_of(draw::HashKind::sha256, key)});
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::secret_missing);
    EXPECT_NE(found.error().what.find(file.name), std::string::npos);
    EXPECT_NE(found.error().why.find("committed"), std::string::npos);
}

}  // namespace
}  // namespace fiscus::runtime
