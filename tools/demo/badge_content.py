"""The picture of codes, photos and backgrounds in docs/codecard-avatar.md: `python -m tools.demo.badge_content`."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from functions.codecard_avatar.draw.badge_layout import HEIGHT_PX, WIDTH_PX
from functions.codecard_avatar.draw.badge_picture import draw_badge
from functions.codecard_avatar.draw.photo import background_picture
from functions.codecard_avatar.draw.sheet import sample_photo
from functions.codecard_avatar.model.badge_content import Layout, content_of
from tools.suite import ROOT

TARGET = ROOT / "docs" / "pictures" / "badge-content.png"
GAP_PX = 12
GREY = 160
FIELDS = {
    "title": "Joan Citizen",
    "role": "Platform engineer",
    "company": "Example Corp",
    "email": "joan@example.org",
    "phone": "+44 20 5550100",
    "url": "https://example.org/joan",
}


def main() -> None:
    """Draw six badges in two rows and write them."""
    photo, logo = sample_photo(), _file(_logo())
    evening, dark = _file(_evening()), _file(Image.new("L", (WIDTH_PX, HEIGHT_PX), 0))
    badges = (
        _badge("qr", qr="mecard"),
        _badge("photo", photo),
        _badge("photo", logo),
        _badge("classic", background=evening),
        _badge("name-first", background=evening),
        _badge("classic", background=dark),
    )
    page = Image.new("L", (3 * (WIDTH_PX + GAP_PX) + GAP_PX, 2 * (HEIGHT_PX + GAP_PX) + GAP_PX), GREY)
    for at, badge in enumerate(badges):
        page.paste(badge, (GAP_PX + at % 3 * (WIDTH_PX + GAP_PX), GAP_PX + at // 3 * (HEIGHT_PX + GAP_PX)))
    page.convert("P", palette=Image.Palette.ADAPTIVE, colors=3).save(TARGET, optimize=True)


def _badge(layout: Layout, photo: bytes = b"", background: bytes = b"", **fields: str) -> Image.Image:
    content = content_of(FIELDS | fields, layout, photo=photo)
    if content is None:
        raise AssertionError("the badge has no name")
    return draw_badge(content, background_picture(background) if background else None).picture


def _file(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def _logo() -> Image.Image:
    """Return a logo of three colours on white."""
    logo = Image.new("RGB", (300, 300), "white")
    draw = ImageDraw.Draw(logo)
    draw.ellipse((20, 20, 280, 280), fill="navy")
    draw.ellipse((70, 70, 230, 230), fill="white")
    draw.polygon(((150, 95), (205, 195), (95, 195)), fill="crimson")
    return logo


def _evening() -> Image.Image:
    """Return a landscape in many greys: hills before a sky with a low sun."""
    sky = Image.linear_gradient("L").resize((600, 400)).point(lambda level: 40 + level // 2)
    draw = ImageDraw.Draw(sky)
    draw.ellipse((380, 160, 480, 260), fill=240)
    for left, top, level in ((-100, 240, 90), (150, 270, 60), (-50, 320, 25)):
        draw.ellipse((left, top, left + 600, top + 400), fill=level)
    return sky


if __name__ == "__main__":
    main()
