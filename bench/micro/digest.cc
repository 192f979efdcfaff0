// digest: the contribution of every record that the measured turns leave changed, added up. Floor:
// the hash of the same keys and values as one run of bytes.
#include <vector>

#include "bench/micro/corpus.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace fiscus::bench {
namespace {

Hash128 sum_of(const state::WriteSet& set) {
    Hash128 sum;
    set.for_each(set.all(), [&sum](const state::WriteSet::Item& item) {
        sum += state::contribution(state::decode_key(item.key.data()), item.value);
        return true;
    });
    return sum;
}

void add_contributions(benchmark::State& bench, const Corpus& corpus) {
    const Hash128 expected = sum_of(corpus.changed());
    for ([[maybe_unused]] auto iteration : bench) {
        FISCUS_CHECK(sum_of(corpus.changed()) == expected, "a digest depends on its records only");
    }
    report(bench, corpus.measured_events());
}

void hash_records(benchmark::State& bench, const Corpus& corpus) {
    std::vector<std::byte> bytes;
    corpus.changed().for_each(corpus.changed().all(), [&bytes](const state::WriteSet::Item& item) {
        bytes.insert(bytes.end(), item.key.begin(), item.key.end());
        bytes.insert(bytes.end(), item.value.begin(), item.value.end());
        return true;
    });
    for ([[maybe_unused]] auto iteration : bench) {
        benchmark::DoNotOptimize(xxh3_64(bytes));
    }
    bench.SetLabel("XXH3 of the same bytes in one run");
    report(bench, corpus.measured_events());
}

}  // namespace

void register_digest(const Corpus& corpus) {
    add("digest", corpus, add_contributions);
    add("digest/floor", corpus, hash_records);
}

}  // namespace fiscus::bench
