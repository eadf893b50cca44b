"""A page of badges, all layouts with names that are hard to set, for a person to look at."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

from functions.codecard_avatar.draw.badge_layout import BLACK, HEIGHT_PX, WIDTH_PX
from functions.codecard_avatar.draw.badge_picture import draw_badge
from functions.codecard_avatar.draw.composition.hard_names import HARD_NAMES
from functions.codecard_avatar.draw.composition.shortening import shorten
from functions.codecard_avatar.draw.typesetting import typeset
from functions.codecard_avatar.model.badge_content import LAYOUTS, content_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.codecard_avatar.model.badge_content import Layout

FIELDS = {
    "role": "Platform engineer",
    "company": "Example Corp",
    "pronouns": "they/them",
    "detail": "Ask me about bitmaps and e-paper",
    "qr": "https://example.com/joan",
}
EVENT = "DevCon 2026"
NAMES_A_ROW = 2
GREY = 160
GAP_PX = 12
CAPTION_PX = 20
CAPTION_SIZE_PX = 12


def draw_sheet(names: Sequence[str] = HARD_NAMES, layouts: Sequence[Layout] = LAYOUTS) -> Image.Image:
    """Return a page in three tones: two names a row, each in all layouts, each badge with its caption."""
    step_x, step_y = WIDTH_PX + GAP_PX, HEIGHT_PX + CAPTION_PX + GAP_PX
    columns = NAMES_A_ROW * len(layouts)
    rows = -(-len(names) // NAMES_A_ROW)
    page = Image.new("L", (GAP_PX + step_x * columns, GAP_PX + step_y * rows), GREY)
    photo = sample_photo()
    for at, (name, layout) in enumerate(itertools.product(names, layouts)):
        row, column = divmod(at, columns)
        content = content_of({"title": name, **FIELDS}, layout, EVENT, photo)
        if content:
            left, top = GAP_PX + step_x * column, GAP_PX + step_y * row
            _caption(page, f"{layout}: {name}", left, top)
            page.paste(draw_badge(content).picture, (left, top + CAPTION_PX))
    return page.convert("P", palette=Image.Palette.ADAPTIVE, colors=3)


def _caption(page: Image.Image, text: str, left_px: int, top_px: int) -> None:
    """Draw what a badge shows above it."""
    shown = typeset(shorten(text, "small", CAPTION_SIZE_PX, WIDTH_PX), "small", CAPTION_SIZE_PX)
    page.paste(BLACK, (left_px, top_px + CAPTION_PX - 6 - shown.above_px), shown.mask)


def sample_photo() -> bytes:
    """Return a picture file of head and shoulders, drawn: a page of badges shows nobody who has not been asked."""
    photo = Image.linear_gradient("L").resize((232, 304)).point(lambda level: 150 + level // 3)
    draw = ImageDraw.Draw(photo)
    draw.ellipse((-10, 216, 242, 460), fill=70)  # shoulders
    draw.ellipse((52, 22, 180, 200), fill=40)  # hair
    draw.rectangle((96, 170, 136, 240), fill=150)  # neck
    draw.ellipse((66, 52, 166, 200), fill=205)  # face
    draw.pieslice((58, 34, 174, 150), 180, 360, fill=40)
    for left in (88, 130):
        draw.ellipse((left, 110, left + 14, 120), fill=30)
        draw.arc((left - 4, 96, left + 18, 112), 200, 340, fill=60, width=4)
    draw.line((116, 118, 110, 146, 120, 148), fill=140, width=4)
    draw.arc((94, 140, 138, 176), 20, 160, fill=70, width=6)
    shade = Image.linear_gradient("L").rotate(90).resize(photo.size).point(lambda level: 40 - level // 6)
    file = io.BytesIO()
    shaded = Image.composite(Image.new("L", photo.size, BLACK), photo, shade)
    shaded.filter(ImageFilter.GaussianBlur(2)).save(file, "PNG")
    return file.getvalue()
