"""Which font draws which part of a line, and in which order the parts stand."""

from __future__ import annotations

from functions.codecard_avatar.draw.fonts.line_fonts import line_fonts
from functions.codecard_avatar.draw.text_runs import text_runs


def parts(text: str, face: str = "black", size_px: int = 40) -> list[tuple[str, str]]:
    """Text and font file of each run, from left to right."""
    runs, _ = text_runs(text, line_fonts(face, size_px))
    return [(run.text, run.font.name if run.font else "none") for run in runs]


def test_latin_greek_and_cyrillic_letters_of_a_line_are_of_one_font() -> None:
    # The small bitmap font has no letter of Vietnamese: with that one alone in another font, a name would be ragged.
    assert parts("Nguyen Văn", "small", 14) == [("Nguyen Văn", "small-14.pxf")]
    assert parts("Nguyễn Văn", "small", 14) == [("Nguyễn Văn", "DejaVuSansCondensed.ttf")]


def test_each_script_has_its_font_and_signs_are_of_the_lines_font() -> None:
    assert parts("王 (Wang)") == [("王", "unifont.pxf"), (" (Wang)", "Inter-Black.otf")]
    assert parts("दीपिका-Rao") == [("दीपिका", "NotoSansDevanagari-Bold.ttf.xz"), ("-Rao", "Inter-Black.otf")]


def test_a_line_from_right_to_left_has_its_first_run_at_the_right() -> None:
    assert parts("דוד Levi") == [
        ("Levi", "Inter-Black.otf"),
        (" ", "Inter-Black.otf"),
        ("דוד", "NotoSerifHebrew-Black.ttf"),
    ]
    assert parts("Levi דוד") == [("Levi ", "Inter-Black.otf"), ("דוד", "NotoSerifHebrew-Black.ttf")]


def test_a_mark_stays_with_its_letter() -> None:
    assert parts("a (דָּוִד) b")[1:2] == [("דָּוִד", "NotoSerifHebrew-Black.ttf")]
    assert parts("q\u0308x", "small", 16) == [("q\u0308x", "DejaVuSansCondensed.ttf")]


def test_hebrew_is_bold_in_every_face() -> None:
    for face in ("small", "regular", "bold", "condensed"):
        assert parts("דוד", face, 16) == [("דוד", "DejaVuSansCondensed-Bold.ttf")]


def test_a_letter_without_a_font_is_a_run_of_its_own() -> None:
    assert parts("Aཀཁ") == [("A", "Inter-Black.otf"), ("ཀ", "none"), ("ཁ", "none")]


def test_what_has_no_picture_is_left_out_unseen() -> None:
    runs, missing = text_runs("❤\ufe0f👍🏽\u2066a\u0007", line_fonts("black", 40))
    assert ("".join(run.text for run in runs), missing) == ("❤👍a", ())
