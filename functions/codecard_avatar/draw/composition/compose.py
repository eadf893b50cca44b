"""The largest setting of a name in an area of the badge: a search over line breaks, faces and sizes."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from functions.codecard_avatar.draw.composition.name_choices import MAX_WORDS, NameChoice, name_choices
from functions.codecard_avatar.draw.composition.shortening import with_ellipsis
from functions.codecard_avatar.draw.typesetting import Typeset, measure, typeset
from functions.codecard_avatar.model.badge_name import BadgeName

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from functions.codecard_avatar.draw.typesetting import Face

MIN_SIZE_PX = 12
"""Below this no line is set: what does not fit is cut, and a note says so."""

GOAL_PX = 29
"""Of the first name: 18 pt on a panel of 117 dots an inch, which is read at two metres."""

LEGIBLE_PX = 20
"""Of the first name: one that is cut is cut until it is as large as this."""

MAX_FIRST_PX = 64
MAX_REST_PX = 40
REST_SHARE = 0.66
"""The surname is at most this share of the first name's size: the first name comes first."""

MIN_GAP_PX = 4
GAP_SHARE = 0.16
"""Between two lines, of the lower one's size."""

_BLANK = 0.28
"""Width of a blank for each pixel of size."""

_MEASURED_PX = 48
"""Size in which widths are measured: they grow with the size."""

_FACES: tuple[tuple[Face, Face, float], ...] = (
    ("black", "bold", 0.0),
    ("black", "condensed", 3.0),
    ("condensed", "bold", 7.0),
    ("condensed", "condensed", 9.0),
)
"""Faces of first name and surname, with what they cost."""

_SHARES_OF_LARGEST = (1.0, 0.9, 0.8, 0.7, 0.6)
"""Sizes of the first name that are tried, of its largest: a smaller one may leave room for the surname."""

_CUTS = ((24, 40), (16, 28), (12, 20), (8, 12), (5, 8), (2, 4))
"""Letters of given name and surname that are tried in turn for a name that does not fit as a whole."""


@dataclass(frozen=True, slots=True)
class Area:
    """A place for a name: a rectangle, of which the rows from ``notch_top_px`` on are only ``notch_width_px`` wide.

    ``cost`` is what the place costs in the search, beside others.
    """

    width_px: int
    height_px: int
    notch_top_px: int = 10_000
    notch_width_px: int = 0
    cost: float = 0.0

    def width_at(self, bottom_px: float) -> int:
        """Return the width of a line that ends above ``bottom_px``."""
        return self.width_px if bottom_px <= self.notch_top_px else self.notch_width_px


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line with its face and size, and the row of the area where its pixels begin."""

    text: str
    face: Face
    size_px: int
    set: Typeset
    top_px: int

    @property
    def bottom_px(self) -> int:
        """The row after its last one."""
        return self.top_px + self.set.mask.height


@dataclass(frozen=True, slots=True)
class Composition:
    """A name in lines: the area that was chosen, titles and suffixes that are not in the lines, and what was cut."""

    lines: tuple[SetLine, ...]
    area: Area
    left_out: tuple[str, ...] = ()
    is_cut: bool = False

    @property
    def height_px(self) -> int:
        """The rows from the area's top to the end of the last line."""
        return max((line.bottom_px for line in self.lines), default=0)

    @property
    def missing(self) -> tuple[str, ...]:
        """The characters that have no glyph, each once."""
        return tuple(dict.fromkeys(itertools.chain.from_iterable(line.set.missing for line in self.lines)))


@dataclass(frozen=True, slots=True)
class _Plan:
    choice: NameChoice
    area: Area
    faces: tuple[Face, Face]
    first_px: int
    rest_px: int


@functools.lru_cache(maxsize=64)
def compose(name: BadgeName, areas: tuple[Area, ...]) -> Composition:
    """Return the best setting of a name in one of several areas."""
    whole = None if len(name.full.split()) > MAX_WORDS else _largest(name, areas)
    return whole or _cut(name, areas)


