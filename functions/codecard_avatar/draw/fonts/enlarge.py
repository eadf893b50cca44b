"""A bitmap glyph made larger without stairs."""

from __future__ import annotations

from PIL import Image, ImageFilter

_FINE = 8
"""Each pixel becomes so many, squared, before the corners are rounded."""

_BLUR_PX = 0.5
"""Of the small picture: half a pixel rounds a corner and closes the step of a diagonal."""

_THRESHOLD, _BOLD_THRESHOLD = 104, 90
"""Of 255, from which a blurred pixel is black: the lower, the thicker the strokes."""

_MIN_BOLD_FACTOR = 2.5
"""Below it, thick strokes close gaps of one pixel: the horizontals of a Korean syllable become a block."""


def enlarged(picture: Image.Image, height_px: int, weight: str) -> Image.Image:
    """Return a picture in mode 1 at another height, its corners rounded."""
    # Against pixel doubling and the rules of Scale2x (a pixel takes its neighbours' colour at a corner), compared on
    # Chinese, Korean and Japanese names: both work at whole factors only, leave strokes thin at 48 px, and Scale2x
    # knots crossings. Blurred and cut at a threshold, any size has even strokes, and a thickness of its own.
    width_px = round(picture.width * height_px / picture.height)
    fine = picture.convert("L").resize((picture.width * _FINE, picture.height * _FINE), Image.Resampling.NEAREST)
    soft = fine.filter(ImageFilter.GaussianBlur(_BLUR_PX * _FINE))
    is_thick = weight == "bold" and height_px >= _MIN_BOLD_FACTOR * picture.height
    threshold = _BOLD_THRESHOLD if is_thick else _THRESHOLD
    small = soft.resize((width_px, height_px), Image.Resampling.BOX)
    return small.point(lambda value: 255 if value >= threshold else 0).convert("1")
