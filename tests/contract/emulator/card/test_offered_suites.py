"""What the hosts of the local cloud offer over TLS: OCI's gateway, a load balancer before it, and all else."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from emulator.card.card_tls import AXTLS_SUITES
from tests.support.small_functions import ECHO, cloud_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.cloud import Cloud

GCM = "ECDHE-RSA-AES128-GCM-SHA256"
CBC = "ECDHE-RSA-AES128-SHA256"
STOCK = AXTLS_SUITES.split(":")
NEWER = "TLS 1.3"
ALL = (GCM, CBC, *STOCK, NEWER)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Cloud]:
    with cloud_with(tmp_path_factory.mktemp("suites"), keys_folder, {"echo": ECHO}) as (made, _):
        yield made


def takes(cloud: Cloud, url: str, offer: str) -> bool:
    """Whether a host shakes hands with a client that has this suite alone, or TLS 1.3 alone."""
    context = ssl.create_default_context(cafile=str(cloud.ca_file))
    if offer == NEWER:
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    else:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(offer)
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as plain:
        try:
            context.wrap_socket(plain, server_hostname="localhost").close()
        except ssl.SSLError:
            return False
    return True


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("tls_gateway", {GCM}),
        ("tls_endpoint", {GCM, CBC, NEWER}),
        ("balancer_gateway", {GCM, CBC, *STOCK}),
        ("balancer_endpoint", {GCM, CBC, *STOCK}),
    ],
)
def test_a_host_offers_what_its_like_in_oci_does(cloud: Cloud, host: str, wanted: set[str]) -> None:
    assert {offer for offer in ALL if takes(cloud, getattr(cloud, host), offer)} == wanted


def test_a_cloud_without_tls_has_no_load_balancer(tmp_path: Path, keys_folder: Path) -> None:
    from emulator.cloud import Cloud, CloudOptions

    with Cloud(tmp_path, tls=False, options=CloudOptions(keys_folder=keys_folder)) as plain:
        for name in ("balancer_endpoint", "balancer_gateway"):
            with pytest.raises(RuntimeError):
                getattr(plain, name)
