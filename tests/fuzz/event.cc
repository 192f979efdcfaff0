// Target `event`: the value of a record of the events topic, as any publisher may send it.
// Promises: decoding ends, reads nothing outside of the value, wherever it lies in memory, and says
// the same each time; a value that passes can be shown as JSON, and if its JSON is an event, it is
// the same one.
#include <algorithm>
#include <string>
#include <vector>

#include "engine/app/convert/event_json.h"
#include "engine/decode/decode.h"
#include "tests/fuzz/event_key.h"
#include "tests/fuzz/targets.h"

namespace fiscus::fuzz {
namespace {

// A copy of exactly the bytes, so that a sanitiser sees the first one beyond.
class Copy {
public:
    Copy(Bytes bytes, std::size_t shift) : bytes_(bytes.size() + shift), shift_(shift) {
        std::ranges::copy(bytes, bytes_.begin() + static_cast<std::ptrdiff_t>(shift));
    }
    [[nodiscard]] Bytes bytes() const { return Bytes(bytes_).subspan(shift_); }

private:
    std::vector<std::byte> bytes_;
    std::size_t shift_;
};

// A number that is no time of a day is shown as it is and not read again, nor is what becomes too
// long because bytes that are no text, or tables that are named twice, take more room in JSON.
void check_json(const Result<std::string>& json) {
    FISCUS_CHECK(json.ok(), "a decoded event can be shown");
    const auto again = convert::event_from_json(json.value());
    if (!again.ok()) {
        return check_error(again.error());
    }
    const auto shown = convert::event_to_json(again.value().value);
    FISCUS_CHECK(shown.ok() && shown.value() == json.value(), "an event survives its JSON");
}

}  // namespace

void fuzz_event(Bytes input) {
    const Copy straight(input, 0);
    const Copy shifted(input, 1);
    const std::string key = key_in(straight.bytes());
    decode::Decoder decoder(decode::Shard{});
    decoder.begin_turn();
    log::Record record{.offset = 1, .timestamp_us = 1, .key = as_byte_span(key)};
    record.value = straight.bytes();
    const decode::DecodedEvent first = decoder.decode(record);
    record.value = shifted.bytes();
    const decode::DecodedEvent second = decoder.decode(record);
    FISCUS_CHECK(first.reason == second.reason && first.kind == second.kind &&
                     first.content == second.content && first.key == second.key,
                 "an event is the same wherever it lies");
    const auto json = convert::event_to_json(straight.bytes());
    if (!json.ok()) {
        check_error(json.error());
    }
    if (first.reason == wire::Reason::none) {
        check_json(json);
    }
}

}  // namespace fiscus::fuzz
