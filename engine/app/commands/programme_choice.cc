#include "engine/app/commands/programme_choice.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "engine/app/numbers.h"
#include "engine/app/output/utf8.h"

namespace fiscus::app {

void ProgrammeChoice::declare(CLI::App& options) {
    options
        .add_option("--programme", programme_, "Number of the programme; the only one if not given")
        ->type_name("P")
        ->check(whole_number(1, UINT32_MAX));
}

Result<projections::ProgrammeSummary> ProgrammeChoice::choose(
    const projections::Query& query) const {
    const auto programmes = query.programmes();
    std::string list;
    for (const projections::ProgrammeSummary& one : programmes) {
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", one.programme.value(),
                            printable(one.name));
    }
    if (programmes.empty()) {
        return Error{ErrorCode::not_found, "the statistics know no programme", "",
                     "`fiscus run --until-end` folds what the log holds."};
    }
    if (programme_ == 0) {
        if (programmes.size() > 1) {
            return Error{ErrorCode::usage, "there are several programmes", list,
                         "Name one with --programme P."};
        }
        return programmes.front();
    }
    const auto found = std::ranges::find(programmes, ProgrammeId(programme_),
                                         &projections::ProgrammeSummary::programme);
    if (found == programmes.end()) {
        return Error{ErrorCode::not_found, fmt::format("there is no programme {}", programme_),
                     "the statistics know: " + list, ""};
    }
    return *found;
}

Result<std::unique_ptr<projections::Query>> open_query(const std::string& state_directory) {
    const std::filesystem::path directory = std::filesystem::path(state_directory) / "statistics";
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) {
        return Error{
            ErrorCode::not_found, fmt::format("there are no statistics in {}", state_directory),
            fmt::format("{} is not there", directory.string()),
            fmt::format("`fiscus run --until-end --state {}` makes them.", state_directory)};
    }
    return projections::Query::open(directory.string());
}

}  // namespace fiscus::app
