// Journal entries and log records as JSON lines: what `log dump --json`, `trace` and `explain`
// print and what outside tools recompute from. Names are those of schemas/journal.fbs; enumerators
// are words, 128-bit ids 32 hexadecimal digits, days ISO dates, instants whole microseconds, money
// fen. "Does not apply" (0 in the wire format) is null for ids, days and words, and stays 0 for
// numbers.
// Thread: any. Fails: never; bytes that are no event are shown as hexadecimal digits.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/app/output/json.h"
#include "engine/base/hash.h"
#include "engine/journal/block.h"
#include "engine/log/log.h"

namespace fiscus::app {

struct EntryPlace {
    std::int32_t partition = 0;
    std::int64_t block_offset = 0;
    std::uint64_t term = 0;
};

// One object. `detail` may be empty.
void append_entry(JsonWriter& json,
                  const EntryPlace& place,
                  const wire::Entry& entry,
                  std::span<const wire::Posting> postings,
                  Bytes detail);

// The fields of an account, as an object.
void append_account(JsonWriter& json, const wire::Account& account);

// The record's place, time and key; the caller adds the value and ends the object.
void begin_record(JsonWriter& json, std::int32_t partition, const log::Record& record);

// For people: "budget (batch 3)", "outstanding (batch 3, until 2026-03-31)".
std::string account_text(const wire::Account& account);
// An instant as text; outside of 2000 to 2100, where refused events may lie, "17 µs".
std::string instant_words(std::int64_t instant_us);

std::string hex_text(Bytes bytes);
// The word for the account's kind, "none" for a number that the schema does not know.
std::string_view account_word(std::uint8_t kind);
std::string_view kind_word(std::uint8_t kind);
std::string_view outcome_word(std::uint8_t outcome);
std::string_view reason_word(std::uint16_t reason);

}  // namespace fiscus::app
