// `fiscus publish FILE`: JSON lines or CSV rows as events. Every line is checked before anything is
// sent, so a wrong file leaves no trace; errors carry the file's line numbers.
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/convert/csv_events.h"
#include "engine/app/convert/event_json.h"
#include "engine/app/event_signer.h"
#include "engine/app/numbers.h"
#include "engine/app/open.h"
#include "engine/app/pipeline.h"
#include "engine/app/progress.h"
#include "engine/app/signals.h"
#include "engine/log/topics.h"

namespace fiscus::app {
namespace {

// More would scroll the first ones away.
constexpr std::size_t errors_shown_max = 20;
constexpr std::size_t batch_records_max = 4'096;

struct LineError {
    std::uint64_t line = 0;
    std::string text;
};

// One line of the file: its number and JSON, or what is wrong with it.
using LineVisitor = std::function<Status(std::uint64_t line, const Result<std::string>& json)>;

Status visit_json_lines(std::istream& input, const LineVisitor& visit) {
    std::string text;
    for (std::uint64_t line = 1; std::getline(input, text); ++line) {
        if (line == 1 && (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))) {
            return Error{ErrorCode::usage, "the file is not UTF-8", "it begins as UTF-16 does",
                         "Save it as UTF-8 (`iconv -f UTF-16 -t UTF-8`)."};
        }
        if (!text.empty() && text.back() == '\r') {
            text.pop_back();
        }
        if (line == 1 && text.starts_with("\xEF\xBB\xBF")) {
            text.erase(0, 3);
        }
        // An empty line at the end of a file is usual and means nothing.
        if (text.find_first_not_of(" \t") != std::string::npos) {
            FISCUS_TRY(visit(line, text));
        }
    }
    return Done{};
}

Status visit_csv_rows(std::istream& input,
                      const convert::ColumnMap& map,
                      const LineVisitor& visit) {
    FISCUS_ASSIGN(const auto rows, convert::CsvEvents::open(input, map));
    for (std::uint64_t errors = 0; errors < errors_shown_max;) {
        auto row = rows->next();
        if (!row.ok()) {
            // The text of the error names the line already.
            ++errors;
            FISCUS_TRY(visit(0, std::move(row).error()));
            continue;
        }
        if (!row.value()) {
            break;
        }
        FISCUS_TRY(visit(row.value()->line, row.value()->json));
    }
    return Done{};
}

// The file, readable as often as needed.
class EventFile {
public:
    static Result<EventFile> open(const std::filesystem::path& file, const std::string& map_file) {
        EventFile events(file);
        std::error_code error;
        if (!std::filesystem::is_regular_file(file, error)) {
            return Error{ErrorCode::usage, fmt::format("cannot read {}", file.string()),
                         error ? error.message() : "it is no file",
                         "Give a .jsonl or a .csv file."};
        }
        const std::string extension = file.extension().string();
        if (extension != ".csv" && extension != ".jsonl") {
            return Error{ErrorCode::usage, fmt::format("cannot tell what is in {}", file.string()),
                         "its name ends in neither .jsonl nor .csv", "Rename it."};
        }
        if ((extension == ".csv") == map_file.empty()) {
            return Error{ErrorCode::usage,
                         extension == ".csv" ? "a CSV file needs a map of its columns"
                                             : "JSON lines need no map of columns",
                         "",
                         extension == ".csv"
                             ? "Give --map MAP.toml; docs/formats/events.md shows one."
                             : "Leave --map out."};
        }
        if (!map_file.empty()) {
            std::ifstream map(map_file, std::ios::binary);
            std::ostringstream text;
            text << map.rdbuf();
            if (!map) {
                const bool is_file = std::filesystem::is_regular_file(map_file, error);
                return Error{ErrorCode::usage, fmt::format("cannot read the map {}", map_file),
                             error ? error.message()
                                   : (is_file ? std::generic_category().message(errno)
                                              : std::string("it is no file")),
                             "docs/formats/events.md shows a map."};
            }
            FISCUS_ASSIGN(events.map_, convert::ColumnMap::parse(text.str()));
        }
        return events;
    }

