#!/usr/bin/env python3
"""The program as its users meet it: commands, exit codes, error texts, what goes to which stream.

Run by ctest through scripts/python, with FISCUS_PROGRAM naming the built program. Everything works
on small loads in the embedded log below a temporary directory.
"""
import csv
import io
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from program import PROGRAM, Case, fiscus, lines

EVENTS = "6000"


class Usage(Case):
    def test_a_wrong_flag_gets_a_suggestion(self):
        self.fails(2, ["--evnts", "Did you mean --events?", "fiscus generate --help"],
                   "generate", "--evnts", "1", "--seed", "1")

    def test_a_missing_log_is_named(self):
        for command in (["run", "--state", "/tmp/x"], ["topics", "plan"], ["explain", "0"],
                        ["log", "dump", "--topic", "events"], ["replay"]):
            self.fails(2, ["no log is named", "--log DIR"], *command)

    def test_a_missing_state_is_named(self):
        for command in (["trial-balance"], ["fund-position"],
                        ["statistics", "--date", "2026-03-01"]):
            self.fails(2, ["no state directory is named", "--state DIR"], *command)

    def test_a_directory_without_a_log_says_how_to_make_one(self):
        self.fails(1, ["there is no log in /nowhere", "fiscus topics apply"],
                   "run", "--log", "/nowhere/log", "--state", "/nowhere/state")

    def test_a_directory_without_statistics_says_how_to_make_them(self):
        self.fails(1, ["no statistics in /nowhere", "fiscus run"],
                   "fund-position", "--state", "/nowhere")

    def test_the_stronger_origin_of_two_logs_counts(self):
        self.fails(2, ["two logs are named"], "topics", "plan", "--log", "a", "--kafka", "b")
        self.fails(1, ["there is no log in /nowhere"], "topics", "plan", "--log", "/nowhere",
                   environment={"FISCUS_KAFKA__BOOTSTRAP": "127.0.0.1:1"})

    def test_wrong_numbers_are_refused_before_any_work(self):
        for flag, text in (("--events", "-5"), ("--events", "1.5"), ("--events", "many"),
                           ("--events", "10"), ("--programmes", "0"), ("--partitions", "0"),
                           ("--partitions", "99999")):
            with tempfile.TemporaryDirectory() as folder:
                arguments = {"--events": EVENTS, "--seed": "1", "--log": folder + "/log"}
                arguments[flag] = text
                flat = [piece for pair in arguments.items() for piece in pair]
                self.fails(2, [], "generate", *flat)
                self.assertFalse(os.path.exists(folder + "/log"))

    def test_a_wrong_setting_names_its_origin(self):
        self.fails(2, ["FISCUS_ENGINE__MEMORY", "Example: "], "topics", "plan", "--log", "x",
                   environment={"FISCUS_ENGINE__MEMORY": "lots"})

    def test_a_wrong_date_grouping_or_measure_is_named(self):
        base = ["statistics", "--state", "/nowhere"]
        self.fails(2, ["`yesterday` is no date"], *base, "--date", "yesterday")
        self.fails(2, ["`2026-02-30` is no date"], *base, "--date", "2026-02-30")
        self.fails(2, ["no grouping `planet`", "district"], *base, "--date", "2026-03-01",
                   "--by", "planet")
        self.fails(2, ["Did you mean issued_count?"], *base, "--date", "2026-03-01",
                   "--columns", "isued_count")
        self.fails(2, ["lies before"], *base, "--date", "2026-03-02", "--until", "2026-03-01")

    def test_wrong_positions_ids_and_digests_are_named(self):
        self.fails(2, ["`x` is no position"], "explain", "x", "--log", "/nowhere")
        self.fails(2, ["`abc` is no id"], "trace", "abc", "--log", "/nowhere")
        self.fails(2, ["`abc` is no digest"], "replay", "--expect", "abc", "--log", "/nowhere")

    def test_bounds_of_numbers_are_written_as_people_write_them(self):
        for arguments in (["generate", "--events", "0", "--seed", "1"],
                          ["generate", "--events", "6000", "--seed", "-1"],
                          ["publish", "x.jsonl", "--source", "70000"],
                          ["log", "dump", "--topic", "events", "--from", "-1"],
                          ["fund-position", "--state", "/nowhere", "--programme", "x"]):
            text = self.fails(2, ["is no whole number from"], *arguments)
            self.assertLess(len(text), 250)

    def test_config_check_refuses_what_run_refuses(self):
        result = fiscus("config", "check", "--log", "a", "--kafka", "b:1")
        self.assertEqual(result.returncode, 2)
        self.assertIn("two logs are named", result.stderr)
        with tempfile.TemporaryDirectory() as folder:
            for state in (folder, folder + "/", folder + "/x/.."):
                result = fiscus("config", "check", "--log", folder, "--state", state)
                self.assertEqual(result.returncode, 2, state)
                self.assertIn("log and state are in the same directory", result.stderr)
                self.fails(2, ["same directory"], "run", "--log", folder, "--state", state)
            for log, state in ((folder, folder + "/state"), (folder + "/log", folder)):
                self.fails(2, ["one inside the other"], "run", "--log", log, "--state", state)
        self.ok("config", "check", "--log", "/a", "--state", "/b")
        self.ok("config", "check", "--log", "/a", "--state", "/ab")

    def test_the_whole_file_of_the_page_of_settings_is_taken_as_it_stands(self):
        page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
        block = re.search(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "fiscus.toml")
            file.write_text(block.group(1), encoding="utf-8")
            after = self.ok("config", "check", "--config", file)
            self.assertEqual(self.ok("--config", file, "config", "check"), after)
        self.assertIn("fiscus.toml:", after)

    def test_a_slip_in_a_variable_is_named(self):
        self.fails(2, ["FISCUS_LOG_DIRECTORY", "Did you mean FISCUS_LOG__DIRECTORY?"], "config",
                   "check", environment={"FISCUS_LOG_DIRECTORY": "/x"})

    def test_the_help_of_a_noun_shows_how_its_verbs_are_called(self):
        for noun, examples in (("topics", ["topics plan", "topics apply"]), ("log", ["log dump"]),
                               ("config", ["config check"])):
            head = self.ok(noun, "--help").split("Usage:")[0]
            self.assertNotIn("fiscus demo", head)
            for example in examples:
                self.assertIn(f"  fiscus {example}", head)

    def test_a_missing_temporary_directory_is_named(self):
        self.fails(1, ["/nowhere/tmp", "Set TMPDIR"], "demo", "--events", EVENTS,
                   environment={"TMPDIR": "/nowhere/tmp"})

    def test_no_colour_and_no_bar_without_a_terminal(self):
        result = fiscus("config", "check")
        self.assertNotIn("\x1b", result.stdout + result.stderr)


