#!/usr/bin/env python3
"""Adds the results of one round of a soak to those of the rounds before.

    tests/reliability/add_up.py ROUND SUM     every ROUND/*.json into the file of its name in SUM

Numbers add up, lists follow each other, and of everything else, such as titles and the seed that repeats
a run, the newest counts.
"""
import json
import pathlib
import sys

NEWEST = {"seed"}


def added(old, new, name=""):
    if isinstance(new, dict) and isinstance(old, dict):
        return {**old, **{key: added(old[key], value, key) if key in old else value
                          for key, value in new.items()}}
    if isinstance(new, list) and isinstance(old, list):
        return old + new
    if isinstance(new, int) and isinstance(old, int) and name not in NEWEST:
        return old + new
    return new


def add_up(round_folder, sum_folder):
    sum_folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(round_folder.glob("*.json")):
        of_round = json.loads(path.read_text())
        total = sum_folder / path.name
        so_far = json.loads(total.read_text()) if total.exists() else {}
        written = total.with_suffix(".new")
        written.write_text(json.dumps(added(so_far, of_round), indent=1) + "\n")
        written.rename(total)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    add_up(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
