#!/usr/bin/env python3
"""Three verifiers of draws that share no code say the same of every bundle, and find every edit.

Run by ctest with DRAW_BUNDLES (the program that makes random bundles and judges them with the engine's
library) and FISCUS_PROGRAM. FISCUS_SEED gives a seed back. Go must be there: scripts/setup --dev.
"""
import collections
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERIFY = ROOT / "verify"
SEED = os.environ.get("FISCUS_SEED", "20260301")
BATCHES, DAYS, EDITED, TIED = 1500, 300, 8, 300
CHECKS = ["files", "manifest", "rules", "list", "sealed", "count", "hashes", "root", "entropy", "times", "secret",
          "result", "figures", "receipts"]
# Where Python tells what its parser says instead of a check's name.
PAGES = {"rules", "list", "sealed", "entropy"}


def run(*command, folder=None, environment=None, codes=(0,)):
    done = subprocess.run([str(word) for word in command], cwd=folder, env=environment, text=True,
                          capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=300)
    if done.returncode not in codes:
        raise AssertionError(f"{command[:3]} ended with {done.returncode}, seed {SEED}\n{done.stderr[-2000:]}")
    return done.stdout


def verdicts(text):
    """`directory: ok`, `directory: check: sentence` → {directory: word}."""
    found = {}
    for line in text.splitlines():
        name, rest = line.split(": ", 1)
        found[name] = rest.split(":")[0]
    return found


