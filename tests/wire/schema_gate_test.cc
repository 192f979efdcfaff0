// The schema gate finds what breaks and nothing else. Method: one fixture for each rule, whose name
// says which rule must refuse it, and fixtures that must pass; a rule without a fixture fails.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "schemas/gate/gate.h"
#include "schemas/gate/source.h"

namespace fiscus::schema_gate {
namespace {

std::filesystem::path schemas_dir() {
    const char* source = std::getenv("FISCUS_SOURCE_DIR");
    return std::filesystem::path(source == nullptr ? "." : source) / "schemas";
}

std::vector<std::filesystem::path> fixtures(const std::string& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry :
         std::filesystem::directory_iterator(schemas_dir() / "gate" / "fixtures" / folder)) {
        paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::vector<Finding> compare_with_base(const std::filesystem::path& fixture) {
    return compare((schemas_dir() / "gate" / "fixtures" / "base.fbs").string(), fixture.string());
}

std::string text_of(const std::vector<Finding>& findings) {
    std::string text;
    for (const Finding& finding : findings) {
        text += "\n  " + std::string(rule_name(finding.rule)) + ": " + finding.what;
    }
    return text;
}

TEST(SchemaGate, RefusesEachFixtureByTheRuleOfItsName) {
    for (const auto& fixture : fixtures("refused")) {
        const std::string rule =
            fixture.filename().string().substr(0, fixture.filename().string().find('.'));
        const auto findings = compare_with_base(fixture);
        const bool found = std::any_of(
            findings.begin(), findings.end(),
            [&rule](const Finding& finding) { return rule_name(finding.rule) == rule; });
        EXPECT_TRUE(found) << fixture.filename() << " was refused for:" << text_of(findings);
    }
}

TEST(SchemaGate, AcceptsAdditions) {
    for (const auto& fixture : fixtures("accepted")) {
        const auto findings = compare_with_base(fixture);
        EXPECT_TRUE(findings.empty()) << fixture.filename() << text_of(findings);
    }
    EXPECT_GE(fixtures("accepted").size(), 5U);
}

TEST(SchemaGate, HasAFixtureForEveryRule) {
    std::set<std::string> covered;
    for (const auto& fixture : fixtures("refused")) {
        covered.insert(
            fixture.filename().string().substr(0, fixture.filename().string().find('.')));
    }
    std::set<std::string> known;
    for (const NamedRule& rule : rules()) {
        known.insert(std::string(rule.name));
    }
    EXPECT_EQ(covered, known);
}

// What flatc 2.0.8 misses must be found by us, or the gate would be no better.
TEST(SchemaGate, FindsWhatFlatcDoesNot) {
    for (const char* name :
         {"field_removed", "enumerator_removed", "union_member_removed", "table_removed",
          "field_required_changed", "field_required_changed.dropped", "root_type_changed",
          "file_identifier_changed"}) {
        const auto findings = compare_with_base(schemas_dir() / "gate" / "fixtures" / "refused" /
                                                (std::string(name) + ".fbs"));
        const bool flatc =
            std::any_of(findings.begin(), findings.end(),
                        [](const Finding& finding) { return finding.rule == Rule::conform; });
        EXPECT_FALSE(flatc) << name << " is found by flatc now; keep the rule all the same";
        EXPECT_FALSE(findings.empty()) << name;
    }
}

TEST(SchemaGate, NamesWhatChanged) {
    const auto findings = compare_with_base(schemas_dir() / "gate" / "fixtures" / "refused" /
                                            "field_default_changed.fbs");
    EXPECT_NE(
        text_of(findings).find("table fixture.Claim, field stacking_max: the default was \"1\" and "
                               "is \"2\""),
        std::string::npos)
        << text_of(findings);
}

TEST(SchemaGate, SaysThatAFileIsMissing) {
    const auto findings = compare_with_base("nowhere.fbs");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].rule, Rule::schema_unreadable);
}

TEST(SchemaGate, ReadsTheOrderOfTheLinesAndNotOfTheNumbers) {
    const auto order = enumeration_order(
        "namespace a.b; // enum no { x }\n/* enum no { x } */ enum E : ubyte { b = 2, // c = 9,\n "
        "a = 1 , z }");
    ASSERT_EQ(order.size(), 1U);
    EXPECT_EQ(order.at("a.b.E"), (std::vector<std::string>{"b", "a", "z"}));
}

TEST(SchemaGate, KeepsTheFrozenSchemasOfEveryVersion) {
    for (const char* name : {"types.fbs", "reasons.fbs", "events.fbs", "journal.fbs"}) {
        EXPECT_TRUE(std::filesystem::exists(schemas_dir() / "golden" / "v1" / name)) << name;
    }
}

}  // namespace
}  // namespace fiscus::schema_gate
