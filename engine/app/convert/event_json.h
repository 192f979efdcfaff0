// Events ⇄ canonical JSON (docs/formats/events.md), driven by the schema itself: a new kind of
// event needs nothing here. For `publish`, `log dump` and the golden files. Canonical JSON is one
// object on one line: kind, programme, source, epoch, sequence, occurred_at, key, body, in the
// schema's order. Thread: any. Fails: `usage` on JSON that is not an event, with the path of each
// field at fault; `corrupt` on bytes that are not one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace fiscus::convert {

// An event as it goes to the topic: the record's value and its key.
struct BuiltEvent {
    std::vector<std::byte> value;
    std::string key;  // the programme in decimal
    std::uint32_t programme = 0;
    std::uint16_t source = 0;
    std::int64_t occurred_at_us = 0;
    std::string kind;
};

// What a line of JSON may leave out, for a publisher that fills it in itself.
struct EnvelopeDefaults {
    std::optional<std::uint32_t> programme;
    std::optional<std::uint16_t> source;
    std::optional<std::uint32_t> epoch;
    std::optional<std::uint64_t> sequence;
    // The number of the key that events of a source are to be signed with, 0 for none: they get
    // room for the signature, and the number. Whatever signature the JSON has is not kept.
    std::function<std::uint32_t(std::uint32_t programme, std::uint16_t source)> signing_key{};
};

// Everything is checked before anything is built: the JSON against the schema, and what was built
// against the checks of engine/decode (reasons 1 to 25), which nothing could ever accept.
Result<BuiltEvent> event_from_json(std::string_view json, const EnvelopeDefaults& defaults = {});

// The event in `value`, which need not be aligned. Fields that are absent in the event are absent
// in the JSON; a scalar that has its default is written.
Result<std::string> event_to_json(Bytes value);

// XXH3-64 of the event's content: its bytes without Origin and signature.
Result<std::uint64_t> content_hash_of(Bytes value);

// Names of all kinds, in the order of their numbers.
std::vector<std::string> event_kinds();

}  // namespace fiscus::convert
