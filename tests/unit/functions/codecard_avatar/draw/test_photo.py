"""Photos and logos of any file that people have, on a panel of black and white."""

from __future__ import annotations

import io
import random
import struct
import zlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageStat

from functions.codecard_avatar.draw import badge_picture
from functions.codecard_avatar.draw.photo import background_picture, photo_picture
from functions.codecard_avatar.errors import BackgroundUnusable
from functions.codecard_avatar.model.badge_content import LAYOUTS, BadgeContent, content_of

SIZE = (112, 140)
CORNERS = ("left top", "right top", "right bottom", "left bottom")
"""Where the first pixel of a file belongs, by its orientation 1 to 4; 5 to 8 are the same, transposed."""


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, format=kind, **options)
    return target.getvalue()


def a_portrait(size: tuple[int, int] = (300, 400)) -> Image.Image:
    """Soft tones: a dark head before a wall that is light at the upper left."""
    wall = Image.linear_gradient("L").rotate(30, expand=True).resize(size)
    head = Image.radial_gradient("L").resize((size[0] // 2, size[1] // 2)).point(lambda level: 40 + level // 3)
    wall.paste(head, (size[0] // 4, size[1] // 5))
    return wall.convert("RGB")


def a_logo(size: tuple[int, int] = (400, 120), ground: str = "white", ink: str = "navy") -> Image.Image:
    picture = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 20, 100, 100), fill=ink)
    draw.rectangle((130, 40, size[0] - 20, 80), fill="red")
    return picture


def black_share(picture: Image.Image) -> float:
    return picture.convert("L").histogram()[0] / (picture.width * picture.height)


def changes(picture: Image.Image) -> int:
    """Where a pixel differs from its neighbour: dots of a dither are full of it."""
    grey = picture.convert("L")
    return ImageChops.difference(grey, ImageChops.offset(grey, 1, 0)).histogram()[255]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_a_photo_of_every_usual_kind_is_dithered_in_the_size_asked_for(kind: str) -> None:
    picture = photo_picture(encoded(a_portrait(), kind), *SIZE)
    assert (picture.mode, picture.size) == ("1", SIZE)
    assert changes(picture) > 2000


@pytest.mark.parametrize(("shade", "lift"), [(1.0, 0), (0.3, 0), (0.3, 170)])
def test_a_dark_or_pale_photo_has_the_tones_of_a_good_one(shade: float, lift: int) -> None:
    photo = a_portrait().point(lambda level: int(level * shade) + lift)
    assert 0.3 < black_share(photo_picture(encoded(photo), *SIZE)) < 0.7


def test_the_cut_is_a_little_above_the_middle() -> None:
    # Of 400 rows 200 are shown: 67 are cut above and 133 below, so that the dark band from 70 to 110 is at the top.
    photo = Image.linear_gradient("L").resize((200, 400)).point(lambda level: 150 + level // 3)
    photo.paste(Image.radial_gradient("L").resize((200, 40)).point(lambda level: level // 4), (0, 70))
    picture = photo_picture(encoded(photo), 100, 100).convert("L")
    dark = [1 - ImageStat.Stat(picture.crop((0, at, 100, at + 10))).mean[0] / 255 for at in range(0, 100, 10)]
    assert max(range(10), key=dark.__getitem__) in {0, 1}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(turn, corner) for at, corner in enumerate(CORNERS) for turn in (1 + at, 5 + at)],
)
def test_a_photo_is_turned_as_its_exif_says(kind: str, orientation: int, corner: str) -> None:
    photo = Image.linear_gradient("L").resize((400, 200)).point(lambda level: 150 + level // 3).convert("RGB")
    photo.paste(Image.linear_gradient("L").resize((160, 80)).point(lambda level: level // 5).convert("RGB"), (0, 0))
    exif = Image.Exif()
    exif[0x0112] = orientation
    size = (100, 50) if orientation < 5 else (50, 100)
    picture = photo_picture(encoded(photo, kind, exif=exif), *size).convert("L")
    corners = {
        f"{x} {y}": ImageStat.Stat(picture.crop((left, top, left + 16, top + 16))).mean[0]
        for x, left in (("left", 0), ("right", size[0] - 16))
        for y, top in (("top", 0), ("bottom", size[1] - 16))
    }
    assert min(corners, key=corners.__getitem__) == corner


def test_a_broken_exif_block_leaves_the_photo_as_it_is(recwarn: pytest.WarningsRecorder) -> None:
    good = encoded(a_portrait(), "JPEG")
    block = b"Exif\0\0II*\0\xff\xff\xff\x7f" + bytes(40)
    broken = good[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + good[2:]
    assert photo_picture(broken, *SIZE).tobytes() == photo_picture(good, *SIZE).tobytes()
    assert [str(each.message) for each in recwarn] == []  # each would be a line in the log


@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG", "WEBP"])
@pytest.mark.parametrize(("ground", "ink"), [("white", "navy"), ("navy", "yellow"), ("white", "gold")])
def test_a_logo_is_whole_and_without_dots(kind: str, ground: str, ink: str) -> None:
    picture = photo_picture(encoded(a_logo(ground=ground, ink=ink), kind), *SIZE)
    assert changes(picture) < 250
    # Whole, without its margins, and on its own ground: the mark is as wide as the place.
    ground_level = 0 if ground == "navy" else 255
    marks = picture.convert("L").point(lambda level: 0 if level == ground_level else 255).getbbox()
    assert marks is not None
    assert marks[0] <= 1
    assert marks[2] >= SIZE[0] - 1
    assert 15 < marks[3] - marks[1] < 40


def test_the_colours_of_a_logo_that_make_its_marks_are_parted() -> None:
    badge = Image.new("RGB", (200, 250), "white")
    draw = ImageDraw.Draw(badge)
    draw.rectangle((20, 20, 180, 230), fill="navy")
    draw.rectangle((50, 50, 150, 80), fill="gold")
    picture = photo_picture(encoded(badge), 80, 105)
    assert [picture.getpixel((40, y)) for y in (3, 22, 60)] == [0, 255, 0]


def test_a_cut_out_photo_stands_whole_on_white() -> None:
    mask = Image.new("L", (300, 400), 0)
    ImageDraw.Draw(mask).ellipse((60, 60, 240, 300), fill=255)
    photo = a_portrait()
    photo.putalpha(mask)
    picture = photo_picture(encoded(photo), *SIZE)
    assert changes(picture) > 1000
    assert all(picture.getpixel(at) == 255 for at in ((0, 0), (111, 0), (0, 139), (111, 139)))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_is_taken(mode: str) -> None:
    if mode == "I;16":
        photo = a_portrait().convert("I").point(lambda level: level * 257).convert("I;16")
    elif mode == "PA":
        photo = a_portrait().convert("P")
        photo.info["transparency"] = bytes(range(256))
    else:
        photo = a_portrait().convert(mode)
    assert 0.2 < black_share(photo_picture(encoded(photo), *SIZE)) < 0.85


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_mode_of_jpeg_is_taken(mode: str, options: dict[str, bool]) -> None:
    want = photo_picture(encoded(a_portrait(), "JPEG"), *SIZE).convert("L")
    got = photo_picture(encoded(a_portrait().convert(mode), "JPEG", **options), *SIZE).convert("L")
    assert abs(ImageStat.Stat(want).mean[0] - ImageStat.Stat(got).mean[0]) < 12


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_shown(kind: str) -> None:
    first = a_portrait()
    options = {"lossless": True} if kind == "WEBP" else {}
    others = [Image.new("RGB", first.size, "black")] * 3
    moving = encoded(first, kind, save_all=True, append_images=others, **options)
    still = encoded(first, kind, **options)
    assert photo_picture(moving, *SIZE).tobytes() == photo_picture(still, *SIZE).tobytes()


def png_of(width: int, height: int, body: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def webp_of(chunk: bytes, data: bytes) -> bytes:
    return (
        b"RIFF" + struct.pack("<I", 12 + len(data)) + b"WEBP" + chunk + struct.pack("<I", len(data)) + data + bytes(16)
    )


BAD_PHOTOS = {
    "empty": (b"", "is empty"),
    "text": (b"hello", "no PNG, JPEG, WebP, GIF or BMP"),
    "tiff": (b"II*\0" + bytes(60), "no PNG"),
    "png bomb": (png_of(50_000, 50_000, zlib.compress(bytes(100_000))), "is 50000 x 50000 pixels"),
    "png without pixels": (png_of(100, 100, b""), "cannot be decoded"),
    "truncated": (encoded(a_portrait(), "JPEG")[:2000], "cannot be decoded|truncated"),
    "large gif": (b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b";", "cannot be decoded|pixels"),
    "large jpeg": (
        b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 11, 8, 65500, 65500, 1) + b"\1\x11\0\xff\xd9",
        "65500 x 65500 pixels",
    ),
    "large webp": (webp_of(b"VP8X", b"\0\0\0\0" + b"\xff\x3f\0" * 2), "is 16384 x 16384 pixels"),
    "large lossless webp": (webp_of(b"VP8L", b"\x2f\xff\xff\xff\x0f"), "is 16384 x 16384 pixels"),
    "large lossy webp": (webp_of(b"VP8 ", bytes(6) + b"\xff\x3f\xff\x3f"), "is 16383 x 16383 pixels"),
    "large progressive": (encoded(Image.new("L", (2500, 2000)), "JPEG", progressive=True), "progressive"),
    "markers": (b"\xff\xd8" + b"\xff\xe1\0\x02" * 50_000 + encoded(a_portrait(), "JPEG")[2:], "too many markers"),
    "fill bytes": (b"\xff\xd8" + b"\xff" * 500_000 + encoded(a_portrait(), "JPEG")[2:], "too many markers"),
    "chunks": (png_of(9, 9, b"")[:33] + (bytes(4) + b"teXt" + bytes(4)) * 5000, "more than 4096 chunks"),
    "long": (png_of(1, 20_001, zlib.compress(bytes(2 * 20_001))), "1 x 20001 pixels: a side may have 20,000"),
    "runs": (
        b"BM"
        + struct.pack("<IHHI", 1000, 0, 0, 62)
        + struct.pack("<IiiHHIIiiII", 40, 500, 500, 1, 8, 1, 0, 0, 0, 2, 2),
        "500 x 500 pixels: at most 200,000",
    ),
    "scans": (encoded(a_portrait(), "JPEG") + b"\xff\xda" * 40, "more than 32 scans"),
}


@pytest.mark.parametrize("name", BAD_PHOTOS)
def test_what_is_no_photo_is_refused_with_the_reason(name: str) -> None:
    data, cause = BAD_PHOTOS[name]
    with pytest.raises(ValueError, match=cause):
        photo_picture(data, *SIZE)
    with pytest.raises(BackgroundUnusable, match=f"image_bg_name .*({cause})"):
        background_picture(data)


def test_the_same_photo_is_decoded_once_and_stays_as_it_was() -> None:
    data = encoded(a_portrait())
    first = photo_picture(data, *SIZE)
    pixels = first.tobytes()
    badge_picture.draw_badge(content_with(data))
    assert photo_picture(bytes(bytearray(data)), *SIZE) is first
    assert first.tobytes() == pixels
    background = background_picture(data)
    pixels = background.tobytes()
    for layout in LAYOUTS:
        badge_picture.draw_badge(replace(content_with(data), layout=layout), background)
    assert background.tobytes() == pixels


def content_with(photo: bytes) -> BadgeContent:
    content = content_of({"title": "Joan Citizen", "role": "Engineer", "qr": "@joan"}, "photo", photo=photo)
    assert content is not None
    return content


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2000, 1), (3, 3), (1, 20000), (20000, 1), (1400, 1400)])
def test_a_photo_of_any_shape_fills_its_place(size: tuple[int, int]) -> None:
    for colour in ("black", "white", "grey"):
        assert photo_picture(encoded(Image.new("RGB", size, colour)), *SIZE).size == SIZE
        assert background_picture(encoded(Image.new("RGB", size, colour))).size == (264, 176)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP"]), st.integers(1, 30))
def test_a_damaged_file_is_a_picture_or_a_reason(seed: int, kind: str, damages: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    data = bytearray(encoded(a_portrait((60, 80)), kind))
    for _ in range(damages):
        data[chance.randrange(len(data))] = chance.randrange(256)
    try:
        picture = photo_picture(bytes(data), *SIZE)
    except ValueError:
        return
    assert (picture.mode, picture.size) == ("1", SIZE)


def test_a_drawn_background_of_another_size_is_scaled_and_stays_a_drawing() -> None:
    drawn = Image.new("L", (528, 352), 255)
    ImageDraw.Draw(drawn).rectangle((0, 0, 527, 99), fill=0)
    picture = background_picture(encoded(drawn))
    assert [picture.getpixel((130, y)) for y in (0, 48, 51, 175)] == [0, 0, 255, 255]


def test_a_photo_as_background_is_dithered() -> None:
    picture = background_picture(encoded(a_portrait((800, 600)), "JPEG"))
    assert (picture.mode, picture.size) == ("1", (264, 176))
    assert changes(picture) > 5000
