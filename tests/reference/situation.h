// What an event is about, and in which state that is when the event comes: the oracle's view, for
// tables that say which events were tried in which states (tests/cells).
// Thread: that of the ledger. Fails: never.
#pragma once

#include <string>
#include <string_view>

#include "tests/reference/ledger.h"

namespace fiscus::reference {

struct Situation {
    wire::EventBody kind = wire::EventBody::NONE;  // NONE: the record is no event
    // Of the source that speaks: no_programme, unregistered, revoked, known.
    std::string_view source{};
    // Of the object that the ladder of the kind is about; empty unless the source is known.
    std::string state{};
};

// Before the ledger applies the record.
Situation situation_of(const Ledger& ledger, const Input& input);

// The states of what exists, by the same names; none for what does not, a voucher must.
std::string batch_state(const Programme& programme, std::uint32_t number);
std::string invoice_state(const Programme& programme, const Id& id);
std::string voucher_state(const Programme& programme, const Id& id);

// The name of what came of it: "accepted", "duplicate", or the reason. An acceptance that does more
// than the usual says what.
std::string answer_name(const Answer& answer);

}  // namespace fiscus::reference
