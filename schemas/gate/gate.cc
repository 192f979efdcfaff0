#include "schemas/gate/gate.h"

#include <algorithm>
#include <map>
#include <optional>

#include <flatbuffers/reflection_generated.h>

#include "schemas/gate/source.h"

namespace fiscus::schema_gate {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string text_of(const flatbuffers::String* text) { return text == nullptr ? "" : text->str(); }

template <typename Table>
std::string name_of(const Table* table) {
    return table == nullptr ? "nothing" : table->name()->str();
}

template <typename Table>
const Table* named(const flatbuffers::Vector<flatbuffers::Offset<Table>>& list,
                   const std::string& name) {
    return list.LookupByKey(name.c_str());
}

class Comparison {
public:
    Comparison(const Source& before, const Source& after)
        : before_(before), after_(after), old_(*before.schema), new_(*after.schema) {}

    std::vector<Finding> run() {
        compare_roots();
        for (const reflection::Object* object : *old_.objects()) {
            compare_objects(*object);
        }
        for (const reflection::Enum* enumeration : *old_.enums()) {
            compare_enums(*enumeration);
        }
        compare_with_flatc();
        return std::move(findings_);
    }

private:
    void add(Rule rule, std::string what) { findings_.push_back({rule, std::move(what)}); }
    void add_changed(Rule rule,
                     const std::string& where,
                     std::string_view what,
                     std::string_view was,
                     std::string_view is) {
        add(rule,
            where + ": " + std::string(what) + " was " + quoted(was) + " and is " + quoted(is));
    }

    // flatc 2.0.8 reads through a null pointer where a field's type changed from an enumeration to
    // the number below it; such a change is refused without asking flatc.
    void compare_with_flatc() {
        const bool types_differ =
            std::any_of(findings_.begin(), findings_.end(), [](const Finding& finding) {
                return finding.rule == Rule::field_type_changed ||
                       finding.rule == Rule::struct_changed;
            });
        if (types_differ) {
            return;
        }
        const std::string trouble = after_.parser->ConformTo(*before_.parser);
        if (!trouble.empty()) {
            add(Rule::conform, "flatc --conform: " + trouble);
        }
    }

    void compare_roots() {
        if (name_of(old_.root_table()) != name_of(new_.root_table())) {
            add_changed(Rule::root_type_changed, "schema", "the root type",
                        name_of(old_.root_table()), name_of(new_.root_table()));
        }
        if (text_of(old_.file_ident()) != text_of(new_.file_ident())) {
            add_changed(Rule::file_identifier_changed, "schema", "the file identifier",
                        text_of(old_.file_ident()), text_of(new_.file_ident()));
        }
    }

    // "ubyte", "[fiscus.wire.Pack]": equal texts are equal types.
    static std::string type_text(const reflection::Schema& schema, const reflection::Type& type) {
        const auto base = [&schema, &type](reflection::BaseType word) {
            const auto index = static_cast<flatbuffers::uoffset_t>(type.index());
            std::string text = reflection::EnumNameBaseType(word);
            if (type.index() >= 0 && word == reflection::Obj) {
                text = schema.objects()->Get(index)->name()->str();
            } else if (type.index() >= 0) {
                text += " " + schema.enums()->Get(index)->name()->str();
            }
            return text;
        };
        if (type.base_type() == reflection::Vector || type.base_type() == reflection::Array) {
            const std::string length =
                type.fixed_length() == 0 ? "" : ":" + std::to_string(type.fixed_length());
            return "[" + base(type.element()) + length + "]";
        }
        return base(type.base_type());
    }

    static std::string default_text(const reflection::Field& field) {
        const bool real = field.type()->base_type() == reflection::Float ||
                          field.type()->base_type() == reflection::Double;
        return real ? std::to_string(field.default_real())
                    : std::to_string(field.default_integer());
    }

