// decode: bytes of a record → verified event, over the whole load, its damaged records included.
// Floor: the hash of the same values, because the content of every event must be hashed.
#include "bench/micro/corpus.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace fiscus::bench {
namespace {

bool is_quarantined(wire::Reason reason) {
    return reason != wire::Reason::none && reason < wire::Reason::natural_key_zero;
}

void decode_values(benchmark::State& bench, const Corpus& corpus) {
    decode::Decoder decoder(decode::Shard{});
    std::uint64_t quarantined = 0;
    std::uint64_t contents = 0;
    for ([[maybe_unused]] auto iteration : bench) {
        quarantined = 0;
        contents = 0;
        decoder.begin_turn();
        for (const log::Record& record : corpus.records()) {
            const decode::DecodedEvent event = decoder.decode(record);
            quarantined += is_quarantined(event.reason) ? 1U : 0U;
            contents += event.content;
        }
    }
    std::uint64_t contents_expected = 0;
    for (const decode::DecodedEvent& event : corpus.events()) {
        contents_expected += event.content;
    }
    FISCUS_CHECK(quarantined == corpus.expected().quarantined && contents == contents_expected,
                 "the decoder finds the damaged records and no others");
    report(bench, corpus.records().size());
}

void hash_values(benchmark::State& bench, const Corpus& corpus) {
    for ([[maybe_unused]] auto iteration : bench) {
        std::uint64_t sum = 0;
        for (const log::Record& record : corpus.records()) {
            sum += xxh3_64(record.value);
        }
        benchmark::DoNotOptimize(sum);
    }
    bench.SetLabel("XXH3 of the same values");
    report(bench, corpus.records().size());
}

}  // namespace

void register_decode(const Corpus& corpus) {
    add("decode", corpus, decode_values);
    add("decode/floor", corpus, hash_values);
}

}  // namespace fiscus::bench
