#include "engine/app/command.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/app/command_line.h"
#include "engine/app/commands/commands.h"
#include "engine/app/output/utf8.h"
#include "engine/base/check.h"

namespace fiscus::app {
namespace {

// What a name of an event brings along must neither reach the terminal nor look like a hint.
void print_error(Console& console, const Error& error) {
    const Error clean{error.code, printable(error.what), printable(error.why),
                      printable_lines(error.hint)};
    console.note("fiscus: " + clean.text());
}

const std::string* find_variable(const ProgramInput& input, std::string_view name) {
    const auto found =
        std::ranges::find(input.environment, name, &std::pair<std::string, std::string>::first);
    return found == input.environment.end() || found->second.empty() ? nullptr : &found->second;
}

Result<ExitCode> run_parsed(const ProgramInput& input, const Parsed& parsed, Console& console) {
    SettingSources sources;
    sources.file = parsed.settings_file;
    const std::string* const file = find_variable(input, "FISCUS_CONFIG");
    if (!sources.file && file != nullptr) {
        sources.file = *file;
    }
    sources.environment = input.environment;
    sources.flags = parsed.flags;
    FISCUS_ASSIGN(const Settings settings, Settings::load(sources));
    Context context{settings, console};
    return parsed.command->run(context);
}

}  // namespace

ExitCode exit_code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::none: return ExitCode::success;
        case ErrorCode::usage: return ExitCode::usage;
        case ErrorCode::diverged: return ExitCode::finding;
        case ErrorCode::not_found:
        case ErrorCode::io:
        case ErrorCode::corrupt:
        case ErrorCode::log_unavailable:
        case ErrorCode::log_mismatch:
        case ErrorCode::fenced:
        case ErrorCode::state:
        case ErrorCode::interrupted:
        case ErrorCode::secret_missing: return ExitCode::failure;
    }
    FISCUS_CHECK(false, "every error code has an exit code");
}

CommandList all_commands() {
    CommandList commands;
    commands.push_back(make_demo());
    commands.push_back(make_run());
    commands.push_back(make_promote());
    commands.push_back(make_demote());
    commands.push_back(make_checkpoint_create());
    commands.push_back(make_checkpoint_verify());
    commands.push_back(make_checkpoint_restore());
    commands.push_back(make_topics_plan());
    commands.push_back(make_topics_apply());
    commands.push_back(make_generate());
    commands.push_back(make_publish());
    commands.push_back(make_source_key());
    commands.push_back(make_trial_balance());
    commands.push_back(make_fund_position());
    commands.push_back(make_fund_ledger());
    commands.push_back(make_batch_summary());
    commands.push_back(make_prizes());
    commands.push_back(make_draws());
    commands.push_back(make_reconciliation());
    commands.push_back(make_statistics());
    commands.push_back(make_explain());
    commands.push_back(make_trace());
    commands.push_back(make_log_dump());
    commands.push_back(make_digest());
    commands.push_back(make_replay());
    commands.push_back(make_draw_list());
    commands.push_back(make_draw_bundle());
    commands.push_back(make_draw_sheet());
    commands.push_back(make_draw_verify());
    commands.push_back(make_config_check());
    commands.push_back(make_reference());
    commands.push_back(make_version());
    return commands;
}

int run_program(const ProgramInput& input) {
    Console console(ConsoleOptions{.out = input.out,
                                   .err = input.err,
                                   .colour_wanted = find_variable(input, "NO_COLOR") == nullptr});
    const CommandList commands = all_commands();
    CommandLine line(commands);
    const auto parsed = line.parse(input.arguments);
    if (!parsed) {
        print_error(console, parsed.error());
        return static_cast<int>(exit_code_of(parsed.error().code));
    }
    ExitCode code = ExitCode::success;
    if (parsed.value().command == nullptr) {
        console.print(parsed.value().text);
    } else {
        const auto outcome = run_parsed(input, parsed.value(), console);
        if (outcome) {
            code = outcome.value();
        } else {
            print_error(console, outcome.error());
            code = exit_code_of(outcome.error().code);
        }
    }
    const Status finished = console.finish();
    if (!finished) {
        print_error(console, finished.error());
        code = code == ExitCode::success ? ExitCode::failure : code;
    }
    return static_cast<int>(code);
}

std::string command_reference() {
    const CommandList commands = all_commands();
    const CommandLine line(commands);
    std::string text =
        "# Commands\n\nThis page is printed by `fiscus reference commands`; a test compares.\n"
        "Data goes to stdout, notes and progress to stderr. Exit codes: 0 done; 1 failed (disk,\n"
        "broker, damaged or missing data); 2 wrong usage; 3 done, and something was found, such\n"
        "as a mismatch. Every command also takes `--config FILE`, a file of settings\n"
        "([configuration.md](configuration.md)), before or after its name.\n";
    for (const std::unique_ptr<Command>& command : commands) {
        std::string help = line.help_of(*command);
        help.erase(help.find_last_not_of('\n') + 1);
        text += fmt::format("\n## fiscus {}\n```\n{}\n```\n", command->spec().path, help);
    }
    return text;
}

}  // namespace fiscus::app
