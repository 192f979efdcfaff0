#include "engine/app/fairness_report.h"

#include <fmt/format.h>

#include "engine/app/fairness_tables.h"
#include "engine/app/output/json.h"
#include "engine/app/output/table.h"

namespace fiscus::app {

std::string report_text(const FairnessReport& report, Language language, bool bold) {
    const bool chinese = language == Language::chinese;
    const TextStyle style{.bold_headings = bold};
    std::string text = chinese ? "公平性检验单\n" : "Fairness sheet\n";
    Table head{.columns = {{"item", chinese ? "项目" : "Item", ColumnKind::text},
                           {"value", chinese ? "内容" : "Value", ColumnKind::text}},
               .rows = {}};
    for (const HeadLine& line : report.head) {
        head.rows.push_back({chinese ? line.chinese : line.english, line.value});
    }
    text += render_text(head, style);
    for (const projections::Table& table : report.tables) {
        text += "\n" + title_of(table, language) + "\n" +
                render_text(in_one_language(table_of(table, language), language), style);
    }
    text += "\n";
    for (const std::string& note : chinese ? report.notes_chinese : report.notes_english) {
        text += note + "\n";
    }
    if (chinese) {
        return text + fmt::format("\n结论：{}（{}项检验，{}项超出）\n",
                                  verdict_chinese(report.within()), report.tests,
                                  report.tests_outside);
    }
    return text + fmt::format("\nVerdict: {} ({} tests, {} outside)\n",
                              verdict_word(report.within()), report.tests, report.tests_outside);
}

std::string report_json(const FairnessReport& report) {
    JsonWriter json;
    json.begin_object();
    for (const HeadLine& line : report.head) {
        json.key(line.id);
        if (line.is_number) {
            json.raw(line.value);
        } else {
            json.string(line.value);
        }
    }
    json.field("verdict", verdict_word(report.within()));
    json.field_number("tests_outside", report.tests_outside);
    for (const projections::Table& table : report.tables) {
        json.key(table.name);
        json.raw(render_json(table_of(table, Language::english)));
    }
    json.end_object();
    return json.text() + "\n";
}

}  // namespace fiscus::app
