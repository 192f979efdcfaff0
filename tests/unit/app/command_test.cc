// Aim: the frame around the commands: exit codes, errors that say what was meant, help with an
// example first, pages of docs/ that agree with the program. Method: the whole program inside this
// process.
#include "engine/app/command.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/app/output/utf8.h"
#include "engine/app/progress.h"
#include "tests/unit/app/support.h"

namespace fiscus::app {
namespace {

using test::run;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ExitCodes, FollowTheErrorCode) {
    EXPECT_EQ(exit_code_of(ErrorCode::usage), ExitCode::usage);
    EXPECT_EQ(exit_code_of(ErrorCode::diverged), ExitCode::finding);
    for (const ErrorCode code :
         {ErrorCode::not_found, ErrorCode::io, ErrorCode::corrupt, ErrorCode::log_unavailable,
          ErrorCode::log_mismatch, ErrorCode::fenced, ErrorCode::state, ErrorCode::interrupted}) {
        EXPECT_EQ(exit_code_of(code), ExitCode::failure);
    }
}

TEST(Program, PrintsDataOnStdoutAndNothingElse) {
    const auto result = run({"version", "--json"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.err, "");
    EXPECT_TRUE(nlohmann::json::parse(result.out).contains("version"));
}

TEST(Program, AFullDiskIsNoSuccess) {
    ProgramInput input;
    input.arguments = {"version"};
    input.out = std::fopen("/dev/full", "wb");
    input.err = std::fopen("/dev/null", "wb");
    EXPECT_EQ(run_program(input), 1);
    std::fclose(input.out);
    std::fclose(input.err);
}

TEST(Usage, SlipsGetASuggestionAndExitCodeTwo) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> slips = {
        {{"verion"}, "Did you mean version?"},
        {{"config", "chek"}, "Did you mean check?"},
        {{"config", "check", "--trun", "5"}, "Did you mean --turn?"},
        {{}, "`fiscus --help`"},
        {{"reference"}, "PAGE is required"},
        {{"config", "check", "--json", "--csv"}, "--json"},
    };
    for (const auto& [arguments, expected] : slips) {
        const auto result = run(arguments);
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_EQ(result.out, "");
        EXPECT_THAT(result.err, AllOf(StartsWith("fiscus: "), HasSubstr(expected)));
    }
}

// As `--state=$UNSET --standby` and `--state $UNSET --standby` come from a shell: a flag that is
// swallowed as a value would make a standby lead.
TEST(Usage, NoFlagIsTakenForAMissingValue) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> slips = {
        {{"run", "--log", "/nowhere/log", "--state=", "--standby"}, "--state= has no value"},
        {{"run", "--log", "/nowhere/log", "--state", "--standby"}, "--state has no value"},
        {{"config", "check", "--turn", "5", "--state="}, "--state= has no value"},
        {{"--config=", "config", "check"}, "--config= has no value"},
        {{"config", "check", "--config", "--json"}, "--config has no value"},
        {{"generate", "--seed=", "1"}, "--seed= has no value"},
    };
    for (const auto& [arguments, expected] : slips) {
        const auto result = run(arguments);
        EXPECT_EQ(result.exit_code, 2) << expected;
        EXPECT_EQ(result.out, "");
        EXPECT_THAT(result.err,
                    AllOf(StartsWith("fiscus: "), HasSubstr(expected), HasSubstr("Give one")));
    }
    const auto equals = run({"config", "check", "--csv", "--state=a="});
    EXPECT_THAT(equals.out, HasSubstr("state.directory,a=,flag"));
    // What is empty on purpose takes a setting back.
    const auto taken_back = run({"config", "check", "--csv", "--state", ""});
    EXPECT_EQ(taken_back.exit_code, 0) << taken_back.err;
}

TEST(Help, EveryCommandShowsItsExampleFirst) {
    for (const auto& command : all_commands()) {
        std::vector<std::string> arguments;
        std::string path(command->spec().path);
        for (std::size_t space = path.find(' '); space != std::string::npos;
             space = path.find(' ')) {
            arguments.push_back(path.substr(0, space));
            path.erase(0, space + 1);
        }
        arguments.push_back(path);
        arguments.emplace_back("--help");
        const auto result = run(arguments);
        EXPECT_EQ(result.exit_code, 0);
        EXPECT_THAT(result.out,
                    StartsWith("Example:\n  fiscus " + std::string(command->spec().path)));
        EXPECT_THAT(result.out, HasSubstr("Usage: fiscus " + std::string(command->spec().path)));
    }
}

TEST(Help, TheListNamesEveryCommandAndTheExitCodes) {
    const auto result = run({"--help"});
    EXPECT_EQ(result.exit_code, 0);
    for (const auto& command : all_commands()) {
        const std::string_view path = command->spec().path;
        EXPECT_THAT(result.out, HasSubstr("\n  " + std::string(path.substr(0, path.find(' ')))));
    }
    EXPECT_THAT(result.out, HasSubstr("Exit codes:\n  0  done"));
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(display_width(line), 100U) << line;
    }
}

