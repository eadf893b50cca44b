"""What a badge shows of its owner: from a card's fields to the lines of the badge and the name of its identicon."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.codecard_avatar.model.name_parts import parse_name

if TYPE_CHECKING:
    from collections.abc import Mapping

ELLIPSIS = "\u2026"
"""The end of a name that is cut, on the badge and in an address."""

MAX_CHARACTERS = 200
"""Of a title that are looked at; the backend's column has 50, a registry may have more."""

LETTERS_OF_A_WORD = 2
"""Of the first and of the last word, that make the identicon's name."""

_SYMBOLS = frozenset({"So", "Sk", "Me", "Cn"})
"""Unicode categories of emoji and signs: left out of a line that has letters too."""

_VARIATION_SELECTORS = range(0xFE00, 0xFE10)

_SPACING_FILLERS = "\u3164\uffa0"
"""Letters without a picture (Hangul fillers), which fonts made for looking at code points draw as a labelled box."""

_UNSEEN_MARKS = frozenset(map(chr, (0x034F, *range(0x180B, 0x1810), *range(0xE0100, 0xE01F0))))
"""Marks without a picture: Unicode's Default_Ignorable_Code_Point, but those of emoji, which go with their emoji."""


@dataclass(frozen=True, slots=True)
class BadgeName:
    """What a badge shows of a name: given names and surname in reading order, and the identicon's name.

    ``last`` may be empty, and so may ``prefix`` (Dr.), ``suffix`` (PhD, Jr.) and ``pronouns`` (of the title). ``full``
    is all of the title's words, which give this name again.
    """

    first: str
    last: str
    initials: str
    prefix: str = ""
    suffix: str = ""
    pronouns: str = ""
    full: str = field(default="", compare=False)

    @property
    def first_line(self) -> str:
        """The given names with what stands before them."""
        return f"{self.prefix} {self.first}".strip()

    @property
    def last_line(self) -> str:
        """The surname with what follows it."""
        pronouns = f"({self.pronouns})" if self.pronouns else ""
        return " ".join(part for part in (self.last, self.suffix, pronouns) if part)


def clean_title(title: str) -> str:
    """Return the title as plain words: NFC, one blank between words, and nothing that has no picture.

    Joiners stay where they are part of the spelling.
    """
    # Composed letters are what the font has, and what makes one address of two spellings of a name. Four times as many
    # characters are read as are kept, because a letter may be spelled with several marks that compose into it.
    composed = unicodedata.normalize("NFC", title[: 4 * MAX_CHARACTERS])
    spaced = "".join(" " if _is_blank(each) else each for each in composed)
    kept = "".join(
        each for before, each in itertools.pairwise(f" {spaced}") if not _is_unseen(each) or _is_joiner(before, each)
    )
    return " ".join(kept.split())[:MAX_CHARACTERS].strip()


def _is_blank(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Zl", "Zp"} or character in _SPACING_FILLERS


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in {"Cf", "Cs", "Co"} or character in _UNSEEN_MARKS


def _is_joiner(before: str, character: str) -> bool:
    """Tell whether a joiner or non-joiner is part of a word's spelling, as in Persian and in the scripts of India."""
    return character in "\u200c\u200d" and "\u0590" <= before <= "\u1cff"


def from_title(title: str) -> BadgeName | None:
    """Return the name of a title, or None when there is nothing to show.

    The surname is the last word that is no suffix, with its particles, or what precedes a comma; a single word is a
    given name. Emoji and signs are left out where a word remains. The identicon's name is the first two letters or
    digits of the first given name and of the surname's last word, case kept; of a name without any, its first two
    characters.
    """
    text = clean_title(title)
    words = [word for word in map(_without_symbols, text.split()) if word] or text.split()
    if not words:
        return None
    parts = parse_name(" ".join(words))
    letters = _letters(parts.given[0]) + "".join(_letters(word) for word in parts.surname[-1:])
    return BadgeName(
        first=" ".join(parts.given),
        last=" ".join(parts.surname),
        initials=letters or parts.given[0][:LETTERS_OF_A_WORD],
        prefix=" ".join(parts.prefix),
        suffix=" ".join(parts.suffix),
        pronouns=parts.pronouns,
        full=" ".join(words),
    )


def from_fields(fields: Mapping[str, str]) -> BadgeName | None:
    """Return the name that a card's fields give, or None when they give none."""
    return from_title(fields.get("title", ""))


def _without_symbols(word: str) -> str:
    """Return the word without emoji and signs; empty when no letter, digit or punctuation remains."""
    kept = [each for each in word if not _is_symbol(each)]
    return "".join(kept) if any(unicodedata.category(each)[0] != "M" for each in kept) else ""


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) in _SYMBOLS or ord(character) in _VARIATION_SELECTORS


def _letters(word: str) -> str:
    """Return the first letters or digits of a word."""
    return "".join(each for each in word if each.isalnum())[:LETTERS_OF_A_WORD]
