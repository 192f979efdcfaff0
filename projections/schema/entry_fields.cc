// Rows of single entries: refusals for people, outcomes for platforms.
#include <utility>

#include "projections/schema/field_parts.h"
#include "schemas/events_generated.h"

namespace fiscus::projections {

namespace {

using enum FieldType;

Words kind_words() {
    Words words;
    for (const wire::EventBody kind : wire::EnumValuesEventBody()) {
        if (kind != wire::EventBody::NONE) {
            words.emplace_back(wire::EnumNameEventBody(kind));
        }
    }
    return words;
}

// Where the entry lies.
void add_place(RowKind& row) {
    add(row, {{"sequence", ordinal64, "账序号", "Ledger sequence"},
              {"input_offset", offset, "输入偏移量", "Offset of the record in fiscus.events.v1"},
              nullable({"logged_at", instant, "入账时间",
                        "Time of the record; null when it is out of range"})});
}

void add_programme(RowKind& row) {
    add(row, {{"programme", uint32, "活动代码", "Programme code, 0 when the record names none"},
              nullable({"programme_name", text, "活动名称",
                        "Name of the programme; null when it is not known"})});
}

void add_source(RowKind& row) {
    add(row, {{"source", uint16, "来源代码", "Source code"},
              nullable({"source_name", text, "事件来源",
                        "Name of the source; null when it is not known"})});
}

// Completes what the rows of the refusals begin with.
RowKind row_of_refusal(RowKind row, bool quarantine) {
    add_place(row);
    add_reason(row, quarantine);
    add_programme(row);
    return row;
}

RowKind refusal_row() {
    RowKind row = row_of_refusal(row_of("refusal", "拒绝", "An event that a rule refused"), false);
    add_source(row);
    add(row, {{"epoch", uint32, "纪元", "Epoch of the source"},
              {"source_sequence", uint64, "来源序号", "Number that the source gave the event"},
              word_of("kind", "事件种类", "Kind of the event", kind_words()),
              {"natural_key", id, "业务键", "Natural key of the event"},
              {"subject", id, "主体", "What it is about, by kind: schemas/journal.fbs"},
              nullable({"occurred_at", instant, "发生时间",
                        "When it happened; null when it is out of range"}),
              {"platform", uint16, "平台代码", "Platform code, 0 when it is not known"},
              {"batch", uint32, "批次代码", "Batch code, 0 when it is not known"}});
    return row;
}

RowKind quarantine_row() {
    RowKind row = row_of_refusal(
        row_of("quarantine", "隔离", "A record that is no event, or none of this partition"), true);
    add(row, {{"content_bytes_kept", uint16, "保留字节数", "How many bytes of it are kept"},
              {"content_hash", hash, "内容散列", "XXH3-64 of the whole value"},
              {"first_bytes", bytes, "起始字节", "Its first bytes, as kept"}});
    return row;
}

// What every row for a platform begins with.
RowKind row_of_outcome(std::string type, std::string chinese, std::string meaning) {
    RowKind row = row_of(std::move(type), std::move(chinese), std::move(meaning));
    add_place(row);
    add_programme(row);
    add(row, {{"platform", uint16, "平台代码", "Platform code, 0 when it is not known"}});
    add_source(row);
    return row;
}

Words answer_words() {
    Words words;
    for (const wire::DrawOutcome outcome : wire::EnumValuesDrawOutcome()) {
        if (outcome != wire::DrawOutcome::none) {
            words.emplace_back(wire::EnumNameDrawOutcome(outcome));
        }
    }
    words.emplace_back("refused");
    return words;
}

RowKind draw_answer_row() {
    RowKind row = row_of_outcome("draw_answer", "抽奖结果", "The answer to a request for a draw");
    add(row,
        {{"request", id, "请求号", "Natural key of the request"},
         word_of("answer", "结果", "What came out", answer_words()),
         {"repeated", boolean, "重复请求",
          "The consumer had asked before, on this platform and day: this is the first answer"}});
    add_reason(row);
    add(row, {nullable({"day", date, "统计日",
                        "Business day, Asia/Shanghai; null when it is out of range"}),
              {"batch", uint32, "批次代码", "Batch code, 0 when it is not known"},
              nullable({"batch_name", text, "批次",
                        "Name of the batch, the code when it has none; null when it is not known"}),
              {"tier", uint8, "奖级", "Tier that was won in, else drawn; 0 when lost"},
              {"pack", uint16, "礼包代码", "Pack code of what was won, else 0"},
              {"denomination", uint16, "面额代码", "Denomination code of what was won, else 0"},
              {"amount", fen, "面额", "Face value of what was won, else 0"},
              nullable({"voucher", id, "券号", "The voucher that was won, else null"})});
    return row;
}

RowKind gap_opened_row() {
    RowKind row = row_of_outcome("gap_opened", "来源缺号",
                                 "Numbers of a source that were left out; they may come late");
    add(row, {{"epoch", uint32, "纪元", "Epoch of the source"},
              {"first_missing", ordinal64, "缺号起", "First number that is missing"},
              {"last_missing", ordinal64, "缺号止", "Last number that is missing"}});
    return row;
}

RowKind identity_signal_row() {
    RowKind row = row_of_outcome(
        "identity_signal", "身份信号",
        "An accepted registration whose phone or device another identity gave first");
    add(row, {{"registration", id, "登记号", "Natural key of the registration"},
              {"phone_of_other", boolean, "手机号重复", "The phone is another identity's"},
              {"device_of_other", boolean, "设备重复", "The device is another identity's"}});
    return row;
}

}  // namespace

std::vector<RowKind> refusal_rows() { return {refusal_row(), quarantine_row()}; }

std::vector<RowKind> outcome_rows() {
    return {draw_answer_row(), gap_opened_row(), identity_signal_row()};
}

}  // namespace fiscus::projections
