"""QR codes are read back by a decoder, from what the card's panel shows of the bitmap file."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from emulator.card.panel import draw_panel
from functions.codecard_avatar.draw.badge_picture import bitmap_file
from functions.codecard_avatar.draw.qr_code import QUIET_MODULES, qr_picture

VCARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Müller-Lüdenscheidt;Jörg;;Dr.;\r\nFN:Dr. Jörg Müller-Lüdenscheidt\r\n"
    "ORG:例え株式会社\r\nEMAIL:joerg@example.org\r\nEND:VCARD\r\n"
)
TEXTS = [
    "https://example.org/joan",
    "HTTPS://EXAMPLE.ORG/JOAN",
    "@joan",
    "0123456789",
    "王小明",
    "MECARD:N:Müller,Jörg;EMAIL:joerg@example.org;;",
    "山田太郎",
    VCARD,
]


def on_the_panel(code: Image.Image) -> Image.Image:
    """The code in the middle of a badge, through the file, as the panel shows it."""
    badge = Image.new("1", (264, 176), 255)
    badge.paste(code, ((264 - code.width) // 2, (176 - code.height) // 2))
    return Image.open(io.BytesIO(draw_panel(bitmap_file(badge)).png())).convert("L")


def read(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("text", TEXTS)
def test_a_decoder_reads_the_text_from_the_panel(text: str) -> None:
    code = qr_picture(text, 176)
    assert code is not None
    assert read(on_the_panel(code.picture)) == [text]


@settings(deadline=None, max_examples=40)
@given(st.text(min_size=1, max_size=60), st.integers(87, 176))
def test_any_text_that_fits_is_read(text: str, max_px: int) -> None:
    code = qr_picture(text, max_px)
    if code is not None:
        assert code.picture.width <= max_px
        assert code.module_px >= 3
        # Without a mark of its encoding a short text of rare letters may be guessed to be another one than UTF-8, so
        # the bytes are compared.
        (found,) = zxingcpp.read_barcodes(code.picture.convert("L"))
        assert found.bytes == text.encode("utf-8", "replace")


@pytest.mark.parametrize("text", TEXTS)
def test_modules_are_whole_pixels_within_a_white_quiet_zone(text: str) -> None:
    code = qr_picture(text, 176)
    assert code is not None
    modules = 17 + 4 * code.version
    assert code.picture.mode == "1"
    assert code.picture.size == (code.module_px * (modules + 2 * QUIET_MODULES),) * 2
    quiet = code.module_px * QUIET_MODULES
    around = code.picture.convert("L")
    around.paste(255, (quiet, quiet, quiet + code.module_px * modules, quiet + code.module_px * modules))
    assert around.getextrema() == (255, 255)
    small = code.picture.resize((modules + 2 * QUIET_MODULES,) * 2, Image.Resampling.NEAREST)
    assert small.resize(code.picture.size, Image.Resampling.NEAREST).tobytes() == code.picture.tobytes()


@pytest.mark.parametrize(
    ("text", "max_px", "module_px", "version", "level"),
    [
        ("@joan", 176, 6, 1, "H"),  # the smallest code, with room for more pixels a module
        ("https://example.org/joan", 176, 4, 3, "H"),
        ("https://example.org/joan", 132, 4, 2, "M"),  # 4 pixels with less correction, rather than 3 with more
        ("x" * 78, 164, 4, 4, "L"),
        ("x" * 79, 164, 3, 7, "Q"),  # one more letter than 4 pixels hold
        ("x" * 154, 164, 3, 7, "L"),
    ],
)
def test_the_most_forgiving_code_with_large_modules_is_taken(
    text: str, max_px: int, module_px: int, version: int, level: str
) -> None:
    code = qr_picture(text, max_px)
    assert code is not None
    assert (code.module_px, code.version, code.error_level) == (module_px, version, level)


@pytest.mark.parametrize(
    ("text", "max_px"), [("x" * 155, 164), ("x" * 5000, 176), ("a", 86), ("a", 10), ("a", 0), ("", 176)]
)
def test_what_does_not_fit_is_no_code(text: str, max_px: int) -> None:
    assert qr_picture(text, max_px) is None


def test_a_lone_surrogate_is_a_question_mark() -> None:
    code = qr_picture("a\ud800b", 176)
    assert code is not None
    assert read(on_the_panel(code.picture)) == ["a?b"]
