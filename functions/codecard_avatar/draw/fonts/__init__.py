"""The bundled fonts (see README.md and LICENSE beside this file)."""

from __future__ import annotations

import functools
from pathlib import Path

from PIL import ImageFont

FOLDER = Path(__file__).resolve().parent
REGULAR = "DejaVuSansCondensed.ttf"
BOLD = "DejaVuSansCondensed-Bold.ttf"


@functools.cache
def font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """Return an outline font of this folder in a size; loaded once."""
    # Basic layout draws glyph by glyph. Raqm would order and join the text, but Pillow has it only where the system has
    # FriBiDi, so that the same name could look different in the image and on a desk; glyphs.py and shaper.py do it
    # everywhere.
    return ImageFont.truetype(str(FOLDER / name), size_px, layout_engine=ImageFont.Layout.BASIC)
