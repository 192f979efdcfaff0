// `fiscus version`: which build this is, and which libraries it was built with.
#include "engine/app/version.h"

#include <flatbuffers/base.h>
#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/output/json.h"

namespace fiscus::app {
namespace {

class Version final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "version",
                .summary = "Print the version of the program",
                .example = "fiscus version --json",
                .details = "",
                .settings = {}};
    }

    void declare(CLI::App& options) override { options.add_flag("--json", json_, "As JSON"); }

    Result<ExitCode> run(Context& context) override {
        if (json_) {
            JsonWriter json;
            json.begin_object();
            json.field("version", version_text);
            json.field("compiler", compiler_text);
            json.field("flatbuffers", flatbuffers::FLATBUFFERS_VERSION());
            json.end_object();
            context.console.print(json.text() + "\n");
        } else {
            context.console.print(fmt::format("fiscus {} ({})\n", version_text, compiler_text));
        }
        return ExitCode::success;
    }

private:
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_version() { return std::make_unique<Version>(); }

}  // namespace fiscus::app
