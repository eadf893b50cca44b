"""Which characters the outline fonts have."""

from __future__ import annotations

import bisect
import functools
import json

from functions.codecard_avatar.draw.fonts import BOLD, FOLDER, REGULAR
from functions.codecard_avatar.draw.glyphs import COVERAGE

MANIFEST = "manifest.json"
"""Ranges of code points and hashes of the font files, written with them (``python -m tools.fonts``)."""


def has_outline(font_name: str, character: str) -> bool:
    """Tell whether an outline font has the character."""
    starts, ends = _ranges(font_name)
    at = bisect.bisect_right(starts, ord(character)) - 1
    return at >= 0 and ord(character) <= ends[at]


@functools.cache
def _ranges(font_name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return first and last code points of the ranges."""
    ranges = COVERAGE if font_name in {REGULAR, BOLD} else _manifest()[font_name]
    return tuple(first for first, _ in ranges), tuple(last for _, last in ranges)


@functools.cache
def _manifest() -> dict[str, list[tuple[int, int]]]:
    content = json.loads((FOLDER / MANIFEST).read_text(encoding="utf-8"))
    covered: dict[str, list[tuple[int, int]]] = content["covered"]
    return covered
