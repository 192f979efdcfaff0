#include "tests/simulation/simulation.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/journal/reader.h"
#include "engine/log/topics.h"
#include "engine/secrets/secret_file.h"
#include "tests/property/world.h"
#include "tests/simulation/processes.h"
#include "tests/support/day_keys.h"
#include "tests/support/source_keys.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::simulation {
namespace {

using std::chrono::milliseconds;

// A run may be so many steps longer than its records need.
constexpr std::uint64_t steps_max = 60'000;
constexpr std::uint32_t programme_max = 200;

// Files of a disk that is simulated anyhow: in memory, where the system lets them.
std::filesystem::path fast_directory() {
    const std::filesystem::path memory = "/dev/shm";
    return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

// A process that is not looked at for a while: what it knows grows old.
struct Sleep {
    std::uint64_t until = 0;
};

class Simulation {
public:
    explicit Simulation(const Options& options)
        : options_(options),
          random_(options.seed),
          cluster_(options.seed ^ 0x5eed),
          trace_(options.loud),
          history_world_({.seed = options.seed, .records = options.records}),
          history_(history_world_.make()) {
        const std::filesystem::path folder = directory_.path();
        std::filesystem::create_directories(folder / "keys");
        world_.partition = history_world_.shard().partition;
        world_.secrets = folder / "keys";
        auto log = cluster_.connect();
        const auto plans =
            log::topic_plans(history_world_.shard().partitions, log::Stamps::publisher);
        if (const Status made = log->create(plans); !made.ok()) {
            world_.finding = made.error().text();
        }
        // With each seed another mixture of troubles, none at all among them.
        const auto some = [this](std::uint64_t most) {
            return random_.chance(400) ? 0 : random_.below(most);
        };
        cluster_.set_faults({.unavailable = some(15),
                             .lost_answer = some(120),
                             .nothing_yet = some(400),
                             .hole = some(60)});
        for (Disk* disk : {&first_.disk(), &second_.disk(), &statistics_.disk()}) {
            disk->set_failing(some(8));
        }
        kills_ = some(40);
        rivals_ = some(60);
        if (!random_.chance(300)) {
            publish_keys();
        }
    }

    Report run() {
        while (world_.finding.empty() && trace_.steps() < steps_max &&
               (published_ < history_.size() || random_.chance(995))) {
            act();
        }
        if (world_.finding.empty()) {
            come_to_rest();
        }
        if (world_.finding.empty()) {
            check_journal();
        }
        trace_.note("the end", history_.size());
        return {.finding = world_.finding,
                .trace = trace_.hash(),
                .steps = trace_.steps(),
                .happened = trace_.happened()};
    }

private:
    void act() {
        const std::uint64_t what = random_.below(1'000);
        if (what < 120) {
            publish();
        } else if (what < 420) {
            act(first_, first_sleep_, 250);
        } else if (what < 600) {
            act(second_, second_sleep_, rivals_);
        } else if (what < 850) {
            act_statistics();
        } else if (what < 920) {
            // Rows have no terms: what a dead process sent is in the topics, or lost, before the
            // next one starts (docs/formats/statistics.md).
            cluster_.deliver_some();
            trace_.note("something arrives");
        } else if (what < 990) {
            const auto span = random_.between<std::int64_t>(1, 700);
            clock_.pass(milliseconds(span));
            trace_.note("time passes", static_cast<std::uint64_t>(span));
        } else if (!keys_there_) {
            publish_keys();
        }
    }

    void act(EngineProcess& engine, Sleep& sleep, std::uint64_t starts) {
        if (!engine.up()) {
            if (random_.chance(starts)) {
                engine.start();
            } else if (random_.chance(10)) {
                engine.wipe();
            }
            return;
        }
        if (trace_.steps() < sleep.until) {
            return;
        }
        const std::uint64_t what = random_.below(1'000);
        if (what < kills_) {
            const bool power = random_.chance(400);
            engine.kill(power);
            trace_.note(power ? "an engine's power fails" : "an engine is killed");
        } else if (what < kills_ + 10) {
            sleep.until = trace_.steps() + random_.below(300);
            trace_.note("an engine sleeps", sleep.until);
        } else if (what < kills_ + 30) {
            engine.flush();
        } else if (what < 400) {
            engine.step();
        } else {
            engine.turn();
        }
    }

    void act_statistics() {
        if (!statistics_.up()) {
            if (random_.chance(300)) {
                cluster_.settle_rows();
                statistics_.start();
            } else if (random_.chance(10)) {
                statistics_.wipe();
            }
            return;
        }
        const std::uint64_t what = random_.below(1'000);
        if (what < kills_) {
            const bool power = random_.chance(400);
            statistics_.kill(power);
            trace_.note(power ? "the statistics' power fails" : "the statistics are killed");
        } else if (what < kills_ + 20) {
            statistics_.flush();
        } else {
            statistics_.turn();
        }
    }

    void publish() {
        const std::size_t count =
            std::min(random_.between<std::size_t>(1, 12), history_.size() - published_);
        for (std::size_t i = 0; i < count; ++i) {
            publish(history_[published_++]);
        }
        trace_.note("records are published", count);
    }

    void publish(const reference::Input& input) {
        log::NewRecord record{.timestamp_us = input.timestamp_us,
                              .key_is_null = !input.key.has_value(),
                              .value_is_null = !input.value.has_value()};
        if (input.key) {
            record.key = as_byte_span(*input.key);
        }
        if (input.value) {
            record.value = as_byte_span(*input.value);
        }
        cluster_.append_at(log::events_topic, world_.partition, input.offset, record);
    }

    // The last key of each chain and the keys of all sources that any programme has.
    void publish_keys() {
        for (std::uint32_t number = 1; number <= programme_max; ++number) {
            const reference::Programme* programme = history_world_.oracle().programme(number);
            if (programme == nullptr) {
                continue;
            }
            for (const reference::InstantDraw& draw : programme->instant_draws) {
                write_key("draw-" + std::to_string(number) + "-" + date_text(draw.rules.first_day) +
                              ".key",
                          support::last_key_of(draw.rules.chain_head).value_or(""));
            }
            for (const auto& [source, record] : programme->sources) {
                for (const auto& [key, committed] : record.keys) {
                    write_key(
                        secrets::source_key_file_name(ProgrammeId(number), SourceId(source), key),
                        support::secret_of_commitment(committed.commitment).value_or(""));
                }
            }
        }
        keys_there_ = true;
        trace_.note("the keys are there");
    }

    void write_key(const std::string& name, const std::string& key) const {
        const std::filesystem::path path = world_.secrets / name;
        std::ofstream(path) << to_hex_text(key) << '\n';
        std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    }

    static std::string to_hex_text(const std::string& bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (const char byte : bytes) {
            text += digits[static_cast<unsigned char>(byte) >> 4U];
            text += digits[static_cast<unsigned char>(byte) & 15U];
        }
        return text;
    }

    // Everything dies, nothing fails any more, and all of it is done: by the first engine with the
    // state that it has, by the second with its own, by a third from nothing; likewise statistics.
    void come_to_rest() {
        first_.kill();
        second_.kill();
        statistics_.kill();
        cluster_.deliver_rest();
        cluster_.set_faults({});
        for (Disk* disk : {&first_.disk(), &second_.disk(), &statistics_.disk()}) {
            disk->set_failing(0);
        }
        world_.hostile = false;
        while (published_ < history_.size()) {
            publish();
        }
        if (!keys_there_) {
            publish_keys();
        }
        for (EngineProcess* engine : {&first_, &second_, &fresh_}) {
            if (world_.finding.empty()) {
                begin(*engine);
                engine->run_to_end();
            }
        }
        if (world_.finding.empty() &&
            (first_.digest() != second_.digest() || first_.digest() != fresh_.digest())) {
            world_.finding = "digests differ: " + to_hex(first_.digest()) + ", " +
                             to_hex(second_.digest()) + ", from nothing " + to_hex(fresh_.digest());
        }
        trace_.note("digest", first_.digest().lo);
        if (world_.finding.empty()) {
            begin(statistics_);
            statistics_.run_to_end();
        }
        if (world_.finding.empty()) {
            fresh_statistics_.start(projections::Publishing::compare);
            fresh_statistics_.run_to_end();
        }
    }

    // A state that its disk spoilt before does not open, is deleted, and begins anew.
    void begin(auto& process) {
        process.start();
        if (!process.up() && world_.finding.empty()) {
            process.start();
        }
    }

    // One entry for each record, each what the oracle says, in one chain of blocks.
    void check_journal() {
        const auto log = cluster_.connect();
        auto reader = journal::JournalReader::open(*log, world_.partition, {});
        std::size_t at = 0;
        while (reader.ok()) {
            auto block = reader.value()->next(milliseconds(0));
            if (!block.ok()) {
                world_.finding = block.error().text();
                return;
            }
            if (!block->has_value()) {
                break;
            }
            const auto postings = (*block)->view.postings();
            std::size_t posting = 0;
            for (const wire::Entry& entry : (*block)->view.entries()) {
                const reference::Answer found =
                    reference::answer_of(entry, postings.data() + posting);
                posting += entry.postings();
                if (at == history_.size()) {
                    world_.finding = "the journal has more entries than there are records";
                    return;
                }
                const std::string differs =
                    reference::differences(history_world_.answers()[at], found);
                if (!differs.empty()) {
                    world_.finding =
                        "entry " + std::to_string(at + 1) + ", oracle ≠ journal:\n" + differs;
                    return;
                }
                ++at;
            }
        }
        if (at != history_.size()) {
            world_.finding = "the journal has " + std::to_string(at) + " entries of " +
                             std::to_string(history_.size());
        }
    }

    const Options options_;
    property::Random random_;
    Cluster cluster_;
    SimulatedClock clock_;
    Trace trace_;
    property::World history_world_;
    const std::vector<reference::Input> history_;
    const support::TemporaryDirectory directory_{fast_directory()};
    Surroundings world_{.cluster = cluster_,
                        .clock = clock_,
                        .random = random_,
                        .trace = trace_,
                        .disk_seed = options_.seed << 8U};
    EngineProcess first_{world_, "first", directory_.path() / "first"};
    EngineProcess second_{world_, "second", directory_.path() / "second"};
    EngineProcess fresh_{world_, "fresh", directory_.path() / "fresh"};
    StatisticsProcess statistics_{world_, directory_.path() / "statistics"};
    StatisticsProcess fresh_statistics_{world_, directory_.path() / "fresh_statistics"};
    Sleep first_sleep_;
    Sleep second_sleep_;
    std::uint64_t kills_ = 0;
    std::uint64_t rivals_ = 0;
    std::size_t published_ = 0;
    bool keys_there_ = false;
};

}  // namespace

Report simulate(const Options& options) { return Simulation(options).run(); }

}  // namespace fiscus::simulation
