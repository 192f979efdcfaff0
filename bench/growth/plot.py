#!/usr/bin/env python3
"""Draws what fiscus_end_to_end --growth wrote: rate, memory, bytes written and compaction debt over
the vouchers that the ledger holds; prints the rate at some sizes.

    bench/growth/plot.py growth.csv growth.png --memory 4GiB

The picture needs Debian's python3-matplotlib; without its name only the rates are printed.
"""
import argparse
import csv
import pathlib
import re
import sys

# Seconds over which a rate is averaged: shorter than a size, longer than a fold or a cut.
WINDOW = 10.0
# Millions of vouchers at which the rate is told.
MILESTONES = (1, 2, 5, 10, 20, 50, 100)
UNITS = {"": 1, "MiB": 1 << 20, "GiB": 1 << 30}


def size(text):
    """4GiB as bytes."""
    found = re.fullmatch(r"(\d+)(MiB|GiB|)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text} is no size: 512MiB, 4GiB, or bytes")
    return int(found[1]) * UNITS[found[2]]


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    if len(rows) < 2:
        sys.exit(f"{path}: fewer than two seconds were recorded; a longer load is needed")
    return rows


def over_windows(rows):
    """For each row, over the WINDOW seconds before it: events/s, and bytes written for an event."""
    start = dict.fromkeys(rows[0], 0.0)
    earlier = [start, *rows]
    speed, written, first = [], [], 0
    for place, row in enumerate(rows):
        # The last row before the window, or the start; never the row itself.
        while first < place and row["seconds"] - earlier[first + 1]["seconds"] >= WINDOW:
            first += 1
        before = earlier[first]
        events = row["events"] - before["events"]
        seconds = row["seconds"] - before["seconds"]
        speed.append(events / seconds if seconds > 0 else 0.0)
        written.append((row["written_bytes"] - before["written_bytes"]) / max(events, 1.0))
    return speed, written


def milestones(rows, speed):
    """(millions of vouchers, events/s when the ledger held so many first), and the end."""
    found = []
    for millions in MILESTONES:
        for row, value in zip(rows, speed):
            if row["vouchers"] >= millions * 1e6:
                found.append((millions, value))
                break
    last = rows[-1]["vouchers"] / 1e6
    if not found or last > found[-1][0] * 1.05:
        found.append((round(last, 2), speed[-1]))
    return found


def draw(rows, picture, memory):
    # Only here: what is tested is the arithmetic, and machines without it can print the rates.
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    speed, written = over_windows(rows)
    vouchers = [row["vouchers"] / 1e6 for row in rows]
    figure, axes = pyplot.subplots(4, 1, figsize=(9, 11), sharex=True)
    curves = (
        (f"thousand events/s\n(over {WINDOW:.0f} s)", [value / 1e3 for value in speed], None),
        ("resident memory\n(GiB)", [row["resident_bytes"] / 2**30 for row in rows], memory),
        ("bytes written\nfor an event", written, None),
        ("compaction debt\n(GiB)", [row["compaction_debt_bytes"] / 2**30 for row in rows], None),
    )
    for axis, (name, values, bound) in zip(axes, curves):
        axis.plot(vouchers, values, linewidth=1.2)
        if bound:
            axis.axhline(bound / 2**30, linestyle="--", linewidth=0.8, color="grey")
            axis.text(0, bound / 2**30, " the setting", va="bottom", fontsize=8, color="grey")
        axis.set_ylabel(name)
        axis.set_ylim(bottom=0, top=max(*values, (bound or 0) / 2**30, 0.1) * 1.15)
        axis.grid(True, linewidth=0.3)
    axes[-1].set_xlabel("vouchers issued so far (millions)")
    axes[-1].set_xlim(left=0)
    axes[0].set_title("fiscus: engine, journal and statistics while the ledger grows")
    figure.tight_layout()
    figure.savefig(picture, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("growth", type=pathlib.Path)
    parser.add_argument("picture", type=pathlib.Path, nargs="?")
    parser.add_argument("--memory", type=size, help="the memory setting, drawn as a line")
    options = parser.parse_args()
    rows = read(options.growth)
    if options.picture:
        draw(rows, options.picture, options.memory)
    speed, _ = over_windows(rows)
    print("| vouchers, millions | events/s |\n|--:|--:|")
    for millions, value in milestones(rows, speed):
        print(f"| {millions:g} | {value:.0f} |")


if __name__ == "__main__":
    main()
