"""The emulated card on a socket: the bytes it sends, and the servers it cannot get on with."""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING

import pytest

from emulator.base.tls_files import balancer_context, ensure_tls_files, gateway_context, server_context
from emulator.card.card_client import Card, Picture
from emulator.card.card_tls import AXTLS_SUITES
from emulator.card.firmware_json import CardError
from functions.codecard_avatar.draw.bitmap import FILE_BYTES, encode_bitmap
from functions.codecard_avatar.publish.publishers import fingerprint_of
from tests.support.raw_server import RawServer, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.base.tls_files import TlsFiles
    from emulator.card.firmwares import Firmware
    from emulator.cloud import Cloud

BODY = b'{"template": "template1", "title": "x"}'
JSON = (
    f"HTTP/1.0 200 OK\r\nContent-Length: {len(BODY)}\r\nContent-Type: application/json\r\nX: y\r\n\r\n"
).encode() + BODY
BITMAP = encode_bitmap(bytes(22 * 264))
PICTURE_HEAD = f"HTTP/1.1 200 OK\r\nContent-Length: {FILE_BYTES}\r\n\r\n".encode()


def url(server: RawServer, scheme: str = "http") -> str:
    return f"{scheme}://localhost:{server.port}/codecard/avatar"


def fetch(server: RawServer, scheme: str = "http", given: str = "", firmware: Firmware = "S") -> Picture:
    fields = {"template": "template8", "backgroundImage": url(server, scheme), "fingerprint": given}
    return Card("CC50E3CCBFFF", firmware).fetch_picture(fields)


def fingerprint(cloud: Cloud) -> str:
    return fingerprint_of(ssl.PEM_cert_to_DER_cert(cloud.tls_certificate_file.read_text()))


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
    assert card.serial == [
        "Request:",
        "host: localhost",
        f"port: {server.port}",
        f"url: {url(server)}",
        "method: POST",
    ]


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


@pytest.mark.parametrize(
    ("firmware", "says"), [("S", "Connection insecure! Halting execution"), ("LF", "SSL connection failed")]
)
def test_over_https_the_fingerprint_decides(cloud: Cloud, firmware: Firmware, says: str) -> None:
    files = ensure_tls_files(cloud.keys)
    right = fingerprint(cloud)
    for given in (right, right.replace(" ", ":"), right.replace(" ", "").lower()):
        with serving(PICTURE_HEAD + BITMAP, tls=balancer_context(files)) as server:
            assert fetch(server, "https", given, firmware).file == BITMAP
    for given in ("", right[:-2] + "00", right[:-3]):
        with (
            serving(PICTURE_HEAD + BITMAP, tls=balancer_context(files)) as server,
            pytest.raises(CardError, match=says),
        ):
            fetch(server, "https", given, firmware)


def test_a_card_that_was_told_to_trust_anybody_compares_no_fingerprint(cloud: Cloud) -> None:
    with serving(PICTURE_HEAD + BITMAP, tls=server_context(ensure_tls_files(cloud.keys))) as server:
        assert fetch(server, "https", "", "L").file == BITMAP


@pytest.mark.parametrize(("firmware", "takes"), [("S", False), ("LF", True)])
def test_the_stock_card_compares_the_hosts_name_too(cloud: Cloud, firmware: Firmware, *, takes: bool) -> None:
    with serving(PICTURE_HEAD + BITMAP, tls=balancer_context(ensure_tls_files(cloud.keys))) as server:
        by_address = url(server, "https").replace("localhost", "127.0.0.1")
        fields = {"template": "template8", "backgroundImage": by_address, "fingerprint": fingerprint(cloud)}
        with contextlib.nullcontext() if takes else pytest.raises(CardError, match="insecure"):
            Card("CC50E3CCBFFF", firmware).fetch_picture(fields)


def test_a_button_over_https_wants_its_stored_fingerprint(cloud: Cloud) -> None:
    files = ensure_tls_files(cloud.keys)
    with serving(JSON, tls=balancer_context(files)) as server:
        pressed = Card("CC50E3CCBFFF").press(url(server, "https"), fingerprint=fingerprint(cloud))
    assert pressed.fields["title"] == "x"
    with serving(JSON, tls=balancer_context(files)) as server, pytest.raises(CardError, match="SHA fingerprint"):
        Card("CC50E3CCBFFF").press(url(server, "https"))
    assert server.connections == 0


