// fold: everything that the measured turns changed, collected, sorted, written as files and
// ingested by RocksDB, with all threads that take part. Floor: the same records, sorted already, in
// one batch through RocksDB alone. Wall time, because both sides work in several threads.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include "bench/micro/corpus.h"
#include "bench/support/scratch_directory.h"
#include "engine/base/check.h"
#include "engine/runtime/core.h"
#include "engine/state/slice.h"

namespace fiscus::bench {
namespace {

using state::slice;

// The measured turns on top of the warm state: all that they changed waits to be folded.
void apply_measured(const Corpus& corpus, state::State& state) {
    const auto first = static_cast<std::uint64_t>(corpus.measured().front().records[0].offset);
    runtime::Core core(decode::Shard{}, state, first + 1);
    journal::Entries entries;
    for (const Turn& turn : corpus.measured()) {
        entries.clear();
        const auto applied = core.turn(turn.records, entries);
        FISCUS_CHECK(applied.ok() && applied.value() == turn.records.size(), "the store answers");
    }
    check_end(state, corpus);
}

void fold_state(benchmark::State& bench, const Corpus& corpus) {
    for ([[maybe_unused]] auto iteration : bench) {
        bench.PauseTiming();
        {
            const ScratchDirectory directory;
            auto store = state::open_rocks_store(directory.path().string(), rocks_options());
            FISCUS_CHECK(store.ok(), "RocksDB opens in an empty directory");
            const auto state = warm_state(corpus, std::move(store).value());
            apply_measured(corpus, *state);
            bench.ResumeTiming();
            const bool stored = state->fold({}).ok() && state->flush().ok();
            bench.PauseTiming();
            FISCUS_CHECK(stored, "the store takes what is folded");
            const auto digest = state->recompute_digest();
            FISCUS_CHECK(digest.ok() && digest.value() == corpus.turns().back().digest,
                         "what is stored is what was applied");
        }
        bench.ResumeTiming();
    }
    report(bench, corpus.measured_events());
}

std::unique_ptr<rocksdb::DB> open_rocksdb(const std::string& directory) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = 32U << 20;
    options.compression = rocksdb::kLZ4Compression;
    rocksdb::DB* db = nullptr;
    FISCUS_CHECK(rocksdb::DB::Open(options, directory, &db).ok(),
                 "RocksDB opens in an empty directory");
    return std::unique_ptr<rocksdb::DB>(db);
}

void write_sorted_batch(benchmark::State& bench, const Corpus& corpus) {
    const state::WriteSet& set = corpus.changed();
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    for ([[maybe_unused]] auto iteration : bench) {
        bench.PauseTiming();
        {
            const ScratchDirectory directory;
            const auto db = open_rocksdb(directory.path().string());
            rocksdb::WriteBatch batch;
            bench.ResumeTiming();
            bool stored = true;
            set.for_each(set.all(), [&](const state::WriteSet::Item& item) {
                stored = batch.Put(slice(item.key), slice(item.value)).ok();
                return stored;
            });
            stored = stored && db->Write(options, &batch).ok() &&
                     db->Flush(rocksdb::FlushOptions()).ok();
            bench.PauseTiming();
            std::string last;
            const auto read =
                db->Get(rocksdb::ReadOptions(), slice(set.item(set.size() - 1).key), &last);
            FISCUS_CHECK(stored && read.ok() && !last.empty(), "RocksDB keeps what it was given");
        }
        bench.ResumeTiming();
    }
    bench.SetLabel("RocksDB alone with one sorted batch");
    report(bench, corpus.measured_events());
}

}  // namespace

void register_fold(const Corpus& corpus) {
    add("fold", corpus, fold_state)->UseRealTime();
    add("fold/floor", corpus, write_sorted_batch)->UseRealTime();
}

}  // namespace fiscus::bench
