// Target `csv`: a column map and a table, as `fiscus publish --map` reads them. The input is the
// length of the map, the map, and the table.
// Promises: reading ends, with no more rows than the table has lines; an error names what is wrong
// and the rows behind it are read all the same; what becomes of a row is judged as any line of
// JSON.
#include <algorithm>
#include <sstream>
#include <string>

#include "engine/app/convert/csv_events.h"
#include "engine/app/convert/event_json.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"

namespace fiscus::fuzz {

void fuzz_csv(Bytes bytes) {
    Input input(bytes);
    const std::string map_text(as_text(input.piece()));
    auto map = convert::ColumnMap::parse(map_text);
    if (!map.ok()) {
        return check_error(map.error());
    }
    const std::string table(as_text(input.rest()));
    std::istringstream stream(table);
    auto rows = convert::CsvEvents::open(stream, std::move(map).value());
    if (!rows.ok()) {
        return check_error(rows.error());
    }
    const auto lines = std::ranges::count_if(table, [](char c) { return c == '\n' || c == '\r'; });
    const auto calls_max = static_cast<std::size_t>(lines) + 2;
    for (std::size_t calls = 0;; ++calls) {
        FISCUS_CHECK(calls < calls_max, "a table has no more rows than lines");
        const auto row = rows.value()->next();
        if (!row.ok()) {
            check_error(row.error());
            continue;
        }
        if (!row.value().has_value()) {
            return;
        }
        const auto event = convert::event_from_json(row.value()->json);
        if (!event.ok()) {
            check_error(event.error());
        }
    }
}

}  // namespace fiscus::fuzz
