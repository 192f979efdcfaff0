// Aim: days are cut when the clock says so, late entries make revisions that say what changed and
// why, and nothing that was reported is overwritten. Method: journals by hand, published rows.
#include "projections/statistics/cut.h"

#include <gtest/gtest.h>

#include "tests/unit/projections/fold_fixture.h"

namespace fiscus::projections {
namespace {

TEST(CutTest, ADayIsCutAtItsMinuteAndNotBefore) {
    const std::int64_t noon = start_of_day_us(day_0 + 1) + 720 * us_per_minute;
    EXPECT_EQ(last_day_to_cut(noon - 1, 720), day_0 - 1);
    EXPECT_EQ(last_day_to_cut(noon, 720), day_0);
    EXPECT_EQ(last_day_to_cut(start_of_day_us(day_0 + 1), 0), day_0);
    EXPECT_EQ(last_day_to_cut(start_of_day_us(day_0 + 1) - 1, 0), day_0 - 1);
    EXPECT_EQ(last_day_to_cut(noon, 1'440 + 721), day_0 - 2);
}

TEST(CutTest, SilentDaysAreReportedToo) {
    JournalMaker maker;
    maker.open();
    const std::uint64_t as_of = maker.clock(day_0 + 3);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    for (std::int32_t day = day_0; day <= day_0 + 2; ++day) {
        const auto row = under_test.latest(key_of(day, "programme"));
        ASSERT_FALSE(row.is_null());
        EXPECT_EQ(row["revision"], 1);
        EXPECT_EQ(row["as_of"], as_of);
        EXPECT_EQ(row["issued_count"], 0);
        EXPECT_TRUE(row["redemption_rate_count"].is_null());
        EXPECT_EQ(row["final"], false);
        EXPECT_FALSE(under_test.latest(key_of(day, "day")).is_null());
    }
    EXPECT_TRUE(under_test.latest(key_of(day_0 + 3, "day")).is_null());
}

// What the opening alone says has to come back with the programme.
TEST(CutTest, AProgrammeThatWasRestartedBeforeItsFirstEntryKeepsItsRow) {
    JournalMaker maker;
    maker.open();
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    for (std::int32_t day = day_0; day <= day_0 + 1; ++day) {
        SCOPED_TRACE(date_text(day));
        under_test.restart();
        const std::uint64_t as_of = maker.clock(day + 1);
        expect_ok(under_test.apply(maker));
        const auto row = under_test.latest(key_of(day, "programme"));
        ASSERT_FALSE(row.is_null());
        EXPECT_EQ(row["grouping"], "programme");
        EXPECT_EQ(row["revision"], 1);
        EXPECT_EQ(row["as_of"], as_of);
        for (const Measure& measure : measures_of(false, false)) {
            const nlohmann::json& value = row[std::string(measure.id)];
            EXPECT_TRUE(measure.type == MeasureType::ratio ? value.is_null() : value == 0)
                << measure.id << " " << value;
        }
        EXPECT_EQ(under_test.latest(key_of(day, "day"))["statistics_rows"], 1);
    }
    EXPECT_EQ(under_test.rows_of("statistics").size(), 2U);
}

TEST(CutTest, NothingIsReportedBeforeTheFirstDayAndItsFiguresCountToDate) {
    JournalMaker maker;
    maker.open();
    maker.add(JournalMaker::claim(day_0 - 5, 1));
    maker.add(JournalMaker::claim(day_0 - 1, 2));
    maker.add(JournalMaker::claim(day_0, 3));
    maker.clock(day_0);
    maker.clock(day_0 + 1);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    EXPECT_EQ(under_test.rows_of("day").size(), 1U);
    const auto row = under_test.latest(key_of(day_0, "programme"));
    EXPECT_EQ(row["issued_count"], 1);
    EXPECT_EQ(row["issued_count_to_date"], 3);
    maker.add(JournalMaker::claim(day_0 - 1, 4));
    maker.clock(day_0 + 2);
    expect_ok(under_test.apply(maker));
    EXPECT_EQ(under_test.latest(key_of(day_0, "day"))["revision"], 1);
    EXPECT_EQ(under_test.latest(key_of(day_0 + 1, "programme"))["issued_count_to_date"], 4);
}

TEST(CutTest, LateEntriesMakeTheNextRevisionWithWhatChangedAndWhy) {
    JournalMaker maker;
    maker.open();
    maker.add(JournalMaker::claim(day_0, 1));
    const std::uint64_t first_cut = maker.clock(day_0 + 1);
    const std::uint64_t late_claim = maker.add(JournalMaker::claim(day_0, 2));
    const std::uint64_t late_question = maker.add(
        JournalMaker::refused(JournalMaker::claim(day_0, 3), wire::Reason::batch_quota_exhausted));
    maker.add(JournalMaker::claim(day_0 + 1, 9));
    const std::uint64_t second_cut = maker.clock(day_0 + 2);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));

    const auto days = under_test.rows_of("day");
    ASSERT_EQ(days.size(), 3U);
    EXPECT_EQ(days[1]["revision"], 2);
    EXPECT_EQ(days[1]["day"], date_text(day_0));
    EXPECT_EQ(days[1]["as_of"], second_cut);
    EXPECT_EQ(days[1]["previous_as_of"], first_cut);
    EXPECT_EQ(days[1]["late_entries"], 2);
    EXPECT_EQ(days[1]["late_refused"], 1);
    EXPECT_NE(days[1]["why"].get<std::string>().find("2 entries came after the cut"),
              std::string::npos);
    const auto late = under_test.rows_of("late_entries");
    ASSERT_EQ(late.size(), 1U);
    EXPECT_EQ(late[0]["sequences"],
              std::to_string(late_claim) + "-" + std::to_string(late_question));
    // issued_count, issued_amount, asked, received in each of the 14 sets.
    const auto changes = under_test.rows_of("change");
    EXPECT_EQ(changes.size(), 14U * 4);
    EXPECT_EQ(days[1]["changed_cells"], 14);
    EXPECT_EQ(days[1]["changed_figures"], 56);
    const auto asked = std::ranges::find_if(changes, [](const nlohmann::json& row) {
        return row["grouping"] == "programme" && row["measure"] == "claiming_consumers_asked";
    });
    ASSERT_NE(asked, changes.end());
    EXPECT_EQ((*asked)["before"], 1);
    EXPECT_EQ((*asked)["after"], 3);

    // Both stay readable, and the day after counts the late claim to date.
    Query query = under_test.query();
    const auto issued = [&query](std::uint32_t revision) {
        const auto found = query.figures({.programme = ProgrammeId(1),
                                          .first_day = day_0,
                                          .last_day = day_0,
                                          .revision = revision});
        EXPECT_TRUE(found.ok());
        return found.value().rows.at(0).figures.day[index(Sum::issued_count)];
    };
    EXPECT_EQ(issued(1), 1);
    EXPECT_EQ(issued(2), 2);
    EXPECT_FALSE(
        query
            .figures(
                {.programme = ProgrammeId(1), .first_day = day_0, .last_day = day_0, .revision = 3})
            .ok());
    EXPECT_EQ(under_test.latest(key_of(day_0 + 1, "programme"))["issued_count_to_date"], 3);
    const auto revisions = query.revisions(ProgrammeId(1), day_0).value();
    ASSERT_EQ(revisions.size(), 2U);
    EXPECT_EQ(revisions[1].late_entries, 2U);
    EXPECT_EQ(query.changes(ProgrammeId(1), day_0, 2).value().rows.size(), 56U);
    EXPECT_FALSE(query.changes(ProgrammeId(1), day_0, 1).ok());
}

TEST(CutTest, AnEarlierRevisionRestatesToDateOfItsOwnDayOnly) {
    JournalMaker maker;
    maker.open();
    for (std::int32_t day = day_0; day < day_0 + 4; ++day) {
        maker.add(JournalMaker::claim(day, 1));
        maker.clock(day + 1);
    }
    maker.add(JournalMaker::claim(day_0 + 1, 2));
    maker.clock(day_0 + 5);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    const auto to_date = [&under_test](std::int32_t day) {
        return under_test.latest(key_of(day, "programme"))["issued_count_to_date"].get<int>();
    };
    EXPECT_EQ(to_date(day_0), 1);
    EXPECT_EQ(to_date(day_0 + 1), 3);
    EXPECT_EQ(to_date(day_0 + 2), 3);
    EXPECT_EQ(to_date(day_0 + 3), 4);
    EXPECT_EQ(to_date(day_0 + 4), 5);
    EXPECT_EQ(under_test.latest(key_of(day_0 + 1, "day"))["revision"], 2);
    EXPECT_EQ(under_test.latest(key_of(day_0 + 2, "day"))["revision"], 1);
    // A late entry for a day before the revised one shows in that day's next revision.
    maker.add(JournalMaker::claim(day_0, 5));
    maker.add(JournalMaker::claim(day_0 + 2, 6));
    maker.clock(day_0 + 5, 721);
    expect_ok(under_test.apply(maker));
    EXPECT_EQ(to_date(day_0), 2);
    EXPECT_EQ(to_date(day_0 + 2), 6);
    EXPECT_EQ(to_date(day_0 + 3), 4);
}

TEST(CutTest, ARefundOfALaterDayAloneMakesNoRevisionButTheNextOneKnowsIt) {
    JournalMaker maker;
    maker.open();
    const EntryFields redemption = JournalMaker::redemption(day_0, 1, 1);
    maker.add(redemption);
    maker.add(JournalMaker::redemption(day_0, 2, 1));
    maker.clock(day_0 + 1);
    maker.add(JournalMaker::full_refund(day_0 + 1, redemption));
    maker.clock(day_0 + 2);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    EXPECT_EQ(under_test.latest(key_of(day_0, "day"))["revision"], 1);
    EXPECT_EQ(under_test.latest(key_of(day_0, "programme"))["redeeming_consumers_net"], 2);
    // As known now, in ranges too.
    Query query = under_test.query();
    const auto now =
        query.figures({.programme = ProgrammeId(1), .first_day = day_0, .last_day = day_0 + 1});
    EXPECT_EQ(now.value().rows.at(0).figures.distinct[index(Distinct::redeeming_consumers_net)],
              1U);
    maker.add(JournalMaker::claim(day_0, 4));
    maker.clock(day_0 + 3);
    expect_ok(under_test.apply(maker));
    const auto row = under_test.latest(key_of(day_0, "programme"));
    EXPECT_EQ(row["revision"], 2);
    EXPECT_EQ(row["redeeming_consumers"], 2);
    EXPECT_EQ(row["redeeming_consumers_net"], 1);
    EXPECT_EQ(row["redeeming_merchants_net"], 1);
}

TEST(CutTest, RefusalsThatChangeNoFigureMakeNoRevision) {
    JournalMaker maker;
    maker.open();
    maker.add(JournalMaker::refused(JournalMaker::redemption(day_0, 1, 1),
                                    wire::Reason::voucher_expired));
    maker.clock(day_0 + 1);
    maker.add(JournalMaker::refused(JournalMaker::redemption(day_0, 1, 1),
                                    wire::Reason::voucher_expired));
    EntryFields again = JournalMaker::claim(day_0, 1);
    again.outcome = wire::Outcome::duplicate;
    maker.add(again);
    maker.clock(day_0 + 2);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    EXPECT_EQ(under_test.latest(key_of(day_0, "day"))["revision"], 1);
    const auto refusals = under_test.latest(key_of(day_0, "refusals/131"));
    EXPECT_EQ(refusals["refused_count"], 1);
    EXPECT_EQ(refusals["reason"], "voucher_expired");
    const Table known = under_test.query().refusals(ProgrammeId(1), day_0, day_0).value();
    ASSERT_EQ(known.rows.size(), 1U);
    EXPECT_EQ(known.rows[0][3], "2");
}

TEST(CutTest, GapsAndClosingAreToldWithTheDay) {
    JournalMaker maker;
    maker.open();
    EntryFields claim = JournalMaker::claim(day_0, 1);
    claim.source_sequence = 4;
    claim.gap_from = 1;
    maker.add(claim);
    maker.clock(day_0 + 1);
    claim.source_sequence = 2;
    claim.gap_from = 0;
    claim.flags = fills_gap_flag;
    maker.add(claim);
    maker.decide(day_0 + 1, support::ProgrammeClosed{});
    maker.clock(day_0 + 2);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    std::vector<nlohmann::json> gaps;
    for (const auto& row : under_test.rows_of("gap")) {
        if (row["source"] == 2 && row["day"] == date_text(day_0)) {
            gaps.push_back(row);
        }
    }
    ASSERT_EQ(gaps.size(), 2U);
    EXPECT_EQ(gaps[0]["missing_numbers"], "1-3");
    EXPECT_EQ(gaps[1]["missing_numbers"], "1,3");
    const auto day = under_test.latest(key_of(day_0, "day"));
    EXPECT_EQ(day["gap_fills"], 1);
    EXPECT_EQ(day["missing_count"], 2);
    EXPECT_EQ(day["final"], true);
    EXPECT_NE(day["why_chinese"].get<std::string>().find("补齐缺号 1 条"), std::string::npos);
}

TEST(CutTest, TheFirstCutAfterTheCloseMakesEveryDayFinal) {
    JournalMaker maker;
    maker.open();
    maker.add(JournalMaker::claim(day_0, 1));
    const EntryFields redemption = JournalMaker::redemption(day_0 + 1, 2, 1);
    maker.add(redemption);
    maker.close_source_day(day_0 + 1, day_0, {});
    const std::uint64_t before = maker.clock(day_0 + 2);
    maker.decide(day_0 + 2, support::ProgrammeClosed{});
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    EXPECT_EQ(under_test.latest(key_of(day_0, "day"))["final"], false);
    under_test.restart();
    const std::uint64_t closing = maker.clock(day_0 + 3);
    expect_ok(under_test.apply(maker));
    for (std::int32_t day = day_0; day <= day_0 + 1; ++day) {
        for (const char* const place : {"programme", "batch/1", "fund/0", "day"}) {
            const auto row = under_test.latest(key_of(day, place));
            EXPECT_EQ(row["final"], true) << place;
            EXPECT_EQ(row["revision"], 2) << place;
            EXPECT_EQ(row["as_of"], closing) << place;
        }
        const auto row = under_test.latest(key_of(day, "day"));
        EXPECT_EQ(row["previous_as_of"], before);
        EXPECT_EQ(row["late_entries"], 0);
        EXPECT_EQ(row["changed_figures"], 0);
        EXPECT_EQ(row["why"], "the programme is closed: final figures; 0 figures changed");
        EXPECT_EQ(row["why_chinese"], "活动已结束，终版数据；变动指标 0 项");
    }
    EXPECT_EQ(under_test.latest(key_of(day_0, "programme"))["issued_count"], 1);
    EXPECT_EQ(under_test.latest(key_of(day_0 + 2, "day"))["revision"], 1);
    EXPECT_EQ(under_test.latest(key_of(day_0 + 2, "day"))["final"], true);
    EXPECT_EQ(under_test.latest(key_of(day_0, "control/1/1/issued_count"))["final"], true);
    EXPECT_TRUE(under_test.rows_of("change").empty());
    EXPECT_TRUE(under_test.rows_of("late_entries").empty());
    EXPECT_EQ(under_test.query().revisions(ProgrammeId(1), day_0).value()[1].why_english,
              "the programme is closed: final figures; 0 figures changed");

    // Once is enough, and what comes even later makes a revision as ever.
    maker.clock(day_0 + 4);
    maker.add(JournalMaker::full_refund(day_0 + 1, redemption));
    maker.clock(day_0 + 5);
    expect_ok(under_test.apply(maker));
    EXPECT_EQ(under_test.latest(key_of(day_0, "day"))["revision"], 2);
    const auto again = under_test.latest(key_of(day_0 + 1, "day"));
    EXPECT_EQ(again["revision"], 3);
    EXPECT_EQ(again["final"], true);
    EXPECT_EQ(again["why"].get<std::string>().find("1 entry came after the cut at"), 0U);
    EXPECT_EQ(under_test.latest(key_of(day_0 + 4, "day"))["final"], true);
}

TEST(CutTest, FinalFiguresSayWhatChangedAndWhatCameLate) {
    JournalMaker maker;
    maker.open();
    const EntryFields redemption = JournalMaker::redemption(day_0, 1, 1);
    maker.add(redemption);
    maker.add(JournalMaker::claim(day_0 + 1, 1));
    const std::uint64_t before = maker.clock(day_0 + 2);
    // Changes net figures of day_0, for which it is not late, and makes day_0 + 1 late.
    maker.add(JournalMaker::full_refund(day_0 + 1, redemption));
    maker.decide(day_0 + 2, support::ProgrammeClosed{});
    maker.clock(day_0 + 2, 721);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    const auto first = under_test.latest(key_of(day_0, "day"));
    EXPECT_EQ(first["revision"], 2);
    EXPECT_EQ(first["changed_figures"], 14 * 2);
    EXPECT_EQ(first["why"], "the programme is closed: final figures; 28 figures changed");
    const auto second = under_test.latest(key_of(day_0 + 1, "day"));
    EXPECT_EQ(second["revision"], 2);
    EXPECT_EQ(second["late_entries"], 1);
    const std::string cut = std::to_string(before);
    EXPECT_EQ(second["why"],
              "the programme is closed: final figures; 1 entry came after the cut "
              "at ledger sequence " +
                  cut + ": 1 accepted, 0 refused; 56 figures changed");
    EXPECT_EQ(second["why_chinese"], "活动已结束，终版数据；上次截止（账序号 " + cut +
                                         "）之后收到 1 条迟到记录：接受 1 条，拒绝 0 条；"
                                         "变动指标 56 项");
    EXPECT_EQ(under_test.latest(key_of(day_0 + 1, "programme"))["redeemed_count_to_date"], 1);
}

TEST(CutTest, FundUsageIsPublishedForTheProgrammeAndEachBatch) {
    JournalMaker maker;
    maker.open();
    maker.decide(day_0 - 2, support::FundDeposited{},
                 {posting(account(wire::AccountKind::treasury, 0, 1),
                          account(wire::AccountKind::fund), 50'000)});
    maker.decide(
        day_0, support::BatchFunded{},
        {posting(account(wire::AccountKind::fund), account(wire::AccountKind::budget, 1), 20'000)});
    maker.clock(day_0 + 1);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    const auto programme = under_test.latest(key_of(day_0, "fund/0"));
    EXPECT_EQ(programme["opening"], 50'000);
    EXPECT_EQ(programme["deposited"], 0);
    EXPECT_EQ(programme["funded"], 20'000);
    EXPECT_EQ(programme["closing"], 50'000);
    const auto batch = under_test.latest(key_of(day_0, "fund/1"));
    EXPECT_EQ(batch["opening"], 0);
    EXPECT_EQ(batch["closing"], 20'000);
    EXPECT_EQ(batch["batch_name"], "第一批");
}

TEST(CutTest, RowsCarryNamesBesideCodes) {
    JournalMaker maker;
    maker.open();
    maker.add(JournalMaker::redemption(day_0, 1, 1));
    maker.clock(day_0 + 1);
    FoldUnderTest under_test;
    expect_ok(under_test.apply(maker));
    const auto row = under_test.latest(key_of(day_0, "batch_district/1/420102"));
    EXPECT_EQ(row.at("programme_name"), "体育消费券");
    EXPECT_EQ(row.at("batch_name"), "第一批");
    EXPECT_EQ(row.at("district_name"), "江岸区");
    EXPECT_EQ(row.at("definitions_version"), definitions_version);
    EXPECT_EQ(under_test.latest(key_of(day_0, "platform/1")).at("platform_name"), "平台1");
    EXPECT_EQ(under_test.latest(key_of(day_0, "industry/6210")).at("industry_name"), "正餐服务");
    EXPECT_EQ(under_test.latest(key_of(day_0, "size_class/3")).at("size_class_name"), "小型");
    EXPECT_EQ(under_test.latest(key_of(day_0, "prefecture/4201")).at("prefecture_name"), "武汉市");
}

TEST(CutTest, MoreRefundsThanRedemptionsAreCorrupt) {
    JournalMaker maker;
    maker.open();
    const EntryFields redemption = JournalMaker::redemption(day_0, 1, 1);
    maker.add(redemption);
    maker.add(JournalMaker::full_refund(day_0, redemption));
    maker.add(JournalMaker::full_refund(day_0, redemption));
    maker.clock(day_0 + 1);
    FoldUnderTest under_test;
    const Status status = under_test.apply(maker);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace fiscus::projections
