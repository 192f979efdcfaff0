// Stages of the path of one event, each alone: hash, partition, decode, core, block. Every
// benchmark checks its result and stops the program when it is wrong, so a fast wrong answer is no
// answer.
#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/micro/corpus.h"
#include "bench/micro/suites.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/base/limits.h"
#include "engine/decode/decode.h"
#include "engine/journal/block.h"

namespace fiscus::bench {
namespace {

void set_items(benchmark::State& bench, std::uint64_t items) {
    bench.SetItemsProcessed(static_cast<std::int64_t>(items) *
                            static_cast<std::int64_t>(bench.iterations()));
}

void set_bytes(benchmark::State& bench, std::uint64_t bytes) {
    bench.SetBytesProcessed(static_cast<std::int64_t>(bytes) *
                            static_cast<std::int64_t>(bench.iterations()));
}

void generate_load(benchmark::State& bench) {
    constexpr std::uint64_t events = 100'000;
    for ([[maybe_unused]] auto turn : bench) {
        load::StandardLoad load({.events = events});
        load::LoadBatch batch;
        std::uint64_t records = 0;
        while (load.next(batch)) {
            records += batch.records().size();
        }
        FISCUS_CHECK(records == events, "the load has as many records as were asked for");
        const load::Expected expected = load.expected();
        FISCUS_CHECK(expected.deposited_fen - expected.returned_fen + expected.compensation_fen ==
                         expected.fund_fen + expected.budget_fen + expected.outstanding_fen +
                             expected.payable_fen + expected.paid_fen + expected.receivable_fen,
                     "the load's own money adds up");
    }
    set_items(bench, events);
}

void hash_content(benchmark::State& bench, const Corpus& corpus) {
    for ([[maybe_unused]] auto turn : bench) {
        std::uint64_t together = 0;
        for (const log::Record& record : corpus.records()) {
            const std::size_t half = record.value.size() / 2;
            together ^= xxh3_64(record.value.first(half), record.value.subspan(half));
        }
        benchmark::DoNotOptimize(together);
    }
    const Bytes sample = corpus.records()[corpus.records().size() / 2].value;
    FISCUS_CHECK(xxh3_64(sample.first(7), sample.subspan(7)) == xxh3_64(sample),
                 "a hash of two pieces is the hash of the whole");
    set_items(bench, corpus.records().size());
    set_bytes(bench, corpus.value_bytes());
}

void partition_key(benchmark::State& bench) {
    std::vector<std::string> keys;
    for (int programme = 1; programme <= 1'000; ++programme) {
        keys.push_back(std::to_string(programme));
    }
    std::vector<std::uint64_t> counts;
    for ([[maybe_unused]] auto turn : bench) {
        counts.assign(16, 0);
        for (const std::string& key : keys) {
            ++counts[static_cast<std::size_t>(partition_of_key(key, 16))];
        }
        benchmark::DoNotOptimize(counts.data());
    }
    FISCUS_CHECK(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) == keys.size() &&
                     *std::min_element(counts.begin(), counts.end()) > 0,
                 "keys spread over all partitions");
    set_items(bench, keys.size());
}

void checksum_frames(benchmark::State& bench) {
    const std::vector<std::byte> frame(std::size_t{1} << 20, std::byte{0x5a});
    for ([[maybe_unused]] auto turn : bench) {
        benchmark::DoNotOptimize(crc32c(frame));
    }
    const Bytes all(frame);
    FISCUS_CHECK(crc32c(all.subspan(1'000), crc32c(all.first(1'000))) == crc32c(all),
                 "a checksum goes on where another ended");
    set_bytes(bench, frame.size());
}

void decode_records(benchmark::State& bench, const Corpus& corpus) {
    decode::Decoder decoder(decode::Shard{});
    std::uint64_t quarantined = 0;
    for ([[maybe_unused]] auto turn : bench) {
        quarantined = 0;
        decoder.begin_turn();
        for (const log::Record& record : corpus.records()) {
            const decode::DecodedEvent event = decoder.decode(record);
            quarantined +=
                event.reason != wire::Reason::none && event.reason < wire::Reason::natural_key_zero
                    ? 1U
                    : 0U;
        }
    }
    FISCUS_CHECK(quarantined == corpus.expected().quarantined,
                 "the decoder finds the damaged records and no others");
    set_items(bench, corpus.records().size());
    set_bytes(bench, corpus.value_bytes());
}

