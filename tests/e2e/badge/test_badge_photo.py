"""Photos and codes on a card's panel: a photo that is missing, late or broken costs nobody their badge."""

from __future__ import annotations

import io
import json

import pytest
import zxingcpp
from PIL import Image

from emulator.card.panel import Panel, draw_panel
from functions.codecard_avatar.draw import badge_picture
from functions.codecard_avatar.draw.sheet import sample_photo
from functions.codecard_avatar.model.badge_content import content_of
from tests.support.badge import CARD, BadgeCloud

FIELDS = {
    "title": "Joan Müller",
    "role": "Engineer",
    "company": "例え株式会社",
    "email": "joan@example.org",
    "qr": "mecard",
    "photo": "people/joan 1.png",
}
PHOTO = "/people/"
"""In the path of the photo's request."""


@pytest.fixture(scope="module")
def configured(worker_badge: BadgeCloud) -> BadgeCloud:
    """A registry with one card and its owner's photo in a private bucket, pictures in a public one."""
    public, private = worker_badge.bucket(), worker_badge.bucket("private", "NoPublicAccess")
    worker_badge.cloud.object_storage.put(private, FIELDS["photo"], sample_photo())
    register(worker_badge, FIELDS)
    worker_badge.configure(
        oss_bucket=worker_badge.bucket_url(public),
        private_bucket=worker_badge.bucket_url(private),
        card_registry="cards.json",
    )
    return worker_badge


@pytest.fixture
def badge(configured: BadgeCloud) -> BadgeCloud:
    """The cloud with the card as it was, no faults, and nothing logged yet; the function's process is a warm one."""
    register(configured, FIELDS)
    configured.cloud.faults.clear()
    configured.cloud.log.clear()
    configured.functions.host.logs.clear()
    return configured


def register(badge: BadgeCloud, fields: dict[str, str]) -> None:
    private = next(each for each in badge.cloud.object_storage.buckets.values() if each.name == "private")
    badge.cloud.object_storage.put(private, "cards.json", json.dumps({CARD: fields}).encode())


def shown(badge: BadgeCloud, label: str = "b", function: str = "2") -> Panel:
    """Press, and return what the panel shows of the picture."""
    return badge.card.fetch_picture(badge.press(label=label, function=function).fields).panel


def drawn(layout: str, photo: bytes = b"") -> Panel:
    content = content_of(FIELDS, layout, photo=photo)  # type: ignore[arg-type]
    assert content is not None
    return draw_panel(badge_picture.bitmap_file(badge_picture.draw_badge(content).picture))


def notes(badge: BadgeCloud) -> str:
    (line,) = [line for line in badge.log_lines() if "picture_bytes" in line]
    return " ".join(line.get("notes", []))  # type: ignore[call-overload,no-any-return]


def asked(badge: BadgeCloud) -> list[str]:
    return [f"{call.method} {call.path.partition('/b/')[2]}".split("badge-")[0] for call in badge.cloud.log.calls()]


def test_the_photo_is_fetched_after_the_registry_and_is_on_the_panel(badge: BadgeCloud) -> None:
    assert shown(badge) == drawn("photo", sample_photo())
    assert notes(badge) == ""
    gets = ["GET private/o/cards.json", "GET private/o/people/joan 1.png"]
    # The last two are the cards' own: a reflashed one's, and a stock one's.
    assert asked(badge) == [*gets, "PUT codecard/o/", "HEAD codecard/o/", *2 * ["GET codecard/o/"]]


@pytest.mark.parametrize(("label", "function"), [("a", "1"), ("a", "2"), ("b", "1")])
def test_other_layouts_do_not_ask_for_it(badge: BadgeCloud, label: str, function: str) -> None:
    shown(badge, label, function)
    assert not any(PHOTO in call.path for call in badge.cloud.log.calls())


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"status": 404}, "cannot be read: 404"),
        ({"status": 403}, "cannot be read: 403"),
        ({"status": 500}, "cannot be read: 500"),
        ({"status": 302, "response_headers": {"location": "https://localhost/"}}, "cannot be read: 302"),
        ({"drop": "before"}, "cannot be read"),
        ({"drop": "after", "reset": True}, "cannot be read"),
        ({"truncate_bytes": 500}, "cannot be read"),
        ({"body": bytes(1_100_000)}, "more than 1048576 bytes"),
        ({"hang": True}, "is late"),
        ({"trickle": 40.0}, "is late"),
        ({"body": b"<html>not found</html>"}, "is no PNG, JPEG, WebP, GIF or BMP"),
        ({"body": b""}, "it is empty"),
        ({"body": b"\x89PNG\r\n\x1a\n" + bytes(50)}, "cannot be decoded"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_photo_that_does_not_come_costs_no_badge(badge: BadgeCloud, fault: dict[str, object], says: str) -> None:
    badge.cloud.faults.add(service="object_storage", path=PHOTO, times=None, **fault)  # type: ignore[arg-type]
    assert shown(badge) == drawn("name-first")
    assert says in notes(badge)
    assert "name first" in notes(badge)


def test_why_there_is_no_photo_is_in_the_answer(badge: BadgeCloud) -> None:
    badge.cloud.faults.add(service="object_storage", path=PHOTO, status=404)
    press = badge.press(label="b", function="2")
    document = json.loads(press.raw.partition(b"\r\n\r\n")[2])
    assert document["template"] == "template8"
    assert document["detail"].startswith("the photo people/joan 1.png cannot be read: 404")


@pytest.mark.parametrize("name", ["../cards.json", "/joan.png", "a//b", "a/./b", "x/.."])
def test_a_name_that_is_no_objects_is_not_asked_for(badge: BadgeCloud, name: str) -> None:
    register(badge, FIELDS | {"photo": name})
    assert shown(badge) == drawn("name-first")
    assert "that is no name of an object" in notes(badge)
    assert len([each for each in asked(badge) if each.startswith("GET private")]) == 1


def test_a_phone_reads_the_contact_from_the_panel(badge: BadgeCloud) -> None:
    panel = Image.open(io.BytesIO(shown(badge, "a", "2").png())).convert("L")
    (code,) = zxingcpp.read_barcodes(panel)
    assert code.text == "MECARD:N:Müller,Joan;ORG:例え株式会社;NOTE:Engineer;EMAIL:joan@example.org;;"
