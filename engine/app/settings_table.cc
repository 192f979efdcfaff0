// The table of all settings: names, defaults, ranges, sentences. docs/configuration.md is printed
// from it.
#include <array>
#include <cctype>

#include "engine/app/settings.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace fiscus::app {
namespace {

constexpr std::int64_t mebibyte = 1LL << 20;

constexpr std::array<SettingSpec, settings_count> specs{{
    {.setting = Setting::log_directory,
     .key = "log.directory",
     .kind = SettingKind::path,
     .default_text = "",
     .flag = "--log",
     .placeholder = "DIR",
     .example = "/var/lib/fiscus/log",
     .help = "Directory of the embedded local log. Give either this or kafka.bootstrap."},
    {.setting = Setting::kafka_bootstrap,
     .key = "kafka.bootstrap",
     .kind = SettingKind::text,
     .default_text = "",
     .flag = "--kafka",
     .placeholder = "HOST:PORT",
     .example = "127.0.0.1:9092",
     .help = "Bootstrap servers of Kafka, with commas between them."},
    {.setting = Setting::kafka_client,
     .key = "kafka.client",
     .kind = SettingKind::pairs,
     .default_text = "",
     .flag = "",
     .placeholder = "NAME=VALUE,…",
     .example = "security.protocol=ssl,ssl.ca.location=/etc/fiscus/ca.pem",
     .help = "Settings of librdkafka as they are, over the safe ones of fiscus."},
    {.setting = Setting::topics_partitions,
     .key = "topics.partitions",
     .kind = SettingKind::integer,
     .default_text = "1",
     .flag = "--partitions",
     .placeholder = "N",
     .example = "4",
     .minimum = 1,
     .maximum = 1'024,
     .help = "Partitions of each topic when topics are made; fixed afterwards."},
    {.setting = Setting::topics_replication,
     .key = "topics.replication",
     .kind = SettingKind::integer,
     .default_text = "",
     .flag = "--replication",
     .placeholder = "N",
     .example = "3",
     .minimum = 1,
     .maximum = 9,
     .help =
         "Replicas of each partition when topics are made in Kafka; empty: as the broker does."},
    {.setting = Setting::topics_event_stamps,
     .key = "topics.event_stamps",
     .kind = SettingKind::choice,
     .default_text = "log",
     .flag = "--event-stamps",
     .placeholder = "WHO",
     .example = "log",
     .choices = "log publisher",
     .help =
         "Who stamps the events in Kafka: log, by the broker's clock, or publisher, for imports "
         "and generated loads, whose records carry the times of their events."},
    {.setting = Setting::state_directory,
     .key = "state.directory",
     .kind = SettingKind::path,
     .default_text = "",
     .flag = "--state",
     .placeholder = "DIR",
     .example = "/var/lib/fiscus/state",
     .help = "Directory of the state: engine/<partition> and statistics/<partition> below it. It "
             "may be deleted at any time and is then rebuilt from the log."},
    {.setting = Setting::engine_memory,
     .key = "engine.memory",
     .kind = SettingKind::size,
     .default_text = "1GiB",
     .flag = "--memory",
     .placeholder = "SIZE",
     .example = "2GiB",
     .minimum = 256 * mebibyte,
     .maximum = 1'048'576 * mebibyte,
     .help = "Memory of the process: caches, memtables and queues are cut from it."},
    {.setting = Setting::engine_turn_records,
     .key = "engine.turn_records",
     .kind = SettingKind::integer,
     .default_text = "8192",
     .flag = "--turn",
     .placeholder = "N",
     .example = "1000",
     .minimum = 1,
     .maximum = static_cast<std::int64_t>(turn_records_max),
     .help =
         "Most events in one turn of the engine, which is one journal block. Changes no result."},
    {.setting = Setting::engine_fold_records,
     .key = "engine.fold_records",
     .kind = SettingKind::integer,
     .default_text = "393216",
     .flag = "",
     .placeholder = "N",
     .example = "65536",
     .minimum = 1,
     .maximum = 1'000'000'000,
     .help =
         "Events between two writes of the state; after a crash about so many are applied again."},
    {.setting = Setting::engine_partitions,
     .key = "engine.partitions",
     .kind = SettingKind::integers,
     .default_text = "",
     .flag = "",
     .placeholder = "N,N",
     .example = "0,1",
     .minimum = 0,
     .maximum = 1'023,
     .help = "Partitions that this process owns; empty: all."},
    {.setting = Setting::engine_writer,
     .key = "engine.writer",
     .kind = SettingKind::text,
     .default_text = "fiscus",
     .flag = "",
     .placeholder = "NAME",
     .example = "engine-1",
     .help = "Name of this writer in its claims of journal partitions, for people."},
    {.setting = Setting::secrets_directory,
     .key = "secrets.directory",
     .kind = SettingKind::path,
     .default_text = "",
     .flag = "--secrets",
     .placeholder = "DIR",
     .example = "/run/credentials/fiscus.service",
     .help =
         "Directory of keys, each of mode 0400: of instant draws (draw-1-2026-03-01.key) and of "
         "sources (source-7-2-1.key); empty: $CREDENTIALS_DIRECTORY, where systemd puts "
         "them."},
    {.setting = Setting::run_only,
     .key = "run.only",
     .kind = SettingKind::choice,
     .default_text = "both",
     .flag = "--only",
     .placeholder = "PART",
     .example = "engine",
     .choices = "both engine statistics",
     .help = "Which part runs: engine, statistics, or both in one process."},
    {.setting = Setting::standby_patience,
     .key = "standby.patience_ms",
     .kind = SettingKind::integer,
     .default_text = "2000",
     .flag = "",
     .placeholder = "MS",
     .example = "10000",
     .minimum = 1'000,
     .maximum = 600'000,
     .help = "Milliseconds without a sign of the leader after which a standby takes its place; a "
             "leader gives two signs a second."},
    {.setting = Setting::http_port,
     .key = "http.port",
     .kind = SettingKind::integer,
     .default_text = "",
     .flag = "--http",
     .placeholder = "PORT",
     .example = "9464",
     .minimum = 0,
     .maximum = 65'535,
     .help = "Port of /metrics, /livez and /readyz; empty: none, 0: any free one (named at the "
             "start)."},
    {.setting = Setting::http_address,
     .key = "http.address",
     .kind = SettingKind::text,
     .default_text = "127.0.0.1",
     .flag = "",
     .placeholder = "ADDRESS",
     .example = "127.0.0.1",
     .help = "Loopback address that the port is bound to, 127.0.0.1 to 127.255.255.255 or ::1; any "
             "other is refused, for a proxy to stand before it."},
    {.setting = Setting::http_ready_lag_records,
     .key = "http.ready_lag_records",
     .kind = SettingKind::integer,
     .default_text = "100000",
     .flag = "",
     .placeholder = "N",
     .example = "10000",
     .minimum = 0,
     .maximum = 1'000'000'000'000,
     .help = "/readyz says no while a partition is further behind its log than this."},
    {.setting = Setting::http_live_seconds,
     .key = "http.live_seconds",
     .kind = SettingKind::integer,
     .default_text = "60",
     .flag = "",
     .placeholder = "N",
     .example = "30",
     .minimum = 1,
     .maximum = 86'400,
     .help = "/livez says no when a loop has not turned for so long."},
    {.setting = Setting::output_language,
     .key = "output.language",
     .kind = SettingKind::choice,
     .default_text = "zh",
     .flag = "--language",
     .placeholder = "LANGUAGE",
     .example = "en",
     .choices = "zh en",
     .help = "Language of headings in tables and CSV: zh or en. JSON is the same in both."},
    {.setting = Setting::logging_format,
     .key = "logging.format",
     .kind = SettingKind::choice,
     .default_text = "text",
     .flag = "--logging-format",
     .placeholder = "FORMAT",
     .example = "json",
     .choices = "text json",
     .help = "Form of the log lines of `run` on stderr: text or json."},
    {.setting = Setting::logging_level,
     .key = "logging.level",
     .kind = SettingKind::choice,
     .default_text = "info",
     .flag = "--logging-level",
     .placeholder = "LEVEL",
     .example = "warn",
     .choices = "debug info warn error",
     .help = "Least level of log lines that are written: debug, info, warn or error."},
}};

}  // namespace

std::span<const SettingSpec> setting_specs() { return specs; }

const SettingSpec& spec_of(Setting setting) {
    const SettingSpec& spec = specs[static_cast<std::size_t>(setting)];
    FISCUS_CHECK(spec.setting == setting,
                 "the table of settings is in the order of the enumeration");
    return spec;
}

std::string environment_name(const SettingSpec& spec) {
    std::string name = "FISCUS_";
    for (const char letter : spec.key) {
        if (letter == '.') {
            name += "__";
        } else {
            name.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(letter))));
        }
    }
    return name;
}

}  // namespace fiscus::app
