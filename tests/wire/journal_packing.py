"""Unpacks journal blocks as docs/formats/journal.md says, without our code."""

import struct

ENTRY_WORDS = 23
POSTING_WORDS = 7
PADDING_BYTES = 8
FULL = (1 << 64) - 1


class Packed:
    """The packed bytes, taken from the front."""

    def __init__(self, data):
        self.data = data[:-PADDING_BYTES]
        self.at = 0

    def take(self, count):
        assert self.at + count <= len(self.data), "the packed bytes end too early"
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def numbers(self, count, below):
        """Integers of as many bits as the largest one needs."""
        bits = (below - 1).bit_length()
        packed = int.from_bytes(self.take((count * bits + 7) // 8), "little")
        return [packed >> i * bits & (1 << bits) - 1 for i in range(count)]

    def frame(self, words):
        """Base and mask of each word."""
        frame = []
        for _ in range(words):
            widths = self.number(1)
            frame.append((self.number(widths & 15), self.number(widths >> 4)))
        return frame

    def rows(self, frame, count):
        full = [word for word, (_, mask) in enumerate(frame) if mask == FULL]
        bits = sum(mask.bit_count() for _, mask in frame if mask != FULL)
        for _ in range(count):
            words = [base for base, _ in frame]
            for word in full:
                words[word] = self.number(8)
            rest = int.from_bytes(self.take((bits + 7) // 8), "little")
            for word, (_, mask) in enumerate(frame):
                for bit in range(64) if mask != FULL else ():
                    if mask >> bit & 1:
                        words[word] |= (rest & 1) << bit
                        rest >>= 1
            yield words


def unzigzag(value):
    return value >> 1 if value & 1 == 0 else FULL - (value >> 1)


def restore(rows, first_sequence):
    """Words of entries from what they differ by, in the order of the block."""
    logged_ms = 0
    highest = {}
    for index, row in enumerate(rows):
        row[0] = row[0] + first_sequence + index & FULL
        row[1] = row[1] + row[0] & FULL
        logged_ms = logged_ms + unzigzag(row[2]) & FULL
        row[2] = logged_ms * 1000 + row[23] & FULL
        row[3] = row[2] - unzigzag(row[3]) & FULL
        row[4] = row[4] + (row[3] // 1000 << 16) & FULL
        source = row[20] & 0xFF
        before = highest.get(source, 0)
        row[9] = unzigzag(row[9]) + before + 1 & FULL
        highest[source] = max(before, row[9])
        row[15] = unzigzag(row[15])
        yield row[:ENTRY_WORDS]


def section(packed):
    count = packed.number(2)
    groups = packed.number(1)
    frames = [packed.frame(ENTRY_WORDS + 1) for _ in range(groups)]
    group_of = packed.numbers(count, groups)
    rows = [packed.rows(frame, group_of.count(group)) for group, frame in enumerate(frames)]
    # Rows lie group by group, so each group has to be read to its end.
    rows = [list(group) for group in rows]
    taken = [iter(group) for group in rows]
    return [next(taken[group]) for group in group_of]


def postings_of(packed, entries, count):
    pairs = packed.number(4)
    rows = list(packed.rows(packed.frame(POSTING_WORDS), pairs)) if pairs else []
    apart = iter([packed.number(8) for _ in range(packed.number(4))])
    numbers = iter(packed.numbers(count, pairs) if pairs else [])
    for entry in entries:
        postings = []
        for _ in range(entry[21] >> 48):
            row = rows[next(numbers)]
            amount = entry[10 + row[6]] if row[6] else next(apart)
            postings.append(row[:6] + [amount])
        yield postings


def unpack(data, first_sequence, entry_count, posting_count):
    """(184 bytes of the entry, 56 bytes of each of its postings) of each entry."""
    packed = Packed(data)
    rows = []
    while len(rows) < entry_count:
        rows += section(packed)
    entries = list(restore(rows, first_sequence))
    postings = list(postings_of(packed, entries, posting_count))
    assert packed.at == len(packed.data), "the packed bytes go on"
    for entry, own in zip(entries, postings):
        yield struct.pack("<23Q", *entry), [struct.pack("<7Q", *words) for words in own]
