// A table of a programme's statistics, day by day: what `draws`, `prizes`, `fund-ledger` and
// `reconciliation` have in common. A command says which figures they are, and what is its own about
// them. Thread: main. Fails: as Query does, and for days and programmes that are not there.
#pragma once

#include <CLI/App.hpp>

#include "engine/app/command.h"
#include "engine/app/commands/day_range.h"
#include "engine/app/commands/figures_table.h"
#include "engine/app/commands/programme_choice.h"
#include "engine/app/commands/reading.h"
#include "projections/statistics/query.h"

namespace fiscus::app {

class DayTable : public Command {
public:
    void declare(CLI::App& options) final;
    Result<ExitCode> run(Context& context) final;

protected:
    virtual Result<projections::Table> figures(const projections::Query& query,
                                               ProgrammeId programme,
                                               const Days& days) const = 0;
    // Before anybody sees it.
    virtual void adapt(Table& table, Language language, TableFormat format) const;
    // What a terminal holds of it.
    [[nodiscard]] virtual Table for_people(const Table& table, Language language) const;
    // After the table: what else is to be said, and the exit code.
    virtual ExitCode conclude(Console& console, const Table& table, Language language) const;

private:
    DayRange days_;
    ProgrammeChoice programme_;
    Reading reading_;
};

}  // namespace fiscus::app
