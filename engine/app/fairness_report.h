// The fairness sheet (公平性检验单) of a draw as the notary attaches it: what identifies the draw and
// the bundle that is published of it, tables of classes, tests with verdicts.
// Fields and formulas: docs/formats/fairness-sheet.md.
// Thread: main. Fails: as draw::make_bundle, which every sheet makes first: a sheet is only made of
// a draw that anybody can do again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/app/commands/figures_table.h"
#include "engine/app/day_book.h"
#include "engine/app/draw_book.h"
#include "engine/base/result.h"
#include "projections/statistics/table.h"

namespace fiscus::app {

// One fact about the draw, in two languages; a number in JSON, or text.
struct HeadLine {
    std::string id;
    std::string english;
    std::string chinese;
    std::string value;
    bool is_number = false;
};

struct FairnessReport {
    std::vector<HeadLine> head;
    // The last one has the tests. Columns that end in _chinese stand for the one before them.
    std::vector<projections::Table> tables;
    // How to read the sheet.
    std::vector<std::string> notes_english;
    std::vector<std::string> notes_chinese;
    std::uint64_t tests = 0;
    std::uint64_t tests_outside = 0;

    [[nodiscard]] bool within() const { return tests_outside == 0; }
};

Result<FairnessReport> fairness_report(const DrawnBatch& batch);
Result<FairnessReport> fairness_report(const DrawnDay& day);

// For people, or as one JSON object on a line of its own.
std::string report_text(const FairnessReport& report, Language language, bool bold);
std::string report_json(const FairnessReport& report);

}  // namespace fiscus::app
