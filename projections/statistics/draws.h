// Win rate by platform and hour (分平台分时段中奖率): what came out of the requests for an instant
// draw, folded from the accepted ones. As in the fund ledger, a late entry changes its own day's
// record, and what a revision reported stays as it was.
// Thread: one. Fails: parse on damaged bytes.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "projections/statistics/measures.h"
#include "projections/store/store.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

// Stored in this order.
enum class DrawFigure : std::uint8_t {
    asked_count,
    won_count,
    won_amount,
    lost_count,
    won_today_count,
    cap_reached_count,
    stock_out_count,
};
inline constexpr std::size_t draw_figure_count = 7;

struct DrawFigureInfo {
    DrawFigure figure;
    std::string_view id;
    std::string_view english;
    std::string_view chinese;
    std::string_view meaning;
    bool amount = false;  // fen
};
std::span<const DrawFigureInfo, draw_figure_count> draw_figures();

using DrawFigures = std::array<std::int64_t, draw_figure_count>;

constexpr std::int64_t value_of(const DrawFigures& figures, DrawFigure figure) {
    return figures[static_cast<std::size_t>(figure)];
}

// Requests of one platform in one hour of the day, 0 to 23 in Asia/Shanghai.
struct DrawHour {
    std::uint16_t platform = 0;
    std::uint8_t hour = 0;

    friend constexpr auto operator<=>(const DrawHour&, const DrawHour&) = default;
};

// One hour of one day in which somebody asked.
struct DrawLine {
    DrawHour hour;
    DrawFigures figures{};

    [[nodiscard]] Ratio win_rate() const;
};

class DrawHours {
public:
    // An accepted DrawRequested. `day`: its business day, days before the programme's first count
    // as the day before it.
    void add(std::int32_t day, const wire::Entry& entry);

    // By platform and hour.
    [[nodiscard]] std::vector<DrawLine> lines(std::int32_t day) const;

    bool parse(std::int32_t day, const DrawHour& hour, std::string_view value);
    void save(Store& store, std::uint32_t programme);

private:
    struct Place {
        std::int32_t day = 0;
        DrawHour hour;

        friend constexpr auto operator<=>(const Place&, const Place&) = default;
    };

    std::map<Place, DrawFigures> hours_;
    std::set<Place> dirty_;
};

}  // namespace fiscus::projections
