"""A picture is promised when the card can fetch it, and the picture's route answers with something to draw."""

from __future__ import annotations

import hashlib
import json
import re
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from emulator.card.card_client import Card
from emulator.card.firmware_json import FIRMWARES, read_answer
from emulator.card.panel import draw_panel
from functions.codecard_avatar.draw import badge_picture
from functions.codecard_avatar.model.badge_content import Layout, content_of
from tests.support.badge import CARD, PATIENCE_SECONDS, BadgeCloud

if TYPE_CHECKING:
    from emulator.services.object_storage.stored_objects import StoredBucket

LONG_NAMES = (
    "Joan Citizen",
    "W" * 200,
    "\u738b" * 200,
    "\u00dcn\u00efc\u00f6d\u00e9 " * 25,
    "Александр Сергеевич Пушкин",
)
PAGES: tuple[tuple[str, str, Layout], ...] = (
    ("a", "1", "name-first"),
    ("a", "2", "qr"),
    ("b", "1", "details"),
    ("b", "2", "classic"),
)
INLINE_NAME = re.compile(r"/codecard/badge/CC50E3CCBFFF-a1-[0-9a-f]{16}\.bmp")


@pytest.fixture
def badge(worker_badge: BadgeCloud) -> BadgeCloud:
    worker_badge.reset()
    return worker_badge


def reason(badge: BadgeCloud, card: Card | None = None) -> str:
    """Press, and return why there is no badge; empty where there is one. Every firmware must be able to read it."""
    press = badge.press(card)
    for firmware in FIRMWARES:
        read_answer(press.raw, firmware)
    return str(json.loads(press.raw.partition(b"\r\n\r\n")[2]).get("reason", ""))


def to_bucket(badge: BadgeCloud, title: str = "Joan Citizen") -> StoredBucket:
    bucket = badge.bucket()
    badge.cloud.codecard.save(CARD, title=title)
    badge.configure(apex_url=badge.apex_url, oss_bucket=badge.bucket_url(bucket))
    return bucket


def inline(badge: BadgeCloud, **config: str) -> None:
    settings = {"publish": "inline", "public_url": badge.cloud.tls_gateway, "apex_url": badge.apex_url}
    badge.configure(**{**settings, **config})


def asked(badge: BadgeCloud) -> list[str]:
    """What the function has asked of the bucket; GET is the card's alone."""
    return [call.method for call in badge.cloud.log.calls("object_storage") if call.method != "GET"]


def fetched(badge: BadgeCloud, url: str, method: str = "GET", **headers: str) -> requests.Response:
    return requests.request(method, url, headers=headers, timeout=20, verify=str(badge.cloud.ca_file))


def test_inline_a_background_that_is_missing_is_said_at_the_press(badge: BadgeCloud) -> None:
    bucket = badge.bucket(access="NoPublicAccess")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    inline(badge, private_bucket=badge.bucket_url(bucket), image_bg_name="missing.png")
    assert reason(badge) == "background-unusable"


@pytest.mark.parametrize("title", ["Joan Citizen", "Joan Married"])
def test_a_bucket_made_private_while_the_function_is_warm_is_seen_at_the_next_press(
    badge: BadgeCloud, title: str
) -> None:
    bucket = to_bucket(badge)
    assert reason(badge) == ""
    bucket.public_access_type = "NoPublicAccess"
    badge.cloud.codecard.save(CARD, title=title)
    assert reason(badge) == "picture-not-public"
    bucket.public_access_type = "ObjectRead"
    assert reason(badge) == ""


def test_a_picture_that_lies_there_still_is_looked_at_and_not_stored_again(badge: BadgeCloud) -> None:
    bucket = to_bucket(badge)
    for _ in range(3):
        badge.card.fetch_picture(badge.press().fields)
    assert asked(badge) == ["PUT", "HEAD", "HEAD", "HEAD"]
    bucket.objects.clear()
    badge.card.fetch_picture(badge.press().fields)
    assert asked(badge)[4:] == ["HEAD", "PUT", "HEAD"]


def test_a_picture_that_somebody_replaced_is_stored_again(badge: BadgeCloud) -> None:
    bucket = to_bucket(badge)
    (name,) = [badge.press().fields["backgroundImage"].rpartition("/")[2]]
    badge.cloud.object_storage.put(bucket, name, b"something else")
    badge.card.fetch_picture(badge.press().fields)
    assert asked(badge) == ["PUT", "HEAD", "HEAD", "PUT", "HEAD"]


