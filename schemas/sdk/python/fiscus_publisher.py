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
import importlib
import time

import confluent_kafka
import flatbuffers

TOPIC = "fiscus.events.v1"
FILE_IDENTIFIER = b"FSE1"
EVENT_BYTES_MAX = 65_535


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


def encode(kind, body, *, programme, source, epoch, sequence, key, occurred_at_us):
    """The value of one record. `body(builder)` builds the kind's table and returns its offset."""
    event, kinds = generated("Event"), generated("EventBody").EventBody
    builder = flatbuffers.Builder(512)
    table = body(builder)
    event.EventStart(builder)
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
    ):
        self.programme, self.source, self.epoch = programme, source, epoch
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
