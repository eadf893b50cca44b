"""The emulated panel draws the bitmaps that the card draws, and refuses those that it draws wrong."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import pytest
from PIL import Image

from emulator.card.firmware_json import CardError
from emulator.card.panel import Panel, draw_panel

MARK = (3, 5)
"""The one black pixel of the picture that these tests use: column and row, portrait."""


def bitmap(
    bits: int = 1, *, header: int = 40, colours: int | None = None, height: int = 264, tail: bytes = b"\0"
) -> bytes:
    """A white picture with one black pixel, made from the format's description."""
    offset = 14 + header + (0 if bits == 24 else 4 * (colours or 1 << bits))
    row_bytes = (176 * bits + 31) // 32 * 4
    row = bytearray(b"\xff" * row_bytes)
    marked = bytearray(row)
    x = MARK[0]
    if bits == 24:
        marked[3 * x : 3 * x + 3] = b"\0\0\0"
    else:
        in_byte = 8 // bits
        shift = 8 - bits * (1 + x % in_byte)
        marked[x // in_byte] &= 0xFF ^ ((1 << bits) - 1) << shift
    rows = [bytes(marked) if y == MARK[1] else bytes(row) for y in range(264)]
    size = offset + row_bytes * 264
    head = struct.pack("<2sIHHI", b"BM", size, 0, 0, offset)
    information = struct.pack("<IiiHHIIiiII", header, 176, height, 1, bits, 0, row_bytes * 264, 0, 0, colours or 0, 0)
    shades = 0 if bits == 24 else colours or 1 << bits
    palette = b"".join(bytes([value * 255 // ((1 << bits) - 1)] * 3 + [0]) for value in range(shades))
    return head + information + bytes(header - 40) + palette + b"".join(reversed(rows)) + tail


def black(panel: Panel) -> list[tuple[int, int]]:
    return [(x, y) for y, row in enumerate(panel.rows) for x, white in enumerate(row) if not white]


@pytest.mark.parametrize(("bits", "header"), [(1, 40), (4, 40), (8, 40), (24, 40), (24, 124)])
def test_the_bitmaps_of_the_table_are_drawn_right(bits: int, header: int) -> None:
    assert black(draw_panel(bitmap(bits, header=header))) == [MARK]


@pytest.mark.parametrize(
    ("bits", "header", "size"),
    [(24, 124, 139_530), (1, 40, 6_398), (4, 40, 23_350), (8, 40, 47_542), (24, 40, 139_446)],
)
def test_these_files_have_the_sizes_of_the_table(bits: int, header: int, size: int) -> None:
    assert len(bitmap(bits, header=header, tail=b"")) == size


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda: bitmap(height=-264), "top-down"),
        (lambda: bitmap(header=124), "header of 124"),
        (lambda: bitmap(8, colours=16), "palette"),
        (lambda: bitmap(1)[:30] + b"\1" + bitmap(1)[31:], "compression 1"),
        (lambda: bitmap(1)[:28] + b"\x20" + bitmap(1)[29:], "32 bits"),
        (lambda: bitmap(1)[:18] + struct.pack("<ii", 264, 176) + bitmap(1)[26:], "264 x 176"),
        (lambda: bitmap(1)[:3000], "last row"),
        (lambda: b"GIF89a" + bytes(100), "no bitmap"),
        (lambda: b"", "no bitmap"),
    ],
)
def test_a_file_that_the_card_draws_wrong_is_refused(change: Callable[[], bytes], cause: str) -> None:
    with pytest.raises(CardError, match=cause):
        draw_panel(change())


def test_over_plain_http_a_byte_has_to_follow_the_pixels() -> None:
    with pytest.raises(CardError, match="last row"):
        draw_panel(bitmap(tail=b""), last_byte_lost=True)
    assert draw_panel(bitmap(tail=b""))
    assert draw_panel(bitmap(tail=b"\0"), last_byte_lost=True)


def test_white_is_more_than_384() -> None:
    file = bytearray(bitmap(1))
    file[58:61] = bytes([128, 128, 128])
    assert len(black(draw_panel(bytes(file)))) == 176 * 264
    file[58] = 129
    assert black(draw_panel(bytes(file))) == [MARK]


def test_the_card_is_worn_turned_clockwise() -> None:
    rows = draw_panel(bitmap()).landscape()
    assert (len(rows), len(rows[0])) == (176, 264)
    assert [(x, y) for y, row in enumerate(rows) for x, white in enumerate(row) if not white] == [
        (263 - MARK[1], MARK[0])
    ]


def test_the_picture_for_people_is_the_landscape_view() -> None:
    picture = Image.open(io.BytesIO(draw_panel(bitmap()).png()))
    assert (picture.mode, picture.size) == ("1", (264, 176))
    assert picture.getpixel((263 - MARK[1], MARK[0])) == 0
    assert picture.getpixel((0, 0)) == 255
