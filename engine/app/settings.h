// Every setting of the program in one table (docs/configuration.md is printed from it), and their
// effective values: default < TOML file < environment (FISCUS_SECTION__KEY) < flag, each value with
// the origin that gave it. All text is checked while loading, so reading a value cannot fail.
// Thread: any after load(). Fails: usage, naming the origin, the text and an example.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace fiscus::app {

enum class Setting : std::uint8_t {
    log_directory,
    kafka_bootstrap,
    kafka_client,
    topics_partitions,
    topics_replication,
    topics_event_stamps,
    state_directory,
    engine_memory,
    engine_turn_records,
    engine_fold_records,
    engine_partitions,
    engine_writer,
    secrets_directory,
    run_only,
    standby_patience,
    http_port,
    http_address,
    http_ready_lag_records,
    http_live_seconds,
    output_language,
    logging_format,
    logging_level,
};
inline constexpr std::size_t settings_count = static_cast<std::size_t>(Setting::logging_level) + 1;

enum class SettingKind : std::uint8_t { text, path, integer, size, choice, integers, pairs };

struct SettingSpec {
    Setting setting = Setting::log_directory;
    std::string_view key{};  // section.name
    SettingKind kind = SettingKind::text;
    std::string_view default_text{};
    std::string_view flag{};  // empty: no flag
    std::string_view placeholder{};
    std::string_view example{};
    // integer, size, integers: the limits; an empty default means that the setting may be absent.
    std::int64_t minimum = 0;
    std::int64_t maximum = 0;
    std::string_view choices{};  // choice: words with a space between
    std::string_view help{};
};

std::span<const SettingSpec> setting_specs();
const SettingSpec& spec_of(Setting setting);
// FISCUS_LOG__DIRECTORY for log.directory.
std::string environment_name(const SettingSpec& spec);

// In the order of their strength.
enum class Origin : std::uint8_t { built_in, file, environment, flag };
std::string_view origin_name(Origin origin);

struct SettingValue {
    std::string text;
    Origin origin = Origin::built_in;
    std::string where;  // "fiscus.toml:3", "FISCUS_LOG__DIRECTORY", "--log"
};

struct SettingSources {
    std::optional<std::filesystem::path> file;
    // name=value pairs of the environment; only FISCUS_…__… are ours.
    std::vector<std::pair<std::string, std::string>> environment;
    std::vector<std::pair<Setting, std::string>> flags;
};

class Settings {
public:
    static Result<Settings> load(const SettingSources& sources);

    [[nodiscard]] const SettingValue& value(Setting setting) const {
        return values_[static_cast<std::size_t>(setting)];
    }
    [[nodiscard]] bool given(Setting setting) const { return !value(setting).text.empty(); }
    [[nodiscard]] const std::string& text(Setting setting) const { return value(setting).text; }
    [[nodiscard]] std::filesystem::path path(Setting setting) const { return text(setting); }
    // integer and size; the setting is given.
    [[nodiscard]] std::int64_t integer(Setting setting) const;
    [[nodiscard]] std::vector<std::int32_t> integers(Setting setting) const;
    // "a=1,b=2" in order.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> pairs(Setting setting) const;
    // A value that the program itself decides; it has passed the checks of its kind.
    void replace(Setting setting, std::string text);
    // For people: the values of pairs that name a secret are not shown.
    [[nodiscard]] std::string shown(Setting setting) const;

private:
    Settings();
    Status take(const SettingSpec& spec, std::string text, Origin origin, std::string where);
    Status take_file(const std::filesystem::path& file);
    Status take_environment(const std::vector<std::pair<std::string, std::string>>& environment);

    std::array<SettingValue, settings_count> values_;
};

// 1024, 512KiB, 64MiB, 1GiB; nothing when it is not such a text or does not fit.
std::optional<std::int64_t> size_from_text(std::string_view text);

// The word of `words` that is nearest to `word`, if near enough to be a slip of the finger.
std::optional<std::string> nearest_word(std::string_view word,
                                        const std::vector<std::string>& words);

}  // namespace fiscus::app
