// `fiscus draw sheet`: 公平性检验单, whether a draw came out as chance alone would have it, for the
// notary.
#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/draw_choice.h"
#include "engine/app/fairness_report.h"

namespace fiscus::app {
namespace {

class DrawSheet final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "draw sheet",
            .summary = "The fairness sheet of a draw, for the notary",
            .example =
                "fiscus draw sheet --batch 3 --log /tmp/prizes/log > sheet-3.txt\n"
                "fiscus draw sheet --day 2026-03-01 --log /tmp/packs/log --json",
            .details =
                "公平性检验单 (docs/formats/fairness-sheet.md): counts, expected numbers, exact "
                "bands and χ² by order of the list, platform, district, hour and invoice "
                "amount; of a day of instant draws by tier, platform, district, hour and amount "
                "won. From the journal alone, after the draw's bundle was made and verified. "
                "The draw must have been executed, or the day's key opened. Exit code 3 when a "
                "test lies outside of its limits, which chance alone does to fewer than one in "
                "some thousand sheets. Reads the whole journal.",
            .settings = {Setting::log_directory, Setting::kafka_bootstrap,
                         Setting::output_language}};
    }

    void declare(CLI::App& options) override {
        choice_.declare(options);
        options.add_flag("--json", json_, "As one JSON object; money in fen");
    }

    Result<ExitCode> run(Context& context) override {
        FISCUS_TRY(choice_.check());
        FISCUS_ASSIGN(const FairnessReport report, make(context.settings));
        context.console.print(
            json_ ? report_json(report)
                  : report_text(report, language_of(context.settings), context.console.bold()));
        return report.within() ? ExitCode::success : ExitCode::finding;
    }

private:
    [[nodiscard]] Result<FairnessReport> make(const Settings& settings) const {
        if (choice_.is_batch()) {
            FISCUS_ASSIGN(const DrawnBatch batch, choice_.read_executed_batch(settings));
            return fairness_report(batch);
        }
        FISCUS_ASSIGN(const DrawnDay day, choice_.read_closed_day(settings));
        return fairness_report(day);
    }

    DrawChoice choice_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_draw_sheet() { return std::make_unique<DrawSheet>(); }

}  // namespace fiscus::app
