// Tables that the reports of both kinds of draws share.
// Thread: any. Fails: never.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/app/fairness_report.h"
#include "engine/draw/bundle.h"
#include "engine/fairness/sheet.h"
#include "projections/statistics/table.h"

namespace fiscus::app {

// What the counts of a class are called: of tickets, or of requests.
struct ClassWords {
    projections::Column members;
    projections::Column observed;
    projections::Column winners;  // what the rules made of it
};

std::string verdict_word(bool within);
std::string_view verdict_chinese(bool within);
// A whole number, or a decimal of two places.
std::string cell_of(std::uint64_t count);
std::string cell_of(double expected);

// What band and verdict say of a count, behind it: expected, observed, least, most, verdict.
std::vector<projections::Column> count_columns(const projections::Column& observed);
std::vector<std::string> count_cells(const fairness::ClassLine& line);

projections::Table class_table(const fairness::ClassTable& classes, const ClassWords& words);
// The table of tests, and how many there are. `measured`: what a test that is not of all ranks
// looks at, in both languages.
void add_tests(const std::vector<fairness::ChanceTest>& tests,
               const std::string& measured,
               const std::string& measured_chinese,
               FairnessReport& report);

// List, result and bundle by count and hashes.
Status identify(draw::HashKind hash,
                draw::DrawKind kind,
                const draw::Bundle& bundle,
                FairnessReport& report);

}  // namespace fiscus::app
