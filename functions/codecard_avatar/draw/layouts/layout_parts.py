"""What the layouts have in common: the event's band, the block of the name, small rows, the identicon's stamp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar.draw.badge_layout import BLACK, WHITE, WIDTH_PX
from functions.codecard_avatar.draw.canvas import MARGIN_PX
from functions.codecard_avatar.draw.composition.shortening import shorten
from functions.codecard_avatar.draw.composition.text_rows import ROW_FACE, fit_rows
from functions.codecard_avatar.draw.drawn_badge import NAME_SHORTENED
from functions.codecard_avatar.draw.identicon import CELLS
from functions.codecard_avatar.draw.identicon_picture import cells_of, draw_cells
from functions.codecard_avatar.draw.typesetting import typeset

if TYPE_CHECKING:
    from PIL import Image

    from functions.codecard_avatar.draw.canvas import Canvas
    from functions.codecard_avatar.draw.composition.compose import Composition
    from functions.codecard_avatar.model.badge_content import BadgeContent

BAND_PX = 24
BAND_SIZE_PX = 16
STAMP_PADDING_PX = 4
"""Between the identicon's cells and its hair frame."""

MAX_EXTRA_GAP_PX = 10
MAX_NOTED_CHARACTERS = 24


def is_right_to_left(content: BadgeContent) -> bool:
    """Tell whether the name is read from right to left, so that the badge is laid out mirrored."""
    return typeset(content.name.first, "bold", BAND_SIZE_PX).rtl


def draw_band(canvas: Canvas, event: str, beside: str = "") -> bool:
    """Draw the event's name in a black band, and a short text at its right end; tell whether that one had room."""
    canvas.fill((0, 0, WIDTH_PX, BAND_PX), BLACK)
    room = WIDTH_PX - 2 * MARGIN_PX
    right = typeset(beside, ROW_FACE, BAND_SIZE_PX) if beside else None
    left = typeset(event, ROW_FACE, BAND_SIZE_PX)
    has_room = right is None or left.width_px + 16 + right.width_px <= room
    if left.width_px > room:
        left = typeset(shorten(event, ROW_FACE, BAND_SIZE_PX, room), ROW_FACE, BAND_SIZE_PX)
        canvas.note("the event's name is shortened")
    baseline_px = BAND_PX // 2 + 5
    canvas.text(left.mask, MARGIN_PX, baseline_px - left.above_px, WHITE)
    if right and has_room:
        canvas.text(right.mask, WIDTH_PX - MARGIN_PX - right.width_px, baseline_px - right.above_px, WHITE)
    canvas.note_missing(left.missing)
    return has_room


def draw_name(canvas: Canvas, composed: Composition, left_px: int, top_px: int) -> None:
    """Draw a composed name in its area, the rows that are left divided above, between and below its lines."""
    gap, shift = _spread(composed)
    first_size = composed.lines[0].size_px
    for line in composed.lines:
        is_rest = line.size_px != first_size
        canvas.text(line.set.mask, left_px, top_px + shift + line.top_px + (gap if is_rest else 0))
    if composed.is_cut:
        canvas.note(NAME_SHORTENED)
    canvas.note_missing(composed.missing)


def _spread(composed: Composition) -> tuple[int, int]:
    """Return the extra gap before the surname and the shift of all lines, as far as lines stay wide enough there."""
    area = composed.area
    slack = max(0, area.height_px - composed.height_px)
    for parts in range(8, -1, -1):
        gap = min(MAX_EXTRA_GAP_PX, slack * parts // 32)
        shift = (slack * parts // 8 - gap) // 2
        if all(line.set.width_px <= area.width_at(line.bottom_px + shift + gap) for line in composed.lines):
            return gap, shift
    return 0, 0


def with_extras(composed: Composition, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the small texts with the titles and suffixes before them that are not in the name's lines."""
    if not composed.left_out:
        return texts
    extras = " ".join(composed.left_out)
    return (f"{extras} \u00b7 {texts[0]}", *texts[1:]) if texts else (extras,)


def draw_texts(
    canvas: Canvas,
    texts: tuple[str, ...],
    left_end_px: tuple[int, int],
    width_px: int,
    room_px: int,
    *,
    from_top: bool = False,
) -> None:
    """Draw small rows that end above a place's row, or begin at it."""
    if not texts:
        return
    left_px, end_px = left_end_px
    rows = fit_rows(texts, width_px, room_px)
    top_px = end_px if from_top else end_px - rows.height_px
    for row, baseline_px in zip(rows.rows, rows.baselines_px, strict=True):
        canvas.text(row.mask, left_px, top_px + baseline_px - row.above_px)
    for text in rows.cut:
        canvas.note(f"shortened: {text[:MAX_NOTED_CHARACTERS]}")
    canvas.note_missing(rows.missing)


def stamp_px(cell_px: int) -> int:
    """Return the side of a stamp with its frame."""
    return CELLS * cell_px + 2 * STAMP_PADDING_PX


def draw_stamp(
    canvas: Canvas, content: BadgeContent, identicon: Image.Image | None, cell_px: int, left_top: tuple[int, int]
) -> None:
    """Draw the identicon in a hair frame."""
    left, top = left_top
    side_px = stamp_px(cell_px)
    canvas.frame((left, top, left + side_px, top + side_px))
    cells = cells_of(identicon, cell_px) if identicon else draw_cells(content.name.initials, cell_px)
    canvas.paste(cells, left + STAMP_PADDING_PX, top + STAMP_PADDING_PX)
