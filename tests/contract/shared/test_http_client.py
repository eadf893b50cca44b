"""The HTTP client against real sockets: what it refuses, what it survives."""

from __future__ import annotations

import contextlib
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.addresses import Reach
from shared.deadline import Deadline
from shared.http.client import HttpClient, HttpError, HttpResponse
from shared.tls import client_context, rsa_tls12_context
from tests.support.raw_server import RawServer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.cloud import Cloud

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def get(http: HttpClient, server: RawServer, limit: int = 1000, path: str = "/x") -> HttpResponse:
    return http.send("GET", f"http://localhost:{server.port}{path}", Deadline.after(10), limit_bytes=limit)


@pytest.fixture(autouse=True)
def fresh_tls() -> Iterator[None]:
    """TLS settings are kept for a process; here each test has its own authorities."""
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()
    yield
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()


@pytest.fixture
def trusted(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """The cloud, whose authority this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(cloud.ca_file))
    return cloud


def test_connections_are_kept_for_the_next_request() -> None:
    http = HttpClient()
    with serving(OK, OK) as server:
        assert [get(http, server).body for _ in range(2)] == [b"ok", b"ok"]
        assert server.connections == 1


def test_a_kept_connection_that_the_server_has_closed_is_replaced() -> None:
    http = HttpClient()
    with serving(OK) as server:
        assert [get(http, server).body for _ in range(3)] == [b"ok"] * 3
        assert server.connections == 3


def test_a_kept_connection_that_dies_under_the_request_is_replaced_once() -> None:
    http = HttpClient()
    with serving(OK, b"") as server:
        assert get(http, server).body == b"ok"
        assert get(http, server).body == b"ok"
        assert (server.connections, len(server.requests)) == (2, 3)


def test_a_request_that_may_not_arrive_twice_is_sent_once() -> None:
    http = HttpClient(repeats=False)
    with serving(OK, b"") as server:
        assert get(http, server).body == b"ok"
        with pytest.raises(HttpError) as caught:
            get(http, server)
        assert (caught.value.fault, len(server.requests)) == ("RemoteDisconnected", 2)


def test_after_a_close_there_is_a_new_connection() -> None:
    http = HttpClient()
    with serving(OK, OK) as server:
        get(http, server)
        http.close()
        get(http, server)
        assert server.connections == 2


def test_a_host_that_says_nothing_is_late() -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(HttpError) as caught:
            HttpClient().send("GET", url, Deadline.after(0.3), limit_bytes=9)
    assert (caught.value.late, caught.value.fault) == (True, "TimeoutError")


def test_the_names_of_headers_are_lower_case() -> None:
    with serving(b"HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 0\r\n\r\n") as server:
        assert get(HttpClient(), server).headers["date"] == "today"


def test_the_request_is_plain_and_complete() -> None:
    http = HttpClient()
    with serving(OK) as server:
        http.send("PUT", f"http://localhost:{server.port}/a%20b?c=d", Deadline.after(10), limit_bytes=9, body=b"abc")
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[0] == "PUT /a%20b?c=d HTTP/1.1"
        assert f"host: localhost:{server.port}" in lines
        assert [line for line in lines if line.lower().startswith("content-length")] == ["Content-Length: 3"]
        assert len([line for line in lines if line.lower().startswith("host:")]) == 1
        assert body == b"abc"


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + bytes(1001),
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + bytes(1001) + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + bytes(5000),
    ],
)
def test_an_answer_over_the_limit_is_given_up(text: bytes) -> None:
    with serving(text) as server, pytest.raises(HttpError, match="more than 1000 bytes") as caught:
        get(HttpClient(), server)
    assert (caught.value.late, caught.value.too_large) == (False, True)


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"",
    ],
)
def test_an_answer_that_breaks_off_or_is_no_http_is_an_error(text: bytes) -> None:
    with serving(text) as server, pytest.raises(HttpError, match="localhost"):
        get(HttpClient(), server)


def test_a_chunked_answer_and_one_without_a_length_are_read() -> None:
    with serving(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n") as server:
        assert get(HttpClient(), server).body == b"ok"
    with serving(b"HTTP/1.0 200 OK\r\n\r\nok") as server:
        assert get(HttpClient(), server).body == b"ok"


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(OK) as server:
        assert get(HttpClient(), server).status == 200


def test_a_private_address_is_remembered_for_the_log() -> None:
    http = HttpClient()
    with serving(OK) as server:
        get(http, server)
    assert http.private_hosts == ["localhost"]


@pytest.mark.parametrize(
    "host",
    [
        *("169.254.169.254", "[fe80::1]", "2852039166", "0xa9fea9fe", "169.254.43518", "[::ffff:169.254.169.254]"),
        *("[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[fd00:c1::a9fe:a9fe]"),
    ],
)
def test_a_link_local_address_is_never_called(host: str) -> None:
    with pytest.raises(HttpError, match="link-local"):
        HttpClient().send("GET", f"http://{host}/opc/v2/instance/", Deadline.after(5), limit_bytes=9)


def certificate(http: HttpClient, url: str, reach: Reach = Reach.CONFIGURED) -> bytes:
    return http.certificate(url, Deadline.after(10), reach=reach, tls=rsa_tls12_context)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_a_host_that_must_be_public_is_not_connected_to_on_this_machine(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(HttpError, match="no address of the public internet"):
            certificate(HttpClient(), f"https://{host}:{port}", Reach.PUBLIC)
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_host_is_looked_up_once_and_connected_to_where_it_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that has no second answer, where a rebinding one would give another address."""
    with serving(OK) as server:
        answers = [[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers.pop())
        assert get(HttpClient(), server).body == b"ok"
    assert answers == []


def test_one_address_out_of_reach_among_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 9)) for host in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(HttpError, match="no address of the public internet"):
        certificate(HttpClient(), "https://gateway.example.com", Reach.PUBLIC)


