"""Make the badge's font files: ``python -m tools.fonts FOLDER`` with the packages of tools/fonts/sources.py in FOLDER.

    apt-get download fonts-inter fonts-noto-core fonts-noto-extra fonts-terminus-otb fonts-unifont unifont

A package of another hash is refused; the same packages and the same fontTools give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from tools.fonts import pixel_fonts, sources
from tools.fonts.debian_package import package_files
from tools.fonts.outline_fonts import kerning, reduced
from tools.suite import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = ROOT / "functions" / "codecard_avatar" / "draw" / "fonts"
MANIFEST = "manifest.json"
"""The ranges of code points of each outline font, and the SHA-256 of each file."""

KERNING = "kerning.json"
"""Of each kerned font: thousandths of an em, and all pairs of letters that it is added between."""


def outline_files(folder: Path, covered: dict[str, list[list[int]]]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each outline font, then the kerning; fill in what they cover."""
    pairs = {}
    for font in sources.OUTLINE_FONTS:
        source = package_files(folder / font.package, sources.PACKAGES[font.package], (font.source,))[font.source]
        content, covered[font.target] = reduced(source, font)
        yield font.target, content
        if font.is_kerned:
            pairs[font.target] = kerning(source, sources.KERNED)
    yield KERNING, (json.dumps(pairs, ensure_ascii=False) + "\n").encode()


def pixel_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each bitmap font."""
    name = "terminus-normal.otb"
    source = package_files(folder / sources.TERMINUS, sources.PACKAGES[sources.TERMINUS], (name,))[name]
    for size_px, above_px in sources.STRIKES.items():
        glyphs = pixel_fonts.strike_glyphs(source, size_px, above_px)
        # A mark has a whole cell there, and nothing says where on a letter it would stand.
        glyphs = {
            code: glyph
            for code, glyph in glyphs.items()
            if not _is_in(code, sources.THIN_LETTERS) and not unicodedata.combining(chr(code))
        }
        # The licence reserves the name "Terminus Font" for the font as its author publishes it.
        yield f"small-{size_px}.pxf", pixel_fonts.packed(glyphs, size_px, above_px)
    unifont = pixel_fonts.packed(unifont_glyphs(folder), sources.UNIFONT_HEIGHT_PX, sources.UNIFONT_ABOVE_PX)
    yield "unifont.pxf", unifont


def unifont_glyphs(folder: Path) -> dict[int, pixel_fonts.PixelGlyph]:
    """Return the glyphs that are taken of GNU Unifont."""
    names = ("unifont.hex", "plane00-combining.txt")
    files = package_files(folder / sources.UNIFONT, sources.PACKAGES[sources.UNIFONT], names)
    glyphs = pixel_fonts.unifont_glyphs(files[names[0]], files[names[1]])
    kept = {code: glyph for code, glyph in glyphs.items() if not _is_in(code, sources.NOT_DRAWN_SINGLY)}
    name = "unifont_upper.otf"
    upper = package_files(folder / sources.UNIFONT_UPPER, sources.PACKAGES[sources.UNIFONT_UPPER], (name,))[name]
    drawn = pixel_fonts.strike_glyphs(upper, sources.UNIFONT_HEIGHT_PX, sources.UNIFONT_ABOVE_PX)
    kept.update({code: glyph for code, glyph in drawn.items() if _is_in(code, sources.UPPER_LETTERS)})
    return {code: glyph for code, glyph in kept.items() if unicodedata.category(chr(code))[0] != "C"}


def _is_in(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


def main(arguments: list[str]) -> int:
    """Write all files and the manifest; print their sizes."""
    parser = argparse.ArgumentParser(prog="python -m tools.fonts", description="Make the badge's font files.")
    parser.add_argument("folder", type=Path, help="where the packages are")
    parser.add_argument("--target", type=Path, default=TARGET, help="where to; default: the function's folder")
    options = parser.parse_args(arguments)
    covered: dict[str, list[list[int]]] = {}
    hashes = {}
    for name, content in (*outline_files(options.folder, covered), *pixel_files(options.folder)):
        (options.target / name).write_bytes(content)
        hashes[name] = hashlib.sha256(content).hexdigest()
        print(f"{len(content):8,} {name}")
    manifest = {"sha256": hashes, "covered": covered}
    (options.target / MANIFEST).write_text(json.dumps(manifest) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
