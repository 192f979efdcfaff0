// prefetch and apply, over a warm state. prefetch loads what a turn may touch, from the cache or
// from RocksDB; apply decides and posts, sequence included. Both run turn after turn as the engine
// does, and only one of them is timed. Floors: one look-up of each event's natural key in a flat
// table of all of them; the same with a copy of the entry and its postings.
#include <cstring>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "bench/micro/corpus.h"
#include "bench/support/scratch_directory.h"
#include "engine/apply/ledger.h"
#include "engine/base/check.h"

namespace fiscus::bench {
namespace {

enum class Timed : std::uint8_t { prefetch, apply };

// Times one of the two over the measured turns, and checks what both made.
void run_turns(benchmark::State& bench, const Corpus& corpus, state::State& state, Timed timed) {
    apply::Ledger ledger(state);
    journal::Entries entries;
    auto sequence = static_cast<std::uint64_t>(corpus.measured().front().records[0].offset) + 1;
    for (const Turn& turn : corpus.measured()) {
        entries.clear();
        std::vector<decode::DecodedEvent> events(turn.events.begin(), turn.events.end());
        if (timed == Timed::prefetch) {
            bench.ResumeTiming();
        }
        const bool loaded = ledger.prefetch(events).ok();
        if (timed == Timed::prefetch) {
            bench.PauseTiming();
        } else {
            bench.ResumeTiming();
        }
        FISCUS_CHECK(loaded, "the store answers");
        for (const decode::DecodedEvent& event : events) {
            ledger.apply(event, sequence++, entries);
        }
        if (timed == Timed::apply) {
            bench.PauseTiming();
        }
        FISCUS_CHECK(state.settle() == turn.digest, "the same events give the same state");
        FISCUS_CHECK(entries.entries.size() == turn.entries.entries.size() &&
                         entries.postings.size() == turn.entries.postings.size(),
                     "every event has its entry and its postings");
    }
    check_end(state, corpus);
}

void prefetch_turns(benchmark::State& bench, const Corpus& corpus) {
    for ([[maybe_unused]] auto iteration : bench) {
        bench.PauseTiming();
        {
            const ScratchDirectory directory;
            auto store = state::open_rocks_store(directory.path().string(), rocks_options());
            FISCUS_CHECK(store.ok(), "RocksDB opens in an empty directory");
            const auto state = warm_state(corpus, std::move(store).value());
            run_turns(bench, corpus, *state, Timed::prefetch);
        }
        bench.ResumeTiming();
    }
    report(bench, corpus.measured_events());
}

void apply_turns(benchmark::State& bench, const Corpus& corpus) {
    for ([[maybe_unused]] auto iteration : bench) {
        bench.PauseTiming();
        {
            const auto state = warm_state(corpus, state::make_memory_store());
            run_turns(bench, corpus, *state, Timed::apply);
        }
        bench.ResumeTiming();
    }
    report(bench, corpus.measured_events());
}

struct IdHash {
    std::size_t operator()(const Id128& id) const { return state::hash_of({.id = id}); }
};
using Places = tsl::robin_map<Id128, std::uint32_t, IdHash>;

Places places_of(const Corpus& corpus) {
    Places places;
    for (const decode::DecodedEvent& event : corpus.events()) {
        places.emplace(event.key, static_cast<std::uint32_t>(event.offset));
    }
    return places;
}

void look_keys_up(benchmark::State& bench, const Corpus& corpus) {
    const Places places = places_of(corpus);
    for ([[maybe_unused]] auto iteration : bench) {
        std::uint64_t found = 0;
        for (const Turn& turn : corpus.measured()) {
            for (const decode::DecodedEvent& event : turn.events) {
                found += places.find(event.key)->second;
            }
        }
        benchmark::DoNotOptimize(found);
    }
    bench.SetLabel("one look-up in a flat table");
    report(bench, corpus.measured_events());
}

void look_up_and_copy(benchmark::State& bench, const Corpus& corpus) {
    const Places places = places_of(corpus);
    journal::Entries out;
    for ([[maybe_unused]] auto iteration : bench) {
        for (const Turn& turn : corpus.measured()) {
            out.clear();
            const wire::Posting* posting = turn.entries.postings.data();
            std::uint64_t found = 0;
            for (std::size_t i = 0; i < turn.events.size(); ++i) {
                found += places.find(turn.events[i].key)->second;
                const wire::Entry& entry = turn.entries.entries[i];
                out.entries.push_back(entry);
                out.postings.insert(out.postings.end(), posting, posting + entry.postings());
                posting += entry.postings();
            }
            benchmark::DoNotOptimize(found);
        }
        benchmark::DoNotOptimize(out.entries.data());
    }
    bench.SetLabel("one look-up with entry and postings copied");
    report(bench, corpus.measured_events());
}

}  // namespace

void register_apply(const Corpus& corpus) {
    add("prefetch", corpus, prefetch_turns);
    add("prefetch/floor", corpus, look_keys_up);
    add("apply", corpus, apply_turns);
    add("apply/floor", corpus, look_up_and_copy);
}

}  // namespace fiscus::bench
