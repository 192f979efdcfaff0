"""Aim: the runner of planted bugs does not say "caught" of what was not.

Method: patches and outputs made for each fault, a workshop in a temporary folder, and one that only
pretends to build.
"""

import contextlib
import io
import pathlib
import tempfile
import unittest

import patches
import planted
import workshop

HEAD = """promise: 3, caps hold
bug: one voucher too many

test: cap_test
fails: Cap.Holds
says: one too many
with: FISCUS_SEED=1 RUNS=2
"""
DIFF = """
--- a/engine/cap.cc
+++ b/engine/cap.cc
@@ -1,3 +1,3 @@
 first
-used >= cap
+used > cap
 last
"""
SOURCE = "first\nused >= cap\nlast\n"
PASSED = "[ RUN      ] Cap.Holds\n[       OK ] Cap.Holds (1 ms)\n"
CAUGHT = "[ RUN      ] Cap.Holds\nthere is one too many\n[  FAILED  ] Cap.Holds (1 ms)\n"


class WithFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, text, name="07-cap-one-too-high.patch"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


class Patches(WithFolder):
    def test_a_patch_says_promise_bug_and_catcher(self):
        one = patches.parse(self.write(HEAD + DIFF))
        self.assertEqual((one.name, one.promise), ("07-cap-one-too-high", "3, caps hold"))
        self.assertEqual((one.bug, one.files), ("one voucher too many", ["engine/cap.cc"]))
        [catcher] = one.catchers
        self.assertEqual((catcher.test, catcher.fails, catcher.says), ("cap_test", "Cap.Holds", ["one too many"]))
        self.assertEqual(catcher.settings, {"FISCUS_SEED": "1", "RUNS": "2"})
        self.assertEqual(one.targets, ["cap_test"])

    def test_each_fault_of_a_patch_is_named(self):
        faults = {
            "name it by two digits": ("cap.patch", HEAD + DIFF),
            "no unified diff": ("07-a.patch", HEAD),
            "'promise' is missing": ("07-a.patch", HEAD.replace("promise: 3, caps hold\n", "") + DIFF),
            "name the test": ("07-a.patch", HEAD.replace("says: one too many\n", "") + DIFF),
            "'fails' belongs below": ("07-a.patch", HEAD.replace("test: cap_test\n", "") + DIFF),
            "'fails' stands twice": ("07-a.patch", HEAD + "fails: Cap.Other\n" + DIFF),
            "'reason' is not known": ("07-a.patch", HEAD + "reason: none\n" + DIFF),
            "it changes tests/cap.cc": ("07-a.patch", HEAD + DIFF.replace("engine/", "tests/")),
        }
        for expected, (name, text) in faults.items():
            with self.subTest(expected), self.assertRaisesRegex(patches.Wrong, expected):
                patches.parse(self.write(text, name))

    def test_a_number_stands_once(self):
        self.write(HEAD + DIFF)
        self.write(HEAD + DIFF, "07-another.patch")
        self.assertEqual(patches.read_all(self.folder)[1], ["07 stands twice"])

    def test_only_the_named_failure_is_a_catch(self):
        catcher = patches.parse(self.write(HEAD + DIFF)).catchers[0]
        self.assertEqual(catcher.missed(CAUGHT), "")
        # A check of the engine ends the test's process: there is no line that says FAILED.
        self.assertEqual(catcher.missed("[ RUN      ] Cap.Holds\none too many\nAborted\n"), "")
        self.assertIn("passes", catcher.missed(PASSED))
        self.assertIn("did not begin", catcher.missed("Segmentation fault\none too many\n"))
        self.assertIn("does not say", catcher.missed(CAUGHT.replace("one too many", "something else")))

    def test_a_case_of_unittest_is_known_by_its_failure(self):
        case = "test_they_agree"
        self.assertTrue(patches.passed(case, "100% tests passed, 0 tests failed out of 1\n"))
        self.assertTrue(patches.began(case, "FAIL: test_they_agree (__main__.Verifiers)\n"))
        self.assertFalse(patches.began(case, "ModuleNotFoundError\n"))


