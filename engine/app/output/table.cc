#include "engine/app/output/table.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

#include <fmt/format.h>

#include "engine/app/output/json.h"
#include "engine/app/output/utf8.h"
#include "engine/base/check.h"

namespace fiscus::app {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view column_gap = "  ";

bool right_aligned(ColumnKind kind) {
    return kind == ColumnKind::integer || kind == ColumnKind::fen || kind == ColumnKind::decimal;
}

std::int64_t fen_of(std::string_view cell) {
    std::int64_t fen = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), fen);
    FISCUS_CHECK(error == std::errc() && end == cell.data() + cell.size(),
                 "a cell of money holds whole fen");
    return fen;
}

std::string shown(const Column& column, const std::string& cell) {
    if (cell.empty()) {
        return right_aligned(column.kind) ? "-" : "";
    }
    switch (column.kind) {
        case ColumnKind::fen: return yuan_text(fen_of(cell), true);
        case ColumnKind::integer: return grouped_digits(cell);
        case ColumnKind::text:
        case ColumnKind::identifier:
        case ColumnKind::code:
        case ColumnKind::decimal:
        case ColumnKind::boolean: break;
    }
    return printable(cell);
}

void append_padded(std::string& line, std::string_view text, std::size_t width, bool right) {
    const std::size_t own = display_width(text);
    const std::size_t missing = width > own ? width - own : 0;
    if (right) {
        line.append(missing, ' ');
    }
    line += text;
    if (!right) {
        line.append(missing, ' ');
    }
}

std::string text_line(const Table& table,
                      const std::vector<std::string>& cells,
                      const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t index = 0; index < cells.size(); ++index) {
        if (index > 0) {
            line += column_gap;
        }
        append_padded(line, cells[index], widths[index], right_aligned(table.columns[index].kind));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

void append_csv_quoted(std::string& out, std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out.push_back('"');
    for (const char character : text) {
        if (character == '"') {
            out.push_back('"');
        }
        out.push_back(character);
    }
    out.push_back('"');
}

void append_csv_cell(std::string& out, const Column& column, const std::string& cell) {
    switch (column.kind) {
        case ColumnKind::fen: out += cell.empty() ? "" : yuan_text(fen_of(cell), false); return;
        case ColumnKind::identifier:
        case ColumnKind::code:
            // ="…" is the one spelling that Excel leaves as text; a bare number would lose digits.
            if (!cell.empty()) {
                append_csv_quoted(out, "=\"" + cell + "\"");
            }
            return;
        case ColumnKind::text:
            // Names come from upstream: one that begins like a formula must not run in Excel.
            if (!cell.empty() &&
                std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos) {
                append_csv_quoted(out, "'" + cell);
                return;
            }
            append_csv_quoted(out, cell);
            return;
        case ColumnKind::integer:
        case ColumnKind::decimal:
        case ColumnKind::boolean: out += cell; return;
    }
}

// JSON knows no leading zeros, and a code that is no number stays text.
void append_json_code(JsonWriter& json, std::string_view cell) {
    std::uint64_t number = 0;
    const char* const end = cell.data() + cell.size();
    const auto [stopped, error] = std::from_chars(cell.data(), end, number);
    if (error == std::errc() && stopped == end) {
        json.number(number);
    } else {
        json.string(cell);
    }
}

void append_json_cell(JsonWriter& json, const Column& column, const std::string& cell) {
    json.key(column.name);
    const bool text = column.kind == ColumnKind::text || column.kind == ColumnKind::identifier;
    if (cell.empty() && column.kind != ColumnKind::text) {
        json.null();
    } else if (text || column.kind == ColumnKind::decimal) {
        // Decimals stay text: a reader that parses them as binary floats would change them.
        json.string(cell);
    } else if (column.kind == ColumnKind::code) {
        append_json_code(json, cell);
    } else {
        json.raw(cell);
    }
}

}  // namespace

std::string grouped_digits(std::string_view digits) {
    std::string out;
    if (!digits.empty() && (digits.front() == '-' || digits.front() == '+')) {
        out.push_back(digits.front());
        digits.remove_prefix(1);
    }
    const std::size_t whole = std::min(digits.find('.'), digits.size());
    for (std::size_t index = 0; index < whole; ++index) {
        if (index > 0 && (whole - index) % 3 == 0) {
            out.push_back(',');
        }
        out.push_back(digits[index]);
    }
    out += digits.substr(whole);
    return out;
}

std::string yuan_text(std::int64_t fen, bool grouped) {
    const bool negative = fen < 0;
    const std::uint64_t size =
        negative ? 0 - static_cast<std::uint64_t>(fen) : static_cast<std::uint64_t>(fen);
    const std::string text = fmt::format("{}{}.{:02}", negative ? "-" : "", size / 100, size % 100);
    return grouped ? grouped_digits(text) : text;
}

std::string render_text(const Table& table, const TextStyle& style) {
    std::vector<std::string> headings;
    std::vector<std::size_t> widths;
    for (const Column& column : table.columns) {
        headings.push_back(printable(column.heading));
        widths.push_back(display_width(headings.back()));
    }
    std::vector<std::vector<std::string>> rows;
    rows.reserve(table.rows.size());
    for (const std::vector<std::string>& row : table.rows) {
        FISCUS_CHECK(row.size() == table.columns.size(), "a row has a cell for each column");
        std::vector<std::string>& out = rows.emplace_back();
        for (std::size_t index = 0; index < row.size(); ++index) {
            out.push_back(shown(table.columns[index], row[index]));
            widths[index] = std::max(widths[index], display_width(out.back()));
        }
    }
    std::string rule;
    for (std::size_t index = 0; index < widths.size(); ++index) {
        rule += index > 0 ? column_gap : "";
        for (std::size_t column = 0; column < widths[index]; ++column) {
            rule += "─";
        }
    }
    const std::string heading_line = text_line(table, headings, widths);
    std::string text = style.bold_headings ? "\x1b[1m" + heading_line + "\x1b[0m" : heading_line;
    text += "\n" + rule + "\n";
    for (const std::vector<std::string>& row : rows) {
        text += text_line(table, row, widths) + "\n";
    }
    return text;
}

std::string render_csv(const Table& table) {
    std::string text(byte_order_mark);
    for (std::size_t index = 0; index < table.columns.size(); ++index) {
        text += index > 0 ? "," : "";
        append_csv_quoted(text, table.columns[index].heading);
    }
    text += "\r\n";
    for (const std::vector<std::string>& row : table.rows) {
        FISCUS_CHECK(row.size() == table.columns.size(), "a row has a cell for each column");
        for (std::size_t index = 0; index < row.size(); ++index) {
            text += index > 0 ? "," : "";
            append_csv_cell(text, table.columns[index], row[index]);
        }
        text += "\r\n";
    }
    return text;
}

std::string render_json(const Table& table) { return render_json(std::vector<Table>{table}); }

std::string render_json(const std::vector<Table>& tables) {
    std::string text = "[";
    JsonWriter json;
    for (const Table& table : tables) {
        for (const std::vector<std::string>& row : table.rows) {
            FISCUS_CHECK(row.size() == table.columns.size(), "a row has a cell for each column");
            json.clear();
            json.begin_object();
            for (std::size_t index = 0; index < row.size(); ++index) {
                append_json_cell(json, table.columns[index], row[index]);
            }
            json.end_object();
            text += (text.size() > 1 ? ",\n " : "\n ") + json.text();
        }
    }
    text += text.size() > 1 ? "\n]\n" : "]\n";
    return text;
}

}  // namespace fiscus::app
