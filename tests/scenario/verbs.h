// What an actor does, as people say it → the event's body and natural key. One table of verbs;
// README.md
// shows each with an example.
// Thread: one. Fails: throws ScenarioError.
#pragma once

#include <optional>

#include "tests/scenario/words.h"
#include "tests/support/events.h"

namespace fiscus::scenario {

struct Deed {
    support::Body body;
    // The name in the sentence that is the natural key: a voucher, a redemption, a request.
    std::optional<Id128> key;
};

// Takes the verb and everything that belongs to it; leaves what does not.
Deed read_deed(Words& words);

}  // namespace fiscus::scenario
