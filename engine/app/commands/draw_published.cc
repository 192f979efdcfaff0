// `fiscus draw list` and `fiscus draw bundle`: what is published of the draw of a prize batch, or
// of a day of instant draws, from the journal alone.
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/day_book.h"
#include "engine/app/draw_book.h"
#include "engine/app/open.h"
#include "engine/base/time.h"
#include "engine/draw/bundle_files.h"
#include "engine/draw/lines.h"

namespace fiscus::app {
namespace {

// Which draw: of both commands.
class DrawChoice {
public:
    void declare(CLI::App& options) {
        options.add_option("--batch", batch_, "Number of the prize batch")
            ->check(CLI::Range(std::uint32_t{1}, UINT32_MAX))
            ->type_name("N");
        options.add_option("--day", day_, "Day of instant draws, such as 2026-03-01")
            ->type_name("DATE");
        options
            .add_option("--programme", programme_,
                        "Number of the programme, where several have such a batch or day")
            ->check(CLI::Range(std::uint32_t{1}, UINT32_MAX))
            ->type_name("N");
    }

    [[nodiscard]] Status check() const {
        if (batch_.has_value() == !day_.empty()) {
            return Error{ErrorCode::usage, "one draw is needed", "",
                         "Give --batch N for a prize batch, or --day DATE for instant draws."};
        }
        return Done{};
    }
    [[nodiscard]] bool is_batch() const { return batch_.has_value(); }
    [[nodiscard]] Result<DrawnBatch> read_batch(const Settings& settings) const {
        FISCUS_ASSIGN(const auto log, open_log(settings, LogMode::existing));
        return read_draw(*log, BatchId(*batch_), programme());
    }
    [[nodiscard]] Result<DrawnDay> read_day_of(const Settings& settings) const {
        const auto day = date_from_text(day_);
        if (!day) {
            return Error{ErrorCode::usage, fmt::format("`{}` is no day", day_), "",
                         "A day is written as 2026-03-01."};
        }
        FISCUS_ASSIGN(const auto log, open_log(settings, LogMode::existing));
        return read_day(*log, *day, programme());
    }
    [[nodiscard]] std::string name() const {
        return batch_ ? fmt::format("batch {}", *batch_) : day_;
    }

private:
    [[nodiscard]] std::optional<ProgrammeId> programme() const {
        return programme_ ? std::optional(ProgrammeId(*programme_)) : std::nullopt;
    }

    std::optional<std::uint32_t> batch_;
    std::string day_;
    std::optional<std::uint32_t> programme_;
};

class DrawList final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "draw list",
                .summary = "The list of a draw, with the count and root to seal",
                .example = "fiscus draw list --batch 3 --log /tmp/prizes/log > list.txt",
                .details =
                    "Prints list.txt of docs/formats/draw-bundle.md on stdout. Of a prize batch: "
                    "every verified invoice with its consumer, ascending; before the sealing the "
                    "tickets of now, afterwards those that were sealed. Of a day of instant draws: "
                    "every request in the order of the log. Count and root, which DrawSealed "
                    "states, come on stderr. Reads the whole journal.",
                .settings = {Setting::log_directory, Setting::kafka_bootstrap,
                             Setting::output_language}};
    }

    void declare(CLI::App& options) override { choice_.declare(options); }

    Result<ExitCode> run(Context& context) override {
        FISCUS_TRY(choice_.check());
        if (choice_.is_batch()) {
            FISCUS_ASSIGN(const DrawnBatch batch, choice_.read_batch(context.settings));
            print(context.console, batch.draw.rules.hash, batch.draw.tickets);
        } else {
            FISCUS_ASSIGN(const DrawnDay day, choice_.read_day_of(context.settings));
            print(context.console, day.draw.rules.hash, day.draw.requests);
        }
        return ExitCode::success;
    }

private:
    template <typename Entry>
    static void print(Console& console, draw::HashKind hash, const std::vector<Entry>& entries) {
        const draw::SealedList sealed = draw::sealed_list(hash, entries);
        console.print(draw::list_text(entries));
        console.note(fmt::format("count {}\nroot {}", sealed.count, to_hex(sealed.root)));
    }

    DrawChoice choice_;
};

class DrawBundle final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "draw bundle",
                .summary = "Write everything that is published of a draw, for anybody to check",
                .example =
                    "fiscus draw bundle --batch 3 --log /tmp/prizes/log --out batch-3\n"
                    "fiscus draw bundle --day 2026-03-01 --log /tmp/packs/log --out 2026-03-01\n"
                    "fiscus draw verify batch-3",
                .details =
                    "A new directory of nine files (docs/formats/draw-bundle.md): rules, sealed "
                    "list, what was opened, result, receipts and a readme with the recipe. From "
                    "the journal alone; what is written was verified. The draw must have been "
                    "executed, or the day's key opened. Reads the whole journal.",
                .settings = {Setting::log_directory, Setting::kafka_bootstrap,
                             Setting::output_language}};
    }

    void declare(CLI::App& options) override {
        choice_.declare(options);
        options.add_option("--out", out_, "Directory to make; must not be there")
            ->required()
            ->option_text("DIR");
    }

    Result<ExitCode> run(Context& context) override {
        FISCUS_TRY(choice_.check());
        FISCUS_ASSIGN(const draw::Bundle bundle, make(context.settings));
        FISCUS_TRY(draw::write_bundle(out_, bundle));
        context.console.note(fmt::format("verify with: fiscus draw verify {}", out_));
        return ExitCode::success;
    }

private:
    [[nodiscard]] Result<draw::Bundle> make(const Settings& settings) const {
        if (choice_.is_batch()) {
            FISCUS_ASSIGN(const DrawnBatch batch, choice_.read_batch(settings));
            if (batch.stage != DrawStage::executed) {
                return no_result(why(batch), "A bundle is made of a draw that was executed.");
            }
            return draw::make_bundle(batch.draw);
        }
        FISCUS_ASSIGN(const DrawnDay day, choice_.read_day_of(settings));
        if (!day.closed) {
            return no_result("its key is not opened yet",
                             "A bundle is made of a day whose key was opened: DayKeyOpened.");
        }
        return draw::make_bundle(day.draw);
    }

    [[nodiscard]] Error no_result(std::string reason, std::string hint) const {
        return {ErrorCode::usage, fmt::format("the draw of {} has no result", choice_.name()),
                std::move(reason), std::move(hint)};
    }

    static std::string why(const DrawnBatch& batch) {
        switch (batch.stage) {
            case DrawStage::open: return "its list is not sealed yet";
            case DrawStage::sealed: return "its seed is not published yet";
            case DrawStage::seeded: return "it was not executed yet";
            case DrawStage::aborted: return "it was aborted: " + batch.why_aborted;
            case DrawStage::executed: break;
        }
        return {};
    }

    DrawChoice choice_;
    std::string out_;
};

}  // namespace

std::unique_ptr<Command> make_draw_list() { return std::make_unique<DrawList>(); }
std::unique_ptr<Command> make_draw_bundle() { return std::make_unique<DrawBundle>(); }

}  // namespace fiscus::app
