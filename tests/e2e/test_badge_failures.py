"""Whatever goes wrong, the card shows a template that says what, and no badge is claimed that is not there."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests

from emulator.card.card_client import Card
from emulator.card.firmware_json import FIRMWARES, read_answer
from tests.support.badge import CARD, PATIENCE_SECONDS, BadgeCloud

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def badge(worker_badge: BadgeCloud) -> BadgeCloud:
    """The cloud with one card and a public bucket, published to with the resource principal."""
    worker_badge.reset()
    bucket = worker_badge.bucket()
    worker_badge.cloud.codecard.save(CARD, title="Joan Citizen")
    worker_badge.keep(apex_url=worker_badge.apex_url, oss_bucket=worker_badge.bucket_url(bucket))
    return worker_badge


def failure(badge: BadgeCloud, card: Card | None = None) -> dict[str, str]:
    """Press, and return what the card shows with the answer's reason. Every firmware must be able to read it."""
    press = badge.press(card)
    for firmware in FIRMWARES:
        read_answer(press.raw, firmware)
    assert (press.fields["template"], press.fields["title"], press.fields["icon"]) == ("template1", "Uh oh!", "fail")
    return {**press.fields, "reason": json.loads(press.raw.partition(b"\r\n\r\n")[2])["reason"]}


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("fault", "reason", "says"),
    [
        ({"status": 500}, "backend-down", "answered 500"),
        ({"status": 404}, "backend-down", "answered 404"),
        ({"status": 302, "response_headers": {"location": "https://localhost/"}}, "backend-down", "redirects"),
        ({"body": b"<html>Service Unavailable</html>"}, "backend-unreadable", "no JSON object"),
        ({"body": b'{"message": "no card"}'}, "backend-unreadable", "none of a card's fields"),
        ({"body": b"{broken"}, "backend-unreadable", "none of a card's fields"),
        ({"body": b" " * 10_000_000}, "backend-down", "more than 65536 bytes"),
        ({"body": b""}, "backend-unreadable", "no JSON object"),
        ({"drop": "before"}, "backend-down", "broke off"),
        ({"drop": "after", "reset": True}, "backend-down", "localhost"),
        ({"truncate_bytes": 5}, "backend-down", "broke off"),
    ],
)
def test_a_backend_that_fails_is_named(badge: BadgeCloud, fault: dict[str, Any], reason: str, says: str) -> None:
    badge.cloud.faults.add(service="codecard", times=None, **fault)
    shown = failure(badge)
    assert shown["reason"] == reason
    assert says in shown["bodytext"]
    assert badge.cloud.log.calls("object_storage") == []


def test_a_redirect_is_not_followed(badge: BadgeCloud) -> None:
    badge.cloud.faults.add(service="codecard", status=302, response_headers={"location": badge.cloud.endpoint + "/n"})
    failure(badge)
    assert [call.service for call in badge.cloud.log.calls()] == ["codecard"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://localhost:{}/cc", "cannot be reached"),
        ("http://169.254.169.254/opc/v2/", "link-local"),
        ("https://" + "x" * 70 + ".invalid/", "no host"),
    ],
)
def test_a_backend_that_cannot_be_called_is_named(badge: BadgeCloud, url: str, says: str) -> None:
    badge.configure(apex_url=url.format(closed_port()), publish="inline")
    shown = failure(badge)
    assert shown["reason"] == "backend-down"
    assert says in shown["bodytext"]


