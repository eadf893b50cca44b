"""From a button press to pixels: a card's own bytes, the real function process, the local cloud."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from emulator.card.card_client import Card
from emulator.card.firmware_json import FIRMWARES, read_answer
from emulator.card.panel import draw_panel
from functions.codecard_avatar.draw import badge_picture
from functions.codecard_avatar.model import badge_name
from functions.codecard_avatar.model.badge_content import BadgeContent, content_of
from functions.codecard_avatar.model.claim_code import claim_code_of
from tests.support.badge import CARD, FUNCTION, PATIENCE_SECONDS, BadgeCloud

if TYPE_CHECKING:
    from pathlib import Path

    from functions.codecard_avatar.model.badge_content import Layout

WAYS = ("bucket", "link", "inline")
INITIALS_TWINS = {"CC50E3CCBFFF": "Joan Citizen", "AABBCCDDEEFF": "Joe Cipher"}


@pytest.fixture
def badge(worker_badge: BadgeCloud) -> BadgeCloud:
    worker_badge.reset()
    return worker_badge


def publish(badge: BadgeCloud, way: str, *, keep: bool = False, **config: str) -> None:
    """Configure one of the three ways of publishing."""
    bucket = badge.bucket()
    (badge.keep if keep else badge.configure)(
        **{
            "bucket": {"oss_bucket": badge.bucket_url(bucket)},
            "link": {"oss_bucket": badge.link(bucket)},
            "inline": {"publish": "inline", "public_url": badge.cloud.tls_gateway},
        }[way],
        **{"apex_url": badge.apex_url, **config},
    )


def expected(title: str, layout: Layout = "name-first", **fields: str) -> tuple[tuple[bool, ...], ...]:
    """The panel of a card's fields, through the function's own drawing and the card's decoder."""
    content = content_of({"title": title, **fields}, layout)
    assert content is not None
    return draw_panel(badge_picture.bitmap_file(badge_picture.draw_badge(content).picture)).rows


@pytest.mark.parametrize("way", WAYS)
def test_a_press_shows_the_badge(badge: BadgeCloud, way: str) -> None:
    publish(badge, way)
    badge.cloud.codecard.save(CARD, title="Joan Citizen", subtitle="Local cloud", icon="oracle")
    press = badge.press()
    assert (press.fields["template"], press.fields["backgroundColor"]) == ("template8", "white")
    assert (press.fields["title"], press.fields["subtitle"]) == ("Joan Citizen", "Local cloud")
    assert press.fields["backgroundImage"].startswith("https://")
    for firmware in FIRMWARES:
        assert read_answer(press.raw, firmware) == press.fields
    picture = badge.card.fetch_picture(press.fields)
    assert picture.panel.rows == expected("Joan Citizen", subtitle="Local cloud")
    assert len(picture.file) == 6402


def test_a_press_over_https_works_with_the_fingerprint_that_the_card_has_stored(badge: BadgeCloud) -> None:
    publish(badge, "inline")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    certificate = ssl.PEM_cert_to_DER_cert(badge.cloud.tls_certificate_file.read_text())
    stored = hashlib.sha1(certificate, usedforsecurity=False).hexdigest()
    press = badge.card.press(badge.cloud.tls_gateway + "/codecard/avatar", fingerprint=stored)
    assert press.fields["fingerprint"].replace(" ", "").lower() == stored
    badge.card.fetch_picture(press.fields)


def test_over_plain_http_the_last_row_is_not_lost(badge: BadgeCloud) -> None:
    badge.configure(
        apex_url=badge.apex_url, publish="inline", public_url=badge.cloud.gateway.replace("127.0.0.1", "localhost")
    )
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    press = badge.press()
    assert "fingerprint" not in press.fields
    assert badge.card.fetch_picture(press.fields).panel.rows == expected("Joan Citizen")


@pytest.mark.parametrize("way", WAYS)
def test_a_get_is_answered_like_a_post(badge: BadgeCloud, way: str) -> None:
    publish(badge, way)
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    assert badge.card.press(badge.button_url, method="GET").fields == badge.press().fields


