// Aim: the house rules hold in the whole repository, and each rule still catches what it is for.
// Method: every rule runs over every file; and every file of fixtures/ says in its first lines
// which findings it must give (`expect: rule:line`), or that it must give none.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/tidy/rules.h"

namespace fiscus::tidy {
namespace {

std::filesystem::path source_folder() {
    const char* folder = std::getenv("FISCUS_SOURCE_DIR");
    return folder == nullptr ? std::filesystem::current_path() : std::filesystem::path(folder);
}

std::string lines_of(const Findings& findings) {
    std::string text;
    for (const Finding& finding : findings) {
        text += to_text(finding) + "\n";
    }
    return text;
}

// One or several files: `file: path` starts each, `expect: rule:line` may follow it, `---` ends the
// head, and everything up to the next `=== file: path` is the file's text.
struct Fixture {
    std::vector<Source> sources;
    std::multiset<std::string> expected;  // path:line:rule
};

Fixture read_fixture(const std::filesystem::path& root, const std::string& name) {
    Fixture fixture;
    const Source raw = read_source(root, "tests/tidy/fixtures/" + name);
    std::string path;
    std::string text;
    const auto finish = [&] {
        if (!path.empty()) {
            fixture.sources.push_back(make_source(path, text));
        }
        text.clear();
    };
    for (const std::string& line : raw.lines) {
        if (line.starts_with("=== file: ")) {
            finish();
            path = line.substr(10);
        } else if (line.starts_with("=== expect: ")) {
            const std::string_view expect = std::string_view(line).substr(12);
            const std::size_t colon = expect.find(':');
            fixture.expected.insert(path + ":" + std::string(expect.substr(colon + 1)) + ":" +
                                    std::string(expect.substr(0, colon)));
        } else {
            text += line + "\n";
        }
    }
    finish();
    std::sort(fixture.sources.begin(), fixture.sources.end(),
              [](const Source& a, const Source& b) { return a.path < b.path; });
    return fixture;
}

std::vector<std::string> fixture_names() {
    std::vector<std::string> names;
    for (const auto& file :
         std::filesystem::directory_iterator(source_folder() / "tests/tidy/fixtures")) {
        names.push_back(file.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

// The rules of a fixture's name up to its first '-': only these are compared, so that a fixture for
// one rule need not be perfect otherwise.
std::string rule_of(const std::string& fixture_name) {
    return fixture_name.substr(0, fixture_name.find_first_of("-."));
}

TEST(Tidy, EveryFileOfTheRepositoryFollowsTheHouseRules) {
    Findings findings;
    const Tables tables = read_tables(source_folder(), findings);
    const std::vector<Source> sources = read_repository(source_folder());
    ASSERT_GT(sources.size(), 50U) << "FISCUS_SOURCE_DIR is not the repository";
    for (const Source& source : sources) {
        EXPECT_TRUE(source.readable) << source.path;
        const Findings more = check_file(source, tables);
        findings.insert(findings.end(), more.begin(), more.end());
    }
    const Findings more = check_repository(sources);
    findings.insert(findings.end(), more.begin(), more.end());
    EXPECT_TRUE(findings.empty()) << findings.size() << " findings:\n" << lines_of(findings);
}

class TidyRule : public testing::TestWithParam<std::string> {};

TEST_P(TidyRule, FindsExactlyWhatItsFixtureExpects) {
    Findings ignored;
    const Tables tables = read_tables(source_folder(), ignored);
    const Fixture fixture = read_fixture(source_folder(), GetParam());
    ASSERT_FALSE(fixture.sources.empty()) << "a fixture begins with '=== file: path'";
    Findings findings = check_repository(fixture.sources);
    for (const Source& source : fixture.sources) {
        const Findings more = check_file(source, tables);
        findings.insert(findings.end(), more.begin(), more.end());
    }
    std::multiset<std::string> found;
    for (const Finding& finding : findings) {
        if (finding.rule == rule_of(GetParam())) {
            found.insert(finding.path + ":" + std::to_string(finding.line) + ":" + finding.rule);
        }
    }
    EXPECT_EQ(found, fixture.expected) << lines_of(findings);
}

INSTANTIATE_TEST_SUITE_P(Fixtures,
                         TidyRule,
                         testing::ValuesIn(fixture_names()),
                         [](const testing::TestParamInfo<std::string>& fixture) {
                             std::string name = fixture.param.substr(0, fixture.param.find('.'));
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST(Tidy, EveryRuleHasAFixtureThatMustFail) {
    const std::set<std::string> rules = {
        "file_length", "line_length", "white_space",  "function_length",
        "header",      "todo",        "banner",       "words",
        "hash_order",  "layers",      "registration", "readme_table",
        "links",       "guarantees",  "changelog",    "documents"};
    std::set<std::string> covered;
    for (const std::string& name : fixture_names()) {
        if (!read_fixture(source_folder(), name).expected.empty()) {
            covered.insert(rule_of(name));
        }
    }
    EXPECT_EQ(covered, rules);
}

TEST(Tidy, EveryBannedWordIsFound) {
    Findings findings;
    const Tables tables = read_tables(source_folder(), findings);
    ASSERT_TRUE(findings.empty()) << lines_of(findings);
    for (const BannedWord& word : tables.words) {
        const std::string folder = word.folders.empty() ? "engine/apply" : word.folders.front();
        Findings found;
        check_words(make_source(folder + "/x.cc", "int x = " + word.word + " 0);\n"), tables,
                    found);
        EXPECT_FALSE(found.empty()) << word.word;
        if (word.in_code) {
            Findings in_prose;
            check_words(make_source(folder + "/x.cc", "// " + word.word + "\n"), tables, in_prose);
            EXPECT_TRUE(in_prose.empty()) << lines_of(in_prose);
        }
    }
}

TEST(Tidy, ReportsATableLineThatCannotBeRead) {
    Tables tables;
    Findings findings;
    read_layers(make_source("layers.txt", "engine/apply engine/base\nlibrary a b : c\n"), tables,
                findings);
    read_words(make_source("words.txt", "code | std::endl | *\nprose | x | * | y\n"), tables,
               findings);
    EXPECT_EQ(findings.size(), 4U) << lines_of(findings);
}

TEST(Tidy, ReadsStringsCommentsAndDigitSeparatorsApart) {
    const Source source =
        make_source("x.cc",
                    "auto a = \"// rand(\"; // rand(\nint b = 1'000; char c = '\"'; rand();\n"
                    "auto d = R\"(rand( \" )\"; /* rand(\nrand( */ int e;\n");
    EXPECT_EQ(source.code[0].find("rand("), std::string::npos);
    EXPECT_NE(source.comments[0].find("rand("), std::string::npos);
    EXPECT_NE(source.code[1].find("rand("), std::string::npos);
    EXPECT_EQ(source.code[2].find("rand("), std::string::npos);
    EXPECT_EQ(source.code[3].find("rand("), std::string::npos);
    EXPECT_NE(source.code[3].find("int e;"), std::string::npos);
}

}  // namespace
}  // namespace fiscus::tidy
