"""Bitmap fonts: what the tool packs is what the drawer reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.codecard_avatar.draw.fonts import FOLDER
from functions.codecard_avatar.draw.fonts.pixel_font import PixelFont, PixelGlyph, pixel_font
from tools.fonts.pixel_fonts import packed

GLYPHS = {0x41: (8, 0, b"\x18\x24"), 0x301: (8, -8, b"\x10\x00"), 0x20001: (16, 0, b"\xff\xff\x00\x01")}


@pytest.fixture
def font(tmp_path: Path) -> PixelFont:
    file = tmp_path / "a.pxf"
    file.write_bytes(packed(GLYPHS, 2, 1))
    return PixelFont(file)


def test_what_is_packed_is_read_again(font: PixelFont) -> None:
    assert (font.height_px, font.above_px) == (2, 1)
    for code, glyph in GLYPHS.items():
        assert font.glyph(chr(code)) == PixelGlyph(*glyph)


def test_what_was_not_packed_is_none(font: PixelFont) -> None:
    for character in ("\0", "B", "\u4e00", "\U00020000", "\U0010ffff"):
        assert font.glyph(character) is None


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.pxf").write_bytes(b"GIF89a" + bytes(20))
    with pytest.raises(ValueError, match=r"b\.pxf"):
        PixelFont(tmp_path / "b.pxf")


def test_the_upper_case_a_of_unifont_is_as_its_text_file_has_it() -> None:
    # From unifont.hex 15.0.01, line 0041.
    glyph = pixel_font(FOLDER / "unifont.pxf").glyph("A")
    assert glyph == PixelGlyph(8, 0, bytes.fromhex("0000000018242442427E424242420000"))


@pytest.mark.parametrize("character", ["த", "ক", "ခ", "ក", "ﷺ", "ם", "\ue000"])
def test_letters_that_unifont_would_draw_wrong_are_not_there(character: str) -> None:
    assert pixel_font(FOLDER / "unifont.pxf").glyph(character) is None
