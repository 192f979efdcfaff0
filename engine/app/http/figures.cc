#include "engine/app/http/figures.h"

#include <utility>

namespace fiscus::app {

void FiguresBoard::put(EngineFigures figures) {
    const std::lock_guard lock(mutex_);
    figures_.engine = std::move(figures);
}

void FiguresBoard::put(StatisticsFigures figures) {
    const std::lock_guard lock(mutex_);
    figures_.statistics = std::move(figures);
}

void FiguresBoard::fail(std::string why) {
    const std::lock_guard lock(mutex_);
    figures_.failure = std::move(why);
}

Figures FiguresBoard::get() const {
    const std::lock_guard lock(mutex_);
    return figures_;
}

}  // namespace fiscus::app
