"""A photo or logo for the panel: fitted, its tones stretched, and dithered to black and white."""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any

from PIL import Image, ImageChops, ImageFilter, ImageOps

from functions.codecard_avatar.draw.badge_layout import HEIGHT_PX, WIDTH_PX
from functions.codecard_avatar.draw.untrusted_images import card_black_and_white, decode, flat_grey, flat_rgb
from functions.codecard_avatar.errors import BackgroundUnusable

ABOVE_THE_MIDDLE = 1 / 3
"""Of what is cut off at top and bottom, the part at the top: faces are above the middle of a portrait."""

_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What puts a picture upright by its EXIF orientation (TIFF 6.0, Orientation)."""

_QUARTER_TURNS = {_TURNS[orientation] for orientation in (5, 6, 7, 8)}

_SAMPLE_PX = 128
_LEVEL_REACH = 6
"""Levels of grey on each side of a colour that count as that colour: a JPEG's noise."""

_MARK_COLOURS = 3
_MARK_SHARE = 0.84
"""Of the pixels beside the most frequent colour, how many the next three colours make up in a logo. Logos of two and
three colours have 0.87 (a JPEG of quality 40) to 0.99, photos at most 0.82 (of the moon and of galaxies)."""

_LEAST_SHARE = 0.005
"""Of all pixels, that a colour has: the blends along the edges of others have less."""

_PLAIN_SHARE = 0.97
"""Of the pixels along the edge, how many have one colour where a picture stands on a plain ground."""

_CUT_PERCENT = 1
_MIDDLE_TONE = 0.55
_GAMMAS = (0.5, 1.0)
_CONTRAST = 1.35
_SHARPEN = ImageFilter.UnsharpMask(radius=1.2, percent=120, threshold=0)
"""Chosen by looking at portraits, dark and pale ones among them: without them a face is an even grey of dots."""


@functools.lru_cache(maxsize=4)
def photo_picture(data: bytes, width_px: int, height_px: int) -> Image.Image:
    """Return a picture file in mode 1 in the size that is asked for; ValueError says why it cannot be shown.

    A photo covers the place, cut at the sides that are too long; what stands on a plain ground is shown whole. A logo,
    which has a few colours, is not dithered. Who asks for the same again is given the same picture: copy it before
    drawing into it.
    """

    def convert(picture: Any) -> Image.Image:  # noqa: ANN401  (a plugin's own class)
        grey = _upright(picture, width_px, height_px, flat_grey)
        colours, ground = few_colours(grey), _plain_ground(grey)
        # What stands on a plain ground loses nothing but ground when it is made smaller; cut, it would lose a letter.
        if colours or ground is not None:
            fitted = _whole(grey, width_px, height_px, ground)
        else:
            fitted = cover_place(grey, width_px, height_px)
        return _two_levels(fitted, _dividing_level(grey, colours)) if colours else dithered(fitted)

    return decode(data, convert)


@functools.lru_cache(maxsize=2)
def background_picture(data: bytes) -> Image.Image:
    """Return the user's own background in mode 1, 264 x 176 pixels, which it covers. Raises BackgroundUnusable.

    A drawing is black and white by the card's own rule; a photo is dithered. As a photo it is kept for the next call.
    """

    def convert(picture: Any) -> Image.Image:  # noqa: ANN401  (as above)
        colours = cover_place(_upright(picture, WIDTH_PX, HEIGHT_PX, flat_rgb), WIDTH_PX, HEIGHT_PX)
        grey = colours.convert("L")
        return card_black_and_white(colours) if few_colours(grey) else dithered(grey)

    try:
        return decode(data, convert)
    except ValueError as fault:
        raise BackgroundUnusable(f"image_bg_name {fault}", field="image_bg_name") from None


def cover_place(picture: Image.Image, width_px: int, height_px: int) -> Image.Image:
    """Return the picture scaled to cover a place, cut at the sides that are too long."""
    if picture.size == (width_px, height_px):
        return picture
    scale = max(width_px / picture.width, height_px / picture.height)
    width, height = min(width_px / scale, picture.width), min(height_px / scale, picture.height)
    left, top = (picture.width - width) / 2, (picture.height - height) * ABOVE_THE_MIDDLE
    box = (left, top, min(left + width, picture.width), min(top + height, picture.height))
    return picture.resize((width_px, height_px), Image.Resampling.LANCZOS, box, reducing_gap=2.0)


def few_colours(grey: Image.Image) -> tuple[int, ...]:
    """Return the levels of grey of a drawing or logo, four at most; none for a photo, which has many."""
    sample = _sample(grey)
    # A photo without contrast has few levels too, until they are stretched.
    levels = ImageOps.autocontrast(sample, cutoff=0.5).histogram()
    _take_colour(levels)  # the ground: in a portrait before a white wall it is most of the picture
    rest = sum(levels)
    marks = sum(_take_colour(levels)[1] for _ in range(_MARK_COLOURS))
    if marks < _MARK_SHARE * rest:
        return ()
    levels = sample.histogram()
    taken = [_take_colour(levels) for _ in range(1 + _MARK_COLOURS)]
    least_pixels = _LEAST_SHARE * sample.width * sample.height
    return tuple(sorted(level for level, pixels in taken if pixels >= least_pixels))


