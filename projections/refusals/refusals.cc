#include "projections/refusals/refusals.h"

#include <array>
#include <string>

#include "engine/base/ids.h"
#include "engine/base/limits.h"
#include "engine/base/reasons.h"
#include "engine/base/time.h"
#include "projections/entry.h"
#include "schemas/events_generated.h"

namespace fiscus::projections {

namespace {

constexpr std::size_t reasons_made = 256;

std::string bytes_hex(Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        hex.push_back(digits[std::to_integer<std::size_t>(byte >> 4)]);
        hex.push_back(digits[std::to_integer<std::size_t>(byte & std::byte{15})]);
    }
    return hex;
}

// Instants of refused events may be anything; only those of our century have a text.
std::string instant_or_empty(std::int64_t instant_us) {
    return instant_us >= occurred_us_min && instant_us < occurred_us_end ? instant_text(instant_us)
                                                                         : std::string();
}

// The fields that say why: ,"reason_number":…,"reason":…,"english":…,"chinese":…
std::string made_fields(std::uint16_t reason) {
    const ReasonWords words = words_of_reason(reason);
    std::string made;
    JsonLine line(made);
    line.natural("reason_number", reason);
    line.text_or_null("reason", words.name);
    line.text_or_null("english", words.english);
    line.text_or_null("chinese", words.chinese);
    made.front() = ',';  // instead of the brace that opens a line
    return made;
}

}  // namespace

ReasonWords words_of_reason(std::uint16_t reason) {
    const ReasonText& text = reason_text(static_cast<wire::Reason>(reason));
    return {.name = text.name, .english = text.english, .chinese = text.chinese};
}

void append_place(JsonLine& line, const wire::Entry& entry) {
    line.natural("sequence", entry.sequence());
    line.integer("input_offset", entry.input_offset());
    line.text_or_null("logged_at", instant_or_empty(entry.logged_at_us()));
}

// They are a third of a row and the same in all rows of one reason: made once, also for numbers
// that no reason has. A campaign's first minutes are refusals, almost all of them.
void append_reason(JsonLine& line, std::uint16_t reason) {
    static const auto made = [] {
        std::array<std::string, reasons_made> all;
        for (std::size_t number = 0; number < all.size(); ++number) {
            all[number] = made_fields(static_cast<std::uint16_t>(number));
        }
        return all;
    }();
    reason < made.size() ? line.fields(made[reason]) : line.fields(made_fields(reason));
}

void append_refusal(RowBuffer& rows,
                    const wire::Entry& entry,
                    Bytes first_bytes,
                    std::string_view programme_name,
                    std::string_view source_name) {
    const bool quarantined =
        static_cast<wire::Outcome>(entry.outcome()) == wire::Outcome::quarantined;
    const std::string key =
        std::to_string(entry.programme()) + "/" + std::to_string(entry.sequence());
    JsonLine line = rows.begin(Stream::refusals, Keep::latest_and_history, key,
                               quarantined ? "quarantine" : "refusal");
    append_place(line, entry);
    append_reason(line, entry.reason());
    line.natural("programme", entry.programme());
    line.text_or_null("programme_name", programme_name);
    if (quarantined) {
        line.natural("content_bytes_kept", first_bytes.size());
        line.text("content_hash", to_hex(Hash128{.lo = entry.content_hash()}).substr(16));
        line.text("first_bytes", bytes_hex(first_bytes));
        rows.end(line);
        return;
    }
    line.natural("source", entry.source());
    line.text_or_null("source_name", source_name);
    line.natural("epoch", entry.epoch());
    line.natural("source_sequence", entry.source_sequence());
    line.text("kind", wire::EnumNameEventBody(static_cast<wire::EventBody>(entry.kind())));
    line.text("natural_key", hex_of(entry.key()));
    line.text("subject", hex_of(entry.subject()));
    line.text_or_null("occurred_at", instant_or_empty(entry.occurred_at_us()));
    line.natural("platform", entry.platform());
    line.natural("batch", entry.batch());
    rows.end(line);
}

}  // namespace fiscus::projections