@pytest.mark.parametrize("way", ["bucket", "inline"])
@pytest.mark.parametrize(
    "title",
    [
        "Conan O'Brien",
        "Zoë Müller-Lüdenscheidt",
        "Madonna",
        "Ana Maria da Silva",
        'Joan "JC" Citizen',
        "back\\slash",
        "Jo}an {Citizen",
        "שרה כהן",
        "محمد علي",
        "李小龙",
        "🎉 Party 🎉",
        "two\nlines",
        "'; drop table codemaker",
        "../../etc/passwd",
        "\x07\x1b[31mJoan",
    ],
)
def test_whatever_the_name_the_card_reads_the_answer_and_draws_the_picture(
    badge: BadgeCloud, title: str, way: str
) -> None:
    badge.cloud.codecard.save(CARD, title=title, template="template1", bodytext="b")
    publish(badge, way, keep=True)
    press = badge.press()
    for firmware in FIRMWARES:
        read_answer(press.raw, firmware)
    assert badge.card.fetch_picture(press.fields).panel.rows == expected(title, bodytext="b")


def test_a_name_of_two_hundred_characters_is_drawn(badge: BadgeCloud) -> None:
    title = "Wolfe " * 33 + "XY"
    for way in ("bucket", "inline"):
        config = {"oss_bucket": badge.bucket_url(badge.bucket())} if way == "bucket" else {"publish": "inline"}
        badge.configure(card_names=json.dumps({CARD: title}), public_url=badge.cloud.tls_gateway, **config)
        press = badge.press()
        badge.card.fetch_picture(press.fields)


def test_a_title_is_never_run_as_a_command(badge: BadgeCloud, tmp_path: Path) -> None:
    publish(badge, "bucket")
    for title in (f"Jo$(touch {tmp_path}/x) C", f"`touch {tmp_path}/x` C", f"a; touch {tmp_path}/x"):
        badge.cloud.codecard.save(CARD, title=title[:50])
        assert badge.press().fields["template"] == "template8"
    assert list(tmp_path.iterdir()) == []


def test_the_function_starts_no_process(badge: BadgeCloud) -> None:
    publish(badge, "bucket")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    badge.press()
    (pid,) = badge.functions.host.processes(FUNCTION)
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123  (proc is no ordinary file)
        fields = stat.read().rpartition(")")[2].split()
    assert fields[13:15] == ["0", "0"]  # CPU time of children that have ended


def test_people_with_the_same_initials_keep_their_own_badge(badge: BadgeCloud) -> None:
    publish(badge, "bucket")
    for card_id, title in INITIALS_TWINS.items():
        badge.cloud.codecard.save(card_id, title=title)
    fields = {
        card_id: badge.press(Card(card_id, first_byte_seconds=PATIENCE_SECONDS)).fields for card_id in INITIALS_TWINS
    }
    for card_id, title in INITIALS_TWINS.items():
        assert badge.card.fetch_picture(fields[card_id]).panel.rows == expected(title)


def test_after_a_change_of_name_the_address_is_another_one(badge: BadgeCloud) -> None:
    publish(badge, "bucket")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    before = badge.press().fields["backgroundImage"]
    badge.cloud.codecard.save(CARD, title="Joan Married")
    after = badge.press().fields
    assert after["backgroundImage"] != before
    assert badge.card.fetch_picture(after).panel.rows == expected("Joan Married")


def test_uh_oh_is_passed_through_and_never_made_a_badge(badge: BadgeCloud) -> None:
    publish(badge, "bucket")
    press = badge.press()
    assert press.fields == {
        "template": "template1",
        "title": "Uh oh!",
        "subtitle": "Button A short press",
        "bodytext": f"You have not configured your Code Card. Card {CARD}",
        "icon": "fail",
    }
    assert badge.cloud.log.calls("object_storage") == []


def test_the_backend_is_asked_with_the_buttons_own_headers(badge: BadgeCloud) -> None:
    publish(badge, "bucket")
    badge.cloud.codecard.save(CARD, "b", "2", title="Grace Long Press")
    assert badge.press(label="b", function="2").fields["title"] == "Grace Long Press"
    (asked,) = badge.cloud.log.calls("codecard")
    names = ("x-codecard-id", "x-codecard-button-label", "x-codecard-button-function")
    assert [asked.header(name) for name in names] == [CARD, "b", "2"]


