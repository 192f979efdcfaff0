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
    engine->log_ = &log;
    for (const std::int32_t partition : mine) {
        if (partition < 0 || partition >= partitions) {
            return Error{.code = ErrorCode::usage,
                         .what = "there is no partition " + std::to_string(partition),
                         .why = "the events topic has " + std::to_string(partitions),
                         .hint = "number them from 0"};
        }
        engine->openings_.push_back({.partition = partition,
                                     .partitions = partitions,
                                     .memory_bytes = options.memory_bytes / mine.size()});
        FISCUS_ASSIGN(auto opened,
                      Partition::open(log, engine->options_, engine->openings_.back()));
        engine->partitions_.push_back(std::move(opened));
        engine->closed_views_.emplace_back();
    }
    return engine;
}

Result<std::uint64_t> Engine::run_once(std::chrono::milliseconds wait) {
    std::uint64_t applied = 0;
    const auto turn = [&](std::size_t index, std::chrono::milliseconds patience) -> Status {
        auto count = partitions_[index]->run_once(patience);
        if (!count.ok() && count.error().code == ErrorCode::fenced && options_.standby) {
            return follow_again(index);
        }
        FISCUS_TRY(count);
        applied += *count;
        return Done{};
    };
    for (std::size_t index = 0; index < partitions_.size(); ++index) {
        // Only one partition may wait: with several, each turn looks at all of them.
        FISCUS_TRY(turn(index, partitions_.size() == 1 ? wait : std::chrono::milliseconds(0)));
    }
    if (applied == 0 && partitions_.size() > 1) {
        FISCUS_TRY(turn(0, wait));
    }
    return applied;
}

Status Engine::follow_again(std::size_t index) {
    PartitionView last = partitions_[index]->view();
    last.role = Role::standby;
    std::unique_ptr<Partition> closing;
    {
        const std::lock_guard lock(partitions_mutex_);
        closed_views_[index] = last;
        closing = std::move(partitions_[index]);
    }
    closing.reset();
    FISCUS_ASSIGN(auto opened, Partition::open(*log_, options_, openings_[index]));
    const std::lock_guard lock(partitions_mutex_);
    partitions_[index] = std::move(opened);
    return Done{};
}

void Engine::leave() {
    for (const auto& partition : partitions_) {
        partition->leave();
    }
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
    const std::lock_guard lock(partitions_mutex_);
    std::vector<PartitionView> views;
    for (std::size_t index = 0; index < partitions_.size(); ++index) {
        views.push_back(partitions_[index] == nullptr ? closed_views_[index]
                                                      : partitions_[index]->view());
    }
    return views;
}

Hash128 Engine::digest() const {
    Hash128 sum;
    for (const PartitionView& partition : view()) {
        sum += partition.digest;
    }
    return sum;
}

Status Engine::verify_state() {
    for (const auto& partition : partitions_) {
        FISCUS_TRY(partition->verify_state());
    }
    return Done{};
}

namespace {

Result<std::unique_ptr<state::State>> open_to_read(const std::filesystem::path& state_dir,
                                                   std::int32_t partition) {
    FISCUS_ASSIGN(auto store, state::open_rocks_store(
                                  (state_dir / "engine" / std::to_string(partition)).string(),
                                  {.memory_bytes = 64U << 20, .read_only = true}));
    return state::State::open(std::move(store), {});
}

}  // namespace

Result<Hash128> recompute_digest(const std::filesystem::path& state_dir, std::int32_t partition) {
    FISCUS_ASSIGN(const auto state, open_to_read(state_dir, partition));
    return state->recompute_digest();
}

Status check_state_log(const std::filesystem::path& state_dir,
                       std::int32_t partition,
                       log::Log& log) {
    FISCUS_ASSIGN(const auto state, open_to_read(state_dir, partition));
    FISCUS_ASSIGN(const Position position, decode_position(state->position()));
    FISCUS_TRY(log::check_identity(log, position.log_identity));
    return position.last_offset < 0
               ? Status(Done{})
               : log::check_record(log, log::events_topic, partition, position.last_offset,
                                   position.last_record_hash);
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
        FISCUS_ASSIGN(const auto state, open_to_read(state_dir, partition));
        FISCUS_ASSIGN(const Position position, decode_position(state->position()));
        PartitionView one;
        one.partition = partition;
        one.next_offset = position.next_offset;
        one.durable_offset = position.next_offset;
        one.sequence = position.next_sequence - 1;
        one.term = position.cursor.term;
        one.journal_offset = position.cursor.next_offset;
        // Of a partition into which nothing was written yet nothing is known.
        if (position.partitions > 0) {
            view.log_identity = position.log_identity;
            view.log_partitions = position.partitions;
        }
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
