"""A platform and an authority that are not ours: events built from the schema in Python, published
by librdkafka to a real broker, answered by the engine.

Method: a small programme is published by schemas/sdk/python; the records are read back and
compared byte for byte, with their partition computed here once more; then the engine runs to the
end and its journal must hold the outcome that each event was meant to have, a retry included. See
harness.py for the environment.
"""

import datetime
import pathlib
import sys
import tempfile
import time
import unittest
import uuid

import confluent_kafka

import harness

PARTITIONS = 3
DAY = (datetime.date(2026, 3, 1) - datetime.date(1970, 1, 1)).days
DAY_US = 86_400_000_000
START_US = DAY * DAY_US - 8 * 3_600_000_000


def murmur2_partition(key, partitions):
    """Kafka's default partitioner, written down here a second time."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = 0x9747B28C ^ len(key)
    whole = len(key) // 4 * 4
    for i in range(0, whole, 4):
        k = int.from_bytes(key[i : i + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = h * m & mask ^ k
    rest = key[whole:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    h ^= h >> 15
    return (h & 0x7FFFFFFF) % partitions


class Bodies:
    """The tables of a small programme, each as a function of the builder."""

    def __init__(self, sdk):
        self.sdk = sdk
        self.account = uuid.uuid4().int
        self.merchant = uuid.uuid4().int

    def table(self, kind, **fields):
        """Scalars as they are; texts, lists and tables as offsets that were made before."""
        module = self.sdk.generated(kind)

        def body(builder):
            made = {
                name: value(builder) if callable(value) else value
                for name, value in fields.items()
            }
            getattr(module, kind + "Start")(builder)
            for name, value in made.items():
                if isinstance(value, tuple):
                    value = self.sdk.create_id(builder, value[0])
                getattr(module, kind + "Add" + name)(builder, value)
            return getattr(module, kind + "End")(builder)

        return body

    def id(self, number):
        # A struct is written while its table is: table() does it.
        return (number,)

    def text(self, text):
        return lambda builder: builder.CreateString(text)

    def numbers(self, kind, name, numbers, width):
        module = self.sdk.generated(kind)

        def vector(builder):
            getattr(module, f"{kind}Start{name}Vector")(builder, len(numbers))
            for number in reversed(numbers):
                {2: builder.PrependUint16, 4: builder.PrependUint32}[width](number)
            return builder.EndVector()

        return vector

    def ids(self, kind, name, numbers):
        module = self.sdk.generated(kind)

        def vector(builder):
            getattr(module, f"{kind}Start{name}Vector")(builder, len(numbers))
            for number in reversed(numbers):
                self.sdk.create_id(builder, number)
            return builder.EndVector()

        return vector

    def tables(self, kind, name, tables):
        module = self.sdk.generated(kind)

        def vector(builder):
            offsets = [table(builder) for table in tables]
            getattr(module, f"{kind}Start{name}Vector")(builder, len(offsets))
            for offset in reversed(offsets):
                builder.PrependUOffsetTRelative(offset)
            return builder.EndVector()

        return vector

    def opening(self, commitment):
        """What the authority publishes on the eve; the platform's source signs."""
        category = self.table(
            "Category",
            Category=1,
            Name=self.text("餐饮"),
            Industries=self.numbers("Category", "Industries", [6210, 6291], 2),
        )
        pack = self.table("Pack", Pack=1, Name=self.text("到店餐饮礼包"), Channel=0, Category=1)
        denomination = self.table(
            "Denomination", Denomination=1, Pack=1, FaceFen=3_000, ThresholdFen=10_000
        )
        return [
            (
                "ProgrammeOpened",
                self.table(
                    "ProgrammeOpened",
                    Name=self.text("测试活动"),
                    Districts=self.numbers("ProgrammeOpened", "Districts", [420000], 4),
                    DistrictEdition=2023,
                    IndustryEdition=2017,
                    FirstDay=DAY,
                    Categories=self.tables("ProgrammeOpened", "Categories", [category]),
                ),
            ),
            (
                "PlatformAdmitted",
                self.table("PlatformAdmitted", Platform=1, Name=self.text("江城惠购")),
            ),
            (
                "SourceRegistered",
                self.table(
                    "SourceRegistered",
                    Source=2,
                    Role=2,
                    Platform=1,
                    VerificationKey=lambda builder: builder.CreateByteVector(commitment),
                    KeyAlgorithm=1,
                ),
            ),
            (
                "FundDeposited",
                self.table("FundDeposited", Account=self.id(self.account), AmountFen=1_000_000),
            ),
            (
                "BatchOpened",
                self.table(
                    "BatchOpened",
                    Batch=1,
                    Name=self.text("第一轮"),
                    ClaimFromUs=START_US,
                    ClaimUntilUs=START_US + 7 * DAY_US,
                    RedeemFirstDay=DAY,
                    RedeemLastDay=DAY + 13,
                    Packs=self.tables("BatchOpened", "Packs", [pack]),
                    Denominations=self.tables("BatchOpened", "Denominations", [denomination]),
                ),
            ),
            ("BatchFunded", self.table("BatchFunded", Batch=1, AmountFen=600_000)),
        ]


class PythonClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        import fiscus_publisher

        cls.sdk = fiscus_publisher
        cls.broker = harness.Broker()
        cls.addClassCleanup(cls.broker.stop)
        harness.program(
            "topics",
            "apply",
            "--kafka",
            cls.broker.address,
            "--partitions",
            str(PARTITIONS),
            "--replication",
            "1",
        )

    def publisher(self, programme, source, **options):
        return self.sdk.Publisher(
            self.broker.address, programme=programme, source=source, epoch=1, **options
        )

    def read_all(self):
        """Every record of the events topic, as (partition, key, value, headers)."""
        consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": self.broker.address,
                "group.id": f"test-{uuid.uuid4()}",
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
            }
        )
        ends = {}
        for partition in range(PARTITIONS):
            place = confluent_kafka.TopicPartition(self.sdk.TOPIC, partition, 0)
            first, ends[partition] = consumer.get_watermark_offsets(place, timeout=20)
            place.offset = first
        consumer.assign([confluent_kafka.TopicPartition(self.sdk.TOPIC, p, 0) for p in ends])
        records, wanted, deadline = [], sum(ends.values()), time.monotonic() + 60
        while len(records) < wanted and time.monotonic() < deadline:
            message = consumer.poll(1.0)
            if message is not None and message.error() is None:
                records.append(
                    (
                        message.partition(),
                        message.key(),
                        message.value(),
                        dict(message.headers() or []),
                    )
                )
        consumer.close()
        self.assertEqual(len(records), wanted, "the topic was not read to its end in time")
        return records

    def test_publishes_a_programme_that_the_engine_answers_as_it_was_meant(self):
        programme = 4_711
        bodies = Bodies(self.sdk)
        claims = [uuid.uuid4().int for _ in range(100)]
        consumers = [uuid.uuid4().int for _ in claims]
        redemption = uuid.uuid4().int
        sent = {}
        secrets = self.folder_of_key(programme)
        signing = self.sdk.SourceKey.from_file(secrets / f"source-{programme}-2-1.key", 1)
        with self.publisher(programme, 1) as authority:
            for kind, body in bodies.opening(signing.commitment()):
                authority.publish(
                    kind, key=uuid.uuid4().int, occurred_at_us=START_US - DAY_US, body=body
                )
            sent.update({(1, number): value for number, value in authority.waiting.items()})
            authority.flush(30)
        with self.publisher(programme, 2, queue_max=10, signing=signing) as platform:
            platform.publish(
                "MerchantRegistered",
                key=uuid.uuid4().int,
                occurred_at_us=START_US,
                body=bodies.table(
                    "MerchantRegistered",
                    Merchant=bodies.id(bodies.merchant),
                    Name=bodies.text("老街热干面馆"),
                    District=420106,
                    Industry=6291,
                    SizeClass=4,
                    LimitClass=2,
                    Channel=0,
                ),
            )
            for key, consumer in zip(claims, consumers):
                number = platform.publish(
                    "VoucherClaimed",
                    key=key,
                    occurred_at_us=START_US + 3_600_000_000,
                    body=bodies.table(
                        "VoucherClaimed",
                        Consumer=bodies.id(consumer),
                        Batch=1,
                        Pack=1,
                        Denomination=1,
                        District=420106,
                    ),
                )
                self.assertLessEqual(len(platform.waiting), 10)
            last_claim = self.sdk.encode(
                "VoucherClaimed",
                programme=programme,
                source=2,
                epoch=1,
                sequence=number,
                key=claims[-1],
                occurred_at_us=START_US + 3_600_000_000,
                signing=signing,
                body=bodies.table(
                    "VoucherClaimed",
                    Consumer=bodies.id(consumers[-1]),
                    Batch=1,
                    Pack=1,
                    Denomination=1,
                    District=420106,
                ),
            )
            platform.publish(
                "VoucherRedeemed",
                key=redemption,
                occurred_at_us=START_US + DAY_US,
                body=bodies.table(
                    "VoucherRedeemed",
                    Vouchers=bodies.ids("VoucherRedeemed", "Vouchers", claims[:1]),
                    Consumer=bodies.id(consumers[0]),
                    Merchant=bodies.id(bodies.merchant),
                    OrderAmountFen=12_345,
                    SubsidyFen=3_000,
                ),
            )
            platform.publish(
                "VoucherRedeemed",
                key=uuid.uuid4().int,
                occurred_at_us=START_US + DAY_US,
                body=bodies.table(
                    "VoucherRedeemed",
                    Vouchers=bodies.ids("VoucherRedeemed", "Vouchers", claims[1:2]),
                    Consumer=bodies.id(consumers[1]),
                    Merchant=bodies.id(bodies.merchant),
                    OrderAmountFen=9_999,
                    SubsidyFen=3_000,
                ),
            )
            platform.publish(
                "RedemptionRefunded",
                key=uuid.uuid4().int,
                occurred_at_us=START_US + 2 * DAY_US,
                body=bodies.table(
                    "RedemptionRefunded",
                    Redemption=bodies.id(redemption),
                    OrderAmountFen=12_345,
                    SubsidyFen=3_000,
                ),
            )
            platform.flush(30)
            # The acknowledgement was lost: the same bytes once more.
            platform.send(number, last_claim)
            platform.flush(30)
            self.assertEqual(platform.waiting, {})

        mine = [record for record in self.read_all() if record[1] == str(programme).encode()]
        self.assertEqual(len(mine), 6 + 1 + 100 + 3 + 1)
        self.assertEqual(
            [mine[-1][2]], [record[2] for record in mine if record[2] == last_claim][1:]
        )
        for partition, key, value, headers in mine:
            self.assertEqual(partition, murmur2_partition(key, PARTITIONS))
            self.assertEqual(value[4:8], b"FSE1")
            if value != mine[-1][2]:
                self.assertEqual(headers["ce_specversion"], b"1.0")
        for (source, number), value in sent.items():
            self.assertIn(
                value, [record[2] for record in mine], f"number {number} of source {source}"
            )
        self.expect_answers(programme, partition, secrets)

    def folder_of_key(self, programme):
        folder = tempfile.TemporaryDirectory(prefix="fiscus-secrets-")
        self.addCleanup(folder.cleanup)
        harness.program(
            "source-key",
            *("--programme", str(programme), "--source", "2", "--number", "1"),
            *("--secrets", folder.name),
        )
        return pathlib.Path(folder.name)

    def expect_answers(self, programme, partition, secrets):
        with tempfile.TemporaryDirectory(prefix="fiscus-state-") as state:
            harness.program(
                "run",
                *("--kafka", self.broker.address, "--state", state, "--until-end"),
                *("--secrets", str(secrets)),
            )
        entries = [
            entry
            for entry in harness.json_lines(
                harness.program(
                    "log",
                    "dump",
                    "--kafka",
                    self.broker.address,
                    "--topic",
                    "journal",
                    "--json",
                    "--partition",
                    str(partition),
                )
            )
            if entry.get("programme") == programme
        ]
        outcomes = [(entry["kind"], entry["outcome"], entry["reason"]) for entry in entries]
        expected = [
            (kind, "accepted", None)
            for kind in (
                "ProgrammeOpened",
                "PlatformAdmitted",
                "SourceRegistered",
                "FundDeposited",
                "BatchOpened",
                "BatchFunded",
                "MerchantRegistered",
                *["VoucherClaimed"] * 100,
                "VoucherRedeemed",
            )
        ]
        expected += [
            ("VoucherRedeemed", "refused", "order_below_threshold"),
            ("RedemptionRefunded", "accepted", None),
            ("VoucherClaimed", "duplicate", None),
        ]
        self.assertEqual(outcomes, expected)
        issued = sum(
            entry["amount_fen"]
            for entry in entries
            if entry["kind"] == "VoucherClaimed" and entry["outcome"] == "accepted"
        )
        self.assertEqual(issued, 300_000)

    def test_holds_back_when_nobody_acknowledges_and_says_what_is_not_delivered(self):
        publisher = self.sdk.Publisher(
            "127.0.0.1:1",
            programme=1,
            source=2,
            epoch=1,
            queue_max=5,
            settings={"message.timeout.ms": 60_000, "log_level": 0},
        )
        body = Bodies(self.sdk).table("ClockAdvanced", NowUs=START_US)
        values = {}
        for _ in range(5):
            number = publisher.publish(
                "ClockAdvanced", key=uuid.uuid4().int, occurred_at_us=START_US, body=body
            )
            values[number] = publisher.waiting[number]
        with self.assertRaises(self.sdk.QueueFull):
            publisher.publish(
                "ClockAdvanced", key=1, occurred_at_us=START_US, body=body, block_seconds=0.2
            )
        with self.assertRaises(self.sdk.NotDelivered) as told:
            publisher.flush(0.5)
        self.assertEqual(told.exception.events, values)
        self.assertEqual(publisher.next_sequence, 6, "an event that found no room has no number")
        publisher.producer.purge()

    def test_knows_the_partitions_that_the_java_client_takes(self):
        # Values of org.apache.kafka.common.utils.Utils.murmur2, from Kafka's own tests.
        for key, hashed in (
            (b"21", -973932308),
            (b"foobar", -790332482),
            (b"a-little-bit-long-string", -985981536),
            (b"a-little-bit-longer-string", -1486304829),
            (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
            (b"abc", 479470107),
        ):
            self.assertEqual(murmur2_partition(key, 1 << 31), hashed & 0x7FFFFFFF, key)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        harness.generate_python(pathlib.Path(folder))
        unittest.main(argv=sys.argv[:1], verbosity=2)
