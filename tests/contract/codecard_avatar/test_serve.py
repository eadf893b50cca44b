"""A whole press in this process against the local cloud: what is asked, in which order, with which credentials."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pytest
from PIL import Image

from emulator.card.firmware_json import read_answer
from emulator.card.panel import draw_panel
from emulator.services.identity.service import DEFAULT_TENANCY
from functions.codecard_avatar.container_state import ContainerState
from functions.codecard_avatar.publish.fingerprints import FRESH_SECONDS, HostFingerprints, fingerprint_of
from functions.codecard_avatar.serve import on_error, serve
from functions.codecard_avatar.settings import Settings
from functions.codecard_avatar.storage.bucket_client import PrincipalCache
from shared.deadline import Deadline
from shared.errors import FunctionError, NotAuthorised
from shared.handler import Call
from shared.http_request import from_parts
from shared.settings import load_settings
from shared.tls import client_context, rsa_tls12_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.cloud import Cloud
    from shared.results import HttpAnswer

CARD = "CC50E3CCBFFF"


@dataclass
class Press:
    """A container with its config; `summary` is that of the last call."""

    cloud: Cloud
    container: ContainerState = field(default_factory=ContainerState)
    summary: dict[str, object] = field(default_factory=dict)

    def answer(
        self,
        config: dict[str, str],
        url: str = "/codecard/avatar",
        body: bytes = b"",
        kind: Literal["invoke", "http"] = "http",
    ) -> HttpAnswer:
        request = from_parts("POST", url, {"x-codecard-id": CARD, "host": "localhost"}, kind)
        self.summary = {}
        try:
            made = Call(
                settings=load_settings(Settings, config),
                request=request,
                deadline=Deadline.after(30),
                call_id="1",
                body=body,
                config=config,
                context=None,
                summary=self.summary,
            )
            return serve(made, self.container)
        except FunctionError as error:
            return on_error(error, request)

    def fields(self, config: dict[str, str]) -> dict[str, str]:
        document: dict[str, str] = json.loads(self.answer(config).body)
        return document

    def asked(self) -> list[tuple[str, str]]:
        """Method and last part of the path of each request that reached the cloud."""
        return [(call.method, call.path.rpartition("/")[2]) for call in self.cloud.log.calls()]


@pytest.fixture
def press(cloud: Cloud, principal_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Press]:
    """A card in the backend, a public bucket, a resource principal, and trust in the cloud's authority."""
    for name, value in {**principal_env, "SSL_CERT_FILE": str(cloud.ca_file)}.items():
        monkeypatch.setenv(name, value)
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()
    cloud.codecard.save(CARD, title="Joan Citizen", subtitle="s")
    cloud.object_storage.create_bucket("codecard", tenancy=DEFAULT_TENANCY, public_access_type="ObjectRead")
    yield Press(cloud)
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()


def apex(press: Press) -> dict[str, str]:
    return {"apex_url": press.cloud.tls_endpoint + press.cloud.codecard.path}


def bucket(press: Press) -> dict[str, str]:
    (only,) = press.cloud.object_storage.buckets.values()
    return {"oss_bucket": f"{press.cloud.tls_endpoint}/n/{only.namespace}/b/{only.name}"}


def inline(press: Press) -> dict[str, str]:
    return {"publish": "inline", "public_url": press.cloud.tls_endpoint}


def put(press: Press, name: str, content: bytes) -> None:
    (only,) = press.cloud.object_storage.buckets.values()
    press.cloud.object_storage.put(only, name, content)


def picture(size: tuple[int, int] = (264, 176)) -> bytes:
    target = io.BytesIO()
    Image.new("1", size, 1).save(target, format="PNG")
    return target.getvalue()


def test_the_backend_is_asked_then_the_picture_uploaded_then_its_visibility_checked(press: Press) -> None:
    fields = press.fields(apex(press) | bucket(press))
    name = fields["backgroundImage"].rpartition("/")[2]
    assert press.asked() == [("GET", "cc"), ("PUT", name), ("HEAD", name)]
    stored = next(iter(press.cloud.object_storage.buckets.values())).objects[name]
    assert draw_panel(stored.file.read_bytes())
    assert press.summary["picture_bytes"] == 6402


def test_background_registry_and_picture_come_from_the_same_bucket_on_one_connection(press: Press) -> None:
    put(press, "cards.json", json.dumps({CARD: "Joan Citizen"}).encode())
    put(press, "bg.png", picture())
    fields = press.fields(bucket(press) | {"card_registry": "cards.json", "image_bg_name": "bg.png"})
    assert fields["title"] == "Joan Citizen"
    assert [method for method, _ in press.asked()] == ["GET", "GET", "PUT", "HEAD"]
    assert len({call.connection for call in press.cloud.log.calls()}) == 1
    assert {call.principal for call in press.cloud.log.calls("object_storage", "GET")} != {""}


