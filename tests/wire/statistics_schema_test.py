"""Every published row is what schemas/statistics says, and those say nothing that no row has.

Method: the first days of a standard load go through the program, without a few of its events and
with a record that is no event, a month of prize invoices and some days
of instant draws; every row of the five topics is
checked by jsonschema, a validator that is not ours, and so is every row that
docs/formats/statistics.md shows. Rows with one thing wrong must fail. See harness.py for the
environment.
"""

import collections
import itertools
import json
import pathlib
import re
import sys
import tempfile
import unittest

import jsonschema

import harness
import local_log

sys.path.insert(0, str(harness.ROOT / "tests" / "sql"))

import random_draws  # noqa: E402

# The dumps, and which schema their rows follow.
DUMPS = {
    "statistics-history": "daily",
    "statistics": "daily",
    "reconciliation": "reconciliation",
    "refusals": "refusals",
    "outcomes": "outcomes",
}
# The load's first nine days: late entries made revisions, and platforms closed days wrongly.
RECORDS = 1_600
# Left out, so that numbers of the sources are missing.
LOST = slice(400, 420)
DAY = "2026-03-02"
MISSING = object()
Validator = jsonschema.Draft202012Validator


def schema_of(name):
    return json.loads(
        (harness.ROOT / "schemas" / "statistics" / f"{name}.schema.json").read_text()
    )


def validator_of(schema):
    return Validator(schema, format_checker=Validator.FORMAT_CHECKER)


def parse(text):
    """A row: flat, no field twice, no number with a fraction or an exponent."""

    def pairs(items):
        fields = dict(items)
        assert len(fields) == len(items), f"a field stands twice: {text}"
        return fields

    def no_float(number):
        raise AssertionError(f"{number} is no whole number: {text}")

    return json.loads(text, object_pairs_hook=pairs, parse_float=no_float)


def make_vouchers(log):
    harness.program("generate", "--events", "5000", "--seed", "1", "--log", log)
    events = log / "fiscus.events.v1" / "0"
    records = list(local_log.read_records(events))[:RECORDS]
    del records[LOST]
    records.append((records[-1][0], b"1", b"not an event"))
    local_log.write_records(events, records)


def make_invoices(log):
    harness.program(
        *("generate", "--programme", "invoices", "--events", "6000", "--seed", "1", "--log", log)
    )


def make_draws(log):
    """Another programme's days of instant draws, whose key lies beside the log."""
    draws = random_draws.RandomDraws(1, 10, 300)
    folder = log.parent
    events, key = folder / "draws.jsonl", folder / draws.key_file
    events.write_text("".join(json.dumps(line) + "\n" for line in draws.lines))
    key.write_text(draws.last_key)
    key.chmod(0o400)
    harness.program("topics", "apply", "--log", log)
    harness.program("publish", events, "--backdate", "--log", log)


class Published:
    """What the program publishes, once for all tests."""

    def __init__(self, folder, make):
        log, self.state = folder / "log", folder / "state"
        folder.mkdir()
        make(log)
        harness.program(
            *("run", "--log", log, "--state", self.state, "--until-end", "--secrets", folder)
        )
        self.rows = {
            dump: [
                parse(line)["value"]
                for line in harness.program(
                    "log", "dump", "--log", log, "--topic", dump, "--json"
                ).splitlines()
            ]
            for dump in DUMPS
        }

    def of_kind(self, kind, having=()):
        """The first row of a kind that has these fields."""
        for dump, name in DUMPS.items():
            for row in self.rows[dump]:
                if row["row_type"] == kind and all(field in row for field in having):
                    return name, row
        raise AssertionError(f"there is no row of type {kind}")


def setUpModule():
    global published, invoices, draws, schemas
    folder = tempfile.TemporaryDirectory(prefix="fiscus-schema-")
    unittest.addModuleCleanup(folder.cleanup)
    schemas = {name: schema_of(name) for name in DUMPS.values()}
    published = Published(pathlib.Path(folder.name) / "vouchers", make_vouchers)
    invoices = Published(pathlib.Path(folder.name) / "invoices", make_invoices)
    draws = Published(pathlib.Path(folder.name) / "draws", make_draws)


