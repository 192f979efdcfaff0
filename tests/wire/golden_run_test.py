"""Aim: the same log gives the same ledger and the same rows, whatever runs it.

Method: a small load is run in turns of 1, 7, 1,000 and 8,192 records, through the local log and
(class Kafka) through a real broker; digest and every byte of every topic must be
those of golden_run.json. Each build of the program (g++ and clang, optimised or not, sanitised)
runs this test, so they all agree with each other. Three programmes in four partitions must give
the rows that they give in one.

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
TURNS = (1, 7, 1_000, 8_192)
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


def run(log, state, turn):
    """Runs everything in the log; the digest and, for each topic, lines and their SHA-256."""
    summary = json.loads(
        harness.program(
            *("run", "--until-end", "--json", *log, "--state", str(state), "--turn", str(turn)),
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


def generate(log, *options, events=EVENTS):
    harness.program("generate", "--events", str(events), "--seed", str(SEED), *log, *options)


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

    def expect_golden(self, found):
        self.assertEqual(found, json.loads(GOLDEN.read_text(encoding="utf-8")))


class Local(Case):
    """No broker is needed."""

    def test_turns_of_any_size(self):
        generate(self.local("load"))
        for turn in TURNS:
            with self.subTest(turn=turn):
                shutil.copytree(self.folder / "load", self.folder / f"log-{turn}")
                found = run(self.local(f"log-{turn}"), self.folder / f"state-{turn}", turn)
                if os.environ.get("FISCUS_GOLDEN_WRITE") and turn == TURNS[0]:
                    GOLDEN.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
                self.expect_golden(found)

    def test_three_programmes_in_one_partition_or_in_four(self):
        rows = {}
        digests = {}
        for partitions in (1, 4):
            log = self.local(f"log-{partitions}")
            generate(log, "--programmes", "3", "--partitions", str(partitions), events=15_000)
            digests[partitions] = run(log, self.folder / f"state-{partitions}", 1_000)["digest"]
            for topic in TOPICS[2:]:
                found = sorted(without_places(line) for line in dump(log, topic))
                self.assertGreater(len(found), 0, topic)
                rows.setdefault(topic, []).append(found)
        self.assertEqual(digests[1], digests[4])
        for topic, (one, four) in rows.items():
            different = [key for (said, key), (other, _) in zip(one, four) if said != other]
            self.assertEqual((len(one), different[:3]), (len(four), []), topic)


class Kafka(Case):
    """Each size of turn has a broker of its own, because topics have one name."""

    def test_turns_of_any_size(self):
        for turn in TURNS:
            with self.subTest(turn=turn):
                broker = harness.Broker()
                try:
                    log = ("--kafka", broker.address)
                    generate(log)
                    state = self.folder / f"state-{turn}"
                    # Nobody runs a service over such a topic by accident.
                    with self.assertRaisesRegex(RuntimeError, "--event-stamps publisher"):
                        harness.program("run", "--until-end", *log, "--state", str(state))
                    self.expect_golden(run(log, state, turn))
                finally:
                    broker.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
