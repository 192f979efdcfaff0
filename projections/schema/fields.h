// What the published rows hold, field by field: name, type, Chinese heading, meaning. Fields that
// another table defines (measures, dimensions, flows of the fund) are taken from there; this table
// has the others. The rows are written in statistics/rows.cc, refusals/ and outcomes/, the JSON
// Schemas follow from here, and tests/wire/statistics_schema_test.py holds the one against the
// other. Thread: constants. Fails: never.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fiscus::projections {

enum class FieldType : std::uint8_t {
    // Whole numbers, as wide as in schemas/*.fbs.
    uint8,
    uint16,
    uint32,
    uint64,
    // The same without 0.
    ordinal32,
    ordinal64,
    offset,  // a position in a topic
    count,
    fen,
    difference,  // of counts or fen
    boolean,
    text,
    word,     // one of `words`
    ratio,    // text with four decimals
    date,     // 2026-03-15
    instant,  // 2026-03-15T02:00:00.123456Z
    ranges,   // "17-19,23"
    id,       // 32 hexadecimal digits
    hash,     // 16 hexadecimal digits
    bytes,    // hexadecimal digits
};

struct Field {
    std::string id;
    FieldType type;
    std::string chinese;
    std::string meaning;
    bool nullable = false;
    // Not in every row of its kind: of some rows only, or younger than the oldest rows of a topic.
    bool optional = false;
    std::vector<std::string> words{};
};

// Fields that are null exactly in rows whose field `by` is `word` or, without a word, not above 0.
struct NullRule {
    std::vector<std::string> fields;
    std::string by;
    std::string word;
};

// Rows of one row_type.
struct RowKind {
    std::string type;
    std::string chinese;
    std::string meaning;
    // In the order of the row.
    std::vector<Field> fields{};
    // The fields of a grouping set as well.
    bool grouped = false;
    std::vector<NullRule> null_rules{};
    // Optional fields that come together or not at all.
    std::vector<std::string> together{};
};

// The code and the name of each dimension of a grouping set.
struct GroupingFields {
    std::string id;
    std::string chinese;
    std::string english;
    std::vector<Field> fields{};
};
std::vector<GroupingFields> grouping_fields();

// The rows of fiscus.statistics.daily.v1 and its history, fiscus.statistics.reconciliation.v1,
// fiscus.refusals.v1, fiscus.outcomes.v1.
std::vector<RowKind> daily_rows();
std::vector<RowKind> reconciliation_rows();
std::vector<RowKind> refusal_rows();
std::vector<RowKind> outcome_rows();

}  // namespace fiscus::projections
