#include "engine/app/progress.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "engine/app/output/table.h"

namespace fiscus::app {
namespace {

constexpr std::chrono::milliseconds terminal_interval{100};
constexpr std::chrono::seconds plain_interval{3};
constexpr std::uint64_t bar_cells = 24;

double seconds_of(std::chrono::steady_clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::string count_text(std::uint64_t count) { return grouped_digits(fmt::format("{}", count)); }

std::string duration_text(std::chrono::seconds duration) {
    const auto seconds = duration.count();
    if (seconds < 60) {
        return fmt::format("{} s", seconds);
    }
    if (seconds < 3'600) {
        return fmt::format("{} min {} s", seconds / 60, seconds % 60);
    }
    return fmt::format("{} h {} min", seconds / 3'600, seconds % 3'600 / 60);
}

Progress::Progress(Console& console, std::string label, SteadyClock clock)
    : console_(console),
      label_(std::move(label)),
      clock_(std::move(clock)),
      started_(clock_()),
      shown_(started_) {}

Progress::~Progress() { erase_line(); }

std::string Progress::line(std::uint64_t done, std::uint64_t total) const {
    const double elapsed = std::max(seconds_of(clock_() - started_), 1e-3);
    const double rate = static_cast<double>(done) / elapsed;
    std::string text = label_;
    if (total > 0) {
        const std::uint64_t share = std::min(done, total);
        if (console_.err_is_terminal()) {
            const std::uint64_t full = share * bar_cells / total;
            text += "  ";
            for (std::uint64_t cell = 0; cell < bar_cells; ++cell) {
                text += cell < full ? "█" : "░";
            }
        }
        text += fmt::format("  {:3}%  {} of {}", share * 100 / total, count_text(done),
                            count_text(total));
    } else {
        text += "  " + count_text(done);
    }
    text += fmt::format("  {}/s", count_text(static_cast<std::uint64_t>(rate)));
    if (total > done && rate >= 1) {
        const auto left = std::chrono::seconds(
            static_cast<std::int64_t>(static_cast<double>(total - done) / rate));
        text += "  " + duration_text(left) + " left";
    }
    return text;
}

void Progress::update(std::uint64_t done, std::uint64_t total, std::string_view extra) {
    const auto now = clock_();
    const bool terminal = console_.err_is_terminal();
    if (terminal ? now - shown_ < terminal_interval : now - shown_ < plain_interval) {
        return;
    }
    shown_ = now;
    std::string text = line(done, total);
    if (!extra.empty()) {
        text += fmt::format("  {}", extra);
    }
    if (!terminal) {
        console_.note(text);
        return;
    }
    text = "\r\x1b[K" + text;
    std::fwrite(text.data(), 1, text.size(), console_.err());
    std::fflush(console_.err());
    line_is_open_ = true;
}

void Progress::finish(std::uint64_t done) {
    erase_line();
    const auto elapsed = clock_() - started_;
    const double rate = static_cast<double>(done) / std::max(seconds_of(elapsed), 1e-3);
    console_.note(fmt::format("{}  {} in {:.1f} s ({}/s)", label_, count_text(done),
                              seconds_of(elapsed), count_text(static_cast<std::uint64_t>(rate))));
}

void Progress::erase_line() {
    if (line_is_open_) {
        std::fputs("\r\x1b[K", console_.err());
        std::fflush(console_.err());
        line_is_open_ = false;
    }
}

}  // namespace fiscus::app
