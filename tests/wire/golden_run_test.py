"""Aim: the same log gives the same ledger and the same rows, whatever runs it.

Method: a small month of vouchers is run in turns of 1, 7, 1,000 and 8,192 records, months of
invoices and of gift packs in fewer sizes, through the local log and (class Kafka) through a real
broker; digest and every byte of every topic must be those of golden_run.json. Each build of the
program (g++ and clang, optimised or not, sanitised) runs this test, so they all agree with each
other. Programmes in four partitions must give the rows that they give in one.

A change of the rules, of the load or of a format changes these bytes: then, and only then,
FISCUS_GOLDEN_WRITE=1 writes golden_run.json anew, and the commit says why.

FISCUS_PROGRAM  the built program
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import harness

GOLDEN = pathlib.Path(__file__).with_name("golden_run.json")
EVENTS = 6_000
SEED = 11
TURNS = {
    "vouchers": (1, 7, 1_000, 8_192),
    "invoices": (7, 8_192),
    "gift-packs": (7, 8_192),
}
# A broker for each size of turn takes its time.
KAFKA_TURNS = TURNS | {"invoices": (1_000,), "gift-packs": (1_000,)}
TOPICS = ("events", "journal", "outcomes", "refusals", "statistics", "statistics-history", "reconciliation")
COMPACTED = "statistics"
KEY = re.compile(rb'"key":"([^"]*)"')
# The block that an entry lies in depends on the turn; nothing else does.
BLOCK = re.compile(rb',"term":\d+,"block_offset":\d+(?=}$)')
# What only says where a row lies, or counts in the order in which entries came to its partition.
PLACES = {
    *("partition", "row", "offset", "input_offset", "as_of", "previous_as_of"),
    *("sequence", "sequences", "why", "why_chinese"),
}


def dump(log, topic):
    """The lines of a topic as the program prints them."""
    words = [os.environ["FISCUS_PROGRAM"], "log", "dump", *log, "--topic", topic, "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as running:
        yield from running.stdout
    if running.returncode != 0:
        raise RuntimeError(f"{' '.join(words)} ended with {running.returncode}")


def kept(topic, lines):
    """What a reader is left with: of a compacted topic the last line of each key, by key."""
    if topic != COMPACTED:
        return lines
    last = {}
    for line in lines:
        last[KEY.search(line).group(1)] = line
    return (last[key] for key in sorted(last))


def run(log, folder, state, turn):
    """Runs everything in the log; the digest and, for each topic, lines and their SHA-256."""
    summary = json.loads(
        harness.program(
            *("run", "--until-end", "--json", *log, "--state", str(folder / state), "--turn", str(turn)),
            *keys(folder),
            # The load's records carry the times of their events.
            *("--event-stamps", "publisher"),
        )
    )
    found = {"digest": summary["digest"], "topics": {}}
    for topic in TOPICS:
        lines, text = 0, hashlib.sha256()
        for line in kept(topic, dump(log, topic)):
            lines += 1
            text.update(BLOCK.sub(b"", line))
        found["topics"][topic] = [lines, text.hexdigest()]
    return found


def keys(folder):
    """Where the keys of draws lie; of a month without draws it stays empty."""
    return ("--secrets", str(folder / "secrets"))


def generate(log, folder, *options, events=EVENTS):
    words = ("--events", str(events), "--seed", str(SEED), *log, *keys(folder), *options)
    harness.program("generate", *words)


def without_places(line):
    """The hash of what a row says whatever its place, and its key (a refusal's is a place)."""
    record = json.loads(line)
    said = {name: text for name, text in record["value"].items() if name not in PLACES}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest(), record["key"]


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fiscus-golden-run-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def local(self, name):
        return ("--log", str(self.folder / name))

    def expect_golden(self, programme, found):
        self.assertEqual(found, json.loads(GOLDEN.read_text(encoding="utf-8"))[programme])


class Local(Case):
    """No broker is needed."""

    def test_turns_of_any_size(self):
        written = {}
        for programme, turns in TURNS.items():
            load = self.folder / programme
            generate(self.local(programme), self.folder, "--programme", programme)
            for turn in turns:
                with self.subTest(programme=programme, turn=turn):
                    name = f"{programme}-{turn}"
                    shutil.copytree(load, self.folder / name)
                    found = run(self.local(name), self.folder, f"state-{name}", turn)
                    if os.environ.get("FISCUS_GOLDEN_WRITE") and turn == turns[0]:
                        written[programme] = found
                        GOLDEN.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
                    self.expect_golden(programme, found)

    def expect_same_rows(self, name, *options, events=EVENTS):
        """In one partition or in four."""
        rows = {}
        digests = {}
        for partitions in (1, 4):
            log = self.local(f"{name}-{partitions}")
            words = (*options, "--partitions", str(partitions))
            generate(log, self.folder, *words, events=events)
            found = run(log, self.folder, f"state-{name}-{partitions}", 1_000)
            digests[partitions] = found["digest"]
            for topic in TOPICS[2:]:
                lines = sorted(without_places(line) for line in dump(log, topic))
                rows.setdefault(topic, []).append(lines)
        self.assertEqual(digests[1], digests[4])
        for topic, (one, four) in rows.items():
            different = [key for (said, key), (other, _) in zip(one, four) if said != other]
            self.assertEqual((len(one), different[:3]), (len(four), []), topic)
        return {topic: len(one) for topic, (one, _) in rows.items()}

    def test_programmes_in_one_partition_or_in_four(self):
        counts = self.expect_same_rows("three", "--programmes", "3", events=15_000)
        self.assertGreater(min(counts.values()), 0, counts)

    def test_draws_in_one_partition_or_in_four(self):
        for programme in ("invoices", "gift-packs"):
            with self.subTest(programme=programme):
                counts = self.expect_same_rows(programme, "--programme", programme)
                self.assertGreater(counts["statistics"], 0)


class Kafka(Case):
    """Each size of turn has a broker of its own, because topics have one name."""

    def test_turns_of_any_size(self):
        for programme, turns in KAFKA_TURNS.items():
            for turn in turns:
                with self.subTest(programme=programme, turn=turn):
                    broker = harness.Broker()
                    try:
                        self.expect_golden_of(broker, programme, turn)
                    finally:
                        broker.stop()

    def expect_golden_of(self, broker, programme, turn):
        log = ("--kafka", broker.address)
        generate(log, self.folder, "--programme", programme)
        state = f"state-{programme}-{turn}"
        # Nobody runs a service over such a topic by accident.
        with self.assertRaisesRegex(RuntimeError, "--event-stamps publisher"):
            harness.program("run", "--until-end", *log, "--state", str(self.folder / state))
        self.expect_golden(programme, run(log, self.folder, state, turn))


if __name__ == "__main__":
    unittest.main(verbosity=2)
