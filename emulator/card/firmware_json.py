r"""The rules that an answer to a button press has to keep, for each way in which a firmware reads it.

Three variants matter: S, the stock card; O, a fork that looks for Content-Length first and refuses any ``\u``; K, a
fork whose JSON document holds 400 bytes. Every rule is one of the published firmware (docs/codecard-avatar.md, "What
the card can read"); an answer that passes `read_answer` for all three is drawn by every card.
"""

from __future__ import annotations

import json
from typing import get_args

from emulator.card.firmwares import Reading

FIRMWARES: tuple[Reading, ...] = get_args(Reading)
"""One firmware for each way of reading; the others read as S does, or never get as far."""

FIELDS = frozenset(
    {
        "template",
        "title",
        "subtitle",
        "bodytext",
        "icon",
        "backgroundImage",
        "backgroundColor",
        "badge",
        "fingerprint",
        "barcode",
    }
)
"""What the firmware reads; other members are ignored."""

MAX_DOCUMENT_BYTES = {"S": 1536, "O": 1536, "K": 400}
_TYPE_END = "ype: "
_BLANK_LINE = b"\r\n\r\n"


class CardError(Exception):
    """What the card says, or would have said, on its serial line instead of drawing."""


def read_answer(raw: bytes, reading: Reading = "S") -> dict[str, str]:
    """Return the fields that a card takes from a whole HTTP answer. Raises CardError with the rule that it breaks."""
    # The firmware skips to the headers without a look at the status line, so an error status changes nothing.
    head, separator, body = raw.partition(_BLANK_LINE)
    if not separator:
        raise CardError("no end of the headers")
    lines = head.decode("latin-1").split("\r\n")[1:]
    _check_type(lines, reading)
    length = _content_length(lines)
    if len(body) != length:
        raise CardError(f"Content-Length says {length}, {len(body)} bytes came")
    return _document(body, reading)


def _check_type(headers: list[str], reading: Reading) -> None:
    """Check that the header that the firmware takes for the content type is that, and says JSON."""
    # The firmware reads the stream up to the first "ype: ", which any header whose name ends in "ype" has, and takes
    # the rest of the line for the content type. O reads up to Content-Length first, so that it never sees a content
    # type before it.
    after = 0
    if reading == "O":
        positions = [at for at, line in enumerate(headers) if line.startswith("Content-Length: ")]
        if not positions:
            raise CardError("O: no Content-Length")
        after = positions[0] + 1
    typed = [(at, line) for at, line in enumerate(headers) if at >= after and _TYPE_END in line]
    if not typed:
        raise CardError(f"{reading}: no content type where it is looked for")
    at, line = typed[0]
    name, _, value = line.partition(": ")
    if reading != "O" and name != "Content-Type":
        raise CardError(f"{reading}: {name} comes before Content-Type and is taken for it")
    if "json" not in value:
        raise CardError(f"{reading}: the content type is {value}")
    if at == len(headers) - 1:
        raise CardError(f"{reading}: the content type is the last header")


def _content_length(headers: list[str]) -> int:
    """Return the length that the headers give; the firmware does not know chunks."""
    fields = [line.partition(": ") for line in headers]
    names = {name.lower(): value for name, _, value in fields}
    if "transfer-encoding" in names:
        raise CardError("the answer is chunked")
    if not names.get("content-length", "").isdigit():
        raise CardError("no Content-Length")
    return int(names["content-length"])


def _document(body: bytes, reading: Reading) -> dict[str, str]:
    """Return the document's texts as the firmware reads them."""
    if not body.isascii() or any(byte < 0x20 for byte in body):
        raise CardError("the answer is not printable ASCII")
    if b"\\" in body:
        raise CardError("an escape in a text: O refuses \\u, S and K end the text at an escaped quote")
    end = body.find(b"}")
    if end != len(body) - 1:
        raise CardError("S and K read up to the first }, which is not the end")
    if len(body) > MAX_DOCUMENT_BYTES[reading]:
        raise CardError(f"{reading}: {len(body)} bytes, at most {MAX_DOCUMENT_BYTES[reading]}")
    try:
        document = json.loads(body)
    except ValueError as fault:
        raise CardError(f"no JSON: {fault}") from None
    if not isinstance(document, dict) or not all(isinstance(value, str) for value in document.values()):
        raise CardError("not one flat object of texts")
    return {name: value for name, value in document.items() if name in FIELDS}
