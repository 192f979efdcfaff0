#include "bench/micro/corpus.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/runtime/core.h"
#include "engine/state/memory.h"
#include "engine/state/store.h"

namespace fiscus::bench {
namespace {

// A store in memory that keeps a copy of what was written to it last.
class RecordingStore final : public state::StateStore {
public:
    explicit RecordingStore(state::WriteSet& last)
        : store_(state::make_memory_store()), last_(last) {}

    Status get_many(std::span<const state::EncodedKey> keys, const Found& found) override {
        return store_->get_many(keys, found);
    }
    Status scan(state::TableId table, const Visit& visit) override {
        return store_->scan(table, visit);
    }
    Status scan_group(const state::Key& group, const Visit& visit) override {
        return store_->scan_group(group, visit);
    }
    Result<std::optional<Id128>> last_id(state::TableId table,
                                         std::uint32_t programme,
                                         std::uint32_t part) override {
        return store_->last_id(table, programme, part);
    }
    Status write(const state::WriteSet& set) override {
        last_ = set;
        return store_->write(set);
    }
    [[nodiscard]] bool stalled() const override { return store_->stalled(); }
    [[nodiscard]] std::uint64_t compaction_debt_bytes() const override {
        return store_->compaction_debt_bytes();
    }

private:
    std::unique_ptr<state::StateStore> store_;
    state::WriteSet& last_;
};

// What the engine has of the default setting: three quarters of 1 GiB.
constexpr state::MemoryShares shares = state::divide_memory(768ULL << 20);

void apply_turn(runtime::Core& core, const Turn& turn, journal::Entries& entries) {
    const auto applied = core.turn(turn.records, entries);
    FISCUS_CHECK(applied.ok() && applied.value() == turn.records.size(), "the store answers");
}

void fold_and_flush(state::State& state) {
    FISCUS_CHECK(state.fold({}).ok() && state.flush().ok(), "a store takes what is folded");
}

// Outcomes of all turns, compared with what the generator of the load knows.
void check_outcomes(std::span<const Turn> turns, const load::Expected& expected) {
    load::Expected found;
    for (const Turn& turn : turns) {
        for (const wire::Entry& entry : turn.entries.entries) {
            const auto outcome = static_cast<wire::Outcome>(entry.outcome());
            found.accepted += outcome == wire::Outcome::accepted ? 1U : 0U;
            found.duplicates += outcome == wire::Outcome::duplicate ? 1U : 0U;
            // A duplicate carries the reason of its first answer, which was counted then.
            if (outcome != wire::Outcome::duplicate) {
                ++found.reasons.at(entry.reason());
            }
        }
    }
    found.reasons[0] = 0;
    FISCUS_CHECK(found.accepted == expected.accepted && found.duplicates == expected.duplicates &&
                     found.reasons == expected.reasons,
                 "the ledger answers the load as the load intends");
}

}  // namespace

Corpus::Corpus(std::uint64_t events) {
    generate(events);
    apply();
}

void Corpus::generate(std::uint64_t events) {
    load::StandardLoad load({.events = events});
    for (auto batch = std::make_unique<load::LoadBatch>(); load.next(*batch);
         batch = std::make_unique<load::LoadBatch>()) {
        for (const log::NewRecord& record : batch->records()) {
            records_.push_back({.offset = static_cast<std::int64_t>(records_.size()),
                                .timestamp_us = record.timestamp_us,
                                .key = record.key,
                                .value = record.value,
                                .key_is_null = record.key_is_null,
                                .value_is_null = record.value_is_null});
            value_bytes_ += record.value.size();
        }
        batches_.push_back(std::move(batch));
    }
    expected_ = load.expected();
    for (const log::Record& record : records_) {
        events_.push_back(decoder_.decode(record));
    }
}

void Corpus::apply() {
    const std::span<const log::Record> records(records_);
    for (std::size_t first = 0; first < records.size(); first += turn_records_max) {
        const std::size_t count = std::min(turn_records_max, records.size() - first);
        turns_.push_back(
            {.records = records.subspan(first, count), .events = events().subspan(first, count)});
    }
    FISCUS_CHECK(turns_.size() >= 2, "a load has a turn to warm up and one to measure");
    auto opened = state::State::open(std::make_unique<RecordingStore>(changed_),
                                     {.cache_bytes_max = SIZE_MAX, .fold_bytes_max = SIZE_MAX});
    FISCUS_CHECK(opened.ok(), "a state in memory opens");
    state::State& state = **opened;
    runtime::Core core(decode::Shard{}, state);
    for (Turn& turn : turns_) {
        if (&turn == measured().data()) {
            fold_and_flush(state);
        }
        apply_turn(core, turn, turn.entries);
        turn.digest = core.digest();
    }
    fold_and_flush(state);
    for (const Turn& turn : measured()) {
        measured_events_ += turn.events.size();
        FISCUS_CHECK(std::ranges::none_of(turn.events, apply::Ledger::is_definition),
                     "what is measured defines nothing, so a turn is prefetched in one piece");
    }
    check_outcomes(turns(), expected_);
    check_end(state, *this);
}

state::RocksOptions rocks_options() { return shares.store; }

std::unique_ptr<state::State> warm_state(const Corpus& corpus,
                                         std::unique_ptr<state::StateStore> store) {
    auto opened = state::State::open(std::move(store), shares.state);
    FISCUS_CHECK(opened.ok(), "an empty state opens");
    runtime::Core core(decode::Shard{}, **opened);
    journal::Entries entries;
    for (const Turn& turn : corpus.warm_up()) {
        entries.clear();
        apply_turn(core, turn, entries);
        FISCUS_CHECK(core.digest() == turn.digest, "the same events give the same state");
        fold_if_full(**opened);
    }
    fold_and_flush(**opened);
    return std::move(opened).value();
}

void fold_if_full(state::State& state) {
    FISCUS_CHECK(!state.full() || state.fold({}).ok(), "a store takes what is folded");
}

void check_end(state::State& state, const Corpus& corpus) {
    FISCUS_CHECK(state.settle() == corpus.turns().back().digest,
                 "the same events give the same state");
    std::int64_t sum_fen = 0;
    std::int64_t paid_fen = 0;
    std::int64_t outstanding_fen = 0;
    state.accounts.for_each([&](const state::Key& key, const state::AccountRecord& account) {
        sum_fen += account.fen;
        const auto kind = static_cast<wire::AccountKind>(key.id.hi);
        paid_fen += kind == wire::AccountKind::paid ? account.fen : 0;
        outstanding_fen += kind == wire::AccountKind::outstanding ? account.fen : 0;
    });
    FISCUS_CHECK(sum_fen == 0, "no fen appears or disappears");
    FISCUS_CHECK(paid_fen == corpus.expected().paid_fen &&
                     outstanding_fen == corpus.expected().outstanding_fen,
                 "the accounts end as the load intends");
}

void report(benchmark::State& bench, std::uint64_t items) {
    bench.SetItemsProcessed(static_cast<std::int64_t>(items) *
                            static_cast<std::int64_t>(bench.iterations()));
    bench.counters["each"] = benchmark::Counter(
        static_cast<double>(items),
        benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace fiscus::bench
