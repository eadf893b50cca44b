"""What every layout holds to, whatever the name: margins, no overlap, sizes that can be read."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from emulator.card.panel import draw_panel
from functions.codecard_avatar.draw import badge_picture
from functions.codecard_avatar.draw.composition.hard_names import HARD_NAMES
from functions.codecard_avatar.draw.layouts.layout_parts import BAND_PX
from functions.codecard_avatar.draw.sheet import sample_photo
from functions.codecard_avatar.model.badge_content import BadgeContent, Layout, content_of

if TYPE_CHECKING:
    from functions.codecard_avatar.draw.drawn_badge import DrawnBadge

FIELDS = {
    "role": "Platform engineer",
    "company": "Example Corp",
    "pronouns": "she/her",
    "detail": "Ask me about e-paper",
    "qr": "https://example.com/joan",
}
MARGIN_PX = 4
OTHERS: tuple[Layout, ...] = ("name-first", "qr", "photo", "details")


def content(title: str, layout: Layout, event: str = "", **fields: str) -> BadgeContent:
    found = content_of({"title": title, **fields}, layout, event)
    assert found is not None
    return found


def drawn(title: str, layout: Layout, event: str = "", **fields: str) -> DrawnBadge:
    return badge_picture.draw_badge(content(title, layout, event, **fields))


def check_margins(badge: DrawnBadge) -> None:
    """Nothing is black within 4 px of the edge, but the band that reaches it."""
    band_px = BAND_PX if badge.picture.getpixel((0, 0)) == 0 else 0
    ink = ImageChops.invert(badge.picture.convert("L").crop((0, band_px, 264, 176))).getbbox()
    if ink is None:
        return
    assert min(ink[0], ink[1]) >= MARGIN_PX
    assert ink[2] <= 264 - MARGIN_PX
    assert ink[3] <= 176 - band_px - MARGIN_PX


def check_boxes(badge: DrawnBadge) -> None:
    """No two things that are drawn overlap, and all lie on the panel."""
    for left, top, right, bottom in badge.boxes:
        assert 0 <= left < right <= 264
        assert 0 <= top < bottom <= 176
    for one, other in itertools.combinations(badge.boxes, 2):
        assert not (one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]), badge.boxes


@pytest.mark.parametrize("fields", [FIELDS, {}], ids=["all fields", "name alone"])
@pytest.mark.parametrize("layout", OTHERS)
@pytest.mark.parametrize("title", HARD_NAMES)
def test_hard_names_keep_to_their_places(title: str, layout: Layout, fields: dict[str, str]) -> None:
    event = "DevCon 2026" if fields else ""
    badge = drawn(title, layout, event, **fields)
    assert (badge.picture.mode, badge.picture.size) == ("1", (264, 176))
    check_margins(badge)
    check_boxes(badge)


TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Co")), max_size=50)


@settings(deadline=None, max_examples=80)
@given(TEXT.filter(str.strip), st.sampled_from(OTHERS), TEXT, TEXT, TEXT, TEXT)
def test_any_texts_keep_to_their_places(
    title: str, layout: Layout, role: str, company: str, detail: str, event: str
) -> None:
    found = content_of({"title": title, "role": role, "company": company, "detail": detail, "qr": "x"}, layout, event)
    if found is None:
        return
    badge = badge_picture.draw_badge(found)
    check_margins(badge)
    check_boxes(badge)


@pytest.mark.parametrize(
    ("layout", "says"),
    [("qr", "no text for a QR code"), ("photo", "no photo"), ("details", "no details")],
)
def test_a_layout_that_has_nothing_to_show_is_name_first_and_says_so(layout: Layout, says: str) -> None:
    badge = drawn("Joan Citizen", layout)
    assert badge.picture.tobytes() == drawn("Joan Citizen", "name-first").picture.tobytes()
    assert any(says in note for note in badge.notes)


@pytest.mark.parametrize("title", HARD_NAMES)
def test_a_photo_leaves_the_name_its_place(title: str) -> None:
    found = content_of({"title": title, **FIELDS}, "photo", "DevCon 2026", sample_photo())
    assert found is not None
    badge = badge_picture.draw_badge(found)
    assert not any("photo" in note for note in badge.notes)
    check_boxes(badge)


def test_a_photo_that_is_none_is_said() -> None:
    found = content_of({"title": "Joan Citizen"}, "photo", photo=b"no picture")
    assert found is not None
    badge = badge_picture.draw_badge(found)
    assert any(note.startswith("the photo ") for note in badge.notes)
    assert badge.picture.tobytes() == drawn("Joan Citizen", "name-first").picture.tobytes()


@pytest.mark.parametrize("fields", [{"qr": "https://example.com/joan"}, {"qr": "vcard", "email": "joan@example.com"}])
@pytest.mark.parametrize("title", ["Joan Citizen", "Maximiliana van der Hoogenbandt", "דוד בן גוריון", "W" * 40])
def test_the_code_is_read_from_the_panel(title: str, fields: dict[str, str]) -> None:
    found = content(title, "qr", "DevCon 2026", **(FIELDS | fields))
    badge = badge_picture.draw_badge(found)
    panel = Image.open(io.BytesIO(draw_panel(badge_picture.bitmap_file(badge.picture)).png()))
    (code,) = zxingcpp.read_barcodes(panel.convert("L"))
    assert code.text.splitlines() == found.qr.splitlines()


def test_a_code_that_is_too_long_is_said() -> None:
    badge = drawn("Joan Citizen", "qr", qr="x" * 400)
    assert any("too long" in note for note in badge.notes)
    assert badge.picture.tobytes() == drawn("Joan Citizen", "name-first").picture.tobytes()


@pytest.mark.parametrize("layout", OTHERS)
@pytest.mark.parametrize("ground", ["black", "dots", "stripes"])
def test_texts_can_be_read_on_an_own_background(ground: str, layout: Layout) -> None:
    background = Image.new("1", (264, 176), 0)
    if ground != "black":
        dark = {"dots": lambda x, y: (x + y) % 2, "stripes": lambda x, y: y // 4 % 2}[ground]
        background.putdata([255 * dark(x, y) for y in range(176) for x in range(264)])
    plain = drawn("Joan Citizen", layout, **FIELDS)
    badge = badge_picture.draw_badge(content("Joan Citizen", layout, **FIELDS), background)
    assert badge.boxes == plain.boxes
    for left, top, right, bottom in badge.boxes:
        around = 0 if bottom - top > 100 else 2  # a code has its own quiet zone
        place = (left - around, top - around, min(264, right + around), bottom + around)
        assert badge.picture.crop(place).tobytes() == plain.picture.crop(place).tobytes()


def stamp(badge: DrawnBadge) -> tuple[int, int, int, int]:
    """The box of the identicon's cells, of 8 px each."""
    return next(box for box in badge.boxes if box[2] - box[0] == 64 == box[3] - box[1])


