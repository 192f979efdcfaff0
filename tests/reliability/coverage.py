#!/usr/bin/env python3
"""Lines and branches that the tests reach, by folder, from gcovr's summary; exit code 1 below a limit.

    tests/reliability/coverage.py SUMMARY.json --lines 90 --branches 80 --out coverage.json
"""
import argparse
import collections
import json
import pathlib
import sys

KINDS = ("line", "branch")


def folder_of(filename):
    return "/".join(filename.split("/")[:2])


def by_folder(summary):
    """Folder → {"line": [covered, total], "branch": …}; the last one is everything."""
    folders = collections.defaultdict(lambda: {kind: [0, 0] for kind in KINDS})
    for file in summary["files"]:
        for folder in (folder_of(file["filename"]), "all"):
            for kind in KINDS:
                folders[folder][kind][0] += file[f"{kind}_covered"]
                folders[folder][kind][1] += file[f"{kind}_total"]
    everything = folders.pop("all")
    return {**dict(sorted(folders.items())), "all": everything}


def percent(covered, total):
    """Rounded down: a limit is met or not."""
    return 1000 * covered // total / 10 if total else 100.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("summary", type=pathlib.Path)
    parser.add_argument("--lines", type=float, required=True)
    parser.add_argument("--branches", type=float, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    folders = by_folder(json.loads(arguments.summary.read_text()))
    shown = {name: {kind: percent(*counts) for kind, counts in of.items()}
             for name, of in folders.items()}
    for name, of in shown.items():
        print(f"{name:<28} lines {of['line']:5.1f} %  branches {of['branch']:5.1f} %")
    everything = shown["all"]
    arguments.out.write_text(json.dumps({
        "lines_percent": everything["line"], "branches_percent": everything["branch"],
    }) + "\n")
    if everything["line"] < arguments.lines or everything["branch"] < arguments.branches:
        sys.exit(f"coverage: below {arguments.lines} % of the lines or {arguments.branches} % of the "
                 "branches: the files with the least are in build/log/coverage/index.html")


if __name__ == "__main__":
    main()
