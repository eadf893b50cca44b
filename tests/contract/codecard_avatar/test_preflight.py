"""`{"preflight": true}` against the local cloud: a row for each thing a press needs, and nothing is changed."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Literal

import pytest
from PIL import Image

from emulator.services.identity.service import DEFAULT_TENANCY
from functions.codecard_avatar.container_state import ContainerState
from functions.codecard_avatar.serve import serve
from functions.codecard_avatar.settings import Settings
from shared.deadline import Deadline
from shared.errors import BadRequest
from shared.handler import Call
from shared.http_request import from_parts
from shared.settings import load_settings
from shared.tls import client_context, rsa_tls12_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.cloud import Cloud
    from emulator.services.object_storage.stored_objects import StoredBucket

Rows = dict[str, dict[str, Any]]
BODY = b'{"preflight": true}'


@pytest.fixture(autouse=True)
def _trust(cloud: Cloud, principal_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {**principal_env, "SSL_CERT_FILE": str(cloud.ca_file)}.items():
        monkeypatch.setenv(name, value)
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()
    yield
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()


def call(config: dict[str, str], kind: Literal["invoke", "http"] = "invoke", seconds: float = 30) -> Rows:
    deadline = Deadline.after(seconds)
    made = Call(
        settings=load_settings(Settings, config),
        request=from_parts("POST", None, {}, kind),
        deadline=deadline,
        call_id="1",
        body=BODY,
        config=config,
        context=None,
    )
    answer = json.loads(serve(made, ContainerState()).body)["preflight"]
    assert not deadline.expired()
    assert answer["ok"] == all(row["ok"] for row in answer["checks"])
    return {row["name"]: row for row in answer["checks"]}


def host(url: str) -> str:
    return url.partition("://")[2]


def bucket(cloud: Cloud, name: str = "codecard", access: str = "ObjectRead") -> StoredBucket:
    return cloud.object_storage.create_bucket(name, tenancy=DEFAULT_TENANCY, public_access_type=access)


def bucket_url(cloud: Cloud, made: StoredBucket) -> str:
    return f"{cloud.tls_endpoint}/n/{made.namespace}/b/{made.name}"


@pytest.fixture
def config(cloud: Cloud) -> dict[str, str]:
    return {
        "apex_url": cloud.tls_endpoint + cloud.codecard.path,
        "oss_bucket": bucket_url(cloud, bucket(cloud)),
    }


def refused(rows: Rows) -> dict[str, str]:
    return {name: row["reason"] for name, row in rows.items() if not row["ok"]}


def test_all_that_a_press_needs_is_tried_and_nothing_is_stored(cloud: Cloud, config: dict[str, str]) -> None:
    rows = call(config)
    assert {name: row["found"] for name, row in rows.items()} == {
        "config keys": "all are known",
        "registry": "apex_url answers",
        "upload": "the bucket would take a picture",
        "stock cards": f"only reflashed cards open {host(cloud.tls_endpoint)}: it has none of a stock card's suites",
    }
    (stored,) = cloud.object_storage.buckets.values()
    assert stored.objects == {}


def test_a_private_registry_and_a_background_are_read(cloud: Cloud, config: dict[str, str]) -> None:
    private = bucket(cloud, "private", "NoPublicAccess")
    picture = io.BytesIO()
    Image.new("L", (264, 176)).save(picture, format="PNG")
    cloud.object_storage.put(private, "cards.json", b"{}")
    cloud.object_storage.put(private, "bg.png", picture.getvalue())
    own = {"private_bucket": bucket_url(cloud, private), "card_registry": "cards.json", "image_bg_name": "bg.png"}
    rows = call({**config, **own, "apex_url": ""})
    assert refused(rows) == {}
    assert (rows["registry"]["found"], "background" in rows) == ("card_registry answers", True)
    cloud.object_storage.put(private, "cards.json", b"[]")
    cloud.object_storage.put(private, "bg.png", b"no picture")
    rows = call({**config, **own, "apex_url": ""})
    assert refused(rows) == {"registry": "registry-unreadable", "background": "background-unusable"}


@pytest.mark.parametrize(("registry", "name"), [("cards.json", "cards.json"), ("cards/", "cards/00.json")])
def test_keepers_need_a_registry_that_can_be_written(
    cloud: Cloud, config: dict[str, str], registry: str, name: str
) -> None:
    private = bucket(cloud, "private", "NoPublicAccess")
    cloud.object_storage.put(private, name, b"{}")
    before = private.objects[name].etag
    keepers = {"card_keepers": "*", "page_key": "0123456789abcdef" * 2, "card_registry": registry}
    own = {**config, **keepers, "private_bucket": bucket_url(cloud, private), "apex_url": ""}
    rows = call(own)
    assert (refused(rows), rows["card keepers"]["found"]) == ({}, f"the page may write {registry}")
    assert private.objects[name].etag == before
    private.read_only = True
    rows = call(own)
    assert refused(rows) == {"card keepers": "oci-service-error"}
    assert "right to write objects" in rows["card keepers"]["fix"]


@pytest.mark.parametrize(
    ("change", "row", "reason"),
    [
        ({"appex_url": "x"}, "config keys", "missing-input-data"),
        ({"apex_url": "https://localhost:9/x"}, "registry", "backend-down"),
        ({"oss_bucket": "{host}/n/none/b/none"}, "upload", "upload-refused"),
        ({"publish": "inline", "public_url": "https://localhost:9"}, "certificate", "certificate-unusable"),
    ],
)
def test_what_is_wrong_is_a_row_with_its_fix_and_the_others_are_tried(
    cloud: Cloud, config: dict[str, str], change: dict[str, str], row: str, reason: str
) -> None:
    rows = call({**config, **{key: value.replace("{host}", cloud.tls_endpoint) for key, value in change.items()}})
    assert refused(rows) == {row: reason}
    assert rows[row]["fix"]


def test_a_certificate_that_the_card_can_check_is_found(cloud: Cloud, config: dict[str, str]) -> None:
    rows = call({**config, "publish": "inline", "public_url": cloud.tls_endpoint})
    assert rows["certificate"]["found"] == f"that of {cloud.tls_endpoint} is one for the card"


@pytest.mark.parametrize(
    ("access", "usable"),
    [("AnyObjectReadWrite", True), ("AnyObjectWrite", True), ("AnyObjectRead", False)],
)
def test_a_link_is_tried_as_what_it_is(cloud: Cloud, config: dict[str, str], access: str, *, usable: bool) -> None:
    (made,) = cloud.object_storage.buckets.values()
    link = cloud.object_storage.create_link(made, access).replace(cloud.endpoint, cloud.tls_endpoint)
    rows = call({**config, "oss_bucket": link})
    assert rows["upload"]["ok"] is usable
    assert made.objects == {}
    assert link.split("/p/")[1][:20] not in json.dumps(rows)


def test_whoever_calls_as_a_card_does_learns_nothing(cloud: Cloud, config: dict[str, str]) -> None:
    with pytest.raises(BadRequest) as caught:
        call(config, kind="http")
    assert caught.value.fields["field"] == "preflight"
    assert cloud.log.calls() == []


@pytest.mark.parametrize(("service", "row"), [("codecard", "registry"), ("object_storage", "upload")])
def test_a_check_that_trickles_is_a_row_and_leaves_time_for_the_others(
    cloud: Cloud, config: dict[str, str], service: str, row: str
) -> None:
    armed = cloud.faults.add(service=service, trickle=20, times=None)
    rows = call(config, seconds=5)
    assert armed.hits == 1
    assert refused(rows) == {row: {"registry": "backend-late", "upload": "upload-late"}[row]}


def test_a_host_that_stock_cards_cannot_open_is_a_warning_with_the_line_that_shows_it(
    cloud: Cloud, config: dict[str, str]
) -> None:
    row = call({**config, "publish": "inline", "public_url": cloud.tls_endpoint})["stock cards"]
    assert row["ok"]
    assert "only reflashed cards" in row["found"]
    command = row["fix"].partition("look with: ")[2]
    suites = "AES128-SHA:AES256-SHA:AES128-SHA256:AES256-SHA256"
    assert command == f"openssl s_client -tls1_2 -cipher {suites} -connect {host(cloud.tls_endpoint)} </dev/null"


@pytest.mark.parametrize("way", ["bucket", "inline"])
def test_behind_a_load_balancer_with_the_suites_all_cards_open_the_host(
    cloud: Cloud, config: dict[str, str], way: str
) -> None:
    balanced = cloud.balancer_endpoint
    (made,) = cloud.object_storage.buckets.values()
    own = {
        "bucket": {"oss_bucket": bucket_url(cloud, made).replace(cloud.tls_endpoint, balanced)},
        "inline": {"publish": "inline", "public_url": balanced},
    }[way]
    assert call({**config, **own})["stock cards"] == {
        "name": "stock cards",
        "ok": True,
        "found": f"stock and reflashed cards open {host(balanced)}",
    }


def test_over_plain_http_there_is_no_suite_to_lack(cloud: Cloud, config: dict[str, str]) -> None:
    local = cloud.endpoint.replace("127.0.0.1", "localhost")
    row = call({**config, "publish": "inline", "public_url": local})["stock cards"]
    assert (row["ok"], "fix" in row) == (True, False)
    assert "plain http" in row["found"]


def test_a_host_that_nobody_opens_is_no_verdict_about_cards(cloud: Cloud, config: dict[str, str]) -> None:
    rows = call({**config, "publish": "inline", "public_url": "https://localhost:9"})
    assert refused(rows) == {"certificate": "certificate-unusable"}
    assert "was not found out" in rows["stock cards"]["found"]
    rows = call({**config, "publish": "inline", "public_url": "", "allowed_hosts": "cards.invalid"})
    assert "was not found out: there is no host" in rows["stock cards"]["found"]


def test_a_host_with_a_strangers_certificate_is_trusted_by_no_check(
    cloud: Cloud, config: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()
    row = call({**config, "publish": "inline", "public_url": cloud.balancer_endpoint})["stock cards"]
    assert "not trusted" in row["found"]


def test_cards_that_no_press_can_find_are_a_warning_and_fail_nothing(cloud: Cloud) -> None:
    private = bucket(cloud, "private", "NoPublicAccess")
    document = '{"CC50E3CCBFFF": "Joan", "cc:50:e3:cc:bf:ff": "Joe", "a note": 1, "AABBCCDDEEFF": "Ann"}'
    cloud.object_storage.put(private, "cards.json", document.encode())
    config = {"oss_bucket": bucket_url(cloud, bucket(cloud)), "private_bucket": bucket_url(cloud, private)}
    row = call(config | {"card_registry": "cards.json"})["cards"]
    assert row["ok"]
    assert row["found"] == "1 there twice: 'CC50E3CCBFFF'; 1 no card's id: 'a note'"
    assert "badge cards list" in row["fix"]
