#!/usr/bin/env python3
"""RELIABILITY.md from what the tests left under build/log.

    tests/reliability/report.py BUILD_LOG              the page, on stdout
    tests/reliability/report.py --check CTEST_LIST     are the promises' tests among these names? exit 1

BUILD_LOG/*.xml are results of ctest (--output-junit), BUILD_LOG/*.json those of the suites that count
what they survived: simulation, coverage_cells, fuzz, planted, coverage and faults_NAME. A folder
BUILD_LOG/soak has the same of a soak. promises.txt and track_record.txt beside this file are the parts
that are written by hand.
"""
import argparse
import json
import pathlib
import platform
import re
import subprocess
import sys
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

HEAD = """# Reliability

What fiscus promises, what attacks each promise, and what came of it. This page is made by
`scripts/reliability` from the results of the tests; nothing in it is written by hand but the promises
and the bugs. How the tests work: [CONTRIBUTING.md](CONTRIBUTING.md), and the folders under
[tests](tests).
"""

NOT_PROMISED = """## What is not promised

- Memory that changes its bits without saying so: run on ECC memory, with swap turned off.
- The loss of all replicas of the log together with all copies of it. What a broker acknowledged lives
  as long as one in-sync replica does; a broker that does not sync may lose it when the machine loses
  power, and fiscus then refuses to start and says so.
- Secrets that leak: who holds the keys of a draw foresees it; who holds a source's key speaks for it.
- Operators and all witnesses acting together.
"""

