"""The ways in which a name can stand in lines: line breaks, initials of middle names, titles beside it. Text alone."""

from __future__ import annotations

import functools
import itertools
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.codecard_avatar.model.badge_name import BadgeName

# What a way of setting a name costs, in pixels of the first name's size: a break may cost this much of its height.
COST_OF_BREAK = 7.0
COST_OF_HYPHEN_BREAK = 9.0
COST_OF_MOVED_NAMES = 6.0
"""A middle name on the line of the surname."""

COST_OF_ONE_LINE = 7.0
"""A surname on the first name's line, as large as that: where there is no height for two lines."""

COST_OF_INITIAL = 24.0
COST_OF_SPLIT_WORD = 20.0
COST_OF_LEFT_OUT = 9.0
"""A title or suffix among the small lines."""

COST_OF_PARTICLE = 9.0
"""A line that ends in a word of small letters (van der), which belongs to the next one."""

MAX_BREAKS = 3
"""Of a text that are tried: the most balanced ones."""

MAX_WORDS = 12
"""Of a name that is composed; one of more words is no name that anybody is called by, and is cut."""

_SPLIT_FROM_LETTERS = 13
"""Letters from which a word may be split in two with a hyphen."""

_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüý")


@dataclass(frozen=True, slots=True)
class NameChoice:
    """One way: lines in the first name's size, lines in the surname's, what is left for the small lines, the cost."""

    first: tuple[str, ...]
    rest: tuple[str, ...]
    left_out: tuple[str, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines with their cost, and given names that are moved to the surname's line."""

    lines: tuple[str, ...]
    cost: float = 0.0
    moved: tuple[str, ...] = ()


def name_choices(name: BadgeName) -> Iterator[NameChoice]:
    """Yield the ways to set a name, its only given name always in full."""
    if name.last and _is_east_asian(name.first + name.last):
        yield from _east_asian(name)
        return
    given = tuple(name.first.split())
    prefixes = (name.prefix, "") if name.prefix else ("",)
    suffixes = (name.suffix, "") if name.suffix else ("",)
    if name.last:
        words = (name.prefix, name.first, name.last, name.suffix)
        yield NameChoice((" ".join(filter(None, words)),), (), (), COST_OF_ONE_LINE)
    for first, prefix, suffix in itertools.product(_first_lines(given), prefixes, suffixes):
        left_out = tuple(each for each in (name.prefix, name.suffix) if each not in (prefix, suffix))
        lines = (f"{prefix} {first.lines[0]}".strip(), *first.lines[1:])
        cost = first.cost + COST_OF_LEFT_OUT * len(left_out)
        for rest in _rest_lines(" ".join(filter(None, (*first.moved, name.last, suffix)))):
            yield NameChoice(lines, rest.lines, left_out, cost + rest.cost)


def _east_asian(name: BadgeName) -> Iterator[NameChoice]:
    """Yield a name of which nobody can tell here which word is the given name: all words in one size."""
    left_out = tuple(filter(None, (name.prefix, name.suffix)))
    yield NameChoice((f"{name.first} {name.last}",), (), left_out, 0.0)
    yield NameChoice((name.first, name.last), (), left_out, COST_OF_BREAK)


def _is_east_asian(text: str) -> bool:
    """Tell whether a name is of Chinese, Japanese or Korean letters alone."""
    return all(unicodedata.east_asian_width(each) in {"W", "F"} for each in text if each.isalpha())


def initial(word: str) -> str:
    """Return the initial of a name (J., J.-L.); a particle, or a word of a script without capitals, as it is."""
    parts = [part for part in word.split("-") if part]
    if not parts or not all(part[0].isupper() and part[1:2].isalpha() for part in parts):
        return word
    return "-".join(f"{part[0]}." for part in parts)


def breaks(text: str) -> list[tuple[tuple[str, str], float]]:
    """Return the most balanced pairs of lines that a text can be broken into, with their costs."""
    at_blanks = [(text[:at], text[at + 1 :]) for at, each in enumerate(text) if each == " "]
    pairs = [(pair, COST_OF_BREAK + _particle_cost(pair[0])) for pair in _most_balanced(at_blanks)]
    hyphens = [at + 1 for at, each in enumerate(text) if each in "-\u2010\u00b7" and 1 < at < len(text) - 2]
    pairs += [(pair, COST_OF_HYPHEN_BREAK) for pair in _most_balanced([(text[:at], text[at:]) for at in hyphens])]
    return pairs or _split_word(text)


def _most_balanced(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: max(map(len, pair)))[:MAX_BREAKS]


def _particle_cost(line: str) -> float:
    return COST_OF_PARTICLE if line.rpartition(" ")[2].islower() else 0.0


def _first_lines(given: tuple[str, ...]) -> Iterator[_Lines]:
    whole = " ".join(given)
    yield _Lines((whole,))
    for pair, cost in breaks(whole):
        yield _Lines(pair, cost)
    if len(given) == 1:
        return
    only, middle = given[0], given[1:]
    initials = tuple(map(initial, middle))
    yield _Lines((only,), COST_OF_MOVED_NAMES, middle)
    for pair, cost in breaks(only):
        yield _Lines(pair, COST_OF_MOVED_NAMES + cost, middle)
    if initials != middle:
        cost = COST_OF_INITIAL + 2 * len(middle)
        yield _Lines((" ".join((only, *initials)),), cost)
        yield _Lines((only,), COST_OF_MOVED_NAMES + cost, initials)


def _rest_lines(text: str) -> Iterator[_Lines]:
    yield _Lines((text,) if text else ())
    for pair, cost in breaks(text):
        yield _Lines(pair, cost / 2)
        longest = max(pair, key=len)
        for inner, more in breaks(longest)[:1]:
            lines = (*inner, pair[1]) if longest == pair[0] else (pair[0], *inner)
            yield _Lines(lines, (cost + more) / 2 + 2)


@functools.lru_cache(maxsize=256)
def _split_word(word: str) -> list[tuple[tuple[str, str], float]]:
    """Return a long word in two halves: with a hyphen in an alphabet, without one where words are written in a row."""
    if any(unicodedata.bidirectional(each) in {"R", "AL"} for each in word):
        return []  # letters that join would change their forms
    in_a_row = any(unicodedata.category(each) == "Lo" for each in word)
    if len(word) < (4 if in_a_row else _SPLIT_FROM_LETTERS):
        return []
    middle = len(word) / 2
    ends = [at for at in range(2, len(word) - 1) if _may_split(word, at, in_a_row=in_a_row)]
    if not ends:
        return []
    at = min(ends, key=lambda end: abs(end - middle))
    return [((word[:at] + ("" if in_a_row else "-"), word[at:]), COST_OF_BREAK if in_a_row else COST_OF_SPLIT_WORD)]


def _may_split(word: str, at: int, *, in_a_row: bool) -> bool:
    """Tell whether a word may be split before a letter: no mark, and in an alphabet the consonant of a syllable."""
    if unicodedata.category(word[at])[0] == "M":
        return False
    if in_a_row:
        # Thai and Lao write some vowels before their consonant: such a vowel does not end a line.
        return not 0x0E40 <= ord(word[at - 1]) <= 0x0E44 and word[at] not in "\u0e30\u0e32\u0e33\u0e45\u0e46"
    return word[at].isalpha() and word[at].casefold() not in _VOWELS and word[at + 1].casefold() in _VOWELS
