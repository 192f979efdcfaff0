#include "bench/latency/publisher.h"

#include <thread>

#include "engine/log/topics.h"

namespace fiscus::bench {
namespace {

// Between two looks at the clock.
constexpr std::chrono::microseconds look_interval{500};

}  // namespace

Status publish_on_schedule(log::Log& log,
                           load::StandardLoad& load,
                           const Schedule& schedule,
                           const std::atomic<bool>& stop) {
    FISCUS_ASSIGN(const auto writer, log.writer(log::events_topic, 0));
    load::LoadBatch batch;
    std::uint64_t sent = 0;
    while (!stop && load.next(batch)) {
        std::span<const log::NewRecord> left = batch.records();
        while (!left.empty() && !stop) {
            const auto now = std::chrono::steady_clock::now();
            std::size_t due = 0;
            while (due < left.size() && schedule.due(sent + due) <= now) {
                ++due;
            }
            FISCUS_TRY(writer->append(left.first(due)));
            left = left.subspan(due);
            sent += due;
            if (!left.empty()) {
                std::this_thread::sleep_for(look_interval);
            }
        }
    }
    FISCUS_TRY(writer->sync());
    return Done{};
}

}  // namespace fiscus::bench
