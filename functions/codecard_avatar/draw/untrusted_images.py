"""Pictures from outside, checked before they are decoded: backgrounds, photos, another service's identicon."""

from __future__ import annotations

import importlib
import io
import warnings
from typing import TYPE_CHECKING, Any, TypeVar

from PIL import Image

from functions.codecard_avatar.draw.badge_layout import IDENTICON_PX

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_PICTURE_BYTES = 1024 * 1024
"""Of a background or a photo."""

MAX_IDENTICON_BYTES = 256 * 1024
IDENTICON_SIDES_PX = range(8, 1025)
"""Sides of a square picture that is taken and scaled."""

MAX_PIXELS = 2_000_000
"""Of a picture that has to be decoded whole: at most 0.06 s and 8 MB."""

MAX_JPEG_PIXELS = 25_000_000
"""A JPEG is decoded at an eighth of its sides where it is that large: a telephone's photo of 12 million in 0.02 s."""

MAX_PROGRESSIVE_PIXELS = 4_000_000
"""Of a progressive JPEG, which has to be held whole, two bytes a coefficient, before a pixel is known."""

MAX_RUN_LENGTH_PIXELS = 200_000
"""Of a run-length encoded BMP, which Pillow decodes in Python: four times a badge's own pixels."""

MAX_SIDE_PX = 20_000

MAX_PARTS = 4096
"""Chunks of a PNG. An encoder makes one of 8 KB or more; a file of 1 MB that has 80,000 costs a third of a second."""

MAX_MARKER_SHARE = 0.05
"""Of a JPEG's bytes, that are 255, which begins a marker: 0.004 in a picture. Each is a step of a loop in Python."""

MAX_JPEG_SCANS = 32
"""Passes over the picture. Encoders make ten of a progressive JPEG; a hostile file of 1 MB may have some 100,000."""

WHITE_ABOVE = 384
"""The card's own rule: white where R + G + B is more than this."""

_Made = TypeVar("_Made")
_BMP = ("PIL.BmpImagePlugin", "BmpImageFile")
_PNG = ("PIL.PngImagePlugin", "PngImageFile")
_JPEG = ("PIL.JpegImagePlugin", "JpegImageFile")
_WEBP = ("PIL.WebPImagePlugin", "WebPImageFile")
_PLUGINS = {
    b"\x89PNG": _PNG,
    b"BM": _BMP,
    b"GIF8": ("PIL.GifImagePlugin", "GifImageFile"),
    b"\xff\xd8\xff": _JPEG,
    b"RIFF": _WEBP,
}


def decode(data: bytes, convert: Callable[[Any], Image.Image]) -> Image.Image:
    """Return what ``convert`` makes of a background or photo of any usual size; ValueError says why it cannot be."""
    if not data:
        raise ValueError("is empty")
    if len(data) > MAX_PICTURE_BYTES:
        raise ValueError(f"has {len(data)} bytes, at most {MAX_PICTURE_BYTES} are taken")
    if data.startswith(b"\xff\xd8") and data.count(b"\xff") > max(MAX_PARTS, MAX_MARKER_SHARE * len(data)):
        raise ValueError("has too many markers for a JPEG")
    if data.startswith(b"\x89PNG") and _has_many_chunks(data):
        raise ValueError(f"has more than {MAX_PARTS} chunks")
    return _decode(data, _check_pixels, convert)


def decode_identicon(data: bytes) -> Image.Image:
    """Return an identicon in mode 1, 85 x 85 pixels; ValueError says why it is none."""
    picture = _decode(data, _check_identicon_size, lambda decoded: card_black_and_white(flat_rgb(decoded)))
    return picture if picture.size == (IDENTICON_PX, IDENTICON_PX) else picture.resize((IDENTICON_PX, IDENTICON_PX))


def flat_rgb(picture: Any) -> Image.Image:  # noqa: ANN401  (a plugin's own class)
    """Return it in colour; transparent parts are white."""
    flat = Image.new("RGBA", picture.size, "white")
    flat.alpha_composite(_eight_bits(picture).convert("RGBA"))
    return flat.convert("RGB")


def flat_grey(picture: Any) -> Image.Image:  # noqa: ANN401  (a plugin's own class)
    """Return it in levels of grey; transparent parts are white."""
    if picture.has_transparency_data:
        return flat_rgb(picture).convert("L")
    grey: Image.Image = _eight_bits(picture).convert("L")
    return grey


