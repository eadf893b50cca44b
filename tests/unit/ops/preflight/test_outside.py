"""What the checks without a signature make of config and answers that are no services' own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops.preflight import outside
from tests.support.raw_server import serving

if TYPE_CHECKING:
    from emulator.cloud import Cloud

OSS = "http://127.0.0.1:1/n/ns/b/codecard"
LINK = "http://127.0.0.1:1/p/token/n/ns/b/codecard/o/"


@pytest.mark.parametrize(
    ("config", "outcomes"),
    [
        ({}, []),
        ({"oss_bucket": OSS}, []),
        ({"card_registry": "cards.json"}, []),
        ({"oss_bucket": OSS, "card_registry": "a"}, ["warning", "unknown"]),
        ({"oss_bucket": LINK, "card_registry": "a", "image_bg_name": "b"}, ["warning", "unknown", "unknown"]),
        ({"oss_bucket": OSS, "card_registry": "a", "publish": "inline"}, ["unknown"]),
        ({"oss_bucket": OSS, "private_bucket": LINK, "card_registry": "a"}, ["unknown"]),
    ],
)
def test_private_objects_have_a_row_and_a_shared_bucket_a_warning(config: dict[str, str], outcomes: list[str]) -> None:
    assert [row.outcome for row in outside.private_objects(config)] == outcomes


def test_a_links_token_is_not_asked_with_or_printed() -> None:
    with serving(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as server:
        link = LINK.replace("127.0.0.1:1", f"127.0.0.1:{server.port}")
        rows = list(outside.private_objects({"private_bucket": link, "card_registry": "cards.json"}))
    assert [row.outcome for row in rows] == ["ok"]
    assert "token" not in str(rows)
    assert server.requests[0].startswith(b"GET /n/ns/b/codecard/o/cards.json ")


@pytest.mark.parametrize(
    ("head", "body", "outcome"),
    [
        ("200 OK", b'{"keys": [{"kid": "a"}]}', "ok"),
        ("200 OK", b'{"keys": []}', "FAILED"),
        ("200 OK", b"<html>log in", "FAILED"),
        ("200 OK", b"[]", "FAILED"),
        ("401 Unauthorized", b"{}", "FAILED"),
        ("302 Found\r\nLocation: http://127.0.0.1:1/", b"", "FAILED"),
    ],
)
def test_keys_are_there_when_a_set_of_them_is_answered(head: str, body: bytes, outcome: str) -> None:
    answer = f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    with serving(answer) as server:
        assert outside.token_keys(f"http://127.0.0.1:{server.port}/jwk").outcome == outcome


def test_without_an_address_or_an_answer_there_are_no_keys() -> None:
    assert outside.token_keys("").fix == "deploy deploy/api-gateway.json"
    assert "identity_domain_url" in outside.token_keys("http://127.0.0.1:1/jwk").fix


def test_a_gateway_that_a_stock_card_cannot_open_is_a_warning(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(cloud.ca_file))
    outcomes = {
        url: outside.stock_cards(url + "/path").outcome
        for url in (cloud.endpoint, cloud.balancer_endpoint, cloud.tls_endpoint, "https://localhost:9")
    }
    assert list(outcomes.values()) == ["ok", "ok", "warning", "warning"]
