// --batch N or --day DATE, and --programme N, of the commands about one draw; reads that draw from
// the journal.
// Thread: main. Fails: usage when not exactly one draw is named, not_found when it has no result;
// otherwise as the books of draws and days.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <CLI/App.hpp>

#include "engine/app/day_book.h"
#include "engine/app/draw_book.h"
#include "engine/app/settings.h"

namespace fiscus::app {

class DrawChoice {
public:
    void declare(CLI::App& options);
    // That one draw is named.
    [[nodiscard]] Status check() const;
    [[nodiscard]] bool is_batch() const { return batch_.has_value(); }

    // As the journal has it now.
    [[nodiscard]] Result<DrawnBatch> read_batch(const Settings& settings) const;
    [[nodiscard]] Result<DrawnDay> read_day(const Settings& settings) const;
    // Only with its result: what is published needs one.
    [[nodiscard]] Result<DrawnBatch> read_executed_batch(const Settings& settings) const;
    [[nodiscard]] Result<DrawnDay> read_closed_day(const Settings& settings) const;

private:
    [[nodiscard]] std::optional<ProgrammeId> programme() const;
    [[nodiscard]] Error no_result(std::string why, std::string hint) const;

    std::optional<std::uint32_t> batch_;
    std::string day_;
    std::optional<std::uint32_t> programme_;
};

}  // namespace fiscus::app