def test_a_button_without_an_entry_shows_the_name_of_button_a(badge: BadgeCloud) -> None:
    publish(badge, "bucket")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    assert badge.press(label="b", function="2").fields["title"] == "Joan Citizen"
    asked = [
        (call.header("x-codecard-button-label"), call.header("x-codecard-button-function"))
        for call in badge.cloud.log.calls("codecard")
    ]
    assert asked == [("b", "2"), ("a", "1")]


def test_the_users_curl_line_without_button_headers_and_in_lower_case_works(badge: BadgeCloud) -> None:
    publish(badge, "bucket")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    answer = requests.get(badge.button_url, headers={"X-CODECARD-ID": CARD.lower()}, timeout=10)
    assert answer.json()["template"] == "template8"


def test_the_picture_is_in_the_bucket_as_a_bitmap_and_signed_for_by_the_function(badge: BadgeCloud) -> None:
    publish(badge, "bucket")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    url = badge.press().fields["backgroundImage"]
    put = badge.cloud.log.calls("object_storage", "PUT")[0]
    assert put.path == urlsplit(url).path
    assert put.header("content-type") == "image/bmp"
    assert put.principal
    answer = requests.get(url, verify=str(badge.cloud.ca_file), timeout=10)
    assert answer.headers["content-type"] == "image/bmp"


def test_a_links_token_is_not_shown_when_the_bucket_is_public(badge: BadgeCloud) -> None:
    publish(badge, "link")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    fields = badge.press().fields
    assert "/p/" not in fields["backgroundImage"]
    badge.card.fetch_picture(fields)
    assert badge.cloud.log.calls("object_storage", "PUT")[0].principal == ""


@pytest.mark.parametrize("access", ["AnyObjectReadWrite", "AnyObjectWrite"])
def test_a_link_that_can_write_is_never_shown(badge: BadgeCloud, access: str) -> None:
    """With it anybody who asks like a card could read and change all that is in the bucket, the registry too."""
    bucket = badge.bucket(access="NoPublicAccess")
    link = badge.link(bucket, access)
    badge.configure(apex_url=badge.apex_url, oss_bucket=link)
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    for _ in range(2):  # what is remembered after the first press changes nothing
        press = badge.press()
        assert b'"reason": "picture-not-public"' in press.raw
        token = link.split("/p/")[1].split("/")[0]
        assert token not in press.raw.decode() + json.dumps(badge.log_lines())


def test_a_picture_is_stored_once_a_container_and_looked_at_before_each_answer(badge: BadgeCloud) -> None:
    publish(badge, "bucket")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    for _ in range(3):
        badge.press()
    methods = [call.method for call in badge.cloud.log.calls("object_storage")]
    assert methods == ["PUT", "HEAD", "HEAD", "HEAD"]


def test_a_warm_container_keeps_its_connections(badge: BadgeCloud) -> None:
    publish(badge, "bucket")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    for _ in range(3):
        badge.press()
    assert len({call.connection for call in badge.cloud.log.calls()}) == 2  # one to the backend, one to the bucket


def test_the_same_picture_has_the_same_bytes_and_may_be_cached(badge: BadgeCloud) -> None:
    publish(badge, "inline")
    url = badge.cloud.gateway + "/codecard/badge/Joan%20Citizen.bmp"
    first, second = (requests.get(url, timeout=10) for _ in range(2))
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert first.headers["cache-control"] == "public, max-age=3600"
    assert first.headers["content-type"] == "image/bmp"


def test_a_picture_with_the_users_own_background_is_not_kept(badge: BadgeCloud) -> None:
    bucket = badge.bucket(access="NoPublicAccess")
    own = badge_name.from_title("Own Background")
    assert own is not None
    badge.cloud.object_storage.put(bucket, "my bg.bmp", png_of(own))
    badge.configure(
        publish="inline",
        card_names="{}",
        apex_url=badge.apex_url,
        oss_bucket=badge.bucket_url(bucket),
        image_bg_name="my bg.bmp",
    )
    answer = requests.get(badge.cloud.gateway + "/codecard/badge/Joan%20Citizen.bmp", timeout=10)
    assert answer.headers["cache-control"] == "no-cache"
    assert draw_panel(answer.content).rows != expected("Joan Citizen")


def png_of(name: badge_name.BadgeName) -> bytes:
    """Some landscape picture of 264 x 176 pixels: another badge."""
    return draw_panel(badge_picture.bitmap_file(badge_picture.draw_badge(BadgeContent(name)).picture)).png()


