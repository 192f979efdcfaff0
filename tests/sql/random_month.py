"""A small programme in which everything comes late, twice, or not at all.

The standard load is an orderly month. Here the statistics have more to do: entries for days that
were cut, days without a cut for a while and two cuts on one day, claims before the first day,
refunds in parts, money that was paid before it came back, merchants that move, sources that
contradict themselves about a day. Whether the ledger accepts an event does not matter here: what is
refused is counted too. The same seed gives the same lines, for `fiscus publish --backdate`.
"""

import datetime
import random

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
EPOCH = datetime.datetime(1970, 1, 1)
FIRST_DAY = datetime.date(2026, 5, 1)
# 08:00 in Shanghai, two days before the first day.
START = int((datetime.datetime(2026, 4, 29) - EPOCH).total_seconds()) * SECOND

AUTHORITY = 1
NOBODY = "0" * 32
PLATFORM_OF_SOURCE = {2: 1, 3: 1, 4: 2}
DISTRICTS = [420102, 420106, 420502, 420804, 429004]
INDUSTRIES = [6210, 6220, 5211, 5271, 8930]
SIZES = ["unknown", "large", "medium", "small", "micro"]
# batch: denomination: (pack, face, threshold)
FACES = {
    1: {1: (1, 1000, 3000), 2: (2, 2000, 5000)},
    2: {1: (1, 700, 2000), 2: (1, 1500, 4000)},
    3: {1: (1, 3000, 9000), 2: (2, 999, 1000)},
}
FIGURES = ("issued_count", "issued_fen", "redeemed_count", "redeemed_fen", "refunded_count",
           "refunded_fen")


def instant(us):
    return (EPOCH + datetime.timedelta(microseconds=us)).isoformat(timespec="microseconds") + "Z"


def day_of(us):
    return (EPOCH + datetime.timedelta(microseconds=us, hours=8)).date()


