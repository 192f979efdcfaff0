// `fiscus draw list` and `fiscus draw bundle`: what is published of the draw of a prize batch, or
// of a day of instant draws, from the journal alone.
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/draw_choice.h"
#include "engine/draw/bundle_files.h"
#include "engine/draw/lines.h"

namespace fiscus::app {
namespace {

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
            FISCUS_ASSIGN(const DrawnDay day, choice_.read_day(context.settings));
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
            FISCUS_ASSIGN(const DrawnBatch batch, choice_.read_executed_batch(settings));
            return draw::make_bundle(batch.draw);
        }
        FISCUS_ASSIGN(const DrawnDay day, choice_.read_closed_day(settings));
        return draw::make_bundle(day.draw);
    }

    DrawChoice choice_;
    std::string out_;
};

}  // namespace

std::unique_ptr<Command> make_draw_list() { return std::make_unique<DrawList>(); }
std::unique_ptr<Command> make_draw_bundle() { return std::make_unique<DrawBundle>(); }

}  // namespace fiscus::app
