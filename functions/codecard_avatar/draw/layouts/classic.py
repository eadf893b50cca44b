"""The layout of the published badge: a header, the name on two lines at the lower left, the identicon with labels."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PIL import Image

from functions.codecard_avatar.draw import background, badge_layout
from functions.codecard_avatar.draw.contrast import Ink, lay_inks, paste_inks
from functions.codecard_avatar.draw.drawn_badge import NAME_SHORTENED, DrawnBadge, missing_note
from functions.codecard_avatar.draw.fonts import BOLD, REGULAR
from functions.codecard_avatar.draw.glyphs import undrawn, visual_text
from functions.codecard_avatar.draw.identicon import CELLS
from functions.codecard_avatar.draw.identicon_picture import draw_identicon
from functions.codecard_avatar.draw.text_mask import fit_label, fit_name_line

if TYPE_CHECKING:
    from functions.codecard_avatar.draw.badge_layout import Box, NameLine
    from functions.codecard_avatar.draw.text_mask import TextMask
    from functions.codecard_avatar.model.badge_content import BadgeContent


def draw(content: BadgeContent, own_background: Image.Image | None, identicon: Image.Image | None) -> DrawnBadge:
    """Return the badge as the original had it; of the content it shows the name alone."""
    name = content.name
    picture = (own_background or _default_background()).copy()
    lines = [(getattr(name, line.field), line) for line in badge_layout.NAME_LINES]
    caption = fit_label(f"{visual_text(name.initials)}?s={CELLS}&p=30", badge_layout.CAPTION_BOX)
    set_lines = [(fit_name_line(text, BOLD if line.is_bold else REGULAR), line) for text, line in lines if text]
    inks = (
        *(_on_baseline(fitted, line) for fitted, line in set_lines),
        _label(caption, badge_layout.CAPTION_BOX),
        _label(_heading(), badge_layout.HEADING_BOX),
        Ink(_edge_label(), *badge_layout.EDGE_LABEL_BOX[:2]),
    )
    if own_background:
        (lay_inks if own_background else paste_inks)(picture, inks)
    else:  # which was drawn for these texts
        for ink in inks:
            picture.paste(badge_layout.BLACK, (ink.left_px, ink.top_px), ink.mask)
    # After the texts, whose plates reach a little way over it.
    picture.paste(identicon or draw_identicon(name.initials), badge_layout.IDENTICON_LEFT_TOP_PX)
    is_cut = any(fitted.is_cut for fitted, _ in set_lines)
    notes = (NAME_SHORTENED if is_cut else "", missing_note(undrawn("".join(text for text, _ in lines))))
    return DrawnBadge(picture, tuple(filter(None, notes)))


@functools.cache
def _default_background() -> Image.Image:
    return background.default_background()


def _on_baseline(fitted: TextMask, line: NameLine) -> Ink:
    """Return a line of the name on its baseline."""
    return Ink(fitted.mask, badge_layout.NAME_LEFT_PX, line.baseline_px + fitted.below_px - fitted.mask.height)


def _label(mask: Image.Image, box: Box) -> Ink:
    """Return a label in the lower left corner of its box."""
    return Ink(mask, box[0], box[3] - mask.height)


@functools.cache
def _heading() -> Image.Image:
    return fit_label(badge_layout.HEADING, badge_layout.HEADING_BOX)


@functools.cache
def _edge_label() -> Image.Image:
    """Return the label of the right edge, turned clockwise."""
    left, top, right, bottom = badge_layout.EDGE_LABEL_BOX
    flat = fit_label(badge_layout.EDGE_LABEL, (0, 0, bottom - top, right - left))
    return flat.transpose(Image.Transpose.ROTATE_270)
