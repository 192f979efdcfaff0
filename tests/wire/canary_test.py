"""No personal data in what fiscus writes: the scanner, the publisher that refuses, and a month.

Method: canaries, numbers that are right in every check digit and belong to nobody, in every text that a
careless platform could put them into. The publisher must refuse them without repeating them; when
they get into the log by another way, the scanner must find them there and in the journal, which
keeps events as they are, and nothing else may hold them. A generated month with all that is made of it
must hold none.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import harness
import local_log

sys.path.insert(0, str(harness.ROOT / "schemas" / "sdk" / "python"))
import personal_data  # noqa: E402

FIRST_DAY = harness.ROOT / "docs" / "examples" / "first_day.jsonl"
TOPICS = ("events", "journal", "outcomes", "refusals", "statistics", "statistics-history",
          "reconciliation")
# Right in form; they belong to nobody.
INNOCENT = ("2026-03-01 12:30:00 1772323200000000 91420100MA4KXXXXX1 420106 13800138 13800138000a "
            "b13800138000 12800138000 6222020000000000001 1380013800012 42010620101231999X "
            "019c0a14000070008000000000000014 ０１２３ 12-34 5678")
MOBILES = ("13800138000", "+86 199 0000 0000", "１３８００１３８０００", "8613800138000")


def identity_card(first_17):
    total = sum(w * int(d) for w, d in zip(personal_data.WEIGHTS, first_17))
    return first_17 + personal_data.CHECKS[total % 11]


def bank_card(first):
    return next(first + str(d) for d in range(10) if personal_data.is_bank_card(first + str(d)))


def canaries():
    yield personal_data.IDENTITY_CARD, identity_card("11000019000101001")
    yield personal_data.IDENTITY_CARD, identity_card("42010620101231999").lower()
    for text in MOBILES:
        yield personal_data.MOBILE, text
    yield personal_data.BANK_CARD, bank_card("622202000000000000")
    yield personal_data.BANK_CARD, "4000-0000-0000-0002"
    yield personal_data.BANK_CARD, "5500 0000 0000 0004"
    # Letters touch what stands beside it only.
    yield personal_data.MOBILE, "a7 13800138000 1b"


def scan(*words):
    return subprocess.run([harness.ROOT / "scripts" / "canary", *map(str, words)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


class Canary(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.log = self.folder / "log"
        self.state = self.folder / "state"

    def expect_clean(self, *paths):
        result = scan(*paths)
        self.assertEqual((result.returncode, result.stdout), (0, ""), result.stderr)

    def run_service(self):
        """Engine and statistics until all is applied; /metrics and the log lines in files."""
        stderr = self.folder / "run.log"
        with open(stderr, "wb") as lines:
            service = subprocess.Popen(
                [os.environ["FISCUS_PROGRAM"], "run", "--log", self.log, "--state", self.state,
                 "--http", "0"], stdout=lines, stderr=lines)
        try:
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:
                port = re.search(r"127\.0\.0\.1:(\d+)", stderr.read_text(encoding="utf-8"))
                if port and self.is_done(port.group(1)):
                    break
                time.sleep(0.2)
            else:
                self.fail("the service was not done in time:\n" + stderr.read_text())
        finally:
            service.send_signal(signal.SIGTERM)
            self.assertEqual(service.wait(60), 0)
        return [stderr, self.folder / "metrics.txt"]

    def is_done(self, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        (self.folder / "metrics.txt").write_text(text, encoding="utf-8")
        lags = re.findall(r"^fiscus_\w*lag\w*(?:\{[^}]*\})? (\S+)$", text, re.MULTILINE)
        applied = re.findall(r"^fiscus_events_total\{.*\} (\d+)$", text, re.MULTILINE)
        return bool(lags) and sum(map(int, applied)) > 0 and all(float(lag) == 0 for lag in lags)

    def dump(self, empty=()):
        folder = self.folder / "topics"
        folder.mkdir()
        for name in TOPICS:
            text = harness.program("log", "dump", "--log", self.log, "--topic", name, "--json")
            self.assertEqual(text == "", name in empty, name)
            (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
        return folder

    def test_the_scanner_finds_every_canary_in_files_of_every_kind(self):
        for number, (kind, text) in enumerate(canaries()):
            for name, data in (("a.log", f"merchant {text}, why"), ("a.csv", f"1,{text},2\n"),
                               ("a.jsonl", json.dumps({"name": f"李 {text}"}) + "\n"),
                               ("a.sst", f"\0\1{text}\0\2"), ("metrics.txt", f'x{{a="{text}"}} 1')):
                path = self.folder / str(number) / name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data.encode())
                result = scan(path)
                self.assertEqual(result.returncode, 3, (text, name, result.stderr))
                self.assertIn(kind, result.stdout, (text, name))
                self.assertNotIn(text, result.stdout)
        token = self.folder / "token.jsonl"
        token.write_text(json.dumps({"consumer": "13800138000".zfill(32)}), encoding="utf-8")
        self.assertEqual(scan(token).returncode, 3)
        names = self.folder / "names.txt"
        names.write_text("王小二\n", encoding="utf-8")
        path = self.folder / "b.log"
        path.write_text("商户王小二面馆", encoding="utf-8")
        self.assertIn("word 1", scan("--words", names, path).stdout)

    def test_the_scanner_takes_nothing_else_for_personal_data(self):
        path = self.folder / "a.log"
        path.write_text(INNOCENT, encoding="utf-8")
        self.expect_clean(path)
        # Amounts and times are numbers in JSON.
        rows = self.folder / "a.jsonl"
        rows.write_text(json.dumps({"amount_fen": 13800138000, "id": "1" * 32}), encoding="utf-8")
        self.expect_clean(rows)

    def test_the_publisher_refuses_canaries_in_every_text_and_does_not_repeat_them(self):
        harness.program("topics", "apply", "--log", self.log)
        events = harness.json_lines(FIRST_DAY.read_text(encoding="utf-8"))
        tried = 0
        for kind, text in canaries():
            for event in events:
                for field, value in event["body"].items():
                    if not isinstance(value, str) or not re.search(r"[^\x00-\x7f]", value):
                        continue  # a text for people
                    tried += 1
                    wrong = {**event, "body": {**event["body"], field: value + " " + text}}
                    message = self.refused(wrong)
                    self.assertIn(f"body.{field}", message)
                    self.assertIn(kind, message)
                    self.assertNotIn(text, message)
        self.assertGreater(tried, 30)
        claim = next(event for event in events if event["kind"] == "VoucherClaimed")
        claim["body"]["consumer"] = "13800138000".zfill(32)
        self.assertIn("a mobile number", self.refused(claim))

    def test_the_publisher_takes_nothing_else_for_personal_data(self):
        harness.program("topics", "apply", "--log", self.log)
        event = harness.json_lines(FIRST_DAY.read_text(encoding="utf-8"))[0]
        event["body"]["name"] = INNOCENT
        file = self.folder / "good.jsonl"
        file.write_text(json.dumps(event) + "\n", encoding="utf-8")
        harness.program("publish", "--dry-run", "--log", self.log, file)

    def refused(self, event):
        file = self.folder / "wrong.jsonl"
        file.write_text(json.dumps(event, ensure_ascii=False) + "\n", encoding="utf-8")
        with self.assertRaises(RuntimeError) as refused:
            harness.program("publish", "--dry-run", "--log", self.log, file)
        return str(refused.exception).replace(str(file), "FILE")

    def test_what_gets_into_the_log_all_the_same_stays_there_and_in_the_journal(self):
        harness.program("topics", "apply", "--log", self.log)
        card = identity_card("11000019000101001")
        placeholder = "甲乙丙丁戊己"  # as many bytes
        self.assertEqual(len(placeholder.encode()), len(card))
        file = self.folder / "day.jsonl"
        text = FIRST_DAY.read_text(encoding="utf-8")
        file.write_text(text.replace("老街酒楼", placeholder), encoding="utf-8")
        harness.program("publish", "--backdate", "--log", self.log, file)
        partition = self.log / "fiscus.events.v1" / "0"
        records = [(timestamp, key, value.replace(placeholder.encode(), card.encode()))
                   for timestamp, key, value in local_log.read_records(partition)]
        local_log.write_records(partition, records)
        written = self.run_service()
        topics = self.dump(empty=("outcomes",))  # of requests for chances, which nobody makes here
        self.expect_clean(self.state, *written)
        holding = {path.name for path in topics.iterdir() if scan(path).returncode == 3}
        self.assertEqual(holding, {"events.jsonl"})
        found = scan(partition)
        self.assertEqual(found.returncode, 3)
        self.assertIn(personal_data.IDENTITY_CARD, found.stdout)
        self.assertEqual(scan(self.log / "fiscus.journal.v1").returncode, 3)

    def test_a_generated_month_holds_none(self):
        harness.program("generate", "--log", self.log, "--events", "20000", "--seed", "1")
        written = self.run_service()
        self.expect_clean(self.log, self.state, self.dump(), *written)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
