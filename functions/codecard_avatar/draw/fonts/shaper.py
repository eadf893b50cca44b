"""Which glyphs of a font a text becomes and where they stand: HarfBuzz, the copy that Pillow's wheel brings along.

Pillow itself shapes only where the system has FriBiDi, which the slim base has not. The package uharfbuzz is the same
library once more: 5 MB in the image and 0.08 CPU-seconds to import, half of what a cold badge may take
(docs/dependencies.md). This is the part of HarfBuzz's C interface that a line of text needs.
"""

from __future__ import annotations

import ctypes
import functools
from pathlib import Path
from typing import NamedTuple

import PIL

from functions.codecard_avatar.draw.fonts import font_content

_UNITS_PER_PX = 64
_DIRECTION_LTR, _DIRECTION_RTL = 4, 5
_MEMORY_READONLY = 1


class _GlyphInfo(ctypes.Structure):
    """``hb_glyph_info_t``."""

    _fields_ = (
        *(("codepoint", ctypes.c_uint32), ("mask", ctypes.c_uint32), ("cluster", ctypes.c_uint32)),
        *(("var1", ctypes.c_uint32), ("var2", ctypes.c_uint32)),
    )


class _GlyphPosition(ctypes.Structure):
    """``hb_glyph_position_t``."""

    _fields_ = (
        *(("x_advance", ctypes.c_int32), ("y_advance", ctypes.c_int32)),
        *(("x_offset", ctypes.c_int32), ("y_offset", ctypes.c_int32), ("var", ctypes.c_uint32)),
    )


class PlacedGlyph(NamedTuple):
    """A glyph of the font by its number, and where its origin is, in pixels right of the line's start and above it."""

    number: int
    right_px: float
    up_px: float


_POINTER_FUNCTIONS = ("hb_blob_create", "hb_face_create", "hb_font_create", "hb_buffer_create")
_POINTER = ctypes.c_void_p
_ARGUMENTS: dict[str, tuple[type, ...]] = {
    "hb_blob_create": (ctypes.c_char_p, ctypes.c_uint, ctypes.c_int, _POINTER, _POINTER),
    "hb_face_create": (_POINTER, ctypes.c_uint),
    "hb_font_create": (_POINTER,),
    "hb_font_set_scale": (_POINTER, ctypes.c_int, ctypes.c_int),
    "hb_buffer_create": (),
    "hb_buffer_destroy": (_POINTER,),
    "hb_buffer_add_utf8": (_POINTER, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint, ctypes.c_int),
    "hb_buffer_guess_segment_properties": (_POINTER,),
    "hb_buffer_set_direction": (_POINTER, ctypes.c_int),
    "hb_shape": (_POINTER, _POINTER, _POINTER, ctypes.c_uint),
    "hb_buffer_get_glyph_infos": (_POINTER, ctypes.POINTER(ctypes.c_uint)),
    "hb_buffer_get_glyph_positions": (_POINTER, ctypes.POINTER(ctypes.c_uint)),
}


def shape(font_name: str, size_px: int, text: str, *, is_right_to_left: bool) -> tuple[list[PlacedGlyph], float]:
    """Return the glyphs of a text of one direction from left to right, and what it advances in pixels."""
    library = harfbuzz()
    if library is None:
        raise RuntimeError("shape is called only where harfbuzz() finds the library")
    font = _font(library, font_name)
    library.hb_font_set_scale(font, size_px * _UNITS_PER_PX, size_px * _UNITS_PER_PX)
    buffer = library.hb_buffer_create()
    try:
        encoded = text.encode("utf-8")
        library.hb_buffer_add_utf8(buffer, encoded, len(encoded), 0, len(encoded))
        library.hb_buffer_guess_segment_properties(buffer)
        library.hb_buffer_set_direction(buffer, _DIRECTION_RTL if is_right_to_left else _DIRECTION_LTR)
        library.hb_shape(font, buffer, None, 0)
        return _placed(library, buffer)
    finally:
        library.hb_buffer_destroy(buffer)


def _placed(library: ctypes.CDLL, buffer: int) -> tuple[list[PlacedGlyph], float]:
    count = ctypes.c_uint()
    infos = library.hb_buffer_get_glyph_infos(buffer, ctypes.byref(count))
    positions = library.hb_buffer_get_glyph_positions(buffer, ctypes.byref(count))
    glyphs, advance = [], 0
    for info, position in zip(infos[: count.value], positions[: count.value], strict=True):
        right = (advance + position.x_offset) / _UNITS_PER_PX
        glyphs.append(PlacedGlyph(info.codepoint, right, position.y_offset / _UNITS_PER_PX))
        advance += position.x_advance
    return glyphs, advance / _UNITS_PER_PX


@functools.cache
def harfbuzz() -> ctypes.CDLL | None:
    """Return HarfBuzz, or None where there is none."""
    # Pillow's extension for fonts is linked to the copy of its wheel, so it is loaded already and opening it again is
    # 1 ms. A Pillow that a distribution built uses the system's.
    package = Path(PIL.__file__).parent
    beside = (*package.parent.glob("pillow.libs/libharfbuzz-*"), *package.glob(".dylibs/libharfbuzz.*"))
    return first_library((*map(str, beside), "libharfbuzz.so.0"))


def first_library(names: tuple[str, ...]) -> ctypes.CDLL | None:
    """Return the first library that can be loaded and has all functions that are called here."""
    for name in names:
        try:
            return _typed(ctypes.CDLL(name))
        except (OSError, AttributeError):
            continue
    return None


def _typed(library: ctypes.CDLL) -> ctypes.CDLL:
    for name, arguments in _ARGUMENTS.items():
        getattr(library, name).argtypes = arguments
        getattr(library, name).restype = _POINTER if name in _POINTER_FUNCTIONS else None
    library.hb_buffer_get_glyph_infos.restype = ctypes.POINTER(_GlyphInfo)
    library.hb_buffer_get_glyph_positions.restype = ctypes.POINTER(_GlyphPosition)
    return library


@functools.cache
def _font(library: ctypes.CDLL, font_name: str) -> int:
    """Return HarfBuzz's font of a file; it lives as long as the process, and so do the bytes that it reads."""
    content = font_content(font_name)
    blob = library.hb_blob_create(content, len(content), _MEMORY_READONLY, None, None)
    font: int = library.hb_font_create(library.hb_face_create(blob, 0))
    return font
