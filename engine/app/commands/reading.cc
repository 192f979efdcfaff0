#include "engine/app/commands/reading.h"

#include "engine/base/check.h"

namespace fiscus::app {

void Reading::declare(CLI::App& options) {
    CLI::Option* const json = options.add_flag("--json", json_, "As JSON; money in fen");
    options.add_flag("--csv", csv_, "As CSV that Excel opens (byte order mark, long ids as text)")
        ->excludes(json);
}

TableFormat Reading::format() const {
    if (json_) {
        return TableFormat::json;
    }
    return csv_ ? TableFormat::csv : TableFormat::text;
}

void Reading::print(Console& console, const Table& table) const {
    switch (format()) {
        case TableFormat::json: console.print(render_json(table)); return;
        case TableFormat::csv: console.print(render_csv(table)); return;
        case TableFormat::text:
            console.print(render_text(table, TextStyle{.bold_headings = console.bold()}));
            return;
    }
    FISCUS_CHECK(false, "a table has one of three forms");
}

}  // namespace fiscus::app
