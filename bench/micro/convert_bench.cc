// Events to JSON and back: what `log dump` and `publish` cost for each line.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/micro/corpus.h"
#include "bench/micro/suites.h"
#include "engine/app/convert/event_json.h"
#include "engine/base/check.h"

namespace fiscus::bench {
namespace {

constexpr std::size_t lines = 10'000;

// From the middle of the load, without the damaged records and those out of range.
std::vector<Bytes> good_values(const Corpus& corpus) {
    std::vector<Bytes> values;
    const auto records = corpus.records();
    for (std::size_t i = records.size() / 2; values.size() < lines; ++i) {
        const auto json = convert::event_to_json(records[i].value);
        if (json.ok() && convert::event_from_json(json.value()).ok()) {
            values.push_back(records[i].value);
        }
    }
    return values;
}

void event_to_json(benchmark::State& bench, const Corpus& corpus) {
    const std::vector<Bytes> values = good_values(corpus);
    for ([[maybe_unused]] auto turn : bench) {
        for (const Bytes value : values) {
            const auto json = convert::event_to_json(value);
            FISCUS_CHECK(json.ok() && json.value().front() == '{', "an event has its JSON");
        }
    }
    bench.SetItemsProcessed(static_cast<std::int64_t>(lines) *
                            static_cast<std::int64_t>(bench.iterations()));
}

void event_from_json(benchmark::State& bench, const Corpus& corpus) {
    const std::vector<Bytes> values = good_values(corpus);
    std::vector<std::string> texts;
    for (const Bytes value : values) {
        texts.push_back(convert::event_to_json(value).value());
    }
    for ([[maybe_unused]] auto turn : bench) {
        for (const std::string& text : texts) {
            const auto event = convert::event_from_json(text);
            FISCUS_CHECK(event.ok() && event.value().programme == 1,
                         "an event comes back from its JSON");
        }
    }
    bench.SetItemsProcessed(static_cast<std::int64_t>(lines) *
                            static_cast<std::int64_t>(bench.iterations()));
}

}  // namespace

void register_conversions(const Corpus& corpus) {
    const auto add = [&corpus](const char* name, void (*run)(benchmark::State&, const Corpus&)) {
        benchmark::RegisterBenchmark(name, [&corpus, run](benchmark::State& bench) {
            run(bench, corpus);
        })->Unit(benchmark::kMillisecond);
    };
    add("event_to_json", event_to_json);
    add("event_from_json", event_from_json);
}

}  // namespace fiscus::bench
