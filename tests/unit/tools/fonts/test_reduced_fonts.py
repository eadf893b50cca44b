"""Fonts that are reduced, tried on those of the badge: reducing them once more."""

from __future__ import annotations

import io

from fontTools.ttLib import TTFont

from functions.codecard_avatar.draw.fonts import FOLDER
from tools.fonts.outline_fonts import FIRST_GLYPH_CODE, OutlineFont, kerning, reduced
from tools.fonts.pixel_fonts import strike_glyphs, unifont_glyphs
from tools.fonts.size_table import FILES, table
from tools.suite import ROOT

INTER = (FOLDER / "Inter-Black.otf").read_bytes()
FEW = OutlineFont("", "", "", ((0x41, 0x43), (0x61, 0x61), (0x4E00, 0x4E00)))


def test_a_font_keeps_the_letters_that_are_asked_for_and_says_which() -> None:
    content, covered = reduced(INTER, FEW)
    assert covered == [[0x41, 0x43], [0x61, 0x61]]
    cmap = TTFont(io.BytesIO(content)).getBestCmap()
    assert [code for code in cmap if code < FIRST_GLYPH_CODE] == [0x41, 0x42, 0x43, 0x61]
    assert len([code for code in cmap if code >= FIRST_GLYPH_CODE]) == 4


def test_the_same_source_gives_the_same_bytes() -> None:
    assert reduced(INTER, FEW) == reduced(INTER, FEW)


def test_a_font_without_kerning_has_no_pairs() -> None:
    assert kerning(INTER, ((0x41, 0x41), (0x56, 0x56))) == {}  # the kerning of this one was taken out


def test_lines_of_unifonts_text_become_glyphs() -> None:
    rows = "00" * 14 + "AA55"
    found = unifont_glyphs(f"0041:{rows}\n0301:{rows * 2}\n".encode(), b"0301:-8\n")
    assert found[0x41] == (8, 0, bytes.fromhex(rows))
    assert found[0x301][:2] == (16, -8)


def test_a_glyph_that_is_drawn_stands_on_its_row() -> None:
    width, left, rows = strike_glyphs(INTER, 16, 12)[ord("H")]
    assert left == 0
    height = [any(rows[at : at + (width + 7) // 8]) for at in range(0, len(rows), (width + 7) // 8)]
    assert (len(height), height[11], any(height[12:])) == (16, True, False)


def test_every_font_file_is_in_the_table() -> None:
    listed = {name for names in FILES for name in names}
    there = {each.name for each in FOLDER.iterdir() if each.suffix in {".otf", ".ttf", ".xz", ".pxf", ".json"}}
    assert listed == there
    assert table(ROOT).count("\n") == len(FILES) + 3
