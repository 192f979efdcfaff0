// Tables of the projections as tables of the program: the headings of one language, the same rows.
// Thread: any. Fails: never.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/app/output/table.h"
#include "engine/app/settings.h"
#include "projections/statistics/query.h"
#include "projections/statistics/table.h"

namespace fiscus::app {

enum class Language : std::uint8_t { chinese, english };
Language language_of(const Settings& settings);

Table table_of(const projections::Table& table, Language language);
// The sentences that belong under the table.
const std::vector<std::string>& notes_of(const projections::Table& table, Language language);
// The title as it may reach a terminal: it holds names from events.
std::string title_of(const projections::Table& table, Language language);

// A value that all rows of a table share, as a column of each of them: which programme, which day.
struct SharedCell {
    Column column;
    std::string cell;
};
// In front of the table's own columns: a saved file says what it is.
Table with_head(const Table& table, const std::vector<SharedCell>& head);
// programme and its name, and the ledger sequence up to which the figures go.
std::vector<SharedCell> programme_head(const projections::ProgrammeSummary& programme,
                                       std::uint64_t as_of,
                                       Language language);

// Only the named columns, in their order; names that the table does not have are left out.
Table with_columns(const Table& table, const std::vector<std::string>& names);

// Of a name that stands in both languages (item and item_chinese) the one that is read.
Table in_one_language(const Table& table, Language language);
// The columns that say which cell a row is, then the named measures, ratios with what stands above
// and below the line where the table has it.
Table with_measures(const Table& table, const std::vector<std::string>& measures);
// The same with the measures that every notice asks for: a terminal does not hold all of them.
Table table_for_people(const Table& table);

// The last row is a sum or a difference that must be zero: is it?
bool ends_with_zero(const Table& table);

}  // namespace fiscus::app
