// The rows of draws by platform and hour.
#include <string>

#include "projections/statistics/rows.h"

namespace fiscus::projections {

void RowWriter::draws(const RowHead& head, const DrawLine& draws) {
    const DrawHour& hour = draws.hour;
    JsonLine line =
        begin(head, Stream::statistics, Keep::latest_and_history,
              "draws/" + std::to_string(hour.platform) + "/" + std::to_string(hour.hour), "draws");
    line.natural("platform", hour.platform);
    line.text("platform_name", reference_->platform_name(hour.platform));
    line.natural("hour", hour.hour);
    for (const DrawFigureInfo& about : draw_figures()) {
        line.integer(about.id, value_of(draws.figures, about.figure));
    }
    line.text("win_rate", ratio_text(draws.win_rate()));
    rows_->end(line);
}

}  // namespace fiscus::projections
