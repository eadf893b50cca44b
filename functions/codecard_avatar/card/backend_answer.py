"""What the ORDS backend answers, read as it is written: title, subtitle and bodytext are not escaped there. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from functions.codecard_avatar.model.card_fields import MAX_FIELD_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN_TITLE = "uh oh!"

_NAMES = "|".join(MAX_FIELD_CHARACTERS)
_KEY = re.compile(rf'[{{,]\s*"({_NAMES})"\s*:\s*')
_VALUE = re.compile(r'"(.*)"[\s,]*}?\s*', re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def read(text: str) -> dict[str, str]:
    """The card's fields of an answer, nulls and unknown fields left out; ValueError when it holds none.

    JSON is taken as such. Anything else is read leniently: a field's text ends before the next known field, or at the
    end of the object, whatever quotes, backslashes or line ends it holds.
    """
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return _leniently(text)
    if not isinstance(document, dict):
        raise ValueError("the answer is no JSON object")  # noqa: TRY004  (wrong content, not a wrong argument)
    fields = {name: _text(document[name]) for name in document if name in MAX_FIELD_CHARACTERS}
    return _not_empty(fields)


def is_unknown(fields: Mapping[str, str]) -> bool:
    """Whether these are the fields that the backend answers for an unknown card, or for any error."""
    return fields.get("title", "").strip().lower() == UNKNOWN_TITLE


def _leniently(text: str) -> dict[str, str]:
    if not text.lstrip().startswith("{"):
        raise ValueError("the answer is no JSON object")
    keys = list(_KEY.finditer(text))
    ends = [*(key.start() for key in keys[1:]), len(text)]
    return _not_empty({key[1]: _lenient_value(text[key.end() : end]) for key, end in zip(keys, ends, strict=False)})


def _lenient_value(raw: str) -> str:
    """A value from the text between its key and the next one."""
    quoted = _VALUE.match(raw)
    if quoted is None:
        number = _NUMBER.match(raw)
        return number[0] if number else ""
    try:
        return str(json.loads(f'"{quoted[1]}"', strict=False))
    except ValueError:
        return quoted[1]


def _text(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    return str(value) if isinstance(value, str | int | float) else ""


def _not_empty(fields: dict[str, str]) -> dict[str, str]:
    kept = {name: text for name, text in fields.items() if text.strip()}
    if not kept:
        raise ValueError("the answer has none of a card's fields")
    return kept
