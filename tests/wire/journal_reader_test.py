"""Journal blocks read by code that is not ours.

Method: a small load is run; the journal's records are read from the segment as
docs/formats/local_log.md says, each block with flatc's Python, its entries as
docs/formats/journal.md says. What `fiscus log dump` prints of every entry must be in its bytes.

FISCUS_PROGRAM  the built program
"""

import hashlib
import pathlib
import shutil
import struct
import tempfile
import unittest

import harness
import journal_packing
import local_log

EVENTS = 6_000
# Fields by the byte table of the page, as far as the dump has numbers for them.
FIELDS = struct.Struct("<Q3q4Q3Q5q6I2i8H8B")
NAMES = (
    *("sequence", "input_offset", "logged_at_us", "occurred_at_us"),
    *("key_hi", "key_lo", "subject_hi", "subject_lo"),
    *("content_hash", "source_sequence", "gap_from", "amount_fen", "order_amount_fen"),
    *("platform_match_fen", "merchant_match_fen", "difference_fen", "programme", "epoch"),
    *("batch", "district", "consumer_ordinal", "merchant_ordinal", "business", "origin"),
    *("source", "platform", "pack", "denomination", "industry", "category", "reason_number"),
    *("postings_count", "kind_number", "outcome_number", "size_class", "limit_class"),
    *("channel", "vouchers", "flags", "reserved"),
)
ACCOUNT = struct.Struct("<QIIBBHI")


def account(data, words):
    key, programme, batch, kind, *_ = ACCOUNT.unpack(data)
    return {"kind": words[kind], "programme": programme, "batch": batch, "key": key}


class JournalReader(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fiscus-journal-"))
        self.addCleanup(shutil.rmtree, self.folder)
        harness.generate_python(self.folder / "python")

    def module(self, name):
        return __import__(f"fiscus.wire.{name}", fromlist=[name])

    def blocks(self):
        partition = self.folder / "log" / "fiscus.journal.v1" / "0"
        for _, _, value in local_log.read_records(partition):
            self.assertEqual(value[4:8], b"FSJ1")
            yield self.module("Block").Block.GetRootAs(value, 0), value

    def test_every_entry_is_what_the_program_prints(self):
        words = vars(self.module("AccountKind").AccountKind).items()
        kinds = {number: word for word, number in words if word[0] != "_"}
        log = str(self.folder / "log")
        harness.program("generate", "--log", log, "--events", str(EVENTS), "--seed", "11")
        harness.program(
            *("run", "--until-end", "--log", log, "--state", str(self.folder / "state")),
            *("--event-stamps", "publisher"),
        )
        dumped = harness.json_lines(
            harness.program("log", "dump", "--log", log, "--topic", "journal", "--json")
        )
        lines = iter(dumped)
        previous = bytes(32)
        entries = 0
        for block, value in self.blocks():
            self.assertEqual(block.Version(), 2)
            if block.Kind() == 1:
                self.assertEqual(block.EntryCount(), 0)
                continue
            hashed = block.Previous()
            words = (hashed.A(), hashed.B(), hashed.C(), hashed.D())
            self.assertEqual(struct.pack("<4Q", *words), previous)
            previous = hashlib.sha256(value).digest()
            found = journal_packing.unpack(
                bytes(block.Packed(i) for i in range(block.PackedLength())),
                *(block.FirstSequence(), block.EntryCount(), block.PostingCount()),
            )
            for data, postings in found:
                self.expect_entry(data, postings, next(lines), kinds)
                entries += 1
        self.assertEqual(entries, EVENTS)
        self.assertIsNone(next(lines, None))

    def expect_entry(self, data, postings, line, kinds):
        found = dict(zip(NAMES, FIELDS.unpack(data)))
        for name in NAMES:
            if name in line and name not in ("key", "subject"):
                self.assertEqual(found[name], line[name], (name, line))
        for name in ("key", "subject"):
            number = f"{found[name + '_hi'] << 64 | found[name + '_lo']:032x}"
            self.assertEqual(number, line[name] or "0" * 32, line)
        self.assertEqual(found["postings_count"], len(line["postings"]))
        self.assertEqual(
            [
                {
                    "debit": account(posting[:24], kinds),
                    "credit": account(posting[24:48], kinds),
                    "amount_fen": struct.unpack("<q", posting[48:])[0],
                }
                for posting in postings
            ],
            line["postings"],
        )


if __name__ == "__main__":
    unittest.main(verbosity=2)
