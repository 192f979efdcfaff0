// Aim: every reason of the schema has its sentences, in the order in which the reasons are checked.
// Method: reads the lines of schemas/reasons.fbs; the generated enum is sorted by number and would
// not tell.
#include "engine/base/reasons.h"

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace fiscus {
namespace {

TEST(Reasons, TextsStandInTheOrderOfTheSchema) {
    const char* source_dir = std::getenv("FISCUS_SOURCE_DIR");
    ASSERT_NE(source_dir, nullptr);
    std::ifstream schema(std::string(source_dir) + "/schemas/reasons.fbs");
    ASSERT_TRUE(schema.good());
    const std::regex member(R"(^  (\w+) = (\d+),?$)");
    std::vector<std::string> names;
    std::smatch match;
    for (std::string line; std::getline(schema, line);) {
        if (std::regex_match(line, match, member) && match[1] != "none") {
            names.push_back(match[1]);
            const auto reason = static_cast<wire::Reason>(std::stoi(match[2]));
            EXPECT_EQ(reason_text(reason).name, match[1].str());
        }
    }
    const auto texts = reason_texts();
    ASSERT_EQ(texts.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_EQ(texts[i].name, names[i]) << "line " << i;
    }
}

TEST(Reasons, EverySentenceIsOneOfItsOwn) {
    std::set<std::string_view> seen;
    for (const ReasonText& text : reason_texts()) {
        EXPECT_TRUE(seen.insert(text.english).second) << text.name;
        EXPECT_TRUE(seen.insert(text.chinese).second) << text.name;
        EXPECT_TRUE(text.english.ends_with('.')) << text.name;
        EXPECT_TRUE(text.chinese.ends_with("。")) << text.name;
    }
}

TEST(Reasons, UnknownNumbersHaveNoText) {
    EXPECT_TRUE(reason_text(wire::Reason::none).name.empty());
    EXPECT_TRUE(reason_text(static_cast<wire::Reason>(9'999)).name.empty());
}

}  // namespace
}  // namespace fiscus
