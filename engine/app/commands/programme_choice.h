// --programme P of the reading commands, and the default: the only programme that there is.
// Thread: main. Fails: usage when there are several and none was named, not_found.
#pragma once

#include <cstdint>
#include <string>

#include <CLI/App.hpp>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "projections/statistics/query.h"

namespace fiscus::app {

class ProgrammeChoice {
public:
    void declare(CLI::App& options);
    // The programme to show.
    Result<projections::ProgrammeSummary> choose(const projections::Query& query) const;
    [[nodiscard]] bool given() const { return programme_ != 0; }
    // 0 when none was named.
    [[nodiscard]] std::uint32_t number() const { return programme_; }

private:
    std::uint32_t programme_ = 0;
};

// Opens the statistics below a state directory; the hint names the command that makes them.
Result<std::unique_ptr<projections::Query>> open_query(const std::string& state_directory);

}  // namespace fiscus::app
