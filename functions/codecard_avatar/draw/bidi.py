"""One line of mixed direction, as runs in the order in which they are drawn.

A subset of the Unicode Bidirectional Algorithm (UAX #9) that is enough for a name: paragraph direction (rules P2 and
P3), marks (W1), brackets (N0), neutral characters (N1 and N2) and reordering (L2); no embeddings, which a title cannot
hold (model/badge_name.py drops format characters).
"""

from __future__ import annotations

import unicodedata

MIRRORED = str.maketrans("()[]{}<>\u00ab\u00bb\u2039\u203a", ")(][}{><\u00bb\u00ab\u203a\u2039")
"""Signs that stand the other way round in a right-to-left run (rule L4)."""

_BRACKETS = {"(": ")", "[": "]", "{": "}"}

_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_LEFT_TO_RIGHT = frozenset({"L", "EN", "AN"})


def has_right_to_left(text: str) -> bool:
    """Tell whether any letter is written from right to left."""
    return any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in text)


def is_right_to_left(text: str) -> bool:
    """Tell whether a line's own direction, that of its first letter, is from right to left."""
    strong = (unicodedata.bidirectional(each) for each in text)
    return next((way != "L" for way in strong if way == "L" or way in _RIGHT_TO_LEFT), False)


def directional_runs(text: str) -> list[tuple[str, bool]]:
    """Return the runs of one direction from left to right, each in reading order, and whether it is right to left."""
    directions = _directions(text)
    base = "R" if is_right_to_left(text) else "L"
    _join_brackets(text, directions, base)
    # At most two levels occur, so L2 comes down to this: each right-to-left run is reversed, and in a right-to-left
    # line so is the order of the runs.
    runs: list[tuple[str, bool]] = []
    for at, character in enumerate(text):
        is_rtl = (directions[at] or _neutral(directions, at, base)) == "R"
        if runs and runs[-1][1] == is_rtl:
            runs[-1] = (runs[-1][0] + character, is_rtl)
        else:
            runs.append((character, is_rtl))
    return runs[::-1] if base == "R" else runs


def _directions(text: str) -> list[str]:
    """Return each character's direction, R or L, and an empty text for a neutral one; a mark has its letter's."""
    found: list[str] = []
    for each in map(unicodedata.bidirectional, text):
        if each == "NSM" and found:
            found.append(found[-1])
        else:
            found.append("R" if each in _RIGHT_TO_LEFT else "L" if each in _LEFT_TO_RIGHT else "")
    return found


def _join_brackets(text: str, directions: list[str], base: str) -> None:
    """Give both brackets of a pair one direction (N0): else one at a line's end turns away from its pair."""
    open_at: list[int] = []
    pairs: list[tuple[int, int]] = []
    for at, character in enumerate(text):
        if character in _BRACKETS:
            open_at.append(at)
        elif open_at and character == _BRACKETS[text[open_at[-1]]]:
            pairs.append((open_at.pop(), at))
    for first, last in sorted(pairs):
        inside = {way for way in directions[first + 1 : last] if way}
        before = next((way for way in reversed(directions[:first]) if way), base)
        if inside:
            directions[first] = directions[last] = base if base in inside else before


def _neutral(directions: list[str], at: int, base: str) -> str:
    """Return the direction of a neutral character: that of both sides if they agree, else the line's."""
    before = next((way for way in reversed(directions[:at]) if way), base)
    after = next((way for way in directions[at + 1 :] if way), base)
    return before if before == after else base