@pytest.mark.parametrize("context", [gateway_context, server_context])
def test_the_stock_card_and_a_host_of_today_have_no_suite_in_common(
    cloud: Cloud, context: Callable[[TlsFiles], ssl.SSLContext]
) -> None:
    files = ensure_tls_files(cloud.keys)
    card = Card("CC50E3CCBFFF")
    with serving(JSON, tls=context(files)) as server:
        assert card.push_button(url(server, "https"), fingerprint=fingerprint(cloud)).shows == "wait"
    assert (card.serial[-1], server.requests) == ("Connection failed", [])
    with serving(PICTURE_HEAD + BITMAP, tls=context(files)) as server, pytest.raises(CardError, match="SSL connection"):
        fetch(server, "https", fingerprint(cloud))
    with serving(PICTURE_HEAD + BITMAP, tls=context(files)) as server:
        assert fetch(server, "https", fingerprint(cloud), "LF").file == BITMAP


@pytest.mark.parametrize("suite", AXTLS_SUITES.split(":"))
def test_each_suite_of_the_stock_card_is_enough(cloud: Cloud, suite: str) -> None:
    only = balancer_context(ensure_tls_files(cloud.keys))
    only.set_ciphers(suite)
    with serving(PICTURE_HEAD + BITMAP, tls=only) as server:
        assert fetch(server, "https", fingerprint(cloud)).file == BITMAP


@pytest.mark.parametrize("firmware", ["S", "L", "LF"])
def test_no_card_knows_tls_above_1_2(cloud: Cloud, firmware: Firmware) -> None:
    newer = server_context(ensure_tls_files(cloud.keys))
    newer.minimum_version = ssl.TLSVersion.TLSv1_3
    with serving(JSON, tls=newer) as server, pytest.raises(CardError, match="Connection failed"):
        Card("CC50E3CCBFFF", firmware).press(url(server, "https"), fingerprint=fingerprint(cloud))


@pytest.mark.parametrize(("firmware", "line"), [("O", "Connection failed"), ("K", "what K does over https")])
def test_forks_open_nothing_over_https(cloud: Cloud, firmware: Firmware, line: str) -> None:
    card = Card("CC50E3CCBFFF", firmware)
    with serving(JSON, tls=balancer_context(ensure_tls_files(cloud.keys))) as server:
        card.push_button(url(server, "https"), fingerprint=fingerprint(cloud))
    assert line in card.serial[-1]
    assert server.connections == 0


def test_a_fork_asks_without_the_cards_headers() -> None:
    with serving(JSON) as server:
        assert Card("CC50E3CCBFFF", "F").push_button(url(server)).words[0] == "x"
    assert server.requests == [
        (
            f"GET /codecard/avatar HTTP/1.1\r\nHost: localhost:{server.port}\r\nUser-Agent: ESP8266HTTPClient\r\n"
            "Accept-Encoding: identity;q=1,chunked;q=0.1,*;q=0\r\nConnection: close\r\n\r\n"
        ).encode()
    ]


FORKS_SHOW: dict[Firmware, str] = {"S": "picture", "O": "picture", "K": "built-in"}


def announcing(picture: str) -> bytes:
    body = f'{{"template": "template8", "backgroundImage": "{picture}"}}'.encode()
    return JSON.replace(BODY, body).replace(str(len(BODY)).encode(), str(len(body)).encode(), 1)


@pytest.mark.parametrize(("firmware", "shows"), FORKS_SHOW.items())
def test_the_panel_goes_from_waiting_to_the_picture(firmware: Firmware, shows: str) -> None:
    with serving(PICTURE_HEAD + BITMAP) as pictures, serving(announcing(url(pictures))) as server:
        card = Card("CC50E3CCBFFF", firmware)
        assert card.push_button(url(server)) == card.screen
    assert card.screen.shows == shows


def test_where_no_picture_comes_the_panel_is_white() -> None:
    card = Card("CC50E3CCBFFF")
    with serving(announcing("http://localhost:9/x.bmp")) as server:
        assert card.push_button(url(server)).shows == "white"
    assert card.serial[-1] == "Connection failed"


def test_without_an_answer_the_panel_goes_on_waiting() -> None:
    card = Card("CC50E3CCBFFF", first_byte_seconds=0.1)
    with serving([b"", b"", b"", b"", JSON]) as server:
        screen = card.push_button(url(server), label="b", function="2")
    assert (screen.shows, screen.words) == ("wait", ("B - long pressed", "please wait..."))
    assert card.serial[-1] == "Request timeout!"
