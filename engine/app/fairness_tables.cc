#include "engine/app/fairness_tables.h"

#include <utility>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/draw/lines.h"

namespace fiscus::app {
namespace {

using projections::CellType;

struct SubjectWords {
    std::string english;
    std::string chinese;
    projections::Column key;  // of the table that has a line for each class
};

SubjectWords words_of(fairness::Subject subject) {
    using fairness::Subject;
    switch (subject) {
        case Subject::list_order:
            return {"By tenths of the list",
                    "按名单顺序（十等分）",
                    {"tenth", "Tenth", "等分", CellType::integer}};
        case Subject::platform:
            return {"By platform",
                    "按服务平台",
                    {"platform", "Platform code", "平台代码", CellType::code}};
        case Subject::district:
            return {"By district",
                    "按县市区",
                    {"district", "District code", "县市区代码", CellType::code}};
        case Subject::hour:
            return {"By hour", "按时段", {"hour", "Hour", "时段", CellType::integer}};
        case Subject::amount:
            return {"By invoice amount",
                    "按发票金额",
                    {"amount_from", "Amount from", "金额不低于", CellType::yuan}};
        case Subject::tier: return {"By tier", "按奖级", {"tier", "Tier", "奖级", CellType::code}};
        case Subject::prize:
            return {"By amount won", "按中奖金额", {"amount", "Amount", "金额", CellType::yuan}};
        case Subject::chance: return {"Random numbers in tenths", "随机数（十等分）", {}};
        case Subject::neighbours: return {"Neighbours", "相邻两项", {}};
    }
    FISCUS_CHECK(false, "every subject has its words");
}

std::string p_text(double p) {
    return p < 0.0001 ? fmt::format("{:.1e}", p) : fmt::format("{:.4f}", p);
}

}  // namespace

std::string verdict_word(bool within) { return within ? "within" : "outside"; }

std::string_view verdict_chinese(bool within) { return within ? "在界限内" : "超出界限"; }

std::string cell_of(std::uint64_t count) { return fmt::format("{}", count); }

std::string cell_of(double expected) { return fmt::format("{:.2f}", expected); }

std::vector<projections::Column> count_columns(const projections::Column& observed) {
    return {{"expected", "Expected", "期望数", CellType::ratio},
            observed,
            {"least", "At least", "下限", CellType::integer},
            {"most", "At most", "上限", CellType::integer},
            {"verdict", "Verdict", "", CellType::text},
            {"verdict_chinese", "", "结论", CellType::text}};
}

std::vector<std::string> count_cells(const fairness::ClassLine& line) {
    return {cell_of(line.expected),      cell_of(line.taken),
            cell_of(line.band.least),    cell_of(line.band.most),
            verdict_word(line.within()), std::string(verdict_chinese(line.within()))};
}

projections::Table class_table(const fairness::ClassTable& classes, const ClassWords& words) {
    SubjectWords subject = words_of(classes.subject);
    projections::Table table{.name = std::string(subject_word(classes.subject)),
                             .english = std::move(subject.english),
                             .chinese = std::move(subject.chinese),
                             .columns = {std::move(subject.key), words.members},
                             .rows = {},
                             .notes_english = {},
                             .notes_chinese = {}};
    for (projections::Column& column : count_columns(words.observed)) {
        table.columns.push_back(std::move(column));
    }
    table.columns.push_back(words.winners);
    for (const fairness::ClassLine& line : classes.lines) {
        std::vector<std::string>& row = table.rows.emplace_back();
        row = {fmt::format("{}", line.key), cell_of(line.members)};
        for (std::string& cell : count_cells(line)) {
            row.push_back(std::move(cell));
        }
        row.push_back(cell_of(line.winners));
    }
    return table;
}

void add_tests(const std::vector<fairness::ChanceTest>& tests,
               const std::string& measured,
               const std::string& measured_chinese,
               FairnessReport& report) {
    projections::Table table{
        .name = "tests",
        .english = "Tests",
        .chinese = "检验",
        .columns = {{"test", "Test", "", CellType::text},
                    {"test_chinese", "", "检验", CellType::text},
                    {"measured", "Measured", "", CellType::text},
                    {"measured_chinese", "", "检验对象", CellType::text},
                    {"chi_square", "χ²", "χ²", CellType::ratio},
                    {"degrees", "Degrees of freedom", "自由度", CellType::integer},
                    {"p", "p", "p", CellType::ratio},
                    {"classes_outside", "Classes outside", "超出界限的类数", CellType::integer},
                    {"verdict", "Verdict", "", CellType::text},
                    {"verdict_chinese", "", "结论", CellType::text}},
        .rows = {},
        .notes_english = {},
        .notes_chinese = {}};
    for (const fairness::ChanceTest& test : tests) {
        const bool of_ranks = test.measured == fairness::Measured::ranks;
        const fairness::ChiSquare& chi_square = test.chi_square;
        const bool tested = chi_square.degrees > 0;
        table.rows.push_back(
            {std::string(subject_word(test.subject)), words_of(test.subject).chinese,
             of_ranks ? "all ranks" : measured, of_ranks ? "全部名次" : measured_chinese,
             tested ? fmt::format("{:.3f}", chi_square.statistic) : "", cell_of(chi_square.degrees),
             tested ? p_text(chi_square.p()) : "", cell_of(test.classes_outside),
             verdict_word(test.within()), std::string(verdict_chinese(test.within()))});
        ++report.tests;
        report.tests_outside += test.within() ? 0U : 1U;
    }
    report.tables.push_back(std::move(table));
}

Status identify(draw::HashKind hash,
                draw::DrawKind kind,
                const draw::Bundle& bundle,
                FairnessReport& report) {
    FISCUS_ASSIGN(const draw::Sealed sealed,
                  draw::sealed_from(bundle[draw::BundleFile::sealed], kind));
    FISCUS_ASSIGN(const auto lines,
                  draw::lines_of(draw::BundleFile::result, bundle[draw::BundleFile::result]));
    const auto add = [&report](HeadLine line) { report.head.push_back(std::move(line)); };
    add({"algorithm", "Algorithm", "算法", std::string(draw::algorithm_id(kind, hash))});
    add({"list_count", "Lines of the list", "名单行数", cell_of(sealed.count), true});
    add({"list_root", "Root of the list", "名单根哈希", to_hex(sealed.root)});
    add({"result_root", "Root of the result", "结果根哈希",
         to_hex(draw::tree_of(hash, lines).root())});
    add({"bundle_sha256", "SHA-256 of SHA256SUMS of the bundle", "公示包 SHA256SUMS 的 SHA-256",
         to_hex(sha256(as_byte_span(bundle[draw::BundleFile::manifest])))});
    return Done{};
}

}  // namespace fiscus::app