TEST(Help, CommandPathsAreUnique) {
    std::set<std::string> paths;
    for (const auto& command : all_commands()) {
        EXPECT_TRUE(paths.insert(std::string(command->spec().path)).second);
    }
}

TEST(ConfigCheck, ShowsValueAndOriginOfEverySetting) {
    const test::TemporaryDirectory directory;
    const auto file = directory.write("f.toml", "[http]\nport = 9464\n");
    const auto result =
        run({"config", "check", "--json", "--turn", "100", "--config", file.string()},
            {{"FISCUS_LOG__DIRECTORY", "/x"}});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    std::set<std::string> seen;
    for (const auto& row : nlohmann::json::parse(result.out)) {
        const std::string key = row["setting"];
        seen.insert(key);
        const std::string origin = row["origin"];
        const std::string expected = key == "http.port"             ? "file"
                                     : key == "log.directory"       ? "environment"
                                     : key == "engine.turn_records" ? "flag"
                                                                    : "default";
        EXPECT_EQ(origin, expected) << key;
    }
    EXPECT_EQ(seen.size(), settings_count);
}

TEST(ConfigCheck, FileMayComeFromTheEnvironmentAndTheFlagWins) {
    const test::TemporaryDirectory directory;
    const auto one = directory.write("one.toml", "[http]\nport = 1\n").string();
    const auto two = directory.write("two.toml", "[http]\nport = 2\n").string();
    EXPECT_THAT(run({"config", "check", "--csv"}, {{"FISCUS_CONFIG", one}}).out,
                HasSubstr("http.port,1,file"));
    EXPECT_THAT(run({"--config", two, "config", "check", "--csv"}, {{"FISCUS_CONFIG", one}}).out,
                HasSubstr("http.port,2,file"));
}

TEST(ConfigCheck, AnEmptyNameOfTheFileIsNoFile) {
    const auto result = run({"config", "check", "--config", ""});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, AllOf(HasSubstr("--config"), HasSubstr("empty"), HasSubstr("Give")));
}

// The first line in which two texts differ, as both have it; empty when they are equal.
std::string first_difference(const std::string& a, const std::string& b) {
    std::istringstream lines_a(a);
    std::istringstream lines_b(b);
    std::string line_a;
    std::string line_b;
    for (int number = 1;; ++number) {
        const bool more_a = static_cast<bool>(std::getline(lines_a, line_a));
        const bool more_b = static_cast<bool>(std::getline(lines_b, line_b));
        if (more_a != more_b || (more_a && line_a != line_b)) {
            return "line " + std::to_string(number) + ": '" + (more_a ? line_a : "(end)") +
                   "', not '" + (more_b ? line_b : "(end)") + "'";
        }
        if (!more_a) {
            return a == b ? "" : "the end of the last line";
        }
    }
}

class DocumentTest : public ::testing::TestWithParam<const char*> {};

TEST_P(DocumentTest, AgreesWithTheProgram) {
    const char* const source = std::getenv("FISCUS_SOURCE_DIR");
    ASSERT_NE(source, nullptr) << "ctest sets FISCUS_SOURCE_DIR";
    const std::string page = GetParam();
    const std::string file = page.ends_with(".schema") ? "schemas/statistics/" + page + ".json"
                             : page == "commands"      ? "docs/cli.md"
                                                       : "docs/" + page + ".md";
    const auto path = std::filesystem::path(source) / file;
    EXPECT_EQ(first_difference(test::file_text(path), run({"reference", page}).out), "")
        << "run: fiscus reference " << page << " > " << file;
}

INSTANTIATE_TEST_SUITE_P(Pages,
                         DocumentTest,
                         ::testing::Values("configuration",
                                           "metrics",
                                           "commands",
                                           "daily.schema",
                                           "reconciliation.schema",
                                           "refusals.schema",
                                           "outcomes.schema"),
                         [](const auto& page) {
                             std::string name = page.param;
                             std::ranges::replace(name, '.', '_');
                             return name;
                         });

TEST(ProgressOfAFile, WritesALineEveryFewSecondsOnly) {
    const test::TemporaryDirectory directory;
    const std::string path = (directory.path() / "err").string();
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    {
        Console console({.out = file, .err = file, .colour_wanted = true});
        std::chrono::steady_clock::time_point now{};
        Progress progress(console, "engine", [&now] { return now; });
        for (std::uint64_t done = 0; done <= 1'000; done += 100) {
            progress.update(done, 1'000);
            now += std::chrono::seconds(1);
        }
        progress.finish(1'000);
    }
    std::fclose(file);
    EXPECT_EQ(test::file_text(path),
              "engine   30%  300 of 1,000  100/s  7 s left\n"
              "engine   60%  600 of 1,000  100/s  4 s left\n"
              "engine   90%  900 of 1,000  100/s  1 s left\n"
              "engine  1,000 in 11.0 s (90/s)\n");
}

TEST(Durations, ReadWell) {
    EXPECT_EQ(duration_text(std::chrono::seconds(59)), "59 s");
    EXPECT_EQ(duration_text(std::chrono::seconds(200)), "3 min 20 s");
    EXPECT_EQ(duration_text(std::chrono::seconds(7'500)), "2 h 5 min");
}

}  // namespace
}  // namespace fiscus::app