class Copies(WithFolder):
    def setUp(self):
        super().setUp()
        self.root, self.copy = self.folder / "root", self.folder / "copy"
        self.write(SOURCE, "root/engine/cap.cc")
        self.write("old", "root/build/cap.o")
        self.shop = workshop.Workshop(self.root, self.copy, 1)
        self.copy.mkdir()
        self.shop.update()

    def plant(self, diff):
        return self.shop.plant(patches.parse(self.write(HEAD + diff)))

    def test_a_bug_is_planted_in_the_copy_and_taken_out_again(self):
        take_out = self.plant(DIFF)
        self.assertIn("used > cap", (self.copy / "engine/cap.cc").read_text())
        self.assertEqual((self.root / "engine/cap.cc").read_text(), SOURCE)
        take_out()
        self.assertEqual((self.copy / "engine/cap.cc").read_text(), SOURCE)

    def test_a_stale_patch_changes_nothing(self):
        with self.assertRaises(workshop.Stale):
            self.plant(DIFF.replace("-used >= cap", "-used >= limit"))
        self.assertEqual((self.copy / "engine/cap.cc").read_text(), SOURCE)

    def test_a_run_that_was_killed_leaves_no_bug(self):
        self.plant(DIFF)
        self.write("new\n", "root/engine/more.cc")
        self.write("gone\n", "copy/engine/gone.cc")
        self.shop.update()
        self.assertEqual((self.copy / "engine/cap.cc").read_text(), SOURCE)
        self.assertTrue((self.copy / "engine/more.cc").exists())
        self.assertFalse((self.copy / "engine/gone.cc").exists())
        self.assertFalse((self.copy / "build/cap.o").exists())

    def test_what_did_not_change_is_not_built_again(self):
        before = (self.copy / "engine/cap.cc").stat().st_mtime_ns
        self.shop.update()
        self.assertEqual((self.copy / "engine/cap.cc").stat().st_mtime_ns, before)


class Pretending(workshop.Workshop):
    """Builds nothing; its test says what it is told, with and without the bug."""

    def __init__(self, folder, without, with_bug, builds=0):
        super().__init__(folder / "root", folder / "copy", 1)
        self.outputs = {False: without, True: with_bug}
        self.builds = builds
        self.planted = False

    def update(self):
        pass

    def configure(self):
        return 0, ""

    def build(self, targets):
        return (self.builds if self.planted else 0), ""

    def test(self, catcher, cases):
        return self.outputs[self.planted]

    def plant(self, one):
        self.planted = True
        return lambda: setattr(self, "planted", False)


class Runs(WithFolder):
    def run_with(self, *outputs, **how):
        work = planted.Work([patches.parse(self.write(HEAD + DIFF))])
        planted.LOGS = self.folder / "log"
        with contextlib.redirect_stderr(io.StringIO()):
            planted.run(work, [Pretending(self.folder, *outputs, **how)])
        return work.broken, [result["trouble"] for result in work.results.values()]

    def test_a_bug_that_is_caught_is_no_trouble(self):
        self.assertEqual(self.run_with(PASSED, CAUGHT), ([], [""]))

    def test_a_bug_that_nobody_notices_is_told(self):
        _, [trouble] = self.run_with(PASSED, PASSED)
        self.assertIn("passes", trouble)

    def test_a_bug_that_does_not_compile_is_not_caught(self):
        self.assertEqual(self.run_with(PASSED, CAUGHT, builds=1)[1], ["does not compile: adapt it"])

    def test_a_test_that_fails_anyway_proves_nothing(self):
        [broken], results = self.run_with(CAUGHT, CAUGHT)
        self.assertIn("does not pass, or is not there, without any bug", broken)
        self.assertEqual(results, [])


if __name__ == "__main__":
    unittest.main()
