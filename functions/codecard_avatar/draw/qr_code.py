"""A text as a QR code for the panel: whole pixels a module, as large and as forgiving as its place allows."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

ErrorLevel = Literal["L", "M", "Q", "H"]
"""How much of a code may be lost: about 7, 15, 25 or 30 percent."""

QUIET_MODULES = 4
"""White on each side, which ISO/IEC 18004 asks for: a reader finds the code by it."""

MODULE_PX = (4, 3)
"""The least pixels a module, in order of preference. At the panel's 117 dots an inch 4 are 0.9 mm, which a phone reads
at arm's length; 2 (0.4 mm) it does not read reliably."""

MAX_VERSION = 40
"""Of a QR code. A version has 17 modules a side and 4 more for its number."""


@dataclass(frozen=True, slots=True)
class QrPicture:
    """A QR code: a square picture in mode 1 with its quiet zone, and how it is made.

    ``picture`` is shared by all who ask for the same code: paste it, do not draw on it.
    """

    picture: Image.Image
    module_px: int
    version: int
    error_level: ErrorLevel


def qr_picture(text: str, max_px: int, least_module_px: tuple[int, ...] = MODULE_PX) -> QrPicture | None:
    """Return the code of a text in a square of at most ``max_px`` pixels, quiet zone included; None if it cannot fit.

    A module has at least 4 pixels where the text fits so, or else 3 (``least_module_px``). Of the codes with such
    modules it is the one that forgives most, and then the smallest one, with as many pixels a module as the square has
    room for.
    """
    return _cached(text, max_px, least_module_px) if text else None


@functools.lru_cache(maxsize=64)
def _cached(text: str, max_px: int, least_module_px: tuple[int, ...]) -> QrPicture | None:
    # The search for the best of eight masks is most of a code's time, 10 ms for one of 33 modules: a card that is
    # pressed again has the same code.
    for module_px in least_module_px:
        version = min(MAX_VERSION, (max_px // module_px - 2 * QUIET_MODULES - 17) // 4)
        made = _matrix(text, version) if version > 0 else None
        if made:
            matrix, version, level = made
            return _draw(matrix, max_px, version, level)
    return None


def _matrix(text: str, max_version: int) -> tuple[Sequence[bytearray], int, ErrorLevel] | None:
    """Return modules, version and error level of the code, or None if no code up to this version holds the text."""
    import segno  # 0.02 s of a cold start; for badges with a code alone

    # UTF-8, because phones take a text without a marked encoding for that; the library's own choice for a text of Latin
    # letters is Latin 1, whose umlauts some read wrong (https://github.com/heuer/segno/issues/84). The mark (ECI) is
    # left out: more readers fail on it than on its absence. A lone surrogate, which has no UTF-8, is a question mark.
    data = text.encode("utf-8", "replace").decode()
    encoding = None if data.isascii() else "utf-8"
    try:
        # In the largest version the library raises the level as far as the text allows; the mask is not looked at yet.
        widest = segno.make_qr(data, version=max_version, error="L", encoding=encoding, mask=0, boost_error=True)
    except segno.DataOverflowError:
        return None
    level: ErrorLevel = next(each for each in ("L", "M", "Q", "H") if each == widest.error)
    code = segno.make_qr(data, error=level, encoding=encoding, boost_error=False)
    return code.matrix, int(code.version), level


def _draw(matrix: Sequence[bytearray], max_px: int, version: int, level: ErrorLevel) -> QrPicture:
    modules = len(matrix)
    module_px = max_px // (modules + 2 * QUIET_MODULES)
    side_px = module_px * (modules + 2 * QUIET_MODULES)
    dark = Image.frombytes("L", (modules, modules), b"".join(bytes(row) for row in matrix))
    code = dark.point(lambda value: 0 if value else 255, "1")
    code = code.resize((module_px * modules,) * 2, Image.Resampling.NEAREST)
    picture = Image.new("1", (side_px, side_px), 255)
    picture.paste(code, (module_px * QUIET_MODULES,) * 2)
    return QrPicture(picture, module_px, version, level)
