// A table of a read command, once: people get aligned columns (East Asian widths, yuan), Excel gets
// CSV with a BOM (yuan, long ids as text, no cell that Excel would run as a formula), programs get
// JSON (fen, names in snake_case). Thread: any. Fails: never; rows are as wide as the columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fiscus::app {

enum class ColumnKind : std::uint8_t {
    text,
    identifier,  // digits that are a name: Excel must not round them
    code,        // the same, but a number in JSON, as in the topics: 420102, 0111 → 111
    integer,
    fen,      // integer fen in the cell; yuan for people and Excel
    decimal,  // text of a decimal number, such as a ratio
    boolean,  // "true" or "false"
};

struct Column {
    std::string name;     // JSON
    std::string heading;  // people and CSV
    ColumnKind kind = ColumnKind::text;
};

// Cells hold the raw value as text; an empty cell of any kind but text means "no value".
struct Table {
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;
};

enum class TableFormat : std::uint8_t { text, csv, json };

struct TextStyle {
    bool bold_headings = false;
};

std::string render_text(const Table& table, const TextStyle& style);
std::string render_csv(const Table& table);
// An array of objects, one object a line; of several tables one after the other.
std::string render_json(const Table& table);
std::string render_json(const std::vector<Table>& tables);

// 1234567 fen → "12,345.67"; without grouping "12345.67".
std::string yuan_text(std::int64_t fen, bool grouped);
// "1234567" → "1,234,567"; keeps a sign and a fraction.
std::string grouped_digits(std::string_view digits);

}  // namespace fiscus::app
