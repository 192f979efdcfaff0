// CSV files of platforms become events. Method: files as people write them, with the map that fits,
// are converted and built; each fault must name its line and column; damaged files never crash.
#include "engine/app/convert/csv_events.h"

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "bench/load/random.h"
#include "engine/app/convert/event_json.h"
#include "engine/base/ids.h"
#include "schemas/events_generated.h"

namespace fiscus::convert {
namespace {

constexpr std::string_view map_of_redemptions = R"toml(
kind = "VoucherRedeemed"
[values]
programme = 7
source = 2
epoch = 1
[columns]
"序号" = "sequence"
"核销单号" = { field = "key", format = "hash" }
"券号" = { field = "body.vouchers", separator = ";" }
"用户" = "body.consumer"
"商户" = "body.merchant"
"核销时间" = { field = "occurred_at", format = "local_time" }
"订单金额(元)" = { field = "body.order_amount_fen", format = "yuan" }
"优惠金额(元)" = { field = "body.subsidy_fen", format = "yuan" }
"平台补贴(元)" = { field = "body.platform_match_fen", format = "yuan", optional = true }
"渠道" = { field = "body.online", words = { "线上" = true, "线下" = false } }
)toml";

constexpr std::string_view heading =
    "序号,核销单号,券号,用户,商户,核销时间,订单金额(元),优惠金额(元),平台补贴(元),渠道\n";

constexpr std::string_view good_row =
    "5,HX-20260301-0001,00000000000000000000000000000011;00000000000000000000000000000012,"
    "c0c00000000000000000000000000001,4d4d0000000000000000000000000001,2026/3/1 "
    "9:05,\"1,234.50\",60,,"
    "线下\n";

ColumnMap map_of(std::string_view toml) {
    auto map = ColumnMap::parse(toml);
    EXPECT_TRUE(map.ok()) << map.error().text();
    return map.ok() ? std::move(map).value() : ColumnMap();
}

// The rows of a file, or the errors in their place.
std::vector<std::string> convert_all(std::string_view toml, const std::string& file) {
    std::istringstream input(file);
    auto events = CsvEvents::open(input, map_of(toml));
    if (!events.ok()) {
        return {"heading: " + events.error().text()};
    }
    std::vector<std::string> rows;
    for (;;) {
        const auto row = (*events)->next();
        if (!row.ok()) {
            rows.push_back(row.error().text());
        } else if (row.value()) {
            rows.push_back(row.value()->json);
        } else {
            return rows;
        }
    }
}

void expect_words(const std::string& text, std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
        EXPECT_NE(text.find(word), std::string::npos) << "no «" << word << "» in: " << text;
    }
}

