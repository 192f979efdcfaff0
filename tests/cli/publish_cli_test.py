#!/usr/bin/env python3
"""Publishing of files: what is sent, and what somebody reads whose file is wrong.

Run by ctest through scripts/python, with FISCUS_PROGRAM naming the built program.
"""
import json
import pathlib
import re
import tempfile
import unittest

from program import Case, fiscus, lines


class Publish(Case):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.log = self.folder.name + "/log"
        self.ok("topics", "apply", "--log", self.log)

    def write(self, name, text):
        path = pathlib.Path(self.folder.name, name)
        path.write_bytes(text.encode())
        return path

    def good_line(self):
        return json.dumps({
            "kind": "PlatformAdmitted", "programme": 1, "source": 1, "epoch": 1, "sequence": 2,
            "occurred_at": "2026-03-01T00:00:00Z", "key": "0195505bc4a07c31a1f0d3b7b5d2f0aa",
            "body": {"platform": 7, "name": "江城惠购"}})

    def published(self):
        return lines(self.ok("log", "dump", "--log", self.log, "--topic", "events", "--json"))

    def test_good_lines_arrive_as_they_were_written(self):
        file = self.write("good.jsonl", self.good_line() + "\r\n\n")
        self.assertIn("1 events are good", fiscus("publish", file, "--log", self.log,
                                                   "--dry-run").stderr)
        self.assertEqual(self.published(), [])
        self.ok("publish", file, "--log", self.log, "--backdate")
        records = self.published()
        self.assertEqual(len(records), 1)
        self.assertEqual(records[0]["key"], "1")
        self.assertEqual(records[0]["timestamp_us"], 1772323200000000)
        self.assertEqual(records[0]["event"]["body"]["name"], "江城惠购")

    def test_one_wrong_line_and_nothing_is_sent(self):
        good = self.good_line()
        wrong = json.loads(good)
        wrong["body"]["platfrom"] = 7
        file = self.write("bad.jsonl", "\n".join([good, "{", good, json.dumps(wrong), "[]"]) + "\n")
        text = self.fails(2, ["bad.jsonl:2:", "bad.jsonl:4:", "platfrom", "bad.jsonl:5:",
                              "3 of 5 lines are wrong", "Nothing was sent"],
                          "publish", file, "--log", self.log)
        self.assertNotIn("bad.jsonl:1:", text)
        self.assertEqual(self.published(), [])

    def test_explain_says_what_a_repeat_was_answered_with_first(self):
        admitted = json.loads(self.good_line())
        opened = admitted | {"kind": "ProgrammeOpened", "sequence": 1, "body": {
            "name": "消费券", "authority": "商务局", "districts": [420100], "cut_minute": 840,
            "first_day": "2026-03-01"}}
        funded = admitted | {"kind": "BatchFunded", "sequence": 3,
                             "body": {"batch": 9, "amount_fen": 100}}
        file = self.write("twice.jsonl", "".join(json.dumps(event) + "\n" for event in (
            opened, admitted, admitted, funded, funded)))
        self.ok("publish", file, "--log", self.log)
        state = self.folder.name + "/state"
        self.ok("run", "--log", self.log, "--state", state, "--until-end")
        self.assertIn("duplicate, a repeat of an event that was accepted",
                      self.ok("explain", "2", "--log", self.log))
        self.assertIn("duplicate, a repeat of an event that was refused because of batch_unknown",
                      self.ok("explain", "4", "--log", self.log))
        answer = json.loads(self.ok("explain", "4", "--log", self.log, "--json"))
        self.assertEqual((answer["outcome"], answer["reason"]), ("duplicate", "batch_unknown"))

    def test_csv_rows_become_events_by_a_map(self):
        column_map = self.write("map.toml", """
kind = "PlatformAdmitted"
[values]
programme = 1
source = 1
epoch = 1
[columns]
"序号" = "sequence"
"单号" = { field = "key", format = "hash" }
"时间" = { field = "occurred_at", format = "local_time" }
"平台" = "body.platform"
"名称" = "body.name"
""")
        heading = "\ufeff序号,单号,时间,平台,名称\r\n"
        row = '2,A-1,2026-03-01 08:00:00,7,"江城,惠购"\r\n'
        file = self.write("good.csv", heading + row)
        self.ok("publish", file, "--map", column_map, "--log", self.log)
        event = self.published()[0]["event"]
        self.assertEqual(event["body"], {"platform": 7, "name": "江城,惠购"})
        self.assertEqual(event["occurred_at"][:19], "2026-03-01T00:00:00")
        file = self.write("bad.csv", heading + row + "3,A-2,yesterday,7,x\r\n")
        self.fails(2, ["bad.csv", "3", "时间", "1 of 2 lines are wrong"], "publish", file, "--map",
                   column_map, "--log", self.log)
        self.assertEqual(len(self.published()), 1)

    def test_the_field_that_would_be_refused_is_named(self):
        for change, pieces in (
                (lambda event: event["body"].update(platform=0),
                 ["code_out_of_range", "body.platform"]),
                (lambda event: event.update(source=0), ["code_out_of_range", "the field source"]),
                (lambda event: event.update(key="0" * 32), ["natural_key_zero", "the field key"]),
                (lambda event: event.update(kind="VoucherVoided", body={}),
                 ["missing_field", "body.voucher"]),
                (lambda event: event.update(kind="BatchFunded", body={"batch": 1,
                                                                      "amount_fen": -1}),
                 ["amount_out_of_range", "body.amount_fen"])):
            event = json.loads(self.good_line())
            change(event)
            file = self.write("field.jsonl", json.dumps(event) + "\n")
            self.fails(2, ["field.jsonl:1:", *pieces], "publish", file, "--log", self.log)

    def test_wrong_json_is_described_in_our_words(self):
        for text, piece in (("{", "it ends too early, after byte 1"),
                            ('{"kind": nope}', "it cannot be read from byte 11 on"),
                            ('"' + "x" * 2_000_000 + '"', "at most 1048576 are read")):
            said = self.fails(2, ["bad.jsonl:1: the line is not JSON", piece], "publish",
                              self.write("bad.jsonl", text + "\n"), "--log", self.log)
            self.assertNotIn("json.exception", said)

    def test_files_of_other_encodings_and_separators_are_recognised(self):
        column_map = self.write("map.toml", 'kind = "PlatformAdmitted"\n[columns]\n'
                                '"平台" = "body.platform"\n"名称" = "body.name"\n')
        heading = "平台,名称\r\n7,江城\r\n"
        for data, pieces in ((heading.encode("gb18030"), ["GBK", "iconv"]),
                             (heading.encode("utf-16"), ["UTF-16", "iconv"]),
                             (heading.replace(",", ";").encode(), ["semicolons"]),
                             (heading.replace(",", "\t").encode(), ["tabs"]),
                             (heading.replace("名称", "店名").encode(),
                              ['column "名称"', 'the file has: "平台", "店名"'])):
            file = pathlib.Path(self.folder.name, "other.csv")
            file.write_bytes(data)
            self.fails(2, pieces, "publish", file, "--map", column_map, "--log", self.log)
        file = pathlib.Path(self.folder.name, "other.jsonl")
        file.write_bytes((self.good_line() + "\n").encode("utf-16"))
        self.fails(2, ["UTF-16"], "publish", file, "--log", self.log)
        self.fails(2, ["cannot read the map /nowhere.toml", "No such file"], "publish",
                   self.write("x.csv", "a\n"), "--map", "/nowhere.toml", "--log", self.log)

    def test_names_of_events_reach_the_terminal_clean(self):
        """ESC, NUL and line breaks in a programme's name, in titles and in errors."""
        state = self.folder.name + "/state"
        events = []
        for programme in (1, 2):
            events.append({
                "kind": "ProgrammeOpened", "programme": programme, "source": 1, "epoch": 1,
                "sequence": 1, "occurred_at": "2026-03-01T00:00:00Z",
                "key": f"0195505bc4a07c31a1f0d3b7b5d2f0a{programme}",
                "body": {"name": "a\u001b[31m\u0000b\nfiscus: gone\u009b", "districts": [420102],
                         "first_day": "2026-03-01", "cut_minute": 720}})
        file = self.write("names.jsonl", "".join(json.dumps(event) + "\n" for event in events))
        self.ok("publish", file, "--log", self.log, "--backdate")
        self.ok("run", "--log", self.log, "--state", state, "--until-end")
        several = self.fails(2, ["several programmes"], "fund-position", "--state", state)
        shown = fiscus("fund-position", "--state", state, "--programme", "1").stdout
        shown += fiscus("statistics", "--state", state, "--date", "2026-03-01", "--programme",
                        "1").stdout
        shown += self.ok("log", "dump", "--log", self.log, "--topic", "events")
        self.assertIn("a\ufffd[31m", several)
        for text in (several, shown):
            for bad in ("\x1b", "\x00", "\x9b", "\nfiscus: gone"):
                self.assertNotIn(bad, text)

    def test_the_first_steps_of_both_readmes_work_as_they_stand(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        for readme in ("README.md", "README.zh-CN.md"):
            text = (root / readme).read_text(encoding="utf-8")
            block = re.search(r"```\n(fiscus topics apply .*?)```", text, re.DOTALL).group(1)
            with tempfile.TemporaryDirectory() as folder:
                for line in block.splitlines():
                    words = re.split(r" {2,}", line)[0].split()[1:]
                    words = [word.replace("DAY", folder).replace("docs/", f"{root}/docs/")
                             for word in words]
                    said = self.ok(*words)
            self.assertIn("refused, consumer_day_cap_reached", said)

    def test_there_is_no_digest_of_events_that_wait(self):
        self.assertEqual(self.ok("digest", "--log", self.log).strip(), "0" * 32)
        self.ok("publish", self.write("good.jsonl", self.good_line() + "\n"), "--log", self.log)
        self.fails(1, ["the journal is empty", "fiscus run --until-end"], "digest", "--log",
                   self.log)

    def test_files_that_cannot_be_read_are_named(self):
        self.fails(2, ["cannot read /nowhere.jsonl"], "publish", "/nowhere.jsonl", "--log", self.log)
        file = self.write("events.txt", "")
        self.fails(2, ["neither .jsonl nor .csv"], "publish", file, "--log", self.log)
        file = self.write("events.csv", "a,b\n")
        self.fails(2, ["needs a map"], "publish", file, "--log", self.log)

if __name__ == "__main__":
    unittest.main(verbosity=2)
