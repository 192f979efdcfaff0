// sequence: source, epoch and number → fresh, duplicate or refused, over every event that gets as
// far. Floor: the same numbers compared and stored in a plain window for each source.
#include "engine/sequence/sequence.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "bench/micro/corpus.h"
#include "engine/apply/draft.h"
#include "engine/base/check.h"

namespace fiscus::bench {
namespace {

struct Numbered {
    sequence::Number number;
    wire::Reason answered = wire::Reason::none;
    state::Key source_key;
};

struct Seen {
    std::uint64_t gaps_opened = 0;
    std::uint64_t gaps_filled = 0;
};

struct Numbers {
    std::vector<Numbered> numbers;
    Seen expected;
};

// The ledger refuses these before it looks at the number.
bool is_refused_before(wire::Reason reason) {
    return reason == wire::Reason::programme_unknown ||
           reason == wire::Reason::source_unregistered || reason == wire::Reason::source_revoked;
}

Numbers numbers_of(const Corpus& corpus) {
    Numbers all;
    for (const Turn& turn : corpus.turns()) {
        for (std::size_t i = 0; i < turn.events.size(); ++i) {
            const decode::DecodedEvent& event = turn.events[i];
            const wire::Entry& entry = turn.entries.entries[i];
            if (event.reason != wire::Reason::none ||
                is_refused_before(static_cast<wire::Reason>(entry.reason()))) {
                continue;
            }
            all.expected.gaps_opened += entry.gap_from() != 0 ? 1U : 0U;
            all.expected.gaps_filled += (entry.flags() & apply::flag_fills_gap) != 0 ? 1U : 0U;
            all.numbers.push_back({.number = {.programme = event.programme,
                                              .source = event.source,
                                              .epoch = event.epoch,
                                              .sequence = event.sequence,
                                              .content = event.content},
                                   .answered = static_cast<wire::Reason>(entry.reason()),
                                   .source_key = {.programme = event.programme.value(),
                                                  .part = event.source.value(),
                                                  .table = state::TableId::source}});
        }
    }
    return all;
}

// As the prefetch of an event of a source that never spoke does: there is no page yet.
void load_pages(state::State& state, const std::vector<Numbered>& numbers) {
    std::set<std::pair<ProgrammeId, SourceId>> sources;
    for (const Numbered& numbered : numbers) {
        if (!sources.emplace(numbered.number.programme, numbered.number.source).second) {
            continue;
        }
        for (unsigned page = 0; page < source_window / state::SourcePageRecord::slots; ++page) {
            state.add_absent(
                sequence::page_key(numbered.number.programme, numbered.number.source, page));
        }
    }
}

Seen examine_and_mark(state::State& state, const std::vector<Numbered>& numbers) {
    Seen seen;
    for (const auto& [number, answered, source_key] : numbers) {
        const state::SourceRecord* known = state.sources.get(source_key);
        const state::SourceRecord record = known == nullptr ? state::SourceRecord{} : *known;
        if (sequence::examine(state, record, number).seen != sequence::Seen::fresh) {
            continue;
        }
        state::SourceRecord& changed = state.change(state.sources, source_key);
        const sequence::Marked marked = sequence::mark(state, changed, number, answered);
        seen.gaps_opened += marked.gap_from != 0 ? 1U : 0U;
        seen.gaps_filled += marked.fills_gap ? 1U : 0U;
    }
    return seen;
}

void follow_sequences(benchmark::State& bench, const Corpus& corpus) {
    const Numbers all = numbers_of(corpus);
    for ([[maybe_unused]] auto iteration : bench) {
        bench.PauseTiming();
        {
            auto state = state::State::open(state::make_memory_store(), {});
            FISCUS_CHECK(state.ok(), "a state in memory opens");
            load_pages(**state, all.numbers);
            bench.ResumeTiming();
            const Seen seen = examine_and_mark(**state, all.numbers);
            bench.PauseTiming();
            FISCUS_CHECK(seen.gaps_opened == all.expected.gaps_opened &&
                             seen.gaps_filled == all.expected.gaps_filled &&
                             seen.gaps_opened == corpus.expected().gaps_opened,
                         "every gap is opened and filled once");
        }
        bench.ResumeTiming();
    }
    report(bench, all.numbers.size());
}

void store_numbers(benchmark::State& bench, const Corpus& corpus) {
    struct Slot {
        std::uint64_t sequence = 0;
        std::uint64_t content = 0;
    };
    const Numbers all = numbers_of(corpus);
    std::uint32_t sources = 0;
    for (const Numbered& numbered : all.numbers) {
        sources = std::max(sources, numbered.source_key.part + 1);
    }
    std::vector<Slot> slots(sources * source_window);
    for ([[maybe_unused]] auto iteration : bench) {
        std::uint64_t repeated = 0;
        for (const auto& [number, answered, source_key] : all.numbers) {
            Slot& slot = slots[source_key.part * source_window + number.sequence % source_window];
            repeated += slot.sequence == number.sequence ? 1U : 0U;
            slot = {.sequence = number.sequence, .content = number.content};
        }
        benchmark::DoNotOptimize(repeated);
    }
    bench.SetLabel("numbers into a plain array");
    report(bench, all.numbers.size());
}

}  // namespace

void register_sequence(const Corpus& corpus) {
    add("sequence", corpus, follow_sequences);
    add("sequence/floor", corpus, store_numbers);
}

}  // namespace fiscus::bench
