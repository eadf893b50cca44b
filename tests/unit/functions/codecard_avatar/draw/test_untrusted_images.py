"""Pictures from outside are checked before they are decoded."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from functions.codecard_avatar.draw import photo, untrusted_images
from functions.codecard_avatar.errors import BackgroundUnusable


def encoded(picture: Image.Image, kind: str) -> bytes:
    target = io.BytesIO()
    picture.save(target, format=kind)
    return target.getvalue()


def a_background(mode: str = "L") -> Image.Image:
    picture = Image.new(mode, (264, 176), "white")
    picture.paste(Image.new(mode, (50, 40), "black"), (3, 5))
    return picture


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_every_common_format_is_taken(kind: str, mode: str) -> None:
    picture = photo.background_picture(encoded(a_background(mode), kind))
    assert (picture.mode, picture.size) == ("1", (264, 176))
    assert picture.getpixel((10, 10)) == 0
    assert picture.getpixel((100, 100)) == 255


def test_white_is_what_the_card_shows_white() -> None:
    picture = Image.new("RGB", (264, 176), (128, 128, 128))
    picture.putpixel((0, 0), (128, 128, 129))
    picture.putpixel((1, 0), (255, 129, 1))
    picture.putpixel((2, 0), (255, 129, 0))
    got = photo.background_picture(encoded(picture, "PNG"))
    assert [got.getpixel((x, 0)) for x in range(4)] == [255, 255, 0, 0]


def test_transparent_parts_are_white() -> None:
    got = photo.background_picture(encoded(Image.new("RGBA", (264, 176), (0, 0, 0, 0)), "PNG"))
    assert got.getpixel((5, 5)) == 255


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "is empty"),
        (b"<html>not found</html>", "no PNG"),
        (b"BM", "cannot be decoded"),
        (b"\x89PNG\r\n\x1a\n garbage", "cannot be decoded"),
        (b"GIF89a", "cannot be decoded"),
        (b"RIFF\x04\0\0\0WAVE", "no PNG"),
        (b"RIFF\x04\0\0\0WEBPVP8 ", "cannot be decoded"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG"),
        (encoded(Image.new("L", (2001, 1000)), "PNG"), "is 2001 x 1000 pixels: at most 2,000,000"),
        (b"\x89PNG" + bytes(1024 * 1024), "has 1048580 bytes, at most 1048576"),
        (encoded(a_background(), "PNG")[:200], "cannot be decoded"),
    ],
)
def test_what_is_no_background_is_named(data: bytes, cause: str) -> None:
    with pytest.raises(BackgroundUnusable, match=f"image_bg_name .*{cause}"):
        photo.background_picture(data)


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(10_000_000))
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    with pytest.raises(BackgroundUnusable, match="50000 x 50000"):
        photo.background_picture(bomb)


@pytest.mark.parametrize("side", [8, 85, 256])
def test_an_identicon_of_any_usual_size_becomes_85_pixels(side: int) -> None:
    assert untrusted_images.decode_identicon(encoded(Image.new("L", (side, side), "white"), "PNG")).size == (85, 85)


@pytest.mark.parametrize("size", [(7, 7), (85, 84), (2000, 2000)])
def test_an_identicon_of_another_shape_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="pixels"):
        untrusted_images.decode_identicon(encoded(Image.new("L", size), "PNG"))
