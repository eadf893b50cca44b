"""Small lines of text in a column: wrapped between words, in the largest size in which all of them fit."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.codecard_avatar.draw.composition.shortening import shorten
from functions.codecard_avatar.draw.typesetting import measure, typeset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.codecard_avatar.draw.typesetting import Face, Typeset

ROW_FACE: Face = "small"
SIZES_PX = (16, 14, 12)
PITCH_PX = {16: 19, 14: 17, 12: 14}
"""From one row's baseline to the next one's."""

_MEASURING_FAULT_PX = 5

DESCENT_PX = 3
"""Below the last baseline."""


@dataclass(frozen=True, slots=True)
class TextRows:
    """Rows as pixels, in one size, and the beginnings of the texts that are cut."""

    rows: tuple[Typeset, ...]
    size_px: int
    cut: tuple[str, ...] = ()

    @property
    def baselines_px(self) -> list[int]:
        """The rows' baselines, from the top: a pitch apart, and further where a script's letters need it."""
        pitch_px = PITCH_PX[self.size_px]
        baselines: list[int] = []
        for at, row in enumerate(self.rows):
            before = self.rows[at - 1].below_px + 1 if at else 0
            last = baselines[-1] if at else -DESCENT_PX
            baselines.append(last + max(pitch_px, before + row.above_px if at else row.above_px + DESCENT_PX))
        return baselines

    @property
    def height_px(self) -> int:
        """The rows from the top of the first to what hangs below the last one's baseline."""
        return self.baselines_px[-1] + max(DESCENT_PX, self.rows[-1].below_px) if self.rows else 0

    @property
    def missing(self) -> tuple[str, ...]:
        """The characters that have no glyph, each once."""
        return tuple(dict.fromkeys(each for row in self.rows for each in row.missing))


@functools.lru_cache(maxsize=64)
def fit_rows(texts: tuple[str, ...], width_px: int, max_height_px: int) -> TextRows:
    """Return the rows of texts, each beginning on a row of its own; in the smallest size, what is too long is cut."""
    texts = tuple(filter(None, texts))
    for size_px in SIZES_PX:
        wrapped = [wrap(text, size_px, width_px) for text in texts]
        lines = [line for each in wrapped if each for line in each]
        if None not in wrapped and len(lines) * PITCH_PX[size_px] <= max_height_px:
            rows = TextRows(tuple(typeset(line, ROW_FACE, size_px) for line in lines), size_px)
            if rows.height_px <= max_height_px:
                return rows
    return _cut_rows(texts, width_px, max_height_px)


def wrap(text: str, size_px: int, width_px: int) -> list[str] | None:
    """Return a text in as many lines as it needs, or None where a word alone is too wide."""
    lines: list[str] = []
    end_px = 0
    blank_px = measure("n n", ROW_FACE, size_px) - 2 * measure("n", ROW_FACE, size_px)
    for word in text.split():
        word_px = measure(word, ROW_FACE, size_px)
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _fits(longer, end_px + blank_px + word_px, size_px, width_px):
            lines[-1] = longer
            end_px += blank_px + word_px
        elif _fits(word, word_px, size_px, width_px):
            lines.append(word)
            end_px = word_px
        else:
            return None
    return lines


def _fits(text: str, measured_px: int, size_px: int, width_px: int) -> bool:
    """Tell whether a text fits; the width that was measured may be a few pixels off the drawn one."""
    if abs(measured_px - width_px) > _MEASURING_FAULT_PX:
        return measured_px < width_px
    return typeset(text, ROW_FACE, size_px).width_px <= width_px


def _cut_rows(texts: Sequence[str], width_px: int, max_height_px: int) -> TextRows:
    """Return a row a text in the smallest size, and the last one's remaining rows where there is room for more."""
    size_px = SIZES_PX[-1]
    room = max_height_px // PITCH_PX[size_px]
    rows: list[str] = []
    cut: list[str] = []
    for at, text in enumerate(texts):
        share = max(1, room - len(rows) - (len(texts) - at - 1)) if len(rows) < room else 0
        lines = wrap(text, size_px, width_px) or [text]
        kept = [*lines[: share - 1], " ".join(lines[share - 1 :])] if share else []
        rows += [shorten(line, ROW_FACE, size_px, width_px) for line in kept]
        if not kept or rows[-1] != kept[-1]:
            cut.append(text)
    made = TextRows(tuple(typeset(row, ROW_FACE, size_px) for row in rows), size_px, tuple(cut))
    while made.height_px > max_height_px:
        made = TextRows(made.rows[:-1], size_px, (*made.cut, rows[len(made.rows) - 1]))
    return made
