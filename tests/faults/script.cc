#include "tests/faults/script.h"

#include <chrono>
#include <fstream>
#include <memory>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "engine/runtime/engine.h"
#include "projections/runner.h"
#include "tests/property/key_files.h"
#include "tests/property/world.h"

namespace fiscus::faults {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t memory_bytes = 64U << 20;

// A world whose programmes share one partition.
property::WorldOptions world_of(std::uint64_t seed) {
    property::WorldOptions options{.seed = seed, .records = script_records, .pauses = 2};
    while (property::World(options).shard().partitions != 1) {
        ++options.seed;
    }
    return options;
}

class Life {
public:
    Life(const std::filesystem::path& directory, const LifeOptions& options)
        : directory_(directory), options_(options) {}

    Status run() {
        FISCUS_ASSIGN(log_, log::open_local_log(directory_ / "log", false));
        FISCUS_ASSIGN(engine_, runtime::Engine::open(*log_, engine_options()));
        FISCUS_TRY(apply());
        FISCUS_ASSIGN(runner_, projections::Runner::open(*log_, 0, runner_options()));
        return fold();
    }

    // After an error: nothing may succeed that would tell the world of more.
    std::string look_for_life_after_death() {
        const std::int64_t before = journal_end();
        std::string finding;
        if (engine_ && !runner_ && !applied_ && apply().ok()) {
            finding = "the engine went on after an error";
        }
        if (runner_ && fold().ok()) {
            finding = "the statistics went on after an error";
        }
        runner_.reset();
        engine_.reset();
        return journal_end() == before ? finding : "the journal grew after an error";
    }

private:
    Status apply() {
        for (;;) {
            FISCUS_TRY(engine_->run_once(milliseconds(0)));
            while (options_.background == Background::steps && engine_->step()) {
            }
            FISCUS_ASSIGN(const bool caught_up, engine_->caught_up());
            if (caught_up) {
                break;
            }
        }
        FISCUS_TRY(engine_->flush());
        FISCUS_TRY(engine_->verify_state());
        applied_ = true;
        return Done{};
    }

    Status fold() {
        FISCUS_ASSIGN(const log::Extent journal, log_->extent(log::journal_topic, 0));
        do {
            FISCUS_TRY(runner_->run_once(milliseconds(0)));
        } while (runner_->cursor().next_offset < journal.end);
        return runner_->flush();
    }

    std::int64_t journal_end() {
        if (!log_) {
            return 0;
        }
        auto extent = log_->extent(log::journal_topic, 0);
        return extent.ok() ? extent->end : 0;
    }

    [[nodiscard]] runtime::EngineOptions engine_options() const {
        runtime::EngineOptions options;
        options.state_dir = directory_ / "state";
        options.memory_bytes = memory_bytes;
        options.turn_records = options_.turn_records;
        options.fold_records = options_.fold_records;
        options.secrets_dir = directory_ / "secrets";
        options.waits_for_secrets = false;
        options.event_stamps = log::Stamps::publisher;
        options.background = options_.background;
        return options;
    }
    [[nodiscard]] projections::RunnerOptions runner_options() const {
        projections::RunnerOptions options;
        options.directory = (directory_ / "state" / "statistics").string();
        options.memory_bytes = memory_bytes;
        options.commit_entries = options_.commit_entries;
        return options;
    }

    const std::filesystem::path directory_;
    const LifeOptions options_;
    std::unique_ptr<log::Log> log_;
    std::unique_ptr<runtime::Engine> engine_;
    std::unique_ptr<projections::Runner> runner_;
    bool applied_ = false;
};

// The end of a child as lines of a file, because it must reach its parent whatever happens.
void write_end(const std::filesystem::path& file, const Lived& lived, std::uint64_t calls) {
    std::ofstream out(file);
    out << calls << '\n' << lived.code << '\n' << lived.finding << '\n' << lived.error << '\n';
}

void read_end(const std::filesystem::path& file, End& end) {
    std::ifstream in(file);
    std::string calls;
    std::getline(in, calls);
    end.calls = calls.empty() ? 0 : std::stoull(calls);
    std::getline(in, end.code);
    std::getline(in, end.finding);
    std::getline(in, end.error, '\0');
}

}  // namespace

std::uint64_t write_script(const std::filesystem::path& directory, std::uint64_t seed) {
    property::World world(world_of(seed));
    const std::vector<reference::Input> records = world.make();
    auto log = log::open_local_log(directory / "log", true);
    EXPECT_TRUE(log.ok()) << log.error().text();
    EXPECT_TRUE((*log)->create(log::topic_plans(1, log::Stamps::publisher)).ok());
    auto writer = (*log)->writer(log::events_topic, 0);
    EXPECT_TRUE(writer.ok()) << writer.error().text();
    for (const reference::Input& input : records) {
        log::NewRecord record{.timestamp_us = log::append_timestamp_us(input.timestamp_us),
                              .key_is_null = !input.key.has_value(),
                              .value_is_null = !input.value.has_value()};
        if (input.key) {
            record.key = as_byte_span(*input.key);
        }
        if (input.value) {
            record.value = as_byte_span(*input.value);
        }
        const std::vector<log::NewRecord> one{record};
        EXPECT_TRUE((*writer)->append(one).ok());
    }
    EXPECT_TRUE((*writer)->sync().ok());
    std::filesystem::create_directories(directory / "secrets");
    property::write_key_files(directory / "secrets", world.oracle());
    return records.size();
}

Lived live(const std::filesystem::path& directory, const LifeOptions& options) {
    Life life(directory, options);
    const Status status = life.run();
    if (status.ok()) {
        return {};
    }
    return {.error = status.error().text(),
            .code = std::string(code_name(status.error().code)),
            .finding = life.look_for_life_after_death()};
}

End in_child(const std::filesystem::path& directory,
             const std::function<Lived()>& life,
             const std::function<std::uint64_t()>& calls) {
    // Not below the directory whose disk fails.
    const std::filesystem::path file = directory.string() + ".end";
    std::filesystem::remove(file);
    const pid_t child = ::fork();
    if (child == 0) {
        const std::string said = file.string() + ".said";
        if (std::freopen(said.c_str(), "w", stderr) == nullptr ||
            std::setvbuf(stderr, nullptr, _IONBF, 0) != 0) {
            ::_exit(99);
        }
        const Lived lived = life();
        write_end(file, lived, calls());
        ::_exit(lived.code.empty() ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    End end;
    end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (std::filesystem::exists(file)) {
        read_end(file, end);
    } else {
        end.error = support::text_of(file.string() + ".said");
    }
    return end;
}

crash::Seen look_at(const std::filesystem::path& directory) {
    auto log = log::open_local_log(directory / "log", false);
    EXPECT_TRUE(log.ok()) << log.error().text();
    return log.ok() ? crash::look(**log) : crash::Seen{};
}

void in_lanes(std::size_t lanes, const std::function<void(std::size_t)>& work) {
    std::vector<std::jthread> threads;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        threads.emplace_back([&work, lane] { work(lane); });
    }
}

}  // namespace fiscus::faults
