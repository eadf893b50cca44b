"""The column `Tags` of FOCUS reports: which texts are JSON objects, and how columns `tags/<key>` join them.

One text that is no JSON ends every query that looks into the column (DuckDB), so that none is let through; nor is what
Python's reader takes and a database may not: NaN, numbers beyond a double, halves of surrogate pairs.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from functions.adw_billing.parse.decimals import Doubts

NO_TAGS = "null"
"""JSON's own word for no value: NULL in the table."""
_MAX_WHOLE_DIGITS = 300
"""Of a whole number; a double has no more than 309."""


_STRING = r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt])*"'
_TAG = f"{_STRING} *: *{_STRING}"
_PLAIN_TAGS = rf"\A(?:\{{(?:{_TAG}(?: *, *{_TAG})*)?\}}|{_TAG}(?: *, *{_TAG})*)\z"
"""Objects of texts, with braces or without: nearly all tags, told in a tenth of the reader's time."""


def _refused(text: str) -> None:
    raise ValueError(text)


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(text)
    return value


def _whole(text: str) -> int:
    if len(text) > _MAX_WHOLE_DIGITS:
        raise ValueError(text)
    return int(text)


_DECODER = json.JSONDecoder(parse_constant=_refused, parse_float=_finite, parse_int=_whole)


def braced(text: str) -> str:
    """Return the text with the outer braces, which some files leave out."""
    return f"{{{text}}}" if text.lstrip(" ").startswith('"') else text


def is_object(text: str) -> bool:
    """Whether a text is a JSON object that every database reads."""
    try:
        found = _DECODER.decode(text)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()  # UnicodeEncodeError: half of a surrogate pair
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict)


def doubtful_tags(texts: pa.StringArray) -> Doubts:
    """Return which texts are no tags; texts that occur again are looked at once."""
    plain = pc.match_substring_regex(texts, _PLAIN_TAGS)
    if pc.all(plain, min_count=0).as_py():
        return None
    encoded = pc.dictionary_encode(pc.if_else(plain, pa.scalar(None, texts.type), texts))
    bad = [
        index
        for index, text in enumerate(encoded.dictionary.to_pylist())
        if text != NO_TAGS and not is_object(braced(text))
    ]
    return pc.is_in(encoded.indices, pa.array(bad, encoded.indices.type)) if bad else None


def joined(tags: pa.StringArray, members: pa.StringArray) -> pa.StringArray:
    """Return the tags with those members that they lack; both are JSON objects, the tags NULL where there are none."""
    return pa.array(map(_joined, tags.to_pylist(), members.to_pylist()), pa.string())


def _joined(tags: str | None, members: str) -> str:
    if tags is None or members == "{}":
        return tags or members
    known = json.loads(tags)
    missing = {key: value for key, value in json.loads(members).items() if key not in known}
    if not missing:
        return tags
    comma = "," if known else ""
    return f"{tags.rstrip()[:-1]}{comma}{json.dumps(missing, ensure_ascii=False)[1:]}"
