// `fiscus replay`: proves that the published journal and statistics follow from the events alone.
#include "engine/app/replay.h"

#include <optional>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/open.h"
#include "engine/app/output/json.h"
#include "engine/app/pipeline.h"
#include "engine/app/progress.h"
#include "engine/app/signals.h"
#include "engine/app/temporary_directory.h"
#include "engine/base/ids.h"

namespace fiscus::app {
namespace {

struct Verdict {
    JournalReplay journal;
    StatisticsReplay statistics;
    bool digest_agrees = true;
    [[nodiscard]] bool good() const {
        return digest_agrees && journal.difference.empty() && statistics.difference.empty();
    }
};

class ReplayCommand final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "replay",
            .summary = "Rebuild everything from the events and compare it with what is published",
            .example =
                "fiscus replay --log /tmp/demo/log --expect 2f6b0b1f0c1d4c0e9d4b8a7e6f5d4c3b",
            .details =
                "Works in a temporary directory and writes nothing to the log. Compares the "
                "digest, every journal entry with its postings, every block's digest and "
                "every row of statistics; names the first difference and ends with 3.",
            .settings = {Setting::log_directory, Setting::kafka_bootstrap, Setting::engine_memory,
                         Setting::secrets_directory}};
    }

    void declare(CLI::App& options) override {
        options.add_option("--expect", expect_, "Digest that must come out; 32 hexadecimal digits")
            ->type_name("DIGEST");
        options.add_flag("--json", json_, "As JSON");
    }

    Result<ExitCode> run(Context& context) override {
        std::optional<Id128> expected;
        if (!expect_.empty()) {
            expected = id128_from_hex(expect_);
            if (!expected) {
                return Error{ErrorCode::usage, fmt::format("`{}` is no digest", expect_), "",
                             "A digest is 32 hexadecimal digits; `fiscus digest` prints one."};
            }
        }
        const StopSignals signals;
        FISCUS_ASSIGN(const auto log, open_log(context.settings, LogMode::existing));
        FISCUS_ASSIGN(const auto directory, TemporaryDirectory::make("fiscus-replay"));
        ReplayOptions options{.directory = directory->path(),
                              .memory_bytes = static_cast<std::uint64_t>(
                                  context.settings.integer(Setting::engine_memory)),
                              .secrets = secrets_directory(context.settings),
                              .progress = nullptr};
        Progress progress(context.console, "replay");
        options.progress = [&](std::uint64_t done, std::uint64_t total) {
            progress.update(done, total);
            return !signals.stop();
        };
        FISCUS_ASSIGN(Replay replayed, replay(*log, options));
        progress.finish(replayed.journal.entries);
        Verdict verdict{.journal = std::move(replayed.journal),
                        .statistics = std::move(replayed.statistics)};
        const Hash128& digest = verdict.journal.digest;
        verdict.digest_agrees =
            !expected || (expected->hi == digest.hi && expected->lo == digest.lo);
        context.console.print(json_ ? json_text(verdict) : people_text(verdict));
        return verdict.good() ? ExitCode::success : ExitCode::finding;
    }

private:
    static std::string json_text(const Verdict& verdict) {
        JsonWriter json;
        json.begin_object();
        json.field_boolean("good", verdict.good());
        json.field("digest", to_hex(verdict.journal.digest));
        json.field_boolean("digest_agrees", verdict.digest_agrees);
        json.field_number("entries", verdict.journal.entries);
        json.field_number("blocks", verdict.journal.blocks);
        json.field_number("events_beyond", verdict.journal.events_beyond);
        json.field("journal_difference", verdict.journal.difference);
        json.field_number("statistics_rows", verdict.statistics.rows);
        json.field_number("statistics_rows_beyond", verdict.statistics.rows_beyond);
        json.field("statistics_difference", verdict.statistics.difference);
        json.end_object();
        return json.text() + "\n";
    }

    [[nodiscard]] std::string people_text(const Verdict& verdict) const {
        std::string text;
        if (!verdict.journal.difference.empty()) {
            text += fmt::format("the journal differs\n  {}\n", verdict.journal.difference);
            return text + "the statistics were not looked at: they follow from the journal\n";
        }
        text +=
            fmt::format("journal     {} entries in {} blocks agree\n",
                        count_text(verdict.journal.entries), count_text(verdict.journal.blocks));
        if (verdict.journal.events_beyond > 0) {
            text += fmt::format("            {} events in the log are not in the journal yet\n",
                                count_text(verdict.journal.events_beyond));
        }
        text += verdict.statistics.difference.empty()
                    ? fmt::format("statistics  {} published rows agree\n",
                                  count_text(verdict.statistics.rows))
                    : fmt::format("the statistics differ\n  {}\n", verdict.statistics.difference);
        if (verdict.statistics.rows_beyond > 0) {
            text += fmt::format("            {} rows are not published yet: the statistics lag\n",
                                count_text(verdict.statistics.rows_beyond));
        }
        text += fmt::format(
            "digest      {}{}\n", to_hex(verdict.journal.digest),
            expect_.empty() ? "" : (verdict.digest_agrees ? "  as expected" : "  differs"));
        if (!verdict.digest_agrees) {
            text += fmt::format("expected    {}\n", expect_);
        }
        return text;
    }

    std::string expect_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_replay() { return std::make_unique<ReplayCommand>(); }

}  // namespace fiscus::app
