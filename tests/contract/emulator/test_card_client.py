"""The emulated card on a socket: the bytes it sends, and the servers it cannot get on with."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from emulator.base.tls_files import ensure_tls_files, server_context
from emulator.card.card_client import Card, Picture
from emulator.card.firmware_json import CardError
from functions.codecard_avatar.draw.bitmap import FILE_BYTES, encode_bitmap
from functions.codecard_avatar.publish.publishers import fingerprint_of
from tests.support.raw_server import RawServer, serving

if TYPE_CHECKING:
    from emulator.cloud import Cloud

BODY = b'{"template": "template1", "title": "x"}'
JSON = (
    f"HTTP/1.0 200 OK\r\nContent-Length: {len(BODY)}\r\nContent-Type: application/json\r\nX: y\r\n\r\n"
).encode() + BODY
BITMAP = encode_bitmap(bytes(22 * 264))
PICTURE_HEAD = f"HTTP/1.1 200 OK\r\nContent-Length: {FILE_BYTES}\r\n\r\n".encode()


def url(server: RawServer, scheme: str = "http") -> str:
    return f"{scheme}://localhost:{server.port}/codecard/avatar"


def fetch(server: RawServer, scheme: str = "http", fingerprint: str = "") -> Picture:
    fields = {"template": "template8", "backgroundImage": url(server, scheme), "fingerprint": fingerprint}
    return Card("CC50E3CCBFFF").fetch_picture(fields)


def test_a_press_is_the_firmwares_request_byte_for_byte() -> None:
    card = Card("CC50E3CCBFFF")
    with serving(JSON) as server:
        assert card.press(url(server), label="b", function="2").fields["title"] == "x"
    assert server.requests == [
        (
            f"POST {url(server)} HTTP/1.0\r\n"
            "Host: localhost\r\n"
            "X-CODECARD-ID: CC50E3CCBFFF\r\n"
            "X-CODECARD-BUTTON-LABEL: b\r\n"
            "X-CODECARD-BUTTON-FUNCTION: 2\r\n"
            "Accept: */*\r\n"
            "Connection: close\r\n\r\n"
        ).encode()
    ]
    assert card.serial == [f"Request {url(server)}", "Response received"]


def test_the_picture_is_asked_for_as_the_firmware_does() -> None:
    with serving(PICTURE_HEAD + BITMAP) as server:
        assert fetch(server).file == BITMAP
    wanted = f"GET {url(server)} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: CodeCard\r\nConnection: close\r\n\r\n"
    assert server.requests == [wanted.encode()]


@pytest.mark.parametrize("button", ["https://h/" + "x" * 90, "https://h/x?a=b"])
def test_a_url_that_the_card_cannot_hold_is_refused(button: str) -> None:
    with pytest.raises(CardError, match="URL"):
        Card("CC50E3CCBFFF").press(button)


def test_without_a_first_byte_in_time_the_card_gives_up() -> None:
    card = Card("CC50E3CCBFFF", first_byte_seconds=0.1)
    with serving([b"", b"", b"", b"", JSON]) as server, pytest.raises(CardError, match="Request timeout!"):
        card.press(url(server))
    assert card.serial[-1] == "Request timeout!"


def test_a_json_answer_may_come_in_pieces() -> None:
    with serving([JSON[:1], JSON[1:50], JSON[50:]]) as server:
        assert Card("CC50E3CCBFFF").press(url(server)).raw == JSON


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ([PICTURE_HEAD, BITMAP], "0 bytes of the picture"),
        ([PICTURE_HEAD + BITMAP[:61], BITMAP[61:]], "61 bytes of the picture"),
        (PICTURE_HEAD[:-2], "0 bytes of the picture"),
        (b"HTTP/1.0 200 OK\r\n\r\n" + BITMAP, "begins with 'HTTP/1.0 200 OK'"),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n" + BITMAP, "begins with 'HTTP/1.1 302"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + BITMAP, "chunked"),
        (PICTURE_HEAD + BITMAP[:-4], "last row"),
        (PICTURE_HEAD + b"GIF89a" + bytes(100), "no bitmap"),
    ],
)
def test_a_picture_that_the_card_cannot_take_is_refused(answer: bytes | list[bytes], cause: str) -> None:
    with serving(answer) as server, pytest.raises(CardError, match=cause):
        fetch(server)


def test_the_head_and_the_first_62_bytes_together_are_enough() -> None:
    with serving([PICTURE_HEAD + BITMAP[:62], BITMAP[62:]]) as server:
        assert fetch(server).file == BITMAP


@pytest.mark.parametrize(
    "fields", [{}, {"template": "template1", "backgroundImage": "http://h/"}, {"template": "template8"}]
)
def test_without_template8_there_is_no_picture(fields: dict[str, str]) -> None:
    with pytest.raises(CardError, match="no picture"):
        Card("CC50E3CCBFFF").fetch_picture(fields)


def test_over_https_the_fingerprint_decides(cloud: Cloud) -> None:
    files = ensure_tls_files(cloud.keys)
    right = fingerprint_of(ssl.PEM_cert_to_DER_cert(files.certificate_file.read_text()))
    for given in (right, right.replace(" ", ":"), right.replace(" ", "").lower()):
        with serving(PICTURE_HEAD + BITMAP, tls=server_context(files)) as server:
            assert fetch(server, "https", given).file == BITMAP
    for given in ("", right[:-2] + "00", right[:-3]):
        with (
            serving(PICTURE_HEAD + BITMAP, tls=server_context(files)) as server,
            pytest.raises(CardError, match="fingerprint"),
        ):
            fetch(server, "https", given)


def test_a_button_over_https_wants_its_stored_fingerprint(cloud: Cloud) -> None:
    files = ensure_tls_files(cloud.keys)
    right = fingerprint_of(ssl.PEM_cert_to_DER_cert(files.certificate_file.read_text()))
    with serving(JSON, tls=server_context(files)) as server:
        assert Card("CC50E3CCBFFF").press(url(server, "https"), fingerprint=right).fields["title"] == "x"
    with serving(JSON, tls=server_context(files)) as server, pytest.raises(CardError, match="fingerprint"):
        Card("CC50E3CCBFFF").press(url(server, "https"))


def test_the_card_knows_tls_up_to_1_2_only(cloud: Cloud) -> None:
    newer = server_context(ensure_tls_files(cloud.keys))
    newer.minimum_version = ssl.TLSVersion.TLSv1_3
    with serving(JSON, tls=newer) as server, pytest.raises(ssl.SSLError):
        Card("CC50E3CCBFFF").press(url(server, "https"))
