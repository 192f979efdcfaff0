#!/usr/bin/env python3
"""row_gate.py OLD.schema.json NEW.schema.json

Names every change between two JSON Schemas of published rows that breaks somebody, one a line as
`rule: where`, and ends with 1 when there is one. A row that was published must go on being right,
for the history keeps it; what a reader was told must go on being true. So fields, words and kinds
of rows may be added, and a new field is not required. schemas/README.md has the rules.
"""

import json
import sys

RULES = {
    "identity_changed": "the schema has another $id",
    "row_removed": "a kind of row, or a grouping set, is gone",
    "field_removed": "a field is gone, or has another name",
    "field_retyped": "a field has another type, or a text another form",
    "range_changed": "a number reaches less far, or farther",
    "word_removed": "a word of an enumeration is gone",
    "required_removed": "a field that every row had may be missing",
    "required_added": "a field must be there which rows in the history do not have",
    "condition_changed": "another condition on the row, or the row is open to unknown fields",
}

FOR_PEOPLE = {"$schema", "$comment", "title", "description"}
RULE_OF = {
    "$id": "identity_changed",
    "type": "field_retyped",
    "const": "field_retyped",
    "enum": "field_retyped",
    "format": "field_retyped",
    "pattern": "field_retyped",
    "minimum": "range_changed",
    "maximum": "range_changed",
}


def compare(old, new, where=""):
    """(rule, where) of each change that is not allowed."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        if old != new:
            yield "condition_changed", where
        return
    for keyword in sorted((old.keys() | new.keys()) - FOR_PEOPLE):
        before, after = old.get(keyword), new.get(keyword)
        place = f"{where}/{keyword}"
        if before == after:
            continue
        if keyword in ("properties", "$defs"):
            gone = "field_removed" if keyword == "properties" else "row_removed"
            yield from compare_named(before or {}, after or {}, gone, where)
        elif keyword == "oneOf":
            gone = "row_removed"
            yield from compare_named(by_word(before or []), by_word(after or []), gone, where)
        elif keyword == "required":
            yield from compare_required(set(before or []), set(after or []), where)
        elif keyword == "enum" and before and after:
            if (None in before) != (None in after):
                yield "field_retyped", place
            for word in set(before) - set(after) - {None}:
                yield "word_removed", f"{where}: {word}"
        elif keyword == "allOf":
            yield from compare_conditions(old, new, place)
        else:
            yield RULE_OF.get(keyword, "condition_changed"), place


def compare_named(before, after, gone, where):
    for name, described in before.items():
        if name in after:
            yield from compare(described, after[name], f"{where}/{name}")
        else:
            yield gone, f"{where}/{name}"


def by_word(alternatives):
    """Alternatives by what they refer to, or by the words that tell them apart."""

    def word(alternative):
        fields = alternative.get("properties", {}).values()
        return alternative.get("$ref") or str([x["const"] for x in fields if "const" in x])

    return {word(alternative): alternative for alternative in alternatives}


def compare_required(before, after, where):
    for field in sorted(before - after):
        yield "required_removed", f"{where}/{field}"
    for field in sorted(after - before):
        yield "required_added", f"{where}/{field}"


def compare_conditions(old, new, where):
    """Conditions stay; one may join that speaks of new fields only."""
    before, after = old.get("allOf", []), new.get("allOf", [])
    if any(condition not in after for condition in before):
        yield "condition_changed", where
    for condition in after:
        if condition not in before and fields_of(condition) & old.get("properties", {}).keys():
            yield "condition_changed", where


def fields_of(condition):
    """Every field that a condition names."""
    if not isinstance(condition, dict):
        return set()
    inner = (fields_of(part) for part in condition.values())
    return set(condition.get("properties", {})).union(*inner)


def main(old, new):
    found = list(compare(*(json.load(open(path, encoding="utf-8")) for path in (old, new))))
    for rule, where in found:
        print(f"{rule}: {where}: {RULES[rule]}")
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
