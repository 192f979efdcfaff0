#include "engine/app/commands/reading.h"

#include <fmt/format.h>

#include "engine/app/output/utf8.h"
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

void Reading::print(Console& console,
                    const projections::ProgrammeSummary& programme,
                    const projections::Table& figures,
                    const Table& shown,
                    Language language) const {
    if (for_people()) {
        console.print(
            fmt::format("{} {}\n", printable(programme.name), title_of(figures, language)));
    }
    print(console, shown);
    for (const std::string& note : notes_of(figures, language)) {
        console.note(note);
    }
}

}  // namespace fiscus::app
