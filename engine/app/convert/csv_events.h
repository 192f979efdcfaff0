// CSV → canonical JSON of events by a column map (TOML; docs/formats/events.md has an example):
// which column is which field, what is the same in every row, how dates, yuan and yes or no are
// written. Reads RFC 4180 with quotes over lines, CRLF and a BOM. Thread: one. Fails: `usage`;
// errors name the line and the column.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace fiscus::convert {

// How the text of a column becomes the value of a field.
enum class ColumnFormat : std::uint8_t {
    plain,       // text, number, true/false as the field's type wants it
    yuan,        // 12.5 → 1250 fen, exactly
    local_time,  // 2026-03-01 12:30:00 in Asia/Shanghai → an instant
    date,        // 2026-03-01, 2026/3/1 or 20260301 → a day
    hash,        // any text → 128 bits of its SHA-256, for natural keys that are no UUID
    words,       // the words of the map → their values
};

struct Column {
    std::string field;  // path: key, occurred_at, body.consumer …
    ColumnFormat format = ColumnFormat::plain;
    // Splits the text into a list; empty: one value.
    std::string separator;
    // ColumnFormat::words: text → JSON value.
    std::map<std::string, std::string> words;
    // An empty text leaves the field out.
    bool optional = false;
    // ColumnFormat::plain: the field is a text, an id, a time or a word, so digits stay text.
    bool text = false;
};

class ColumnMap {
public:
    static Result<ColumnMap> parse(std::string_view toml);

    [[nodiscard]] const std::map<std::string, Column>& columns() const { return columns_; }
    // Path → JSON value, the same for every row; `kind` is one of them.
    [[nodiscard]] const std::map<std::string, std::string>& values() const { return values_; }

private:
    std::map<std::string, Column> columns_;
    std::map<std::string, std::string> values_;
};

struct CsvRow {
    std::uint64_t line = 0;  // of the file, where the row begins
    std::string json;        // for event_from_json()
};

class CsvEvents {
public:
    // Reads the heading. `input` outlives this.
    static Result<std::unique_ptr<CsvEvents>> open(std::istream& input, ColumnMap map);
    // The next row; nothing at the end. After an error in a row the next call goes on with the next
    // one.
    Result<std::optional<CsvRow>> next();

private:
    CsvEvents(std::istream& input, ColumnMap map) : input_(input), map_(std::move(map)) {}

    Status read_heading();
    // The fields of the next row that is not empty; nothing at the end.
    Result<std::optional<std::vector<std::string>>> read_row();

    std::istream& input_;
    ColumnMap map_;
    // For each column of the file its place in the map, or nothing.
    std::vector<const Column*> places_;
    std::vector<std::string> headings_;
    std::uint64_t line_ = 1;
    std::uint64_t row_line_ = 1;
};

}  // namespace fiscus::convert