def test_a_name_from_right_to_left_has_the_layout_mirrored() -> None:
    plain, mirrored = (drawn(title, "name-first", **FIELDS) for title in ("Joan Citizen", "דוד בן גוריון"))
    assert stamp(plain)[0] > 132 > stamp(mirrored)[2]


def test_pronouns_stand_in_the_band_where_there_is_one() -> None:
    without, with_band = (drawn("Joan Citizen", "name-first", event, **FIELDS) for event in ("", "DevCon"))
    in_band = with_band.picture.crop((150, 0, 264, BAND_PX)).convert("L")
    assert in_band.getbbox() is not None  # white letters
    assert without.picture.crop((0, 0, 264, 4)).convert("L").getextrema() == (255, 255)


def test_an_event_that_is_too_long_is_shortened_with_a_note() -> None:
    assert "the event's name is shortened" in drawn("Joan Citizen", "name-first", "A very long name " * 6).notes


def test_texts_that_do_not_fit_are_shortened_with_a_note() -> None:
    badge = drawn("Joan Citizen", "name-first", role="word " * 39, company="Example Corp")
    assert any(note.startswith("shortened: word") for note in badge.notes)


def test_a_title_beside_the_name_is_on_the_badge_somewhere() -> None:
    plain, doctor = (drawn(f"{title}Wolfeschlegelsteinhausen Citizen", "name-first") for title in ("", "Dr. "))
    assert plain.picture.tobytes() != doctor.picture.tobytes()


@pytest.mark.parametrize(
    ("title", "notes"),
    [
        ("Joan Citizen", ()),
        ("José Ñandú", ()),
        ("דוד לוי", ()),
        ("李小龙", ("no glyph for 李 (U+674E), 小 (U+5C0F), 龙 (U+9F99)",)),
        ("Joan 李", ("no glyph for 李 (U+674E)",)),
        ("กิ๊ฟ", ("no glyph for ก (U+0E01), ิ (U+0E34), ๊ (U+0E4A), ฟ (U+0E1F)",)),
        ("J\ufe0foan\u200d", ()),
        ("Wilhelmina Featherstonehaugh-Cholmondeley Citizen", ("the name is shortened",)),
    ],
)
def test_the_classic_layout_says_what_it_could_not_draw(title: str, notes: tuple[str, ...]) -> None:
    assert drawn(title, "classic").notes == notes
