// A table of figures before it meets a medium: headings in two languages and rows of raw cells. The
// program prints it as aligned text, CSV or JSON; a report lays it out as a sheet.
// Thread: values. Fails: never; every row is as wide as the columns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fiscus::projections {

enum class CellType : std::uint8_t {
    text,
    code,     // digits that are a name (420102, 0111): never rounded, never summed
    integer,  // a count
    yuan,     // the cell holds integer fen; people read yuan
    ratio,    // the cell holds a decimal with four places, empty when nothing is below the line
    boolean,  // "true" or "false"
};

struct Column {
    std::string id;  // snake_case: the field of the JSON rows
    std::string english;
    std::string chinese;
    CellType type = CellType::text;
};

// An empty cell means "no value" in every type.
struct Table {
    std::string name;  // snake_case
    std::string english;
    std::string chinese;
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;
    // Sentences that belong under the table: revision, cut, whether the figures are provisional.
    std::vector<std::string> notes_english;
    std::vector<std::string> notes_chinese;
};

}  // namespace fiscus::projections
