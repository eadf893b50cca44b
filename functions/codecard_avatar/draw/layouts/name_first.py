"""The name as large as it goes, under it what its owner does, and the identicon as a stamp beside that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar.draw.badge_layout import HEIGHT_PX, WIDTH_PX
from functions.codecard_avatar.draw.canvas import MARGIN_PX, Canvas
from functions.codecard_avatar.draw.composition.compose import Area, Composition, compose
from functions.codecard_avatar.draw.composition.text_rows import DESCENT_PX, fit_rows
from functions.codecard_avatar.draw.layouts import layout_parts

if TYPE_CHECKING:
    from PIL import Image

    from functions.codecard_avatar.draw.drawn_badge import DrawnBadge
    from functions.codecard_avatar.model.badge_content import BadgeContent

CELLS_PX = ((8, 0.0), (6, 5.0), (4, 14.0))
"""Pixels a cell of the stamp that are tried, with what a smaller stamp costs in the search."""

ROWS_PX = (0, 19, 38, 51, 56)
"""Height of the small rows, by the number of texts."""

RULE_GAP_PX = 6
ROWS_TOP_PX = 5
"""Between the rule and the small rows."""

GAP_PX = 6
ROWS_WIDTH_PX = 168
"""Of the small rows, beside the largest stamp."""


def draw(
    content: BadgeContent, own_background: Image.Image | None, identicon: Image.Image | None, *, note: str = ""
) -> DrawnBadge:
    """Return the badge; ``note`` says why it is not laid out as asked."""
    canvas = Canvas(own_background, mirrored=layout_parts.is_right_to_left(content))
    if note:
        canvas.note(note)
    top_px, pronouns = _draw_band(canvas, content)
    texts = _texts(content, pronouns)
    composed, rule_px, cell_px = _composed(content, top_px, _rows(texts))
    if composed.left_out:
        composed, rule_px, cell_px = _composed(content, top_px, _rows((" ".join(composed.left_out), *texts)))
        texts = tuple(filter(None, (" ".join(composed.left_out), *texts)))
    layout_parts.draw_name(canvas, composed, MARGIN_PX, top_px)
    stamp_px = layout_parts.stamp_px(cell_px)
    stamp_left = WIDTH_PX - MARGIN_PX - stamp_px
    if texts:
        right_px = stamp_left - MARGIN_PX
        canvas.rule(MARGIN_PX, right_px, rule_px)
        end_px = HEIGHT_PX - MARGIN_PX + DESCENT_PX
        room_px = end_px - rule_px - ROWS_TOP_PX
        layout_parts.draw_texts(canvas, texts, (MARGIN_PX, end_px), right_px - MARGIN_PX, room_px)
    layout_parts.draw_stamp(canvas, content, identicon, cell_px, (stamp_left, HEIGHT_PX - MARGIN_PX - stamp_px))
    return canvas.drawn()


def _draw_band(canvas: Canvas, content: BadgeContent) -> tuple[int, str]:
    """Draw the event's band; return where the name may begin, and the pronouns if the band has no room for them."""
    if not content.event:
        return MARGIN_PX, content.pronouns
    had_room = layout_parts.draw_band(canvas, content.event, content.pronouns)
    return layout_parts.BAND_PX + GAP_PX, "" if had_room else content.pronouns


def _texts(content: BadgeContent, pronouns: str) -> tuple[str, ...]:
    """Return the small lines: at most three, the detail only where there is room for it."""
    texts = [text for text in (content.role, content.company, pronouns) if text]
    return tuple(texts) if texts else tuple(filter(None, (content.detail,)))


def _rows(texts: tuple[str, ...]) -> int:
    """Return how many rows the small texts are given: more than there are texts where one of these needs two."""
    rows = len(texts)
    while 0 < rows < len(ROWS_PX) - 1 and fit_rows(texts, ROWS_WIDTH_PX, ROWS_PX[rows]).cut:
        rows += 1
    return rows


def _composed(content: BadgeContent, top_px: int, rows: int) -> tuple[Composition, int, int]:
    """Return the name above a number of small rows, where the rule between them is, and the size of a stamp's cell."""
    rule_px = HEIGHT_PX - MARGIN_PX - ROWS_PX[rows] - (RULE_GAP_PX if rows else 0)
    areas = _areas(top_px, rule_px - GAP_PX if rows else rule_px)
    composed = compose(content.name, areas)
    return composed, rule_px, CELLS_PX[areas.index(composed.area)][0]


def _areas(top_px: int, bottom_px: int) -> tuple[Area, ...]:
    """Return the places for the name, beside stamps of several sizes."""
    areas = []
    for cell_px, cost in CELLS_PX:
        stamp_px = layout_parts.stamp_px(cell_px)
        notch_top = HEIGHT_PX - MARGIN_PX - stamp_px - GAP_PX - top_px
        narrow = WIDTH_PX - 3 * MARGIN_PX - stamp_px
        areas.append(Area(WIDTH_PX - 2 * MARGIN_PX, bottom_px - top_px, notch_top, narrow, cost))
    return tuple(areas)
