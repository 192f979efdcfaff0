#include "engine/app/commands/day_range.h"

#include <fmt/format.h>

#include "engine/base/time.h"

namespace fiscus::app {

void DayRange::declare(CLI::App& options) {
    options.add_option("--date", date_, "Business date, as 2026-03-15")
        ->required()
        ->type_name("DATE");
    options.add_option("--until", until_, "Last business date of a range")->type_name("DATE");
}

Result<Days> DayRange::take() const {
    const auto first = date_from_text(date_);
    const auto last = until_.empty() ? first : date_from_text(until_);
    if (!first || !last) {
        return Error{ErrorCode::usage, fmt::format("`{}` is no date", first ? until_ : date_), "",
                     "A date is written as 2026-03-15."};
    }
    if (*last < *first) {
        return Error{ErrorCode::usage,
                     fmt::format("--until {} lies before --date {}", until_, date_), "",
                     "--date is the first day of the range, --until its last one."};
    }
    return Days{*first, *last};
}

Status check_days(const Days& days, const projections::ProgrammeSummary& programme) {
    if (days.last < programme.first_day) {
        return Error{ErrorCode::not_found,
                     fmt::format("{} lies before the programme", date_text(days.last)),
                     fmt::format("programme {} begins on {}", programme.programme.value(),
                                 date_text(programme.first_day)),
                     ""};
    }
    return Done{};
}

}  // namespace fiscus::app
