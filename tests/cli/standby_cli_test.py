#!/usr/bin/env python3
"""A standby over a directory, promotion and demotion, and checkpoints, as an operator meets them.

Takeovers over a broker are timed in tests/crash; here every refusal has its words.
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from program import PROGRAM, Case, fiscus


class Running:
    """`fiscus run` in the background, with its stderr in a file."""

    def __init__(self, directory, name, *arguments):
        self.output = pathlib.Path(directory) / f"{name}.output"
        environment = {key: text for key, text in os.environ.items()
                       if not key.startswith("FISCUS_")} | {"FISCUS_ENGINE__WRITER": name}
        with self.output.open("w", encoding="utf-8") as stream:
            self.process = subprocess.Popen([PROGRAM, "run", *map(str, arguments)],
                                            env=environment, stdin=subprocess.DEVNULL,
                                            stdout=stream, stderr=stream)

    def says(self, words, within=60.0):
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            text = self.output.read_text(encoding="utf-8")
            if words in text:
                return text
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"{words!r} not in\n{self.output.read_text(encoding='utf-8')}")

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)


class WithLog(Case):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="fiscus_standby_"))
        cls.whole = cls.root / "whole"
        made = fiscus("generate", "--events", 20000, "--seed", 3, "--log", cls.whole / "log")
        assert made.returncode == 0, made.stderr
        ran = fiscus("run", "--until-end", "--log", cls.whole / "log", "--state",
                     cls.whole / "state", "--json", "--event-stamps", "publisher")
        assert ran.returncode == 0, ran.stderr
        cls.digest = json.loads(ran.stdout)["digest"]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root)

    def setUp(self):
        self.here = pathlib.Path(tempfile.mkdtemp(dir=self.root))
        self.running = []

    def tearDown(self):
        for one in self.running:
            if one.process.poll() is None:
                one.end(signal.SIGKILL)

    def log(self, events=5000, seed=5):
        log = self.here / "log"
        self.ok("generate", "--events", events, "--seed", seed, "--log", log)
        return log

    def run_as(self, name, log, *more):
        one = Running(self.here, name, "--log", log, "--state", self.here / name,
                      "--event-stamps", "publisher", "--memory", "256MiB", *more)
        self.running.append(one)
        return one

    def journal_digest(self, log):
        return self.ok("digest", "--log", log)


class Standby(WithLog):
    def test_takes_over_when_the_leaders_process_is_gone_and_not_while_it_is_stopped(self):
        log = self.log()
        leader = self.run_as("one", log, "--standby")
        leader.says("a partition is taken over")
        standby = self.run_as("two", log, "--standby")
        standby.says("role=standby")
        leader.process.send_signal(signal.SIGSTOP)
        # Longer than its patience: the lock is held by the one who is stopped.
        time.sleep(4)
        self.assertNotIn("taken over", standby.says("role=standby"))
        leader.process.send_signal(signal.SIGKILL)
        began = time.monotonic()
        leader.process.wait(10)
        standby.says("a partition is taken over", within=5.0)
        self.assertLess(time.monotonic() - began, 5.0)
        standby.end()
        self.assertEqual(standby.process.returncode, 0, standby.says(""))
        self.ok("replay", "--log", log)

    def test_takes_over_at_once_from_a_leader_that_ends_in_order(self):
        log = self.log()
        leader = self.run_as("one", log)
        leader.says("the engine holds a partition")
        standby = self.run_as("two", log, "--standby")
        standby.says("role=standby")
        time.sleep(1)
        self.assertEqual(leader.end(), 0)
        standby.says("a partition is taken over", within=3.0)
        self.assertEqual(standby.end(), 0)

    def test_contradictions_are_refused(self):
        log = self.whole / "log"
        state = self.here / "state"
        self.fails(2, ["--standby and --until-end", "Leave one of them out"], "run", "--standby",
                   "--until-end", "--log", log, "--state", state)
        self.fails(2, ["statistics alone cannot be a standby"], "run", "--standby", "--only",
                   "statistics", "--log", log, "--state", state)

    def test_a_patience_out_of_range_is_refused(self):
        self.fails(2, ["standby.patience_ms"], "run", "--standby", "--log", self.whole / "log",
                   "--state", self.here / "state",
                   environment={"FISCUS_STANDBY__PATIENCE_MS": "10"})


class ByCommand(WithLog):
    def test_nobody_is_promoted_who_gives_no_signs(self):
        log = self.whole / "log"
        before = self.ok("log", "dump", "--log", log, "--topic", "journal", "--json")
        self.fails(1, ["no standby engine-2 gives signs of partition 0", "there is none"],
                   "promote", "engine-2", "--log", log)
        dry = fiscus("promote", "engine-2", "--dry-run", "--json", "--log", log)
        self.assertEqual(dry.returncode, 3, dry.stderr)
        self.assertIn("no: no standby", dry.stdout)
        self.assertEqual(
            self.ok("log", "dump", "--log", log, "--topic", "journal", "--json"), before)

    def test_bad_input_is_named(self):
        log = self.whole / "log"
        self.fails(2, ["WRITER"], "promote", "--log", log)
        self.fails(2, ["no standby is named"], "promote", "", "--log", log)
        self.fails(2, ["there is no partition 7", "the topics have 1"], "demote", "--partition", 7,
                   "--log", log)
        self.fails(2, ["no log is named"], "demote")

    def test_a_leader_over_a_directory_keeps_its_lock(self):
        log = self.log()
        leader = self.run_as("one", log)
        leader.says("the engine holds a partition")
        for command in (("demote",), ("promote", "two")):
            asked = fiscus(*command, "--dry-run", "--json", "--log", log)
            self.assertEqual(asked.returncode, 3, asked.stderr)
            dry, = json.loads(asked.stdout)
            self.assertEqual((dry["leader"], dry["leader_lives"]), ("one", True))
            self.assertEqual(dry["next_term"], dry["term"] + 1)
            self.assertIn("no: one holds partition 0", dry["verdict"])
            self.fails(2, ["one holds partition 0", "Stop it"], *command, "--log", log)
        self.assertEqual(leader.end(), 0)


class Secrets(WithLog):
    def test_who_waits_for_a_key_says_so(self):
        log = self.here / "log"
        self.ok("generate", "--events", 5000, "--seed", 7, "--signed", "--secrets",
                self.here / "secrets", "--log", log)
        engine = self.run_as("one", log)
        engine.says("a partition stands still until a secret is there")
        self.assertEqual(engine.end(), 0)


class Checkpoints(WithLog):
    def checkpoint(self):
        directory = self.here / "checkpoint"
        self.ok("checkpoint", "create", directory, "--state", self.whole / "state")
        return directory

    def sst(self, directory):
        return sorted(directory.glob("engine/0/*.sst"))

    def test_a_new_node_starts_from_one_and_reads_only_the_tail(self):
        log = self.log()
        run = ("run", "--until-end", "--json", "--log", log, "--event-stamps", "publisher")
        self.ok(*run, "--state", self.here / "one")
        checkpoint = self.here / "checkpoint"
        made, = json.loads(self.ok("checkpoint", "create", checkpoint, "--json", "--state",
                                   self.here / "one"))
        found, = json.loads(self.ok("checkpoint", "verify", checkpoint, "--json", "--log", log))
        self.assertEqual(made, found)
        self.ok("checkpoint", "verify", checkpoint)
        self.ok("checkpoint", "restore", checkpoint, "--state", self.here / "two", "--log", log)
        again = json.loads(self.ok(*run, "--state", self.here / "two"))
        self.assertIn(made["digest"], again["digest"])
        # The state that was restored goes its own way: the checkpoint is as it was.
        self.ok("checkpoint", "verify", checkpoint, "--log", log)

    def test_nothing_is_overwritten(self):
        checkpoint = self.checkpoint()
        self.fails(2, ["exists already"], "checkpoint", "create", checkpoint, "--state",
                   self.whole / "state")
        for inside in (checkpoint / "inner", self.whole / "state/engine/1", self.whole / "state/other"):
            self.fails(2, ["lies inside of", "outside of both"], "checkpoint", "create", inside,
                       "--state", self.whole / "state")
        self.ok("checkpoint", "verify", checkpoint)
        self.fails(2, ["there is a state in"], "checkpoint", "restore", checkpoint, "--state",
                   self.whole / "state", "--log", self.whole / "log")

    def test_a_state_in_use_and_one_that_is_none_are_refused(self):
        log = self.log()
        leader = self.run_as("one", log)
        leader.says("the engine holds a partition")
        self.fails(1, ["another process uses this state directory"], "checkpoint", "create",
                   self.here / "checkpoint", "--state", self.here / "one")
        leader.end()
        # Nothing is left behind that would stand in the way of the next try.
        self.ok("checkpoint", "create", self.here / "checkpoint", "--state", self.here / "one")
        self.fails(1, ["there is no engine state"], "checkpoint", "create", self.here / "other",
                   "--state", self.here / "nothing")
        self.fails(1, ["there is no checkpoint in"], "checkpoint", "verify", self.here)

    def test_damage_is_named(self):
        first = self.checkpoint()

        def spoilt(spoil):
            copy = self.here / "spoilt"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(first, copy)
            spoil(copy)
            return self.fails(1, ["is not whole"], "checkpoint", "verify", copy)

        def flip(copy):
            path = self.sst(copy)[0]
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            path.write_bytes(data)

        def swap(copy):
            one, other = sorted(copy.glob("engine/0/*"))[:2]
            one.rename(copy / "kept")
            other.rename(one)
            (copy / "kept").rename(other)

        def edit(copy):
            text = (copy / "manifest.json").read_text(encoding="utf-8")
            edited = re.sub(r'"next_offset": \d+', '"next_offset": 1', text)
            self.assertNotEqual(text, edited)
            (copy / "manifest.json").write_text(edited, encoding="utf-8")

        self.assertIn("has other bytes", spoilt(flip))
        self.assertRegex(spoilt(swap), "has (other )?.*bytes")
        self.assertIn("is missing", spoilt(lambda copy: self.sst(copy)[0].unlink()))
        self.assertIn("bytes, not",
                      spoilt(lambda copy: os.truncate(self.sst(copy)[0], 100)))
        self.assertIn("does not belong to it",
                      spoilt(lambda copy: (copy / "engine/0/more").write_text("x")))
        self.assertIn("was changed", spoilt(edit))
        self.assertIn("cannot be read",
                      spoilt(lambda copy: os.truncate(copy / "manifest.json", 50)))

    def test_one_of_another_log_layout_or_partition_count_is_refused(self):
        checkpoint = self.checkpoint()
        other = self.log()
        self.fails(1, ["belongs to another log"], "checkpoint", "restore", checkpoint, "--state",
                   self.here / "state", "--log", other)
        self.assertFalse((self.here / "state").exists())

        def edited(**changes):
            path = checkpoint / "manifest.json"
            manifest = json.loads(path.read_text(encoding="utf-8"))
            del manifest["manifest"]
            manifest.update(changes)
            own = json.dumps(manifest, separators=(",", ":"), ensure_ascii=False)
            manifest["manifest"] = hashlib.sha256(own.encode()).hexdigest()
            path.write_text(json.dumps(manifest), encoding="utf-8")

        layout = json.loads((checkpoint / "manifest.json").read_text(encoding="utf-8"))["layout"]
        edited(layout=1)
        self.fails(1, ["has state layout 1", "this program writes"], "checkpoint", "verify",
                   checkpoint)
        edited(layout=layout, log_partitions=4)
        self.fails(1, ["is of a log with 4 partitions", "this one has 1"], "checkpoint", "verify",
                   checkpoint, "--log", self.whole / "log")


if __name__ == "__main__":
    unittest.main()
