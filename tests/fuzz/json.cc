// Target `json`: a line of a file that `fiscus publish` reads.
// Promises: the check ends, however deep or long the text is; what is refused is told; what passes
// is an event that the decoder takes, and the same event, to the byte, when it is shown as JSON and
// read again.
#include "engine/app/convert/event_json.h"
#include "engine/decode/decode.h"
#include "tests/fuzz/targets.h"

namespace fiscus::fuzz {

void fuzz_json(Bytes input) {
    const convert::EnvelopeDefaults defaults{
        .programme = 1, .source = 2, .epoch = 1, .sequence = 1};
    const auto built = convert::event_from_json(as_text(input), defaults);
    if (!built.ok()) {
        return check_error(built.error());
    }
    decode::Decoder decoder(decode::Shard{});
    const log::Record record{.timestamp_us = built.value().occurred_at_us,
                             .key = as_byte_span(built.value().key),
                             .value = built.value().value};
    FISCUS_CHECK(decoder.decode(record).reason == wire::Reason::none,
                 "nothing is published that the engine would quarantine or refuse unseen");
    const auto json = convert::event_to_json(built.value().value);
    FISCUS_CHECK(json.ok(), "what was built can be shown");
    const auto again = convert::event_from_json(json.value());
    if (!again.ok()) {
        check_error(again.error());
        FISCUS_CHECK(false, "what is shown can be read");
    }
    FISCUS_CHECK(again.value().value == built.value().value, "an event survives its JSON");
}

}  // namespace fiscus::fuzz
