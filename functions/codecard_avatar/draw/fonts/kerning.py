"""What pairs of letters are moved together by, which Pillow leaves out without FriBiDi."""

from __future__ import annotations

import functools
import json

from functions.codecard_avatar.draw.fonts import FOLDER

_FILE = "kerning.json"


def kern_px(font_name: str, size_px: int, pair: str) -> int:
    """Return the pixels to add between two letters, less than 0 to move them together."""
    return round(_pairs(font_name).get(pair, 0) * size_px / 1000)


@functools.cache
def _pairs(font_name: str) -> dict[str, int]:
    """Return the pairs of a font with their thousandths of an em."""
    by_value = _content().get(font_name, {})
    return {pairs[at : at + 2]: int(value) for value, pairs in by_value.items() for at in range(0, len(pairs), 2)}


@functools.cache
def _content() -> dict[str, dict[str, str]]:
    content: dict[str, dict[str, str]] = json.loads((FOLDER / _FILE).read_text(encoding="utf-8"))
    return content
