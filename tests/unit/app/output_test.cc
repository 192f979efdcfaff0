// Aim: what people, Excel and programs read is aligned, safe and valid, whatever upstream put into
// a name. Method: small tables and strings with the awkward cases, compared as whole texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/app/output/json.h"
#include "engine/app/output/table.h"
#include "engine/app/output/utf8.h"

namespace fiscus::app {
namespace {

Table money_table() {
    return Table{{{"district", "区县", ColumnKind::identifier},
                  {"name", "名称", ColumnKind::text},
                  {"redeemed_fen", "核销金额（元）", ColumnKind::fen},
                  {"orders", "笔数", ColumnKind::integer},
                  {"rate", "核销率", ColumnKind::decimal},
                  {"final", "定稿", ColumnKind::boolean}},
                 {{"420102", "江岸区", "123456789", "1234", "0.1250", "true"},
                  {"420103", "Jianghan", "-5", "7", "", "false"}}};
}

TEST(DisplayWidth, CountsWideCombiningAndPlainCharacters) {
    EXPECT_EQ(display_width(""), 0U);
    EXPECT_EQ(display_width("abc"), 3U);
    EXPECT_EQ(display_width("核销金额"), 8U);
    EXPECT_EQ(display_width("（元）"), 6U);
    EXPECT_EQ(display_width("ｆｕｌｌ"), 8U);
    EXPECT_EQ(display_width("e\xCC\x81"), 1U);
    EXPECT_EQ(display_width("한국"), 4U);
    EXPECT_EQ(display_width("─█"), 2U);
    EXPECT_EQ(display_width("𠮷"), 2U);
}

TEST(DisplayWidth, DamagedTextCountsWhatIsShown) {
    for (const std::string text : {"\xff", "\xe6\xa0", "\xc0\xaf", "\xed\xa0\x80",
                                   "\xf5\x80\x80\x80", "a\x1b[31m", "\xe2\x80\xae"}) {
        EXPECT_EQ(display_width(text), display_width(printable(text))) << printable(text);
    }
}

TEST(Printable, LeavesNothingThatMovesTheCursorOrReordersText) {
    EXPECT_EQ(printable("a\x1b[2Jb\n"), "a\xEF\xBF\xBD[2Jb\xEF\xBF\xBD");
    EXPECT_EQ(printable("\xC2\x9B"), "\xEF\xBF\xBD");      // C1: CSI in one character
    EXPECT_EQ(printable("\xE2\x80\xAE"), "\xEF\xBF\xBD");  // right-to-left override
    EXPECT_EQ(printable("江岸区 café 𠮷"), "江岸区 café 𠮷");
}

TEST(Printable, KeepsOurOwnLineBreaks) {
    EXPECT_EQ(printable_lines("a\n  b\x1b[0m\n"), "a\n  b\xEF\xBF\xBD[0m\n");
    EXPECT_EQ(printable_lines(std::string_view("a\0b", 3)),
              "a\xEF\xBF\xBD"
              "b");
}

TEST(TakeCodePoint, GivesBackEveryCodePointThatWasAppended) {
    for (char32_t code_point = 0; code_point <= 0x10FFFF;
         code_point += code_point < 0x3000 ? 1 : 97) {
        if (code_point >= 0xD800 && code_point < 0xE000) {
            continue;
        }
        std::string text;
        append_utf8(text, code_point);
        std::string_view rest = text;
        ASSERT_EQ(take_code_point(rest), code_point);
        ASSERT_TRUE(rest.empty());
    }
}

TEST(TextTable, AlignsWideAndNarrowCells) {
    EXPECT_EQ(render_text(money_table(), {}),
              "区县    名称      核销金额（元）   笔数  核销率  定稿\n"
              "──────  ────────  ──────────────  ─────  ──────  ─────\n"
              "420102  江岸区      1,234,567.89  1,234  0.1250  true\n"
              "420103  Jianghan           -0.05      7       -  false\n");
}

TEST(TextTable, ColourIsOnlyInTheHeadings) {
    const std::string text = render_text(money_table(), {.bold_headings = true});
    EXPECT_TRUE(text.starts_with("\x1b[1m"));
    EXPECT_EQ(text.find('\x1b', text.find('\n')), std::string::npos);
}

TEST(TextTable, UpstreamNamesCannotBreakLines) {
    const Table table{{{"name", "name", ColumnKind::text}}, {{"a\nb\x1b[2J"}}};
    const std::string text = render_text(table, {});
    EXPECT_EQ(std::ranges::count(text, '\n'), 3);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(CsvTable, OpensInExcelWithLongIdsAsTextAndNoFormulas) {
    Table table = money_table();
    table.rows.push_back(
        {"00000000000000000000000000000001", "=SUM(A1)", "0", "0", "0.0000", "true"});
    table.rows.push_back({"", "say \"hi\", 你好\n", "1", "1", "", "false"});
    EXPECT_EQ(render_csv(table),
              "\xEF\xBB\xBF区县,名称,核销金额（元）,笔数,核销率,定稿\r\n"
              "\"=\"\"420102\"\"\",江岸区,1234567.89,1234,0.1250,true\r\n"
              "\"=\"\"420103\"\"\",Jianghan,-0.05,7,,false\r\n"
              "\"=\"\"00000000000000000000000000000001\"\"\",'=SUM(A1),0.00,0,0.0000,true\r\n"
              ",\"say \"\"hi\"\", 你好\n\",0.01,1,,false\r\n");
}

TEST(JsonTable, CodesAreNumbersAsInTheTopics) {
    const Table table{{{"industry", "行业", ColumnKind::code}},
                      {{"0111"}, {"420102"}, {""}, {"0195505bc4a07c31a1f0d3b7b5d2f0aa"}}};
    const auto rows = nlohmann::json::parse(render_json(table));
    EXPECT_EQ(rows[0]["industry"], 111);
    EXPECT_EQ(rows[1]["industry"], 420102);
    EXPECT_TRUE(rows[2]["industry"].is_null());
    EXPECT_EQ(rows[3]["industry"], "0195505bc4a07c31a1f0d3b7b5d2f0aa");
    EXPECT_THAT(render_csv(table), ::testing::HasSubstr("\"=\"\"0111\"\"\""));
    EXPECT_EQ(nlohmann::json::parse(render_json(std::vector<Table>{table, {}, table})).size(), 8U);
}

TEST(JsonTable, KeepsFenAsNumbersAndEmptyCellsAsNull) {
    const auto rows = nlohmann::json::parse(render_json(money_table()));
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0]["redeemed_fen"], 123456789);
    EXPECT_EQ(rows[0]["district"], "420102");
    EXPECT_EQ(rows[0]["final"], true);
    EXPECT_EQ(rows[0]["rate"], "0.1250");
    EXPECT_TRUE(rows[1]["rate"].is_null());
    EXPECT_EQ(nlohmann::json::parse(render_json(Table{})).size(), 0U);
}

TEST(Yuan, IsExactAtTheEnds) {
    EXPECT_EQ(yuan_text(0, true), "0.00");
    EXPECT_EQ(yuan_text(-1, true), "-0.01");
    EXPECT_EQ(yuan_text(INT64_MAX, true), "92,233,720,368,547,758.07");
    EXPECT_EQ(yuan_text(INT64_MIN, false), "-92233720368547758.08");
    EXPECT_EQ(grouped_digits("-1234.5678"), "-1,234.5678");
    EXPECT_EQ(grouped_digits("123"), "123");
}

TEST(Json, EscapesEveryByteSoThatAnyParserReadsItBack) {
    std::string text;
    for (int byte = 0; byte < 128; ++byte) {
        text.push_back(static_cast<char>(byte));
    }
    text += "核销 \xC2\x85 𠮷";
    JsonWriter json;
    json.begin_object();
    json.field(text, text);
    json.end_object();
    const auto parsed = nlohmann::json::parse(json.text());
    EXPECT_EQ(parsed[text], text);
}

TEST(Json, DamagedUtf8BecomesReplacementCharacters) {
    JsonWriter json;
    json.string("a\xff\xe6\xa0z");
    EXPECT_EQ(nlohmann::json::parse(json.text()).get<std::string>(),
              "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
}

TEST(Json, NumbersAreExactAtTheEnds) {
    JsonWriter json;
    json.begin_array();
    json.number(INT64_MIN);
    json.number(UINT64_MAX);
    json.boolean(false);
    json.null();
    json.begin_object();
    json.end_object();
    json.end_array();
    EXPECT_EQ(json.text(), "[-9223372036854775808,18446744073709551615,false,null,{}]");
}

}  // namespace
}  // namespace fiscus::app
