#include "engine/app/commands/day_table.h"

#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "engine/app/open.h"
#include "engine/app/output/utf8.h"

namespace fiscus::app {

void DayTable::declare(CLI::App& options) {
    days_.declare(options);
    programme_.declare(options);
    reading_.declare(options);
}

Result<ExitCode> DayTable::run(Context& context) {
    FISCUS_ASSIGN(const Days days, days_.take());
    FISCUS_ASSIGN(const std::filesystem::path state, state_directory(context.settings));
    FISCUS_ASSIGN(const auto query, open_query(state.string()));
    FISCUS_ASSIGN(const projections::ProgrammeSummary programme, programme_.choose(*query));
    FISCUS_TRY(check_days(days, programme));
    FISCUS_ASSIGN(const projections::Table found, figures(*query, programme.programme, days));
    FISCUS_ASSIGN(const std::uint64_t as_of, query->as_of(programme.programme));
    const Language language = language_of(context.settings);
    Table table = table_of(found, language);
    adapt(table, language, reading_.format());
    if (reading_.for_people()) {
        context.console.print(
            fmt::format("{} {}\n", printable(programme.name), title_of(found, language)));
        reading_.print(context.console, for_people(table, language));
    } else {
        reading_.print(context.console,
                       with_head(table, programme_head(programme, as_of, language)));
    }
    for (const std::string& note : notes_of(found, language)) {
        context.console.note(note);
    }
    return conclude(context.console, table, language);
}

void DayTable::adapt(Table&, Language, TableFormat) const {}

Table DayTable::for_people(const Table& table, Language) const { return table; }

ExitCode DayTable::conclude(Console&, const Table&, Language) const { return ExitCode::success; }

}  // namespace fiscus::app
