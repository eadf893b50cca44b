"""The claim code of a card: its id in characters that are read off a panel and typed without a mistake.

It is no secret and proves nothing: whoever knows a card's id can ask the function as the card does, which has no
credentials. What it guards against is a typo that would name another card, and what guards a card that has an owner is
that a claim never replaces an entry (docs/codecard-avatar.md, "Cards without APEX").
"""

from __future__ import annotations

import re

from functions.codecard_avatar.model.card_id import card_id_of

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, without I, L, O and U: https://www.crockford.com/base32.html"""

EXAMPLE_CODE = "SH8E-7K5Z-ZYDK"

_CHARACTERS = 12
_CHECK = 4093
"""The largest prime below 2**12: the 48 bits of an id get 12 more, so that the whole is a multiple of it.

A multiple stays none when one character is another (the difference is less than 32 times a power of two) or two
neighbours change places (31 times as much): neither has this prime as a factor."""

_READ_AS = str.maketrans("OIL", "011")


def claim_code_of(card_id: str) -> str:
    """Return a card's code, three groups of four characters."""
    bits = int(card_id_of(card_id), 16) << 12
    bits += -bits % _CHECK
    text = "".join(ALPHABET[bits >> shift & 31] for shift in range(5 * (_CHARACTERS - 1), -1, -5))
    return "-".join(text[at : at + 4] for at in range(0, _CHARACTERS, 4))


def card_of_claim_code(code: str) -> str:
    """Return the card's id; ValueError says what is wrong with the code. Case, blanks and dashes do not matter."""
    text = re.sub(r"[\s-]", "", code).upper().translate(_READ_AS)
    if len(text) != _CHARACTERS or not set(text) <= set(ALPHABET):
        raise ValueError(f"must be the 12 letters and digits that the card shows, such as {EXAMPLE_CODE}")
    bits = 0
    for character in text:
        bits = bits << 5 | ALPHABET.index(character)
    if bits % _CHECK or bits >> 60 or bits & 0xFFF >= _CHECK:
        raise ValueError("has a mistake in it: compare it with the card's screen")
    return f"{bits >> 12:012X}"