def _largest(name: BadgeName, areas: tuple[Area, ...]) -> Composition | None:
    """Return the best setting of all of a name, or None where it cannot be set."""
    # The plans rest on measured widths and on heights by kind of letter; the best is then set with real pixels, and
    # made smaller by the few that the estimate was off.
    for plan in reversed(_plans(name, areas)):
        if lines := _set_lines(plan):
            return Composition(lines, plan.area, plan.choice.left_out)
    return None


def utility(first_px: float, rest_px: float) -> float:
    """Return what sizes are worth: up to the goal a pixel of the first name counts three times, from 48 on a third."""
    first = 3 * min(first_px, GOAL_PX) + max(0.0, min(first_px, 48) - GOAL_PX) + max(0.0, first_px - 48) / 3
    return first + 2.6 * min(rest_px, 18) + 0.8 * max(0.0, min(rest_px, 30) - 18) + 0.3 * max(0.0, rest_px - 30)


def _plans(name: BadgeName, areas: Sequence[Area]) -> list[_Plan]:
    """Return plans, each better than those before it; a choice that cannot become the best is passed over."""
    best = -1000.0
    plans: list[_Plan] = []
    choices = sorted(name_choices(name), key=lambda each: each.cost)
    for choice, area, (first_face, rest_face, face_cost) in itertools.product(choices, areas, _FACES):
        cost = choice.cost + face_cost + area.cost
        limit = _largest_first(choice, area, first_face)
        if utility(limit, min(MAX_REST_PX, limit * REST_SHARE)) - cost <= best:
            continue
        worth, first_px, rest_px = max(_sizes(choice, area, first_face, rest_face, limit), default=(-1000.0, 0, 0))
        if worth - cost > best:
            best = worth - cost
            plans.append(_Plan(choice, area, (first_face, rest_face), first_px, rest_px))
    return plans


def _largest_first(choice: NameChoice, area: Area, face: Face) -> float:
    """Return the largest size of the first name's lines if they had the area to themselves."""
    widest = max(_width(text, face) for text in choice.first)
    return min(MAX_FIRST_PX, area.width_px / widest, area.height_px / sum(map(_height, choice.first)))


def _sizes(
    choice: NameChoice, area: Area, first_face: Face, rest_face: Face, limit: float
) -> Iterator[tuple[float, int, int]]:
    """Yield what is possible: its worth, the size of the first lines and that of the rest."""
    for share in _SHARES_OF_LARGEST if choice.rest or area.notch_width_px else (1.0,):
        first_px = int(limit * share)
        top = 0.0
        fits = first_px >= MIN_SIZE_PX
        for text in choice.first:
            top += _height(text) * first_px + (_gap(first_px) if top else 0)
            fits = fits and _width(text, first_face) * first_px <= area.width_at(top)
        rest_px = _rest_size(choice.rest, rest_face, area, top, first_px)
        if fits and rest_px >= MIN_SIZE_PX:
            yield (
                utility(first_px, rest_px if choice.rest else min(MAX_REST_PX, first_px * REST_SHARE)),
                first_px,
                rest_px,
            )


def _rest_size(lines: tuple[str, ...], face: Face, area: Area, top: float, first_px: int) -> int:
    """Return the largest size of the lines below the first name, below MIN_SIZE_PX where they do not fit."""
    if not lines:
        return MIN_SIZE_PX
    heights = [_height(text) + GAP_SHARE for text in lines]
    size = min(MAX_REST_PX, max(MIN_SIZE_PX, first_px * REST_SHARE), (area.height_px - top) / sum(heights))
    for text, bottom in zip(lines, itertools.accumulate(heights), strict=True):
        # A line that is too wide beside the notch may fit above it in a smaller size.
        width = _width(text, face)
        wide = min(area.width_px / width, (area.notch_top_px - top) / bottom)
        size = min(size, max(wide, area.width_at(area.height_px) / width))
    return int(size)