    void compare_objects(const reflection::Object& before) {
        const std::string name = before.name()->str();
        const reflection::Object* after = named(*new_.objects(), name);
        if (after == nullptr || after->is_struct() != before.is_struct()) {
            add(Rule::table_removed,
                (before.is_struct() ? "struct " : "table ") + name +
                    (after == nullptr ? " is gone" : " is something else now"));
            return;
        }
        if (before.is_struct()) {
            compare_structs(before, *after);
            return;
        }
        for (const reflection::Field* field : *before.fields()) {
            compare_fields(name, *field, *after);
        }
        for (const reflection::Field* field : *after->fields()) {
            if (field->required() && named(*before.fields(), field->name()->str()) == nullptr) {
                add(Rule::required_field_added, "table " + name + ", field " +
                                                    field->name()->str() +
                                                    ": what is already written does not have it");
            }
        }
    }

    // A struct is bytes: nothing about it may change, not even at its end.
    void compare_structs(const reflection::Object& before, const reflection::Object& after) {
        const auto layout = [](const reflection::Schema& schema, const reflection::Object& object) {
            std::vector<const reflection::Field*> fields(object.fields()->begin(),
                                                         object.fields()->end());
            std::sort(fields.begin(), fields.end(),
                      [](const auto* a, const auto* b) { return a->offset() < b->offset(); });
            std::string text = std::to_string(object.bytesize()) + " bytes aligned to " +
                               std::to_string(object.minalign()) + ":";
            for (const reflection::Field* field : fields) {
                text += " " + field->name()->str() + ":" + type_text(schema, *field->type()) + "@" +
                        std::to_string(field->offset());
            }
            return text;
        };
        const std::string was = layout(old_, before);
        const std::string is = layout(new_, after);
        if (was != is) {
            add_changed(Rule::struct_changed, "struct " + before.name()->str(), "the layout", was,
                        is);
        }
    }

    void compare_fields(const std::string& table,
                        const reflection::Field& before,
                        const reflection::Object& holder) {
        const std::string name = before.name()->str();
        const std::string where = "table " + table + ", field " + name;
        const reflection::Field* after = named(*holder.fields(), name);
        if (after == nullptr) {
            report_missing_field(where, before, holder);
            return;
        }
        const auto compare = [&](Rule rule, std::string_view what, const std::string& was,
                                 const std::string& is) {
            if (was != is) {
                add_changed(rule, where, what, was, is);
            }
        };
        compare(Rule::field_id_changed, "the id", std::to_string(before.id()),
                std::to_string(after->id()));
        compare(Rule::field_type_changed, "the type", type_text(old_, *before.type()),
                type_text(new_, *after->type()));
        compare(Rule::field_default_changed, "the default", default_text(before),
                default_text(*after));
        compare(Rule::field_required_changed, "required", before.required() ? "yes" : "no",
                after->required() ? "yes" : "no");
        compare(Rule::field_optional_changed, "the default null", before.optional() ? "yes" : "no",
                after->optional() ? "yes" : "no");
        if (after->deprecated() && !before.deprecated()) {
            add(Rule::field_deprecated, where + ": publishers still send it");
        }
    }

    void report_missing_field(const std::string& where,
                              const reflection::Field& before,
                              const reflection::Object& holder) {
        for (const reflection::Field* field : *holder.fields()) {
            if (field->id() == before.id()) {
                add(Rule::field_renamed, where + ": its place is taken by " + field->name()->str());
                return;
            }
        }
        add(Rule::field_removed, where + " is gone");
    }

    void compare_enums(const reflection::Enum& before) {
        const std::string name = before.name()->str();
        const reflection::Enum* after = named(*new_.enums(), name);
        if (after == nullptr || after->is_union() != before.is_union()) {
            add(Rule::enum_removed, "enumeration " + name + " is gone");
            return;
        }
        const std::string was = type_text(old_, *before.underlying_type());
        const std::string is = type_text(new_, *after->underlying_type());
        if (was != is) {
            add_changed(Rule::enum_type_changed, "enumeration " + name, "the type", was, is);
        }
        for (const reflection::EnumVal* value : *before.values()) {
            compare_enumerators(before, *value, *after);
        }
        compare_order(before, *after);
    }

