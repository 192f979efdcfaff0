"""Publishes events of fiscus to Kafka: a thin wrapper over the code that flatc generates.

    flatc --python -o generated schemas/types.fbs schemas/events.fbs      (flatc 2.0.8)
    pip install flatbuffers==2.0.7 confluent-kafka

    with Publisher("127.0.0.1:9092", programme=7, source=2, epoch=1) as publisher:
        publisher.publish("VoucherClaimed", key=uuid, occurred_at_us=now, body=fill)
        publisher.flush(deadline_seconds=30)

Each event gets the source's next number, is encoded once and kept until the broker has
acknowledged it; what was not acknowledged is sent again as the same bytes (docs/formats/events.md
says why). The queue is bounded: publish() waits for room, or fails at once if it is told to. One
Publisher for a source; threads must take turns.
"""

import datetime
import hashlib
import hmac
import importlib
import os
import stat
import time

import confluent_kafka
import flatbuffers
import personal_data

TOPIC = "fiscus.events.v1"
FILE_IDENTIFIER = b"FSE1"
EVENT_BYTES_MAX = 65_535
TAG_BYTES = 32
# What a notary publishes as chance is long numbers, too.
CHANCE = {"DrawSeedPublished", "PublicValuePublished"}


class QueueFull(Exception):
    """There is no room for another event that waits for its acknowledgement."""


class NotDelivered(Exception):
    """Not acknowledged in time; `events` are to be sent again as they are."""

    def __init__(self, events, why):
        super().__init__(f"{len(events)} events were not acknowledged: {why}")
        self.events = events
        self.why = why


def generated(name):
    """The module that flatc generated for this table or struct."""
    return importlib.import_module(f"fiscus.wire.{name}")


def create_id(builder, number):
    """A struct Id128, only while its field is added: structs lie inside their table."""
    return generated("Id128").CreateId128(builder, number >> 64, number & (2**64 - 1))


class PersonalData(ValueError):
    """The event holds a number that names a person; persons are tokens."""


def refuse_personal_data(kind, value):
    """Before it enters a log that is kept for ever; the number itself is not repeated."""
    found = None if kind in CHANCE else next(personal_data.found_in(value), None)
    if found:
        raise PersonalData(f"this {kind} holds {found[1]}: nothing that names a person, tokens only")


class SourceKey:
    """A key of a source and its number. `algorithm`: sha256, or sm3 where hashlib has it."""

    def __init__(self, number, key, algorithm="sha256"):
        if number < 1 or len(key) != 32:
            raise ValueError("a key has a number from 1 on and 32 bytes")
        self.number, self._key, self.algorithm = number, bytes(key), algorithm

    def __repr__(self):
        return f"SourceKey(number={self.number})"

    @classmethod
    def from_file(cls, path, number, algorithm="sha256"):
        """64 hexadecimal digits in a file of mode 0400, as `fiscus source-key` writes it."""
        with open(path, encoding="ascii") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) != 0o400:
                raise PermissionError(f"others may read or change {path}: chmod 0400")
            return cls(number, bytes.fromhex(file.read().strip()), algorithm)

    def commitment(self):
        """By which the log knows the key."""
        return hashlib.new(self.algorithm, b"fiscus-source-key-v1" + self._key).digest()

    def unsigned(self):
        """What stands in the event while the tag is computed."""
        return self.number.to_bytes(4, "little") + bytes(TAG_BYTES)

    def sign(self, value, tag_at):
        """The event with its tag; whatever stood there before."""
        head, tail = value[:tag_at], value[tag_at + TAG_BYTES :]
        message = b"fiscus-event-v1" + head + bytes(TAG_BYTES) + tail
        return head + hmac.new(self._key, message, self.algorithm).digest() + tail


def sign_again(value, signing):
    """An event that was encoded with room for a signature: for a new origin or a new key."""
    event = generated("Event").Event.GetRootAs(value)
    if event.SignatureLength() != 4 + TAG_BYTES:
        raise ValueError("the event has no room for a signature")
    vtable_field = event._tab.Offset(4 + 2 * 4)
    at = event._tab.Vector(vtable_field)
    return signing.sign(value[:at] + signing.unsigned() + value[at + 36 :], at + 4)