def test_registry_and_background_come_from_the_private_bucket_and_the_picture_goes_to_the_public_one(
    press: Press,
) -> None:
    config = bucket(press)
    private = press.cloud.object_storage.create_bucket("codecard-private", tenancy=DEFAULT_TENANCY)
    press.cloud.object_storage.put(private, "cards.json", json.dumps({CARD: "Joan Citizen"}).encode())
    press.cloud.object_storage.put(private, "bg.png", picture())
    config |= {"private_bucket": config["oss_bucket"] + "-private"}
    fields = press.fields(config | {"card_registry": "cards.json", "image_bg_name": "bg.png"})
    assert fields["title"] == "Joan Citizen"
    paths = [(call.method, call.path.split("/b/")[1].split("/")[0]) for call in press.cloud.log.calls()]
    private_reads = [("GET", "codecard-private")] * 2
    assert paths == [*private_reads, ("PUT", "codecard"), ("HEAD", "codecard")]
    assert "warning" not in press.summary


def test_the_single_bucket_of_before_is_named_in_the_log(press: Press) -> None:
    put(press, "cards.json", json.dumps({CARD: "Joan Citizen"}).encode())
    assert press.fields(bucket(press) | {"card_registry": "cards.json"})["title"] == "Joan Citizen"
    assert "set private_bucket" in str(press.summary["warning"])


def test_oci_endpoint_replaces_the_buckets_host(press: Press) -> None:
    host = "https://objectstorage.us-phoenix-1.oraclecloud.com"
    elsewhere = bucket(press)["oss_bucket"].replace(press.cloud.tls_endpoint, host)
    fields = press.fields(apex(press) | {"oss_bucket": elsewhere, "oci_endpoint": press.cloud.tls_endpoint})
    assert fields["backgroundImage"].startswith(press.cloud.tls_endpoint + "/n/")


def test_the_fingerprint_of_a_host_is_kept(press: Press) -> None:
    config = apex(press) | inline(press)
    first, second = press.fields(config), press.fields(config)
    assert first["fingerprint"] == second["fingerprint"]
    assert press.container.fingerprints.hosts == [press.cloud.tls_endpoint]


def test_a_renewed_certificate_is_noticed_by_a_container_that_is_warm(press: Press) -> None:
    now = [0.0]
    press.container.fingerprints = HostFingerprints(lambda: now[0])
    press.container.fingerprints.keep(press.cloud.tls_endpoint, b"the one before")
    before = press.fields(apex(press) | inline(press))["fingerprint"]
    now[0] = FRESH_SECONDS + 1
    after = press.fields(apex(press) | inline(press))["fingerprint"]
    assert before == fingerprint_of(b"the one before") != after


def test_a_host_that_cannot_be_looked_at_again_keeps_its_fingerprint(press: Press) -> None:
    now = [0.0]
    press.container.fingerprints = HostFingerprints(lambda: now[0])
    closed = "https://localhost:1"
    press.container.fingerprints.keep(closed, b"certificate")
    now[0] = FRESH_SECONDS + 1
    fields = press.fields(apex(press) | {"publish": "inline", "public_url": closed})
    assert fields["fingerprint"] == fingerprint_of(b"certificate")


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"])
def test_a_public_url_that_is_this_machine_by_another_name_is_not_connected_to(press: Press, host: str) -> None:
    config = {"publish": "inline", "public_url": press.cloud.tls_endpoint.replace("localhost", host)}
    plain = {"apex_url": press.cloud.endpoint + press.cloud.codecard.path}
    fields = press.fields(plain | config)
    assert (fields["reason"], fields["bodytext"]) == (
        "certificate-unusable",
        "The card needs the certificate of the picture's host",
    )
    assert "no address of the public internet" in str(press.summary["certificate"])
    assert press.container.fingerprints.hosts == []


def test_over_plain_http_there_is_no_fingerprint(press: Press) -> None:
    fields = press.fields(apex(press) | {"publish": "inline", "public_url": press.cloud.endpoint})
    assert fields["backgroundImage"].startswith("http://")
    assert "fingerprint" not in fields


def test_an_identicon_service_is_asked_before_the_upload(press: Press) -> None:
    press.fields(apex(press) | bucket(press) | {"identicon_service": press.cloud.endpoint + "/identicon/"})
    assert press.asked()[1] == ("GET", "JoCi")
    assert "identicon_service" not in press.summary


