// The schema gate: compares an old schema with a new one and names every change that would break
// somebody: a publisher whose program was made from the old one, or a log that is already written.
// flatc's own comparison (--conform) misses removals at the end, required fields, the root and
// more, so the two are compared through reflection as well. Additions pass: fields and enumerators
// at the end, tables, members of a union. schemas/README.md says what may change. Thread: any.
// Fails: a schema that flatc cannot read is a finding of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fiscus::schema_gate {

enum class Rule {
    schema_unreadable,
    conform,  // flatc --conform says no
    root_type_changed,
    file_identifier_changed,
    table_removed,
    struct_changed,
    field_removed,
    field_renamed,
    field_id_changed,
    field_type_changed,
    field_default_changed,
    field_required_changed,
    field_optional_changed,
    field_deprecated,
    required_field_added,
    enum_removed,
    enum_type_changed,
    enumerator_removed,
    enumerator_number_changed,
    enumerator_order_changed,
    union_member_removed,
    union_member_changed,
};

// All of them, with the word that stands for each in reports and in the names of the fixtures.
struct NamedRule {
    Rule rule;
    std::string_view name;
};
const std::vector<NamedRule>& rules();
std::string_view rule_name(Rule rule);

struct Finding {
    Rule rule;
    std::string what;  // "table Event, field key: the id was 3 and is 4"
};

// Both are paths of .fbs files; what they include lies beside them. Empty: nothing breaks.
std::vector<Finding> compare(const std::string& old_path, const std::string& new_path);

}  // namespace fiscus::schema_gate
