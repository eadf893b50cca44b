"""Pictures from outside: the user's own background and another service's identicon, checked before they are decoded."""

from __future__ import annotations

import importlib
import io
from typing import TYPE_CHECKING, Any

from PIL import Image

from functions.codecard_avatar.draw.badge_layout import HEIGHT_PX, IDENTICON_PX, WIDTH_PX
from functions.codecard_avatar.errors import BackgroundUnusable

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BACKGROUND_BYTES = 1024 * 1024
MAX_IDENTICON_BYTES = 256 * 1024
IDENTICON_SIDES_PX = range(8, 1025)
"""Sides of a square picture that is taken and scaled."""

WHITE_ABOVE = 384
"""The card's own rule: white where R + G + B is more than this."""

_PLUGINS = {
    b"\x89PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    b"BM": ("PIL.BmpImagePlugin", "BmpImageFile"),
    b"GIF8": ("PIL.GifImagePlugin", "GifImageFile"),
    b"\xff\xd8\xff": ("PIL.JpegImagePlugin", "JpegImageFile"),
}


def decode_background(data: bytes) -> Image.Image:
    """Return the user's background in mode 1, as the card would show it. Raises BackgroundUnusable."""
    try:
        return _decode(data, _check_badge_size)
    except ValueError as fault:
        raise BackgroundUnusable(f"image_bg_name {fault}", field="image_bg_name") from None


def decode_identicon(data: bytes) -> Image.Image:
    """Return an identicon in mode 1, 85 x 85 pixels; ValueError says why it is none."""
    picture = _decode(data, _check_identicon_size)
    return picture if picture.size == (IDENTICON_PX, IDENTICON_PX) else picture.resize((IDENTICON_PX, IDENTICON_PX))


def _check_badge_size(width: int, height: int) -> None:
    if (width, height) != (WIDTH_PX, HEIGHT_PX):
        raise ValueError(f"is {width} x {height} pixels, must be {WIDTH_PX} x {HEIGHT_PX}")


def _check_identicon_size(width: int, height: int) -> None:
    if width != height or width not in IDENTICON_SIDES_PX:
        raise ValueError(f"is {width} x {height} pixels")


def _decode(data: bytes, check_size: Callable[[int, int], None]) -> Image.Image:
    """Return the picture in mode 1; ValueError says why it cannot be."""
    # The plugin is chosen by the file's first bytes: Pillow's ``Image.open`` would load five of them, and would accept
    # formats that nobody asked for.
    plugin_name = next((name for magic, name in _PLUGINS.items() if data.startswith(magic)), None)
    if plugin_name is None:
        raise ValueError("is no PNG, BMP, GIF or JPEG")
    plugin = getattr(importlib.import_module(plugin_name[0]), plugin_name[1])
    try:
        picture: Any = plugin(io.BytesIO(data))
        # So far only the header has been read. The size is compared before ``convert`` decodes the pixels, so a small
        # file that says 50,000 x 50,000 pixels costs nothing (CWE-409, a decompression bomb).
        check_size(*picture.size)
        return _black_and_white(picture)
    except ValueError:
        raise
    except Exception as fault:  # noqa: BLE001  (decoders raise anything from struct.error to SyntaxError on bad files)
        raise ValueError(f"cannot be decoded ({type(fault).__name__})") from None


def _black_and_white(picture: Any) -> Image.Image:  # noqa: ANN401  (a plugin's own class)
    """Return it in mode 1 by the card's rule; transparent parts are white."""
    with_alpha = picture.convert("RGBA")
    flat = Image.new("RGBA", picture.size, "white")
    flat.alpha_composite(with_alpha)
    # With the matrix (1, 1, 1, -384) the grey level is R + G + B - 384, clipped to 0 and 255: above 0 is white.
    total = flat.convert("RGB").convert("L", matrix=(1, 1, 1, -WHITE_ABOVE))
    return total.point(lambda value: 255 if value else 0, "1")
