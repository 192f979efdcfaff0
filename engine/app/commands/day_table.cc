#include "engine/app/commands/day_table.h"

#include <filesystem>

#include "engine/app/open.h"

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
    reading_.print(context.console, programme, found,
                   reading_.for_people()
                       ? for_people(table, language)
                       : with_head(table, programme_head(programme, as_of, language)),
                   language);
    return conclude(context.console, table, language);
}

void DayTable::adapt(Table&, Language, TableFormat) const {}

Table DayTable::for_people(const Table& table, Language) const { return table; }

ExitCode DayTable::conclude(Console&, const Table&, Language) const { return ExitCode::success; }

}  // namespace fiscus::app
