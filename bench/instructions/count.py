#!/usr/bin/env python3
"""Instructions of each stage of the whole job for an event, counted under callgrind.

    bench/instructions/count.py PROGRAM              prints the table, in Markdown
    bench/instructions/count.py PROGRAM --check      also compares with baseline.json, exit code 1
                                                     when a stage is dearer than it allows
    bench/instructions/count.py PROGRAM --write      makes baseline.json anew

PROGRAM is fiscus_end_to_end of the preset release. Times depend on the machine and on its other
guests; instructions of the same program and load differ by a percent (hash seeds), so they can be
watched on any machine. A stage is what its functions execute, with everything that they call, in
every thread. Needs valgrind.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

EVENTS = 60_000
# A stage may be so much dearer than the baseline before somebody has to look.
TOLERANCE_PERCENT = 6
# Libraries choose their code by the processor: the same everywhere, so that a baseline holds on
# other machines (glibc's and OpenSSL's manuals name these).
ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-ERMS,-FSRM",
               "OPENSSL_ia32cap": "0:0"}
# State is written after so many events, because time is what valgrind stretches.
FOLD_RECORDS = 20_000
# Counted for each record that is written, a call of this function, instead of for each event.
FOLDED = {"fold", "store"}
RECORD = "state::WriteSet::put"
BASELINE = pathlib.Path(__file__).with_name("baseline.json")

# name: (functions that are added, functions inside them that are taken off)
STAGES = {
    "log_read": (["LocalReader::read"], []),
    "decode": (["decode::Decoder::decode"], []),
    "prefetch": (["apply::Ledger::prefetch"], []),
    "apply": (["apply::Ledger::apply"], []),
    "digest": (["state::State::settle", "state::State::settle_cold"], []),
    "fold": (["state::State::begin_fold", "state::State::collect"], []),
    "store": (["state::WriteSet::sort", "RocksStore::write"], []),
    "journal_append": (["journal::Publisher::append"], []),
    "journal_read": (["journal::JournalReader::next"], []),
    "statistics": (["projections::Fold::apply"], ["projections::Cut::run"]),
    "cut": (["projections::Cut::run"], []),
}


def count(program: str) -> dict[str, float]:
    """Instructions of each stage for each event."""
    with tempfile.TemporaryDirectory() as directory:
        out = f"{directory}/callgrind.out"
        job = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", program,
             "--events", str(EVENTS), "--memory", "512MiB", "--fold-records", str(FOLD_RECORDS)],
            capture_output=True, text=True, check=False, env=os.environ | ENVIRONMENT)
        # The bound on memory is not valgrind's; every other check must be yes.
        wrong = [line for line in job.stdout.splitlines()
                 if line.startswith("NO:") and "resident memory" not in line]
        if wrong or "digest" not in job.stdout:
            sys.exit(f"the job went wrong under valgrind:\n{job.stdout}{job.stderr}")
        annotated = subprocess.run(
            ["callgrind_annotate", "--inclusive=yes", "--threshold=100", out],
            capture_output=True, text=True, check=True).stdout
        records = calls(out, RECORD)
    functions: dict[str, int] = {}
    for line in annotated.splitlines():
        found = re.match(r"\s*([\d,]+) \(.*?%\)\s+\S+?:(?:\S+ )?(fiscus::[\w:~]+)",
                         line.replace("(anonymous namespace)::", ""))
        if found:
            functions[found[2]] = functions.get(found[2], 0) + int(found[1].replace(",", ""))
    return {stage: (sum(inclusive(functions, name) for name in added)
                    - sum(inclusive(functions, name) for name in taken_off))
            / (records if stage in FOLDED else EVENTS)
            for stage, (added, taken_off) in STAGES.items()}


def calls(path: str, name: str) -> int:
    """How often a function was called, from callgrind's own file (its manual names the format)."""
    names: dict[str, str] = {}
    found = 0
    called = ""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(("fn=", "cfn=")):
                number, _, text = line.split("=", 1)[1].strip().partition(" ")
                names[number] = text or names[number]
                called = names[number] if line.startswith("cfn=") else ""
            elif line.startswith("calls=") and name + "(" in called:
                found += int(line[len("calls="):].split()[0])
    if found == 0:
        sys.exit(f"{name} was not called: it has another name now, or was inlined")
    return found


def inclusive(functions: dict[str, int], name: str) -> int:
    found = [value for function, value in functions.items() if function.endswith("::" + name)]
    if not found:
        sys.exit(f"no function {name} was called: it has another name now, or was inlined; "
                 "name another one in STAGES")
    return max(found)


def table(counts: dict[str, float], baseline: dict[str, float]) -> str:
    lines = ["| stage | instructions | for each | baseline | ratio |", "|---|--:|---|--:|--:|"]
    for stage, value in counts.items():
        before = baseline.get(stage)
        lines.append(f"| {stage} | {value:.0f} | {'record' if stage in FOLDED else 'event'} | "
                     + (f"{before:.0f} | {value / before:.3f} |" if before else "– | – |"))
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    counts = count(options.program)
    if options.write:
        BASELINE.write_text(json.dumps({k: round(v) for k, v in counts.items()}, indent=2) + "\n")
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    print(table(counts, baseline))
    if not options.check:
        return 0
    if baseline.keys() != counts.keys():
        print("baseline.json has other stages: make it anew with --write", file=sys.stderr)
        return 1
    dear = [stage for stage, value in counts.items()
            if value > baseline[stage] * (1 + TOLERANCE_PERCENT / 100)]
    for stage in dear:
        print(f"{stage} executes {counts[stage] / baseline[stage]:.2f} times the instructions of "
              f"the baseline, {TOLERANCE_PERCENT} % more are allowed: make it cheaper, or say in "
              "the commit why it costs more and write the baseline anew (--write)", file=sys.stderr)
    return 1 if dear else 0


if __name__ == "__main__":
    sys.exit(main())