TEST(CsvEvents, BuildsTheEventThatTheRowMeans) {
    const auto rows = convert_all(map_of_redemptions, std::string(heading) + std::string(good_row));
    ASSERT_EQ(rows.size(), 1U);
    const auto event = event_from_json(rows[0]);
    ASSERT_TRUE(event.ok()) << event.error().text() << rows[0];
    const auto* read = wire::GetEvent(event.value().value.data());
    const auto* body = read->body_as_VoucherRedeemed();
    EXPECT_EQ(read->origin()->sequence(), 5U);
    EXPECT_EQ(read->occurred_at_us(), 1'772'327'100'000'000);
    ASSERT_EQ(body->vouchers()->size(), 2U);
    EXPECT_EQ(body->vouchers()->Get(1)->lo(), 0x12U);
    EXPECT_EQ(body->order_amount_fen(), 123'450);
    EXPECT_EQ(body->subsidy_fen(), 6'000);
    EXPECT_EQ(body->platform_match_fen(), 0);
    EXPECT_FALSE(body->online());
    // The first 128 bits of SHA-256 of the number on the slip, the same for ever.
    const Sha256 hash = sha256(as_byte_span("HX-20260301-0001"));
    EXPECT_EQ(to_hex(Id128{.hi = read->key()->hi(), .lo = read->key()->lo()}),
              to_hex(hash).substr(0, 32));
}

TEST(CsvEvents, ReadsWhatExcelWrites) {
    std::string file = "\xef\xbb\xbf" + std::string(heading) + std::string(good_row);
    std::string crlf;
    for (const char c : file) {
        crlf += c == '\n' ? "\r\n" : std::string(1, c);
    }
    const auto plain =
        convert_all(map_of_redemptions, std::string(heading) + std::string(good_row));
    EXPECT_EQ(convert_all(map_of_redemptions, crlf), plain);
    // Without a line end at the end, and with empty lines between.
    crlf.resize(crlf.size() - 2);
    EXPECT_EQ(convert_all(map_of_redemptions, crlf), plain);
    EXPECT_EQ(convert_all(map_of_redemptions,
                          std::string(heading) + "\n\n" + std::string(good_row) + "\n"),
              plain);
}

TEST(CsvEvents, KeepsQuotedCommasQuotesAndLines) {
    constexpr std::string_view map = R"(
kind = "MerchantSuspended"
values = { programme=1, source=1, epoch=1, sequence=1, occurred_at = "2026-03-01T00:00:00Z" }
[columns]
id = "key"
merchant = "body.merchant"
why = "body.why"
)";
    const std::string file =
        "id,merchant,why\n"
        "11111111111111111111111111111111,22222222222222222222222222222222,\"said "
        "\"\"no\"\",\nthen went\"\n"
        "11111111111111111111111111111112,22222222222222222222222222222222,12\n";
    std::istringstream input(file);
    auto events = CsvEvents::open(input, map_of(map));
    ASSERT_TRUE(events.ok()) << events.error().text();
    const auto first = (*events)->next();
    ASSERT_TRUE(first.ok() && first.value());
    EXPECT_EQ(first.value()->line, 2U);
    const auto event = event_from_json(first.value()->json);
    ASSERT_TRUE(event.ok()) << event.error().text();
    EXPECT_EQ(wire::GetEvent(event.value().value.data())->body_as_MerchantSuspended()->why()->str(),
              "said \"no\",\nthen went");
    // Digits stay text where the field is text, and lines inside quotes count.
    const auto second = (*events)->next();
    ASSERT_TRUE(second.ok() && second.value());
    EXPECT_EQ(second.value()->line, 4U);
    EXPECT_TRUE(event_from_json(second.value()->json).ok()) << second.value()->json;
}

TEST(CsvEvents, NamesLineAndColumnOfEveryFault) {
    std::string bad(good_row);
    bad.replace(bad.find("2026/3/1 9:05"), 13, "the 1st of May");
    bad.replace(bad.find("\"1,234.50\""), 10, "12.345");
    bad.replace(bad.find("线下"), std::string_view("线下").size(), "线");
    const auto rows = convert_all(map_of_redemptions, std::string(heading) + std::string(good_row) +
                                                          bad + "1,2\n" + std::string(good_row));
    ASSERT_EQ(rows.size(), 4U);
    expect_words(rows[1],
                 {"line 3", "column 核销时间: the text \"the 1st of May\"", "2026-03-01 12:30:00",
                  "column 订单金额(元): the text \"12.345\"", "column 渠道", "words of the map"});
    expect_words(rows[2], {"line 4", "2 fields", "10, as the heading has"});
    EXPECT_EQ(rows[3], rows[0]);
}

TEST(CsvEvents, ConvertsYuanExactlyOrNotAtAll) {
    constexpr std::string_view map = R"(
kind = "BatchFunded"
[columns]
yuan = { field = "body.amount_fen", format = "yuan" }
)";
    const auto json = [&](const std::string& text) {
        return convert_all(map, "yuan\n\"" + text + "\"\n").at(0);
    };
    for (const auto& [text, fen] : std::initializer_list<std::pair<std::string, std::string>>{
             {"0", "0"},
             {"12", "1200"},
             {"12.5", "1250"},
             {"12.05", "1205"},
             {"0.01", "1"},
             {"-3.10", "-310"},
             {"1,234,567.89", "123456789"},
             {"92233720368547758.07", "9223372036854775807"}}) {
        EXPECT_EQ(json(text), R"({"body":{"amount_fen":)" + fen + R"(},"kind":"BatchFunded"})")
            << text;
    }
    for (const std::string text : {"", ".", "1.", ".5", "1.234", "1,23", "1234,567", ",123", "1e3",
                                   "12元", "92233720368547758.08", "--1", "1 2"}) {
        expect_words(json(text), {"column yuan", "an amount in yuan"});
    }
}

TEST(CsvEvents, RefusesAMapThatItDoesNotUnderstand) {
    const auto error = [](std::string_view toml) {
        const auto map = ColumnMap::parse(toml);
        EXPECT_FALSE(map.ok()) << toml;
        return map.ok() ? std::string() : map.error().text();
    };
    expect_words(error("columns"), {"line 1"});
    expect_words(error("kind = \"ClockAdvanced\""), {"no [columns]"});
    expect_words(error("colums = {}"), {"did you mean \"columns\"?"});
    expect_words(error("[columns]\na = { feild = \"key\" }"),
                 {"columns.\"a\".feild", "did you mean \"field\"?"});
    expect_words(error("[columns]\na = { field = \"key\", format = \"euro\" }"),
                 {"columns.\"a\".format"});
    expect_words(error("[columns]\na = {}"), {"columns.\"a\" has no field"});
    expect_words(error("[columns]\na = 5"), {"columns.\"a\" is neither"});
    expect_words(error("[columns]\na = { field = \"key\", words = { x = 1.5 } }"), {"words.\"x\""});
    expect_words(error("values = { x = [1.5] }\n[columns]\na = \"key\""), {"values.\"x\""});
    expect_words(error("[values]\nbody.batch = 1\n[columns]\na = \"key\""),
                 {"quote paths with a point"});
}

TEST(CsvEvents, LeavesTheCheckOfOddMapsToTheSchema) {
    constexpr std::string_view map = R"(
values = { kind = 5, body = "text" }
[columns]
a = "body.batch"
)";
    const auto rows = convert_all(map, "a\n1\n");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_FALSE(event_from_json(rows[0]).ok());
}

