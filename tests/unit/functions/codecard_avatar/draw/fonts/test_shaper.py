"""Glyphs and places of a shaped text are those that the package uharfbuzz gives: the same library by another way."""

from __future__ import annotations

import pytest
import uharfbuzz

from functions.codecard_avatar.draw.fonts import font_content
from functions.codecard_avatar.draw.fonts.shaper import first_library, shape

ARABIC, DEVANAGARI, THAI = (f"NotoSans{script}-Bold.ttf.xz" for script in ("Arabic", "Devanagari", "Thai"))
INDIC = {
    "Bengali": "শ্রীকৃষ্ণ রবীন্দ্রনাথ",
    "Gurmukhi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "Gujarati": "શ્રીકૃષ્ણ પટેલ",
    "Oriya": "ଶ୍ରୀକୃଷ୍ଣ",
    "Tamil": "கௌதம் ஸ்ரீனிவாசன்",
    "Telugu": "శ్రీనివాస్",
    "Kannada": "ಶ್ರೀನಿವಾಸ್",
    "Malayalam": "ശ്രീകൃഷ്ണൻ",
    "Sinhala": "ශ්\u200dරී ලංකා",
    "Lao": "ບຸນມີ ນ້ຳ",
    "Myanmar": "မြင့်မြတ်",
    "Khmer": "សុភ័ក្ត្រ",
}
TEXTS = [
    (ARABIC, "محمد"),
    (ARABIC, "مُحَمَّد عبد الله"),
    (ARABIC, "می\u200cرود پژمن"),
    (ARABIC, "ٹیپو ہاشمی"),
    (DEVANAGARI, "दीपिका"),
    (DEVANAGARI, "श्रीकृष्ण"),
    (DEVANAGARI, "शर्मा क्षत्रिय ज्ञान"),
    (DEVANAGARI, "क\u094d\u200dष"),
    (THAI, "สมชาย"),
    (THAI, "ปิ่นแก้ว น้ำทิพย์"),
    *((f"NotoSans{script}-Bold.ttf.xz", text) for script, text in INDIC.items()),
    ("NotoSerifHebrew-Black.ttf", "דָּוִד"),
    ("Inter-Black.otf", "Ọbáfẹ\u0301mi"),
]


def expected(font_name: str, size_px: int, text: str, *, is_right_to_left: bool) -> list[tuple[int, float, float]]:
    font = uharfbuzz.Font(uharfbuzz.Face(font_content(font_name)))
    font.scale = (size_px * 64, size_px * 64)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if is_right_to_left else "ltr"
    uharfbuzz.shape(font, buffer)
    placed, pen = [], 0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        placed.append((info.codepoint, (pen + position.x_offset) / 64, position.y_offset / 64))
        pen += position.x_advance
    return [*placed, (-1, pen / 64, 0.0)]


@pytest.mark.parametrize(("font_name", "text"), TEXTS)
@pytest.mark.parametrize("size_px", [14, 40])
def test_glyphs_and_places_are_those_of_uharfbuzz(font_name: str, text: str, size_px: int) -> None:
    is_right_to_left = font_name in {ARABIC, "NotoSerifHebrew-Black.ttf"}
    glyphs, advance_px = shape(font_name, size_px, text, is_right_to_left=is_right_to_left)
    found = [(glyph.number, glyph.right_px, glyph.up_px) for glyph in glyphs]
    assert [*found, (-1, advance_px, 0.0)] == expected(font_name, size_px, text, is_right_to_left=is_right_to_left)


def numbers(font_name: str, text: str) -> list[int]:
    return [glyph.number for glyph in shape(font_name, 40, text, is_right_to_left=font_name == ARABIC)[0]]


def test_arabic_letters_join() -> None:
    alone, joined = numbers(ARABIC, "م"), numbers(ARABIC, "ممم")
    assert len(set(joined)) == 3
    assert not set(alone) & set(joined)
    assert numbers(ARABIC, "م\u200cم") != numbers(ARABIC, "مم")


def test_lam_and_alef_become_a_ligature() -> None:
    lam, alef = "\u0644", "\u0627"
    assert not set(numbers(ARABIC, lam + alef)) & {*numbers(ARABIC, lam), *numbers(ARABIC, alef)}


def test_a_vowel_that_is_spoken_after_its_letter_stands_before_it() -> None:
    # क and the vowel i in the order of the text; the vowel's glyph comes first.
    assert numbers(DEVANAGARI, "कि")[1:] == numbers(DEVANAGARI, "क")


def test_letters_that_meet_become_a_conjunct() -> None:
    assert len(numbers(DEVANAGARI, "क्ष")) == 1
    assert len(numbers(DEVANAGARI, "र्म")) == 2


def test_thai_marks_on_one_letter_stand_above_each_other() -> None:
    glyphs, advance_px = shape(THAI, 40, "ปิ่น", is_right_to_left=False)
    letters, _ = shape(THAI, 40, "ปน", is_right_to_left=False)
    vowel, tone = glyphs[1:3]
    assert (vowel.number, vowel.right_px) != (tone.number, tone.right_px)
    assert advance_px == pytest.approx(shape(THAI, 40, "ปน", is_right_to_left=False)[1])
    assert glyphs[3].right_px == letters[1].right_px


def test_a_library_without_the_functions_is_none() -> None:
    assert first_library(("libnone-such.so", "libc.so.6")) is None
