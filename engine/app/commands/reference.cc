// `fiscus reference PAGE`: the pages of docs/ and the JSON Schemas that come from tables of the
// program. A test compares them with the files, so a page cannot fall behind.
#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/http/metrics.h"
#include "projections/schema/schema.h"

namespace fiscus::app {
namespace {

std::string configuration_reference() {
    std::string text =
        "# Settings\n\n"
        "This page is printed by `fiscus reference configuration`; a test compares.\n\n"
        "A value comes from the default, a TOML file (`--config FILE` or `FISCUS_CONFIG`), the "
        "environment\n(`FISCUS_SECTION__KEY`) or a flag; the later one wins. `fiscus config check` "
        "prints every effective value\nand its origin. An unknown name is an error everywhere.\n\n"
        "`--config FILE` belongs to every command and stands before or after its name: `fiscus run "
        "--config fiscus.toml`.\n\n"
        "| setting | environment | flag | default | meaning |\n|---|---|---|---|---|\n";
    std::string section;
    std::string file;
    for (const SettingSpec& spec : setting_specs()) {
        std::string help(spec.help);
        if (spec.kind == SettingKind::integer || spec.kind == SettingKind::integers) {
            help += fmt::format(" From {} to {}.", spec.minimum, spec.maximum);
        } else if (spec.kind == SettingKind::size) {
            help +=
                fmt::format(" A number with KiB, MiB or GiB; at least {}MiB.", spec.minimum >> 20);
        }
        const std::string flag =
            spec.flag.empty() ? "" : fmt::format("`{} {}`", spec.flag, spec.placeholder);
        const std::string built_in =
            spec.default_text.empty() ? "" : fmt::format("`{}`", spec.default_text);
        std::string row = fmt::format("| `{}` | `{}` | {} | {} | {} |\n", spec.key,
                                      environment_name(spec), flag, built_in, help);
        text += row;
        const std::string_view own = spec.key.substr(0, spec.key.find('.'));
        if (own != section) {
            section = own;
            file += fmt::format("{}[{}]\n", file.empty() ? "" : "\n", section);
        }
        // Of the two logs one may be named.
        const char* const comment = spec.setting == Setting::log_directory ? "# " : "";
        file +=
            fmt::format("{}{} = \"{}\"\n", comment, spec.key.substr(own.size() + 1), spec.example);
    }
    text +=
        "\nA whole file, with an example for each setting (numbers may also stand without "
        "quotes). Of the two logs one may\nbe named, so the local one is a comment here:\n\n";
    return text + "```toml\n" + file + "```\n";
}

std::string metrics_reference() {
    std::string text =
        "# Metrics\n\n"
        "This page is printed by `fiscus reference metrics`; a test compares.\n\n"
        "`fiscus run --http PORT` serves them at `/metrics` on loopback. Counters of events count "
        "from the first record\nof the log, not from the start of the process. Money is in fen. "
        "`/livez` and `/readyz` answer 200 or 503\nwith JSON that names every reason for a no.\n\n"
        "| metric | type | labels | meaning |\n|---|---|---|---|\n";
    for (const MetricSpec& spec : metric_specs()) {
        text += fmt::format("| `{}` | {} | {} | {} |\n", spec.name,
                            spec.kind == MetricKind::counter ? "counter" : "gauge", spec.labels,
                            spec.help);
    }
    return text;
}

// "configuration, metrics, commands, daily.schema …"
std::string page_words() {
    std::string words = "configuration, metrics, commands";
    for (const std::string_view name : projections::row_schema_names()) {
        words += fmt::format(", {}.schema", name);
    }
    return words;
}

class Reference final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "reference",
                .summary = "Print a page of the documentation, or a JSON Schema of published rows",
                .example =
                    "fiscus reference configuration > docs/configuration.md\n"
                    "fiscus reference daily.schema > schemas/statistics/daily.schema.json",
                .details = "",
                .settings = {}};
    }

    void declare(CLI::App& options) override {
        options.add_option("PAGE", page_, "One of: " + page_words())->required();
    }

    Result<ExitCode> run(Context& context) override {
        if (page_ == "configuration") {
            context.console.print(configuration_reference());
        } else if (page_ == "metrics") {
            context.console.print(metrics_reference());
        } else if (page_ == "commands") {
            context.console.print(command_reference());
        } else if (const std::string schema = schema_page(page_); !schema.empty()) {
            context.console.print(schema);
        } else {
            return Error{ErrorCode::usage, fmt::format("there is no page `{}`", page_), "",
                         "The pages are: " + page_words()};
        }
        return ExitCode::success;
    }

private:
    // Empty when the page is no schema.
    static std::string schema_page(std::string_view page) {
        constexpr std::string_view ending = ".schema";
        return page.ends_with(ending)
                   ? projections::row_schema(page.substr(0, page.size() - ending.size()))
                   : std::string();
    }

    std::string page_;
};

}  // namespace

std::unique_ptr<Command> make_reference() { return std::make_unique<Reference>(); }

}  // namespace fiscus::app
