#!/usr/bin/env python3
"""The programs that read what benchmarks print add up rightly. Method: small inputs with answers that
one sees; pictures are made elsewhere, so no library is needed here.
"""
import importlib.util
import pathlib
import unittest

BENCH = pathlib.Path(__file__).resolve().parents[1]


def load(path):
    spec = importlib.util.spec_from_file_location(pathlib.Path(path).stem, BENCH / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


plot = load("growth/plot.py")
flame = load("flame/draw.py")
compare = load("compare/compare.py")


def row(seconds, events, written=0):
    return {"seconds": float(seconds), "events": float(events), "vouchers": events * 0.5,
            "written_bytes": float(written)}


class Growth(unittest.TestCase):
    def test_a_rate_is_that_of_the_last_ten_seconds(self):
        # 100 events a second for a minute, then 50.
        rows = [row(s, min(s, 60) * 100 + max(s - 60, 0) * 50, s * 1000) for s in range(1, 101)]
        speed, written = plot.over_windows(rows)
        self.assertEqual(speed[0], 100)
        self.assertEqual(speed[59], 100)
        self.assertEqual(speed[64], 75)
        self.assertEqual(speed[99], 50)
        self.assertEqual(written[30], 10)
        self.assertEqual(written[99], 20)

    def test_a_row_that_comes_late_has_a_rate_of_its_own(self):
        speed, _ = plot.over_windows([row(1, 100), row(2, 200), row(32, 3200)])
        self.assertEqual(speed, [100, 100, 100])

    def test_milestones_are_told_when_they_are_reached_and_the_end_is_one(self):
        rows = [row(s, s * 1e6) for s in range(1, 8)]
        speed = [float(s) for s in range(1, 8)]
        self.assertEqual(plot.milestones(rows, speed), [(1, 2), (2, 4), (3.5, 7)])

    def test_sizes_are_bytes(self):
        self.assertEqual(plot.size("4GiB"), 4 << 30)
        self.assertEqual(plot.size("512MiB"), 512 << 20)


PERF = """\
engine    12 100.5:   5025125 cpu-clock:
\t            1f2e fiscus::apply::Ledger::apply(fiscus::Bytes const&)+0x1e (/bin/fiscus)
\t            1a00 main+0x4 (/bin/fiscus)

engine    12 100.6:   5025125 cpu-clock:
\t            1b00 [unknown] (/lib/librdkafka.so.1)
\t            1a00 main+0x4 (/bin/fiscus)
\t               0 [unknown] ([unknown])

rocksdb:low    13/14 100.7:   5025125 cpu-clock:
\t            1c00 std::vector<int, std::allocator<int> >::push_back(int&&) (/bin/fiscus)
"""


class Flame(unittest.TestCase):
    def test_samples_become_boxes_with_their_share(self):
        root, total = flame.tree(flame.stacks(PERF.splitlines(keepends=True)))
        self.assertEqual(total, 3)
        self.assertEqual(root["engine"][0], 2)
        main = root["engine"][1]["main"]
        self.assertEqual({name: node[0] for name, node in main[1].items()},
                         {"apply::Ledger::apply": 1, "[librdkafka.so.1]": 1})
        self.assertIn("std::vector::push_back", root["rocksdb:low"][1])
        drawn = "\n".join(flame.svg("a title", root, total))
        self.assertIn("engine: 2 samples, 66.67 %", drawn)
        self.assertIn("a title: 3 samples", drawn)

    def test_names_lose_what_repeats(self):
        self.assertEqual(flame.shortened("fiscus::(anonymous namespace)::f<a<b> >(c(*)(d)) const"),
                         "f")


def result(**rates):
    return {"machine": [], "events": 1, "memory": "4GiB", "whole": {
        name: {"median": median, "least": least, "most": most, "unit": unit}
        for name, (median, least, most, unit) in rates.items()}, "instructions": {"apply": 1000}}


class Compare(unittest.TestCase):
    def test_names_what_is_worse_by_more_than_the_spread(self):
        before = result(rate=(100, 95, 105, "events/s"), time=(50, 49, 51, "ns/event"),
                        calm=(100, 99, 101, "MiB"))
        now = result(rate=(80, 79, 81, "events/s"), time=(60, 50, 65, "ns/event"),
                     calm=(100.5, 99, 101, "MiB"))
        now["instructions"]["apply"] = 1100
        rows = compare.compare(before, now)
        self.assertEqual([row[1] for row in compare.worse(rows)], ["rate", "apply"])
        ratios = {row[1]: round(row[4], 3) for row in rows}
        self.assertEqual(ratios, {"rate": 0.8, "time": 0.833, "calm": 0.995, "apply": 0.909})

    def test_more_of_a_rate_and_less_of_a_time_are_better(self):
        rows = compare.compare(result(rate=(100, 100, 100, "events/s"), time=(2, 2, 2, "ms")),
                               result(rate=(150, 150, 150, "events/s"), time=(1, 1, 1, "ms")))
        self.assertEqual([row[4] for row in rows], [1.5, 2.0, 1.0])
        self.assertEqual(compare.worse(rows), [])


if __name__ == "__main__":
    unittest.main()