class PublishedRows(unittest.TestCase):
    def test_every_row_is_what_its_schema_says(self):
        for dump, name in DUMPS.items():
            self.assertGreater(len(published.rows[dump] + draws.rows[dump]), 10)
            if dump == "statistics":
                continue  # the same rows as in the history: the next test
            validator = validator_of(schemas[name])
            for row in published.rows[dump] + invoices.rows[dump] + draws.rows[dump]:
                if not validator.is_valid(row):
                    # Once more against the row's own kind, which tells what is wrong.
                    kind = {**schemas[name], "oneOf": [{"$ref": f"#/$defs/{row['row_type']}"}]}
                    validator_of(kind).validate(row)

    def test_every_row_of_the_latest_topic_is_in_the_history(self):
        for one in (published, invoices, draws):
            history = {row["row"]: row for row in one.rows["statistics-history"]}
            for row in one.rows["statistics"]:
                self.assertEqual(row, history[row["row"]])

    def test_only_programmes_with_prize_batches_speak_of_prizes(self):
        for one, does in ((published, False), (invoices, True), (draws, False)):
            for row in one.rows["statistics-history"]:
                self.assertNotIn(row["row_type"], () if does else ("prizes",))
                if row["row_type"] == "statistics":
                    self.assertEqual("invoices_count" in row, does)
                if row["row_type"] == "fund_usage":
                    self.assertEqual("prizes_paid" in row, does)

    def test_only_programmes_with_instant_draws_speak_of_them(self):
        for one, does in ((published, False), (invoices, False), (draws, True)):
            for row in one.rows["statistics-history"]:
                self.assertNotIn(row["row_type"], () if does else ("draws",))
                if row["row_type"] == "statistics":
                    self.assertEqual("draws_asked_count" in row, does)

    def test_every_field_of_a_schema_is_in_some_row(self):
        found = collections.defaultdict(set)
        for dump, name in DUMPS.items():
            for row in published.rows[dump] + invoices.rows[dump] + draws.rows[dump]:
                kind = row["row_type"]
                found[name, kind] |= row.keys()
                if "grouping" in row:
                    found[name, kind, row["grouping"]] |= row.keys()
        for name, schema in schemas.items():
            definitions = schema["$defs"]
            for kind in (reference["$ref"].split("/")[-1] for reference in schema["oneOf"]):
                described = definitions[kind]["properties"].keys()
                self.assertLessEqual(described, found[name, kind], kind)
                if "$ref" not in definitions[kind]:
                    continue
                for grouping in definitions["grouping"]["oneOf"]:
                    word = grouping["properties"]["grouping"]["const"]
                    described = grouping["properties"].keys()
                    self.assertLessEqual(described, found[name, kind, word], (kind, word))

    def test_a_name_has_one_type_in_all_rows_of_a_topic(self):
        # Whoever reads a topic into one table needs that.
        for name, schema in schemas.items():
            types = collections.defaultdict(set)
            for kind in schema["$defs"].values():
                for part in [kind, *kind.get("oneOf", [])]:
                    for field, described in part.get("properties", {}).items():
                        listed = described.get("type", "string")
                        words = {listed} if isinstance(listed, str) else set(listed)
                        types[field] |= words - {"null"}
            for field, words in types.items():
                self.assertEqual(len(words), 1, (name, field))

    def test_the_page_shows_a_row_of_each_kind(self):
        page = (harness.ROOT / "docs" / "formats" / "statistics.md").read_text()
        shown = set()
        for text in re.findall(r"```json\n(.*?)```", page, re.DOTALL):
            row = parse(text)
            (name,) = [name for name in schemas if row["row_type"] in schemas[name]["$defs"]]
            validator_of(schemas[name]).validate(row)
            shown.add(row["row_type"])
        self.assertEqual(
            shown,
            {
                row["row_type"]
                for one in (published, invoices, draws)
                for rows in one.rows.values()
                for row in rows
            },
        )

    def test_the_command_prints_rows_of_the_schema(self):
        # `fiscus statistics --json` knows no place in a topic; a cut day has all other fields.
        for one, grouping in itertools.product(
            (published, invoices), ("programme", "channel", "batch_district")
        ):
            rows = json.loads(
                harness.program(
                    *("statistics", "--state", one.state, "--json"),
                    *("--date", DAY, "--by", grouping),
                )
            )
            name, _ = published.of_kind("statistics")
            self.assertGreater(len(rows), 0)
            for printed in rows:
                place = {"row": 1, "row_type": "statistics", "partition": 0}
                validator_of(schemas[name]).validate({**place, **printed})


