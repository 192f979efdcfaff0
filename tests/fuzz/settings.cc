// Target `settings`: a settings file, and after it an environment and flags. The input is the
// length of the file, the file, and lines NAME=VALUE; those that begin with a dash give a flag its
// text.
// Promises: loading ends; what is refused is told with its origin; after loading every setting can
// be read as what it is, and lies inside its limits.
#include "engine/app/settings.h"

#include <fstream>
#include <string>

#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::fuzz {
namespace {

using app::SettingKind;

void read_all(const app::Settings& settings) {
    for (const app::SettingSpec& spec : app::setting_specs()) {
        FISCUS_CHECK(settings.shown(spec.setting).find('\0') == std::string::npos,
                     "what is shown is text");
        if (!settings.given(spec.setting)) {
            continue;
        }
        if (spec.kind == SettingKind::integer || spec.kind == SettingKind::size) {
            const std::int64_t number = settings.integer(spec.setting);
            FISCUS_CHECK(number >= spec.minimum && number <= spec.maximum,
                         "a number lies inside its limits");
        } else if (spec.kind == SettingKind::integers) {
            for (const std::int32_t number : settings.integers(spec.setting)) {
                FISCUS_CHECK(number >= spec.minimum && number <= spec.maximum,
                             "every number of a list lies inside its limits");
            }
        } else if (spec.kind == SettingKind::pairs) {
            for (const auto& [name, text] : settings.pairs(spec.setting)) {
                FISCUS_CHECK(!name.empty(), "a pair has a name");
            }
        }
    }
}

void add_line(app::SettingSources& sources, std::string_view line) {
    const std::size_t equals = std::min(line.find('='), line.size());
    const std::string name(line.substr(0, equals));
    const std::string text(line.substr(std::min(equals + 1, line.size())));
    if (!name.starts_with('-')) {
        sources.environment.emplace_back(name, text);
        return;
    }
    for (const app::SettingSpec& spec : app::setting_specs()) {
        if (!spec.flag.empty() && name == spec.flag) {
            sources.flags.emplace_back(spec.setting, text);
        }
    }
}

}  // namespace

void fuzz_settings(Bytes bytes) {
    static const support::TemporaryDirectory directory;
    Input input(bytes);
    app::SettingSources sources;
    const std::string file = directory.file("fiscus.toml");
    std::ofstream(file, std::ios::binary | std::ios::trunc) << as_text(input.piece());
    sources.file = file;
    std::string_view rest = as_text(input.rest());
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        add_line(sources, rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    const auto settings = app::Settings::load(sources);
    if (!settings.ok()) {
        return check_error(settings.error());
    }
    read_all(settings.value());
}

}  // namespace fiscus::fuzz