def card_black_and_white(colours: Image.Image) -> Image.Image:
    """Return a picture in mode 1 by the card's rule."""
    # With the matrix (1, 1, 1, -384) the grey level is R + G + B - 384, clipped to 0 and 255: above 0 is white.
    total = colours.convert("L", matrix=(1, 1, 1, -WHITE_ABOVE))
    return total.point(lambda value: 255 if value else 0, "1")


def _eight_bits(picture: Any) -> Any:  # noqa: ANN401  (as above)
    """Return a grey picture of 16 bits as one of 8, which Pillow's conversions cut to white instead."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")


def _check_pixels(width: int, height: int, data: bytes, kind: tuple[str, str]) -> None:
    is_run_length = kind is _BMP and data[30:34] in {b"\1\0\0\0", b"\2\0\0\0"}
    limit = MAX_JPEG_PIXELS if kind is _JPEG else MAX_RUN_LENGTH_PIXELS if is_run_length else MAX_PIXELS
    if width * height > limit:
        raise ValueError(f"is {width} x {height} pixels: at most {limit:,} pixels are taken")
    if max(width, height) > MAX_SIDE_PX:
        raise ValueError(f"is {width} x {height} pixels: a side may have {MAX_SIDE_PX:,}")
    # Inside a scan a byte of 255 is followed by zero, so that nothing else than the start of a scan counts here.
    if kind is _JPEG and data.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise ValueError(f"has more than {MAX_JPEG_SCANS} scans")


def _without_warnings(step: Callable[[Any], _Made], of: object) -> _Made:
    """Do a step without Pillow's warnings of files that it reads all the same: each is a line in the log, no JSON."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return step(of)


def _has_many_chunks(data: bytes) -> bool:
    at = 8
    for _ in range(MAX_PARTS):
        at += 12 + int.from_bytes(data[at : at + 4], "big")
        if at >= len(data):
            return False
    return True


def _check_progressive(width: int, height: int) -> None:
    if width * height > MAX_PROGRESSIVE_PIXELS:
        raise ValueError(
            f"is a progressive JPEG of {width} x {height} pixels: at most {MAX_PROGRESSIVE_PIXELS:,} pixels are taken"
        )


def _check_identicon_size(width: int, height: int, _data: bytes, _kind: tuple[str, str]) -> None:
    if width != height or width not in IDENTICON_SIDES_PX:
        raise ValueError(f"is {width} x {height} pixels")


def _decode(
    data: bytes,
    check_size: Callable[[int, int, bytes, tuple[str, str]], None],
    convert: Callable[[Any], Image.Image],
) -> Image.Image:
    """Return what ``convert`` makes of the picture; ValueError says why it cannot be."""
    # The plugin is chosen by the file's first bytes: Pillow's ``Image.open`` would load five of them, and would accept
    # formats that nobody asked for.
    kind = next((plugin for magic, plugin in _PLUGINS.items() if data.startswith(magic)), None)
    if kind is None or (kind is _WEBP and data[8:12] != b"WEBP"):
        raise ValueError("is no PNG, JPEG, WebP, GIF or BMP")
    try:
        if kind is _WEBP:  # its plugin makes room for all pixels before it tells how many there are
            check_size(*_webp_size(data), data, kind)
        plugin: Any = getattr(importlib.import_module(kind[0]), kind[1])
        picture = _without_warnings(plugin, io.BytesIO(data))
        # So far only the header has been read. The size is compared before ``convert`` decodes the pixels, so a small
        # file that says 50,000 x 50,000 pixels costs nothing (CWE-409, a decompression bomb).
        width, height = picture.size
        check_size(width, height, data, kind)
        if picture.info.get("progressive"):
            _check_progressive(width, height)
        return _without_warnings(convert, picture)
    except ValueError as fault:
        raise ValueError(str(fault) or "cannot be decoded") from None
    except Exception as fault:  # noqa: BLE001  (decoders raise anything from struct.error to SyntaxError on bad files)
        raise ValueError(f"cannot be decoded ({type(fault).__name__})") from None


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return the size that the first chunk of a WebP file tells (RFC 9649, sections 2.5 to 2.7)."""
    if data[12:16] == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
