"""The owner's photo or logo at one side of the badge, the name beside it, or above it where it is larger so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar.draw.badge_layout import HEIGHT_PX, WIDTH_PX
from functions.codecard_avatar.draw.canvas import MARGIN_PX, Canvas
from functions.codecard_avatar.draw.composition.compose import GOAL_PX, Area, Composition, compose
from functions.codecard_avatar.draw.layouts import layout_parts, name_first
from functions.codecard_avatar.draw.photo import photo_picture

if TYPE_CHECKING:
    from PIL import Image

    from functions.codecard_avatar.draw.drawn_badge import DrawnBadge
    from functions.codecard_avatar.model.badge_content import BadgeContent

SIDE_WIDTH_PX = 116
"""Of a photo that fills one side of the badge."""

CORNER_PX = 92
"""Side of a photo in the lower corner, under a name that needs the badge's whole width."""

ROWS_PX = (0, 19, 38, 51)
GAP_PX = 6


def draw(content: BadgeContent, own_background: Image.Image | None, identicon: Image.Image | None) -> DrawnBadge:
    """Return the badge, or the one name first where there is no photo or it cannot be shown."""
    why = "" if content.photo else "there is no photo"
    top_px = layout_parts.BAND_PX if content.event else 0
    composed, width_px, height_px = _composed(content, top_px)
    picture: Image.Image | None = None
    if content.photo:
        try:
            picture = photo_picture(content.photo, width_px, height_px)
        except ValueError as fault:
            why = f"the photo {fault}"
    if picture is None:
        return name_first.draw(content, own_background, identicon, note=f"{why}: laid out name first")
    canvas = Canvas(own_background, mirrored=layout_parts.is_right_to_left(content))
    pronouns = content.pronouns
    if content.event and layout_parts.draw_band(canvas, content.event, pronouns):
        pronouns = ""
    is_corner = width_px == CORNER_PX
    right_px = WIDTH_PX - (MARGIN_PX if is_corner else 0)
    bottom_px = HEIGHT_PX - (MARGIN_PX if is_corner else 0)
    if is_corner:
        canvas.frame((right_px - width_px - 1, bottom_px - height_px - 1, right_px + 1, bottom_px + 1))
    canvas.paste(picture, right_px - width_px, bottom_px - height_px)
    layout_parts.draw_name(canvas, composed, MARGIN_PX, top_px + MARGIN_PX)
    texts = layout_parts.with_extras(composed, tuple(filter(None, (content.role, content.company, pronouns))))
    room_px = HEIGHT_PX - 2 * MARGIN_PX - top_px - composed.area.height_px
    width_of_rows = right_px - width_px - 2 * MARGIN_PX
    layout_parts.draw_texts(canvas, texts, (MARGIN_PX, HEIGHT_PX - MARGIN_PX), width_of_rows, room_px)
    return canvas.drawn()


def _composed(content: BadgeContent, top_px: int) -> tuple[Composition, int, int]:
    """Return the name, and width and height of the photo."""
    texts = [text for text in (content.role, content.company, "" if content.event else content.pronouns) if text]
    extras = int(bool(content.name.prefix or content.name.suffix))
    rows_px = ROWS_PX[max(extras, len(texts))]
    height_px = HEIGHT_PX - top_px - 2 * MARGIN_PX - rows_px - (GAP_PX if rows_px else 0)
    beside = compose(content.name, (Area(WIDTH_PX - SIDE_WIDTH_PX - 2 * MARGIN_PX, height_px),))
    if beside.lines[0].size_px >= GOAL_PX and not beside.is_cut:
        return beside, SIDE_WIDTH_PX, HEIGHT_PX - top_px
    notch_top = HEIGHT_PX - 2 * MARGIN_PX - CORNER_PX - GAP_PX - top_px
    area = Area(WIDTH_PX - 2 * MARGIN_PX, height_px, notch_top, WIDTH_PX - CORNER_PX - 3 * MARGIN_PX)
    above = compose(content.name, (area,))
    if above.lines[0].size_px < beside.lines[0].size_px + 3:
        return beside, SIDE_WIDTH_PX, HEIGHT_PX - top_px
    return above, CORNER_PX, CORNER_PX
