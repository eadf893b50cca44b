"""What a firmware makes of the bytes that come back from a button press, right or wrong.

``firmware_json`` says whether an answer keeps every rule; this says what the card does with one that does not, such as
an error of a gateway: the firmware searches the stream for a few words and takes what follows them.
"""

from __future__ import annotations

import json
import re

from emulator.card.firmware_json import FIELDS, MAX_DOCUMENT_BYTES, CardError
from emulator.card.firmwares import TRAITS, Firmware

_BLANK_LINE = b"\r\n\r\n"
_NUMBER = re.compile(rb"\s*(\d+)")
_SUCCESSES = (b"200", b"301")


def document_text(raw: bytes, firmware: Firmware) -> str:
    """Return the text that is given to the JSON parser. Raises CardError with the line on the serial line."""
    if not TRAITS[firmware].sends_card_headers:
        return _of_http_client(raw)
    length = None
    rest = raw
    if TRAITS[firmware].reads == "O":
        length, rest = _number_after(rest, b"ength:")
    _, _, rest = rest.partition(b"ype: ")
    content_type, _, rest = rest.partition(b"\n")
    _, separator, body = rest.partition(_BLANK_LINE)
    if not separator:
        raise CardError("Invalid response")
    if b"json" not in content_type:
        text = body.partition(b"\n")[0]
    elif length is not None:
        text = body[:length]
    else:
        text = body.partition(b"}")[0] + b"}"
    return text.decode("latin-1")


def document_fields(text: str, firmware: Firmware) -> dict[str, str]:
    """Return the members that the firmware reads, as texts. Raises CardError where its parser gives up."""
    reading = TRAITS[firmware].reads
    if len(text) > MAX_DOCUMENT_BYTES[reading] or (reading == "O" and "\\u" in text):
        raise CardError("JSON parsing failed!")
    try:
        # ArduinoJson takes the first value and leaves what follows it: of a chunked answer that is the chunk's size.
        document, _ = json.JSONDecoder().raw_decode(text.lstrip())
    except ValueError:
        raise CardError("JSON parsing failed!") from None
    members = document.items() if isinstance(document, dict) else ()
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in members if name in FIELDS}


def _number_after(stream: bytes, word: bytes) -> tuple[int, bytes]:
    """Return the number that follows a word, and the rest of the stream after its line."""
    _, _, after = stream.partition(word)
    line, _, rest = after.partition(b"\n")
    found = _NUMBER.match(line)
    return (int(found[1]) if found else 0), rest


def _of_http_client(raw: bytes) -> str:
    """Return the body of a success: the platform's HTTP client understands status, length and headers."""
    head, _, body = raw.partition(_BLANK_LINE)
    status = head.split(b" ", 2)[1:2]
    if not status or status[0] not in _SUCCESSES:
        raise CardError(f"[HTTP] GET... code: {b''.join(status).decode('latin-1')}")
    return body.decode("latin-1")
