"""A name's words by what they are: titles, given names, surname, suffixes, pronouns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from functions.codecard_avatar.model.name_words import is_suffix, is_title, surname_start, take_pronouns

_COMMA = re.compile(r",(?!\d)")
_NOTE = re.compile(r"\s+(\([^()]*\)|\[[^\[\]]*\])$")
"""Something in brackets at the end of a name, such as a team."""


@dataclass(frozen=True, slots=True)
class NameParts:
    """The words of a name; there is at least one given name, everything else may be empty."""

    given: tuple[str, ...]
    surname: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    pronouns: str = ""


def parse_name(text: str) -> NameParts:
    """Return the parts of a name of at least one word, single blanks between the words."""
    text, pronouns = take_pronouns(text)
    note = _NOTE.search(text)
    notes = note[1].split() if note else []
    segments = [each.split() for each in _COMMA.split(text[: note.start()] if note else text) if each.strip()]
    titles = _titles_between_commas(segments)
    given, surname, suffix = _by_commas(segments or [text.split()])
    titles += (before := _titles(given, surname))
    given = given[len(before) :]
    return NameParts(tuple(given), tuple(surname), tuple(titles), (*suffix, *notes), pronouns)


def _titles_between_commas(segments: list[list[str]]) -> list[str]:
    """Take the titles that follow the last comma (Citizen, Dr.) or precede the surname (Dr. Citizen, Joan)."""
    titles: list[str] = []
    while len(segments) > 1 and all(is_title(word, 1) for word in segments[-1]):
        titles = segments.pop() + titles
    if len(segments) == 2:
        before = _titles(segments[0], segments[1])
        segments[0] = segments[0][len(before) :]
        titles = before + titles
    return titles


def _by_commas(segments: list[list[str]]) -> tuple[list[str], list[str], list[str]]:
    """Return given names (with their titles), surname and suffixes."""
    suffix: list[str] = []
    while len(segments) > 1 and all(is_suffix(word, 1, after_comma=True) for word in segments[-1]):
        suffix = segments.pop() + suffix
    if len(segments) == 2:
        surname, of_surname = _without_suffixes(segments[0], 1)
        given, of_given = _without_suffixes(segments[1], 1)
        return given, surname, of_surname + of_given + suffix
    # More commas are no form that a name has: the words stay as they are.
    words = [word for segment in segments for word in [*segment[:-1], segment[-1] + ","]]
    words[-1] = words[-1].removesuffix(",")
    words, own = _without_suffixes(words, 0)
    titles = _titles(words, [])
    start = len(titles) + surname_start(words[len(titles) :])
    return words[:start], words[start:], own + suffix


def _without_suffixes(words: list[str], words_before: int) -> tuple[list[str], list[str]]:
    """Return the words and, apart from them, the suffixes at their end; ``words_before`` are counted with them."""
    end = len(words)
    while end > 1 and is_suffix(words[end - 1], end - 1 + words_before):
        end -= 1
    return words[:end], words[end:]


def _titles(given: list[str], surname: list[str]) -> list[str]:
    """Return the titles at the beginning of the given names, which keep a word."""
    count = 0
    while count < len(given) - 1 and is_title(given[count], len(given) + len(surname) - count - 1):
        count += 1
    return given[:count]
