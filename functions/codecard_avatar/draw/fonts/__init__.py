"""The bundled fonts (see README.md and LICENSE beside this file)."""

from __future__ import annotations

import functools
import io
from pathlib import Path

from PIL import ImageFont

FOLDER = Path(__file__).resolve().parent
REGULAR = "DejaVuSansCondensed.ttf"
BOLD = "DejaVuSansCondensed-Bold.ttf"

PACKED_SUFFIX = ".xz"
"""Of fonts for one script each: a third of their size, for 4 ms at the first name that needs one."""


@functools.cache
def font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """Return an outline font of this folder in a size; loaded once."""
    # Basic layout draws glyph by glyph. Raqm would order and join the text, but Pillow has it only where the system has
    # FriBiDi, so that the same name could look different in the image and on a desk; glyphs.py and shaper.py do it
    # everywhere.
    file = io.BytesIO(font_content(name)) if name.endswith(PACKED_SUFFIX) else str(FOLDER / name)
    return ImageFont.truetype(file, size_px, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def font_content(name: str) -> bytes:
    """Return an outline font as a program reads it, unpacked once."""
    content = (FOLDER / name).read_bytes()
    if not name.endswith(PACKED_SUFFIX):
        return content
    import lzma

    return lzma.decompress(content)
