"""Whether this side could offer a stock card's suites at all, before a host is judged by them."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import TYPE_CHECKING

import pytest

from emulator.base.tls_files import balancer_context, ensure_tls_files
from shared.addresses import Reach
from shared.deadline import Deadline
from shared.http.client import HttpClient
from shared.http.stock_cards import can_offer, look
from shared.tls import RSA_KEY_EXCHANGE_SUITES
from tests.support.raw_server import serving

if TYPE_CHECKING:
    from emulator.cloud import Cloud


def context(cloud: Cloud, ciphers: str) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(cloud.ca_file))
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers(ciphers)
    return made


@pytest.mark.parametrize(("level", "offers"), [(0, True), (1, True), (2, True), (3, False), (4, False)])
def test_from_level_3_on_openssl_itself_ends_the_handshake(cloud: Cloud, level: int, *, offers: bool) -> None:
    made = context(cloud, f"{RSA_KEY_EXCHANGE_SUITES}:@SECLEVEL={level}")
    assert can_offer(lambda: made) is offers
    with (
        serving(b"", tls=balancer_context(ensure_tls_files(cloud.keys))) as server,
        socket.create_connection(("localhost", server.port)) as plain,
        contextlib.nullcontext() if offers else pytest.raises(ssl.SSLError, match="NO_CIPHERS_AVAILABLE"),
    ):
        made.wrap_socket(plain, server_hostname="localhost").close()


def test_suites_that_openssl_does_not_know_are_offered_by_none(cloud: Cloud) -> None:
    assert can_offer(lambda: context(cloud, "KRB5-RC4-MD5")) is False


def test_a_host_is_not_judged_by_a_handshake_that_ended_here(cloud: Cloud) -> None:
    made = context(cloud, f"{RSA_KEY_EXCHANGE_SUITES}:@SECLEVEL=3")
    found, fix = look(HttpClient(), cloud.balancer_endpoint, Deadline.after(20), Reach.CONFIGURED, lambda: made)
    assert found == "what cards can open was not found out: OpenSSL here offers none of a stock card's suites"
    assert "openssl s_client" in fix
