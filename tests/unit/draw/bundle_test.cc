// Aim: a bundle says one thing in one way, and whoever makes a wrong one gets no bundle but a name
// for what is wrong. Method: random draws are made, written, read and verified; single faults in
// the input of the writer; pages cut and changed at every byte never lead outside (sanitisers).
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/time.h"
#include "engine/draw/bundle_files.h"
#include "engine/draw/limits.h"
#include "engine/draw/make_bundle.h"
#include "engine/draw/page.h"
#include "engine/draw/verify_bundle.h"
#include "tests/property/random.h"
#include "tests/property/seeds.h"
#include "tests/support/draws.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::draw {
namespace {

using property::Random;

std::string trouble_of(const Result<Bundle>& bundle) {
    return bundle.ok() ? "" : bundle.error().text();
}

void expect_trouble(const Result<Bundle>& bundle, std::string_view words) {
    EXPECT_NE(trouble_of(bundle).find(words), std::string::npos)
        << "no «" << words << "» in: " << trouble_of(bundle);
}

TEST(Bundle, WhatIsMadeIsFoundRightAfterWritingAndReading) {
    const support::TemporaryDirectory directory;
    for (const std::uint64_t seed : property::seeds(40)) {
        SCOPED_TRACE("FISCUS_SEED=" + std::to_string(seed));
        Random random(seed);
        for (const bool is_batch : {true, false}) {
            const auto bundle = is_batch ? make_bundle(support::random_batch(random, 50))
                                         : make_bundle(support::random_day(random, 50));
            ASSERT_TRUE(bundle.ok()) << bundle.error().text();
            const auto path = directory.path() / (std::to_string(seed) + (is_batch ? "b" : "d"));
            ASSERT_TRUE(write_bundle(path, bundle.value()).ok());
            EXPECT_FALSE(write_bundle(path, bundle.value()).ok()) << "never written over";
            const auto again = read_bundle(path);
            ASSERT_TRUE(again.ok());
            EXPECT_TRUE(again.value() == bundle.value());
            const auto verdict = verify_directory(path);
            ASSERT_TRUE(verdict.ok());
            EXPECT_TRUE(verdict.value().good());
            EXPECT_EQ(verdict.value().passed.size(), 14U);
        }
    }
}

TEST(Bundle, PagesGiveTheSameBytesAgain) {
    Random random(3);
    for (int i = 0; i < 50; ++i) {
        const auto bundle = make_bundle(support::random_day(random, 5));
        ASSERT_TRUE(bundle.ok());
        const auto rules = rules_from(bundle.value()[BundleFile::rules]);
        ASSERT_TRUE(rules.ok());
        EXPECT_EQ(page_of(rules.value()), bundle.value()[BundleFile::rules]);
    }
}

BatchDraw right_batch() {
    Random random(11);
    return support::random_batch(random, 20);
}

TEST(Bundle, WrongBatchIsNotPublishedAndTheFaultIsNamed) {
    BatchDraw draw = right_batch();
    draw.entropy.secret[0] ^= std::byte{1};
    expect_trouble(make_bundle(draw), "the opened secret does not match the commitment");
    draw = right_batch();
    draw.rules.digits_at_us = draw.sealed_at_us;
    expect_trouble(make_bundle(draw), "entropy was named for a time before the sealing");
    draw = right_batch();
    draw.opened_at_us = draw.sealed_at_us;
    expect_trouble(make_bundle(draw), "entropy was opened too early");
    draw = right_batch();
    draw.tickets.assign(2, Ticket{{1, 1}, {2, 2}});
    expect_trouble(make_bundle(draw), "stands twice in the list");
    draw = right_batch();
    draw.entropy.digits = "12345";
    expect_trouble(make_bundle(draw), "digits");
    draw = right_batch();
    draw.entropy.digits += "x";
    expect_trouble(make_bundle(draw), "digits");
    draw = right_batch();
    draw.entropy.public_value = "双色球";
    expect_trouble(make_bundle(draw), "ASCII");
    draw = right_batch();
    draw.entropy.public_value = std::string(public_value_bytes_max + 1, '1');
    expect_trouble(make_bundle(draw), "public_value");
    draw = right_batch();
    draw.rules.plan.tiers.clear();
    expect_trouble(make_bundle(draw), "1 tier at least");
    draw = right_batch();
    draw.rules.plan.tiers[0].count = places_max;
    draw.rules.plan.reserves = 1;
    expect_trouble(make_bundle(draw), "no more prizes and reserves");
    draw = right_batch();
    draw.rules.plan.tiers[0].amount = Amount(-1);
    expect_trouble(make_bundle(draw), "amount_fen");
}

TEST(Bundle, TextThatJsonWouldEscapeIsRefused) {
    for (const std::string_view wrong :
         {"", "a\"b", "a\\b", "a\nb", "a\x7f", "\xff", "\xc0\x80", "\xed\xa0\x80", "\xe2\x80\xa8",
          "\xf4\x90\x80\x80", "\xe4\xb8"}) {
        BatchDraw draw = right_batch();
        draw.rules.title = wrong;
        EXPECT_FALSE(make_bundle(draw).ok()) << testing::PrintToString(wrong);
    }
    BatchDraw draw = right_batch();
    draw.rules.title = "<武汉> & é 😀 /";
    EXPECT_TRUE(make_bundle(draw).ok());
}

DayDraw right_day() {
    Random random(12);
    return support::random_day(random, 20);
}

TEST(Bundle, WrongDayIsNotPublishedAndTheFaultIsNamed) {
    DayDraw draw = right_day();
    draw.key[0] ^= std::byte{1};
    expect_trouble(make_bundle(draw), "the opened key is none of the committed chain");
    draw = right_day();
    draw.key = hash_of(draw.rules.hash, draw.key);
    const auto before = make_bundle(draw);
    EXPECT_FALSE(before.ok()) << "the key of the day before, or the head itself";
    draw = right_day();
    draw.sealed_at_us = start_of_day_us(draw.day + 1) - 1;
    expect_trouble(make_bundle(draw), "the day was sealed before it ended");
    draw = right_day();
    draw.opened_at_us = draw.sealed_at_us - 1;
    expect_trouble(make_bundle(draw), "entropy was opened too early");
    draw = right_day();
    draw.day = draw.rules.first_day - 1;
    expect_trouble(make_bundle(draw), "none of the programme's draws");
    draw = right_day();
    draw.requests.assign(2, {start_of_day_us(draw.day), {PlatformId(1), {1, 1}}, 0});
    expect_trouble(make_bundle(draw), "line 2 of list.txt gives a consumer a second chance");
    draw = right_day();
    draw.rules.tiers[0].chance = UINT64_MAX;
    draw.rules.tiers.push_back(draw.rules.tiers[0]);
    expect_trouble(make_bundle(draw), "chances that add up to less than 2^64");
    draw = right_day();
    draw.rules.tiers[0].amounts.assign(2, {Amount(1), weights_max});
    expect_trouble(make_bundle(draw), "weight");
    draw = right_day();
    draw.rules.tiers[0].releases = {{5, 1}, {5, 1}};
    expect_trouble(make_bundle(draw), "releases in the order of their times");
}

TEST(Bundle, FileAboveItsLimitIsRefusedUnread) {
    const support::TemporaryDirectory directory;
    const auto path = directory.path() / "bundle";
    ASSERT_TRUE(write_bundle(path, make_bundle(right_day()).value()).ok());
    // Sparse: the size alone is above the limit.
    std::filesystem::resize_file(path / "list.txt", lines_bytes_max + 1);
    std::filesystem::resize_file(path / "README.md", page_bytes_max + 1);
    const auto verdict = verify_directory(path);
    ASSERT_TRUE(verdict.ok());
    ASSERT_FALSE(verdict.value().good());
    EXPECT_EQ(verdict.value().difference->check, "files");
    EXPECT_NE(verdict.value().difference->error.text().find("README.md is too large"),
              std::string::npos);
    EXPECT_EQ(verify_directory(directory.path() / "nowhere").error().code, ErrorCode::not_found);
}

TEST(Bundle, DamagedPagesAreRefusedAndNothingElseHappens) {
    for (const bool is_batch : {true, false}) {
        const auto bundle = is_batch ? make_bundle(right_batch()) : make_bundle(right_day());
        ASSERT_TRUE(bundle.ok());
        const DrawKind kind = is_batch ? DrawKind::batch : DrawKind::day;
        const auto whole = [kind](BundleFile file, std::string_view text) {
            return file == BundleFile::rules    ? rules_from(text).ok()
                   : file == BundleFile::sealed ? sealed_from(text, kind).ok()
                                                : entropy_from(text, kind).ok();
        };
        for (const BundleFile file : {BundleFile::rules, BundleFile::sealed, BundleFile::entropy}) {
            const std::string& page = bundle.value()[file];
            ASSERT_TRUE(whole(file, page));
            EXPECT_FALSE(whole(file, page + " "));
            for (std::size_t i = 0; i < page.size(); ++i) {
                EXPECT_FALSE(whole(file, std::string_view(page).substr(0, i))) << i;
                for (const char other : {'\0', '"', '\n', '\xff'}) {
                    std::string changed = page;
                    changed[i] = other;
                    EXPECT_EQ(whole(file, changed), changed == page) << i;
                }
            }
        }
    }
}

TEST(Bundle, DamagedListsAreRefusedAndNothingElseHappens) {
    Random random(13);
    const auto bundle = make_bundle(right_day()).value();
    for (int i = 0; i < 2'000; ++i) {
        Bundle changed = bundle;
        std::string& list = changed[BundleFile::list];
        list[random.below(list.size())] = static_cast<char>(random.below(256));
        changed[BundleFile::manifest] = manifest_of(changed);
        EXPECT_EQ(verify(changed).good(), changed == bundle);
    }
}

TEST(Bundle, FirstDifferenceIsNamedByLine) {
    EXPECT_EQ(first_difference("a\nb\n", "a\nb\n"), std::nullopt);
    EXPECT_EQ(first_difference("a\nb\n", "a\nc\n"), "line 2 is `b`, expected `c`");
    EXPECT_EQ(first_difference("a\n", "a\nb\n"), "line 2 is ``, expected `b`");
    EXPECT_EQ(first_difference("a\nb", "a\nb\n"), "line 2 is `b`, expected `b`");
    EXPECT_EQ(first_difference("", "a\n"), "line 1 is ``, expected `a`");
}

TEST(Page, TimesAndNumbersHaveOneForm) {
    const std::string_view noon = "2026-03-01T12:00:00.000001+08:00";
    const auto instant = instant_from_shanghai(noon);
    ASSERT_TRUE(instant.has_value());
    EXPECT_EQ(shanghai_text(*instant), noon);
    for (const std::string_view wrong :
         {"2026-02-30T12:00:00.000001+08:00", "2026-03-01T24:00:00.000001+08:00",
          "2026-03-01T12:00:60.000001+08:00", "2026-03-01 12:00:00.000001+08:00",
          "2026-03-01T12:00:00.000001+00:00", "2026-03-01T12:00:00.000001Z",
          "1999-03-01T12:00:00.000001+08:00"}) {
        EXPECT_EQ(instant_from_shanghai(wrong), std::nullopt) << wrong;
    }
    EXPECT_EQ(number_from("0", {}), 0U);
    EXPECT_EQ(number_from("18446744073709551615", {}), UINT64_MAX);
    for (const std::string_view wrong :
         {"", "00", "01", "-1", "+1", "1 ", "18446744073709551616"}) {
        EXPECT_EQ(number_from(wrong, {}), std::nullopt) << wrong;
    }
    EXPECT_EQ(number_from("5", {1, 4}), std::nullopt);
}

}  // namespace
}  // namespace fiscus::draw