TEST(CsvEvents, RefusesAHeadingThatDoesNotFit) {
    constexpr std::string_view map = "[columns]\nprice = \"body.amount_fen\"\n";
    expect_words(convert_all(map, "").at(0), {"the file is empty"});
    expect_words(convert_all(map, "prize\n1\n").at(0),
                 {"\"price\" is there 0 times", "did you mean \"prize\"?"});
    expect_words(convert_all(map, "price,price\n1,1\n").at(0), {"\"price\" is there 2 times"});
}

TEST(CsvEvents, EndsAtAQuoteThatIsNeverClosed) {
    constexpr std::string_view map = "[columns]\na = \"key\"\n";
    const auto rows = convert_all(map, "a\n\"one\ntwo\n");
    ASSERT_EQ(rows.size(), 1U);
    expect_words(rows[0], {"line 2", "a quote is not closed"});
}

TEST(CsvEvents, SurvivesRandomDamage) {
    const char* given = std::getenv("FISCUS_SEED");
    const std::uint64_t seed = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
    std::cout << "FISCUS_SEED=" << seed << '\n';
    load::Random random(seed);
    const std::string file = std::string(heading) + std::string(good_row) + std::string(good_row);
    for (int round = 0; round < 3'000; ++round) {
        std::string damaged = file;
        for (auto flips = random.between(1, 5); flips > 0; --flips) {
            damaged[random.below(damaged.size())] = static_cast<char>(random.next() & 0xffU);
        }
        damaged.resize(random.below(damaged.size()) + 1);
        for (const std::string& row : convert_all(map_of_redemptions, damaged)) {
            const auto event = event_from_json(row);
            EXPECT_TRUE(event.ok() || !event.error().text().empty());
        }
    }
}

}  // namespace
}  // namespace fiscus::convert
