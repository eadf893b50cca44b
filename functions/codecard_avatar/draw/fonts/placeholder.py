"""The picture of a character that no font has: a frame with its code point in hexadecimal."""

from __future__ import annotations

from PIL import Image

_ROWS = {
    "0": "75557",
    "1": "26227",
    "2": "71747",
    "3": "71717",
    "4": "55711",
    "5": "74717",
    "6": "74757",
    "7": "71222",
    "8": "75757",
    "9": "75717",
    "A": "75755",
    "B": "65656",
    "C": "74447",
    "D": "65556",
    "E": "74747",
    "F": "74744",
}
"""Digits of 3 x 5 pixels, each row as an octal digit."""

_STEP_X, _STEP_Y = 4, 6
_FRAME_PX = 2
_SCALE_PX = 20
"""The frame is doubled at twice this size, and so on."""


def placeholder(character: str, size_px: int) -> tuple[Image.Image, int]:
    """Return the frame in mode 1, and how many of its rows are below the baseline."""
    digits = f"{ord(character):04X}"
    columns = (len(digits) + 1) // 2
    lines = (digits[:columns], digits[columns:].rjust(columns))
    width, height = columns * _STEP_X - 1 + 2 * _FRAME_PX, 2 * _STEP_Y - 1 + 2 * _FRAME_PX
    picture = Image.new("1", (width, height), 1)
    picture.paste(0, (1, 1, width - 1, height - 1))
    for row, line in enumerate(lines):
        for column, digit in enumerate(line):
            _put(picture, digit, _FRAME_PX + column * _STEP_X, _FRAME_PX + row * _STEP_Y)
    scale = max(1, size_px // _SCALE_PX)
    return picture.resize((width * scale, height * scale), Image.Resampling.NEAREST), 2 * scale


def _put(picture: Image.Image, digit: str, left: int, top: int) -> None:
    for y, bits in enumerate(_ROWS.get(digit, "")):
        for x in range(3):
            if int(bits) >> (2 - x) & 1:
                picture.putpixel((left + x, top + y), 1)