def dithered(grey: Image.Image) -> Image.Image:
    """Return a photo in mode 1, by Floyd and Steinberg's diffusion of its stretched tones."""
    # Atkinson's diffusion, which loses a quarter of the error, keeps faces free of stray dots. So does Floyd and
    # Steinberg's after a stretch of contrast by about four thirds, with finer dots, and Pillow does that in C: 1 ms in
    # place of 8 for a picture of 112 x 140.
    stretched = ImageOps.autocontrast(grey, cutoff=_CUT_PERCENT)
    gamma = math.log(_MIDDLE_TONE) / math.log(min(254, max(1, _median(stretched))) / 255)
    gamma = min(_GAMMAS[1], max(_GAMMAS[0], gamma))
    brightened = stretched.point([round(255 * (level / 255) ** gamma) for level in range(256)])
    sharp = brightened.filter(_SHARPEN)
    steep = sharp.point([min(255, max(0, round(128 + (level - 128) * _CONTRAST))) for level in range(256)])
    return steep.convert("1", dither=Image.Dither.FLOYDSTEINBERG)


def _upright(picture: Any, width_px: int, height_px: int, flatten: Any) -> Image.Image:  # noqa: ANN401
    """Return a plugin's picture flattened and turned as its EXIF orientation says."""
    turn = _TURNS.get(_orientation(picture))
    # A JPEG is decoded at a half, a quarter or an eighth of its sides, the smallest that is twice as large as needed:
    # of a mark within a wide margin only a part is shown.
    size = (2 * height_px, 2 * width_px) if turn in _QUARTER_TURNS else (2 * width_px, 2 * height_px)
    picture.draft("L" if flatten is flat_grey else "RGB", size)
    flat: Image.Image = flatten(picture)
    return flat.transpose(turn) if turn is not None else flat


def _orientation(picture: Any) -> int:  # noqa: ANN401  (as above)
    try:
        value = picture.getexif().get(_ORIENTATION_TAG)
    except Exception:  # noqa: BLE001  (a broken EXIF block raises anything; the picture itself may be good)
        return 1
    return value if isinstance(value, int) else 1


def _plain_ground(grey: Image.Image) -> int | None:
    """Return the level of grey all along the picture's edge, or None where it has more than one."""
    small = grey.resize((_SAMPLE_PX, _SAMPLE_PX), Image.Resampling.NEAREST)
    levels = small.histogram()
    inner = small.crop((1, 1, _SAMPLE_PX - 1, _SAMPLE_PX - 1)).histogram()
    edge = [count - inside for count, inside in zip(levels, inner, strict=True)]
    level = max(range(256), key=edge.__getitem__)
    around = edge[max(0, level - _LEVEL_REACH) : level + _LEVEL_REACH + 1]
    return level if sum(around) >= _PLAIN_SHARE * sum(edge) else None


def _whole(grey: Image.Image, width_px: int, height_px: int, ground: int | None) -> Image.Image:
    """Return the picture scaled to stand in a place, on its own ground and without the margins it has of that."""
    if ground is None:
        ground = _median(grey)
    else:
        marked = grey.point(lambda level: 255 if abs(level - ground) > 4 * _LEVEL_REACH else 0, "1")
        grey = grey.crop(marked.getbbox())
    scale = min(width_px / grey.width, height_px / grey.height)
    size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
    place = Image.new("L", (width_px, height_px), ground)
    small = grey.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    place.paste(small, ((width_px - size[0]) // 2, (height_px - size[1]) // 2))
    return place


def _two_levels(grey: Image.Image, dividing_level: int) -> Image.Image:
    return grey.point(lambda value: 255 if value > dividing_level else 0, "1")


def _dividing_level(grey: Image.Image, colours: tuple[int, ...]) -> int:
    """Return the level between two colours that leaves the most edges between black and white.

    A red bar beside a yellow disc on navy, or gold letters in a navy box on white: a level that makes one colour the
    same as its ground has fewer edges than one that parts them.
    """
    sample = _sample(grey)
    between = [(darker + lighter) // 2 for darker, lighter in itertools.pairwise(colours)]
    return max(between, key=lambda level: _edges(_two_levels(sample, level)), default=127)


def _edges(picture: Image.Image) -> int:
    """Return how many pixels differ from the one at their left, or from the one above."""
    grey = picture.convert("L")
    moved = (ImageChops.offset(grey, 1, 0), ImageChops.offset(grey, 0, 1))
    return sum(ImageChops.difference(grey, each).histogram()[255] for each in moved)


def _sample(grey: Image.Image) -> Image.Image:
    return grey.resize((min(_SAMPLE_PX, grey.width), min(_SAMPLE_PX, grey.height)), Image.Resampling.NEAREST)


def _median(grey: Image.Image) -> int:
    levels = grey.histogram()
    half, seen = sum(levels) / 2, 0
    for level, count in enumerate(levels):
        seen += count
        if seen >= half:
            return level
    return 255


def _take_colour(levels: list[int]) -> tuple[int, int]:
    """Take the most frequent colour, with the levels around it, out of a histogram; return its level and pixels."""
    until = [0, *itertools.accumulate(levels)]
    windows = [(max(0, at - _LEVEL_REACH), min(len(levels), at + _LEVEL_REACH + 1)) for at in range(len(levels))]
    start, end = max(windows, key=lambda window: until[window[1]] - until[window[0]])
    level = max(range(start, end), key=levels.__getitem__)
    levels[start:end] = [0] * (end - start)
    return level, until[end] - until[start]