# What is wrong, in which row, which field, its value.
WRONG = (
    ("a field is missing", "statistics", "issued_amount", MISSING),
    ("a field is missing", "refusal", "english", MISSING),
    ("a field is missing", "quarantine", "first_bytes", MISSING),
    ("a code without its name", "fund_usage", "batch_name", MISSING),
    ("an unknown field", "statistics", "remark", 1),
    ("an unknown field", "day", "remark", 1),
    ("an unknown field", "refusal", "remark", 1),
    ("a text for a number", "statistics", "issued_count", "12"),
    ("a number for a text", "gap", "missing_numbers", 12),
    ("a number for yes or no", "day", "final", 0),
    ("nothing", "statistics", "issued_amount", None),
    ("a fraction of a fen", "statistics", "issued_amount", 12.5),
    ("a fraction of a fen", "fund_usage", "opening", 0.01),
    ("more than 64 bits", "fund_usage", "closing", 2**63),
    ("less than 64 bits", "fund_usage", "closing", -(2**63) - 1),
    ("a count below 0", "statistics", "redeeming_consumers", -1),
    ("revision 0", "day", "revision", 0),
    ("a day that is none", "day", "day", "2026-02-30"),
    ("a month that is none", "day", "day", "2026-13-01"),
    ("a date of another form", "control_total", "day", "2026/03/01"),
    ("a time of another form", "day", "cut_at", "2026-03-01T16:00:00Z"),
    ("a time with an offset", "refusal", "occurred_at", "2026-03-01T16:00:00.000000+08:00"),
    ("a ratio as a number", "statistics", "leverage_ratio", 3),
    ("a ratio with two decimals", "statistics", "leverage_ratio", "3.14"),
    ("no ratio above a denominator", "statistics", "leverage_ratio", None),
    ("a ratio above nothing", "statistics", "leverage_ratio_denominator", 0),
    ("an unknown kind", "gap", "row_type", "hole"),
    ("an unknown grouping", "statistics", "grouping", "street"),
    ("a dimension of another grouping", "statistics", "channel", 1),
    ("a measure that no revision explains", "change", "measure", "leverage_ratio"),
    ("a reason of another kind of row", "refusal", "reason", "null_value"),
    ("a reason of another kind of row", "quarantine", "reason", "fund_insufficient"),
    ("an unknown verdict", "control_total", "verdict", "fine"),
    ("a value that was not reported", "control_total", "verdict", "not_reported"),
    ("a refund above and below", "refund_share", "verdict", "equal"),
    ("a short id", "refund_share", "refund", "12"),
    ("ranges of another form", "late_entries", "sequences", "1..2"),
)


class WrongRows(unittest.TestCase):
    def test_one_wrong_thing_is_enough(self):
        for what, kind, field, value in WRONG:
            name, row = published.of_kind(kind, ["batch"] if kind == "fund_usage" else [])
            validator = validator_of(schemas[name])
            validator.validate(row)
            wrong = {**row, field: value}
            if value is MISSING:
                del wrong[field]
            with self.subTest(what, kind=kind, field=field):
                self.assertFalse(validator.is_valid(wrong))

    def test_the_schemas_themselves_are_sound(self):
        for name, schema in schemas.items():
            Validator.check_schema(schema)
            self.assertIn(":v1", schema["$id"], name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
