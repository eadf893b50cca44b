"""Pictures from outside: the user's own background and another service's identicon, checked before they are decoded.

The size in the file's header is compared before a pixel is read, so that a small file that says 50,000 x 50,000
pixels costs nothing. Plugins are loaded by the file's first bytes: Pillow's ``Image.open`` would load five.
"""

from __future__ import annotations

import importlib
import io
from typing import TYPE_CHECKING, Any

from PIL import Image

from functions.codecard_avatar.draw.background import SIZE_PX
from functions.codecard_avatar.draw.drawing import STAMP_PX
from functions.codecard_avatar.errors import BackgroundUnusable

if TYPE_CHECKING:
    from collections.abc import Callable

BACKGROUND_BYTES = 1024 * 1024
STAMP_BYTES = 256 * 1024
STAMP_SIDES_PX = range(8, 1025)
WHITE_ABOVE = 384
"""The card's own rule: white where R + G + B is more than this."""

_KINDS = {
    b"\x89PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    b"BM": ("PIL.BmpImagePlugin", "BmpImageFile"),
    b"GIF8": ("PIL.GifImagePlugin", "GifImageFile"),
    b"\xff\xd8\xff": ("PIL.JpegImagePlugin", "JpegImageFile"),
}


def background(data: bytes) -> Image.Image:
    """The user's background in mode 1, as the card would show it. Raises BackgroundUnusable."""
    try:
        return _decoded(data, _must_be_badge_size)
    except ValueError as fault:
        raise BackgroundUnusable(f"image_bg_name {fault}", field="image_bg_name") from None


def stamp(data: bytes) -> Image.Image:
    """An identicon in mode 1, 85 x 85 pixels; ValueError says why it is none."""
    picture = _decoded(data, _must_be_stamp_like)
    return picture if picture.size == (STAMP_PX, STAMP_PX) else picture.resize((STAMP_PX, STAMP_PX))


def _must_be_badge_size(width: int, height: int) -> None:
    if (width, height) != SIZE_PX:
        raise ValueError(f"is {width} x {height} pixels, must be {SIZE_PX[0]} x {SIZE_PX[1]}")


def _must_be_stamp_like(width: int, height: int) -> None:
    if width != height or width not in STAMP_SIDES_PX:
        raise ValueError(f"is {width} x {height} pixels")


def _decoded(data: bytes, check_size: Callable[[int, int], None]) -> Image.Image:
    kind = next((kind for magic, kind in _KINDS.items() if data.startswith(magic)), None)
    if kind is None:
        raise ValueError("is no PNG, BMP, GIF or JPEG")
    plugin = getattr(importlib.import_module(kind[0]), kind[1])
    try:
        picture: Any = plugin(io.BytesIO(data))
        check_size(*picture.size)
        return _black_and_white(picture)
    except ValueError:
        raise
    except Exception as fault:  # noqa: BLE001  (decoders raise anything from struct.error to SyntaxError on bad files)
        raise ValueError(f"cannot be decoded ({type(fault).__name__})") from None


def _black_and_white(picture: Any) -> Image.Image:  # noqa: ANN401  (a plugin's own class)
    """Mode 1 by the card's rule; transparent parts are white."""
    with_alpha = picture.convert("RGBA")
    flat = Image.new("RGBA", picture.size, "white")
    flat.alpha_composite(with_alpha)
    total = flat.convert("RGB").convert("L", matrix=(1, 1, 1, -WHITE_ABOVE))
    return total.point(lambda value: 255 if value else 0, "1")
