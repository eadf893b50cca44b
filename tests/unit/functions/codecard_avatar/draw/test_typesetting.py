"""A line of text as pixels: what stands where, what was missing, which way it reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from functions.codecard_avatar.draw.typesetting import measure, typeset

NAMES = {
    "Chinese": "王小明",
    "Japanese": "山田太郎",
    "kana": "やまだ タロウ",
    "ideograph beyond the first plane": "\U00020b9f",
    "Korean": "김민수",
    "Devanagari": "दीपिका",
    "Thai": "สมชาย",
    "Arabic": "محمد",
    "Persian": "پژمان گلی",
    "Urdu": "ٹیپو ہاشمی",
    "Bengali": "শ্রীকৃষ্ণ",
    "Gurmukhi": "ਗੁਰਪ੍ਰੀਤ",
    "Gujarati": "શ્રીકૃષ્ણ",
    "Oriya": "ଶ୍ରୀକୃଷ୍ଣ",
    "Tamil": "ஸ்ரீனிவாசன்",
    "Telugu": "శ్రీనివాస్",
    "Kannada": "ಶ್ರೀನಿವಾಸ್",
    "Malayalam": "ശ്രീകൃഷ്ണൻ",
    "Sinhala": "ශ්\u200dරී",
    "Lao": "ບຸນມີ",
    "Myanmar": "မြင့်မြတ်",
    "Khmer": "សុភ័ក្ត្រ",
    "Hebrew": "דוד",
    "Hebrew with points": "דָּוִד",
    "Greek": "Γιώργος",
    "Cyrillic": "Дмитрий",
    "Ukrainian": "Ґалаґан Їжак",
    "Vietnamese": "Nguyễn",
    "Polish": "Łukasz",
    "Icelandic": "Þór",
    "Yoruba": "Ọbáfẹ́mi",
    "Turkish": "İğdır Şükrü",  # noqa: RUF001
    "Armenian": "Աննա",
    "Georgian": "ქეთევან",
    "Ethiopic": "አበበ",
    "emoji": "🎉🦄☕",
}
FACES = ("black", "bold", "regular", "condensed", "small")


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("script", NAMES)
def test_a_name_in_each_script_is_drawn_whole(script: str, face: str) -> None:
    line = typeset(NAMES[script], face, 16 if face == "small" else 36)
    assert line.missing == ()
    assert line.width_px > 2.5 * len(NAMES[script])


@pytest.mark.parametrize("face", ["black", "condensed", "small"])
@pytest.mark.parametrize("script", NAMES)
def test_a_measure_is_close_to_the_width_that_is_drawn(script: str, face: str) -> None:
    for size_px in (12, 22, 48):
        assert (
            abs(measure(NAMES[script], face, size_px) - typeset(NAMES[script], face, size_px).width_px)
            <= max(size_px, 16) * 0.6
        )


def test_the_mask_is_cropped_to_its_pixels_and_stands_on_the_baseline() -> None:
    line = typeset("Hop", "black", 40)
    assert line.mask.getbbox() == (0, 0, line.width_px, line.mask.height)
    assert line.above_px + line.below_px == line.mask.height
    assert line.below_px > 0


@pytest.mark.parametrize("face", FACES)
def test_capitals_end_at_the_baseline_in_every_size(face: str) -> None:
    assert {typeset("HIL", face, size_px).below_px for size_px in range(12, 64)} == {0}


def test_the_direction_is_that_of_the_first_letter() -> None:
    assert typeset("דוד", "bold", 24).rtl
    assert typeset("(محمد)", "bold", 24).rtl
    assert not typeset("Joan דוד", "bold", 24).rtl


def test_a_text_without_pixels_is_no_error() -> None:
    for text in ("", " ", "\u200d", "\ufe0f"):
        assert typeset(text, "small", 14).mask.getbbox() is None
        assert typeset(text, "small", 14).missing == ()


def test_a_letter_that_no_font_has_is_a_placeholder_and_named() -> None:
    line = typeset("བོད", "black", 40)
    assert set(line.missing) == set("བོད")
    assert line.width_px > 40
    assert typeset("A\U000e0100B", "black", 40).mask.tobytes() == typeset("AB", "black", 40).mask.tobytes()


def test_two_letters_that_are_missing_look_different() -> None:
    assert typeset("ཀ", "black", 40).mask.tobytes() != typeset("ཁ", "black", 40).mask.tobytes()


def test_a_mark_that_no_font_has_is_left_out_and_named() -> None:
    line = typeset("a\U0001d165", "black", 40)
    assert line.missing == ("\U0001d165",)
    assert line.mask.tobytes() == typeset("a", "black", 40).mask.tobytes()


def test_capitals_that_lean_on_each_other_are_moved_together() -> None:
    assert measure("AV", "black", 60) < measure("A", "black", 60) + measure("V", "black", 60)


@pytest.mark.parametrize(("face", "size_px"), [("regular", 20), ("small", 16), ("black", 40)])
def test_brackets_around_a_right_to_left_name_open_towards_it(face: str, size_px: int) -> None:
    bracket, line = typeset("(", face, size_px).mask, typeset("(דוד)", face, size_px).mask
    assert line.crop((0, 0, bracket.width, line.height)).crop(bracket.getbbox()).tobytes() == bracket.tobytes()


GOLDEN = Path(__file__).resolve().parents[5] / "tests" / "golden" / "typesetting"
SHEETS = {"black": 40, "bold": 28, "condensed": 22, "regular": 20, "small": 16}


def sheet(face: str) -> Image.Image:
    """One line a script, and one of placeholders, below each other."""
    lines = [typeset(name, face, SHEETS[face]) for name in (*NAMES.values(), "AV To Ýö ཀཁ \U0001fbf0")]
    picture = Image.new("1", (max(line.width_px for line in lines), sum(line.mask.height + 4 for line in lines)), 1)
    top = 0
    for line in lines:
        picture.paste(0, (0, top), line.mask)
        top += line.mask.height + 4
    return picture


@pytest.mark.parametrize("face", SHEETS)
def test_all_scripts_are_drawn_as_on_the_kept_sheet(face: str, tmp_path: Path) -> None:
    drawn = sheet(face)
    drawn.save(tmp_path / f"{face}.png")
    kept = Image.open(GOLDEN / f"{face}.png")
    same = (drawn.size, drawn.tobytes()) == (kept.size, kept.tobytes())
    assert same, f"look at {tmp_path / face}.png; where it is right, it becomes {GOLDEN / face}.png"
