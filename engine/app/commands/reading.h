// What every reading command has in common: --json and --csv, and the printing of its table.
// Thread: main. Fails: never (the console remembers a failed write).
#pragma once

#include <CLI/App.hpp>

#include "engine/app/commands/figures_table.h"
#include "engine/app/console.h"
#include "engine/app/output/table.h"

namespace fiscus::app {

class Reading {
public:
    void declare(CLI::App& options);
    [[nodiscard]] TableFormat format() const;
    [[nodiscard]] bool for_people() const { return format() == TableFormat::text; }
    void print(Console& console, const Table& table) const;
    // A programme's figures: for people with its name and their title, and the notes below.
    // `shown`: their table as this reader gets it.
    void print(Console& console,
               const projections::ProgrammeSummary& programme,
               const projections::Table& figures,
               const Table& shown,
               Language language) const;

private:
    bool json_ = false;
    bool csv_ = false;
};

}  // namespace fiscus::app
