"""A published row may gain fields, words and kinds; nothing that was promised goes away.

Method: schemas/gate/row_gate.py compares schemas/statistics with the frozen schemas of
schemas/golden/v1/statistics, and rows that were published then are checked by the schemas of now.
The gate itself is tested by one fixture and more for each rule: a small schema, and in each file
what is different in it (a merge patch, RFC 7396).
"""

import json
import sys
import unittest

import jsonschema

import harness

sys.path.insert(0, str(harness.ROOT / "schemas" / "gate"))
import row_gate  # noqa: E402

CURRENT = harness.ROOT / "schemas" / "statistics"
FROZEN = harness.GOLDEN / "statistics"
FIXTURES = harness.ROOT / "schemas" / "gate" / "fixtures" / "rows"
Validator = jsonschema.Draft202012Validator


def load(path):
    return json.loads(path.read_text())


def patched(value, patch):
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for name, change in patch.items():
        if change is None:
            result.pop(name, None)
        else:
            result[name] = patched(result.get(name), change)
    return result


class Gate(unittest.TestCase):
    def findings(self, fixture):
        base = load(FIXTURES / "base.schema.json")
        new = patched(base, load(fixture))
        Validator.check_schema(new)
        return list(row_gate.compare(base, new))

    def test_refuses_each_fixture_by_the_rule_of_its_name(self):
        for fixture in sorted((FIXTURES / "refused").iterdir()):
            with self.subTest(fixture.name):
                rules = {rule for rule, _ in self.findings(fixture)}
                self.assertEqual(rules, {fixture.name.split(".")[0]})

    def test_every_rule_has_a_fixture(self):
        named = {path.name.split(".")[0] for path in (FIXTURES / "refused").iterdir()}
        self.assertEqual(named, row_gate.RULES.keys())

    def test_accepts_additions(self):
        for fixture in sorted((FIXTURES / "accepted").iterdir()):
            with self.subTest(fixture.name):
                self.assertEqual(self.findings(fixture), [])


class Contract(unittest.TestCase):
    def test_schemas_only_gained_since_the_frozen_ones(self):
        frozen = sorted(FROZEN.glob("*.schema.json"))
        self.assertEqual(len(frozen), 3)
        for path in frozen:
            found = row_gate.compare(load(path), load(CURRENT / path.name))
            self.assertEqual(list(found), [], path.name)

    def test_rows_of_then_are_right_by_the_schemas_of_now(self):
        schemas = [load(path) for path in CURRENT.glob("*.schema.json")]
        for line in (FROZEN / "rows.jsonl").read_text().splitlines():
            row = json.loads(line)
            (schema,) = [one for one in schemas if row["row_type"] in one["$defs"]]
            Validator(schema, format_checker=Validator.FORMAT_CHECKER).validate(row)

    def test_every_kind_of_row_of_then_is_among_them(self):
        rows = map(json.loads, (FROZEN / "rows.jsonl").read_text().splitlines())
        kinds = [load(path)["$defs"].keys() for path in FROZEN.glob("*.schema.json")]
        self.assertEqual({row["row_type"] for row in rows}, set().union(*kinds) - {"grouping"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
