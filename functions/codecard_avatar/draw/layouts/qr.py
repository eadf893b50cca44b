"""A page with a QR code, as large as it can be read, and the name beside or above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.codecard_avatar.draw.badge_layout import HEIGHT_PX, WIDTH_PX
from functions.codecard_avatar.draw.canvas import MARGIN_PX, Canvas
from functions.codecard_avatar.draw.composition.compose import GOAL_PX, Area, Composition, compose
from functions.codecard_avatar.draw.layouts import layout_parts, name_first
from functions.codecard_avatar.draw.qr_code import MODULE_PX, QrPicture, qr_picture

if TYPE_CHECKING:
    from PIL import Image

    from functions.codecard_avatar.draw.drawn_badge import DrawnBadge
    from functions.codecard_avatar.model.badge_content import BadgeContent

SIDES_PX = (132, 148, HEIGHT_PX)
"""Sides of the code with its quiet zone that are tried: beside or under a name, under a band, all of the panel."""

LARGER_BY_PX = 6
"""A first name goes above the code where that makes it larger by this, and beside the code it is below GOAL_PX."""

ROWS_PX = (0, 17, 34, 51, 56)
GAP_PX = 6


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the code and the name stand."""

    code_top_px: int
    name_top_px: int
    area: Area


def draw(content: BadgeContent, own_background: Image.Image | None, identicon: Image.Image | None) -> DrawnBadge:
    """Return the page, or the badge name first where there is no text or it does not fit."""
    code = _largest(content.qr)
    if code is None:
        why = "the QR code's text is too long for the panel" if content.qr else "there is no text for a QR code"
        return name_first.draw(content, own_background, identicon, note=f"{why}: laid out name first")
    canvas = Canvas(own_background, mirrored=layout_parts.is_right_to_left(content))
    side_px = code.picture.width
    has_band = bool(content.event) and side_px + layout_parts.BAND_PX <= HEIGHT_PX
    composed, place, has_band = _composed(content, side_px, has_band=has_band)
    if has_band:
        layout_parts.draw_band(canvas, content.event)
    canvas.paste(code.picture, WIDTH_PX - side_px, place.code_top_px)
    layout_parts.draw_name(canvas, composed, MARGIN_PX, place.name_top_px)
    texts = layout_parts.with_extras(composed, _texts(content, has_band=has_band))
    room_px = HEIGHT_PX - MARGIN_PX - place.name_top_px - composed.area.height_px
    layout_parts.draw_texts(canvas, texts, (MARGIN_PX, HEIGHT_PX - MARGIN_PX), WIDTH_PX - side_px - MARGIN_PX, room_px)
    return canvas.drawn()


def _largest(text: str) -> QrPicture | None:
    """Return the code in the smallest of SIDES_PX with modules of 4 px, or else with the largest that fit at all."""
    # A code takes 5 to 25 ms, to learn that a text does not fit takes none.
    codes = (qr_picture(text, side_px, (module_px,)) for module_px in MODULE_PX for side_px in SIDES_PX)
    return next(filter(None, codes), None)


def _texts(content: BadgeContent, *, has_band: bool) -> tuple[str, ...]:
    event = "" if has_band else content.event
    return tuple(filter(None, (content.role, content.company, content.pronouns, event)))


def _composed(content: BadgeContent, side_px: int, *, has_band: bool) -> tuple[Composition, _Place, bool]:
    """Return the name, where it stands, and whether there is a band: beside the code, or above it where larger."""
    extras = int(bool(content.name.prefix or content.name.suffix))
    top_px = layout_parts.BAND_PX if has_band else 0
    rows_px = ROWS_PX[max(extras, len(_texts(content, has_band=has_band)))]
    name_top = top_px + MARGIN_PX
    height_px = HEIGHT_PX - MARGIN_PX - rows_px - (GAP_PX if rows_px else 0) - name_top
    code_top = top_px + (HEIGHT_PX - top_px - side_px) // 2
    beside = _Place(code_top, name_top, Area(WIDTH_PX - side_px - MARGIN_PX, height_px))
    composed = compose(content.name, (beside.area,))
    if composed.lines[0].size_px >= GOAL_PX or side_px > SIDES_PX[0]:
        return composed, beside, has_band
    code_top = HEIGHT_PX - side_px
    rows_px = ROWS_PX[max(extras, len(_texts(content, has_band=False)))]
    height_px = HEIGHT_PX - 2 * MARGIN_PX - rows_px - GAP_PX
    # The quiet zone is as white as the paper, but not a pixel of the name may stand in it.
    area = Area(WIDTH_PX - 2 * MARGIN_PX, height_px, code_top - MARGIN_PX, WIDTH_PX - side_px - MARGIN_PX)
    above = compose(content.name, (area,))
    if above.lines[0].size_px < composed.lines[0].size_px + LARGER_BY_PX:
        return composed, beside, has_band
    return above, _Place(code_top, MARGIN_PX, area), False
