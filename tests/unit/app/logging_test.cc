// Aim: every log line is one line of valid JSON, or one line of text, whatever is in it.
// Method: a Log over a temporary file, read back with an independent parser.
#include "engine/app/logging.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/app/support.h"

namespace fiscus::app {
namespace {

template <typename Write>
std::vector<std::string> lines_of(std::string_view format,
                                  std::string_view level,
                                  const Write& write) {
    const test::TemporaryDirectory directory;
    const std::string path = (directory.path() / "log").string();
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    {
        Log log(file, format, level);
        write(log);
    }
    std::fclose(file);
    std::istringstream text(test::file_text(path));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
    }
    return lines;
}

TEST(JsonLog, EscapesSentencesAndFields) {
    const std::string nasty = "a \"quoted\" \\ back\nnew\x1b[31m \x01 核销 \xff {}";
    const auto lines = lines_of("json", "info", [&](Log& log) {
        log.info(nasty, {{"partition", "0"}, {"why", nasty}});
    });
    ASSERT_EQ(lines.size(), 1U);
    const auto line = nlohmann::json::parse(lines[0]);
    const std::string expected = "a \"quoted\" \\ back\nnew\x1b[31m \x01 核销 \xEF\xBF\xBD {}";
    EXPECT_EQ(line["message"], expected);
    EXPECT_EQ(line["why"], expected);
    EXPECT_EQ(line["partition"], "0");
    EXPECT_EQ(line["level"], "info");
    EXPECT_THAT(line["time"].get<std::string>(),
                ::testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"));
}

TEST(JsonLog, LeavesOutWhatIsBelowTheLevel) {
    const auto lines = lines_of("json", "warn", [](Log& log) {
        log.debug("one");
        log.info("two");
        log.warn("three");
        log.error("four");
    });
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(nlohmann::json::parse(lines[1])["level"], "error");
}

TEST(TextLog, KeepsOneLineForEachCall) {
    const auto lines = lines_of("text", "info", [](Log& log) {
        log.info("started\nforged line", {{"directory", "/a\nb"}});
    });
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines[0], ::testing::HasSubstr("info started"));
    EXPECT_THAT(lines[0], ::testing::HasSubstr("directory=/a"));
}

}  // namespace
}  // namespace fiscus::app