@functools.lru_cache(maxsize=2048)
def _width(text: str, face: Face) -> float:
    """Return the width of a text for each pixel of size."""
    # Lines are made of the same words again and again: each word is measured once.
    words = text.split()
    return max(0.02, sum(_word_width(word, face) for word in words) + _BLANK * (len(words) - 1))


@functools.lru_cache(maxsize=512)
def _word_width(word: str, face: Face) -> float:
    return measure(word, face, _MEASURED_PX) / _MEASURED_PX


@functools.lru_cache(maxsize=2048)
def _height(text: str) -> float:
    """Return about how high a text's pixels are for each pixel of size."""
    if not text.isascii():
        return 0.98
    above = 0.74 if any(each.isupper() or each.isdigit() or each in "bdfhklt()/" for each in text) else 0.6
    return above + (0.21 if any(each in "gjpqyQ,;()/" for each in text) else 0.0)


def _gap(size_px: int) -> int:
    return max(MIN_GAP_PX, round(GAP_SHARE * size_px))


def _set_lines(plan: _Plan) -> tuple[SetLine, ...]:
    """Return the lines of a plan as pixels, a little smaller where they do not fit; empty where they never do."""
    first_px, rest_px = plan.first_px, plan.rest_px
    while min(first_px, rest_px) >= MIN_SIZE_PX:
        lines = _stack(plan, first_px, rest_px)
        if lines[-1].bottom_px > plan.area.height_px:
            first_px, rest_px = (first_px - 1, rest_px) if first_px * REST_SHARE > rest_px else (first_px, rest_px - 1)
            if rest_px < MIN_SIZE_PX or not plan.choice.rest:
                first_px, rest_px = first_px - 1, max(rest_px, MIN_SIZE_PX)
            continue
        wide = [at for at, line in enumerate(lines) if line.set.width_px > plan.area.width_at(line.bottom_px)]
        if not wide:
            return lines
        if wide[0] < len(plan.choice.first):
            first_px -= 1
        else:
            rest_px -= 1
    return ()


def _stack(plan: _Plan, first_px: int, rest_px: int) -> tuple[SetLine, ...]:
    """Return all lines, each a gap below the one before."""
    lines: list[SetLine] = []
    for texts, face, size_px in (
        (plan.choice.first, plan.faces[0], first_px),
        (plan.choice.rest, plan.faces[1], rest_px),
    ):
        for text in texts:
            top = lines[-1].bottom_px + _gap(size_px) if lines else 0
            lines.append(SetLine(text, face, size_px, typeset(text, face, size_px), top))
    return tuple(lines)


def _cut(name: BadgeName, areas: tuple[Area, ...]) -> Composition:
    """Return the setting of the longest beginnings of a name that can be set, with an ellipsis where it is cut."""
    given, *more = name.first.split()
    for first_end, last_end in _CUTS:
        first = _cut_text(given, first_end)
        last = _cut_text(" ".join((*more, name.last)), last_end)
        cut = BadgeName(first, last, name.initials, prefix=name.prefix, suffix=name.suffix)
        made = _largest(cut, areas)
        if made and made.lines[0].size_px >= LEGIBLE_PX:
            return replace(made, is_cut=True)
    return replace(made, is_cut=True) if made else _clipped(name, areas[0])


def _clipped(name: BadgeName, area: Area) -> Composition:
    """Return the given name as far as it goes, letters piled high with marks clipped at the area's edge."""
    text = _cut_text(name.first, _CUTS[-1][0])
    line = typeset(text, "bold", MIN_SIZE_PX)
    width_px = min(line.mask.width, area.width_at(area.height_px))
    mask = line.mask.crop((0, 0, width_px, min(line.mask.height, area.height_px)))
    return Composition((SetLine(text, "bold", MIN_SIZE_PX, replace(line, mask=mask), 0),), area, is_cut=True)


def _cut_text(text: str, end: int) -> str:
    return text if len(text) <= end + 1 else with_ellipsis(text, end)
