"""Numbers that name a person, in texts and in any bytes: for publishers, and for scripts/canary.

An identity card (18 digits with the check digit of GB 11643), a mobile phone, a bank card (Luhn). The
same rules as engine/app/convert/personal_data.cc; tests/wire/canary_test.py compares the two.
"""

import re

IDENTITY_CARD = "an identity card number"
MOBILE = "a mobile number"
BANK_CARD = "a bank card number"

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
# Groups of digits that single blanks or hyphens part; no letter touches them.
RUN = re.compile(rb"(?<![0-9A-Za-z_])[0-9]+(?:[ -][0-9]+)*[Xx]?(?![0-9A-Za-z_])")
WIDE = {f"\uff10".encode()[:2] + bytes([0x90 + n]): str(n).encode() for n in range(10)}
WIDE["\uff38".encode()] = b"X"
WIDE_DIGIT = re.compile(b"\xef\xbc[\x90-\x99\xb8]")


def is_identity_card(word):
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", word):
        return False
    province, year, month, day = int(word[:2]), int(word[6:10]), int(word[10:12]), int(word[12:14])
    if not (11 <= province <= 91 and 1900 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, word))
    return CHECKS[total % 11] == word[17].upper()


def is_mobile(word):
    return re.fullmatch(r"(86)?1[3-9][0-9]{9}", word) is not None


def is_bank_card(word):
    if not re.fullmatch(r"(62|4|5|35)[0-9]+", word) or not 16 <= len(word) <= 19:
        return False
    digits = [int(digit) for digit in reversed(word)]
    return sum(sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(digits)) % 10 == 0


def kind_of(word):
    if is_identity_card(word):
        return IDENTITY_CARD
    if is_mobile(word):
        return MOBILE
    return BANK_CARD if is_bank_card(word) else None


def found_in(data):
    """(offset, kind) of each number in bytes; the offset counts full-width digits as one byte."""
    data = WIDE_DIGIT.sub(lambda wide: WIDE[wide.group()], data)
    for run in RUN.finditer(data):
        groups = re.split("[ -]", run.group().decode())
        for first in range(len(groups)):
            kinds = (
                kind_of("".join(groups[first:last])) for last in range(first + 1, len(groups) + 1)
            )
            kind = next((kind for kind in kinds if kind), None)
            if kind:
                yield run.start(), kind
                break


def in_text(text):
    """What the text holds, or None."""
    return next((kind for _, kind in found_in(text.encode())), None)


def in_token(hexadecimal):
    """A number with zeros in front is no token of anybody."""
    return kind_of(hexadecimal.lstrip("0"))
