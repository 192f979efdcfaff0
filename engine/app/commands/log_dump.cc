// `fiscus log dump`: the records of a topic as JSON lines, for outside tools and for people who
// look for something. Events and statistics are dumped by their own offset; the journal by ledger
// sequence.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/app/commands/commands.h"
#include "engine/app/convert/event_json.h"
#include "engine/app/journal_json.h"
#include "engine/app/journal_walk.h"
#include "engine/app/numbers.h"
#include "engine/app/open.h"
#include "engine/app/output/utf8.h"
#include "engine/base/time.h"
#include "engine/log/topics.h"

namespace fiscus::app {
namespace {

struct DumpTopic {
    std::string_view word;
    std::string_view topic;
};

constexpr std::array<DumpTopic, 7> dump_topics{{
    {"events", log::events_topic},
    {"journal", log::journal_topic},
    {"outcomes", log::outcomes_topic},
    {"refusals", log::refusals_topic},
    {"statistics", log::statistics_topic},
    {"statistics-history", log::statistics_history_topic},
    {"reconciliation", log::reconciliation_topic},
}};

class LogDump final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "log dump",
            .summary = "Print the records of a topic, one line each",
            .example =
                "fiscus log dump --log /tmp/demo/log --topic journal --json\n"
                "fiscus log dump --log /tmp/demo/log --topic events --from 100 --to 110",
            .details =
                "--from and --to are offsets, of the journal ledger sequence numbers; --to is the "
                "first one that is not printed. Without --json each record is one short line.",
            .settings = {Setting::log_directory, Setting::kafka_bootstrap}};
    }

    void declare(CLI::App& options) override {
        std::string words;
        for (const DumpTopic& topic : dump_topics) {
            words += fmt::format("{}{}", words.empty() ? "" : ", ", topic.word);
        }
        options.add_option("--topic", topic_, "One of: " + words)->required()->type_name("TOPIC");
        options
            .add_option("--partition", partition_, "Only this partition; without it, all of them")
            ->type_name("N")
            ->check(whole_number(0, INT32_MAX));
        options.add_option("--from", from_, "First one to print")
            ->type_name("N")
            ->check(whole_number(0));
        options.add_option("--to", to_, "First one not to print")
            ->type_name("N")
            ->check(whole_number(0));
        options.add_flag("--json", json_, "As JSON, one object a line");
    }

    Result<ExitCode> run(Context& context) override {
        const auto topic = std::ranges::find(dump_topics, topic_, &DumpTopic::word);
        if (topic == dump_topics.end()) {
            return Error{ErrorCode::usage, fmt::format("there is no topic `{}`", topic_), "",
                         "`fiscus log dump --help` names the topics."};
        }
        if (from_ < 0 || to_ < from_) {
            return Error{ErrorCode::usage, "--from and --to are no range",
                         fmt::format("from {} up to {}", from_, to_),
                         "--from is 0 or more, --to is --from or more."};
        }
        FISCUS_ASSIGN(const auto log, open_log(context.settings, LogMode::existing));
        FISCUS_ASSIGN(const std::int32_t partitions, partitions_of(*log, topic->topic));
        if (partition_ && (*partition_ < 0 || *partition_ >= partitions)) {
            return Error{ErrorCode::usage, fmt::format("there is no partition {}", *partition_),
                         fmt::format("the topic has partitions 0 to {}", partitions - 1),
                         "Give one of these, or leave --partition out for all of them."};
        }
        const std::int32_t first = partition_.value_or(0);
        const std::int32_t end = partition_ ? *partition_ + 1 : partitions;
        for (std::int32_t partition = first; partition < end && !context.console.broken();
             ++partition) {
            FISCUS_TRY(topic->word == "journal"
                           ? dump_journal(context.console, *log, partition)
                           : dump_records(context.console, *log, topic->topic, partition));
        }
        return ExitCode::success;
    }

private:
    Status dump_journal(Console& console, log::Log& log, std::int32_t partition) {
        JsonWriter json;
        return walk_journal(log, partition, [&](const WalkedEntry& walked) {
            const wire::Entry& entry = *walked.entry;
            const auto sequence = static_cast<std::int64_t>(entry.sequence());
            if (sequence >= to_ || console.broken()) {
                return false;
            }
            if (sequence < from_) {
                return true;
            }
            if (json_) {
                json.clear();
                append_entry(json, {partition, walked.block_offset, walked.term}, entry,
                             walked.postings, walked.detail);
                console.print(json.text() + "\n");
            } else {
                console.print(entry_line(partition, entry));
            }
            return true;
        });
    }

    static std::string entry_line(std::int32_t partition, const wire::Entry& entry) {
        std::string line = fmt::format("{}:{}  offset {}  {}  {}", partition, entry.sequence(),
                                       entry.input_offset(), outcome_word(entry.outcome()),
                                       kind_word(entry.kind()));
        if (entry.reason() != 0) {
            line += fmt::format("  {}", reason_word(entry.reason()));
        }
        if (entry.amount_fen() != 0) {
            line += fmt::format("  {} fen", entry.amount_fen());
        }
        return line + fmt::format("  {} postings\n", entry.postings());
    }

    Status dump_records(Console& console,
                        log::Log& log,
                        std::string_view topic,
                        std::int32_t partition) {
        JsonWriter json;
        const bool events = topic == log::events_topic;
        return walk_records(log, topic, partition, from_, to_, [&](const log::Record& record) {
            if (json_) {
                json.clear();
                begin_record(json, partition, record);
                append_value(json, record, events);
                json.end_object();
                console.print(json.text() + "\n");
            } else {
                console.print(record_line(partition, record, events));
            }
            return !console.broken();
        });
    }

    static void append_value(JsonWriter& json, const log::Record& record, bool event);
    static std::string record_line(std::int32_t partition, const log::Record& record, bool event);

    std::string topic_;
    std::optional<std::int32_t> partition_;
    std::int64_t from_ = 0;
    std::int64_t to_ = std::numeric_limits<std::int64_t>::max();
    bool json_ = false;
};

void LogDump::append_value(JsonWriter& json, const log::Record& record, bool event) {
    if (record.value_is_null) {
        json.key("value");
        json.null();
    } else if (!event) {
        // Everything but events is JSON already, but a topic can be written by anybody.
        const std::string_view text = as_text(record.value);
        json.key("value");
        if (nlohmann::json::accept(text)) {
            json.raw(text);
        } else {
            json.string(text);
        }
    } else {
        const auto text = convert::event_to_json(record.value);
        if (text.ok()) {
            json.key("event");
            json.raw(text.value());
        } else {
            json.field("value_hex", hex_text(record.value));
        }
    }
}

std::string LogDump::record_line(std::int32_t partition, const log::Record& record, bool event) {
    const std::string place = fmt::format(
        "{}:{}  {}  key {}", partition, record.offset, instant_text(record.timestamp_us),
        record.key_is_null ? "(none)" : printable(as_text(record.key)));
    if (record.value_is_null) {
        return place + "  (no value)\n";
    }
    if (!event) {
        return fmt::format("{}  {}\n", place, printable(as_text(record.value)));
    }
    const auto text = convert::event_to_json(record.value);
    return text.ok() ? fmt::format("{}  {}\n", place, printable(text.value()))
                     : fmt::format("{}  {} bytes that are no event\n", place, record.value.size());
}

}  // namespace

std::unique_ptr<Command> make_log_dump() { return std::make_unique<LogDump>(); }

}  // namespace fiscus::app
