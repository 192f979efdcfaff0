#include "projections/schema/field_parts.h"

#include <utility>

#include "engine/base/reasons.h"

namespace fiscus::projections {

namespace {

using enum FieldType;

// Reasons below that of the first check of an event are those of quarantined records.
bool is_of_quarantine(wire::Reason reason) { return reason < wire::Reason::natural_key_zero; }

Words reason_words(bool quarantine) {
    Words words;
    for (const ReasonText& text : reason_texts()) {
        if (is_of_quarantine(text.reason) == quarantine) {
            words.emplace_back(text.name);
        }
    }
    return words;
}

}  // namespace

Field nullable(Field field) {
    field.nullable = true;
    return field;
}

Field optional(Field field) {
    field.optional = true;
    return field;
}

Field word_of(std::string id, std::string chinese, std::string meaning, Words words) {
    return {.id = std::move(id),
            .type = word,
            .chinese = std::move(chinese),
            .meaning = std::move(meaning),
            .words = std::move(words)};
}

void add(RowKind& row, std::initializer_list<Field> fields) {
    row.fields.insert(row.fields.end(), fields);
}

Field programme_name() { return {"programme_name", text, "活动名称", "Name of the programme"}; }
Field day_field() { return {"day", date, "统计日", "Business day, Asia/Shanghai"}; }
Field batch_field() { return {"batch", uint32, "批次代码", "Batch code"}; }
Field batch_name() {
    return {"batch_name", text, "批次", "Name of the batch, the code when it has none"};
}
Field platform_field() { return {"platform", uint16, "平台代码", "Platform code"}; }
Field platform_name() {
    return {"platform_name", text, "服务平台", "Name of the platform, the code when it has none"};
}

// What every row begins with.
RowKind row_of(std::string type, std::string chinese, std::string meaning) {
    RowKind row{
        .type = std::move(type), .chinese = std::move(chinese), .meaning = std::move(meaning)};
    add(row, {{"row", ordinal64, "行号",
               "1, 2, 3 … in each topic and partition; in the latest topic a row has its number of "
               "the history"},
              word_of("row_type", "行类型", "Which kind of row this is", {row.type}),
              {"partition", uint32, "分区", "Partition of the journal that the row comes from"}});
    return row;
}

void add_reason(RowKind& row, bool quarantine) {
    add(row, {{"reason_number", uint16, "原因编号", "Number of the reason in schemas/reasons.fbs"},
              nullable(word_of("reason", "原因",
                               "Why; null for a number that this release does not know",
                               reason_words(quarantine))),
              nullable({"english", text, "处理建议（英文）", "What to do, in English"}),
              nullable({"chinese", text, "处理建议", "What to do, in Chinese"})});
}

}  // namespace fiscus::projections
