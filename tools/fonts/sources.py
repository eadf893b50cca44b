"""Which font files the badge has, and of which packages they are made."""

from __future__ import annotations

from tools.fonts.outline_fonts import OutlineFont

PACKAGES = {
    "fonts-inter_4.0~beta7+ds-1_all.deb": "6afd9014550e04b58bccf64b94f92ae1dbfd8018489b92de835408970234c24c",
    "fonts-noto-core_20201225-1_all.deb": "58f4f0bb6720f919f92096b3508e1412a0f1544424ade6c5b5bf1eb694dd64ba",
    "fonts-noto-extra_20201225-1_all.deb": "a44b0c7b9e3c72caf4237ab46846652d6d6eea296abfe675f6f604b6562ffd40",
    "fonts-terminus-otb_4.48-3.1_all.deb": "a659226b011188a9f9d17e6ec38eebe774f3bcb06589d84f39ba25283098bc70",
    "fonts-unifont_1%3a15.0.01-2_all.deb": "cd46245f1b228d1277ed2b453ce893fde1cf4bf4ec317e82b0079395bdc9c2b5",
    "unifont_1%3a15.0.01-2_all.deb": "94a81ded10cb6d810fd1982edbe9587bf3b6af6fa2cb9bee4d00477131097a84",
}
"""Packages of Debian 12, as `apt-get download` names them, and their SHA-256."""

INTER, NOTO, NOTO_EXTRA, TERMINUS, UNIFONT_UPPER, UNIFONT = PACKAGES

_LATIN_GREEK_CYRILLIC = (
    *((0x0020, 0x007E), (0x00A0, 0x024F), (0x0259, 0x0259), (0x02BB, 0x02BD), (0x0300, 0x0338), (0x0370, 0x03E1)),
    *((0x0400, 0x04FF), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x203A), (0x2044, 0x2044), (0x20A0, 0x20BF)),
    *((0x2116, 0x2116), (0x2122, 0x2122)),
)
KERNED = ((0x0020, 0x007E), (0x00C0, 0x017F), (0x0386, 0x03CE), (0x0410, 0x044F), (0x2019, 0x2019))
"""Letters whose pairs are kerned."""

_REFERENCE = ((0x20, 0x20), (0x48, 0x48))
"""A blank and an H, by which the drawer finds the baseline."""

_JOINERS = (0x200C, 0x200D)
_DOTTED_CIRCLE = (0x25CC, 0x25CC)
_MARKS = ("ccmp", "mark", "mkmk")
_INDIC = (
    *("abvf", "abvm", "abvs", "akhn", "blwf", "blwm", "blws", "calt", "ccmp", "cfar", "cjct", "clig", "dist", "half"),
    *("haln", "init", "kern", "liga", "locl", "mark", "mkmk", "nukt", "pref", "pres", "pstf", "psts", "rkrf", "rphf"),
    "vatu",
)
"""Of all scripts of the Indian family, Thai and Khmer among them; a font has some of them."""

_ARABIC = ("calt", "ccmp", "fina", "init", "isol", "locl", "mark", "medi", "mkmk", "rlig")

_SHAPED: dict[str, tuple[tuple[str, ...], tuple[int, int], tuple[int, int]]] = {
    "NotoSansArabic-Bold": (_ARABIC, (0x0600, 0x06FF), _JOINERS),
    "NotoSansDevanagari-Bold": (_INDIC, (0x0900, 0x097F), _JOINERS),
    "NotoSansThai-Bold": (_INDIC, (0x0E00, 0x0E7F), _JOINERS),
    "NotoSansBengali-Bold": (_INDIC, (0x0980, 0x09FF), _JOINERS),
    "NotoSansGurmukhi-Bold": (_INDIC, (0x0A00, 0x0A7F), _JOINERS),
    "NotoSansGujarati-Bold": (_INDIC, (0x0A80, 0x0AFF), _JOINERS),
    "NotoSansOriya-Bold": (_INDIC, (0x0B00, 0x0B7F), _JOINERS),
    "NotoSansTamil-Bold": (_INDIC, (0x0B80, 0x0BFF), _JOINERS),
    "NotoSansTelugu-Bold": (_INDIC, (0x0C00, 0x0C7F), _JOINERS),
    "NotoSansKannada-Bold": (_INDIC, (0x0C80, 0x0CFF), _JOINERS),
    "NotoSansMalayalam-Bold": (_INDIC, (0x0D00, 0x0D7F), _JOINERS),
    "NotoSansSinhala-Bold": (_INDIC, (0x0D80, 0x0DFF), _JOINERS),
    "NotoSansLao-Bold": (_INDIC, (0x0E80, 0x0EFF), _JOINERS),
    "NotoSansMyanmar-Bold": (_INDIC, (0x1000, 0x109F), _JOINERS),
    "NotoSansKhmer-Bold": (_INDIC, (0x1780, 0x17FF), _JOINERS),
}
"""Fonts of scripts whose letters change with their neighbours: layout features, letters, joiners."""

OUTLINE_FONTS = (
    OutlineFont(INTER, "Inter-Black.otf", "Inter-Black.otf", _LATIN_GREEK_CYRILLIC, _MARKS, is_kerned=True),
    OutlineFont(INTER, "Inter-SemiBold.otf", "Inter-SemiBold.otf", _LATIN_GREEK_CYRILLIC, _MARKS, is_kerned=True),
    OutlineFont(
        *(NOTO_EXTRA, "NotoSans-ExtraCondensedBold.ttf", "NotoSans-ExtraCondensedBold.ttf"),
        *(_LATIN_GREEK_CYRILLIC, _MARKS),
        is_kerned=True,
    ),
    OutlineFont(
        NOTO_EXTRA, "NotoSerifHebrew-Black.ttf", "NotoSerifHebrew-Black.ttf", (*_REFERENCE, (0x05B0, 0x05F4)), _MARKS
    ),
    *(
        OutlineFont(NOTO, f"{name}.ttf", f"{name}.ttf.xz", (*_REFERENCE, *letters, _DOTTED_CIRCLE), features)
        for name, (features, *letters) in _SHAPED.items()
    ),
)

STRIKES = {12: 10, 14: 12, 16: 12}
"""Sizes of Terminus Font that are taken, and of their rows those above the baseline."""

THIN_LETTERS = ((0x0590, 0x05FF), (0xFB1D, 0xFB4F))
"""Not taken of Terminus Font: in strokes of one pixel, Hebrew letters read as Latin ones (a name as TIT)."""

UNIFONT_HEIGHT_PX, UNIFONT_ABOVE_PX = 16, 14

NOT_DRAWN_SINGLY = (
    *THIN_LETTERS,
    *((0x0600, 0x109F), (0x1700, 0x18AF), (0x1900, 0x1CFF), (0xA800, 0xA8FF), (0xA900, 0xA95F), (0xA980, 0xABFF)),
    *((0xD7B0, 0xF8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF), (0xFFF0, 0xFFFF)),
)
"""What is left out of Unifont: scripts whose letters join, stack or change places, which it would draw one by one and
so wrong; what stands for no character."""

UPPER_LETTERS = ((0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF), (0x20000, 0x2FFFF))
"""Taken of Unifont's upper planes: emoji, and 303 ideographs of Japanese standards."""
