"""The bytes of the bitmap file."""

from __future__ import annotations

import struct

import pytest

from functions.codecard_avatar.draw.bitmap import encode_bitmap


def test_the_file_is_the_one_that_every_firmware_draws_fast() -> None:
    file = encode_bitmap(bytes(22 * 264))
    magic, size, offset = struct.unpack_from("<2sI4xI", file)
    header, width, height, planes, bits, compression, pixels = struct.unpack_from("<IiiHHII", file, 14)
    assert (magic, size, offset) == (b"BM", len(file), 62)
    assert (header, width, height, planes, bits, compression, pixels) == (40, 176, 264, 1, 1, 0, 264 * 24)
    assert file[54:62] == bytes([0, 0, 0, 0, 255, 255, 255, 0])


def test_something_follows_the_pixels() -> None:
    assert len(encode_bitmap(bytes(22 * 264))) == 62 + 264 * 24 + 4 == 6402


def test_the_last_row_comes_first_and_rows_are_padded_to_four_bytes() -> None:
    rows = [bytes([number % 256] * 22) for number in range(264)]
    file = encode_bitmap(b"".join(rows))
    assert file[62:86] == rows[263] + b"\0\0"
    assert file[62 + 263 * 24 : 62 + 264 * 24] == rows[0] + b"\0\0"


def test_the_file_fits_one_record_of_the_cards_tls() -> None:
    assert len(encode_bitmap(bytes(22 * 264))) < 11_600


@pytest.mark.parametrize("size", [0, 22 * 264 - 1, 22 * 264 + 1])
def test_pixels_of_another_size_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} bytes"):
        encode_bitmap(bytes(size))
