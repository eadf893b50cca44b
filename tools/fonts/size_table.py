"""The badge's font files as a table: what each is for, what it is made of, and its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "functions/codecard_avatar/draw/fonts"
OFL = "OFL 1.1"

OTHER_SCRIPTS = (
    *(
        "Bengali",
        "Gujarati",
        "Gurmukhi",
        "Kannada",
        "Khmer",
        "Lao",
        "Malayalam",
        "Myanmar",
        "Oriya",
        "Sinhala",
        "Tamil",
    ),
    "Telugu",
)

FILES: dict[tuple[str, ...], tuple[str, str, str]] = {
    ("Inter-Black.otf",): ("first names from 20 px", "Inter 4.0", OFL),
    ("Inter-SemiBold.otf",): ("last names from 18 px", "Inter 4.0", OFL),
    ("NotoSans-ExtraCondensedBold.ttf",): ("names too wide for these", "Noto Sans Extra Condensed Bold", OFL),
    ("NotoSerifHebrew-Black.ttf",): ("Hebrew names from 28 px, and vowel points", "Noto Serif Hebrew Black", OFL),
    ("NotoSansArabic-Bold.ttf.xz",): ("Arabic letters, also of Persian and Urdu", "Noto Sans Arabic Bold", OFL),
    ("NotoSansDevanagari-Bold.ttf.xz",): ("Devanagari", "Noto Sans Devanagari Bold", OFL),
    ("NotoSansThai-Bold.ttf.xz",): ("Thai", "Noto Sans Thai Bold", OFL),
    tuple(f"NotoSans{script}-Bold.ttf.xz" for script in OTHER_SCRIPTS): (
        *("the script of the file's name", "Noto Sans of that script, Bold", OFL),
    ),
    ("small-12.pxf", "small-14.pxf", "small-16.pxf"): (
        *("Latin, Greek and Cyrillic in small lines", "Terminus Font 4.48, its own bitmaps", OFL),
    ),
    ("unifont.pxf",): (
        "Chinese, Japanese, Korean, Ethiopic, signs and emoji, and whatever else it draws right letter by letter",
        *("GNU Unifont 15.0.01, its own bitmaps", OFL),
    ),
    ("kerning.json", "manifest.json"): ("pairs that are moved together; what each font has", "", ""),
    ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf"): (
        "the classic layout; lines of 18 px and more, Armenian, Georgian, Hebrew below 28 px",
        *("DejaVu Sans Condensed 2.37", "Bitstream Vera's"),
    ),
}


def table(root: Path) -> str:
    """Return the table in Markdown, with the sum."""
    lines = ["| files | for | made of | licence | KB |", "| --- | --- | --- | --- | ---: |"]
    total = 0
    for names, (purpose, source, licence) in FILES.items():
        size = sum((root / FOLDER / name).stat().st_size for name in names)
        total += size
        shown = ", ".join(f"`{name}`" for name in names)
        lines.append(f"| {shown} | {purpose} | {source} | {licence} | {size / 1000:.0f} |")
    return "\n".join([*lines, f"| all | | | | {total / 1000:.0f} |"]) + "\n"