def test_only_so_many_private_hosts_are_remembered() -> None:
    http = HttpClient()
    for number in range(1, 12):
        with pytest.raises(HttpError):
            http.send("GET", f"http://127.0.0.{number}:1/", Deadline.after(5), limit_bytes=9)
    assert len(http.private_hosts) == 4


def test_the_certificate_is_that_of_the_host(trusted: Cloud) -> None:
    http = HttpClient()
    expected = ssl.PEM_cert_to_DER_cert(trusted.tls_certificate_file.read_text())
    assert certificate(http, trusted.tls_endpoint) == expected
    answer = http.send("GET", trusted.tls_endpoint + "/n", Deadline.after(10), limit_bytes=9999, tls=rsa_tls12_context)
    assert answer.certificate == expected


def test_an_authority_that_is_not_trusted_is_refused(cloud: Cloud) -> None:
    with pytest.raises(HttpError, match="not trusted"):
        certificate(HttpClient(), cloud.tls_endpoint)


def self_signed(folder: Path, host: str) -> Path:
    """A file with a certificate of an elliptic curve, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, none = serialization.Encoding.PEM, serialization.NoEncryption()
    pem = folder / f"{host}.pem"
    pem.write_bytes(
        certificate.public_bytes(encoding) + key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, none)
    )
    return pem


def elliptic_server(pem: Path, monkeypatch: pytest.MonkeyPatch) -> contextlib.AbstractContextManager[RawServer]:
    """A server with that certificate, which this process trusts from now on."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    client_context.cache_clear()
    rsa_tls12_context.cache_clear()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    return serving(OK, tls=tls)


def test_a_certificate_for_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with elliptic_server(self_signed(tmp_path, "elsewhere"), monkeypatch) as server:
        url = f"https://localhost:{server.port}"
        with pytest.raises(HttpError, match="not trusted: Hostname mismatch"):
            HttpClient().send("GET", url, Deadline.after(10), limit_bytes=9)


def test_a_host_without_an_rsa_certificate_is_distinguished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = self_signed(tmp_path, "localhost")
    with elliptic_server(pem, monkeypatch) as server:
        url = f"https://localhost:{server.port}"
        with pytest.raises(HttpError, match="no TLS version or cipher in common"):
            certificate(HttpClient(), url)
    with elliptic_server(pem, monkeypatch) as server:
        url = f"https://localhost:{server.port}"
        assert HttpClient().send("GET", url, Deadline.after(10), limit_bytes=9).body == b"ok"