// decode, sequence, prefetch and apply over a state in memory, with turns of this many records.
void run_core(benchmark::State& bench, const Corpus& corpus) {
    const auto turn_records = static_cast<std::size_t>(bench.range(0));
    journal::Entries out;
    for ([[maybe_unused]] auto turn : bench) {
        CoreRun run;
        const auto all = corpus.records();
        for (std::size_t first = 0; first < all.size(); first += turn_records) {
            out.clear();
            const auto records = all.subspan(first, std::min(turn_records, all.size() - first));
            FISCUS_CHECK(run.core->turn(records, out).ok(), "a state in memory does not fail");
            run.count(out);
        }
        run.check(corpus.expected());
    }
    set_items(bench, corpus.records().size());
}

void encode_block(benchmark::State& bench, const journal::Entries& turn) {
    journal::BlockEncoder encoder;
    const journal::BlockHeader header{.first_sequence = turn.entries.front().sequence()};
    std::size_t bytes = 0;
    for ([[maybe_unused]] auto iteration : bench) {
        bytes = encoder.encode(header, turn).size();
    }
    const auto block = journal::open_block(encoder.encode(header, turn));
    FISCUS_CHECK(block.ok() && block.value().entries().size() == turn.entries.size() &&
                     block.value().postings().size() == turn.postings.size(),
                 "a block holds what was put into it");
    set_items(bench, turn.entries.size());
    set_bytes(bench, bytes);
}

void open_block_and_add_up(benchmark::State& bench, const journal::Entries& turn) {
    journal::BlockEncoder encoder;
    const Bytes value = encoder.encode({.first_sequence = turn.entries.front().sequence()}, turn);
    std::int64_t expected_fen = 0;
    for (const wire::Posting& posting : turn.postings) {
        expected_fen += posting.amount_fen();
    }
    for ([[maybe_unused]] auto iteration : bench) {
        const auto block = journal::open_block(value);
        FISCUS_CHECK(block.ok(), "our own block opens");
        std::int64_t fen = 0;
        for (const wire::Posting& posting : block.value().postings()) {
            fen += posting.amount_fen();
        }
        FISCUS_CHECK(fen == expected_fen, "a block keeps every fen");
    }
    set_items(bench, turn.entries.size());
    set_bytes(bench, value.size());
}

void hash_block(benchmark::State& bench, const journal::Entries& turn) {
    journal::BlockEncoder encoder;
    const Bytes value = encoder.encode({.first_sequence = turn.entries.front().sequence()}, turn);
    const Sha256 once = sha256(value);
    for ([[maybe_unused]] auto iteration : bench) {
        const Sha256 again = sha256(value);
        FISCUS_CHECK(again == once, "a hash depends on its bytes only");
    }
    set_bytes(bench, value.size());
}

}  // namespace

void register_stages(const Corpus& corpus) {
    const auto with_corpus = [&corpus](const char* name,
                                       void (*run)(benchmark::State&, const Corpus&)) {
        return benchmark::RegisterBenchmark(
            name, [&corpus, run](benchmark::State& bench) { run(bench, corpus); });
    };
    const auto with_turn = [&corpus](const char* name,
                                     void (*run)(benchmark::State&, const journal::Entries&)) {
        benchmark::RegisterBenchmark(name, [&corpus, run](benchmark::State& bench) {
            run(bench, corpus.turn());
        })->Unit(benchmark::kMicrosecond);
    };
    benchmark::RegisterBenchmark("generate_load", generate_load)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("partition_key", partition_key)->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark("checksum_frames", checksum_frames)->Unit(benchmark::kMicrosecond);
    with_corpus("hash_content", hash_content)->Unit(benchmark::kMillisecond);
    with_corpus("decode_records", decode_records)->Unit(benchmark::kMillisecond);
    with_corpus("run_core", run_core)
        ->Arg(1'000)
        ->Arg(turn_records_max)
        ->Unit(benchmark::kMillisecond);
    with_turn("encode_block", encode_block);
    with_turn("open_block_and_add_up", open_block_and_add_up);
    with_turn("hash_block", hash_block);
}

}  // namespace fiscus::bench
