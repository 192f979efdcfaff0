// `fiscus promote|demote`: hands partitions over by a claim of a higher term in the journal, which
// names who is to lead. The present leader stands down when it sees it; the one who is named takes
// over at once. No process is spoken to: what counts stands in the journal.
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/reading.h"
#include "engine/app/open.h"
#include "engine/journal/publisher.h"
#include "engine/log/topics.h"
#include "engine/runtime/sign.h"

namespace fiscus::app {
namespace {

// Longer than the time between two signs.
constexpr std::chrono::milliseconds listen{1'300};
constexpr std::chrono::seconds journal_wait{10};
// As in /readyz: further behind than this is not ready.
constexpr std::uint64_t behind_max = 100'000;

struct Place {
    std::int32_t partition = 0;
    journal::Cursor cursor;  // where the journal ends
    std::int64_t events_end = 0;
    std::optional<runtime::Sign> leader;
    std::int64_t leader_position = 0;
    bool leader_lives = false;
    std::optional<runtime::Sign> standby;
    bool standby_lives = false;
    Hash128 digest_there{};  // the journal's at the standby's place
    bool digest_known = false;

    [[nodiscard]] std::uint64_t sequence() const { return cursor.next_sequence - 1; }
    [[nodiscard]] std::uint64_t behind() const {
        return standby && standby->sequence < sequence() ? sequence() - standby->sequence : 0;
    }
    // Nothing: the standby's place is inside a block, or another one by now.
    [[nodiscard]] std::optional<bool> agrees() const {
        return standby && digest_known ? std::optional(standby->digest == digest_there)
                                       : std::nullopt;
    }
};

Result<std::optional<log::Note>> note_of(log::Log& log,
                                         std::int32_t partition,
                                         std::string_view name) {
    return log.note(log::events_topic, partition, name);
}

std::optional<runtime::Sign> sign_of(const std::optional<log::Note>& note) {
    return note ? runtime::sign_from_text(note->text) : std::nullopt;
}

// The whole journal, so that every block before the claim has been looked at.
Status read_journal(log::Log& log, Place& place) {
    FISCUS_ASSIGN(const log::Extent extent, log.extent(log::journal_topic, place.partition));
    FISCUS_ASSIGN(const auto reader, journal::JournalReader::open(log, place.partition, {}));
    const auto look = [&place](const journal::Cursor& cursor) {
        if (place.standby && cursor.next_sequence - 1 == place.standby->sequence) {
            place.digest_there = cursor.state_digest;
            place.digest_known = true;
        }
    };
    look(reader->cursor());
    for (;;) {
        FISCUS_ASSIGN(const auto block, reader->next_before(extent.end, journal_wait));
        if (!block) {
            break;
        }
        look(reader->cursor());
    }
    place.cursor = reader->cursor();
    return Done{};
}

Result<std::vector<Place>> look_around(log::Log& log,
                                       const std::vector<std::int32_t>& partitions,
                                       const std::string& writer) {
    std::vector<Place> places;
    std::vector<std::optional<log::Note>> before;
    const std::string standby = runtime::standby_note(writer);
    for (const std::int32_t partition : partitions) {
        places.emplace_back().partition = partition;
        FISCUS_ASSIGN(before.emplace_back(), note_of(log, partition, runtime::leader_note));
        FISCUS_ASSIGN(before.emplace_back(), note_of(log, partition, standby));
    }
    std::this_thread::sleep_for(listen);
    for (std::size_t i = 0; i < places.size(); ++i) {
        Place& place = places[i];
        FISCUS_ASSIGN(const auto leader, note_of(log, place.partition, runtime::leader_note));
        FISCUS_ASSIGN(const auto follower, note_of(log, place.partition, standby));
        place.leader = sign_of(leader);
        place.leader_position = leader ? leader->position : 0;
        place.leader_lives = place.leader && place.leader->beat > 0 && leader != before[2 * i];
        place.standby = writer.empty() ? std::nullopt : sign_of(follower);
        place.standby_lives =
            place.standby && place.standby->beat > 0 && follower != before[2 * i + 1];
        FISCUS_ASSIGN(const log::Extent events, log.extent(log::events_topic, place.partition));
        place.events_end = events.end;
        FISCUS_TRY(read_journal(log, place));
    }
    return places;
}

// Why the standby should not lead, or the leader not stand down; nothing: it may.
std::optional<Error> objection(const Place& place, const std::string& writer, bool local) {
    const auto of = fmt::format("partition {}", place.partition);
    if (local && place.leader_lives) {
        return Error{ErrorCode::usage,
                     fmt::format("{} holds {} for as long as it runs", place.leader->writer, of),
                     "one process at a time writes to a local log",
                     "Stop it: a standby takes over within five seconds."};
    }
    if (writer.empty()) {
        return std::nullopt;
    }
    if (place.leader_lives && place.leader->writer == writer) {
        return Error{ErrorCode::usage, fmt::format("{} leads {} already", writer, of), "",
                     "Name the standby that is to lead."};
    }
    if (!place.standby_lives) {
        return Error{ErrorCode::not_found,
                     fmt::format("no standby {} gives signs of {}", writer, of),
                     place.standby ? "its last sign is an old one" : "there is none of that name",
                     "Start it: fiscus run --standby, with engine.writer set to that name."};
    }
    if (place.agrees() == false) {
        return Error{ErrorCode::diverged,
                     fmt::format("the standby {} differs from the journal of {}", writer, of),
                     fmt::format("after entry {} its digest is {}, the journal's {}",
                                 place.standby->sequence, to_hex(place.standby->digest),
                                 to_hex(place.digest_there)),
                     "Delete its state and let it build it anew; `fiscus replay` names the first "
                     "difference."};
    }
    if (place.behind() > behind_max) {
        return Error{
            ErrorCode::usage,
            fmt::format("the standby {} is {} entries behind in {}", writer, place.behind(), of),
            fmt::format("more than {} would keep everybody waiting", behind_max),
            "Wait until it has caught up."};
    }
    return std::nullopt;
}

Table table_of(const std::vector<Place>& places, const std::string& writer, bool local) {
    Table table{{{"partition", "partition", ColumnKind::integer},
                 {"leader", "leader", ColumnKind::text},
                 {"leader_lives", "gives signs", ColumnKind::boolean},
                 {"term", "term", ColumnKind::integer},
                 {"next_term", "term of the claim", ColumnKind::integer},
                 {"sequence", "ledger sequence", ColumnKind::integer},
                 {"events_end", "end of events", ColumnKind::integer},
                 {"standby", "standby", ColumnKind::text},
                 {"standby_lives", "gives signs", ColumnKind::boolean},
                 {"behind", "entries behind", ColumnKind::integer},
                 {"digest", "digest", ColumnKind::text},
                 {"verdict", "verdict", ColumnKind::text}},
                {}};
    for (const Place& place : places) {
        const auto no = objection(place, writer, local);
        const auto agrees = place.agrees();
        table.rows.push_back(
            {fmt::format("{}", place.partition), place.leader ? place.leader->writer : "",
             place.leader_lives ? "true" : "false", fmt::format("{}", place.cursor.term),
             fmt::format("{}", place.cursor.term + 1), fmt::format("{}", place.sequence()),
             fmt::format("{}", place.events_end), place.standby ? place.standby->writer : "",
             place.standby_lives ? "true" : "false", fmt::format("{}", place.behind()),
             !place.standby ? "" : (!agrees ? "not compared" : (*agrees ? "agrees" : "differs")),
             no ? "no: " + no->what : "the leader stands down"});
    }
    return table;
}

class Handover : public Command {
public:
    void declare(CLI::App& options) override {
        options.add_option("--partition", partition_, "Only this partition; else all")
            ->check(CLI::NonNegativeNumber);
        options.add_flag("--dry-run", dry_run_, "Show what would happen, and change nothing");
        reading_.declare(options);
    }

protected:
    Result<ExitCode> hand_over(Context& context, const std::string& writer) {
        FISCUS_ASSIGN(const auto log, open_log(context.settings, LogMode::existing));
        const bool local = context.settings.given(Setting::log_directory);
        FISCUS_ASSIGN(const std::int32_t count, partitions_of(*log, log::journal_topic));
        std::vector<std::int32_t> partitions;
        for (std::int32_t partition = 0; partition < count; ++partition) {
            if (partition_ < 0 || partition == partition_) {
                partitions.push_back(partition);
            }
        }
        if (partitions.empty()) {
            return Error{ErrorCode::usage, fmt::format("there is no partition {}", partition_),
                         fmt::format("the topics have {}", count), "Number them from 0."};
        }
        FISCUS_ASSIGN(const std::vector<Place> places, look_around(*log, partitions, writer));
        std::optional<Error> no;
        for (const Place& place : places) {
            no = no ? no : objection(place, writer, local);
        }
        if (dry_run_) {
            reading_.print(context.console, table_of(places, writer, local));
            context.console.note("nothing was changed");
            return no ? ExitCode::finding : ExitCode::success;
        }
        if (no) {
            return *std::move(no);
        }
        for (const Place& place : places) {
            FISCUS_TRY(journal::Publisher::open(*log, place.partition, place.cursor,
                                                runtime::handover_to(writer)));
        }
        reading_.print(context.console, table_of(places, writer, local));
        context.console.note(
            writer.empty() ? "the leader stands down; a standby, where one runs, takes over at once"
                           : fmt::format("the leader stands down; {} takes over", writer));
        return ExitCode::success;
    }

private:
    std::int32_t partition_ = -1;
    bool dry_run_ = false;
    Reading reading_;
};

class Promote final : public Handover {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "promote",
                .summary = "Let a standby take over from the present leader",
                .example =
                    "fiscus promote engine-2 --dry-run --kafka 127.0.0.1:9092\n"
                    "fiscus promote engine-2 --kafka 127.0.0.1:9092",
                .details =
                    "WRITER is the standby's engine.writer. Refused when it "
                    "gives no signs of life, is more than 100,000 entries behind, or its digest is "
                    "not the journal's; --dry-run then ends with exit code 3. A leader that runs "
                    "with --standby follows afterwards; any "
                    "other ends.",
                .settings = {Setting::log_directory, Setting::kafka_bootstrap}};
    }
    void declare(CLI::App& options) override {
        options.add_option("WRITER", writer_, "Name of the standby")->required();
        Handover::declare(options);
    }
    Result<ExitCode> run(Context& context) override {
        if (writer_.empty()) {
            return Error{ErrorCode::usage, "no standby is named", "",
                         "Give its engine.writer; `fiscus demote` leaves the choice to them."};
        }
        return hand_over(context, writer_);
    }

private:
    std::string writer_;
};

class Demote final : public Handover {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "demote",
                .summary = "Make the present leader stand down, for whichever standby is there",
                .example =
                    "fiscus demote --partition 0 --dry-run --kafka 127.0.0.1:9092\n"
                    "fiscus demote --kafka 127.0.0.1:9092",
                .details =
                    "Where no standby runs, nobody writes afterwards until an engine is started. A "
                    "leader that runs with --standby follows afterwards, or leads again when there "
                    "is nobody else; any other ends.",
                .settings = {Setting::log_directory, Setting::kafka_bootstrap}};
    }
    Result<ExitCode> run(Context& context) override { return hand_over(context, ""); }
};

}  // namespace

std::unique_ptr<Command> make_demote() { return std::make_unique<Demote>(); }
std::unique_ptr<Command> make_promote() { return std::make_unique<Promote>(); }

}  // namespace fiscus::app