AGAIN = """## Run it yourself

```
scripts/test                          everything at the size of CI, with the figures above
scripts/soak --hours 8                the same at large sizes, again and again, for so long
build/release/fiscus-sim --seed 42    one life of the simulation; the same seed is the same life
scripts/planted                       the planted bugs alone
scripts/fuzz --seconds 3600           the fuzzers alone
scripts/coverage                      lines and branches that the tests reach
scripts/reliability                   this page again, from what these left under build/log
```
"""


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def lines_of(name, parts):
    """The rows of a text table beside this file, each with so many parts."""
    rows = []
    for number, line in enumerate((HERE / name).read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        row = [part.strip() for part in line.split("|")]
        if len(row) != parts or not all(row):
            sys.exit(f"{name}:{number}: {parts} parts with | between them are needed")
        rows.append(row)
    return rows


def promises():
    return [(number, text, tests.split())
            for number, text, tests in lines_of("promises.txt", 3)]


def results(log):
    """Test → "passed", "FAILED" or "not run", the worst of all builds."""
    order = ["passed", "not run", "FAILED"]
    found = {}
    for path in sorted(log.glob("*.xml")):
        for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
            status = {"run": "passed", "fail": "FAILED"}.get(case.get("status"), "not run")
            name = case.get("name")
            found[name] = max(found.get(name, status), status, key=order.index)
    return found


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    cores = len(re.findall(r"^processor", pathlib.Path("/proc/cpuinfo").read_text(), re.M))
    compiler = output_of("g++", "--version").splitlines()[0]
    packages = output_of("dpkg-query", "-W", "-f", "${Package} ${Version}\n", "librocksdb-dev",
                         "librdkafka-dev", "libflatbuffers-dev").split("\n")
    return [f"{model.group(1) if model else platform.machine()}, {cores} cores, "
            f"Linux {platform.release()}", compiler, ", ".join(filter(None, packages))]


def promise_rows(found):
    for number, text, tests in promises():
        said = [f"`{test}`" + ("" if found.get(test) == "passed"
                               else f" ({found.get(test, 'not run')})") for test in tests]
        held = "held" if all(found.get(test) == "passed" for test in tests) else "**not shown**"
        yield number, text, ", ".join(said), held


def faults_of(result):
    yield from result["counts"].items()
    yield "violations", result["violations"]


def simulation_of(result):
    yield "seeds", result["seeds"]
    yield "steps", result["steps"]
    yield from result["faults"].items()
    yield from result["happened"].items()


def cells_of(result):
    yield "cells that can be", result["possible"]
    yield "reached", result["covered"]
    yield "shown by scenarios of their own", result["elsewhere"]
    yield "cells that cannot be", len(result["impossible"])
    yield "not reached", len(result["uncovered"])


def fuzz_of(result):
    executions = result["executions"]
    yield "seconds for each target", result["seconds"]
    yield from ((f"executions of {target}", count) for target, count in executions.items())
    yield "executions in all", sum(executions.values())
    yield "promises broken", len(result["failed"])


def planted_of(result):
    yield "planted", result["planted"]
    yield "caught", result["caught"]
    yield "seconds", result["seconds"]


def coverage_of(result):
    yield "lines, %", result["lines_percent"]
    yield "branches, %", result["branches_percent"]


SUITES = {
    "simulation": ("Simulation", simulation_of),
    "coverage_cells": ("Event × state × answer", cells_of),
    "planted": ("Planted bugs", planted_of),
    "fuzz": ("Fuzzing", fuzz_of),
    "coverage": ("Coverage of engine and projections", coverage_of),
}


def figures(folder):
    """Title → {figure: value} of every suite that left its result there, in the order of SUITES."""
    found = {}
    for name, (title, read) in SUITES.items():
        path = folder / f"{name}.json"
        if path.exists():
            found[title] = dict(read(json.loads(path.read_text())))
    for path in sorted(folder.glob("faults_*.json")):
        result = json.loads(path.read_text())
        found[f"Faults: {result['title']}"] = dict(faults_of(result))
    return found


def shown(value):
    return f"{value:,}" if isinstance(value, int) else value


def suite_tables(log):
    of_ci, of_soak = figures(log), figures(log / "soak")
    for title in dict.fromkeys([*of_ci, *of_soak]):
        short, long = of_ci.get(title, {}), of_soak.get(title, {})
        yield f"### {title}\n\n" + table(
            ["", "CI", "soak"] if long else ["", "CI"],
            [(name, shown(short.get(name, "")), *([shown(long.get(name, ""))] if long else []))
             for name in dict.fromkeys([*short, *long])])


def planted_rows(log):
    path = log / "planted.json"
    for bug in json.loads(path.read_text())["bugs"] if path.exists() else []:
        tests = ", ".join(f"`{by['test']}`" for by in bug["caught_by"])
        yield bug["name"].split("-")[0], bug["bug"], tests if bug["caught"] else "**not caught**"


def page(log):
    found = results(log)
    commit = output_of("git", "log", "-1", "--format=%h of %cs").strip()
    counts = {status: sum(1 for value in found.values() if value == status)
              for status in ("passed", "FAILED", "not run")}
    parts = [
        HEAD,
        "## This run\n\n" + table(["", ""], [
            ("commit", commit), ("machine", machine()[0]), ("compiler", machine()[1]),
            ("libraries", machine()[2]),
            ("tests", ", ".join(f"{count} {status}" for status, count in counts.items() if count)
             or "none")]),
        "## Promises\n\n" + table(["", "promise", "attacked by", ""], promise_rows(found)),
        "## What was survived\n\n" + "\n".join(suite_tables(log)),
        "## Bugs that were planted\n\nEach breaks one promise in one place of a copy; `scripts/planted` "
        "plants it, and a test must fail for the right reason.\n\n" +
        table(["", "what is wrong", "caught by"], planted_rows(log)),
        "## Bugs that these methods found\n\nEach has a test that failed before. With the commit "
        "before it, `ctest --test-dir build/release -R TEST` fails again.\n\n" +
        table(["found by", "what could have happened", "mended in", "test"],
              [(method, what, f"`{commit}`", f"`{test}`")
               for method, what, commit, test in lines_of("track_record.txt", 4)]),
        NOT_PROMISED,
        AGAIN,
    ]
    return "\n".join(parts)


def unknown_tests(names):
    known = set(names)
    asked = [(number, test) for number, _, tests in promises() for test in tests]
    asked += [(commit, test) for _, _, commit, test in lines_of("track_record.txt", 4)]
    return [f"{where}: there is no test {test}" for where, test in asked if test not in known]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log", nargs="?", type=pathlib.Path, help="build/log")
    parser.add_argument("--check", metavar="CTEST_LIST", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.check:
        wrong = unknown_tests(arguments.check.read_text().split())
        print("\n".join(wrong) or "every promise and every bug has its test")
        sys.exit(1 if wrong else 0)
    if arguments.log is None:
        parser.error("which folder has the results? build/log, after scripts/test")
    print(page(arguments.log), end="")


if __name__ == "__main__":
    main()
