#!/usr/bin/env python3
"""Draws what fiscus_end_to_end --growth wrote: rate, memory, bytes written and compaction debt
over the vouchers that the ledger holds. plot.py GROWTH.csv PLOT.png
"""
import argparse
import csv
import pathlib
import sys

# Seconds over which a rate is averaged.
WINDOW = 10.0


def read(path):
    with open(path, newline="") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    if len(rows) < 2:
        sys.exit(f"{path}: fewer than two seconds were recorded; a longer load is needed")
    return rows


def rates(rows):
    """Events per second over the last WINDOW seconds, and bytes written for each event."""
    speed, written, first = [], [], 0
    for row in rows:
        while row["seconds"] - rows[first]["seconds"] > WINDOW:
            first += 1
        before = rows[first] if rows[first] is not row else dict.fromkeys(row, 0.0)
        events = row["events"] - before["events"]
        speed.append(events / (row["seconds"] - before["seconds"]))
        written.append((row["written_bytes"] - before["written_bytes"]) / max(events, 1.0))
    return speed, written


def plot(rows, picture, memory_bytes):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot

    speed, written = rates(rows)
    vouchers = [row["vouchers"] / 1e6 for row in rows]
    figure, axes = pyplot.subplots(4, 1, figsize=(9, 11), sharex=True)
    curves = (
        ("events/s (thousands)", [value / 1e3 for value in speed], None),
        ("resident memory (GiB)", [row["resident_bytes"] / 2**30 for row in rows], memory_bytes),
        ("bytes written for each event", written, None),
        ("compaction debt (GiB)", [row["compaction_debt_bytes"] / 2**30 for row in rows], None),
    )
    for axis, (name, values, bound) in zip(axes, curves):
        axis.plot(vouchers, values, linewidth=1.2)
        if bound:
            axis.axhline(bound / 2**30, linestyle="--", linewidth=0.8, color="grey")
        axis.set_ylabel(name)
        axis.set_ylim(bottom=0)
        axis.grid(True, linewidth=0.3)
    axes[-1].set_xlabel("vouchers in the ledger (millions)")
    axes[0].set_title("fiscus: engine, journal and statistics while the ledger grows")
    figure.tight_layout()
    figure.savefig(picture, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("growth", type=pathlib.Path)
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("--memory-bytes", type=float, help="the memory setting, as a line")
    options = parser.parse_args()
    rows = read(options.growth)
    plot(rows, options.picture, options.memory_bytes)
    speed, _ = rates(rows)
    for millions in (1, 10, 50, 100):
        at = [value for value, row in zip(speed, rows) if row["vouchers"] >= millions * 1e6]
        if at:
            print(f"{millions:>4} M vouchers: {at[0]:>9.0f} events/s")


if __name__ == "__main__":
    main()
