"""What the ORDS backend answers, read as it is written: title, subtitle and bodytext are not escaped there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from functions.codecard_avatar.model.card_fields import CARD_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN_CARD_TITLE = "uh oh!"
"""In lower case; the backend answers it with status 200 for an unknown card and for every error of its own."""

_NAMES = "|".join(CARD_FIELDS)
_KEY = re.compile(rf'[{{,]\s*"({_NAMES})"\s*:\s*')
_QUOTED_VALUE = re.compile(r'"(.*)"[\s,]*}?\s*', re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def parse_fields(text: str) -> dict[str, str]:
    """Return the card's fields of an answer, without nulls and unknown fields; ValueError when it holds none.

    JSON is taken as such. Anything else is read leniently: a field's text ends before the next known field, or at the
    end of the object, whatever quotes, backslashes or line ends it holds.
    """
    try:
        document = json.loads(text, strict=False)  # a raw line end in a text is accepted
    except (ValueError, RecursionError):
        return _parse_unescaped(text)
    if not isinstance(document, dict):
        raise ValueError("the answer is no JSON object")  # noqa: TRY004  (wrong content, not a wrong argument)
    fields = {name: _text(document[name]) for name in document if name in CARD_FIELDS}
    return _without_blanks(fields)


def is_unknown_card(fields: Mapping[str, str]) -> bool:
    """Tell whether these are the fields that the backend answers for an unknown card, or for any error."""
    return fields.get("title", "").strip().lower() == UNKNOWN_CARD_TITLE


def _parse_unescaped(text: str) -> dict[str, str]:
    """Read an object whose texts may hold quotes, by the keys that the backend is known to write."""
    # A quote inside a text cannot be told from the one at its end by itself. But the backend writes nothing except the
    # known fields, so a text goes on until the next `, "<field>":`. A text that holds just that is read wrong, as
    # nothing distinguishes it.
    if not text.lstrip().startswith("{"):
        raise ValueError("the answer is no JSON object")
    keys = list(_KEY.finditer(text))
    ends = [*(key.start() for key in keys[1:]), len(text)]
    return _without_blanks(
        {key[1]: _unescaped_value(text[key.end() : end]) for key, end in zip(keys, ends, strict=False)}
    )


def _unescaped_value(raw: str) -> str:
    """Return a value from the text between its key and the next one."""
    quoted = _QUOTED_VALUE.match(raw)
    if quoted is None:
        number = _NUMBER.match(raw)
        return number[0] if number else ""
    # The other fields are escaped, so a value that is a JSON text by itself is decoded; else it is taken as it stands.
    try:
        return str(json.loads(f'"{quoted[1]}"', strict=False))
    except ValueError:
        return quoted[1]


def _text(value: object) -> str:
    """Return a JSON value as a text; nulls, booleans, lists and objects are no text of a card."""
    if isinstance(value, bool) or value is None:
        return ""
    return str(value) if isinstance(value, str | int | float) else ""


def _without_blanks(fields: dict[str, str]) -> dict[str, str]:
    kept = {name: text for name, text in fields.items() if text.strip()}
    if not kept:
        raise ValueError("the answer has none of a card's fields")
    return kept
