"""A partition of the local log, read and written as docs/formats/local_log.md says, without our code.

For tests that need records which the program would not write, or fewer than it writes.
"""

import struct

POLYNOMIAL = 0x82F63B78
HEADER_BYTES = 64
FRAME_BYTES = 24


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def table():
    for entry in range(256):
        for _ in range(8):
            entry = entry >> 1 ^ (POLYNOMIAL if entry & 1 else 0)
        yield entry


TABLE = tuple(table())


def padded(data):
    return data + bytes(-len(data) % 8)


def encode(timestamp_ms, key, value):
    return struct.pack("<qii", timestamp_ms, len(key), len(value)) + padded(key) + padded(value)


def segment_of(partition):
    (segment,) = sorted(partition.glob("*.segment"))
    return segment


def read_records(partition):
    """(timestamp, key, value) of each record; a null key comes as an empty one."""
    data = segment_of(partition).read_bytes()
    frame = HEADER_BYTES
    while frame < len(data):
        magic, length, _, count = struct.unpack_from("<4s3I", data, frame)
        assert magic == b"FSLF", magic
        at = frame + FRAME_BYTES
        for _ in range(count):
            timestamp_ms, key_bytes, value_bytes = struct.unpack_from("<qii", data, at)
            key_bytes = max(key_bytes, 0)
            key_at = at + 16
            value_at = key_at + len(padded(bytes(key_bytes)))
            yield (
                timestamp_ms,
                data[key_at : key_at + key_bytes],
                data[value_at : value_at + value_bytes],
            )
            at = value_at + len(padded(bytes(value_bytes)))
        frame += length


def write_records(partition, records):
    """Replaces what the partition's one segment holds, as one frame."""
    segment = segment_of(partition)
    header = segment.read_bytes()[:HEADER_BYTES]
    (salt,) = struct.unpack_from("<I", header, 40)
    body = b"".join(encode(*record) for record in records)
    begin = struct.pack("<4sI", b"FSLF", FRAME_BYTES + len(body))
    rest = struct.pack("<Iq", len(records), 0) + body
    frame = begin + struct.pack("<I", crc32c(rest, crc32c(begin, salt))) + rest
    segment.write_bytes(header + frame)
    end = struct.pack("<q", len(records))
    (partition / "acknowledged").write_bytes(b"FSLE" + struct.pack("<I", crc32c(end)) + end)
