#include "engine/app/open.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/app/output/utf8.h"
#include "engine/log/kafka_log.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"

namespace fiscus::app {
namespace {

// Queues of the Kafka client: each gets this part of the memory setting, within limits.
constexpr std::size_t queue_share = 16;
// Some hundred entries of the journal.
constexpr std::size_t statistics_fetch_bytes = 65'536;
constexpr std::size_t queue_bytes_min = 8U << 20;

enum class LogKind : std::uint8_t { local, kafka };

// Of two logs the one with the stronger origin counts: a flag beats the other log of the
// environment.
Result<LogKind> log_kind(const Settings& settings) {
    const SettingValue& local = settings.value(Setting::log_directory);
    const SettingValue& kafka = settings.value(Setting::kafka_bootstrap);
    if (local.text.empty() && kafka.text.empty()) {
        return Error{ErrorCode::usage, "no log is named", "",
                     "Give --log DIR for the embedded log or --kafka HOST:PORT."};
    }
    if (local.text.empty() || kafka.text.empty()) {
        return local.text.empty() ? LogKind::kafka : LogKind::local;
    }
    if (local.origin == kafka.origin) {
        return Error{ErrorCode::usage, "two logs are named",
                     fmt::format("log.directory comes from {}, kafka.bootstrap from {}",
                                 local.where, kafka.where),
                     "Give one of them; an empty text takes a setting back."};
    }
    return local.origin > kafka.origin ? LogKind::local : LogKind::kafka;
}

void print_message(int level, std::string_view line) {
    constexpr int warning = 4;
    if (level <= warning) {
        std::fputs(fmt::format("kafka: {}\n", printable(line)).c_str(), stderr);
    }
}

Result<std::unique_ptr<log::Log>> open_kafka(const Settings& settings,
                                             ClientMessages messages,
                                             log::KafkaOptions options = {}) {
    options.bootstrap = settings.text(Setting::kafka_bootstrap);
    for (auto& [name, text] : settings.pairs(Setting::kafka_client)) {
        options.settings[name] = text;
    }
    const auto memory = static_cast<std::size_t>(settings.integer(Setting::engine_memory));
    options.read_queue_bytes_max =
        std::clamp(memory / queue_share, queue_bytes_min, options.read_queue_bytes_max);
    options.write_queue_bytes_max =
        std::clamp(memory / queue_share, queue_bytes_min, options.write_queue_bytes_max);
    if (settings.given(Setting::topics_replication)) {
        options.replication_factor =
            static_cast<std::int32_t>(settings.integer(Setting::topics_replication));
    }
    options.on_message = messages ? std::move(messages) : print_message;
    return log::open_kafka_log(std::move(options));
}

}  // namespace

Result<std::unique_ptr<log::Log>> open_log(const Settings& settings,
                                           LogMode mode,
                                           ClientMessages messages) {
    FISCUS_ASSIGN(const LogKind kind, log_kind(settings));
    if (kind == LogKind::kafka) {
        return open_kafka(settings, std::move(messages));
    }
    return log::open_local_log(settings.path(Setting::log_directory), mode == LogMode::create);
}

Result<std::unique_ptr<log::Log>> open_statistics_log(const Settings& settings,
                                                      ClientMessages messages) {
    FISCUS_ASSIGN(const LogKind kind, log_kind(settings));
    if (kind != LogKind::kafka) {
        return std::unique_ptr<log::Log>();
    }
    return open_kafka(settings, std::move(messages), {.fetch_bytes_min = statistics_fetch_bytes});
}

Result<std::int32_t> partitions_of(log::Log& log, std::string_view topic) {
    FISCUS_ASSIGN(const auto info, log.describe(topic));
    if (!info) {
        return Error{
            ErrorCode::not_found, fmt::format("the log has no topic {}", topic), "",
            "Make the topics with `fiscus topics apply`, or check that this is the right log."};
    }
    return info->plan.partitions;
}

log::Stamps event_stamps(const Settings& settings) {
    return settings.text(Setting::topics_event_stamps) == "publisher" ? log::Stamps::publisher
                                                                      : log::Stamps::log;
}

Result<std::int32_t> ensure_load_topics(log::Log& log, const Settings& settings) {
    const auto wanted = static_cast<std::int32_t>(settings.integer(Setting::topics_partitions));
    FISCUS_ASSIGN(const auto info, log.describe(log::events_topic));
    if (!info) {
        const std::vector<log::TopicPlan> plans = log::topic_plans(wanted, log::Stamps::publisher);
        FISCUS_TRY(log.create(plans));
        return wanted;
    }
    const SettingValue& value = settings.value(Setting::topics_partitions);
    if (value.origin != Origin::built_in && info->plan.partitions != wanted) {
        return Error{
            ErrorCode::usage,
            fmt::format("the topics have {} partitions, not {}", info->plan.partitions, wanted),
            fmt::format("{} asks for {}, and the number is fixed once topics are made", value.where,
                        wanted),
            "Leave the number out, or use another log."};
    }
    // What may be missing beside the events topic.
    const std::vector<log::TopicPlan> plans =
        log::topic_plans(info->plan.partitions, log::Stamps::publisher);
    FISCUS_TRY(log.create(plans));
    return info->plan.partitions;
}

Status check_places(const Settings& settings) {
    const bool local = settings.given(Setting::log_directory);
    if (local || settings.given(Setting::kafka_bootstrap)) {
        FISCUS_ASSIGN(const LogKind kind, log_kind(settings));
        if (kind != LogKind::local || !settings.given(Setting::state_directory)) {
            return Done{};
        }
    }
    if (!local || !settings.given(Setting::state_directory)) {
        return Done{};
    }
    std::error_code ignored;
    const auto whole = [&ignored](const std::filesystem::path& path) {
        const std::filesystem::path found = std::filesystem::weakly_canonical(path, ignored);
        // A slash at the end is another path to the library, not to the disk.
        return found.has_filename() ? found : found.parent_path();
    };
    const auto log = whole(settings.path(Setting::log_directory));
    const auto state = whole(settings.path(Setting::state_directory));
    const auto inside = [](const std::filesystem::path& inner, const std::filesystem::path& outer) {
        return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first ==
               outer.end();
    };
    if (!inside(log, state) && !inside(state, log)) {
        return Done{};
    }
    return Error{ErrorCode::usage,
                 log == state ? "log and state are in the same directory"
                              : "log and state are one inside the other",
                 fmt::format("the log is {}, the state {}", log.string(), state.string()),
                 "The log is the only truth and the state may be deleted: give each its own."};
}

std::string log_flags(const Settings& settings) {
    const auto kind = log_kind(settings);
    return kind.ok() && kind.value() == LogKind::kafka
               ? "--kafka " + settings.text(Setting::kafka_bootstrap)
               : "--log " + settings.text(Setting::log_directory);
}

Result<std::filesystem::path> state_directory(const Settings& settings) {
    if (!settings.given(Setting::state_directory)) {
        return Error{ErrorCode::usage, "no state directory is named", "",
                     "Give --state DIR, the directory that `fiscus run` writes."};
    }
    return settings.path(Setting::state_directory);
}

}  // namespace fiscus::app
