"""A Code Card on a socket: one request for the JSON, one for the picture, byte for byte as the firmware sends them."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from emulator.card import panel
from emulator.card.answer_stream import document_fields, document_text
from emulator.card.card_tls import accepts, card_context
from emulator.card.firmware_json import CardError, read_answer
from emulator.card.firmwares import TRAITS, Firmware
from emulator.card.screen import Screen, template_words, waiting

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
Method = Literal["GET", "POST"]


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
    """One card. ``serial`` is what it has printed on its serial line so far, ``screen`` what its panel shows.

    ``first_byte_seconds`` is how long it waits for the first byte of the JSON.
    """

    card_id: str
    firmware: Firmware = "S"
    serial: list[str] = field(default_factory=list)
    first_byte_seconds: float = FIRST_BYTE_SECONDS
    screen: Screen = field(default_factory=lambda: Screen("white"))

    def push_button(
        self, url: str, *, label: str = "a", function: str = "1", method: Method = "POST", fingerprint: str = ""
    ) -> Screen:
        """Do all that the firmware does after a press, and return what the panel shows then.

        Nothing is raised: as on a real card what went wrong stands on the serial line, and the panel keeps what it had.
        """
        self.screen = waiting(label, function)
        with contextlib.suppress(CardError), self._telling():
            raw, _ = self._ask(url, label, function, method, fingerprint)
            self._show(document_text(raw, self.firmware))
        return self.screen

    def press(
        self, url: str, *, label: str = "a", function: str = "1", method: Method = "POST", fingerprint: str = ""
    ) -> Press:
        """Send the button's request and hold the answer to every rule. Raises CardError.

        Over https the stock card wants the fingerprint that its owner has stored for the button.
        """
        with self._telling():
            raw, seconds = self._ask(url, label, function, method, fingerprint)
            return Press(raw, read_answer(raw, TRAITS[self.firmware].reads), seconds)

    def fetch_picture(self, fields: dict[str, str]) -> Picture:
        """Fetch and draw the picture of a template8 answer. Raises CardError."""
        with self._telling():
            return self._fetch(fields)

    def _fetch(self, fields: dict[str, str]) -> Picture:
        url = fields.get("backgroundImage", "")
        if fields.get("template") != "template8" or not url:
            raise CardError("the answer has no picture")
        head = (
            f"GET {url} HTTP/1.1\r\nHost: {urlsplit(url).hostname}\r\nUser-Agent: CodeCard\r\nConnection: close\r\n\r\n"
        )
        self._say(*_request_lines(url, "GET", fields.get("fingerprint", "")))
        failure = "SSL connection failed" if url.startswith("https:") else "Connection failed"
        with self._connect(url, fields.get("fingerprint", ""), failure) as connection:
            connection.settimeout(PICTURE_SECONDS)
            connection.sendall(head.encode("ascii"))
            first = next(_rest(connection), b"")
            headers, separator, start = first.partition(b"\r\n\r\n")
            _check_picture_head(headers, start if separator else b"")
            self._say("Response:", headers.partition(b"\r\n")[0].decode("latin-1"))
            file = start + b"".join(_rest(connection))
        # "Connection: close" makes the server close after the answer; over plain HTTP the firmware then misses its end.
        closed_over_plain_http = urlsplit(url).scheme == "http"
        return Picture(file, panel.draw_panel(file, last_byte_lost=closed_over_plain_http))

    def _show(self, text: str) -> None:
        """Draw what an answer says. Raises CardError where that cannot be done."""
        fields = document_fields(text, self.firmware)
        if fields.get("template") != "template8":
            self.screen = template_words(fields, text)
        elif not TRAITS[self.firmware].fetches_pictures or not fields.get("backgroundImage"):
            self.screen = Screen("built-in")
        else:
            self.screen = Screen("white")  # the panel is cleared before the picture is asked for
            self.screen = Screen("picture", picture=self._fetch(fields).panel)

    def _ask(self, url: str, label: str, function: str, method: Method, fingerprint: str) -> tuple[bytes, float]:
        """Send the button's request; return the answer and the seconds to its first byte. Raises CardError."""
        if len(url) > MAX_BUTTON_URL_CHARACTERS or "=" in url:
            raise CardError("the button's URL is too long, or has a query with =")
        traits = TRAITS[self.firmware]
        head = self._button_request(method, url, label, function) if traits.sends_card_headers else _plain_get(url)
        self._say(*_request_lines(url, method if traits.sends_card_headers else "GET", fingerprint))
        if traits.compares and url.startswith("https:") and not fingerprint:
            raise CardError("This SSL url needs to have a corresponding SHA fingerprint.")
        with self._connect(url, fingerprint, "Connection failed") as connection:
            connection.settimeout(self.first_byte_seconds)
            started = time.monotonic()
            connection.sendall(head.encode("ascii"))
            try:
                first = connection.recv(_RECEIVE_BYTES)
            except OSError:
                raise CardError("Request timeout!") from None
            seconds = time.monotonic() - started
            return first + b"".join(_rest(connection)), seconds

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

    def _connect(self, url: str, fingerprint: str, failure: str) -> socket.socket:
        """Open a connection; over https with the checks that the firmware makes. Raises CardError."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        traits = TRAITS[self.firmware]
        if secure and traits.tls in {"closed", "unknown"}:
            raise CardError(failure if traits.tls == "closed" else f"what {self.firmware} does over https is not known")
        address = (parts.hostname or "", parts.port or (443 if secure else 80))
        try:
            plain = socket.create_connection(address, timeout=FIRST_BYTE_SECONDS)
            connection = card_context(traits).wrap_socket(plain, server_hostname=parts.hostname) if secure else plain
        except (ssl.SSLError, OSError):
            raise CardError(failure) from None
        if isinstance(connection, ssl.SSLSocket):
            certificate = connection.getpeercert(binary_form=True) or b""
            if not accepts(traits, certificate, fingerprint, parts.hostname or ""):
                connection.close()
                # BearSSL compares within its handshake; axTLS has shaken hands by then, and says what it found.
                raise CardError("Connection insecure! Halting execution." if traits.tls == "axtls" else failure)
        return connection

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """Print why the card gives up."""
        try:
            yield
        except CardError as why:
            self._say(str(why))
            raise

    def _say(self, *lines: str) -> None:
        self.serial.extend(lines)


def _request_lines(url: str, method: str, fingerprint: str) -> tuple[str, ...]:
    """Return what is printed before a request."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    shown = (f"fingerprint: {fingerprint}",) if secure else ()
    port = parts.port or (443 if secure else 80)
    return ("Request:", f"host: {parts.hostname}", f"port: {port}", f"url: {url}", *shown, f"method: {method}")


def _plain_get(url: str) -> str:
    """Return the request of the platform's own HTTP client: none of the card's headers, and always GET."""
    parts = urlsplit(url)
    return (
        f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: ESP8266HTTPClient\r\n"
        "Accept-Encoding: identity;q=1,chunked;q=0.1,*;q=0\r\nConnection: close\r\n\r\n"
    )


def _rest(connection: socket.socket) -> Iterator[bytes]:
    """Yield what comes until the server closes, breaks off, or sends nothing for as long as the card waits."""
    with contextlib.suppress(OSError):
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
