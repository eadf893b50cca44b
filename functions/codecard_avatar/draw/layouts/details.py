"""All lines of text: the name above a rule, under it what its owner does, where, and the further line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar.draw.badge_layout import HEIGHT_PX, WIDTH_PX
from functions.codecard_avatar.draw.canvas import MARGIN_PX, Canvas
from functions.codecard_avatar.draw.composition.compose import Area, compose
from functions.codecard_avatar.draw.layouts import layout_parts, name_first

if TYPE_CHECKING:
    from PIL import Image

    from functions.codecard_avatar.draw.drawn_badge import DrawnBadge
    from functions.codecard_avatar.model.badge_content import BadgeContent

NAME_PX = 54
"""Height of the name."""

CELL_PX = 4
GAP_PX = 7


def draw(content: BadgeContent, own_background: Image.Image | None, identicon: Image.Image | None) -> DrawnBadge:
    """Return the page, or the badge name first where there is no text but the name."""
    if not (content.role or content.company or content.detail or content.pronouns):
        note = "there are no details: laid out name first"
        return name_first.draw(content, own_background, identicon, note=note)
    canvas = Canvas(own_background, mirrored=layout_parts.is_right_to_left(content))
    top_px, pronouns = MARGIN_PX, content.pronouns
    if content.event:
        top_px = layout_parts.BAND_PX + GAP_PX
        pronouns = "" if layout_parts.draw_band(canvas, content.event, content.pronouns) else content.pronouns
    composed = compose(content.name, (Area(WIDTH_PX - 2 * MARGIN_PX, NAME_PX),))
    layout_parts.draw_name(canvas, composed, MARGIN_PX, top_px)
    rule_px = top_px + NAME_PX + GAP_PX
    canvas.rule(MARGIN_PX, WIDTH_PX - MARGIN_PX, rule_px)
    stamp_px = layout_parts.stamp_px(CELL_PX)
    left_px, bottom_px = WIDTH_PX - MARGIN_PX - stamp_px, HEIGHT_PX - MARGIN_PX
    texts = tuple(filter(None, (content.role, content.company, pronouns, content.detail)))
    texts = layout_parts.with_extras(composed, texts)
    room_px = bottom_px - rule_px - GAP_PX + 2
    width_px = left_px - 2 * MARGIN_PX
    layout_parts.draw_texts(canvas, texts, (MARGIN_PX, rule_px + GAP_PX), width_px, room_px, from_top=True)
    layout_parts.draw_stamp(canvas, content, identicon, CELL_PX, (left_px, bottom_px - stamp_px))
    return canvas.drawn()
