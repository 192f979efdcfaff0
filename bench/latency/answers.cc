#include "bench/latency/answers.h"

#include <algorithm>
#include <limits>

#include "engine/base/check.h"

namespace fiscus::bench {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

std::uint32_t microseconds_of(std::chrono::steady_clock::duration duration) {
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(duration_cast<microseconds>(duration).count(), 0,
                                 std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

Result<Answers> collect_answers(journal::JournalReader& journal,
                                std::int64_t first_offset,
                                std::uint64_t events,
                                const Schedule& schedule,
                                std::chrono::milliseconds patience) {
    Answers answers;
    answers.latencies_us.reserve(events);
    auto before = schedule.start;
    while (answers.latencies_us.size() < events) {
        FISCUS_ASSIGN(const auto block, journal.next(patience));
        if (!block) {
            return Error{
                .code = ErrorCode::log_unavailable,
                .what = "event " + std::to_string(answers.latencies_us.size()) + " has no answer",
                .why = "nothing came for " + std::to_string(patience.count()) + " ms",
                .hint = "is the engine running?"};
        }
        const auto now = std::chrono::steady_clock::now();
        // Nobody waits before the next event is due.
        const auto waiting_since = std::max(before, schedule.due(answers.latencies_us.size()));
        answers.pause_max =
            std::max(answers.pause_max, duration_cast<microseconds>(now - waiting_since));
        before = now;
        ++answers.blocks;
        for (const wire::Entry& entry : block->view.entries()) {
            const std::uint64_t number = answers.latencies_us.size();
            FISCUS_CHECK(entry.input_offset() - first_offset == static_cast<std::int64_t>(number),
                         "every event is answered once, in the order of the log");
            answers.latencies_us.push_back(microseconds_of(now - schedule.due(number)));
            answers.refused +=
                static_cast<wire::Outcome>(entry.outcome()) == wire::Outcome::refused ? 1U : 0U;
        }
    }
    return answers;
}

std::uint32_t percentile(const std::vector<std::uint32_t>& sorted, double share) {
    const auto place = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
    return sorted.empty() ? 0 : sorted[std::min(place, sorted.size() - 1)];
}

}  // namespace fiscus::bench
