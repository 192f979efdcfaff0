#!/usr/bin/env python3
"""Aim: the fairness sheets that `fiscus draw sheet` prints are right. Method: a month of invoices and
one of gift packs; every figure of a sheet once more from the list, the bundle and the dumped journal,
with whole numbers and closed forms that share nothing with fiscus; then draws without a result.
"""
import hashlib
import hmac
import json
import math
import pathlib
import subprocess
import tempfile
import unittest
from collections import Counter, defaultdict
from fractions import Fraction

from program import Case, PROGRAM, fiscus, lines

RAREST = Fraction(1, 1_000_000)
AMOUNTS = [0, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000]
US_PER_HOUR = 3_600_000_000


def chi_square_tail(x, degrees):
    """P(χ² ≥ x) in closed form: a sum for even degrees, erfc and a sum for odd ones."""
    half = x / 2
    if degrees % 2 == 0:
        term = total = math.exp(-half)
        for i in range(1, degrees // 2):
            term *= half / i
            total += term
        return total
    total = math.erfc(math.sqrt(half))
    term = math.exp(-half) * math.sqrt(half) / math.gamma(1.5)
    for i in range((degrees - 1) // 2):
        total += term
        term *= half / (i + 1.5)
    return total


def band(weights, limit):
    """Of counts 0, 1, 2 … with whole weights: those with neither tail at or below the limit."""
    total = sum(weights)
    below, least = 0, None
    for count, weight in enumerate(weights):
        below += weight
        if least is None and below > limit * total:
            least = count
    above, most = 0, None
    for count in reversed(range(len(weights))):
        above += weights[count]
        if most is None and above > limit * total:
            most = count
    return least, most


def hypergeometric(total, marked, taken):
    return [math.comb(marked, k) * math.comb(total - marked, taken - k) if taken >= k else 0
            for k in range(min(marked, taken) + 1)]


def binomial(trials, chance):
    hit, miss = chance.numerator, chance.denominator - chance.numerator
    return [math.comb(trials, k) * hit**k * miss**(trials - k) for k in range(trials + 1)]


def pooled(rows, least, weight):
    """Rows that are too light together; what is still too light goes to the lightest other."""
    kept = [row for row in rows if weight(row) >= least]
    light = [row for row in rows if weight(row) < least]
    rest = [sum(column) for column in zip(*light)]
    if rest and (not kept or weight(rest) >= least):
        kept.append(rest)
    elif rest:
        kept[kept.index(min(kept, key=weight))] = [
            a + b for a, b in zip(min(kept, key=weight), rest)]
    return kept


def of_ranks(rows):
    columns = [sum(column) for column in zip(*rows)]
    used = [i for i, count in enumerate(columns) if count > 0]
    rows = [[row[i] for i in used] for row in rows]
    columns = [columns[i] for i in used]
    total = sum(columns)
    rows = pooled(rows, Fraction(5 * total, min(columns)), sum)
    if len(rows) < 2 or len(columns) < 2:
        return 0, 0
    squares = sum((row[i] - (e := sum(row) * columns[i] / total))**2 / e
                  for row in rows for i in range(len(columns)))
    return squares * (total - 1) / total, (len(rows) - 1) * (len(columns) - 1)


def of_sample(cells):
    """Cells are count and chance."""
    total = sum(count for count, _ in cells)
    cells = pooled([list(cell) for cell in cells], 5, lambda cell: total * cell[1])
    if len(cells) < 2:
        return 0, 0
    return sum(float((count - total * chance)**2 / (total * chance))
               for count, chance in cells), len(cells) - 1


def of_classes(classes, chance):
    rarer = min(chance, 1 - chance)
    sums = [of_sample([(taken, chance), (members - taken, 1 - chance)])
            for members, taken in pooled([list(one) for one in classes], 5,
                                         lambda one: one[0] * rarer)]
    return sum(one[0] for one in sums), sum(one[1] for one in sums)


class SheetCase(Case):
    @classmethod
    def month(cls, programme):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        result = fiscus("demo", "--programme", programme, "--events", "20000", "--keep",
                        folder.name + "/month")
        assert result.returncode == 0, result.stderr
        return folder.name, folder.name + "/month/log"

    def sheet(self, *draw):
        return json.loads(self.ok("draw", "sheet", *draw, "--log", self.log, "--json"))

    def bundle(self, *draw):
        directory = pathlib.Path(self.folder, "bundle" + draw[1])
        if not directory.exists():
            self.ok("draw", "bundle", *draw, "--log", self.log, "--out", directory)
        return directory

    @classmethod
    def entries(cls, kind):
        with subprocess.Popen([PROGRAM, "log", "dump", "--topic", "journal", "--json", "--log",
                               cls.log], stdout=subprocess.PIPE, text=True) as dump:
            for line in dump.stdout:
                if f'"kind":"{kind}"' in line and '"outcome":"accepted"' in line:
                    yield json.loads(line)

    def check_identity(self, sheet, directory):
        sealed = json.loads((directory / "sealed.json").read_text())
        result = json.loads((directory / "result.json").read_text())
        manifest = (directory / "SHA256SUMS").read_bytes()
        self.assertEqual(sheet["list_count"], sealed["count"])
        self.assertEqual(sheet["list_root"], sealed["root"])
        self.assertEqual(sheet["result_root"], result["root"])
        self.assertEqual(sheet["bundle_sha256"], hashlib.sha256(manifest).hexdigest())

    def check_classes(self, table, key, members, observed, winners, weights, expected):
        """`weights` and `expected`: of a class of so many members."""
        self.assertEqual({row[key] for row in table}, set(members))
        name = "tickets" if "tickets" in table[0] else "requests"
        last = "winners" if "winners" in table[0] else "won"
        for row in table:
            count = members[row[key]]
            self.assertEqual((row[name], row["observed"], row[last]),
                             (count, observed[row[key]], winners[row[key]]), row)
            self.assertAlmostEqual(float(row["expected"]), float(expected(count)), delta=0.00501)
            self.assertEqual((row["least"], row["most"]),
                             band(weights(count), RAREST / len(table)), row)
            self.assertEqual(row["verdict"], "within")

    def check_test(self, sheet, name, measured, expected):
        row, = [row for row in sheet["tests"]
                if (row["test"], row["measured"]) == (name, measured)]
        statistic, degrees = expected
        self.assertEqual(row["degrees"], degrees, row)
        self.assertEqual((row["classes_outside"], row["verdict"]), (0, "within"))
        if degrees == 0:
            self.assertIsNone(row["p"])
            return
        self.assertAlmostEqual(float(row["chi_square"]), statistic, delta=0.000501)
        self.assertAlmostEqual(float(row["p"]), chi_square_tail(statistic, degrees),
                               delta=0.0000501)


class OfABatch(SheetCase):
    @classmethod
    def setUpClass(cls):
        cls.folder, cls.log = cls.month("invoices")
        cls.facts = {}
        for entry in cls.entries("InvoiceSubmitted"):
            amount = max(least for least in AMOUNTS if least <= entry["order_amount_fen"])
            hour = (entry["occurred_at_us"] // US_PER_HOUR + 8) % 24
            cls.facts[entry["subject"]] = {"platform": entry["platform"], "hour": hour,
                                           "district": entry["district"], "amount_from": amount}

    def test_every_figure_again(self):
        for batch in ("201", "202", "203"):
            sheet, directory = self.sheet("--batch", batch), self.bundle("--batch", batch)
            self.check_identity(sheet, directory)
            listed = [line.split() for line in
                      self.ok("draw", "list", "--batch", batch, "--log", self.log).splitlines()]
            rules = json.loads((directory / "rules.json").read_text())
            seed = bytes.fromhex(json.loads((directory / "result.json").read_text())["seed"])
            won = {words[3] for words in
                   map(str.split, (directory / "result.txt").read_text().splitlines())
                   if words[1] != "reserve"}
            ranking = sorted(range(len(listed)), key=lambda at: hmac.digest(
                seed, bytes.fromhex(listed[at][0]), "sha256"))
            depth = sum(tier["count"] for tier in rules["tiers"]) + rules["reserves"]
            self.assertEqual(sheet["first_ranks"], depth)
            self.assertEqual(sheet["consumers"], len({consumer for _, consumer in listed}))
            self.assertEqual([row["awarded"] for row in sheet["tiers"]],
                             [tier["count"] for tier in rules["tiers"]])
            for table, key in (("list_order", "tenth"), ("platform", "platform"),
                               ("district", "district"), ("hour", "hour"),
                               ("amount", "amount_from")):
                self.check_grouping(sheet, table, key, listed, ranking, depth, won)
            digits = [[0] * 10 for _ in range(10)]
            for first, second in zip(ranking[::2], ranking[1::2]):
                digits[first % 10][second % 10] += 1
            self.check_test(sheet, "neighbours", "all ranks", of_ranks(digits))
            self.assertEqual(len(sheet["tests"]), 11)
            self.assertEqual((sheet["verdict"], sheet["tests_outside"]), ("within", 0))

    def check_grouping(self, sheet, table, key, listed, ranking, depth, won):
        total = len(listed)
        classes = [at * 10 // total + 1 if key == "tenth" else self.facts[ticket][key]
                   for at, (ticket, _) in enumerate(listed)]
        members = Counter(classes)
        observed = Counter(classes[at] for at in ranking[:depth])
        winners = Counter(classes[at] for at, (ticket, _) in enumerate(listed) if ticket in won)
        self.check_classes(sheet[table], key, members, observed, winners,
                           lambda count: hypergeometric(total, count, depth),
                           lambda count: Fraction(count * depth, total))
        tenths = defaultdict(lambda: [0] * 10)
        for rank, at in enumerate(ranking):
            tenths[classes[at]][rank * 10 // total] += 1
        self.check_test(sheet, table, "first k ranks", of_ranks(
            [[observed[one], members[one] - observed[one]] for one in sorted(members)]))
        self.check_test(sheet, table, "all ranks",
                        of_ranks([tenths[one] for one in sorted(members)]))

    def test_people_read_it_in_their_language(self):
        chinese = self.ok("draw", "sheet", "--batch", "201", "--log", self.log)
        self.assertTrue(chinese.startswith("公平性检验单\n"))
        self.assertTrue(chinese.endswith("\n结论：在界限内（11项检验，0项超出）\n"))
        english = self.ok("draw", "sheet", "--batch", "201", "--log", self.log, "--language", "en")
        for piece in ("Fairness sheet\n", "Root of the list", "Among the first k ranks",
                      "hypergeometric", "\nVerdict: within (11 tests, 0 outside)\n"):
            self.assertIn(piece, english)
        self.assertNotRegex(english, "期望|结论")

    def test_draws_without_a_result_have_no_sheet(self):
        sheet = ("draw", "sheet", "--log", self.log)
        self.fails(2, ["one draw is needed", "--batch N"], *sheet)
        self.fails(2, ["one draw is needed"], *sheet, "--batch", "201", "--day", "2026-03-01")
        self.fails(1, ["the journal knows no prize batch 299", "log dump"], *sheet, "--batch", "299")
        self.fails(1, ["the journal knows no prize batch 201"], *sheet, "--batch", "201",
                   "--programme", "9")
        self.fails(1, ["no instant draw on 2026-03-01"], *sheet, "--day", "2026-03-01")
        self.fails(2, ["`yesterday` is no day", "2026-03-01"], *sheet, "--day", "yesterday")
        events = [record["event"] for record in
                  lines(self.ok("log", "dump", "--topic", "events", "--json", "--log", self.log))]
        kinds = [event["kind"] for event in events]
        for last, why in (("DrawSealed", "its list is not sealed yet"),
                          ("DrawSeedPublished", "its seed is not published yet"),
                          ("DrawExecuted", "it was not executed yet")):
            with tempfile.TemporaryDirectory() as folder:
                log, some = folder + "/log", pathlib.Path(folder, "some.jsonl")
                some.write_text("".join(json.dumps(event) + "\n"
                                        for event in events[:kinds.index(last)]), encoding="utf-8")
                self.ok("topics", "apply", "--log", log)
                self.ok("publish", "--backdate", "--log", log, str(some))
                self.ok("run", "--until-end", "--log", log, "--state", folder + "/state")
                self.fails(1, ["the draw of batch 201 has no result", why, "DrawExecuted"], "draw",
                           "sheet", "--batch", "201", "--log", log)


class OfADay(SheetCase):
    def test_a_day_without_the_public_value_before_has_no_result(self):
        """Every request of it was refused, and its key may be opened all the same."""
        with tempfile.TemporaryDirectory() as folder:
            log, some = folder + "/log", pathlib.Path(folder, "some.jsonl")
            with some.open("w", encoding="utf-8") as out:
                for record in lines(self.ok("log", "dump", "--topic", "events", "--json", "--log",
                                            self.log)):
                    event = record["event"]
                    day = event["body"].get("day")
                    if (event["kind"], day) != ("PublicValuePublished", "2026-03-01"):
                        out.write(json.dumps(event) + "\n")
                    if (event["kind"], day) == ("DayKeyOpened", "2026-03-02"):
                        break
            self.ok("topics", "apply", "--log", log)
            self.ok("publish", "--backdate", "--log", log, str(some))
            self.ok("run", "--until-end", "--log", log, "--state", folder + "/state", "--secrets",
                    self.folder + "/month/secrets")
            for command in (("sheet",), ("bundle", "--out", folder + "/bundle")):
                self.fails(1, ["the draw of 2026-03-02 has no result",
                               "the public value of 2026-03-01 was never published",
                               "PublicValuePublished"],
                           "draw", *command, "--day", "2026-03-02", "--log", log)

    @classmethod
    def setUpClass(cls):
        cls.folder, cls.log = cls.month("gift-packs")
        cls.districts = defaultdict(list)
        for entry in cls.entries("DrawRequested"):
            cls.districts[entry["business_day"]].append(entry["district"])

    def test_every_figure_again(self):
        for day in ("2026-03-01", "2026-03-15", "2026-03-30"):
            sheet, directory = self.sheet("--day", day), self.bundle("--day", day)
            self.check_identity(sheet, directory)
            tiers = json.loads((directory / "rules.json").read_text())["tiers"]
            listed = [line.split() for line in
                      self.ok("draw", "list", "--day", day, "--log", self.log).splitlines()]
            result = [line.split() for line in
                      (directory / "result.txt").read_text().splitlines()]
            numbers = [int(words[6], 16) for words in result]
            ends = [sum(int(tier["chance"]) for tier in tiers[:i + 1]) for i in range(len(tiers))]
            drawn = [next((i + 1 for i, end in enumerate(ends) if u < end), 0) for u in numbers]
            outcomes = [words[3] for words in result]
            chance = Fraction(ends[-1], 2**64)
            self.assertEqual((sheet["drawn"], sheet["won"]),
                             (sum(tier > 0 for tier in drawn), outcomes.count("won")))
            self.check_tiers(sheet, tiers, drawn, result)
            self.check_chance(sheet, numbers)
            for table, key, classes in (
                    ("list_order", "tenth", [at * 10 // len(listed) + 1
                                             for at in range(len(listed))]),
                    ("platform", "platform", [int(words[1]) for words in listed]),
                    ("district", "district", self.districts[day]),
                    ("hour", "hour", [int(words[0][11:13]) for words in listed])):
                members = Counter(classes)
                observed = Counter(one for one, tier in zip(classes, drawn) if tier > 0)
                winners = Counter(one for one, word in zip(classes, outcomes) if word == "won")
                self.check_classes(sheet[table], key, members, observed, winners,
                                   lambda count: binomial(count, chance),
                                   lambda count: count * chance)
                self.check_test(sheet, table, "chance", of_classes(
                    [(members[one], observed[one]) for one in sorted(members)], chance))
            self.assertEqual(len(sheet["tests"]), 8)
            self.assertEqual((sheet["verdict"], sheet["tests_outside"]), ("within", 0))

    def check_tiers(self, sheet, tiers, drawn, result):
        chances = [Fraction(int(tier["chance"]), 2**64) for tier in tiers]
        cells = [(drawn.count(0), 1 - sum(chances))]
        prizes = [0, 0]
        for number, (tier, chance, row) in enumerate(zip(tiers, chances, sheet["tiers"]), 1):
            self.assertEqual((row["tier"], row["pack"]), (number, tier["pack"]))
            self.assertAlmostEqual(float(row["chance"]), float(chance), delta=1e-9)
            cells.append((drawn.count(number), chance))
            self.assertEqual(row["observed"], drawn.count(number))
            self.assertEqual((row["least"], row["most"]), band(
                binomial(len(drawn), chance), RAREST / (len(tiers) + 1)))
            made = Counter(words[3] if words[3] != "won" or int(words[4]) == number else "moved_on"
                           for words, tier_drawn in zip(result, drawn) if tier_drawn == number)
            for word in ("won", "moved_on", "won_today", "cap_reached", "stock_out"):
                self.assertEqual(row[word], made[word], (row, word))
            won = Counter(int(words[5]) for words in result
                          if words[3] == "won" and int(words[4]) == number)
            weights = sum(int(amount["weight"]) for amount in tier["amounts"])
            rows = {row["amount"]: row for row in sheet["prizes"] if row["tier"] == number}
            shares = []
            for amount in tier["amounts"]:
                share = Fraction(int(amount["weight"]), weights)
                shares.append((won[amount["amount_fen"]], share))
                row = rows.pop(amount["amount_fen"])
                self.assertEqual((row["won"], row["observed"]), (won.total(), shares[-1][0]))
                self.assertEqual((row["least"], row["most"]), band(
                    binomial(won.total(), share), RAREST / len(tier["amounts"])))
            self.assertFalse(rows)
            prizes = [a + b for a, b in zip(prizes, of_sample(shares))]
        self.check_test(sheet, "tier", "chance", of_sample(cells))
        self.check_test(sheet, "prize", "chance", prizes)

    def check_chance(self, sheet, numbers):
        tenths = [u * 10 >> 64 for u in numbers]
        tenth = Fraction(1, 10)
        self.check_test(sheet, "chance", "chance", of_sample(
            [(tenths.count(i), tenth) for i in range(10)]))
        pairs = Counter(zip(tenths[::2], tenths[1::2]))
        self.check_test(sheet, "neighbours", "chance", of_sample(
            [(pairs[i, j], tenth * tenth) for i in range(10) for j in range(10)]))

    def test_people_read_it_in_their_language(self):
        english = self.ok("draw", "sheet", "--day", "2026-03-15", "--log", self.log, "--language",
                          "en")
        for piece in ("Chance of a request", "Drawn by chance", "binomial", "\nVerdict: within (8 tests, 0 outside)\n"):
            self.assertIn(piece, english)

    def test_days_without_a_draw_have_no_sheet(self):
        sheet = ("draw", "sheet", "--log", self.log)
        self.fails(1, ["no instant draw on 2026-05-01"], *sheet, "--day", "2026-05-01")
        self.fails(1, ["no prize batch 201"], *sheet, "--batch", "201")


if __name__ == "__main__":
    unittest.main()
