"""The font files are those that the tool made, and what is said of them is true."""

from __future__ import annotations

import hashlib
import io
import json
import runpy
import unicodedata

import pytest
from fontTools.ttLib import TTFont

from functions.codecard_avatar.draw.fonts import FOLDER, font_content
from functions.codecard_avatar.draw.fonts.coverage import has_outline
from functions.codecard_avatar.draw.fonts.kerning import kern_px
from functions.codecard_avatar.draw.fonts.pixel_font import pixel_font
from functions.codecard_avatar.draw.line_ink import FIRST_GLYPH_CODE
from tools.dockerignore import Ignored
from tools.fonts import outline_fonts, sources
from tools.suite import ROOT

MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
MAX_BYTES = 1_500_000


@pytest.mark.parametrize("name", MANIFEST["sha256"])
def test_a_file_is_the_one_that_was_made(name: str) -> None:
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == MANIFEST["sha256"][name]


def test_all_files_together_keep_to_their_budget() -> None:
    assert sum((FOLDER / name).stat().st_size for name in MANIFEST["sha256"]) <= MAX_BYTES


@pytest.mark.parametrize("name", MANIFEST["covered"])
def test_the_characters_that_a_font_is_said_to_have_are_in_it(name: str) -> None:
    font = TTFont(io.BytesIO(font_content(name)))
    codes = {code for code in font.getBestCmap() if code < FIRST_GLYPH_CODE}
    assert codes == {code for first, last in MANIFEST["covered"][name] for code in range(first, last + 1)}
    assert all(has_outline(name, chr(code)) for code in codes)
    assert not has_outline(name, "\u4e00")


def test_each_glyph_has_its_private_code_point() -> None:
    assert outline_fonts.FIRST_GLYPH_CODE == FIRST_GLYPH_CODE
    for name in MANIFEST["covered"]:
        font = TTFont(io.BytesIO(font_content(name)))
        names, cmap = font.getGlyphOrder(), font.getBestCmap()
        assert [cmap[FIRST_GLYPH_CODE + at] for at in range(1, len(names))] == names[1:]


def test_every_file_made_has_a_licence_and_its_copyright() -> None:
    licence = (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    for name in MANIFEST["sha256"]:
        assert name == "kerning.json" or name.removesuffix(".xz") in licence
    assert not any("terminus" in name.lower() for name in MANIFEST["sha256"])  # its licence reserves the name


def test_every_package_has_a_hash() -> None:
    assert {font.package for font in sources.OUTLINE_FONTS} <= set(sources.PACKAGES)
    assert all(len(sha256) == 64 for sha256 in sources.PACKAGES.values())


def test_kerning_grows_with_the_size() -> None:
    assert kern_px("Inter-Black.otf", 20, "AV") > kern_px("Inter-Black.otf", 60, "AV")
    assert kern_px("Inter-Black.otf", 60, "nn") == 0
    assert kern_px("DejaVuSansCondensed.ttf", 60, "AV") == 0


def test_every_file_and_the_shaper_go_into_the_image() -> None:
    function = ROOT / "functions" / "codecard_avatar"
    ignored = Ignored.of(function)
    assert [name for name in MANIFEST["sha256"] if ignored.matches((FOLDER / name).relative_to(function))] == []
    assert "libharfbuzz" not in runpy.run_path(str(ROOT / "deploy" / "image" / "prune.py"))["PILLOW_LIBRARIES"]


RANGES = {
    "Chinese, Japanese and Korean ideographs": (0x4E00, 0x9FFF),
    "rare ideographs": (0x3400, 0x4DBF),
    "Hangul": (0xAC00, 0xD7A3),
    "kana": (0x3041, 0x30FF),
    "Cherokee": (0x13A0, 0x13F5),
    "Ethiopic": (0x1200, 0x135A),
    "emoji": (0x1F600, 0x1F64F),
}


@pytest.mark.parametrize("name", RANGES)
def test_unifont_has_all_of_a_block(name: str) -> None:
    first, last = RANGES[name]
    unifont = pixel_font(FOLDER / "unifont.pxf")
    assigned = [chr(code) for code in range(first, last + 1) if unicodedata.category(chr(code)) != "Cn"]
    assert [each for each in assigned if unifont.glyph(each) is None] == []
