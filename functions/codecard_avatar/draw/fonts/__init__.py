"""The bundled font (see README.md and LICENSE beside this file)."""

from __future__ import annotations

import functools
from pathlib import Path

from PIL import ImageFont

FOLDER = Path(__file__).resolve().parent
REGULAR = "DejaVuSansCondensed.ttf"
BOLD = "DejaVuSansCondensed-Bold.ttf"


@functools.cache
def font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """REGULAR or BOLD in a size; loaded once. Glyph by glyph (basic layout): what Raqm would do, glyphs.py does."""
    return ImageFont.truetype(str(FOLDER / name), size_px, layout_engine=ImageFont.Layout.BASIC)
