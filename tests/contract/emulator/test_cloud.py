"""The local cloud as a whole: ports, certificates, services and functions that are plugged in."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import pytest
import requests
from aiohttp import web

from emulator.base.service_protocol import OciError, json_response, principal_of
from emulator.cloud import Cloud, CloudOptions
from tests.support.oci_sdk import resource_principal_signer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Echo:
    """A service as a later part of the cloud would plug it in."""

    name = "echo"

    def __init__(self, *, signed: bool) -> None:
        self.signed = signed
        self.closed = False

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.get("/20180222/echo", self._echo), web.get("/20180222/broken", self._broken)]

    def close(self) -> None:
        self.closed = True

    async def _echo(self, request: web.Request) -> web.Response:
        principal = principal_of(request)
        if request.query.get("missing"):
            raise OciError(404, "NotAuthorizedOrNotFound", "nothing here")
        return json_response(
            {"who": principal.tenancy if principal else None, "region": request.match_info.get("region")}
        )

    async def _broken(self, _request: web.Request) -> web.Response:
        raise ZeroDivisionError


@pytest.fixture
def options(keys_folder: Path) -> CloudOptions:
    return CloudOptions(keys_folder=keys_folder)


def test_a_signed_service_is_closed_to_the_unsigned(tmp_path: Path, options: CloudOptions) -> None:
    with Cloud(tmp_path, services=[Echo(signed=True)], tls=False, options=options) as cloud:
        signer = resource_principal_signer(cloud.identity.mint_resource_principal(tenancy="ocid1.tenancy.oc1..t"))
        url = f"{cloud.endpoint}/20180222/echo"
        assert requests.get(url, timeout=60).status_code == 401
        assert requests.head(url, timeout=60).status_code == 401
        assert requests.get(url, auth=signer, timeout=60).json()["who"] == "ocid1.tenancy.oc1..t"
        assert requests.get(url + "?missing=1", auth=signer, timeout=60).json()["code"] == "NotAuthorizedOrNotFound"


def test_an_unsigned_service_is_open_and_every_path_has_its_regions(tmp_path: Path, options: CloudOptions) -> None:
    with Cloud(tmp_path, services=[Echo(signed=False)], tls=False, options=options) as cloud:
        assert requests.get(f"{cloud.endpoint}/20180222/echo", timeout=60).json() == {"who": None, "region": None}
        phoenix = cloud.region_endpoint("us-phoenix-1")
        assert requests.get(f"{phoenix}/20180222/echo", timeout=60).json()["region"] == "us-phoenix-1"
        assert [call.service for call in cloud.log.calls()] == ["echo", "echo"]


def test_a_bug_of_a_service_is_a_500_in_ocis_shape(
    tmp_path: Path, options: CloudOptions, caplog: pytest.LogCaptureFixture
) -> None:
    with Cloud(tmp_path, services=[Echo(signed=False)], tls=False, options=options) as cloud:
        got = requests.get(f"{cloud.endpoint}/20180222/broken", timeout=60)
    assert (got.status_code, got.json()["code"]) == (500, "InternalServerError")
    assert "ZeroDivisionError" in caplog.text


def test_services_are_closed_with_the_cloud_and_closing_twice_is_harmless(
    tmp_path: Path, options: CloudOptions
) -> None:
    echo = Echo(signed=False)
    with Cloud(tmp_path, services=[echo], tls=False, options=options) as cloud:
        assert not echo.closed
    cloud.close()
    assert echo.closed
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(cloud.endpoint, timeout=60)


def test_a_cloud_closes_while_a_request_hangs(tmp_path: Path, options: CloudOptions) -> None:
    with Cloud(tmp_path, tls=False, options=options) as cloud:
        armed = cloud.faults.add(hang=True)
        client = socket.create_connection(("127.0.0.1", int(cloud.endpoint.rpartition(":")[2])), timeout=60)
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while not armed.hits:
            pass
    with client:
        assert client.recv(1) == b""


def test_functions_are_served_on_their_own_ports_and_end_with_the_cloud(tmp_path: Path, options: CloudOptions) -> None:
    ended: list[str] = []

    def application(cloud: Cloud) -> web.Application:
        async def invoke(_request: web.Request) -> web.Response:
            return web.Response(text=cloud.endpoint)

        async def end(_app: web.Application) -> None:
            ended.append(cloud.gateway)

        app = web.Application()
        app.add_routes([web.post("/invoke/x", invoke)])
        app.on_cleanup.append(end)
        return app

    with Cloud(tmp_path, functions=application, options=options) as cloud:
        plain = requests.post(f"{cloud.gateway}/invoke/x", timeout=60)
        secure = requests.post(f"{cloud.tls_gateway}/invoke/x", timeout=5, verify=str(cloud.ca_file))
        assert [plain.text, secure.text] == [cloud.endpoint] * 2
    assert ended == [cloud.gateway]


def test_a_cloud_without_functions_or_tls_says_so(tmp_path: Path, options: CloudOptions) -> None:
    with Cloud(tmp_path, tls=False, options=options) as cloud:
        for name in ("gateway", "tls_gateway", "tls_endpoint", "ca_file", "tls_certificate_file"):
            with pytest.raises(RuntimeError, match="was made with"):
                getattr(cloud, name)


def test_the_card_can_speak_tls_1_2_with_an_rsa_certificate(cloud: Cloud) -> None:
    context = ssl.create_default_context(cafile=str(cloud.ca_file))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    port = int(cloud.tls_endpoint.rpartition(":")[2])
    pem = ssl.get_server_certificate(("localhost", port), ca_certs=str(cloud.ca_file))
    assert pem.strip() == cloud.tls_certificate_file.read_text().strip()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as raw:
        secured = context.wrap_socket(raw, server_hostname="localhost")
        assert secured.version() == "TLSv1.2"
        assert "RSA" in str(secured.cipher())
        secured.close()


def test_certificates_are_made_once_for_a_folder_of_keys(tmp_path: Path, cloud: Cloud, options: CloudOptions) -> None:
    before = cloud.ca_file.read_bytes()
    with Cloud(tmp_path, options=options) as second:
        assert second.ca_file.read_bytes() == before