class RandomMonth:
    """`lines` are the programme's events, in the order of the log."""

    def __init__(self, seed, programme, count, closes):
        self.random = random.Random(f"{seed}/{programme}")
        self.programme = programme
        self.lines = []
        self.now = START
        self.epochs = {}
        self.numbers = {}
        self.skipped = {}
        self.consumers = [self.token() for _ in range(60)]
        self.merchants = [self.token() for _ in range(14)]
        self.vouchers = []
        self.redemptions = []
        self.requests = []
        self.demands = []
        self.tallies = {}
        self.closed_batches = set()
        self.stranger(AUTHORITY, START + 3 * DAY)
        self.open_programme()
        step = 14 * DAY // count
        for at in range(count):
            self.now += self.random.randrange(2 * step)
            if at == count * 6 // 10:
                self.authority("BatchClosed", {"batch": 3})
                self.closed_batches.add(3)
            self.act()
        if closes:
            self.close()

    def close(self):
        for batch in sorted(set(FACES) - self.closed_batches):
            self.authority("BatchClosed", {"batch": batch})
        self.authority("ProgrammeClosed", {})
        # What comes before the next cut goes into the final figures, what comes after it changes them.
        for _ in range(2):
            for _ in range(12):
                self.refund()
            self.now += DAY
            self.clock()

    def token(self):
        return f"{self.random.getrandbits(128) | 1:032x}"

    def chance(self, share):
        return self.random.random() < share

    def number(self, source):
        """The next number of the source; now and then one is left out, or comes after all."""
        skipped = self.skipped.setdefault(source, [])
        if skipped and self.chance(0.1):
            return skipped.pop(self.random.randrange(len(skipped)))
        at = self.numbers.get(source, 0) + 1
        if self.chance(0.01):
            more = self.random.randint(1, 3)
            skipped.extend(range(at, at + more))
            at += more
        self.numbers[source] = at
        return at

    def publish(self, source, kind, body, occurred_at=None, key=None):
        """Appends the event and returns its key."""
        if source != AUTHORITY and self.chance(0.002):
            self.epochs[source] = self.epochs.get(source, 1) + 1
            self.numbers[source] = 0
            self.skipped[source] = []
        key = key or self.token()
        self.lines.append({
            "kind": kind, "programme": self.programme, "source": source,
            "epoch": self.epochs.get(source, 1), "sequence": self.number(source),
            "occurred_at": instant(self.now if occurred_at is None else occurred_at),
            "key": key, "body": body,
        })
        return key

    def authority(self, kind, body, occurred_at=None):
        return self.publish(AUTHORITY, kind, body, occurred_at)

    def maybe_late(self, not_before=START):
        """Mostly now; every seventh event tells of something up to eight days ago."""
        if self.chance(0.15):
            return max(not_before, self.now - self.random.randrange(8 * DAY))
        return self.now

    def open_programme(self):
        self.authority("ProgrammeOpened", {
            "name": f"随机活动{self.programme}", "authority": "商务局", "districts": [420000],
            "district_edition": 2023, "industry_edition": 2017,
            "categories": [{"category": 1, "name": "餐饮", "industries": [6210, 6220]},
                           {"category": 2, "name": "零售", "industries": [5211, 5271]}],
            "cut_minute": self.random.choice([0, 510, 720, 1439]),
            "first_day": FIRST_DAY.isoformat(),
        })
        for platform in (1, 2):
            self.authority("PlatformAdmitted", {"platform": platform, "name": f"平台{platform}"})
        for source, platform in PLATFORM_OF_SOURCE.items():
            self.authority("SourceRegistered", {
                "source": source, "role": "platform", "platform": platform,
                "name": f"来源{source}"})
        for _ in range(2):
            self.authority("FundDeposited", {"account": self.token(), "amount_fen": 3_000_000})
        for merchant in self.merchants:
            self.merchant("MerchantRegistered", merchant)
        for batch, denominations in FACES.items():
            self.authority("BatchOpened", {
                "batch": batch, "name": f"第{batch}批", "claim_from": instant(START),
                "claim_until": instant(START + 40 * DAY),
                "redeem_first_day": (FIRST_DAY - datetime.timedelta(days=1)).isoformat(),
                "redeem_last_day": (FIRST_DAY + datetime.timedelta(days=20)).isoformat(),
                "valid_days": 5 if batch == 2 else 0,
                "packs": [{"pack": 1, "name": "通用", "channel": "any", "category": 0},
                          {"pack": 2, "name": "线上餐饮", "channel": "online", "category": 1}],
                "denominations": [
                    {"denomination": denomination, "pack": pack, "face_fen": face,
                     "threshold_fen": threshold}
                    for denomination, (pack, face, threshold) in denominations.items()],
                "quota_per_day": 45 if batch == 2 else 0,
                "cap_per_consumer_day": 3 if batch == 1 else 0,
                "restore_on_full_refund": batch != 2, "stacking_max": 3 if batch == 1 else 1,
                "void_returns_quota": batch == 2,
            })
            self.authority("BatchFunded", {"batch": batch, "amount_fen": 1_500_000})

    def merchant(self, kind, merchant):
        self.authority(kind, {
            "merchant": merchant, "name": "商户", "district": self.random.choice(DISTRICTS),
            "industry": self.random.choice(INDUSTRIES), "size_class": self.random.choice(SIZES),
            "channel": self.random.choice(["any"] * 6 + ["online", "offline"])})

    def act(self):
        actions = [(self.claim, 42), (self.redeem, 30), (self.refund, 13), (self.void, 2),
                   (self.close_day, 4), (self.settle, 3), (self.recover, 2), (self.move, 1),
                   (self.again, 2), (self.clock, 2), (self.stranger, 1)]
        names, weights = zip(*actions)
        self.random.choices(names, weights)[0]()

    def tally(self, source, batch, occurred_at, figure, amount):
        figures = self.tallies.setdefault((source, day_of(occurred_at), batch), [0] * 6)
        figures[figure] += 1
        figures[figure + 1] += amount

    def claim(self):
        source = self.random.choice(list(PLATFORM_OF_SOURCE))
        batch = self.random.choice(list(FACES))
        if batch in self.closed_batches and not self.chance(0.05):
            return
        denomination = self.random.choice(list(FACES[batch]))
        pack, face, threshold = FACES[batch][denomination]
        occurred_at = self.maybe_late()
        consumer = self.random.choice(self.consumers)
        key = self.publish(source, "VoucherClaimed", {
            "consumer": consumer, "batch": batch, "pack": 3 if self.chance(0.02) else pack,
            "denomination": denomination,
            "district": 110101 if self.chance(0.03) else self.random.choice(DISTRICTS),
        }, occurred_at)
        self.vouchers.append((key, consumer, source, batch, face, threshold, occurred_at, pack))
        self.tally(source, batch, occurred_at, 0, face)

    def redeem(self):
        if not self.vouchers:
            return
        at = self.random.randrange(len(self.vouchers))
        first = self.vouchers[at]
        used = [first]
        if first[3] == 1:
            same = [v for v in self.vouchers if v is not first and v[1:4] == first[1:4]]
            used += same[:self.random.randint(0, 2)]
        # Kept now and then, so that somebody tries to use it once more.
        if not self.chance(0.05):
            self.vouchers = [v for v in self.vouchers if v not in used]
        subsidy = sum(v[4] for v in used)
        order = sum(v[5] for v in used) + self.random.randrange(9000)
        online = first[7] == 2 or self.chance(0.4)
        source = first[2]
        occurred_at = self.maybe_late(max(v[6] for v in used))
        key = self.publish(source, "VoucherRedeemed", {
            "vouchers": [v[0] for v in used], "consumer": first[1],
            "merchant": self.random.choice(self.merchants), "order_amount_fen": order,
            "subsidy_fen": subsidy, "platform_match_fen": self.random.choice([0, 0, 150]),
            "merchant_match_fen": self.random.randrange(300), "online": online,
            "ship_from_province": 42 if online else 0, "ship_to_province": 42 if online else 0,
        }, occurred_at)
        self.redemptions.append([key, source, first[3], order, subsidy, order, subsidy,
                                 occurred_at])
        self.tally(source, first[3], occurred_at, 2, subsidy)

    def refund(self):
        if not self.redemptions:
            return
        chosen = self.random.choice(self.redemptions[-80:])
        key, source, batch, order, subsidy, order_left, subsidy_left, redeemed_at = chosen
        if self.chance(0.6):
            order_part, subsidy_part = order_left, subsidy_left
        else:
            order_part = self.random.randint(0, order_left)
            share = subsidy * order_part // order
            off = self.random.choice([0, 0, 1, -1])
            subsidy_part = max(0, min(subsidy_left, share + off))
        if order_part + subsidy_part == 0:
            return
        occurred_at = self.maybe_late(redeemed_at)
        self.publish(source, "RedemptionRefunded", {
            "redemption": key, "order_amount_fen": order_part, "subsidy_fen": subsidy_part,
        }, occurred_at)
        chosen[5] -= order_part
        chosen[6] -= subsidy_part
        if chosen[5] == 0 and not self.chance(0.05):
            self.redemptions.remove(chosen)
        self.tally(source, batch, occurred_at, 4, subsidy_part)

    def void(self):
        if self.vouchers:
            voucher = self.vouchers.pop(self.random.randrange(len(self.vouchers)))
            self.publish(voucher[2], "VoucherVoided", {"voucher": voucher[0], "why": "退回"},
                         self.maybe_late(voucher[6]))

    def close_day(self):
        """A source's own figures of a day: mostly right, sometimes off, sometimes sent again."""
        source = self.random.choice(list(PLATFORM_OF_SOURCE))
        day = day_of(self.now) - datetime.timedelta(days=self.random.randint(1, 4))
        totals = []
        for batch in FACES:
            figures = list(self.tallies.get((source, day, batch), [0] * 6))
            if self.chance(0.2):
                figures[self.random.randrange(6)] += self.random.randint(1, 500)
            if any(figures):
                totals.append({"batch": batch, **dict(zip(FIGURES, figures))})
        self.publish(source, "SourceDayClosed", {"day": day.isoformat(), "totals": totals})

    def settle(self):
        source = self.random.choice(list(PLATFORM_OF_SOURCE))
        amount = self.random.randint(1, 30_000)
        request = self.publish(source, "SettlementRequested", {
            "batch": self.random.choice(list(FACES)), "amount_fen": amount})
        self.requests.append((request, amount))
        request, amount = self.random.choice(self.requests[-6:])
        self.authority("SettlementPaid", {
            "request": request, "amount_fen": self.random.choice([amount, max(1, amount // 2)])})

    def recover(self):
        """Demands, and payments of what was demanded before; compensation by chance."""
        platform = self.random.choice([1, 2])
        amount = self.random.randint(1, 2000)
        if self.chance(0.2):
            self.authority("CompensationReceived", {"platform": platform, "amount_fen": amount},
                           self.maybe_late())
        elif self.demands and self.chance(0.5):
            self.authority("RecoveryReceived", self.random.choice(self.demands))
        else:
            merchant = self.random.choice([NOBODY, self.random.choice(self.merchants)])
            demand = {"platform": platform, "merchant": merchant, "amount_fen": amount}
            self.authority("RecoveryDemanded", demand, self.maybe_late())
            self.demands.append(demand)

    def move(self):
        self.merchant("MerchantChanged", self.random.choice(self.merchants))

    def again(self):
        """An event once more, or its number with another key."""
        line = dict(self.random.choice(self.lines[-200:]))
        if self.chance(0.3):
            line["key"] = self.token()
        self.lines.append(line)

    def stranger(self, source=99, occurred_at=None):
        """An event of a source, or of a programme, that nobody has registered."""
        self.lines.append({
            "kind": "VoucherVoided", "programme": self.programme, "source": source, "epoch": 1,
            "sequence": 1, "key": self.token(), "body": {"voucher": self.token()},
            "occurred_at": instant(self.now if occurred_at is None else occurred_at)})

    def clock(self):
        late = self.chance(0.1)
        self.authority("ClockAdvanced", {"now": instant(self.now)},
                       self.now - 2 * DAY if late else None)
