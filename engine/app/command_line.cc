#include "engine/app/command_line.h"

#include <algorithm>
#include <memory>

#include <CLI/Config.hpp>
#include <CLI/Error.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "engine/app/output/utf8.h"
#include "engine/base/check.h"

namespace fiscus::app {
namespace {

constexpr std::string_view exit_codes =
    "Exit codes:\n"
    "  0  done\n"
    "  1  failed: disk, broker, damaged or missing data\n"
    "  2  wrong usage: a flag, a setting, an input file\n"
    "  3  done, and something was found, such as a mismatch\n";

constexpr std::size_t help_columns = 98;
constexpr std::size_t option_columns = 26;

std::string full_name(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name()
                                       : full_name(*app.get_parent()) + " " + app.get_name();
}

// Words in lines of `columns`, every line after the first one moved in by `indent`.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
    std::string out;
    std::size_t used = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::size_t width = display_width(text.substr(0, end));
        if (used > 0 && used + 1 + width > columns) {
            out += "\n" + std::string(indent, ' ');
            used = 0;
        }
        out += used > 0 ? " " : "";
        used += width + (used > 0 ? 1 : 0);
        out += text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

// The example stands first: most readers of a help want one line to copy.
class ExampleFirst final : public CLI::Formatter {
public:
    std::string make_help(const CLI::App* app,
                          std::string name,
                          CLI::AppFormatMode mode) const override {
        if (mode == CLI::AppFormatMode::Sub) {
            return make_expanded(app);
        }
        static_cast<void>(name);
        std::string text = app->get_footer();
        text += make_usage(app, full_name(*app));
        text += make_description(app);
        text += make_positionals(app);
        text += make_groups(app, mode);
        text += make_subcommands(app, mode);
        if (app->get_parent() == nullptr) {
            text += "\n" + std::string(exit_codes);
        }
        for (std::size_t at = text.find("\n\n\n"); at != std::string::npos;
             at = text.find("\n\n\n")) {
            text.erase(at, 1);
        }
        return text;
    }

    std::string make_description(const CLI::App* app) const override {
        const std::string description = app->get_description();
        std::string_view paragraphs = description;
        std::string text;
        while (!paragraphs.empty()) {
            const std::size_t end = std::min(paragraphs.find('\n'), paragraphs.size());
            text += wrapped(paragraphs.substr(0, end), help_columns, 0) + "\n";
            paragraphs.remove_prefix(std::min(end + 1, paragraphs.size()));
        }
        return text;
    }

    std::string make_option(const CLI::Option* option, bool positional) const override {
        std::string left = "  " + option->get_name(positional, !positional);
        if (!positional && option->get_type_size() != 0) {
            left += " " + option->get_type_name();
        }
        std::string help = option->get_description();
        if (option->get_required()) {
            help += " (required)";
        }
        left += left.size() < option_columns ? std::string(option_columns - left.size(), ' ')
                                             : "\n" + std::string(option_columns, ' ');
        return left + wrapped(help, help_columns - option_columns, option_columns) + "\n";
    }

    std::string make_subcommand(const CLI::App* app) const override { return make_expanded(app); }

    std::string make_expanded(const CLI::App* app) const override {
        const std::string left = "  " + app->get_name();
        const std::string& description = app->get_description();
        const std::string summary = description.substr(0, description.find('\n'));
        return left + std::string(option_columns - std::min(left.size(), option_columns - 1), ' ') +
               wrapped(summary, help_columns - option_columns, option_columns) + "\n";
    }
};

std::string example_text(std::string_view example) {
    std::string text = "Example:\n";
    while (!example.empty()) {
        const std::size_t end = std::min(example.find('\n'), example.size());
        text += fmt::format("  {}\n", example.substr(0, end));
        example.remove_prefix(std::min(end + 1, example.size()));
    }
    return text + "\n";
}

std::vector<std::string> known_words(const CLI::App& app) {
    std::vector<std::string> words;
    for (const CLI::Option* const option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) {
            words.push_back("--" + name);
        }
    }
    for (const CLI::App* const sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        words.push_back(sub->get_name());
    }
    if (app.get_parent() != nullptr) {
        words.emplace_back("--config");
    }
    return words;
}

Error no_value(std::string_view flag) {
    return Error{ErrorCode::usage, fmt::format("{} has no value", flag), "",
                 "Give one, or leave the option out."};
}

// `--state=`, as `--state=$UNSET` expands: CLI11 would take the next argument as the value, and a
// --standby that stands there would be lost.
Status check_equals(const std::vector<std::string>& arguments) {
    for (const std::string& argument : arguments) {
        if (argument == "--") {
            break;  // What follows is no flag.
        }
        if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
            return no_value(argument);
        }
    }
    return Done{};
}

}  // namespace

CommandLine::CommandLine(const CommandList& commands)
    : root_(
          "The public purse: an exact ledger of public money that becomes consumer vouchers, and "
          "its T+1 statistics.",
          "fiscus") {
    root_.formatter(std::make_shared<ExampleFirst>());
    root_.footer(
        example_text("fiscus demo\nfiscus run --log /var/lib/fiscus/log --state "
                     "/var/lib/fiscus/state --http 9464"));
    root_.set_help_flag("-h,--help", "This text");
    root_.add_option("--config", settings_file_, "Settings file (TOML); also FISCUS_CONFIG")
        ->type_name("FILE");
    root_.require_subcommand(1);
    for (const std::unique_ptr<Command>& command : commands) {
        add(*command);
    }
}

