"""The one contract of a call's body.

Nothing, a lone `-`, `null` and `{}` ask for the function's main work. An object of the function's own flags, each true
or false, is understood. Anything else is BadRequest and nothing is done: a caller who misspells `dry_run` or
`preflight` must not get the real work.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shared.errors import BadRequest
from shared.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_SHOWN_CHARACTERS = 60


def read_json(body: bytes) -> Any:  # noqa: ANN401  (any JSON value)
    """Return a body as a JSON value, None when it is empty. Raises BadRequest when it is no JSON.

    A lone hyphen counts as empty: `oci fn function invoke --body -` sends it as it stands, and schedules do so.
    """
    if body.strip() in {b"", b"-"}:
        return None
    try:
        return json.loads(body, object_pairs_hook=_object)
    except RecursionError:
        raise _unusable("it is nested too deep") from None
    except ValueError as fault:
        raise _unusable(str(fault)[:120]) from None


def read_flags(body: bytes, known: Sequence[str]) -> dict[str, bool]:
    """Return every known flag, false where the body does not name it. Raises BadRequest for any other body."""
    value = read_json(body)
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise BadRequest(
            f"the body must be a JSON object, is {_kind(value)}", fix=f"send {_allowed(known)}", field="body"
        )
    for name, given in value.items():
        shown = name[:MAX_SHOWN_CHARACTERS]
        if name not in known:
            hint = did_you_mean(name[:MAX_SHOWN_CHARACTERS], known)
            raise BadRequest(
                f"the body has an unknown field {shown!r}{hint}", fix=f"send {_allowed(known)}", field=shown
            )
        if not isinstance(given, bool):
            raise BadRequest(
                f"{name} must be true or false, is {_kind(given)}", fix=f'send {{"{name}": true}}', field=name
            )
    return {name: value.get(name, False) for name in known}


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; of two fields with one name, either may be what the caller meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is there twice")
    return found


def _unusable(why: str) -> BadRequest:
    return BadRequest(f"the body is no JSON: {why}", fix="send a JSON object or no body", field="body")


def _allowed(known: Sequence[str]) -> str:
    flags = [f'{{"{name}": true}}' for name in known]
    return ", ".join(flags) + " or no body" if flags else "no body"


def _kind(value: object) -> str:
    """Return what a JSON value is, without its content: that may be a secret in the wrong place."""
    kinds = {
        bool: "true or false",
        str: "a text",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "an object",
    }
    return kinds.get(type(value), "null")
