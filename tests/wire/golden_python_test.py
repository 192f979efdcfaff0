"""Golden bytes read by code that is not ours.

Method: flatc's Python reads every golden file; each value of the JSON beside it must be there
under the accessor that the schema's name gives, and no accessor may give a value that the JSON
does not have.
"""

import datetime
import json
import pathlib
import re
import sys
import tempfile
import unittest

import harness

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def instant_us(text):
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (at - EPOCH) // datetime.timedelta(microseconds=1)


def time_of_day_us(text):
    return instant_us(f"1970-01-01T{text}Z")


def id_number(struct):
    return struct.Hi() << 64 | struct.Lo()


class GoldenBytes(unittest.TestCase):
    def setUp(self):
        # Which enumeration belongs to a field of this name.
        self.enums = {
            "role": "SourceRole",
            "size_class": "SizeClass",
            "limit_class": "LimitClass",
            "channel": "Channel",
            "fault": "InvoiceFault",
            "key_algorithm": "KeyAlgorithm",
        }
        # Fields of bytes, which JSON writes as hexadecimal digits.
        self.bytes = {
            "verification_key",
            "signature",
            "commitment",
            "root",
            "secret",
            "result_root",
            "chain_head",
            "key",
            "opened",
        }

    def module(self, name):
        return __import__(f"fiscus.wire.{name}", fromlist=[name])

    def expect_value(self, table, name, expected, where):
        accessor = getattr(table, camel(name), None) or getattr(table, camel(name) + "Us")
        if isinstance(expected, list):
            length = getattr(table, camel(name) + "Length")()
            self.assertEqual(length, len(expected), where)
            for i, item in enumerate(expected):
                self.expect_item(accessor(i), name, item, f"{where}[{i}]")
        elif name in self.bytes:
            length = getattr(table, camel(name) + "Length")()
            self.assertEqual(bytes(accessor(i) for i in range(length)).hex(), expected, where)
        else:
            self.expect_item(accessor(), name, expected, where)

    def expect_item(self, found, name, expected, where):
        if isinstance(expected, dict):
            for inner, value in expected.items():
                self.expect_value(found, inner, value, f"{where}.{inner}")
        elif hasattr(found, "Hi"):
            self.assertEqual(f"{id_number(found):032x}", expected, where)
        elif isinstance(found, bytes):
            self.assertEqual(found.decode(), expected, where)
        elif name in self.enums:
            words = getattr(self.module(self.enums[name]), self.enums[name])
            self.assertEqual(found, getattr(words, expected), where)
        elif isinstance(expected, str) and len(expected) == 10:
            day = datetime.date.fromisoformat(expected) - datetime.date(1970, 1, 1)
            self.assertEqual(found, day.days, where)
        elif isinstance(expected, str) and expected[2] == ":":
            self.assertEqual(found, time_of_day_us(expected), where)
        elif isinstance(expected, str):
            self.assertEqual(found, instant_us(expected), where)
        else:
            self.assertEqual(found, expected, where)

    def body_of(self, event):
        kinds = self.module("EventBody").EventBody
        kind = next(name for name, number in vars(kinds).items() if number == event.BodyType())
        body = getattr(self.module(kind), kind)()
        body.Init(event.Body().Bytes, event.Body().Pos)
        return kind, body

    def test_are_read_as_their_json_says(self):
        files = sorted(harness.GOLDEN.glob("*.bin"))
        kinds = vars(self.module("EventBody").EventBody)
        self.assertEqual(len(files), sum(1 for name in kinds if re.match("[A-Z][a-z]", name)))
        for path in files:
            expected = json.loads(path.with_suffix(".json").read_text())
            value = path.read_bytes()
            self.assertEqual(value[4:8], b"FSE1")
            event = self.module("Event").Event.GetRootAs(value, 0)
            kind, body = self.body_of(event)
            self.assertEqual((kind, path.stem), (expected["kind"], expected["kind"]))
            self.assertEqual(event.Programme(), expected["programme"])
            self.assertEqual(event.Origin().Source(), expected["source"])
            self.assertEqual(event.Origin().Epoch(), expected["epoch"])
            self.assertEqual(event.Origin().Sequence(), expected["sequence"])
            self.assertEqual(event.OccurredAtUs(), instant_us(expected["occurred_at"]))
            self.assertEqual(f"{id_number(event.Key()):032x}", expected["key"])
            for name, item in expected["body"].items():
                self.expect_value(body, name, item, f"{kind}.{name}")

    def test_have_nothing_that_their_json_does_not_say(self):
        for path in sorted(harness.GOLDEN.glob("*.bin")):
            expected = json.loads(path.with_suffix(".json").read_text())["body"]
            known = {camel(name) for name in expected} | {camel(name) + "Us" for name in expected}
            _, body = self.body_of(self.module("Event").Event.GetRootAs(path.read_bytes(), 0))
            accessors = [
                name
                for name in vars(type(body))
                if re.match("[A-Z]", name)
                and not re.search("Length$|AsNumpy$|IsNone$|^GetRoot|^Init$|BufferHas", name)
            ]
            for name in accessors:
                # A field that came later is at its default in bytes that do not know it.
                if name not in known and getattr(body, name)() not in (0, None):
                    self.fail(f"{path.stem}.{name} has no value in the golden file")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        harness.generate_python(pathlib.Path(folder))
        unittest.main(argv=sys.argv[:1], verbosity=2)
