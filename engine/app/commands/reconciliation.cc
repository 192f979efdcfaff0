// `fiscus reconciliation`: control totals of the platforms against the ledger.
#include <algorithm>
#include <string>
#include <vector>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/day_table.h"
#include "engine/base/check.h"
#include "projections/statistics/query.h"

namespace fiscus::app {
namespace {

class Reconciliation final : public DayTable {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "reconciliation",
            .summary = "Compare the platforms' control totals with the ledger",
            .example = "fiscus reconciliation --state /tmp/demo/state --date 2026-03-15 --csv",
            .details =
                "对账: every count and amount that a platform reported for a day and batch beside "
                "the ledger's own, with the difference and a verdict. As known now. Exit code 3 "
                "when something differs or a platform has not reported.",
            .settings = {Setting::state_directory, Setting::output_language}};
    }

protected:
    Result<projections::Table> figures(const projections::Query& query,
                                       ProgrammeId programme,
                                       const Days& days) const override {
        return query.reconciliation(programme, days.first, days.last);
    }
    [[nodiscard]] Table for_people(const Table& table, Language language) const override {
        return in_one_language(table, language);
    }
    ExitCode conclude(Console& console, const Table& table, Language language) const override {
        if (table.rows.empty()) {
            console.note(language == Language::chinese
                             ? "这些日期没有对账数据。"
                             : "Nothing to compare: no platform reported these days.");
        }
        return agrees(table) ? ExitCode::success : ExitCode::finding;
    }

private:
    static bool agrees(const Table& table) {
        const auto verdict = std::ranges::find(table.columns, "verdict", &Column::name);
        FISCUS_CHECK(verdict != table.columns.end(), "every comparison has a verdict");
        const auto index = static_cast<std::size_t>(verdict - table.columns.begin());
        return std::ranges::all_of(table.rows, [index](const std::vector<std::string>& row) {
            return row[index] == "equal";
        });
    }
};

}  // namespace

std::unique_ptr<Command> make_reconciliation() { return std::make_unique<Reconciliation>(); }

}  // namespace fiscus::app
