"""What came as a call's body: JSON, a form, text or bytes, by its content type and by its first character."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

from functions.request_context.masking import shown, shown_json, shown_query
from shared import bodies

Kind = Literal["empty", "json", "form", "multipart", "text", "binary"]

_FORM = "application/x-www-form-urlencoded"
MAX_SHOWN_BYTES = 64 * 1024
"""A longer body is told by kind and bytes alone: Fn breaks an answer off at 6 MiB, and the call has ten seconds."""

# Fn's own default for a call without a type, and the gateway's: both say nothing about the body.
_SAYS_NOTHING = frozenset({"", "text/plain", "application/octet-stream"})
_WHITE = "\t\r\n"


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it was understood: ``value`` is a JSON value, a form's pairs or a text, None for bytes."""

    kind: Kind
    length: int
    value: Any


def read_body(body: bytes, content_type: str | None) -> Body:
    """Return what a body is. Raises BadRequest for one that is meant as JSON, and is none."""
    main_type = (content_type or "").partition(";")[0].strip().lower()
    if body.strip() in {b"", b"-", b"null"}:
        return Body("empty", len(body), None)
    if _is_meant_as_json(body, main_type):
        return Body("json", len(body), bodies.read_json(body))
    if main_type.startswith("multipart/"):
        return Body("multipart", len(body), None)
    text = _as_text(body)
    if text is None:
        return Body("binary", len(body), None)
    if main_type == _FORM:
        return Body("form", len(body), tuple(parse_qsl(text, keep_blank_values=True)))
    return Body("text", len(body), text)


def described_body(body: Body) -> dict[str, object]:
    """Return kind, bytes and value for the answer, the value as the masking lets it be shown."""
    value: object = None
    if body.length > MAX_SHOWN_BYTES:
        pass
    elif body.kind == "json":
        value = shown_json(body.value)
    elif body.kind == "form":
        value = shown_query(body.value)
    elif body.kind == "text":
        value = shown(body.value)
    return {"kind": body.kind, "bytes": body.length, "value": value}


def _is_meant_as_json(body: bytes, main_type: str) -> bool:
    if main_type == "application/json" or main_type.endswith("+json"):
        return True
    return main_type in _SAYS_NOTHING and body.lstrip()[:1] in {b"{", b"[", b'"'}


def _as_text(body: bytes) -> str | None:
    """Return a body as text, None where it is not UTF-8 or has control characters."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if any(each < " " and each not in _WHITE for each in text) else text
