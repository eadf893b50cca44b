"""Conditions of filters over columns, in an engine's words: what the user wrote is bound, never spliced."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from functions.adw_billing.query.engine_words import Words

_FILTER = re.compile(r"(.*?)(!?=)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ColumnTest:
    """A column is (``negated``: is not) a text; `*` stands for any letters, an empty text for no value.

    ``also`` names a column that may have the text in its place.
    """

    column: str
    value: str
    negated: bool = False
    also: str = ""

    @property
    def pattern(self) -> str:
        """The text for LIKE with the escape character `!`."""
        escaped = re.sub(r"([!%_])", r"!\1", self.value.lower())
        return escaped.replace("*", "%")


def split_filter(text: str) -> tuple[str, str, bool]:
    """Return name, value and whether negated, of `<name>=<value>` or `<name>!=<value>`. BadRequest."""
    parts = _FILTER.fullmatch(text)
    if parts is None:
        raise BadRequest(f"{text!r} is no filter", fix="write <dimension>=<text>, or != for all others", field="filter")
    name, sign, value = parts.groups()
    return name.strip(), value.strip(), sign == "!="


def all_hold(conditions: Sequence[ColumnTest], words: Words, values: dict[str, str]) -> str:
    """Return SQL, empty for no condition; add to ``values`` what is bound.

    Several on one column are alternatives, those on several columns all hold, and no negated one holds.
    """
    groups: dict[tuple[str, bool], list[str]] = {}
    for at, each in enumerate(conditions):
        groups.setdefault((each.column, each.negated), []).append(_sql(each, words, f"f{at}", values))
    parts = [
        f"NOT ({' OR '.join(tests)})" if negated else f"({' OR '.join(tests)})"
        for (_, negated), tests in groups.items()
    ]
    return " AND ".join(parts)


def _sql(each: ColumnTest, words: Words, bind: str, values: dict[str, str]) -> str:
    if not each.value:
        return f"{each.column} IS NULL"
    values[bind] = each.pattern
    # a row without a value is not like anything: false, not unknown, so that NOT keeps it
    tests = [
        f"({column} IS NOT NULL AND LOWER({words.text(column)}) LIKE {words.bind(bind)} ESCAPE '!')"
        for column in (each.column, each.also)
        if column
    ]
    return f"({' OR '.join(tests)})" if each.also else tests[0]
