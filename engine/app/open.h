// Opens what the settings name: the log (local or Kafka), its topics. Shared by the commands, so
// the same trouble has the same words everywhere. Thread: main.
// Fails: usage when nothing or both logs are named, otherwise as the log says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/app/settings.h"
#include "engine/base/result.h"
#include "engine/log/log.h"

namespace fiscus::app {

enum class LogMode : std::uint8_t { existing, create };

// Messages of the Kafka client: its syslog level (3 error, 4 warning …) and a line. Called from its
// threads, also while the log is being destroyed.
using ClientMessages = std::function<void(int level, std::string_view line)>;

// create: a local log's directory is made when it is not there; topics are not. Without `messages`
// the client's warnings and errors go to stderr as they are.
Result<std::unique_ptr<log::Log>> open_log(const Settings& settings,
                                           LogMode mode,
                                           ClientMessages messages = {});

// Kafka for the statistics of `run`, whose reader may wait a tenth of a second: asking for each of
// the hundreds of blocks that a journal grows by in a second would take the broker's time from the
// outcomes that platforms wait for. Null for a local log, where reading asks nobody.
Result<std::unique_ptr<log::Log>> open_statistics_log(const Settings& settings,
                                                      ClientMessages messages);

// For loads whose records carry the times of their events. Partitions of the events topic; makes
// all topics when there are none, with the publisher's stamps. topics.partitions, if given by
// anybody but the default, must agree with what is there.
Result<std::int32_t> ensure_load_topics(log::Log& log, const Settings& settings);
// topics.event_stamps.
log::Stamps event_stamps(const Settings& settings);
// Partitions of the events topic; not_found when there is none, with the command that makes it.
Result<std::int32_t> partitions_of(log::Log& log, std::string_view topic);

// usage when two logs of the same origin are named, or when log and state are one directory.
Status check_places(const Settings& settings);

// "--log DIR" or "--kafka HOST:PORT", as the user may type it again.
std::string log_flags(const Settings& settings);
// The state directory; usage when it is not given.
Result<std::filesystem::path> state_directory(const Settings& settings);

}  // namespace fiscus::app
