"""Aim: the tests see. Each planted bug breaks one promise, and the test that it names must notice.

Method: in a copy of the sources, without any bug, the named tests pass; then each bug is planted,
what it changes is built, its test must fail and say what the patch says that it says, and the bug is
taken out again. The result is a table, and build/log/planted.json for whoever makes a report.
"""

import argparse
import concurrent.futures
import functools
import json
import pathlib
import queue
import sys
import time

import patches
import workshop

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGS = ROOT / "build" / "log" / "planted"
RESULT = ROOT / "build" / "log" / "planted.json"


class Work:
    """What the workers share: what is to do, and what came of it."""

    def __init__(self, planted):
        self.planted = planted
        self.controls = queue.SimpleQueue()
        for control in controls_of(planted):
            self.controls.put(control)
        self.bugs = queue.SimpleQueue()
        for one in planted:
            self.bugs.put(one)
        self.broken = []  # what is wrong without any bug: then no bug is planted
        self.results = {}

    def targets(self):
        return sorted({target for one in self.planted for target in one.targets})


def controls_of(planted):
    """Each test once for each of its settings, with all the cases that must fail later."""
    controls = {}
    for one in planted:
        for catcher in one.catchers:
            known = controls.setdefault((catcher.test, *sorted(catcher.settings.items())), (catcher, []))
            known[1].append(catcher.fails)
    return controls.values()


def taken(things):
    while True:
        try:
            yield things.get_nowait()
        except queue.Empty:
            return


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def log(name, output):
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / f"{name}.log").write_text(output)


def prepare(work, shop):
    """Brings a workshop up to date and looks whether the tests pass in it."""
    shop.update()
    for code, output in (shop.configure(), shop.build(work.targets())):
        if code != 0:
            log(f"build-{shop.folder.name}", output)
            work.broken.append(f"the sources do not build: build/log/planted/build-{shop.folder.name}.log")
            return
    for catcher, cases in taken(work.controls):
        output = shop.test(catcher, cases)
        for case in cases:
            if not patches.passed(case, output):
                log(f"control-{catcher.test}", output)
                work.broken.append(
                    f"{catcher.test}: {case} does not pass, or is not there, without any bug: "
                    f"build/log/planted/control-{catcher.test}.log"
                )


def try_bug(shop, one):
    """What is wrong with the planted bug or its test; nothing if it is caught."""
    try:
        take_out = shop.plant(one)
    except workshop.Stale as stale:
        return f"does not apply: adapt it\n{stale}"
    try:
        code, output = shop.build(one.targets)
        if code != 0:
            log(one.name, output)
            return "does not compile: adapt it"
        missed, outputs = [], []
        for catcher in one.catchers:
            outputs.append(shop.test(catcher, [catcher.fails]))
            missed.append(catcher.missed(outputs[-1]))
        log(one.name, "\n".join(outputs))
        return "\n".join(filter(None, missed))
    finally:
        take_out()


def plant_all(work, shop):
    for one in taken(work.bugs):
        since = time.monotonic()
        trouble = try_bug(shop, one)
        seconds = round(time.monotonic() - since)
        work.results[one.name] = {"trouble": trouble, "seconds": seconds}
        say(f"{one.name}: {'NOT caught' if trouble else 'caught'} in {seconds} s")


def run(work, shops):
    """Every step in every workshop at once; what a workshop cannot do ends the run."""
    for step in (prepare, plant_all):
        with concurrent.futures.ThreadPoolExecutor(len(shops)) as pool:
            list(pool.map(functools.partial(step, work), shops))
        if work.broken:
            return


def table(work):
    rows = [("patch", "promise", "caught by", "seconds")]
    for one in work.planted:
        result = work.results[one.name]
        names = ["NOT CAUGHT" if result["trouble"] else f"{c.test} {c.fails}" for c in one.catchers]
        for place, name in enumerate(names):
            first = (one.name, one.promise) if place == 0 else ("", "")
            rows.append((*first, name, str(result["seconds"]) if place == 0 else ""))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join((*(row[column].ljust(widths[column]) for column in range(3)), row[3])).rstrip())


def write_result(work, caught, seconds, jobs):
    bugs = [
        {
            "name": one.name,
            "promise": one.promise,
            "bug": one.bug,
            "files": one.files,
            "caught": not work.results[one.name]["trouble"],
            "caught_by": [{"test": c.test, "case": c.fails, "says": c.says} for c in one.catchers],
            **work.results[one.name],
        }
        for one in work.planted
    ]
    document = {"planted": len(bugs), "caught": caught, "seconds": seconds, "jobs": jobs, "bugs": bugs}
    RESULT.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def arguments():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--jobs", type=int, required=True)
    return parser.parse_args()


def fail(lines, hint):
    for line in lines:
        print(line, file=sys.stderr)
    print(f"  what to do: {hint}", file=sys.stderr)
    sys.exit(1)


def main():
    options = arguments()
    since = time.monotonic()
    planted, wrong = patches.read_all(ROOT / "tests" / "planted")
    if wrong:
        fail(wrong, "tests/planted/README.md says what a patch looks like")
    if options.only:
        planted = [one for one in planted if one.name[:2] in options.only]
    if not planted:
        fail([f"no patch has the number {', '.join(options.only)}"], "ls tests/planted")
    workers = min(options.jobs, len(planted))
    shops = [
        workshop.Workshop(ROOT, ROOT / "build" / "planted" / str(number + 1), max(1, options.jobs // workers))
        for number in range(workers)
    ]
    work = Work(planted)
    say(f"building {len(work.targets())} tests without any bug, {workers} times")
    run(work, shops)
    if work.broken:
        fail(work.broken, "make the tests pass first: scripts/test")
    seconds = round(time.monotonic() - since)
    caught = sum(not result["trouble"] for result in work.results.values())
    write_result(work, caught, seconds, options.jobs)
    table(work)
    say(f"{seconds} s in all")
    print(f"planted bugs: {caught} of {len(planted)} caught")
    if caught < len(planted):
        fail(
            [f"{name}: {result['trouble']}" for name, result in work.results.items() if result["trouble"]],
            "build/log/planted has what each test said; tests/planted/README.md how to adapt a patch",
        )


if __name__ == "__main__":
    main()