@pytest.mark.parametrize("title", LONG_NAMES)
def test_an_inline_address_holds_no_name_and_gives_the_very_badge(badge: BadgeCloud, title: str) -> None:
    inline(badge, apex_url="", card_names=json.dumps({CARD: title}))
    press = badge.press()
    url = press.fields["backgroundImage"]
    path = url.removeprefix(badge.cloud.tls_gateway)
    assert INLINE_NAME.fullmatch(path)
    assert len(path) <= 60
    first = badge.card.fetch_picture(press.fields)
    inline(badge, apex_url="", card_names=json.dumps({CARD: title}))  # ends the container that has drawn it
    assert badge.card.fetch_picture(press.fields).file == first.file


def test_the_container_that_drew_a_badge_does_not_ask_for_the_card_again(badge: BadgeCloud) -> None:
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    inline(badge)
    badge.card.fetch_picture(badge.press().fields)
    assert len(badge.cloud.log.calls("codecard")) == 1


def test_an_older_address_of_a_card_shows_its_present_name(badge: BadgeCloud) -> None:
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    inline(badge)
    before = badge.press().fields
    badge.cloud.codecard.save(CARD, title="Joan Married")
    after = badge.press().fields
    assert after["backgroundImage"] != before["backgroundImage"]
    assert badge.card.fetch_picture(before).file == badge.card.fetch_picture(after).file


def test_an_address_that_holds_a_name_goes_on_answering(badge: BadgeCloud) -> None:
    inline(badge)
    for name in ("Joan%20Citizen", "xn--Zo%20Mller-u1a6o"):
        answer = fetched(badge, f"{badge.cloud.tls_gateway}/codecard/badge/{name}.bmp")
        assert answer.headers["content-type"] == "image/bmp"
        draw_panel(answer.content)


@pytest.mark.parametrize("fault", ["unknown-card", "registry", "background", "settings"])
def test_a_picture_that_cannot_be_made_is_a_picture_that_says_why(badge: BadgeCloud, fault: str) -> None:
    bucket = badge.bucket(access="NoPublicAccess")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    config = {"private_bucket": badge.bucket_url(bucket), "image_bg_name": "bg.png"} if fault == "background" else {}
    inline(badge, **config)
    owner = "AABBCCDDEEFF" if fault == "unknown-card" else CARD
    if fault == "registry":
        badge.cloud.faults.add(service="codecard", status=500, times=None)
    if fault == "settings":
        badge.configure(publish="inline")
    url = f"{badge.cloud.tls_gateway}/codecard/badge/{owner}-a1-0123456789abcdef.bmp"
    fields = {"template": "template8", "backgroundImage": url, "fingerprint": tls_fingerprint(badge)}
    picture = badge.card.fetch_picture(fields)
    assert len(picture.file) == 6402
    ink = sum(not pixel for row in picture.panel.rows for pixel in row)
    assert ink > 500
    answer = fetched(badge, url)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


def tls_fingerprint(badge: BadgeCloud) -> str:
    """The fingerprint of the gateway's certificate, as the card compares it."""
    parts = urlsplit(badge.cloud.tls_gateway)
    pem = ssl.get_server_certificate((parts.hostname or "", parts.port or 443))
    return hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem), usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("name", ["x.png", "CC50E3CCBFFF-a1.png", "%00.bmp", "CC50E3CCBFFF-a1-0123456789abcdef"])
def test_an_address_of_another_form_has_no_picture(badge: BadgeCloud, name: str) -> None:
    inline(badge)
    assert fetched(badge, f"{badge.cloud.tls_gateway}/codecard/badge/{name}").status_code == 404


