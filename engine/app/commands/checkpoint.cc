// `fiscus checkpoint create|verify|restore`: the engine's state as a directory of its own, from
// which a new node starts and reads only the tail of the log.
#include "engine/app/checkpoint.h"

#include <memory>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/reading.h"
#include "engine/app/open.h"

namespace fiscus::app {
namespace {

void print(Reading& reading, Console& console, const Checkpoint& checkpoint) {
    Table table{{{"partition", "partition", ColumnKind::integer},
                 {"next_offset", "next event", ColumnKind::integer},
                 {"sequence", "ledger sequence", ColumnKind::integer},
                 {"term", "term", ColumnKind::integer},
                 {"digest", "digest", ColumnKind::text}},
                {}};
    for (const CheckpointPartition& one : checkpoint.partitions) {
        table.rows.push_back({fmt::format("{}", one.partition), fmt::format("{}", one.next_offset),
                              fmt::format("{}", one.sequence), fmt::format("{}", one.term),
                              to_hex(one.digest)});
    }
    reading.print(console, table);
}

class CheckpointCommand : public Command {
public:
    void declare(CLI::App& options) override {
        options.add_option("CHECKPOINT", directory_, "Directory of the checkpoint")->required();
        reading_.declare(options);
    }

protected:
    std::string directory_;
    Reading reading_;
};

class Create final : public CheckpointCommand {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "checkpoint create",
                .summary = "Copy a stopped engine's state, with a manifest of what it is",
                .example =
                    "fiscus checkpoint create /backup/2026-03-15 --state "
                    "/var/lib/fiscus/state",
                .details =
                    "The process that uses the state must be stopped, or be a standby's that is: "
                    "the state's lock is taken meanwhile. On the same disk files are linked, so it "
                    "takes a moment and little space. Statistics are not in it.",
                .settings = {Setting::state_directory}};
    }
    Result<ExitCode> run(Context& context) override {
        FISCUS_ASSIGN(const auto state, state_directory(context.settings));
        FISCUS_ASSIGN(const Checkpoint made, create_checkpoint(state, directory_));
        print(reading_, context.console, made);
        return ExitCode::success;
    }
};

class Verify final : public CheckpointCommand {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "checkpoint verify",
                .summary = "Check a checkpoint file by file and record by record",
                .example = "fiscus checkpoint verify /backup/2026-03-15 --kafka 127.0.0.1:9092",
                .details =
                    "Its files are those of the manifest, and its records add up to the digest. "
                    "With a log also: it is of this log, which still has the last event applied, "
                    "and whose journal says the same digest at that place.",
                .settings = {Setting::log_directory, Setting::kafka_bootstrap}};
    }
    Result<ExitCode> run(Context& context) override {
        std::unique_ptr<log::Log> log;
        if (context.settings.given(Setting::log_directory) ||
            context.settings.given(Setting::kafka_bootstrap)) {
            FISCUS_ASSIGN(log, open_log(context.settings, LogMode::existing));
        }
        FISCUS_ASSIGN(const Checkpoint found, verify_checkpoint(directory_, log.get()));
        print(reading_, context.console, found);
        context.console.note(log ? "the checkpoint is whole, and of this log"
                                 : "the checkpoint is whole; name a log to check it against");
        return ExitCode::success;
    }
};

class Restore final : public CheckpointCommand {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "checkpoint restore",
                .summary = "Make a new state directory of a checkpoint, after verifying it",
                .example =
                    "fiscus checkpoint restore /backup/2026-03-15 --state "
                    "/var/lib/fiscus/state --kafka 127.0.0.1:9092",
                .details =
                    "`fiscus run` then starts where the checkpoint was taken and reads what "
                    "follows. Nothing is overwritten: the directory must not hold a state.",
                .settings = {Setting::state_directory, Setting::log_directory,
                             Setting::kafka_bootstrap}};
    }
    Result<ExitCode> run(Context& context) override {
        FISCUS_ASSIGN(const auto state, state_directory(context.settings));
        FISCUS_ASSIGN(const auto log, open_log(context.settings, LogMode::existing));
        FISCUS_ASSIGN(const Checkpoint found, restore_checkpoint(directory_, state, *log));
        print(reading_, context.console, found);
        return ExitCode::success;
    }
};

}  // namespace

std::unique_ptr<Command> make_checkpoint_create() { return std::make_unique<Create>(); }
std::unique_ptr<Command> make_checkpoint_restore() { return std::make_unique<Restore>(); }
std::unique_ptr<Command> make_checkpoint_verify() { return std::make_unique<Verify>(); }

}  // namespace fiscus::app