class Topics(Case):
    def test_plan_apply_plan(self):
        with tempfile.TemporaryDirectory() as folder:
            log = folder + "/log"
            self.fails(1, ["there is no log"], "topics", "plan", "--log", log)
            self.ok("topics", "apply", "--log", log, "--partitions", "3")
            plan = json.loads(self.ok("topics", "plan", "--log", log, "--json"))
            self.assertEqual(len(plan), 7)
            self.assertEqual({row["state"] for row in plan}, {"as planned"})
            self.assertEqual({row["partitions"] for row in plan}, {3})
            result = fiscus("topics", "plan", "--log", log, "--partitions", "4", "--json")
            self.assertEqual(result.returncode, 3)
            self.assertEqual({row["state"] for row in json.loads(result.stdout)}, {"differs"})
            self.fails(1, ["not as planned"], "topics", "apply", "--log", log, "--partitions", "4")


class Month(Case):
    """One small month, read by every command."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.log = cls.folder.name + "/log"
        cls.state = cls.folder.name + "/state"
        generated = fiscus("generate", "--events", EVENTS, "--seed", "1", "--log", cls.log)
        assert generated.returncode == 0, generated.stderr
        ran = fiscus("run", "--log", cls.log, "--state", cls.state, "--until-end", "--json")
        assert ran.returncode == 0, ran.stderr
        cls.summary = json.loads(ran.stdout)
        dumped = fiscus("log", "dump", "--log", cls.log, "--topic", "journal", "--json")
        assert dumped.returncode == 0, dumped.stderr
        cls.journal = lines(dumped.stdout)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def first(self, **wanted):
        for entry in self.journal:
            if all(entry[name] == value for name, value in wanted.items()):
                return entry
        raise AssertionError(f"the month has no entry with {wanted}")

    def test_every_event_has_one_entry(self):
        self.assertEqual(self.summary["entries"], int(EVENTS))
        self.assertEqual([entry["sequence"] for entry in self.journal],
                         list(range(1, int(EVENTS) + 1)))
        for outcome, count in (("accepted", "accepted"), ("duplicate", "duplicates"),
                               ("refused", "refused"), ("quarantined", "quarantined")):
            self.assertEqual(sum(entry["outcome"] == outcome for entry in self.journal),
                             self.summary[count])
        for count in ("accepted", "duplicates", "refused"):
            self.assertGreater(self.summary[count], 0)

    def test_running_again_changes_nothing(self):
        again = json.loads(self.ok("run", "--log", self.log, "--state", self.state, "--until-end",
                                   "--json"))
        self.assertEqual(again, self.summary)

    def test_digests_agree_wherever_they_come_from(self):
        digest = self.summary["digest"]
        self.assertEqual(self.ok("digest", "--state", self.state).strip(), digest)
        self.assertEqual(json.loads(self.ok("digest", "--log", self.log, "--json"))["digest"], digest)

    def test_turns_of_other_sizes_and_separate_parts_give_the_same_digest(self):
        with tempfile.TemporaryDirectory() as folder:
            log, state = folder + "/log", folder + "/state"
            self.ok("generate", "--events", EVENTS, "--seed", "1", "--log", log)
            ran = self.ok("run", "--log", log, "--state", state, "--until-end", "--json", "--only",
                          "engine", "--turn", "777")
            self.assertEqual(json.loads(ran), self.summary)
            self.ok("run", "--log", log, "--state", state, "--until-end", "--only", "statistics")
            for topic in ("statistics", "statistics-history", "reconciliation", "refusals",
                          "outcomes"):
                dump = ["log", "dump", "--topic", topic, "--json", "--log"]
                self.assertEqual(self.ok(*dump, log), self.ok(*dump, self.log), topic)

    def test_the_trial_balance_adds_up_to_zero(self):
        accounts = json.loads(self.ok("trial-balance", "--state", self.state, "--engine", "--json"))
        self.assertEqual(accounts[-1]["balance"], 0)
        self.assertEqual(sum(row["balance"] for row in accounts[:-1]), 0)
        balances = {}
        for entry in self.journal:
            for posting in entry["postings"]:
                for side, sign in (("debit", -1), ("credit", 1)):
                    account = tuple(sorted(posting[side].items()))
                    balances[account] = balances.get(account, 0) + sign * posting["amount_fen"]
        kinds = {}
        for account, fen in balances.items():
            kind = dict(account)["kind"]
            kinds[kind] = kinds.get(kind, 0) + fen
        of_engine = {}
        for row in accounts[:-1]:
            of_engine[row["account"]] = of_engine.get(row["account"], 0) + row["balance"]
        self.assertEqual({kind: fen for kind, fen in of_engine.items() if fen},
                         {kind: fen for kind, fen in kinds.items() if fen})

    def test_both_trial_balances_are_the_same_in_every_language(self):
        asked = ["trial-balance", "--state", self.state]
        of_statistics = json.loads(self.ok(*asked, "--json"))
        self.assertEqual(of_statistics[-1]["account"], "sum")
        for language in ("zh", "en"):
            options = ["--language", language]
            self.assertEqual(json.loads(self.ok(*asked, "--engine", "--json", *options)),
                             of_statistics)
            self.assertEqual(self.ok(*asked, "--engine", *options), self.ok(*asked, *options))
        self.assertNotRegex(self.ok(*asked), "[a-z]{3}")
        self.assertIn("缴款账户 1", self.ok(*asked))
        self.assertIn("平台 1", self.ok(*asked, "--engine"))
        self.assertEqual(json.loads(self.ok(*asked, "--engine", "--programme", "1", "--json")),
                         of_statistics)
        self.fails(1, ["no programme 77"], *asked, "--engine", "--programme", "77")

    def test_the_fund_position_has_three_forms(self):
        self.assertIn("元", self.ok("fund-position", "--state", self.state))
        self.assertIn("yuan", self.ok("fund-position", "--state", self.state, "--language", "en"))
        rows = json.loads(self.ok("fund-position", "--state", self.state, "--json"))
        self.assertEqual({(row["programme"], row["as_of"]) for row in rows}, {(1, int(EVENTS))})
        self.assertEqual([row["line"] for row in rows],
                         ["deposits_less_returns", "compensation", "fund", "budgets_of_batches",
                          "outstanding", "payable", "in_the_dedicated_account", "paid",
                          "receivable", "difference"])
        self.assertTrue(self.ok("fund-position", "--state", self.state, "--csv").startswith("\ufeff"))

    def test_statistics_agree_with_the_journal(self):
        date = self.first(kind="VoucherRedeemed", outcome="accepted")["business_day"]
        rows = json.loads(self.ok("statistics", "--state", self.state, "--date", date, "--by",
                                  "district", "--json"))
        expected = {}
        for entry in self.journal:
            if (entry["kind"] == "VoucherRedeemed" and entry["outcome"] == "accepted"
                    and entry["business_day"] == date):
                district = entry["district"]
                expected[district] = expected.get(district, 0) + entry["amount_fen"]
        self.assertEqual({row["district"]: row["redeemed_amount"] for row in rows
                          if row["redeemed_amount"]}, expected)
        text = self.ok("statistics", "--state", self.state, "--date", date, "--by",
                       "district,industry")
        self.assertIn("核销金额（元）", text)
        both = json.loads(self.ok("statistics", "--state", self.state, "--date", date, "--by",
                                  "district,industry", "--json"))
        self.assertEqual({row["grouping"] for row in both}, {"district", "industry"})
        self.assertEqual([row for row in both if row["grouping"] == "district"], rows)
        self.assertIn("\n\n", text.strip(), "an empty line between two tables")
        table = self.ok("statistics", "--state", self.state, "--date", date, "--by", "district",
                        "--csv")
        self.assertTrue(table.startswith("\ufeff"))
        parsed = list(csv.reader(io.StringIO(table[1:])))
        self.assertEqual(len(parsed), len(rows) + 1)

    def test_every_saved_row_of_statistics_says_what_it_is(self):
        """A row of JSON is the published row of the same day, but for where it was published."""
        date = self.first(kind="VoucherRedeemed", outcome="accepted")["business_day"]
        asked = ["statistics", "--state", self.state, "--date", date]
        published = [record["value"] for record in
                     lines(self.ok("log", "dump", "--log", self.log, "--topic",
                                   "statistics-history", "--json"))
                     if record["value"]["row_type"] == "statistics"
                     and record["value"]["day"] == date]
        self.assertTrue(published)
        for row in published:
            if row["grouping"] not in ("programme", "channel", "industry", "batch_district"):
                continue
            rows = json.loads(self.ok(*asked, "--json", "--by", row["grouping"], "--revision",
                                      row["revision"]))
            for name in ("row", "row_type", "partition"):
                row.pop(name)
            self.assertIn(row, rows)
        several = ["statistics", "--state", self.state, "--date", "2026-03-02", "--until",
                   "2026-03-04"]
        row = json.loads(self.ok(*several, "--json"))[0]
        self.assertEqual((row["first_day"], row["last_day"], row["revision"], row["as_of"]),
                         ("2026-03-02", "2026-03-04", None, int(EVENTS)))
        saved = list(csv.reader(io.StringIO(self.ok(*several, "--csv", "--language", "en")[1:])))
        head = dict(zip(saved[0], saved[1]))
        self.assertEqual(head["First day"], "2026-03-02")
        self.assertEqual(head["As of ledger sequence"], EVENTS)
        self.assertEqual((head["Revision"], head["Final"], head["Definitions version"]),
                         ("", "false", "2"))
        self.assertIn("Leverage ratio, numerator (yuan)", head)

    def test_days_outside_the_programme_and_wrong_revisions_are_errors(self):
        asked = ["--state", self.state, "--date"]
        for command in ("statistics", "fund-ledger", "reconciliation"):
            self.fails(1, ["1990-01-01 lies before the programme", "begins on 2026-03-01"],
                       command, *asked, "1990-01-01")
            self.fails(2, ["--until 2026-03-01", "--date 2026-03-02"], command, *asked,
                       "2026-03-02", "--until", "2026-03-01")
        for text in ("0", "-1", "x", "1.5"):
            self.fails(2, ["--revision", f"`{text}` is no whole number from 1 on"], "statistics",
                       *asked, "2026-03-02", "--revision", text)

    def test_the_fund_ledger_shows_every_flow(self):
        asked = ["fund-ledger", "--state", self.state, "--date", "2026-03-02"]
        rows = json.loads(self.ok(*asked, "--until", "2026-03-04", "--json"))
        self.assertEqual({row["day"] for row in rows}, {"2026-03-02", "2026-03-03", "2026-03-04"})
        self.assertEqual({(row["programme"], row["as_of"]) for row in rows}, {(1, int(EVENTS))})
        whole = [row for row in rows if row["batch"] is None]
        self.assertEqual([row["closing"] for row in whole[:-1]],
                         [row["opening"] for row in whole[1:]])
        self.assertIn("资金使用明细台账", self.ok(*asked))
        self.assertNotRegex(self.ok(*asked, "--language", "en").split("\n", 1)[1].split("\n")[0],
                            "[\u4e00-\u9fff]")
        self.assertTrue(self.ok(*asked, "--csv").startswith("\ufeff活动代码"))

    def test_reconciliation_names_what_differs(self):
        asked = ["reconciliation", "--state", self.state, "--date"]
        result = fiscus(*asked, "2026-03-01", "--until", "2026-03-31", "--json")
        rows = json.loads(result.stdout)
        verdicts = {row["verdict"] for row in rows}
        self.assertEqual(result.returncode, 0 if verdicts == {"equal"} else 3, result.stderr)
        self.assertLessEqual(verdicts, {"equal", "surplus", "shortage", "not_reported"})
        for row in rows:
            self.assertEqual((row["programme"], row["as_of"]), (1, int(EVENTS)))
            if row["platform_value"] is not None:
                self.assertEqual(row["difference"], row["platform_value"] - row["ledger_value"])
        self.assertIn("对账", fiscus(*asked, "2026-03-03").stdout)

    def test_a_day_or_revision_that_is_not_there_is_an_error(self):
        self.fails(1, ["9999"], "statistics", "--state", self.state, "--date", "2026-03-10",
                   "--revision", "9999")
        self.fails(1, ["no programme 77"], "fund-position", "--state", self.state, "--programme",
                   "77")

    def test_explain_says_why_in_two_languages(self):
        refused = self.first(outcome="refused")
        text = self.ok("explain", refused["input_offset"], "--log", self.log)
        self.assertIn(refused["reason"], text)
        self.assertRegex(text, "[\u4e00-\u9fff]{4}")
        answer = json.loads(self.ok("explain", refused["sequence"], "--sequence", "--log", self.log,
                                    "--json"))
        self.assertEqual(answer["reason"], refused["reason"])
        self.assertEqual(answer["entry"]["input_offset"], refused["input_offset"])
        accepted = self.first(outcome="accepted")
        self.assertIn("accepted", self.ok("explain", f"0:{accepted['input_offset']}", "--log",
                                          self.log))
        self.fails(1, ["no entry"], "explain", "99999999", "--log", self.log)
        self.fails(2, ["no partition 5"], "explain", "5:0", "--log", self.log)

    def test_trace_shows_a_life_from_claim_to_refund(self):
        refund = self.first(kind="RedemptionRefunded", outcome="accepted")
        redemption = self.first(kind="VoucherRedeemed", key=refund["subject"])
        voucher = redemption["subject"]
        steps = json.loads(self.ok("trace", voucher, "--log", self.log, "--json"))
        kinds = [(step["entry"]["kind"], step["entry"]["outcome"]) for step in steps]
        self.assertEqual(kinds[0], ("VoucherClaimed", "accepted"))
        self.assertIn(("VoucherRedeemed", "accepted"), kinds)
        self.assertIn(("RedemptionRefunded", "accepted"), kinds)
        for step in steps:
            self.assertEqual(step["event"]["kind"], step["entry"]["kind"])
        text = self.ok("trace", voucher, "--log", self.log, "--language", "en")
        self.assertIn("budget (batch", text)
        self.assertRegex(text, r"\d{2}Z \(2026-\d{2}-\d{2} \d{2}:\d{2}:\d{2} Asia/Shanghai\)")
        text = self.ok("trace", voucher, "--log", self.log)
        self.assertIn("批次未发放额度（批次", text)
        self.assertIn("核销退款（RedemptionRefunded）  已入账", text)
        self.assertIn("北京时间", text)
        self.fails(1, ["knows no voucher"], "trace", "f" * 32, "--log", self.log)

    def test_trace_shows_how_an_unused_voucher_expired(self):
        """Its cohort is released by an entry that does not name it."""
        used = {entry["subject"] for entry in self.journal}
        for entry in self.journal:
            if "detail_hex" in entry and entry["kind"] == "VoucherRedeemed":
                used.update(self.event(entry)["body"]["vouchers"])
        claim = next(entry for entry in self.journal if entry["kind"] == "VoucherClaimed"
                     and entry["outcome"] == "accepted" and entry["key"] not in used)
        steps = json.loads(self.ok("trace", claim["key"], "--log", self.log, "--json"))
        self.assertEqual([step["expired"] for step in steps], [False, True])
        release = steps[1]["entry"]
        self.assertIn(release["kind"], ("ClockAdvanced", "BatchClosed"))
        self.assertGreater(release["sequence"], claim["sequence"])
        [posting] = release["postings"]
        self.assertEqual(posting["debit"], claim["postings"][0]["credit"])
        self.assertEqual(posting["credit"]["kind"], "budget")
        self.assertGreaterEqual(posting["amount_fen"], claim["amount_fen"])
        self.assertIn(f"已过期：同批次同一最后有效日的未用券一并收回，其中本券 "
                      f"{claim['amount_fen'] / 100:.2f} 元",
                      self.ok("trace", claim["key"], "--log", self.log))

    def test_trace_says_which_posting_of_an_order_is_the_vouchers(self):
        order = self.first(kind="VoucherRedeemed", outcome="accepted", vouchers=2)
        vouchers = self.event(order)["body"]["vouchers"]
        self.assertEqual(len(vouchers), 2)
        amounts = []
        for voucher in vouchers:
            steps = json.loads(self.ok("trace", voucher, "--log", self.log, "--json"))
            claimed = next(step["entry"] for step in steps
                           if step["entry"]["kind"] == "VoucherClaimed")
            redeemed = next(step for step in steps if step["entry"]["key"] == order["key"])
            own = redeemed["entry"]["postings"][redeemed["own_posting"]]
            self.assertEqual(own["amount_fen"], claimed["amount_fen"])
            amounts.append(own["amount_fen"])
            text = self.ok("trace", voucher, "--log", self.log, "--language", "en")
            self.assertIn("the order has 2 vouchers; the posting with * is this one's", text)
        self.assertEqual(sum(amounts), order["amount_fen"])

    def event(self, entry):
        [record] = lines(self.ok("log", "dump", "--log", self.log, "--json", "--topic", "events",
                                 "--from", entry["input_offset"], "--to",
                                 entry["input_offset"] + 1))
        return record["event"]

    def test_log_dump_takes_a_range(self):
        dump = ["log", "dump", "--log", self.log, "--json", "--topic"]
        self.assertEqual([entry["sequence"] for entry in
                          lines(self.ok(*dump, "journal", "--from", "10", "--to", "13"))],
                         [10, 11, 12])
        events = lines(self.ok(*dump, "events", "--from", "100", "--to", "102"))
        self.assertEqual([record["offset"] for record in events], [100, 101])
        self.fails(2, ["no topic `money`"], *dump, "money")
        self.fails(2, ["no range"], *dump, "events", "--from", "5", "--to", "4")
        self.fails(2, ["no partition 3"], *dump, "events", "--partition", "3")

    def test_every_event_is_dumped_as_json_or_as_bytes(self):
        kinds = set()
        for record in lines(self.ok("log", "dump", "--log", self.log, "--json", "--topic",
                                    "events")):
            if "event" in record:
                kinds.add(record["event"]["kind"])
            else:
                self.assertTrue("value_hex" in record or record["value"] is None, record)
        self.assertGreater(len(kinds), 15)

    def test_replay_proves_the_digest(self):
        digest = self.summary["digest"]
        answer = json.loads(self.ok("replay", "--log", self.log, "--expect", digest, "--json"))
        self.assertTrue(answer["good"])
        self.assertEqual(answer["entries"], int(EVENTS))
        self.assertGreater(answer["statistics_rows"], 0)
        self.assertIn("as expected", self.ok("replay", "--log", self.log, "--expect", digest))
        result = fiscus("replay", "--log", self.log, "--expect", "0" * 32)
        self.assertEqual(result.returncode, 3)
        self.assertIn(f"{digest}  differs", result.stdout)

    def test_a_day_of_draws_that_is_not_closed_is_replayed_with_its_key(self):
        with tempfile.TemporaryDirectory() as folder:
            month, secrets = folder + "/month", folder + "/secrets"
            self.fails(2, ["--secrets DIR"], "generate", "--programme", "gift-packs", "--events",
                       "5000", "--seed", "1", "--log", month)
            self.ok("generate", "--programme", "gift-packs", "--events", "5000", "--seed", "1",
                    "--log", month, "--secrets", secrets)
            records = lines(self.ok("log", "dump", "--topic", "events", "--log", month, "--json",
                                    "--to", "250"))
            first = pathlib.Path(folder, "first.jsonl")
            first.write_text("".join(json.dumps(record["event"]) + "\n" for record in records),
                             encoding="utf-8")
            log, state = folder + "/log", folder + "/state"
            self.ok("topics", "apply", "--log", log)
            self.ok("publish", "--backdate", "--log", log, str(first))
            missing = ["the key of 2026-03-01", "directory of secrets"]
            run = ("run", "--until-end", "--log", log, "--state", state)
            self.fails(1, missing, *run)
            self.ok(*run, "--secrets", secrets)
            self.ok("replay", "--log", log, "--secrets", secrets)
            self.fails(1, missing, "replay", "--log", log)
            self.fails(1, ["its key is not opened yet"], "draw", "bundle", "--day", "2026-03-01",
                       "--log", log, "--out", folder + "/bundle")
            self.fails(1, ["its key is not opened yet"], "draw", "sheet", "--day", "2026-03-01",
                       "--log", log)

    def test_a_state_of_another_log_is_named_with_both(self):
        with tempfile.TemporaryDirectory() as folder:
            other = folder + "/other"
            self.ok("generate", "--events", EVENTS, "--seed", "9", "--log", other)
            self.fails(1, [f"--state {self.state}", f"--log {other}"], "run", "--log", other,
                       "--state", self.state, "--until-end")

    def test_a_full_disk_is_a_failure(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run([PROGRAM, "log", "dump", "--log", self.log, "--topic", "journal"],
                                    stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("No space left", result.stderr)

    def test_several_programmes_want_a_choice(self):
        with tempfile.TemporaryDirectory() as folder:
            log, state = folder + "/log", folder + "/state"
            self.ok("generate", "--events", "12000", "--seed", "2", "--programmes", "2",
                    "--partitions", "2", "--log", log)
            self.ok("run", "--log", log, "--state", state, "--until-end")
            self.fails(2, ["several programmes", "--programme P"], "fund-position", "--state", state)
            self.assertTrue(json.loads(self.ok("fund-position", "--state", state, "--programme", "2",
                                               "--json")))
            self.fails(2, ["the topics have 2 partitions, not 3"], "generate", "--events", "12000",
                       "--seed", "2", "--partitions", "3", "--log", log)


class Service(Case):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.log = self.folder.name + "/log"
        self.state = self.folder.name + "/state"
        self.ok("generate", "--events", EVENTS, "--seed", "3", "--log", self.log)

    def start(self, *arguments):
        errors = open(self.folder.name + "/stderr", "w", encoding="utf-8")
        self.addCleanup(errors.close)
        process = subprocess.Popen(
            [PROGRAM, "run", "--log", self.log, "--state", self.state, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        self.addCleanup(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        if process.poll() is None:
            process.kill()
        process.wait(timeout=60)

    def stderr_text(self):
        return pathlib.Path(self.folder.name, "stderr").read_text(encoding="utf-8")

    def wait_for(self, condition):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError("nothing came in time:\n" + self.stderr_text())

    @staticmethod
    def get(port, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def test_it_becomes_ready_and_stops_in_order(self):
        process = self.start("--http", "0", "--logging-format", "json")
        port = int(self.wait_for(
            lambda: re.search(r"127\.0\.0\.1:(\d+)", self.stderr_text())).group(1))
        self.wait_for(lambda: self.get(port, "/readyz")[0] == 200)
        self.assertEqual(json.loads(self.get(port, "/livez")[1]), {"live": True, "reasons": []})
        self.wait_for(lambda: f'fiscus_statistics_sequence{{partition="0"}} {EVENTS}'
                      in self.get(port, "/metrics")[1])
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 0)
        said = lines(self.stderr_text())
        self.assertEqual(said[-1]["message"], "fiscus stops as it was asked to")
        summary = json.loads(self.ok("run", "--log", self.log, "--state", self.state, "--until-end",
                                     "--json"))
        self.assertEqual(summary["entries"], int(EVENTS))

    def test_a_taken_port_is_a_clear_error_before_any_state_is_made(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.fails(2, [f"cannot listen on 127.0.0.1:{port}", "Address already in use", "--http"],
                       "run", "--log", self.log, "--state", self.state, "--http", port)
        self.assertFalse(os.path.exists(self.state))

    def test_two_writers_of_one_state_exclude_each_other(self):
        self.start("--http", "0")
        port = int(self.wait_for(
            lambda: re.search(r"127\.0\.0\.1:(\d+)", self.stderr_text())).group(1))
        self.wait_for(lambda: self.get(port, "/readyz")[0] == 200)
        result = fiscus("run", "--log", self.log, "--state", self.state, "--until-end")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(self.get(port, "/readyz")[0], 200)


class Demo(Case):
    def test_it_shows_everything_and_says_what_to_type_next(self):
        with tempfile.TemporaryDirectory() as folder:
            first = fiscus("demo", "--events", EVENTS, "--keep", folder + "/demo")
            self.assertEqual(first.returncode, 0, first.stderr)
            for piece in ("试算平衡", "合计", "核销金额（元）", "县市区", "行业", "digest"):
                self.assertIn(piece, first.stdout)
            digest = re.search(r"digest\s+([0-9a-f]{32})", first.stdout).group(1)
            commands = re.findall(r"^  fiscus (.*)$", first.stderr, re.MULTILINE)
            self.assertEqual(len(commands), 3)
            for command in commands:
                command = command.replace(f"$(fiscus digest --state {folder}/demo/state)", digest)
                self.assertTrue(self.ok(*command.split()), command)
            again = fiscus("demo", "--events", EVENTS, "--keep", folder + "/demo")
            self.assertEqual(again.stdout, first.stdout)
            self.fails(2, ["other events than this demo's"], "demo", "--events", "7000", "--keep",
                       folder + "/demo")


if __name__ == "__main__":
    unittest.main(verbosity=2)
