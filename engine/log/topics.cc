#include "engine/log/topics.h"

#include <string>
#include <utility>

#include "engine/base/limits.h"

namespace fiscus::log {

std::vector<TopicPlan> topic_plans(std::int32_t partitions, Stamps event_stamps) {
    const auto plan = [partitions](std::string_view name, bool compacted, std::int32_t bytes_max) {
        return TopicPlan{.name = std::string(name),
                         .partitions = partitions,
                         .compacted = compacted,
                         .retention_ms = -1,
                         .max_message_bytes = bytes_max};
    };
    constexpr std::int32_t record_bytes = 1 << 20;
    constexpr auto block_bytes = static_cast<std::int32_t>(block_bytes_max);
    TopicPlan events = plan(events_topic, false, record_bytes);
    events.stamps = event_stamps;
    return {std::move(events),
            plan(journal_topic, false, block_bytes),
            plan(outcomes_topic, false, record_bytes),
            plan(refusals_topic, false, record_bytes),
            plan(statistics_topic, true, record_bytes),
            plan(statistics_history_topic, false, record_bytes),
            plan(reconciliation_topic, false, record_bytes)};
}

std::vector<TopicPlan> engine_topic_plans(std::int32_t partitions, Stamps event_stamps) {
    std::vector<TopicPlan> plans = topic_plans(partitions, event_stamps);
    std::erase_if(plans, [](const TopicPlan& plan) {
        return plan.name != events_topic && plan.name != journal_topic;
    });
    return plans;
}

std::vector<TopicPlan> statistics_topic_plans(std::int32_t partitions) {
    std::vector<TopicPlan> plans = topic_plans(partitions);
    std::erase_if(plans, [](const TopicPlan& plan) { return plan.name == events_topic; });
    return plans;
}

}  // namespace fiscus::log
