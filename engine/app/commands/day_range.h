// --date and --until of the reading commands. Thread: main. Fails: usage, naming the flag.
#pragma once

#include <cstdint>
#include <string>

#include <CLI/App.hpp>

#include "engine/base/result.h"
#include "projections/statistics/query.h"

namespace fiscus::app {

struct Days {
    std::int32_t first = 0;
    std::int32_t last = 0;
    [[nodiscard]] bool single() const { return first == last; }
};

class DayRange {
public:
    void declare(CLI::App& options);
    [[nodiscard]] Result<Days> take() const;

private:
    std::string date_;
    std::string until_;
};

// not_found when all of the days lie before the programme.
Status check_days(const Days& days, const projections::ProgrammeSummary& programme);

}  // namespace fiscus::app
