#!/usr/bin/env python3
"""Two results of `scripts/bench --json`, figure by figure, in Markdown.

    bench/compare/compare.py BEFORE.json NOW.json

A ratio above 1 is a better figure now, whatever its unit; the spread is the larger one of the two
results, from the least to the most run in parts of the median. Below the table stand the figures
that are worse by more than their spread. That is a reason to look, not a proof: machines and their
other guests differ from day to day.
"""
import argparse
import json
import pathlib
import sys

# Of these more is better; of all others (times, memory, instructions) less is.
RATES = ("events/s",)
# Instructions of one program and load differ by so much from run to run (hash seeds).
INSTRUCTIONS_SPREAD = 0.01
# What says how large a load was, and not how good a result is.
SIZES = {"rows"}


def figures(result):
    """(section, name) → {median, least, most, unit}, of every section that has figures."""
    found = {}
    for section, values in result.items():
        if not isinstance(values, dict):
            continue
        for name, value in values.items():
            if not isinstance(value, dict):
                spread = value * INSTRUCTIONS_SPREAD / 2
                value = {"median": value, "least": value - spread, "most": value + spread,
                         "unit": "instructions"}
            if value.get("unit") not in SIZES:
                found[section, name] = value
    return found


def spread(value):
    return (value["most"] - value["least"]) / value["median"]


def compare(before, now):
    """(section, name, before, now, ratio, spread) of every figure that both results have."""
    rows = []
    old = figures(before)
    for key, value in figures(now).items():
        past = old.get(key)
        if past is None or past["median"] <= 0 or value["median"] <= 0:
            continue
        ratio = value["median"] / past["median"]
        if value.get("unit") not in RATES:
            ratio = 1 / ratio
        rows.append((*key, past, value, ratio, max(spread(past), spread(value))))
    return rows


def worse(rows):
    """Those that are worse by more than their spread, the worst first."""
    found = [row for row in rows if row[4] < 1 and 1 / row[4] - 1 > row[5]]
    return sorted(found, key=lambda row: row[4])


def table(rows):
    lines = ["| figure | before | now | unit | now is | spread |", "|---|--:|--:|---|--:|--:|"]
    for section, name, past, value, ratio, wide in rows:
        lines.append(f"| {section}: {name} | {past['median']:.4g} | {value['median']:.4g} | "
                     f"{value.get('unit', '')} | {ratio:.3f} times as good | {wide * 100:.0f} % |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=pathlib.Path)
    parser.add_argument("now", type=pathlib.Path)
    options = parser.parse_args()
    before, now = (json.loads(path.read_text()) for path in (options.before, options.now))
    for name in ("load", "events", "memory"):
        if before.get(name) != now.get(name):
            sys.exit(f"{options.before} is about another load: {name} {before.get(name)}, here "
                     f"{now.get(name)}; measure with the same options")
    rows = compare(before, now)
    if not rows:
        sys.exit(f"{options.before} has no figure in common with this result")
    print(table(rows))
    print()
    found = worse(rows)
    for section, name, *_, ratio, wide in found:
        print(f"- worse by more than the spread: {section}: {name}, {1 / ratio:.2f} times "
              f"(spread {wide * 100:.0f} %)")
    if not found:
        print("No figure is worse by more than its spread.")


if __name__ == "__main__":
    main()