def encode(kind, body, *, programme, source, epoch, sequence, key, occurred_at_us, signing=None):
    """The value of one record. `body(builder)` builds the kind's table and returns its offset."""
    event, kinds = generated("Event"), generated("EventBody").EventBody
    builder = flatbuffers.Builder(512)
    signature = builder.CreateByteVector(signing.unsigned()) if signing else None
    table = body(builder)
    event.EventStart(builder)
    if signing:
        event.EventAddSignature(builder, signature)
    event.EventAddOccurredAtUs(builder, occurred_at_us)
    event.EventAddBody(builder, table)
    event.EventAddKey(builder, create_id(builder, key))
    event.EventAddOrigin(
        builder, generated("Origin").CreateOrigin(builder, sequence, epoch, source, 0)
    )
    event.EventAddProgramme(builder, programme)
    event.EventAddBodyType(builder, getattr(kinds, kind))
    builder.Finish(event.EventEnd(builder), file_identifier=FILE_IDENTIFIER)
    value = bytes(builder.Output())
    if signing:
        value = sign_again(value, signing)
    refuse_personal_data(kind, value)
    if len(value) > EVENT_BYTES_MAX:
        raise ValueError(f"the event has {len(value)} bytes, at most {EVENT_BYTES_MAX} are taken")
    return value


class Publisher:
    def __init__(
        self,
        servers,
        *,
        programme,
        source,
        epoch,
        next_sequence=1,
        topic=TOPIC,
        queue_max=10_000,
        settings=None,
        signing=None,
    ):
        self.programme, self.source, self.epoch = programme, source, epoch
        # A SourceKey; the source may change to its next one between two events.
        self.signing = signing
        self.next_sequence = next_sequence
        self.topic = topic
        self.queue_max = queue_max
        # Sequence → value, of what is not acknowledged yet; the values are never built a second
        # time.
        self.waiting = {}
        self.failed = {}
        self.producer = confluent_kafka.Producer(
            {
                "bootstrap.servers": servers,
                "acks": "all",
                "enable.idempotence": True,
                # Kafka's own default; librdkafka's is another one (docs/formats/events.md).
                "partitioner": "murmur2_random",
                "linger.ms": 5,
                **(settings or {}),
            }
        )

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.close()

    def publish(self, kind, *, key, occurred_at_us, body, block_seconds=30.0):
        """Queues an event and returns its number. `key`: its natural key, 128 bits, not zero."""
        self._make_room(block_seconds)
        sequence = self.next_sequence
        value = encode(
            kind,
            body,
            programme=self.programme,
            source=self.source,
            epoch=self.epoch,
            sequence=sequence,
            key=key,
            occurred_at_us=occurred_at_us,
            signing=self.signing,
        )
        self.next_sequence += 1
        self.send(sequence, value, self._headers(kind, key, occurred_at_us))
        return sequence

    def send(self, sequence, value, headers=None):
        """Sends bytes that were encoded before: from an outbox, or after NotDelivered."""
        self.waiting[sequence] = value
        self.failed.pop(sequence, None)

        def told(error, message):
            if error is None:
                self.waiting.pop(sequence, None)
            elif sequence in self.waiting:
                self.failed[sequence] = self.waiting.pop(sequence)
                self.why = str(error)

        self.producer.produce(
            self.topic,
            key=str(self.programme).encode(),
            value=value,
            headers=headers,
            on_delivery=told,
        )
        self.producer.poll(0)

    def flush(self, deadline_seconds):
        """Returns when everything is acknowledged; otherwise NotDelivered says what is not."""
        end = time.monotonic() + deadline_seconds
        while self.waiting and time.monotonic() < end:
            self.producer.poll(0.05)
        if self.waiting or self.failed:
            left = dict(sorted({**self.failed, **self.waiting}.items()))
            raise NotDelivered(left, getattr(self, "why", "no answer before the deadline"))

    def close(self, deadline_seconds=30):
        self.flush(deadline_seconds)
        self.producer.flush(1)

    def _make_room(self, block_seconds):
        end = time.monotonic() + block_seconds
        while len(self.waiting) >= self.queue_max:
            if time.monotonic() >= end:
                raise QueueFull(f"{self.queue_max} events wait for their acknowledgement")
            self.producer.poll(0.05)

    def _headers(self, kind, key, occurred_at_us):
        at = datetime.datetime.fromtimestamp(occurred_at_us / 1e6, datetime.timezone.utc)
        return [
            ("content-type", b"application/x-flatbuffers"),
            ("ce_specversion", b"1.0"),
            ("ce_id", f"{key:032x}".encode()),
            ("ce_source", f"/programmes/{self.programme}/sources/{self.source}".encode()),
            ("ce_type", f"fiscus.{kind}.v1".encode()),
            ("ce_time", at.isoformat().replace("+00:00", "Z").encode()),
        ]
