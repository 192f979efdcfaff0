#include "projections/outcomes/outcomes.h"

#include <string>

#include "engine/base/time.h"
#include "projections/entry.h"
#include "projections/refusals/refusals.h"

namespace fiscus::projections {

namespace {

using wire::DrawOutcome;
using wire::EventBody;
using wire::Outcome;

// A request that was asked before says so with the first answer; an exact repeat says nothing.
bool is_draw_answer(const wire::Entry& entry) {
    return kind_of(entry) == EventBody::DrawRequested &&
           (outcome_of(entry) == Outcome::refused || draw_outcome_of(entry) != DrawOutcome::none);
}

bool is_identity_signal(const wire::Entry& entry) {
    return kind_of(entry) == EventBody::ConsumerRegistered &&
           outcome_of(entry) == Outcome::accepted &&
           (entry.flags() & (flag::phone_of_other | flag::device_of_other)) != 0;
}

bool opens_gap(const wire::Entry& entry) { return entry.gap_from() != 0; }

// The key is programme, platform and what it is about: what a platform looks for in its rows.
JsonLine begin(RowBuffer& rows,
               const wire::Entry& entry,
               const OutcomeNames& names,
               std::string_view type,
               const std::string& about) {
    const std::string key =
        std::to_string(entry.programme()) + "/" + std::to_string(entry.platform()) + "/" + about;
    JsonLine line = rows.begin(Stream::outcomes, Keep::history_only, key, type);
    append_place(line, entry);
    line.natural("programme", entry.programme());
    line.text_or_null("programme_name", names.programme);
    line.natural("platform", entry.platform());
    line.natural("source", entry.source());
    line.text_or_null("source_name", names.source);
    return line;
}

void append_draw_answer(RowBuffer& rows, const wire::Entry& entry, const OutcomeNames& names) {
    const std::string request = hex_of(entry.key());
    const bool refused = outcome_of(entry) == Outcome::refused;
    const bool repeated = outcome_of(entry) == Outcome::duplicate;
    const bool won = !refused && draw_outcome_of(entry) == DrawOutcome::won;
    JsonLine line = begin(rows, entry, names, "draw_answer", "draw/" + request);
    line.text("request", request);
    line.text("answer", refused ? "refused" : wire::EnumNameDrawOutcome(draw_outcome_of(entry)));
    line.boolean("repeated", repeated);
    append_reason(line, entry.reason());
    line.text_or_null("day",
                      day_in_range(entry.business_day()) ? date_text(entry.business_day()) : "");
    line.natural("batch", entry.batch());
    line.text_or_null("batch_name", names.batch);
    line.natural("tier", entry.limit_class());
    line.natural("pack", entry.pack());
    line.natural("denomination", entry.denomination());
    line.integer("amount", won ? entry.amount_fen() : 0);
    // Of a first win the request's own number is the voucher's.
    line.text_or_null("voucher", !won       ? std::string()
                                 : repeated ? hex_of(entry.subject())
                                            : request);
    rows.end(line);
}

void append_gap_opened(RowBuffer& rows, const wire::Entry& entry, const OutcomeNames& names) {
    const std::string first = std::to_string(entry.gap_from());
    JsonLine line = begin(rows, entry, names, "gap_opened",
                          "gap/" + std::to_string(entry.source()) + "/" +
                              std::to_string(entry.epoch()) + "/" + first);
    line.natural("epoch", entry.epoch());
    line.natural("first_missing", entry.gap_from());
    line.natural("last_missing", entry.source_sequence() - 1);
    rows.end(line);
}

void append_identity_signal(RowBuffer& rows, const wire::Entry& entry, const OutcomeNames& names) {
    const std::string registration = hex_of(entry.key());
    JsonLine line = begin(rows, entry, names, "identity_signal", "registration/" + registration);
    line.text("registration", registration);
    line.boolean("phone_of_other", (entry.flags() & flag::phone_of_other) != 0);
    line.boolean("device_of_other", (entry.flags() & flag::device_of_other) != 0);
    rows.end(line);
}

}  // namespace

bool has_outcomes(const wire::Entry& entry) {
    return opens_gap(entry) || is_draw_answer(entry) || is_identity_signal(entry);
}

void append_outcomes(RowBuffer& rows, const wire::Entry& entry, const OutcomeNames& names) {
    if (is_draw_answer(entry)) {
        append_draw_answer(rows, entry, names);
    }
    if (is_identity_signal(entry)) {
        append_identity_signal(rows, entry, names);
    }
    if (opens_gap(entry)) {
        append_gap_opened(rows, entry, names);
    }
}

}  // namespace fiscus::projections
