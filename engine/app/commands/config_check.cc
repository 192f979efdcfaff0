// `fiscus config check`: the effective value of every setting and where it came from. What is wrong
// in a file, a variable or a flag is found before this command runs, so reaching it means "all
// good".
#include "engine/app/commands/commands.h"
#include "engine/app/commands/reading.h"
#include "engine/app/open.h"

namespace fiscus::app {
namespace {

class ConfigCheck final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        CommandSpec spec{.path = "config check",
                         .summary = "Check the settings and show where each value comes from",
                         .example = "fiscus config check --config /etc/fiscus/fiscus.toml",
                         .details =
                             "A flag wins over the environment (FISCUS_SECTION__KEY), that over "
                             "the file, that over the default. Takes every flag that sets a "
                             "setting.",
                         .settings = {}};
        for (const SettingSpec& setting : setting_specs()) {
            if (!setting.flag.empty()) {
                spec.settings.push_back(setting.setting);
            }
        }
        return spec;
    }

    void declare(CLI::App& options) override { reading_.declare(options); }

    Result<ExitCode> run(Context& context) override {
        Table table{{{"setting", "setting", ColumnKind::text},
                     {"value", "value", ColumnKind::text},
                     {"origin", "origin", ColumnKind::text},
                     {"where", "where", ColumnKind::text}},
                    {}};
        for (const SettingSpec& spec : setting_specs()) {
            const SettingValue& value = context.settings.value(spec.setting);
            table.rows.push_back({std::string(spec.key), context.settings.shown(spec.setting),
                                  std::string(origin_name(value.origin)), value.where});
        }
        reading_.print(context.console, table);
        FISCUS_TRY(check_places(context.settings));
        return ExitCode::success;
    }

private:
    Reading reading_;
};

}  // namespace

std::unique_ptr<Command> make_config_check() { return std::make_unique<ConfigCheck>(); }

}  // namespace fiscus::app
