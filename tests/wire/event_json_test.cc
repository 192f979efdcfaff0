// JSON to events and back. Method: every event of a load goes to JSON and back; faults in
// hand-written lines must be named with their path; damaged bytes and damaged text never crash and
// never pass.
#include "engine/app/convert/event_json.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "bench/load/random.h"
#include "bench/load/standard_load.h"
#include "engine/base/time.h"
#include "schemas/events_generated.h"

namespace fiscus::convert {
namespace {

const std::string claim =
    R"({"kind":"VoucherClaimed","programme":7,"source":2,"epoch":1,"sequence":3,)"
    R"("occurred_at":"2026-03-01T02:00:00.123456Z","key":"019c0a14000070008000000000000014",)"
    R"("body":{"consumer":"c0c00000000000000000000000000001","batch":101,)"
    R"("pack":1,"denomination":1,)"
    R"("district":420106}})";

std::string changed(std::string text, std::string_view from, std::string_view to) {
    const std::size_t place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return text.replace(place, from.size(), to);
}

// The text of the error that this line must cause.
std::string error_of(std::string_view json, const EnvelopeDefaults& defaults = {}) {
    const auto event = event_from_json(json, defaults);
    EXPECT_FALSE(event.ok()) << json;
    return event.ok() ? std::string() : event.error().text();
}

void expect_error(const std::string& json, std::initializer_list<std::string_view> words) {
    const std::string text = error_of(json);
    for (const std::string_view word : words) {
        EXPECT_NE(text.find(word), std::string::npos) << "no «" << word << "» in: " << text;
    }
}

std::uint64_t seed_of_run() {
    const char* given = std::getenv("FISCUS_SEED");
    const std::uint64_t seed = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
    std::cout << "FISCUS_SEED=" << seed << '\n';
    return seed;
}

TEST(EventJson, GoesThereAndBackForEveryEventOfTheLoad) {
    load::StandardLoad load({.events = 20'000, .seed = seed_of_run()});
    load::LoadBatch batch;
    std::uint64_t same_bytes = 0;
    std::uint64_t events = 0;
    while (load.next(batch)) {
        for (const log::NewRecord& record : batch.records()) {
            const auto json = event_to_json(record.value);
            ASSERT_TRUE(json.ok()) << json.error().text();
            const auto event = event_from_json(json.value());
            if (!event.ok()) {
                // Refusals of reasons 20 to 25 are in the load on purpose; no publisher may send
                // them.
                ASSERT_NE(event.error().text().find("out_of_range"), std::string::npos)
                    << event.error().text() << "\n"
                    << json.value();
                continue;
            }
            ++events;
            EXPECT_EQ(event.value().key, as_text(record.key));
            const auto again = event_to_json(event.value().value);
            ASSERT_TRUE(again.ok()) << again.error().text();
            ASSERT_EQ(again.value(), json.value());
            same_bytes += as_text(event.value().value) == as_text(record.value) ? 1U : 0U;
        }
    }
    // Kinds without strings have only one layout, so flatc's own builders and ours give the same
    // bytes.
    EXPECT_GT(same_bytes * 100, events * 95);
}

TEST(EventJson, IsTheSameForBytesThatAreNotAligned) {
    const auto event = event_from_json(claim);
    ASSERT_TRUE(event.ok()) << event.error().text();
    const auto expected = event_to_json(event.value().value);
    const auto hash = content_hash_of(event.value().value);
    ASSERT_TRUE(expected.ok() && hash.ok());
    for (std::size_t shift = 1; shift < 8; ++shift) {
        std::vector<std::byte> moved(shift);
        moved.insert(moved.end(), event.value().value.begin(), event.value().value.end());
        const Bytes value = Bytes(moved).subspan(shift);
        EXPECT_EQ(event_to_json(value).value(), expected.value());
        EXPECT_EQ(content_hash_of(value).value(), hash.value());
    }
}

TEST(EventJson, LeavesTheOriginOutOfTheContentHash) {
    const auto first = event_from_json(claim);
    const auto retried = event_from_json(changed(
        changed(claim, R"("sequence":3)", R"("sequence":99)"), R"("epoch":1)", R"("epoch":4)"));
    const auto other =
        event_from_json(changed(claim, R"("district":420106)", R"("district":420111)"));
    ASSERT_TRUE(first.ok() && retried.ok() && other.ok());
    EXPECT_NE(first.value().value, retried.value().value);
    const auto hash = content_hash_of(first.value().value).value();
    EXPECT_EQ(hash, content_hash_of(retried.value().value).value());
    EXPECT_NE(hash, content_hash_of(other.value().value).value());
}

TEST(EventJson, TakesTheInstantInAnyZoneAndTheKeyAsUuid) {
    const auto plain = event_from_json(claim);
    const auto zoned = event_from_json(
        changed(changed(claim, "2026-03-01T02:00:00.123456Z", "2026-03-01T10:00:00.123456+08:00"),
                "019c0a14000070008000000000000014", "019C0A14-0000-7000-8000-000000000014"));
    ASSERT_TRUE(plain.ok());
    ASSERT_TRUE(zoned.ok()) << zoned.error().text();
    EXPECT_EQ(plain.value().value, zoned.value().value);
}

TEST(EventJson, SaysTimesOfDayAsClocksDo) {
    const std::string opened =
        R"({"kind":"InstantDrawOpened","programme":7,"source":1,"epoch":1,"sequence":9,)"
        R"("occurred_at":"2026-02-28T00:07:00.000000Z","key":"019c0a2d00007000800000000000002d",)"
        R"("body":{"batch":101,"name":"抽签","algorithm":"instant-v1","first_day":"2026-03-01",)"
        R"("days":30,)"
        R"("chain_head":"b79ca0b3c797de47e4bc29934b4cc626ecb737241874e5f8d6f4375a9ce75fc1",)"
        R"("public_value_source":"","wins_max":3,"tiers":[{"tier":1,"pack":1,"chance":5,)"
        R"("moves_on":true,"amounts":[{"denomination":1,"weight":1}],)"
        R"("releases":[{"at":"00:00:00.000000","count":10},)"
        R"({"at":"23:59:59.999999","count":5}]}]}})";
    const auto event = event_from_json(opened);
    ASSERT_TRUE(event.ok()) << event.error().text();
    EXPECT_EQ(event_to_json(event.value().value).value(), opened);
    const auto* releases = wire::GetEvent(event.value().value.data())
                               ->body_as_InstantDrawOpened()
                               ->tiers()
                               ->Get(0)
                               ->releases();
    EXPECT_EQ(releases->Get(0)->at_us(), 0);
    EXPECT_EQ(releases->Get(1)->at_us(), us_per_day - 1);
    const auto short_form = event_from_json(changed(opened, "00:00:00.000000", "00:00:00"));
    ASSERT_TRUE(short_form.ok()) << short_form.error().text();
    EXPECT_EQ(short_form.value().value, event.value().value);
    for (const std::string_view wrong : {"24:00:00", "1970-01-01T08:00:00.000000Z", "08:00", ""}) {
        expect_error(changed(opened, "23:59:59.999999", wrong),
                     {"body.tiers[0].releases[1].at: ", "a time of day such as 10:00:00.000000"});
    }
    // What is no time of any day is a number, as an enumerator without a name is.
    auto beyond = event.value().value;
    const std::int64_t last_us = us_per_day - 1;
    const auto place = std::ranges::search(beyond, std::as_bytes(std::span(&last_us, 1)));
    ASSERT_EQ(place.size(), sizeof last_us);
    std::memcpy(place.data(), &us_per_day, sizeof us_per_day);
    EXPECT_NE(event_to_json(beyond).value().find(R"({"at":86400000000,"count":5})"),
              std::string::npos);
}

TEST(EventJson, FillsTheEnvelopeFromTheDefaults) {
    const std::string bare =
        R"({"kind":"ClockAdvanced","occurred_at":"2026-03-04T04:00:00Z",)"
        R"("key":"019c0a14000070008000000000000014","body":{"now":"2026-03-04T04:00:00Z"}})";
    const auto event =
        event_from_json(bare, {.programme = 9, .source = 1, .epoch = 2, .sequence = 33});
    ASSERT_TRUE(event.ok()) << event.error().text();
    EXPECT_EQ(event.value().key, "9");
    const auto* read = wire::GetEvent(event.value().value.data());
    EXPECT_EQ(read->origin()->sequence(), 33U);
    EXPECT_EQ(read->origin()->epoch(), 2U);
    // What the line says counts more.
    const auto own = event_from_json(changed(bare, R"("kind")", R"("sequence":5,"kind")"),
                                     {.programme = 9, .source = 1, .epoch = 2, .sequence = 33});
    ASSERT_TRUE(own.ok());
    EXPECT_EQ(wire::GetEvent(own.value().value.data())->origin()->sequence(), 5U);
    expect_error(bare, {"programme: it is missing", "source: it is missing", "epoch", "sequence"});
}

TEST(EventJson, KeepsSixtyFourBitNumbersExactly) {
    const auto event =
        event_from_json(changed(claim, R"("sequence":3)", R"("sequence":18446744073709551615)"));
    ASSERT_TRUE(event.ok()) << event.error().text();
    const auto json = event_to_json(event.value().value);
    EXPECT_NE(json.value().find("18446744073709551615"), std::string::npos);
}

TEST(EventJson, TellsAbsentFromZero) {
    const std::string adjusted =
        R"({"kind":"BatchAdjusted","programme":7,"source":1,"epoch":1,"sequence":3,)"
        R"("occurred_at":"2026-03-01T02:00:00Z","key":"019c0a14000070008000000000000014",)"
        R"("body":{"batch":101,"quota":0,"cap_per_consumer":null}})";
    const auto event = event_from_json(adjusted);
    ASSERT_TRUE(event.ok()) << event.error().text();
    const auto* body = wire::GetEvent(event.value().value.data())->body_as_BatchAdjusted();
    EXPECT_TRUE(body->quota().has_value());
    EXPECT_FALSE(body->quota_per_day().has_value());
    EXPECT_FALSE(body->cap_per_consumer().has_value());
    const std::string json = event_to_json(event.value().value).value();
    EXPECT_NE(json.find(R"("quota":0)"), std::string::npos);
    EXPECT_EQ(json.find("quota_per_day"), std::string::npos);
}

TEST(EventJson, NamesTheFieldAndWhatWasMeant) {
    expect_error(changed(claim, "VoucherClaimed", "VoucherClaimd"),
                 {"kind: ", "did you mean \"VoucherClaimed\"?"});
    expect_error(changed(claim, R"("batch":101)", R"("bacth":101)"),
                 {"body.bacth: there is no such field", "did you mean \"batch\"?"});
    expect_error(changed(claim, R"("batch":101)", R"("batch":"101")"),
                 {"body.batch: the text \"101\"", "a whole number, without quotes"});
    expect_error(changed(claim, R"("batch":101)", R"("batch":1.5)"),
                 {"body.batch: the number 1.5", "a whole number"});
    expect_error(changed(claim, R"("pack":1)", R"("pack":65536)"),
                 {"body.pack", "from 0 to 65535"});
    expect_error(changed(claim, R"("pack":1)", R"("pack":-1)"), {"body.pack", "from 0 to 65535"});
    expect_error(changed(claim, "c0c00000000000000000000000000001", "c0c0"),
                 {"body.consumer: the text \"c0c0\"", "32 hexadecimal digits"});
    expect_error(changed(claim, "2026-03-01T02:00:00.123456Z", "yesterday"),
                 {"occurred_at: the text \"yesterday\"", "an instant such as"});
    expect_error(changed(claim, R"("source":2)", R"("source":70000)"),
                 {"source: the number 70000", "from 0 to 65535"});
    expect_error(changed(claim, R"("body":{)", R"("body":[{)"), {"not JSON"});
    expect_error(changed(claim, R"("epoch":1)", R"("epok":1)"),
                 {"epok: there is no such field in the envelope", "did you mean \"epoch\"?",
                  "epoch: it is missing"});
}

TEST(EventJson, NamesFaultsInsideLists) {
    const std::string opened =
        R"({"kind":"BatchOpened","programme":7,"source":1,"epoch":1,"sequence":3,)"
        R"("occurred_at":"2026-03-01T02:00:00Z","key":"019c0a14000070008000000000000014",)"
        R"("body":{"batch":1,"claim_from":"2026-03-01T00:00:00Z","redeem_first_day":"1.3.2026",)"
        R"("packs":[{"pack":1},{"pack":2,"channel":"onlin"}],"categories":[1,"two"]}})";
    expect_error(opened, {"body.redeem_first_day: the text \"1.3.2026\"", "a date such as",
                          "body.packs[1].channel", "did you mean \"online\"?",
                          "body.categories[1]: the text \"two\""});
}

TEST(EventJson, TellsAllFaultsOfALineAtOnceButNotTooMany) {
    std::string many = R"({"kind":"VoucherClaimed","a":1,"b":1,"c":1,"d":1,"e":1,"f":1})";
    const std::string text = error_of(many);
    EXPECT_NE(text.find("more"), std::string::npos) << text;
}

TEST(EventJson, RefusesWhatNoEngineWouldEverAccept) {
    expect_error(changed(claim, R"("district":420106)", R"("district":7)"), {"code_out_of_range"});
    expect_error(changed(claim, R"("consumer":"c0c00000000000000000000000000001",)", ""),
                 {"missing_field"});
    expect_error(
        changed(claim, "019c0a14000070008000000000000014", "00000000000000000000000000000000"),
        {"natural_key_zero"});
}

TEST(EventJson, RefusesTextThatIsNotOneObject) {
    for (const std::string_view text : {"", " ", "{", "[]", "1", "null", "{}{}",
                                        "{\"kind\":", "\xff\xfe", "{\"kind\":\"\xc3\"}"}) {
        EXPECT_FALSE(event_from_json(text).ok()) << text;
    }
    expect_error(changed(claim, R"("epoch":1)", R"("epoch":1,"epoch":2)"),
                 {"the name \"epoch\" stands twice"});
    expect_error(std::string(100'000, '['), {"nested deeper"});
    expect_error("\"" + std::string(2'000'000, 'a') + "\"", {"bytes"});
}

TEST(EventJson, RefusesBytesThatAreNotAnEvent) {
    const auto event = event_from_json(claim);
    ASSERT_TRUE(event.ok());
    const Bytes whole(event.value().value);
    for (std::size_t size = 0; size + 8 < whole.size(); ++size) {
        EXPECT_FALSE(event_to_json(whole.first(size)).ok()) << size;
        EXPECT_FALSE(content_hash_of(whole.first(size)).ok()) << size;
    }
    EXPECT_FALSE(event_to_json(std::vector<std::byte>(70'000)).ok());
}

TEST(EventJson, SurvivesRandomDamage) {
    const auto event = event_from_json(claim);
    ASSERT_TRUE(event.ok());
    load::Random random(seed_of_run());
    for (int round = 0; round < 20'000; ++round) {
        auto bytes = event.value().value;
        for (auto flips = random.between(1, 4); flips > 0; --flips) {
            bytes[random.below(bytes.size())] = static_cast<std::byte>(random.next() & 0xffU);
        }
        const auto json = event_to_json(bytes);
        if (json.ok()) {
            // It may still be an event; then its JSON is good JSON, whatever the values are.
            EXPECT_FALSE(json.value().empty());
            const auto back = event_from_json(json.value());
            EXPECT_TRUE(back.ok() || !back.error().why.empty());
        }
        std::string text = claim;
        text[random.below(text.size())] = static_cast<char>(random.next() & 0xffU);
        const auto parsed = event_from_json(text);
        EXPECT_TRUE(parsed.ok() || !parsed.error().text().empty());
    }
}

}  // namespace
}  // namespace fiscus::convert
