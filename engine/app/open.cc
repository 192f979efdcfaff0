#include "engine/app/open.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/app/output/utf8.h"
#include "engine/app/pipeline.h"
#include "engine/log/kafka_log.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "engine/secrets/secret_file.h"

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

// What Kafka asks a client for in secret: in a file, never in an argument, the environment or the
// settings' file, which others see.
constexpr std::string_view password_setting = "sasl.password";
constexpr std::string_view key_password_setting = "ssl.key.password";
struct SecretSetting {
    std::string_view name;
    std::string_view file;  // empty: there is another way
};
constexpr std::array secret_settings{
    SecretSetting{password_setting, "kafka.password"},
    SecretSetting{key_password_setting, "kafka-key.password"},
    SecretSetting{"ssl.keystore.password", ""},
    SecretSetting{"ssl.key.pem", ""},
    SecretSetting{"sasl.oauthbearer.client.secret", ""},
    SecretSetting{"sasl.oauthbearer.config", ""},
};

Status refuse_secrets(const std::map<std::string, std::string>& named) {
    for (const SecretSetting& secret : secret_settings) {
        if (named.contains(std::string(secret.name))) {
            return Error{ErrorCode::usage,
                         fmt::format("the Kafka setting {} cannot be given here", secret.name),
                         "a secret in the settings or the environment is no secret",
                         secret.file.empty()
                             ? "Give ssl.key.location, or a user by sasl.username."
                             : fmt::format("Write it into the file {} of the directory of secrets "
                                           "(--secrets DIR), mode 0400.",
                                           secret.file)};
        }
    }
    return Done{};
}

// The file is read where it is there; it must be where `needed`.
Status take_secret(const std::filesystem::path& directory,
                   const SecretSetting& secret,
                   const std::string& needed_by,
                   std::map<std::string, std::string>& named) {
    if (directory.empty() && needed_by.empty()) {
        return Done{};
    }
    FISCUS_ASSIGN(const auto text, directory.empty()
                                       ? Result<std::optional<std::string>>(std::nullopt)
                                       : secrets::read_secret_line(directory / secret.file));
    if (text) {
        named[std::string(secret.name)] = *text;
    } else if (!needed_by.empty()) {
        return Error{ErrorCode::secret_missing,
                     fmt::format("the password of {} is not there", needed_by),
                     fmt::format("no file {} in the directory of secrets", secret.file),
                     "Write it there, mode 0400, and name the directory with --secrets DIR or "
                     "secrets.directory."};
    }
    return Done{};
}

// A key that others may read is refused as our own are.
Status check_key_file(const std::map<std::string, std::string>& named) {
    const auto key = named.find("ssl.key.location");
    struct stat status {};
    if (key == named.end() || ::stat(key->second.c_str(), &status) != 0) {
        return Done{};  // librdkafka says what it cannot open
    }
    if ((status.st_mode & 07777) != 0400) {
        return secrets::unusable(key->second, "others may read or change it",
                                 "chmod 0400 " + key->second);
    }
    return Done{};
}

Status add_secrets(const Settings& settings, std::map<std::string, std::string>& named) {
    FISCUS_TRY(refuse_secrets(named));
    FISCUS_TRY(check_key_file(named));
    const std::filesystem::path directory = secrets_directory(settings);
    const auto user = named.find("sasl.username");
    if (user != named.end()) {
        FISCUS_TRY(
            take_secret(directory, secret_settings[0], "Kafka's user " + user->second, named));
    }
    return named.contains("ssl.key.location")
               ? take_secret(directory, secret_settings[1], "", named)
               : Status(Done{});
}

Result<std::unique_ptr<log::Log>> open_kafka(const Settings& settings,
                                             ClientMessages messages,
                                             log::KafkaOptions options = {}) {
    options.bootstrap = settings.text(Setting::kafka_bootstrap);
    for (auto& [name, text] : settings.pairs(Setting::kafka_client)) {
        options.settings[name] = text;
    }
    FISCUS_TRY(add_secrets(settings, options.settings));
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