def test_a_host_name_that_does_not_exist_is_named_however_slowly_that_is_found_out(badge: BadgeCloud) -> None:
    badge.configure(apex_url="https://no-such-host.invalid/cc", publish="inline")
    shown = failure(badge)
    assert shown["reason"] in {"backend-down", "backend-late"}  # late where the network's name service is
    assert "no-such-host.invalid" in shown["bodytext"]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"status": 401}, "401"),
        ({"status": 403}, "403"),
        ({"status": 404}, "404"),
        ({"status": 429}, "429"),
        ({"status": 500}, "500"),
        ({"status": 301, "response_headers": {"location": "https://localhost/"}}, "301"),
        ({"drop": "before"}, "broke off"),
        ({"drop": "after"}, "broke off"),
    ],
)
def test_an_upload_that_fails_is_never_answered_as_a_badge(badge: BadgeCloud, fault: dict[str, Any], says: str) -> None:
    badge.cloud.faults.add(service="object_storage", method="PUT", times=None, **fault)
    shown = failure(badge)
    assert shown["reason"] == "upload-refused"
    assert says in shown["bodytext"]


def test_a_bucket_that_does_not_exist_is_named(badge: BadgeCloud) -> None:
    badge.configure(apex_url=badge.apex_url, oss_bucket=badge.cloud.tls_endpoint + "/n/ns/b/nosuch")
    assert "404" in failure(badge)["bodytext"]


REFUSALS = [(404, "NotAuthorizedOrNotFound"), (404, "BucketNotFound"), (401, "NotAuthenticated"), (403, "NotAllowed")]
"""What object storage may answer for a link that it does not serve: it is documented nowhere."""


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("fault", ["expired", "unknown", "read-only"])
def test_a_link_that_takes_no_picture_is_named_without_its_token(
    badge: BadgeCloud, fault: str, refusal: tuple[int, str]
) -> None:
    (bucket,) = badge.cloud.object_storage.buckets.values()
    badge.cloud.object_storage.refuse_links_with(*refusal)
    link = badge.link(
        bucket, "AnyObjectRead" if fault == "read-only" else "AnyObjectReadWrite", -1 if fault == "expired" else 3600
    )
    if fault == "unknown":
        bucket.preauthenticated_requests.clear()
    badge.configure(apex_url=badge.apex_url, oss_bucket=link)
    shown = failure(badge)
    assert shown["reason"] == "upload-refused"
    told = "can read and not write" if fault == "read-only" else "is dead: expired, deleted or never made"
    assert f"link {told}" in shown["bodytext"]
    assert shown["bodytext"].endswith("Make a link for AnyObjectReadWrite")
    token = urlsplit(link).path.split("/")[2]
    assert token not in json.dumps([shown, badge.log_lines()])


@pytest.mark.parametrize("key", ["card_registry", "image_bg_name"])
@pytest.mark.parametrize("fault", ["dead", "write-only"])
def test_a_link_that_gives_nothing_to_read_is_named(badge: BadgeCloud, key: str, fault: str) -> None:
    (bucket,) = badge.cloud.object_storage.buckets.values()
    private = badge.bucket("private", access="NoPublicAccess")
    link = badge.link(private, "AnyObjectWrite", 3600 if fault == "write-only" else -1)
    names = {"apex_url": badge.apex_url} if key == "image_bg_name" else {}
    badge.configure(oss_bucket=badge.bucket_url(bucket), private_bucket=link, **{key: "x.json"}, **names)
    shown = failure(badge)
    assert shown["reason"] == ("registry-unreadable" if key == "card_registry" else "background-unusable")
    told = "can write and not read" if fault == "write-only" else "is dead: expired, deleted or never made"
    assert f"{key}: the pre-authenticated link {told}" in shown["bodytext"]
    assert shown["bodytext"].endswith("Make a link for AnyObjectRead")
    assert private.objects == {}, "what was tried was not stored"


def test_an_object_that_a_good_link_does_not_find_is_no_fault_of_the_link(badge: BadgeCloud) -> None:
    (bucket,) = badge.cloud.object_storage.buckets.values()
    badge.configure(oss_bucket=badge.link(bucket), card_registry="cards.json")
    assert "no such object" in failure(badge)["bodytext"]
    assert len(badge.cloud.log.calls("object_storage")) == 1


