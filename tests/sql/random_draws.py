"""A small programme of instant draws: some days on which consumers ask for their chance.

Late requests, the same once more, requests before the value of the day before is published, claims
that the batch has not, redemptions of what was won or not, registrations with shared phones. As
with random_month.py nothing here knows what the ledger will say. The key of the chain goes into a
file that the engine reads.
"""

import datetime
import hashlib

import random_month
from random_month import DAY, FIRST_DAY, HOUR, SECOND, instant

DAYS = 6
BATCH = 5
NOTARY = 5
# 00:00 in Shanghai of the first day.
FIRST_START = int(
    (datetime.datetime.combine(FIRST_DAY, datetime.time()) - random_month.EPOCH).total_seconds()
) * SECOND - 8 * HOUR


class RandomDraws(random_month.RandomMonth):
    """`lines` are the programme's events, `last_key` the last key of its chain."""

    def __init__(self, seed, programme, count):
        self.count = count
        self.asked = []
        self.registered = 0
        super().__init__(seed, programme, 1, False)

    def open_programme(self):
        super().open_programme()
        self.keys = [hashlib.sha256(f"{self.programme}".encode()).digest()]
        for _ in range(DAYS):
            self.keys.insert(0, hashlib.sha256(self.keys[0]).digest())
        self.authority("SourceRegistered", {"source": NOTARY, "role": "notary", "name": "公证处"})
        self.authority("BatchOpened", {
            "batch": BATCH, "name": "抽奖批", "claim_from": instant(random_month.START),
            "claim_until": instant(random_month.START + 40 * DAY),
            "redeem_first_day": FIRST_DAY.isoformat(),
            "redeem_last_day": (FIRST_DAY + datetime.timedelta(days=DAYS)).isoformat(),
            "packs": [{"pack": 1, "name": "餐饮包", "channel": "offline", "category": 1},
                      {"pack": 2, "name": "通用包", "channel": "any", "category": 0}],
            "denominations": [
                {"denomination": 1, "pack": 1, "face_fen": 5000, "threshold_fen": 9000},
                {"denomination": 2, "pack": 1, "face_fen": 3000, "threshold_fen": 6000},
                {"denomination": 3, "pack": 2, "face_fen": 1000, "threshold_fen": 2000}],
            "restore_on_full_refund": True, "stacking_max": 1,
        })
        self.authority("BatchFunded", {"batch": BATCH, "amount_fen": 900_000})
        self.authority("InstantDrawOpened", {
            "batch": BATCH, "name": "天天抽", "algorithm": "instant-v1",
            "first_day": FIRST_DAY.isoformat(), "days": DAYS, "chain_head": self.keys[0].hex(),
            "public_value_source": "双色球", "wins_max": 2,
            "tiers": [
                {"tier": 1, "pack": 1, "chance": 2**62, "moves_on": True,
                 "amounts": [{"denomination": 1, "weight": 1}, {"denomination": 2, "weight": 3}],
                 "releases": [{"at": "00:00:00", "count": 3}, {"at": "12:00:00", "count": 5}]},
                {"tier": 2, "pack": 2, "chance": 2**62, "moves_on": False,
                 "amounts": [{"denomination": 3, "weight": 1}],
                 "releases": [{"at": "06:00:00", "count": 12}]}],
        })
        for day in range(DAYS):
            self.draw_day(day)
        self.now = FIRST_START + (DAYS + 2) * DAY
        self.clock()

    @property
    def last_key(self):
        return self.keys[-1].hex()

    @property
    def key_file(self):
        return f"draw-{self.programme}-{FIRST_DAY.isoformat()}.key"

    def draw_day(self, day):
        start = FIRST_START + day * DAY
        self.now = start
        step = DAY // (self.count // DAYS)
        for at in range(self.count // DAYS):
            self.now += self.random.randrange(1, step)
            if at == 2:  # the first ones come too early
                self.publish(NOTARY, "PublicValuePublished", {
                    "day": (FIRST_DAY + datetime.timedelta(days=day - 1)).isoformat(),
                    "value": f"{self.random.randrange(10**6)}"})
            # Of yesterday, mostly before its key is opened.
            late = day > 0 and self.chance(0.05)
            self.request(self.now - DAY if late else self.now)
            if self.chance(0.3):
                self.use()
            if self.chance(0.1):
                self.register()
            if at == (self.count // DAYS) // 3 and day > 0:
                self.publish(NOTARY, "DayKeyOpened", {
                    "day": (FIRST_DAY + datetime.timedelta(days=day - 1)).isoformat(),
                    "key": self.keys[day].hex()})
            if self.chance(0.02):
                self.clock()
        self.publish(2, "SourceDayClosed", {
            "day": (FIRST_DAY + datetime.timedelta(days=day)).isoformat(),
            "totals": [{"batch": BATCH, "issued_count": self.random.randint(0, 20),
                        "issued_fen": 30_000}]}, start + DAY + HOUR)

    def register(self):
        """Each a consumer of its own; phones and devices are few, so that some are shared."""
        number = self.registered = self.registered + 1
        self.publish(self.random.choice(list(random_month.PLATFORM_OF_SOURCE)),
                     "ConsumerRegistered", {
                         "consumer": f"{number:032x}", "identity": f"{1000 + number:032x}",
                         "phone": f"{self.random.randrange(1, 30):032x}",
                         "device": f"{self.random.randrange(1, 30):032x}",
                         "district": random_month.DISTRICTS[0]})

    def request(self, occurred_at):
        source = self.random.choice(list(random_month.PLATFORM_OF_SOURCE))
        consumer = self.random.choice(self.consumers)
        district = self.random.choice(random_month.DISTRICTS * 4 + [110101])
        kind, body = "DrawRequested", {"consumer": consumer, "district": district}
        if self.chance(0.03):
            kind, body = "VoucherClaimed", {**body, "batch": BATCH, "pack": 1, "denomination": 1}
        self.asked.append((source, consumer, self.publish(source, kind, body, occurred_at)))

    def use(self):
        source, consumer, voucher = self.random.choice(self.asked)
        self.publish(source, "VoucherRedeemed", {
            "vouchers": [voucher], "consumer": consumer,
            "merchant": self.random.choice(self.merchants), "order_amount_fen": 20_000,
            "subsidy_fen": self.random.choice([1000, 1000, 3000]), "platform_match_fen": 0,
            "merchant_match_fen": 0, "online": False, "ship_from_province": 0,
            "ship_to_province": 0})
