#include "projections/statistics/draws.h"

#include <string>

#include "engine/base/time.h"
#include "projections/entry.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

constexpr std::array<DrawFigureInfo, draw_figure_count> figure_table{{
    {DrawFigure::asked_count, "asked_count", "Draws asked for", "抽奖次数",
     "requests, whatever came out"},
    {DrawFigure::won_count, "won_count", "Won", "中奖次数", "requests that gave a voucher"},
    {DrawFigure::won_amount, "won_amount", "Amount won", "中奖金额",
     "face values of these vouchers", true},
    {DrawFigure::lost_count, "lost_count", "Lost", "未中奖次数",
     "requests that chance decided against"},
    {DrawFigure::won_today_count, "won_today_count", "Had won today", "当日已中奖再抽次数",
     "requests of consumers who had won on the day already"},
    {DrawFigure::cap_reached_count, "cap_reached_count", "Beyond the cap of wins",
     "中奖次数已达上限的抽奖次数",
     "requests of consumers who had won as often as the programme lets"},
    {DrawFigure::stock_out_count, "stock_out_count", "Without stock", "库存不足次数",
     "requests that won when the stock was used up"},
}};

DrawFigure figure_of(wire::DrawOutcome outcome) {
    switch (outcome) {
        case wire::DrawOutcome::won: return DrawFigure::won_count;
        case wire::DrawOutcome::won_today: return DrawFigure::won_today_count;
        case wire::DrawOutcome::cap_reached: return DrawFigure::cap_reached_count;
        case wire::DrawOutcome::stock_out: return DrawFigure::stock_out_count;
        default: return DrawFigure::lost_count;
    }
}

// Of an instant that lies on this business day.
std::uint8_t hour_of(std::int64_t occurred_us) {
    constexpr std::int64_t us_per_hour = 60 * us_per_minute;
    const std::int64_t into = occurred_us - start_of_day_us(business_day(occurred_us));
    return static_cast<std::uint8_t>(into / us_per_hour);
}

}  // namespace

std::span<const DrawFigureInfo, draw_figure_count> draw_figures() { return figure_table; }

Ratio DrawLine::win_rate() const {
    return {value_of(figures, DrawFigure::won_count), value_of(figures, DrawFigure::asked_count)};
}

// Amounts won are money of accounts, whose sums fit 64 bits (engine/base/limits.h).
void DrawHours::add(std::int32_t day, const wire::Entry& entry) {
    const Place place{
        .day = day,
        .hour = {.platform = entry.platform(), .hour = hour_of(entry.occurred_at_us())}};
    DrawFigures& figures = hours_[place];
    const auto add = [&figures](DrawFigure figure, std::int64_t more) {
        figures[static_cast<std::size_t>(figure)] += more;
    };
    add(DrawFigure::asked_count, 1);
    add(figure_of(draw_outcome_of(entry)), 1);
    add(DrawFigure::won_amount, entry.amount_fen());
    dirty_.insert(place);
}

std::vector<DrawLine> DrawHours::lines(std::int32_t day) const {
    std::vector<DrawLine> lines;
    for (auto at = hours_.lower_bound({.day = day, .hour = {}});
         at != hours_.end() && at->first.day == day; ++at) {
        lines.push_back({.hour = at->first.hour, .figures = at->second});
    }
    return lines;
}

bool DrawHours::parse(std::int32_t day, const DrawHour& hour, std::string_view value) {
    Reader reader(value);
    for (std::int64_t& figure : hours_[{.day = day, .hour = hour}]) {
        figure = reader.signed_varint();
    }
    return reader.finished();
}

void DrawHours::save(Store& store, std::uint32_t programme) {
    for (const Place& place : dirty_) {
        std::string value;
        for (const std::int64_t figure : hours_[place]) {
            put_signed(value, figure);
        }
        store.put(StateKey(table::draw_hours)
                      .u32(programme)
                      .day(place.day)
                      .u16(place.hour.platform)
                      .u8(place.hour.hour),
                  value);
    }
    dirty_.clear();
}

}  // namespace fiscus::projections