@pytest.mark.parametrize("by", ["principal", "link"])
def test_a_picture_that_the_card_could_not_read_is_not_offered(badge: BadgeCloud, by: str) -> None:
    bucket = badge.bucket("private", access="NoPublicAccess")
    url = badge.bucket_url(bucket) if by == "principal" else badge.link(bucket, "AnyObjectWrite")
    badge.configure(apex_url=badge.apex_url, oss_bucket=url)
    assert failure(badge)["reason"] == "picture-not-public"


def test_without_a_resource_principal_a_signed_bucket_cannot_be_used(badge: BadgeCloud) -> None:
    (bucket,) = badge.cloud.object_storage.buckets.values()
    badge.configure(apex_url=badge.apex_url, oss_bucket=badge.bucket_url(bucket), OCI_RESOURCE_PRINCIPAL_VERSION="0")
    shown = failure(badge)
    assert (shown["reason"], shown["subtitle"]) == ("not-authorised", "not-authorised")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "404"),
        (b"<html>no picture</html>", "no PNG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "cannot be decoded"),
        (b"BM" + bytes(2_000_000), "more than 1048576 bytes"),
    ],
)
def test_a_background_that_cannot_be_used_is_named(badge: BadgeCloud, content: bytes | None, says: str) -> None:
    (bucket,) = badge.cloud.object_storage.buckets.values()
    if content is not None:
        badge.cloud.object_storage.put(bucket, "bg.png", content)
    badge.configure(apex_url=badge.apex_url, oss_bucket=badge.bucket_url(bucket), image_bg_name="bg.png")
    shown = failure(badge)
    assert shown["reason"] == "background-unusable"
    assert says in shown["bodytext"]
    assert badge.cloud.log.calls("object_storage", "PUT") == []


@pytest.mark.parametrize(
    "content", [None, b"{", b"[]", b'{"CC50E3CCBFFF": 7}', b'{"CC50E3CCBFFF": {"title": 7}}', bytes(4_200_000)]
)
def test_a_registry_that_cannot_be_used_is_named(badge: BadgeCloud, content: bytes | None) -> None:
    (bucket,) = badge.cloud.object_storage.buckets.values()
    if content is not None:
        badge.cloud.object_storage.put(bucket, "cards.json", content)
    badge.configure(oss_bucket=badge.bucket_url(bucket), card_registry="cards.json")
    shown = failure(badge)
    assert shown["reason"] == "registry-unreadable"
    assert "card_registry" in shown["bodytext"]


@pytest.mark.parametrize(
    "fault", [{"status": 404}, {"body": b"no picture"}, {"body": bytes(300_000)}, {"drop": "before"}]
)
def test_without_the_identicon_service_the_identicon_is_drawn_here(badge: BadgeCloud, fault: dict[str, Any]) -> None:
    (bucket,) = badge.cloud.object_storage.buckets.values()
    badge.cloud.faults.add(path="/identicon", **fault)
    badge.configure(
        apex_url=badge.apex_url,
        oss_bucket=badge.bucket_url(bucket),
        identicon_service=badge.cloud.endpoint + "/identicon",
    )
    assert badge.press().fields["template"] == "template8"
    assert str(badge.log_lines()[-1]["identicon_service"]).startswith("not used")


PLAIN_CERTIFICATE_TEXT = "The card needs the certificate of the picture's host"
"""Whatever is wrong with the host: the log tells it apart."""


def test_a_picture_host_that_cannot_be_reached_is_named(badge: BadgeCloud) -> None:
    badge.configure(apex_url=badge.apex_url, publish="inline", public_url=f"https://localhost:{closed_port()}")
    shown = failure(badge)
    assert shown["reason"] == "certificate-unusable"
    assert shown["bodytext"] == PLAIN_CERTIFICATE_TEXT
    assert "cannot be reached" in str(badge.log_lines()[-1]["certificate"])