    Status visit(const LineVisitor& visitor) const {
        std::ifstream input(file_, std::ios::binary);
        FISCUS_TRY(map_ ? visit_csv_rows(input, *map_, visitor) : visit_json_lines(input, visitor));
        if (input.bad()) {
            return Error{ErrorCode::io, fmt::format("cannot read {} to its end", file_.string()),
                         "", ""};
        }
        return Done{};
    }

private:
    explicit EventFile(std::filesystem::path file) : file_(std::move(file)) {}

    std::filesystem::path file_;
    std::optional<convert::ColumnMap> map_;
};

// Collects the records of each partition and appends them a batch at a time.
class Sender {
public:
    Sender(log::Log& log, std::int32_t partitions) : log_(log), partitions_(partitions) {}

    Status send(convert::BuiltEvent event, std::int64_t timestamp_us) {
        const std::int32_t partition = partition_of_key(event.key, partitions_);
        Lane& lane = lanes_[partition];
        if (!lane.writer) {
            FISCUS_ASSIGN(lane.writer, log_.writer(log::events_topic, partition));
        }
        lane.events.emplace_back(std::move(event), timestamp_us);
        return lane.events.size() < batch_records_max ? Status(Done{}) : append(lane);
    }

    Status finish() {
        for (auto& [partition, lane] : lanes_) {
            FISCUS_TRY(append(lane));
            FISCUS_ASSIGN(const std::int64_t end, lane.writer->sync());
            static_cast<void>(end);
        }
        return Done{};
    }

private:
    struct Lane {
        std::unique_ptr<log::Writer> writer;
        std::vector<std::pair<convert::BuiltEvent, std::int64_t>> events;
    };

    static Status append(Lane& lane) {
        std::vector<log::NewRecord> records;
        records.reserve(lane.events.size());
        for (const auto& [event, timestamp_us] : lane.events) {
            records.push_back({.timestamp_us = timestamp_us,
                               .key = as_byte_span(event.key),
                               .value = event.value});
        }
        FISCUS_TRY(lane.writer->append(records));
        lane.events.clear();
        return Done{};
    }

    log::Log& log_;
    std::int32_t partitions_;
    std::map<std::int32_t, Lane> lanes_;
};

class Publish final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "publish",
            .summary = "Publish events from JSON lines or from CSV",
            .example =
                "fiscus publish events.jsonl --log /tmp/demo/log --dry-run\n"
                "fiscus publish claims.csv --map claims.toml --kafka 127.0.0.1:9092",
            .details =
                "Every line is checked before anything is sent; one wrong line and nothing is. "
                "docs/formats/events.md describes the JSON and the map. Publishing a file "
                "twice is harmless: repeats are duplicates. Events of a source whose key is in the "
                "directory of secrets (source-7-2-1.key, mode 0400; the highest number counts) "
                "are signed with it.",
            .settings = {Setting::log_directory, Setting::kafka_bootstrap,
                         Setting::secrets_directory}};
    }

    void declare(CLI::App& options) override {
        options.add_option("FILE", file_, "A .jsonl or a .csv file")->required();
        options.add_option("--map", map_file_, "Which CSV column is which field")
            ->type_name("MAP.toml");
        options.add_flag("--dry-run", dry_run_, "Check only");
        options.add_flag("--backdate", backdate_,
                         "The record's time is the time of its event, not now; for history");
        options.add_option("--programme", programme_, "Where a line names no programme")
            ->type_name("P")
            ->check(whole_number(1, UINT32_MAX));
        options.add_option("--source", source_, "Where a line names no source")
            ->type_name("N")
            ->check(whole_number(1, UINT16_MAX));
        options.add_option("--epoch", epoch_, "Where a line names no epoch")
            ->type_name("N")
            ->check(whole_number(0, UINT32_MAX));
        options
            .add_option("--sequence", sequence_,
                        "Where lines have no sequence number: the first one, counted upwards")
            ->type_name("N")
            ->check(whole_number(1));
        options.add_flag("--sm3", sm3_, "The keys of sources are of HMAC-SM3, not of HMAC-SHA256");
    }

    Result<ExitCode> run(Context& context) override {
        const StopSignals signals;
        FISCUS_ASSIGN(const EventFile file, EventFile::open(file_, map_file_));
        FISCUS_ASSIGN(signer_,
                      EventSigner::open(secrets_directory(context.settings),
                                        sm3_ ? draw::HashKind::sm3 : draw::HashKind::sha256));
        FISCUS_ASSIGN(const std::uint64_t events, check(context, file));
        if (dry_run_) {
            context.console.note(
                fmt::format("{} events are good; nothing was sent", count_text(events)));
            return ExitCode::success;
        }
        FISCUS_ASSIGN(const auto log, open_log(context.settings, LogMode::existing));
        FISCUS_ASSIGN(const std::int32_t partitions, partitions_of(*log, log::events_topic));
        if (backdate_) {
            FISCUS_TRY(check_stamps(*log));
        }
        Sender sender(*log, partitions);
        Progress progress(context.console, "published");
        std::uint64_t sent = 0;
        FISCUS_TRY(file.visit([&](std::uint64_t, const Result<std::string>& json) -> Status {
            if (signals.stop()) {
                return Error{ErrorCode::interrupted, fmt::format("stopped after {} events", sent),
                             "", "Publish the whole file again: repeats are duplicates."};
            }
            FISCUS_ASSIGN(convert::BuiltEvent event, build(json, sent));
            signer_.sign(event);
            const std::int64_t timestamp_us = backdate_ ? event.occurred_at_us : 0;
            ++sent;
            progress.update(sent, events);
            return sender.send(std::move(event), timestamp_us);
        }));
        FISCUS_TRY(sender.finish());
        progress.finish(sent);
        return ExitCode::success;
    }

