#include "engine/app/commands/draw_choice.h"

#include <utility>

#include <fmt/format.h>

#include "engine/app/open.h"
#include "engine/base/time.h"

namespace fiscus::app {
namespace {

std::string why_no_result(const DrawnBatch& batch) {
    switch (batch.stage) {
        case DrawStage::open: return "its list is not sealed yet";
        case DrawStage::sealed: return "its seed is not published yet";
        case DrawStage::seeded: return "it was not executed yet";
        case DrawStage::aborted: return "it was aborted: " + batch.why_aborted;
        case DrawStage::executed: break;
    }
    return {};
}

}  // namespace

void DrawChoice::declare(CLI::App& options) {
    options.add_option("--batch", batch_, "Number of the prize batch")
        ->check(CLI::Range(std::uint32_t{1}, UINT32_MAX))
        ->type_name("N");
    options.add_option("--day", day_, "Day of instant draws, such as 2026-03-01")
        ->type_name("DATE");
    options
        .add_option("--programme", programme_,
                    "Number of the programme, where several have such a batch or day")
        ->check(CLI::Range(std::uint32_t{1}, UINT32_MAX))
        ->type_name("N");
}

Status DrawChoice::check() const {
    if (batch_.has_value() == !day_.empty()) {
        return Error{ErrorCode::usage, "one draw is needed", "",
                     "Give --batch N for a prize batch, or --day DATE for instant draws."};
    }
    return Done{};
}

Result<DrawnBatch> DrawChoice::read_batch(const Settings& settings) const {
    FISCUS_ASSIGN(const auto log, open_log(settings, LogMode::existing));
    return app::read_draw(*log, BatchId(*batch_), programme());
}

Result<DrawnDay> DrawChoice::read_day(const Settings& settings) const {
    const auto day = date_from_text(day_);
    if (!day) {
        return Error{ErrorCode::usage, fmt::format("`{}` is no day", day_), "",
                     "A day is written as 2026-03-01."};
    }
    FISCUS_ASSIGN(const auto log, open_log(settings, LogMode::existing));
    return app::read_day(*log, *day, programme());
}

Result<DrawnBatch> DrawChoice::read_executed_batch(const Settings& settings) const {
    FISCUS_ASSIGN(DrawnBatch batch, read_batch(settings));
    if (batch.stage != DrawStage::executed) {
        return no_result(
            why_no_result(batch),
            batch.stage == DrawStage::aborted
                ? fmt::format("There will be none. Its list: fiscus draw list --batch {}.", *batch_)
                : "Its bundle and its sheet are made once it was executed: DrawExecuted.");
    }
    return batch;
}

Result<DrawnDay> DrawChoice::read_closed_day(const Settings& settings) const {
    FISCUS_ASSIGN(DrawnDay day, read_day(settings));
    if (!day.closed) {
        return no_result(
            "its key is not opened yet",
            "Its bundle and its sheet are made once its key was opened: DayKeyOpened.");
    }
    // Every request was refused then; whoever recomputes the day needs the value all the same.
    if (day.draw.public_value.empty()) {
        return no_result(
            fmt::format("the public value of {} was never published", date_text(day.draw.day - 1)),
            "The notary publishes it, also late: PublicValuePublished.");
    }
    return day;
}

std::optional<ProgrammeId> DrawChoice::programme() const {
    return programme_ ? std::optional(ProgrammeId(*programme_)) : std::nullopt;
}

Error DrawChoice::no_result(std::string why, std::string hint) const {
    return {ErrorCode::not_found,
            fmt::format("the draw of {} has no result",
                        batch_ ? fmt::format("batch {}", *batch_) : day_),
            std::move(why), std::move(hint)};
}

}  // namespace fiscus::app