class Verifiers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"seed {SEED}", file=sys.stderr)
        if shutil.which("go") is None:
            raise AssertionError("go is not installed: scripts/setup --dev")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="fiscus-draws-"))
        # Nothing is downloaded: the verifier needs the standard library alone.
        go = {**os.environ, "GOFLAGS": "-mod=readonly", "GOPROXY": "off", "GOTOOLCHAIN": "local",
              "GOCACHE": str(ROOT / "build" / "go" / "cache"), "GOPATH": str(ROOT / "build" / "go"),
              "CGO_ENABLED": "0"}
        cls.go = {}
        for name, flags in (("plain", []), ("tied", ["-tags", "tiny_scores"])):
            cls.go[name] = cls.folder / f"verify_{name}"
            run("go", "build", "-buildvcs=false", *flags, "-o", cls.go[name], ".",
                folder=VERIFY / "draw_go", environment=go)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def bundles(self, name, *counts):
        """Random bundles and what the library says of each."""
        folder = self.folder / name
        text = run(os.environ["DRAW_BUNDLES"], folder, SEED, *counts)
        return folder, dict(line.split("\t") for line in text.splitlines())

    def judge(self, folder, expected, score_bytes):
        """What Python and Go say, one process each."""
        program = (f"import sys; sys.path.insert(0, {str(VERIFY)!r}); import verify_draw as v; "
                   f"v.SCORE_BYTES = {score_bytes}; import runpy\n"
                   "for name in sys.argv[1:]:\n"
                   "    try: v.verify(name); print(name + ': ok')\n"
                   "    except (ValueError, OSError, OverflowError, RecursionError) as error: "
                   "print(f'{name}: {error}')")
        python = [sys.executable, "-c", program] if score_bytes < 32 else [sys.executable, VERIFY / "verify_draw.py"]
        go = self.go["tied" if score_bytes < 32 else "plain"]
        return (verdicts(run(*python, *expected, folder=folder, codes=(0, 3))),
                verdicts(run(go, *expected, folder=folder, codes=(0, 3))))

    def compare(self, expected, python, go):
        self.assertEqual(list(go.items()), list(expected.items()), f"seed {SEED}")
        self.assertEqual(list(python), list(expected))
        for name, word in expected.items():
            told = python[name]
            if told != word:
                self.assertTrue(word in PAGES and told not in CHECKS + ["ok"],
                                f"{name}: {told}, not {word}; seed {SEED}")

    def test_they_agree_on_random_draws_and_find_every_edit(self):
        folder, expected = self.bundles("random", BATCHES, DAYS, EDITED)
        self.compare(expected, *self.judge(folder, expected, 32))
        depths = collections.Counter()
        found = collections.Counter(expected.values())
        for name, word in expected.items():
            *_, depth = name.rsplit("-", 1)
            depths[depth] += 1
            if name.count("-") == 1:
                self.assertEqual(word, "ok", f"{name} is right; seed {SEED}")
            elif depth == "plain" or (depth == "summed" and "README" not in name):
                # The readme is bound by SHA256SUMS alone.
                self.assertNotEqual(word, "ok", f"{name} was edited; seed {SEED}")
            elif any(file in name for file in ("-list.txt-", "-result.", "-receipts.txt-")):
                # Binding all files again does not help: what follows from the entropy follows.
                self.assertNotEqual(word, "ok", f"{name} was edited; seed {SEED}")
        self.assertGreater(min(depths["plain"], depths["summed"], depths["bound"]), 500)
        self.assertGreaterEqual(expected.keys() & {f"batch-{i}" for i in range(1000)},
                                {f"batch-{i}" for i in range(1000)})
        missing = set(CHECKS) - {"files"} - found.keys()
        self.assertEqual(missing, set(), f"checks that no edit reached; seed {SEED}")

    def test_they_agree_where_scores_are_equal(self):
        folder, expected = self.bundles("tied", TIED, 0, 0, 1)
        self.assertEqual(set(expected.values()), {"ok"})
        self.compare(expected, *self.judge(folder, expected, 1))
        scores = []
        for result in folder.glob("*/result.txt"):
            scores.append([line.split()[-1] for line in result.read_text().splitlines()])
        self.assertTrue(all(len(score) == 2 for one in scores for score in one))
        self.assertGreater(sum(len(set(one)) < len(one) for one in scores), 20, "too few ties")

    def test_a_file_too_many_or_too_few_or_too_large_is_found(self):
        folder, expected = self.bundles("files", 1, 1, 0)
        changes = {
            "more": lambda one: (one / "note.txt").write_text("x"),
            "less": lambda one: (one / "receipts.txt").unlink(),
            "renamed": lambda one: (one / "list.txt").rename(one / "List.txt"),
            "larger": lambda one: (one / "README.md").write_text("x" * 65_537),
        }
        for kind in list(expected):
            for name, change in changes.items():
                copy = f"{kind}-{name}"
                shutil.copytree(folder / kind, folder / copy)
                change(folder / copy)
                expected[copy] = "files"
        python, go = self.judge(folder, expected, 32)
        self.assertEqual(go, expected)
        self.assertEqual(python, expected)
        text = run(os.environ["FISCUS_PROGRAM"], "draw", "verify", "--json", *expected, folder=folder, codes=(3,))
        for name, line in zip(expected, text.splitlines()):
            self.assertIn(f'"bundle":"{name}"', line)
            self.assertIn(f'"failed":"{expected[name].replace("ok", "")}"', line)

    def test_sm3_by_hand_is_that_of_the_standard(self):
        sys.path.insert(0, str(VERIFY))
        from sm3 import sm3
        self.assertEqual(sm3(b"abc").hex(), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
        self.assertEqual(sm3(b"abcd" * 16).hex(),
                         "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")
        if "sm3" in hashlib.algorithms_available:
            for length in range(200):
                self.assertEqual(sm3(bytes(length)), hashlib.new("sm3", bytes(length)).digest(), length)
        folder, expected = self.bundles("by_hand", 10, 4, 0)
        program = (f"import sys, hashlib; sys.path.insert(0, {str(VERIFY)!r}); "
                   "hashlib.algorithms_available -= {'sm3'}; import verify_draw as v\n"
                   "for name in sys.argv[1:]: v.verify(name)")
        run(sys.executable, "-c", program, *expected, folder=folder)

    def test_the_program_says_every_check_and_names_the_first_difference(self):
        folder, _ = self.bundles("program", 1, 1, 0)
        for kind in ("batch-0", "day-0"):
            text = run(os.environ["FISCUS_PROGRAM"], "draw", "verify", kind, folder=folder)
            for check in CHECKS:
                self.assertIn(f"  {check:<9} ok", text)
        path = folder / "batch-0" / "result.txt"
        path.write_text(path.read_text() + "99 reserve 0\n")
        text = run(os.environ["FISCUS_PROGRAM"], "draw", "verify", "batch-0", folder=folder, codes=(3,))
        self.assertIn("manifest  DIFFERS", text)
        run(os.environ["FISCUS_PROGRAM"], "draw", "verify", folder / "nowhere", codes=(1,))
        self.assertEqual(len((VERIFY / "verify_draw.py").read_text().splitlines()), 150, "at most 150 lines")


if __name__ == "__main__":
    unittest.main()
