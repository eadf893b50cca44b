"""What a function answers with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers (their order is kept) and body of an answer.

    The status reaches the client behind a trigger or a gateway only; use 500 or 503, never 502 or 504, for a failure
    of one's own: Fn keeps those two for itself and drops their body.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def json_answer(
    value: object,
    *,
    indent: int | None = None,
    sort_keys: bool = False,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HttpAnswer:
    """Return an answer whose body is ``value`` as JSON, encoded once, in UTF-8; TypeError when it is no JSON value."""
    text = json.dumps(value, indent=indent, sort_keys=sort_keys, ensure_ascii=False)
    return HttpAnswer(status, {"Content-Type": JSON_TYPE, **(headers or {})}, text.encode("utf-8", "backslashreplace"))


def success(**fields: object) -> dict[str, dict[str, object]]:
    """Return ``{"success": {…}}`` with kebab-case keys."""
    return {"success": _kebab(fields)}


def warning(**fields: object) -> dict[str, dict[str, object]]:
    """Return ``{"warning": {…}}`` with kebab-case keys."""
    return {"warning": _kebab(fields)}


def _kebab(fields: Mapping[str, object]) -> dict[str, object]:
    return {name.replace("_", "-"): value for name, value in fields.items()}