private:
    // A topic that stamps records itself would forget the times of the events.
    static Status check_stamps(log::Log& log) {
        FISCUS_ASSIGN(const auto topic, log.describe(log::events_topic));
        if (!topic || topic->owned || topic->plan.stamps == log::Stamps::publisher) {
            return Done{};
        }
        return Error{ErrorCode::usage, "the times of the events cannot be kept",
                     fmt::format("topic {} stamps records itself", log::events_topic),
                     "Leave --backdate out, or import into a log whose topics were made with "
                     "--event-stamps publisher."};
    }

    // The number of good events; an error that lists the wrong lines otherwise.
    Result<std::uint64_t> check(Context& context, const EventFile& file) const {
        std::uint64_t good = 0;
        std::uint64_t wrong = 0;
        std::vector<LineError> errors;
        FISCUS_TRY(file.visit([&](std::uint64_t line, const Result<std::string>& json) -> Status {
            const auto event = build(json, good + wrong);
            if (event.ok()) {
                ++good;
                return Done{};
            }
            ++wrong;
            if (errors.size() < errors_shown_max) {
                errors.push_back({line, event.error().text()});
            }
            return Done{};
        }));
        for (const LineError& error : errors) {
            context.console.note(error.line == 0
                                     ? fmt::format("{}: {}", file_, error.text)
                                     : fmt::format("{}:{}: {}", file_, error.line, error.text));
        }
        if (wrong > 0) {
            return Error{
                ErrorCode::usage,
                fmt::format("{} of {} lines are wrong", count_text(wrong),
                            count_text(good + wrong)),
                errors.size() < wrong ? fmt::format("the first {} are above", errors.size()) : "",
                "Nothing was sent. Correct the file and publish it again."};
        }
        return good;
    }

    [[nodiscard]] Result<convert::BuiltEvent> build(const Result<std::string>& json,
                                                    std::uint64_t before) const {
        if (!json.ok()) {
            return Error(json.error());
        }
        convert::EnvelopeDefaults defaults{
            .programme = programme_, .source = source_, .epoch = epoch_, .sequence = {}};
        if (sequence_) {
            defaults.sequence = *sequence_ + before;
        }
        if (!signer_.empty()) {
            defaults.signing_key = [this](std::uint32_t programme, std::uint16_t source) {
                return signer_.key_of(programme, source);
            };
        }
        return convert::event_from_json(json.value(), defaults);
    }

    std::string file_;
    std::string map_file_;
    bool dry_run_ = false;
    bool backdate_ = false;
    std::optional<std::uint32_t> programme_;
    std::optional<std::uint16_t> source_;
    std::optional<std::uint32_t> epoch_;
    std::optional<std::uint64_t> sequence_;
    bool sm3_ = false;
    EventSigner signer_;
};

}  // namespace

std::unique_ptr<Command> make_publish() { return std::make_unique<Publish>(); }

}  // namespace fiscus::app