CLI::App& CommandLine::parent_of(std::string_view noun) {
    const std::string name(noun);
    for (CLI::App* const known : root_.get_subcommands([](const CLI::App*) { return true; })) {
        if (known->get_name() == name) {
            return *known;
        }
    }
    CLI::App& parent = *root_.add_subcommand(name);
    parent.footer("");
    parent.require_subcommand(1);
    parent.fallthrough();
    return parent;
}

void CommandLine::add(Command& command) {
    const CommandSpec spec = command.spec();
    const std::size_t space = spec.path.find(' ');
    CLI::App* parent = &root_;
    if (space != std::string_view::npos) {
        parent = &parent_of(spec.path.substr(0, space));
        // The noun's line in the list says what its verbs do.
        const std::string before = parent->get_description();
        parent->description(before + (before.empty() ? "" : " · ") + std::string(spec.summary));
        // And its help shows how they are called, not what the program is for.
        std::string examples = parent->get_footer();
        examples = examples.empty() ? "Example:\n" : examples.substr(0, examples.size() - 1);
        const std::string own = example_text(spec.example);
        parent->footer(examples + own.substr(own.find('\n') + 1));
    }
    const std::string name(space == std::string_view::npos ? spec.path
                                                           : spec.path.substr(space + 1));
    CLI::App& app = *parent->add_subcommand(name, std::string(spec.summary));
    app.fallthrough();
    app.footer(example_text(spec.example));
    if (!spec.details.empty()) {
        app.description(fmt::format("{}\n\n{}", spec.summary, spec.details));
    }
    command.declare(app);
    for (const Setting setting : spec.settings) {
        const SettingSpec& flag = spec_of(setting);
        FISCUS_CHECK(!flag.flag.empty(), "a command takes only settings that have a flag");
        app.add_option_function<std::string>(
               std::string(flag.flag),
               [this, setting](const std::string& text) { flags_.emplace_back(setting, text); },
               fmt::format("{} [{}]", flag.help, flag.key))
            ->type_name(std::string(flag.placeholder))
            ->group("Settings");
    }
    commands_.emplace_back(&command, &app);
}

const CLI::App& CommandLine::deepest() const {
    const CLI::App* app = &root_;
    while (!app->get_subcommands().empty()) {
        app = app->get_subcommands().back();
    }
    return *app;
}

Error CommandLine::usage_error(const CLI::ParseError& trouble,
                               const std::vector<std::string>& arguments) const {
    const CLI::App& app = deepest();
    const std::string name = full_name(app);
    std::string hint = fmt::format("`{} --help` shows an example and all flags.", name);
    std::string why = trouble.what();
    std::ranges::replace(why, '\n', ' ');
    const std::vector<std::string> words = known_words(app);
    const bool command_is_missing = app.get_require_subcommand_min() > 0;
    for (const std::string& argument : arguments) {
        const std::string word = argument.substr(0, argument.find('='));
        const bool known = std::ranges::find(words, word) != words.end() ||
                           (name + " ").find(" " + word + " ") != std::string::npos;
        // An unknown flag explains more than what CLI11 may miss because of it.
        const bool flag = word.starts_with("--");
        if (known || (!flag && !command_is_missing)) {
            continue;
        }
        why = flag ? fmt::format("there is no flag {}", word)
                   : fmt::format("there is no command `{} {}`", name, word);
        const auto near = nearest_word(word, words);
        if (near) {
            hint = fmt::format("Did you mean {}? {}", *near, hint);
        }
        break;
    }
    return Error{ErrorCode::usage, fmt::format("wrong usage of `{}`", name), why, hint};
}

Result<Parsed> CommandLine::parse(std::vector<std::string> arguments) {
    FISCUS_TRY(check_equals(arguments));
    // CLI11 takes the arguments from the back.
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
        root_.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        return Parsed{nullptr, deepest().help(), std::nullopt, {}};
    } catch (const CLI::ParseError& trouble) {
        return usage_error(trouble, arguments);
    }
    const auto chosen = std::ranges::find(commands_, &deepest(), [](const auto& known) {
        return static_cast<const CLI::App*>(known.second);
    });
    FISCUS_CHECK(chosen != commands_.end(), "the parser ends at a command");
    Parsed parsed{chosen->first, "", std::nullopt, flags_};
    // `--state $UNSET --standby`: no value of a setting looks like a flag.
    for (const auto& [setting, text] : flags_) {
        if (text.starts_with("--")) {
            return no_value(spec_of(setting).flag);
        }
    }
    if (settings_file_) {
        if (settings_file_->starts_with("--")) {
            return no_value("--config");
        }
        if (settings_file_->empty()) {
            return Error{ErrorCode::usage, "cannot read the settings file of --config",
                         "its name is empty", "Give its path, or leave the option out."};
        }
        parsed.settings_file = *settings_file_;
    }
    return parsed;
}

std::string CommandLine::help_of(const Command& command) const {
    const auto found = std::ranges::find(commands_, &command, [](const auto& known) {
        return static_cast<const Command*>(known.first);
    });
    FISCUS_CHECK(found != commands_.end(), "help is asked for a command of the list");
    return found->second->help();
}

}  // namespace fiscus::app
