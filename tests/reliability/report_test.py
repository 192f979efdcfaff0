#!/usr/bin/env python3
"""The page about reliability says what the results say, and no more. Method: small results whose page
one sees; and the tests that it names are tests of this build.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import add_up  # noqa: E402
import coverage  # noqa: E402
import report  # noqa: E402

JUNIT = """<testsuite>{}</testsuite>"""
CASE = """<testcase name="{}" status="{}"/>"""


class Report(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.log = pathlib.Path(folder.name)
        (self.log / "soak").mkdir()

    def write_results(self, build, **statuses):
        cases = "".join(CASE.format(name, status) for name, status in statuses.items())
        (self.log / f"{build}.xml").write_text(JUNIT.format(cases))

    def write(self, name, result):
        (self.log / name).write_text(json.dumps(result))

    def promise(self, number):
        return next(line for line in report.page(self.log).splitlines()
                    if line.startswith(f"| {number} |"))

    def test_a_promise_is_held_when_all_its_tests_passed_in_every_build(self):
        tests = next(tests for number, _, tests in report.promises() if number == "P12")
        everything = dict.fromkeys(tests, "run")
        self.write_results("release", **everything)
        self.assertTrue(self.promise("P12").endswith("| held |"))
        self.write_results("asan-ubsan", **{tests[0]: "fail"})
        self.assertIn(f"`{tests[0]}` (FAILED)", self.promise("P12"))
        self.assertTrue(self.promise("P12").endswith("| **not shown** |"))

    def test_a_test_that_did_not_run_shows_nothing(self):
        self.assertIn("(not run)", self.promise("P1"))
        self.assertTrue(self.promise("P1").endswith("| **not shown** |"))

    def test_figures_of_ci_and_of_a_soak_stand_side_by_side(self):
        result = {"seeds": 2000, "steps": 9, "faults": {"disk: power lost": 812}, "happened": {}}
        self.write("simulation.json", result)
        self.write("soak/simulation.json", {**result, "seeds": 100_000})
        page = report.page(self.log)
        self.assertIn("### Simulation", page)
        self.assertIn("| seeds | 2,000 | 100,000 |", page)
        self.assertIn("| disk: power lost | 812 | 812 |", page)

    def test_suites_without_a_soak_have_no_column_for_it(self):
        self.write("faults_kill.json", {"suite": "kill", "title": "kill -9", "seed": 7,
                                        "counts": {"processes killed": 502}, "violations": 0})
        self.write("fuzz.json", {"seconds": 10, "executions": {"json": 30, "csv": 12}, "failed": []})
        page = report.page(self.log)
        self.assertIn("### Faults: kill -9\n\n|  | CI |\n|---|---|\n| processes killed | 502 |", page)
        self.assertIn("| executions in all | 42 |", page)

    def test_a_planted_bug_that_nobody_noticed_is_told(self):
        bugs = [{"name": "01-a", "bug": "a cap is off by one", "caught": True,
                 "caught_by": [{"test": "scenario_test"}]},
                {"name": "02-b", "bug": "a sync is skipped", "caught": False, "caught_by": []}]
        self.write("planted.json", {"planted": 2, "caught": 1, "seconds": 3, "bugs": bugs})
        page = report.page(self.log)
        self.assertIn("| 01 | a cap is off by one | `scenario_test` |", page)
        self.assertIn("| 02 | a sync is skipped | **not caught** |", page)

    def test_every_promise_and_every_bug_names_a_test_of_this_build(self):
        listed = subprocess.run(["ctest", "-N", "--test-dir", os.environ["FISCUS_BUILD"]],
                                check=True, capture_output=True, text=True).stdout
        names = [line.split(": ")[1] for line in listed.splitlines() if "Test " in line and ": " in line]
        self.assertGreater(len(names), 50)
        self.assertEqual(report.unknown_tests(names), [])
        self.assertNotEqual(report.unknown_tests(names[:1]), [])


class Rounds(unittest.TestCase):
    def test_the_rounds_of_a_soak_add_up(self):
        with tempfile.TemporaryDirectory() as folder:
            round_folder, sums = pathlib.Path(folder) / "round", pathlib.Path(folder) / "sums"
            round_folder.mkdir()
            for seed, killed, failed in ((7, {"engine": 3}, ["json"]),
                                         (8, {"engine": 4, "broker": 1}, ["csv"])):
                (round_folder / "faults_kill.json").write_text(json.dumps(
                    {"title": "kill -9", "seed": seed, "counts": killed, "failed": failed}))
                add_up.add_up(round_folder, sums)
            self.assertEqual(json.loads((sums / "faults_kill.json").read_text()),
                             {"title": "kill -9", "seed": 8, "counts": {"engine": 7, "broker": 1},
                              "failed": ["json", "csv"]})
            self.assertEqual([path.name for path in sums.iterdir()], ["faults_kill.json"])


class Coverage(unittest.TestCase):
    def test_folders_add_up(self):
        def file(name, covered):
            return {"filename": name, "line_covered": covered, "line_total": 10,
                    "branch_covered": 1, "branch_total": 3}
        folders = coverage.by_folder({"files": [
            file("engine/log/a.cc", 10), file("engine/log/b.cc", 5), file("engine/app/c.cc", 0)]})
        self.assertEqual(folders["engine/log"]["line"], [15, 20])
        self.assertEqual(folders["all"]["branch"], [3, 9])
        self.assertEqual(list(folders), ["engine/app", "engine/log", "all"])

    def test_a_percentage_is_rounded_down(self):
        self.assertEqual(coverage.percent(8_999, 10_000), 89.9)
        self.assertEqual(coverage.percent(0, 0), 100.0)


if __name__ == "__main__":
    unittest.main()