def test_the_users_own_background_is_drawn_behind_the_names(badge: BadgeCloud) -> None:
    other = badge_name.from_title("X")
    name = badge_name.from_title("Joan Citizen")
    assert other is not None
    assert name is not None
    background = badge_picture.draw_badge(BadgeContent(other)).picture
    publish(badge, "bucket", image_bg_name="bg.png")
    (bucket,) = badge.cloud.object_storage.buckets.values()
    badge.cloud.object_storage.put(bucket, "bg.png", png_of(other))
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    rows = badge.card.fetch_picture(badge.press().fields).panel.rows
    assert (
        rows
        == draw_panel(badge_picture.bitmap_file(badge_picture.draw_badge(BadgeContent(name), background).picture)).rows
    )


def test_an_identicon_service_is_asked_and_its_identicon_is_drawn(badge: BadgeCloud) -> None:
    publish(badge, "bucket", identicon_service=badge.cloud.tls_endpoint + "/identicon")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    assert badge.card.fetch_picture(badge.press().fields).panel.rows == expected("Joan Citizen")
    asked = [(call.path, call.query) for call in badge.cloud.log.calls("codecard") if "identicon" in call.path]
    assert asked == [("/identicon/JoCi", "s=8&p=30")]


def test_the_service_of_the_original_is_gone_and_not_asked(badge: BadgeCloud) -> None:
    publish(badge, "bucket", identicon_service="https://identicon-1132.appspot.com")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    assert badge.press().fields["template"] == "template8"
    assert "identicon_service" not in badge.log_lines()[-1]


@pytest.mark.parametrize("own", ["object", "config"])
def test_without_apex_the_name_comes_from_the_bucket_or_the_config(badge: BadgeCloud, own: str) -> None:
    bucket = badge.bucket()
    cards = {CARD.lower(): "Joan Citizen", f"{CARD}/b/2": {"title": "Long Press", "subtitle": "s", "own": "x"}}
    badge.cloud.object_storage.put(bucket, "cards.json", json.dumps(cards).encode())
    registry = (
        {"card_registry": "cards.json"} if own == "object" else {"card_names": json.dumps({CARD: "Joan Citizen"})}
    )
    badge.configure(oss_bucket=badge.bucket_url(bucket), **registry)
    assert badge.press().fields["title"] == "Joan Citizen"
    other = badge.press(label="b", function="2").fields
    assert other["title"] == ("Long Press" if own == "object" else "Joan Citizen")
    unknown = badge.press(Card("AABBCCDDEEFF", first_byte_seconds=PATIENCE_SECONDS)).fields
    assert (unknown["template"], unknown["title"]) == ("template1", "Uh oh!")
    assert unknown["subtitle"] == "Card AABBCCDDEEFF"
    assert claim_code_of("AABBCCDDEEFF") in unknown["bodytext"]


def reads(badge: BadgeCloud) -> list[tuple[str, int]]:
    """Which objects of registries the function has asked for since the last look, with the answer's status."""
    asked = [(call.path.rpartition("/o/")[2], call.status) for call in badge.cloud.log.calls("object_storage", "GET")]
    badge.cloud.log.clear()
    return asked


@pytest.mark.parametrize("by", ["link", "principal"])
def test_a_changed_registry_is_seen_at_the_next_press(badge: BadgeCloud, by: str) -> None:
    bucket = badge.bucket()
    badge.configure(
        oss_bucket=badge.link(bucket) if by == "link" else badge.bucket_url(bucket), card_registry="cards.json"
    )
    for title in ("Joan Citizen", "Joan Married"):
        badge.cloud.object_storage.put(bucket, "cards.json", json.dumps({CARD: title}).encode())
        assert badge.press().fields["title"] == title
        assert reads(badge) == [("cards.json", 200)]
        assert badge.press().fields["title"] == title
        assert reads(badge) == [("cards.json", 304)], "what is the same is not sent again"


