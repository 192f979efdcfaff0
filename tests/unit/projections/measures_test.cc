// Aim: the table of measures is sound, ratios are rounded as the rules say, and the page of
// definitions is the table's own. Method: the table against itself, hand-made figures, the page
// against the table.
#include "projections/statistics/measures.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "projections/data/code_names.h"
#include "projections/statistics/definitions.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/sum_rules.h"

namespace fiscus::projections {
namespace {

TEST(MeasuresTest, EveryRowIsCompleteAndHasAnIdOfItsOwn) {
    std::set<std::string_view> ids;
    for (const Measure& measure : measures()) {
        SCOPED_TRACE(measure.id);
        EXPECT_TRUE(ids.insert(measure.id).second);
        EXPECT_FALSE(measure.english.empty() || measure.chinese.empty());
        EXPECT_FALSE(measure.formula.empty() || measure.inclusion.empty());
        EXPECT_GE(measure.version, 1);
        EXPECT_EQ(measure.sources.front(), 'S');
        EXPECT_EQ(measure.type == MeasureType::ratio, measure.ratio != nullptr);
        EXPECT_EQ(measure.type != MeasureType::ratio, measure.value != nullptr);
        EXPECT_EQ(find_measure(measure.id), &measure);
        EXPECT_TRUE(measure.added_later || !(measure.of_prizes || measure.of_draws));
    }
    EXPECT_EQ(find_measure("nothing"), nullptr);
}

TEST(MeasuresTest, EverySumHasItsRuleAtItsOwnPlace) {
    for (std::size_t at = 0; at < sum_count; ++at) {
        EXPECT_EQ(index(sum_rules()[at].sum), at);
    }
}

TEST(MeasuresTest, RatiosAreRoundedHalfUpToFourDecimals) {
    EXPECT_EQ(ratio_text({1, 2}), "0.5000");
    EXPECT_EQ(ratio_text({1, 3}), "0.3333");
    EXPECT_EQ(ratio_text({2, 3}), "0.6667");
    EXPECT_EQ(ratio_text({1, 20'000}), "0.0001");
    EXPECT_EQ(ratio_text({1, 20'001}), "0.0000");
    EXPECT_EQ(ratio_text({0, 7}), "0.0000");
    EXPECT_EQ(ratio_text({7, 0}), "");
    EXPECT_EQ(ratio_text({0, 0}), "");
    EXPECT_EQ(ratio_text({-1, 2}), "-0.5000");
    EXPECT_EQ(ratio_text({-1, 40'000}), "0.0000");
    EXPECT_EQ(ratio_text({INT64_MAX, 1}), "9223372036854775807.0000");
    EXPECT_EQ(ratio_text({INT64_MAX, INT64_MAX}), "1.0000");
}

TEST(MeasuresTest, NothingBelowTheLineIsEmptyNotZero) {
    const Measure& leverage = *find_measure("leverage_ratio");
    Figures figures;
    EXPECT_EQ(ratio_text(leverage.ratio(figures)), "");
    figures.to_date[index(Sum::order_amount)] = 30'000;
    figures.to_date[index(Sum::redeemed_amount)] = 6'000;
    EXPECT_EQ(ratio_text(leverage.ratio(figures)), "5.0000");
    figures.to_date[index(Sum::refunded_order_amount)] = 10'000;
    figures.to_date[index(Sum::refunded_amount)] = 2'000;
    EXPECT_EQ(ratio_text(leverage.ratio(figures)), "5.0000");
    EXPECT_EQ(ratio_text(find_measure("leverage_ratio_gross")->ratio(figures)), "5.0000");
    figures.to_date[index(Sum::refunded_amount)] = 6'000;
    EXPECT_EQ(ratio_text(leverage.ratio(figures)), "");
}

TEST(MeasuresTest, LeverageOfPrizesLeavesOutWhatWasReversed) {
    const Measure& leverage = *find_measure("prize_leverage_ratio");
    Figures figures;
    figures.to_date[index(Sum::invoices_verified_amount)] = 90'000;
    EXPECT_EQ(ratio_text(leverage.ratio(figures)), "");
    figures.to_date[index(Sum::prizes_awarded_amount)] = 20'000;
    EXPECT_EQ(ratio_text(leverage.ratio(figures)), "4.5000");
    figures.to_date[index(Sum::invoices_reversed_amount)] = 70'000;
    figures.to_date[index(Sum::tickets_reversed_amount)] = 50'000;
    EXPECT_EQ(ratio_text(leverage.ratio(figures)), "2.0000");
    EXPECT_EQ(find_measure("invoices_verified_amount_net_to_date")->value(figures), 40'000);
    EXPECT_EQ(ratio_text(find_measure("leverage_ratio")->ratio(figures)), "");
}

TEST(GroupingTest, TablesStandInTheOrderOfTheirNumbers) {
    for (std::size_t at = 0; at < grouping_count; ++at) {
        const GroupingInfo& set = groupings()[at];
        EXPECT_EQ(static_cast<std::size_t>(set.grouping), at);
        EXPECT_EQ(grouping_from_id(set.id), set.grouping);
        EXPECT_LE(set.used, set.dimensions.size());
    }
    for (std::size_t at = 0; at < dimension_count; ++at) {
        EXPECT_EQ(static_cast<std::size_t>(dimensions()[at].dimension), at);
    }
    EXPECT_FALSE(grouping_from_id("street").has_value());
}

TEST(CodeNamesTest, NamesWhatTheTablesKnowAndLeavesOtherCodesAsTheyAre) {
    const CodeNames names;
    EXPECT_EQ(names.district(420102), "江岸区");
    EXPECT_EQ(names.district(420100), "武汉市");
    EXPECT_EQ(names.district(420000), "湖北省");
    EXPECT_EQ(names.district(999999), "999999");
    EXPECT_EQ(names.prefecture(4205), "宜昌市");
    EXPECT_EQ(names.prefecture(1101), "北京市");
    EXPECT_EQ(names.prefecture(4290), "湖北省直辖");
    EXPECT_EQ(names.industry(6210), "正餐服务");
    EXPECT_EQ(names.industry(62), "餐饮业");
    EXPECT_EQ(names.industry(4), "4");
}

// docs/definitions.md is what definitions_page() says; FISCUS_WRITE_DEFINITIONS=1 writes it.
TEST(DefinitionsTest, ThePageIsTheTable) {
    const std::string path = std::string(std::getenv("FISCUS_SOURCE_DIR")) + "/docs/definitions.md";
    if (std::getenv("FISCUS_WRITE_DEFINITIONS") != nullptr) {
        std::ofstream(path) << definitions_page();
    }
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), definitions_page())
        << "run this test once with FISCUS_WRITE_DEFINITIONS=1 and look at the difference";
}

}  // namespace
}  // namespace fiscus::projections