    void compare_enumerators(const reflection::Enum& holder,
                             const reflection::EnumVal& before,
                             const reflection::Enum& after) {
        const std::string where = (holder.is_union() ? "union " : "enumeration ") +
                                  holder.name()->str() + ", " + before.name()->str();
        const reflection::EnumVal* found = nullptr;
        for (const reflection::EnumVal* value : *after.values()) {
            found = value->name()->str() == before.name()->str() ? value : found;
        }
        if (found == nullptr) {
            add(holder.is_union() ? Rule::union_member_removed : Rule::enumerator_removed,
                where + " is gone");
            return;
        }
        if (found->value() != before.value()) {
            add_changed(Rule::enumerator_number_changed, where, "the number",
                        std::to_string(before.value()), std::to_string(found->value()));
        }
        if (holder.is_union() && before.value() != 0) {
            const std::string was = type_text(old_, *before.union_type());
            const std::string is = type_text(new_, *found->union_type());
            if (was != is) {
                add_changed(Rule::union_member_changed, where, "the table", was, is);
            }
        }
    }

    // The order of the lines counts too: for the reasons it is the order of the checks.
    void compare_order(const reflection::Enum& before, const reflection::Enum& after) {
        const std::string name = before.name()->str();
        const auto was = before_.order.find(name);
        const auto is = after_.order.find(after.name()->str());
        if (was == before_.order.end() || is == after_.order.end()) {
            return;
        }
        std::vector<std::string> kept;
        for (const std::string& word : is->second) {
            if (std::find(was->second.begin(), was->second.end(), word) != was->second.end()) {
                kept.push_back(word);
            }
        }
        std::vector<std::string> still;
        for (const std::string& word : was->second) {
            if (std::find(kept.begin(), kept.end(), word) != kept.end()) {
                still.push_back(word);
            }
        }
        const auto differs = std::mismatch(still.begin(), still.end(), kept.begin(), kept.end());
        if (differs.first != still.end()) {
            add(Rule::enumerator_order_changed, "enumeration " + name + ": where " +
                                                    *differs.first + " stood, there is " +
                                                    *differs.second + " now");
        }
    }

    const Source& before_;
    const Source& after_;
    const reflection::Schema& old_;
    const reflection::Schema& new_;
    std::vector<Finding> findings_;
};

}  // namespace

const std::vector<NamedRule>& rules() {
    static const std::vector<NamedRule> all{
        {Rule::schema_unreadable, "schema_unreadable"},
        {Rule::conform, "conform"},
        {Rule::root_type_changed, "root_type_changed"},
        {Rule::file_identifier_changed, "file_identifier_changed"},
        {Rule::table_removed, "table_removed"},
        {Rule::struct_changed, "struct_changed"},
        {Rule::field_removed, "field_removed"},
        {Rule::field_renamed, "field_renamed"},
        {Rule::field_id_changed, "field_id_changed"},
        {Rule::field_type_changed, "field_type_changed"},
        {Rule::field_default_changed, "field_default_changed"},
        {Rule::field_required_changed, "field_required_changed"},
        {Rule::field_optional_changed, "field_optional_changed"},
        {Rule::field_deprecated, "field_deprecated"},
        {Rule::required_field_added, "required_field_added"},
        {Rule::enum_removed, "enum_removed"},
        {Rule::enum_type_changed, "enum_type_changed"},
        {Rule::enumerator_removed, "enumerator_removed"},
        {Rule::enumerator_number_changed, "enumerator_number_changed"},
        {Rule::enumerator_order_changed, "enumerator_order_changed"},
        {Rule::union_member_removed, "union_member_removed"},
        {Rule::union_member_changed, "union_member_changed"},
    };
    return all;
}

std::string_view rule_name(Rule rule) {
    for (const NamedRule& known : rules()) {
        if (known.rule == rule) {
            return known.name;
        }
    }
    return "unnamed";
}

std::vector<Finding> compare(const std::string& old_path, const std::string& new_path) {
    const Source before = read_source(old_path);
    const Source after = read_source(new_path);
    std::vector<Finding> findings;
    for (const Source* source : {&before, &after}) {
        if (!source->trouble.empty()) {
            findings.push_back({Rule::schema_unreadable, source->trouble});
        }
    }
    return findings.empty() ? Comparison(before, after).run() : findings;
}

}  // namespace fiscus::schema_gate