def test_a_picture_host_that_is_not_trusted_is_named(badge: BadgeCloud, tmp_path: Path) -> None:
    empty = tmp_path / "none.pem"
    empty.write_text("")
    badge.configure(
        apex_url=badge.cloud.endpoint + badge.cloud.codecard.path,
        publish="inline",
        public_url=badge.cloud.tls_gateway,
        SSL_CERT_FILE=str(empty),
        SSL_CERT_DIR=str(tmp_path),
    )
    shown = failure(badge)
    assert shown["reason"] == "certificate-unusable"
    assert shown["bodytext"] == PLAIN_CERTIFICATE_TEXT
    assert "not trusted" in str(badge.log_lines()[-1]["certificate"])


def test_a_call_that_names_no_host_asks_for_public_url(badge: BadgeCloud) -> None:
    badge.configure(apex_url=badge.apex_url, publish="inline")
    headers = {"X-CODECARD-ID": CARD, "Host": "10.0.0.7"}
    answer = requests.post(badge.button_url, headers=headers, timeout=10).json()
    assert (answer["reason"], answer["subtitle"]) == ("address-unknown", "Set public_url")


@pytest.mark.parametrize("card_id", ["", "CC50E3CCBF", "CC:50:E3:CC:BF", "' OR 1=1 --", "../../etc/pas"])
def test_a_malformed_card_id_is_named_and_the_backend_is_not_asked(badge: BadgeCloud, card_id: str) -> None:
    assert failure(badge, Card(card_id, first_byte_seconds=PATIENCE_SECONDS))["reason"] == "bad-card-id"
    assert badge.cloud.log.calls() == []


def test_a_missing_header_is_named(badge: BadgeCloud) -> None:
    answer = requests.post(badge.button_url, timeout=10).json()
    assert answer["reason"] == "bad-card-id"
    assert "X-CODECARD-ID" in answer["bodytext"]


def test_a_card_without_a_name_shows_that(badge: BadgeCloud) -> None:
    badge.cloud.codecard.save(CARD, title=" ", subtitle="s")
    assert failure(badge)["reason"] == "name-missing"


def test_settings_that_are_missing_are_shown_on_the_card(badge: BadgeCloud) -> None:
    badge.configure()
    shown = failure(badge)
    assert shown["reason"] == "missing-input-data"
    assert "apex_url" in shown["bodytext"]
    assert "oss_bucket" in shown["bodytext"]


def test_a_body_of_six_megabytes_is_no_press_and_a_larger_one_does_not_reach_the_function(badge: BadgeCloud) -> None:
    headers = {"X-CODECARD-ID": CARD}
    six = requests.post(badge.button_url, bytes(6 * 1024 * 1024), headers=headers, timeout=20)
    assert six.json()["reason"] == "bad-request"
    assert badge.cloud.log.calls("object_storage", "PUT") == []
    assert requests.post(badge.button_url, bytes(6 * 1024 * 1024 + 1), headers=headers, timeout=20).status_code == 413


@pytest.mark.parametrize("name", ["x.png", "xn--%C3%A9.bmp", ".bmp", "%00.bmp"])
def test_an_address_that_holds_no_name_has_no_picture(badge: BadgeCloud, name: str) -> None:
    answer = requests.get(f"{badge.cloud.gateway}/codecard/badge/{name}", timeout=10)
    assert answer.status_code == 404
    assert answer.json()["reason"] == "name-unreadable"


def test_the_next_press_after_a_failure_is_a_badge(badge: BadgeCloud) -> None:
    badge.cloud.faults.add(service="codecard", drop="before", times=1)
    assert failure(badge)["reason"] == "backend-down"
    badge.cloud.faults.add(service="object_storage", method="PUT", truncate_bytes=0, times=1)
    badge.press()
    assert badge.press().fields["template"] == "template8"


def test_a_connection_that_died_while_the_container_was_frozen_is_replaced(badge: BadgeCloud) -> None:
    assert badge.press().fields["template"] == "template8"
    badge.cloud.faults.add(service="codecard", drop="before", times=1)  # a server that closes on the second request
    assert badge.press().fields["template"] == "template8"