@pytest.mark.parametrize("fault", [{"status": 500}, {"body": picture((80, 90))}])
def test_without_a_usable_identicon_the_badge_is_made_all_the_same(press: Press, fault: dict[str, object]) -> None:
    press.cloud.faults.add(path="/identicon", **fault)  # type: ignore[arg-type]
    config = apex(press) | bucket(press) | {"identicon_service": press.cloud.endpoint + "/identicon"}
    assert press.fields(config)["template"] == "template8"
    assert str(press.summary["identicon_service"]).startswith("not used: ")


def test_uh_oh_is_answered_as_it_came(press: Press) -> None:
    press.cloud.codecard.reset()
    fields = press.fields(apex(press) | bucket(press))
    assert (fields["title"], fields["template"]) == ("Uh oh!", "template1")
    assert press.summary["outcome"] == "unknown card"


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/cc", "backend-down"), ("/bg.png", "background-unusable"), ("/cards.json", "registry-unreadable")],
)
def test_a_service_that_fails_is_named_by_its_config_key(press: Press, path: str, reason: str) -> None:
    put(press, "cards.json", json.dumps({CARD: "Joan Citizen"}).encode())
    put(press, "bg.png", picture())
    press.cloud.faults.add(path=path, status=503)
    config = bucket(press) | {"image_bg_name": "bg.png"}
    config |= {"card_registry": "cards.json"} if path == "/cards.json" else apex(press)
    assert press.fields(config)["reason"] == reason


@pytest.mark.parametrize(("method", "reason"), [("PUT", "upload-refused"), ("HEAD", "picture-not-public")])
def test_a_refused_upload_or_check_has_a_reason_of_its_own(press: Press, method: str, reason: str) -> None:
    press.cloud.faults.add(service="object_storage", method=method, status=403)
    assert press.fields(apex(press) | bucket(press))["reason"] == reason


def test_a_service_that_cannot_answer_head_is_not_taken_for_a_private_bucket(press: Press) -> None:
    press.cloud.faults.add(service="object_storage", method="HEAD", status=501)
    assert press.fields(apex(press) | bucket(press))["template"] == "template8"


@pytest.mark.parametrize("name", ["Joan%20Citizen", f"{CARD}-a1-0123456789abcdef"])
def test_a_picture_that_fails_is_one_that_says_why(press: Press, name: str) -> None:
    config = apex(press) | bucket(press) | {"image_bg_name": "missing.png"}
    answer = press.answer(config, f"/codecard/badge/{name}.bmp")
    assert (answer.status, answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        200,
        "image/bmp",
        "no-store",
    )
    assert draw_panel(answer.body)


def test_an_own_background_in_an_inline_picture_is_not_to_be_kept(press: Press) -> None:
    put(press, "bg.png", picture())
    config = apex(press) | inline(press) | bucket(press) | {"image_bg_name": "bg.png"}
    answer = press.answer(config, "/codecard/badge/Joan%20Citizen.bmp")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")


def test_without_trust_in_the_picture_host_there_is_no_badge(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    monkeypatch.setenv("SSL_CERT_DIR", "/dev")
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()
    plain = {"apex_url": press.cloud.endpoint + press.cloud.codecard.path}
    assert press.fields(plain | inline(press))["reason"] == "certificate-unusable"


def test_the_principal_is_read_again_before_its_token_ends(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = PrincipalCache()
    first = cache.get(0.0)
    assert cache.get(first.expires_epoch_seconds - 100) is first
    assert cache.get(first.expires_epoch_seconds - 30) is not first
    monkeypatch.delenv("OCI_RESOURCE_PRINCIPAL_VERSION")
    with pytest.raises(NotAuthorised):
        cache.get(first.expires_epoch_seconds + 1)


def test_every_answer_is_one_that_the_card_reads(press: Press) -> None:
    for config in (apex(press) | bucket(press), apex(press) | inline(press), {}, {"publish": "ftp"}):
        answer = press.answer(config)
        head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        raw = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer.body)}\r\n{head}\r\n".encode() + answer.body
        assert read_answer(raw, "K")


def test_a_ping_is_a_flag_of_ones_own_invoke(press: Press) -> None:
    """Through the gateway, where anybody may call, a body is refused as every other."""
    config = apex(press) | bucket(press)
    assert json.loads(press.answer(config, body=b'{"ping": true}', kind="invoke").body)["success"]["ping"] is True
    assert json.loads(press.answer(config, body=b'{"ping": true}').body)["reason"] == "bad-request"
    assert press.asked() == []
