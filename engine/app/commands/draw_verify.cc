// `fiscus draw verify`: recomputes a published draw from its bundle alone, without log, state or
// network.
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/output/json.h"
#include "engine/app/output/utf8.h"
#include "engine/draw/verify_bundle.h"

namespace fiscus::app {
namespace {

class DrawVerify final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "draw verify",
            .summary = "Check the published bundle of a draw: every figure, every byte",
            .example =
                "fiscus draw verify batch-3\n"
                "fiscus draw verify --json 2026-03-01 2026-03-02",
            .details =
                "A bundle is a directory of nine files, of a batch draw or of a day of instant "
                "draws (docs/formats/draw-bundle.md). Winners, reserves, amounts, sums, hashes and "
                "receipts are recomputed from rules, sealed list and opened secrets. Says every "
                "check that it made; names the first difference and ends with 3. Works offline.",
            .settings = {}};
    }

    void declare(CLI::App& options) override {
        options.add_option("BUNDLE", bundles_, "Directories of bundles")->required();
        options.add_flag("--json", json_, "As JSON, one object a line for each bundle");
    }

    Result<ExitCode> run(Context& context) override {
        bool good = true;
        for (const std::string& bundle : bundles_) {
            FISCUS_ASSIGN(const draw::Verdict verdict, draw::verify_directory(bundle));
            good = good && verdict.good();
            context.console.print(json_ ? json_text(bundle, verdict)
                                        : people_text(bundle, verdict));
        }
        return good ? ExitCode::success : ExitCode::finding;
    }

private:
    static std::string json_text(const std::string& bundle, const draw::Verdict& verdict) {
        JsonWriter json;
        json.begin_object();
        json.field("bundle", bundle);
        json.field_boolean("good", verdict.good());
        json.key("checks");
        json.begin_array();
        for (const draw::Check& check : verdict.passed) {
            json.begin_object();
            json.field("check", check.name);
            json.field("found", check.found);
            json.end_object();
        }
        json.end_array();
        json.field("failed", verdict.good() ? "" : verdict.difference->check);
        json.field("difference", verdict.good() ? "" : verdict.difference->error.what);
        json.field("why", verdict.good() ? "" : verdict.difference->error.why);
        json.end_object();
        return json.text() + "\n";
    }

    static std::string people_text(const std::string& bundle, const draw::Verdict& verdict) {
        std::string text = fmt::format("{}\n", printable(bundle));
        for (const draw::Check& check : verdict.passed) {
            text += fmt::format("  {:<9} ok      {}\n", check.name, printable(check.found));
        }
        if (verdict.good()) {
            return text +
                   "the result follows from the bundle; compare the commitment, the root and the "
                   "entropy with what was announced\n";
        }
        const Error& error = verdict.difference->error;
        return text +
               fmt::format("  {:<9} DIFFERS {}\n                    {}\n",
                           verdict.difference->check, printable(error.what), printable(error.why)) +
               "the bundle is not what was drawn\n";
    }

    std::vector<std::string> bundles_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_draw_verify() { return std::make_unique<DrawVerify>(); }

}  // namespace fiscus::app
