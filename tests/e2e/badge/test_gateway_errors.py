"""What a stock card shows of errors that the gateway answers itself: too many requests, no rights, no function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from emulator.card.card_client import Card
from emulator.gateway.app import refuse
from tests.support.raw_server import serving
from tests.support.small_functions import FAILS, SLEEPS, cloud_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.cloud import Cloud

CARD = "CC50E3CCBFFF"
PATIENCE_SECONDS = 60.0
ROUTE = "/codecard/avatar"
NAT_REQUESTS = 21
"""One more than the specification lets pass in a second from one address."""


@pytest.fixture(params=[(FAILS, 502, "Bad Gateway"), (SLEEPS, 504, "Gateway Timeout")], ids=["fails", "sleeps"])
def broken(request: pytest.FixtureRequest, tmp_path: Path, keys_folder: Path) -> Iterator[tuple[Cloud, str]]:
    code, status, message = request.param
    with cloud_with(tmp_path, keys_folder, {"codecard-avatar": code}) as (cloud, _):
        yield cloud, f'{{"code": {status}, "message": "{message}"}}'


def test_a_function_that_fails_is_an_invalid_response_with_the_gateways_words(broken: tuple[Cloud, str]) -> None:
    cloud, body = broken
    for firmware in ("S", "O"):
        card = Card(CARD, firmware, first_byte_seconds=PATIENCE_SECONDS)  # type: ignore[arg-type]
        assert card.push_button(cloud.gateway + ROUTE).words == ("Invalid response", "Please verify JSON", body)


def test_a_hall_behind_one_address_meets_the_gateways_limit(tmp_path: Path, keys_folder: Path) -> None:
    with cloud_with(tmp_path, keys_folder, {"codecard-avatar": FAILS}) as (cloud, _), requests.Session() as others:
        limited = ("Invalid response", "Please verify JSON", '{"code": 429, "message": "Too Many Requests"}')
        for _ in range(20):  # a machine that stops for a second lets the first ones be forgotten
            for _ in range(NAT_REQUESTS):
                others.get(cloud.gateway + "/somebody-else", timeout=20)
            screen = Card(CARD, first_byte_seconds=PATIENCE_SECONDS).push_button(cloud.gateway + ROUTE)
            if screen.words == limited:
                return
    pytest.fail(f"the limit was never met: {screen}")


def test_a_gateway_without_rights_is_a_500_with_its_words() -> None:
    body = refuse(500).body
    assert isinstance(body, bytes)
    head = f"HTTP/1.1 500 Internal Server Error\r\nContent-Length: {len(body)}\r\nContent-Type: application/json\r\n"
    with serving(f"{head}Date: now\r\n\r\n".encode() + body) as server:
        screen = Card(CARD).push_button(f"http://localhost:{server.port}{ROUTE}")
    assert screen.words == ("Invalid response", "Please verify JSON", body.decode())
