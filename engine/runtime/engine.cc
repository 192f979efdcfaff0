#include "engine/runtime/engine.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>

#include "engine/log/record_rules.h"
#include "engine/log/start_check.h"
#include "engine/log/topics.h"
#include "engine/runtime/partition.h"

namespace fiscus::runtime {
namespace {

// Which of the two was changed, nobody but the operator knows.
Error partitions_differ(std::int32_t events, std::int32_t journal) {
    return {.code = ErrorCode::log_mismatch,
            .what = std::string(log::events_topic) + " and " + std::string(log::journal_topic) +
                    " differ in their partitions",
            .why = "partitions " + std::to_string(events) + " of the events, " +
                   std::to_string(journal) + " of the journal",
            .hint =
                "The number of partitions must never change, because programmes are spread over "
                "them by their number: restore the topic that was altered from a copy, or give the "
                "right log."};
}

// The topics are as planned; how many partitions they have.
Result<std::int32_t> check_topics(log::Log& log, log::Stamps event_stamps) {
    FISCUS_ASSIGN(const auto events, log.describe(log::events_topic));
    if (!events) {
        return log::topic_unknown(log::events_topic);
    }
    const std::int32_t partitions = events->plan.partitions;
    FISCUS_ASSIGN(const auto journal, log.describe(log::journal_topic));
    if (journal && journal->plan.partitions != partitions) {
        return partitions_differ(partitions, journal->plan.partitions);
    }
    FISCUS_TRY(log::check_topics(log, log::engine_topic_plans(partitions, event_stamps)));
    return partitions;
}

}  // namespace

Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(log::Log& log, const EngineOptions& options) {
    FISCUS_ASSIGN(const std::int32_t partitions, check_topics(log, options.event_stamps));
    std::vector<std::int32_t> mine = options.partitions;
    for (std::int32_t partition = 0;
         mine.size() < static_cast<std::size_t>(partitions) && options.partitions.empty();
         ++partition) {
        mine.push_back(partition);
    }
    std::unique_ptr<Engine> engine(new Engine());
    engine->options_ = options;
    for (const std::int32_t partition : mine) {
        if (partition < 0 || partition >= partitions) {
            return Error{.code = ErrorCode::usage,
                         .what = "there is no partition " + std::to_string(partition),
                         .why = "the events topic has " + std::to_string(partitions),
                         .hint = "number them from 0"};
        }
        FISCUS_ASSIGN(auto opened,
                      Partition::open(log, engine->options_,
                                      {.partition = partition,
                                       .partitions = partitions,
                                       .memory_bytes = options.memory_bytes / mine.size()}));
        engine->partitions_.push_back(std::move(opened));
    }
    return engine;
}

Result<std::uint64_t> Engine::run_once(std::chrono::milliseconds wait) {
    std::uint64_t applied = 0;
    for (const auto& partition : partitions_) {
        // Only one partition may wait: with several, each turn looks at all of them.
        const auto patience = partitions_.size() == 1 ? wait : std::chrono::milliseconds(0);
        FISCUS_ASSIGN(const std::uint64_t count, partition->run_once(patience));
        applied += count;
    }
    if (applied == 0 && partitions_.size() > 1) {
        return partitions_.front()->run_once(wait);
    }
    return applied;
}

Result<bool> Engine::caught_up() {
    for (const auto& partition : partitions_) {
        FISCUS_ASSIGN(const bool caught_up, partition->caught_up());
        if (!caught_up) {
            return false;
        }
    }
    return true;
}

Status Engine::flush() {
    for (const auto& partition : partitions_) {
        FISCUS_TRY(partition->flush());
    }
    return Done{};
}

bool Engine::step() {
    bool stepped = false;
    for (const auto& partition : partitions_) {
        stepped |= partition->step();
    }
    return stepped;
}

std::vector<PartitionView> Engine::view() const {
    std::vector<PartitionView> views;
    for (const auto& partition : partitions_) {
        views.push_back(partition->view());
    }
    return views;
}

Hash128 Engine::digest() const {
    Hash128 sum;
    for (const auto& partition : partitions_) {
        sum += partition->view().digest;
    }
    return sum;
}

Status Engine::verify_state() {
    for (const auto& partition : partitions_) {
        FISCUS_TRY(partition->verify_state());
    }
    return Done{};
}

Result<StateView> read_state(const std::filesystem::path& state_dir) {
    StateView view;
    const std::filesystem::path directory = state_dir / "engine";
    std::set<std::int32_t> partitions;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
        const std::string name = entry.path().filename().string();
        std::int32_t partition = -1;
        if (std::from_chars(name.data(), name.data() + name.size(), partition).ec == std::errc()) {
            partitions.insert(partition);
        }
    }
    if (failed || partitions.empty()) {
        return Error{.code = ErrorCode::not_found,
                     .what = "there is no engine state in " + state_dir.string(),
                     .why = failed ? failed.message() : "the directory is empty",
                     .hint = "fiscus run --until-end --state " + state_dir.string() + " makes it"};
    }
    for (const std::int32_t partition : partitions) {
        FISCUS_ASSIGN(auto store,
                      state::open_rocks_store((directory / std::to_string(partition)).string(),
                                              {.memory_bytes = 64U << 20, .read_only = true}));
        FISCUS_ASSIGN(auto state, state::State::open(std::move(store), {}));
        FISCUS_ASSIGN(const Position position, decode_position(state->position()));
        PartitionView one;
        one.partition = partition;
        one.next_offset = position.next_offset;
        one.durable_offset = position.next_offset;
        one.sequence = position.next_sequence - 1;
        one.term = position.cursor.term;
        one.digest = state->settle();
        one.counts = position.counts;
        state->sources.for_each([&one](const state::Key&, const state::SourceRecord& source) {
            one.gaps_open += source.missing;
        });
        state->accounts.for_each([&](const state::Key& key, const state::AccountRecord& account) {
            one.trial_balance_fen += account.fen;
            view.accounts.push_back(
                {.account = wire::Account(key.id.lo, key.programme, key.part,
                                          static_cast<std::uint8_t>(key.id.hi), 0, 0, 0),
                 .fen = account.fen});
        });
        view.digest += one.digest;
        view.partitions.push_back(one);
    }
    std::sort(view.accounts.begin(), view.accounts.end(),
              [](const AccountBalance& a, const AccountBalance& b) {
                  const auto order = [](const wire::Account& account) {
                      return std::tuple(account.programme(), account.kind(), account.batch(),
                                        account.key());
                  };
                  return order(a.account) < order(b.account);
              });
    return view;
}

}  // namespace fiscus::runtime