def test_a_registry_of_a_hundred_thousand_names_is_one_object_and_sent_once(badge: BadgeCloud) -> None:
    bucket = badge.bucket()
    names = {f"CC50E3{number:06X}": f"Joan {number}" for number in range(100_000)}
    badge.cloud.object_storage.put(bucket, "cards.json", json.dumps(names).encode())
    badge.configure(oss_bucket=badge.bucket_url(bucket), card_registry="cards.json")
    for number, status in ((0, 200), (99_999, 304)):
        card = Card(f"CC50E3{number:06X}", first_byte_seconds=PATIENCE_SECONDS)
        assert badge.press(card).fields["title"] == f"Joan {number}"
        assert reads(badge) == [("cards.json", status)]


def test_of_a_folder_the_cards_part_alone_is_read(badge: BadgeCloud) -> None:
    bucket = badge.bucket()
    badge.cloud.object_storage.put(bucket, "cards/FF.json", json.dumps({"cc:50:e3:cc:bf:ff": "Joan"}).encode())
    badge.configure(oss_bucket=badge.bucket_url(bucket), card_registry="cards/")
    assert badge.press().fields["title"] == "Joan"
    assert reads(badge) == [("cards/FF.json", 200)]
    for label, function in (("a", "1"), ("b", "2")):
        unknown = Card("AABBCCDDEEFE", first_byte_seconds=PATIENCE_SECONDS)
        assert badge.press(unknown, label, function).fields["template"] == "template1"
        assert reads(badge) == [("cards/FE.json", 404)], "one request tells of all buttons"


def test_a_folder_that_may_not_be_read_is_no_folder_without_cards(badge: BadgeCloud) -> None:
    bucket = badge.bucket()
    badge.configure(oss_bucket=badge.link(bucket, "AnyObjectWrite"), card_registry="cards/")
    assert "card_registry" in badge.press().fields["bodytext"]


@pytest.mark.parametrize("written", ["CC:50:E3:CC:BF:FF", "cc-50-e3-cc-bf-ff", "cc50.e3cc.bfff"])
def test_a_mac_address_in_the_header_is_the_same_card(badge: BadgeCloud, written: str) -> None:
    publish(badge, "bucket")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    assert badge.press(Card(written, first_byte_seconds=PATIENCE_SECONDS)).fields["title"] == "Joan Citizen"


def test_without_public_url_no_host_of_the_callers_choice_is_connected_to_or_told_apart(badge: BadgeCloud) -> None:
    """An open port of this machine, a closed one, names that nobody has: one answer, and no connection."""
    badge.configure(publish="inline", apex_url=badge.apex_url, allowed_hosts="gateway.example.com")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        names = ("localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]")
        hosts = [f"{name}:{port}" for name in names]
        hosts += ["localhost:1", "no.such.host.invalid", "169.254.169.254", "[fd00:c1::a9fe:a9fe]"]
        answers = {
            requests.post(badge.button_url, headers={"X-CODECARD-ID": CARD, "Host": host}, timeout=10).text
            for host in hosts
        }
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            listening.accept()
    (only,) = answers
    assert json.loads(only)["reason"] == "address-unknown"
    assert all("private_hosts" not in line or line["private_hosts"] == ["localhost"] for line in badge.log_lines())


def test_through_an_fn_trigger_the_picture_is_a_parameter_of_the_same_url(badge: BadgeCloud) -> None:
    badge.configure(publish="inline", apex_url=badge.apex_url, public_url=badge.cloud.tls_gateway)
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    trigger = f"{badge.cloud.gateway}/t/{badge.functions.host.app}/codecard/avatar"
    press = badge.card.press(trigger)
    assert f"/codecard/avatar?badge={CARD}-a1-" in press.fields["backgroundImage"]
    assert badge.card.fetch_picture(press.fields).panel.rows == expected("Joan Citizen")


def test_a_plain_invoke_is_answered_too(badge: BadgeCloud) -> None:
    publish(badge, "inline")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    answer = requests.post(f"{badge.cloud.gateway}/invoke/{FUNCTION}", headers={"X-CODECARD-ID": CARD}, timeout=10)
    assert answer.json()["template"] == "template8"


def test_one_line_of_the_log_tells_of_a_press_without_a_secret(badge: BadgeCloud) -> None:
    publish(badge, "link")
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    badge.press()
    (line,) = badge.log_lines()
    assert (line["function"], line["card"], line["button"], line["outcome"]) == (FUNCTION, CARD, "a1", "ok")
    assert line["picture_bytes"] == 6402
    assert line["private_hosts"] == ["localhost"]
    assert "Joan" not in json.dumps(line)
