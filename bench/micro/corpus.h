// What every stage benchmark works on: the standard load in memory, decoded, with what the ledger
// made of it in one plain run over a store in memory. The first half of the turns warms a stage up,
// the second half, which is claims, redemptions and refunds, is measured.
// Made once by main() and outlives the benchmarks. Thread: one. Fails: a run that is not what the
// load intends stops the program, so a fast wrong answer is no answer.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/load/standard_load.h"
#include "engine/decode/decode.h"
#include "engine/journal/block.h"
#include "engine/log/log.h"
#include "engine/state/state.h"

namespace fiscus::bench {

// A turn of the engine: its input, and the entries and the digest that it must give.
struct Turn {
    std::span<const log::Record> records;
    std::span<const decode::DecodedEvent> events;
    journal::Entries entries{};
    Hash128 digest{};
};

class Corpus {
public:
    explicit Corpus(std::uint64_t events);

    [[nodiscard]] std::span<const log::Record> records() const { return records_; }
    [[nodiscard]] std::span<const decode::DecodedEvent> events() const { return events_; }
    [[nodiscard]] std::uint64_t value_bytes() const { return value_bytes_; }
    [[nodiscard]] const load::Expected& expected() const { return expected_; }

    [[nodiscard]] std::span<const Turn> turns() const { return turns_; }
    [[nodiscard]] std::span<const Turn> warm_up() const { return turns().first(turns_.size() / 2); }
    [[nodiscard]] std::span<const Turn> measured() const {
        return turns().subspan(turns_.size() / 2);
    }
    [[nodiscard]] std::uint64_t measured_events() const { return measured_events_; }
    // The records of the state that the measured turns change, sorted: what one fold writes.
    [[nodiscard]] const state::WriteSet& changed() const { return changed_; }

private:
    void generate(std::uint64_t events);
    void apply();

    std::vector<std::unique_ptr<load::LoadBatch>> batches_;
    std::vector<log::Record> records_;
    decode::Decoder decoder_{decode::Shard{}};
    std::vector<decode::DecodedEvent> events_;
    std::uint64_t value_bytes_ = 0;
    load::Expected expected_;
    std::vector<Turn> turns_;
    std::uint64_t measured_events_ = 0;
    state::WriteSet changed_;
};

// Of the store that the engine opens with the default setting.
state::RocksOptions rocks_options();
// A state over `store` with the first half of the load applied, folded and written; its cache is as
// large as the engine's by default.
std::unique_ptr<state::State> warm_state(const Corpus& corpus,
                                         std::unique_ptr<state::StateStore> store);
// As the engine does after a turn.
void fold_if_full(state::State& state);
// Stops the program unless the state holds what the load intends after its last event.
void check_end(state::State& state, const Corpus& corpus);

// An iteration did so many items, which are events but for machine/: items/s, and the time of each.
void report(benchmark::State& bench, std::uint64_t items);

// One function for each file of this folder. A stage is registered by its name and its floor, the
// least that this machine needs for the same bytes, as name/floor with a label that says what it
// is.
void register_decode(const Corpus& corpus);
void register_sequence(const Corpus& corpus);
void register_apply(const Corpus& corpus);
void register_digest(const Corpus& corpus);
void register_fold(const Corpus& corpus);
void register_journal(const Corpus& corpus);
void register_log(const Corpus& corpus);
void register_statistics(const Corpus& corpus);
void register_distinct(const Corpus& corpus);
void register_draw(const Corpus& corpus);
void register_signature();
void register_machine();

template <typename Run>
benchmark::internal::Benchmark* add(const char* name, const Corpus& corpus, Run run) {
    return benchmark::RegisterBenchmark(
        name, [&corpus, run](benchmark::State& bench) { run(bench, corpus); });
}

}  // namespace fiscus::bench
