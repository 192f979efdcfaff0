// Names and plans of the topics of fiscus, in one place.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/log/log.h"

namespace fiscus::log {

inline constexpr std::string_view events_topic = "fiscus.events.v1";
inline constexpr std::string_view journal_topic = "fiscus.journal.v1";
// What a platform waits for, as JSON: answers to draws, gaps, signals.
inline constexpr std::string_view outcomes_topic = "fiscus.outcomes.v1";
// Refusals and quarantine entries as JSON, for people.
inline constexpr std::string_view refusals_topic = "fiscus.refusals.v1";
// Latest row of each key (compacted), and every row ever published.
inline constexpr std::string_view statistics_topic = "fiscus.statistics.daily.v1";
inline constexpr std::string_view statistics_history_topic = "fiscus.statistics.daily.history.v1";
inline constexpr std::string_view reconciliation_topic = "fiscus.statistics.reconciliation.v1";

// The seven topics with `partitions` each. Of the events the log itself is to say when they came,
// unless they are imported or generated and carry the times of their events; all other records
// carry the time of the entry that they come from, so that every run gives the same.
std::vector<TopicPlan> topic_plans(std::int32_t partitions, Stamps event_stamps = Stamps::log);
// Of those the ones that the engine reads and writes: events, journal.
std::vector<TopicPlan> engine_topic_plans(std::int32_t partitions, Stamps event_stamps);
// Those that the statistics read and write: all but the events.
std::vector<TopicPlan> statistics_topic_plans(std::int32_t partitions);

}  // namespace fiscus::log
