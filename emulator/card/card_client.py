"""A Code Card on a socket: one request for the JSON, one for the picture, byte for byte as the firmware sends them."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from emulator.card import panel
from emulator.card.firmware_json import CardError, Firmware, read_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.card.panel import Panel

FIRST_BYTE_SECONDS = 5.0
"""The card waits this long for the first byte of the JSON, from the moment it has sent its request."""

PICTURE_SECONDS = 10.0
MAX_BUTTON_URL_CHARACTERS = 99
MIN_FIRST_PICTURE_BYTES = 62
"""Of the picture, that have to arrive together with the headers: the firmware reads the bitmap's header and palette
without waiting for bytes that are still under way."""

_RECEIVE_BYTES = 64 * 1024
_NOT_HEX = re.compile(r"[\s:]")


@dataclass(frozen=True)
class Press:
    """What came of a button press: the raw answer, the fields taken from it, and the seconds to its first byte."""

    raw: bytes
    fields: dict[str, str]
    seconds: float


@dataclass(frozen=True)
class Picture:
    """A fetched picture: the file, and the panel as it is drawn from it."""

    file: bytes
    panel: Panel


@dataclass
class Card:
    """One card. ``serial`` is what it has printed on its serial line so far.

    ``first_byte_seconds`` is how long it waits for the first byte of the JSON.
    """

    card_id: str
    firmware: Firmware = "S"
    serial: list[str] = field(default_factory=list)
    first_byte_seconds: float = FIRST_BYTE_SECONDS

    def press(
        self,
        url: str,
        *,
        label: str = "a",
        function: str = "1",
        method: Literal["GET", "POST"] = "POST",
        fingerprint: str = "",
    ) -> Press:
        """Send the button's request and read the answer. Raises CardError.

        Over https the stock card wants the fingerprint that its owner has stored for the button.
        """
        if len(url) > MAX_BUTTON_URL_CHARACTERS or "=" in url:
            raise CardError("the button's URL is too long, or has a query with =")
        head = self._button_request(method, url, label, function)
        self._say(f"Request {url}")
        with self._connect(url, fingerprint) as connection:
            connection.settimeout(self.first_byte_seconds)
            started = time.monotonic()
            connection.sendall(head.encode("ascii"))
            try:
                first = connection.recv(_RECEIVE_BYTES)
            except TimeoutError:
                self._say("Request timeout!")
                raise CardError("Request timeout!") from None
            seconds = time.monotonic() - started
            raw = first + b"".join(_rest(connection))
        fields = read_answer(raw, self.firmware)
        self._say("Response received")
        return Press(raw, fields, seconds)

    def _button_request(self, method: str, url: str, label: str, function: str) -> str:
        """Return the request of a button press as the firmware writes it."""
        # The request line has the absolute URL and HTTP/1.0; there is neither a body nor a Content-Length, not even for
        # POST, and Host comes without the port.
        return (
            f"{method} {url} HTTP/1.0\r\n"
            f"Host: {urlsplit(url).hostname}\r\n"
            f"X-CODECARD-ID: {self.card_id}\r\n"
            f"X-CODECARD-BUTTON-LABEL: {label}\r\n"
            f"X-CODECARD-BUTTON-FUNCTION: {function}\r\n"
            "Accept: */*\r\n"
            "Connection: close\r\n\r\n"
        )

    def fetch_picture(self, fields: dict[str, str]) -> Picture:
        """Fetch and draw the picture of a template8 answer. Raises CardError."""
        url = fields.get("backgroundImage", "")
        if fields.get("template") != "template8" or not url:
            raise CardError("the answer has no picture")
        head = (
            f"GET {url} HTTP/1.1\r\nHost: {urlsplit(url).hostname}\r\nUser-Agent: CodeCard\r\nConnection: close\r\n\r\n"
        )
        with self._connect(url, fields.get("fingerprint", "")) as connection:
            connection.settimeout(PICTURE_SECONDS)
            connection.sendall(head.encode("ascii"))
            first = connection.recv(_RECEIVE_BYTES)
            headers, separator, start = first.partition(b"\r\n\r\n")
            _check_picture_head(headers, start if separator else b"")
            file = start + b"".join(_rest(connection))
        # "Connection: close" makes the server close after the answer; over plain HTTP the firmware then misses its end.
        closed_over_plain_http = urlsplit(url).scheme == "http"
        return Picture(file, panel.draw_panel(file, last_byte_lost=closed_over_plain_http))

    def _connect(self, url: str, fingerprint: str) -> socket.socket:
        """Open a connection; over https with the one check that the card makes: the fingerprint of the certificate."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        address = (parts.hostname or "", parts.port or (443 if secure else 80))
        plain = socket.create_connection(address, timeout=FIRST_BYTE_SECONDS)
        if not secure:
            return plain
        wrapped = _card_tls().wrap_socket(plain, server_hostname=parts.hostname)
        shown = hashlib.sha1(wrapped.getpeercert(binary_form=True) or b"", usedforsecurity=False).hexdigest()
        if _NOT_HEX.sub("", fingerprint).lower() != shown:
            wrapped.close()
            self._say("Fingerprint mismatch")
            raise CardError("the fingerprint is missing or is not that of the host's certificate")
        return wrapped

    def _say(self, text: str) -> None:
        self.serial.append(text)


def _card_tls() -> ssl.SSLContext:
    """TLS as the stock firmware's axTLS has it: 1.2 at most, RSA certificates, no check of names or authorities.

    axTLS knows RSA key exchange alone; that part is left to OpenSSL's choice, because servers of today refuse it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aRSA")
    return context


def _rest(connection: socket.socket) -> Iterator[bytes]:
    """Yield what comes until the server closes."""
    while chunk := connection.recv(_RECEIVE_BYTES):
        yield chunk


def _check_picture_head(headers: bytes, start: bytes) -> None:
    """Check what the firmware checks before it draws; unlike for the JSON it reads the status line here."""
    lines = headers.decode("latin-1").split("\r\n")
    if not lines[0].startswith("HTTP/1.1 200 OK"):
        raise CardError(f"the picture's answer begins with {lines[0][:40]!r}")
    if any(line.lower().startswith("transfer-encoding:") for line in lines):
        raise CardError("the picture is chunked")
    if len(start) < MIN_FIRST_PICTURE_BYTES:
        raise CardError(f"{len(start)} bytes of the picture came with its headers, not {MIN_FIRST_PICTURE_BYTES}")
