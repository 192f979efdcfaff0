// What an actor does, as people say it → the event's body and natural key. Two tables of verbs;
// README.md shows each with an example.
// Thread: one. Fails: throws ScenarioError.
#pragma once

#include <functional>
#include <optional>

#include "tests/reference/ledger.h"
#include "tests/scenario/words.h"
#include "tests/support/events.h"

namespace fiscus::scenario {

struct Deed {
    support::Body body;
    // The name in the sentence that is the natural key: a voucher, a redemption, a request.
    std::optional<Id128> key;
};

// What a verb may look at to state what is right.
struct Scene {
    std::uint32_t programme = 1;
    // After everything that was said before.
    std::function<const reference::Ledger&()> oracle;
};

// Takes the verb and everything that belongs to it; leaves what does not.
Deed read_deed(Words& words, const Scene& scene);

// verbs_prize.cc: verbs of invoices, draws and prizes; nothing when the next word is none of them.
std::optional<Deed> read_prize_deed(Words& words, const Scene& scene);
// After "opens prize", "pays prize", "recovers prize".
Deed opens_prize_batch(Words& words, const Scene& scene);
Deed pays_prize(Words& words, const Scene& scene);
Deed recovers_prize(Words& words, const Scene& scene);

// verbs_instant.cc: "draws"; after "opens instant", "opens key", "publishes value".
Deed draws(Words& words);
Deed opens_instant_draw(Words& words);
Deed opens_key(Words& words, const Scene& scene);
Deed publishes_value(Words& words);

// NAME [sm3]: a key of a source.
support::SourceKey source_key(Words& words);

// a,b,c
std::vector<std::string> split(const std::string& list, char by);

template <typename Number>
std::vector<Number> numbers(Words& words, std::string_view what) {
    std::vector<Number> values;
    for (const std::string& part : split(words.take(what), ',')) {
        values.push_back(Words(part).number<Number>(what));
    }
    return values;
}

}  // namespace fiscus::scenario