def test_a_picture_that_is_known_is_not_sent_again(badge: BadgeCloud) -> None:
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    inline(badge)
    url = badge.press().fields["backgroundImage"]
    tag = fetched(badge, url).headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again = fetched(badge, url, **{"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert fetched(badge, url, **{"If-None-Match": '"other"'}).status_code == 200


def test_head_of_a_picture_has_its_length_and_no_body(badge: BadgeCloud) -> None:
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    inline(badge)
    url = badge.press().fields["backgroundImage"]
    answer = fetched(badge, url, "HEAD")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "6402", b"")


def test_head_of_the_press_has_the_answers_length_and_stores_nothing(badge: BadgeCloud) -> None:
    to_bucket(badge)
    answer = fetched(badge, badge.button_url, "HEAD", **{"X-CODECARD-ID": CARD})
    assert asked(badge) == ["HEAD"]
    pressed = fetched(badge, badge.button_url, **{"X-CODECARD-ID": CARD})
    assert pressed.json()["template"] == "template8"
    assert answer.headers["content-length"] == pressed.headers["content-length"]
    assert answer.content == b""


def test_a_ping_loads_what_a_press_needs_and_writes_nothing(badge: BadgeCloud) -> None:
    to_bucket(badge)
    answer = requests.post(f"{badge.cloud.gateway}/invoke/codecard-avatar", json={"ping": True}, timeout=20)
    assert answer.json() == {"success": {"ping": True, "loaded": ["drawing", "principal"]}}
    assert badge.log_lines()[-1]["outcome"] == "ping"
    assert badge.cloud.log.calls() == []


def test_a_call_without_a_card_is_told_what_is_missing_and_counts_as_no_error(badge: BadgeCloud) -> None:
    to_bucket(badge)
    for answer in (
        fetched(badge, badge.button_url),
        requests.post(f"{badge.cloud.gateway}/invoke/codecard-avatar", timeout=20),
    ):
        assert answer.json()["reason"] == "bad-card-id"
        assert badge.log_lines()[-1]["outcome"] == "no card"
    assert badge.cloud.log.calls() == []


def test_a_card_of_another_owner_is_served_by_the_same_container(badge: BadgeCloud) -> None:
    inline(badge, apex_url="", card_names=json.dumps({CARD: "Joan Citizen", "AABBCCDDEEFF": "Joe Cipher"}))
    fields = [badge.press(Card(each, first_byte_seconds=PATIENCE_SECONDS)).fields for each in (CARD, "AABBCCDDEEFF")]
    files = {badge.card.fetch_picture(each).file for each in fields}
    assert len(files) == 2


def test_each_button_shows_a_page_of_its_own(badge: BadgeCloud) -> None:
    private = badge.bucket("codecard-private", access="NoPublicAccess")
    entry = {"title": "Joan Citizen", "role": "Pilot", "company": "Example", "qr": "https://example.com/joan"}
    cards = {CARD: entry, f"{CARD}/b/2": {**entry, "layout": "classic"}}
    badge.cloud.object_storage.put(private, "cards.json", json.dumps(cards).encode())
    inline(badge, apex_url="", private_bucket=badge.bucket_url(private), card_registry="cards.json", event_name="Days")
    for label, function, layout in PAGES:
        press = badge.press(label=label, function=function)
        assert f"{CARD}-{label}{function}-" in press.fields["backgroundImage"]
        assert badge.log_lines()[-1]["layout"] == layout
        content = content_of(entry, layout, event="Days")
        assert content is not None
        wanted = draw_panel(badge_picture.bitmap_file(badge_picture.draw_badge(content).picture))
        assert badge.card.fetch_picture(press.fields).panel == wanted


def test_a_layout_that_there_is_not_is_named_in_answer_and_log(badge: BadgeCloud) -> None:
    private = badge.bucket("codecard-private", access="NoPublicAccess")
    cards = {CARD: {"title": "Joan Citizen", "layout": "nmae-first"}}
    badge.cloud.object_storage.put(private, "cards.json", json.dumps(cards).encode())
    inline(badge, apex_url="", private_bucket=badge.bucket_url(private), card_registry="cards.json")
    press = badge.press()
    for firmware in FIRMWARES:
        read_answer(press.raw, firmware)
    document = json.loads(press.raw.partition(b"\r\n\r\n")[2])
    assert document["detail"].startswith("the card's layout must be one of")
    assert "nmae-first" in str(badge.log_lines()[-1]["notes"])


def test_a_picture_whose_registry_is_late_says_so(badge: BadgeCloud) -> None:
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    inline(badge)
    badge.cloud.faults.add(service="codecard", hang=True, times=None)
    answer = fetched(badge, f"{badge.cloud.tls_gateway}/codecard/badge/{CARD}-a1-0123456789abcdef.bmp")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/bmp")
    assert badge.log_lines()[-1]["reason"] == "backend-late"
    badge.cloud.faults.clear()
