"""What the engines say differently in the views of questions, and the rest of an expression's arithmetic.

Quotients have one exact rule on both engines: operands to 12 decimals, the result rounded half away from zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.adw_billing.model.columns import Table


class Words(Protocol):
    """An engine's words; ``name`` says what the engine calls a table or a view."""

    @property
    def name(self) -> Callable[[Table | str], str]:
        """What names a table or a view."""

    @property
    def row(self) -> str:
        """What a SELECT of constants ends with."""

    @property
    def flag(self) -> str:
        """The type of 1 and 0 for yes and no."""

    @property
    def whole(self) -> str:
        """The type of a number of rows."""

    def day(self, moment: str) -> str:
        """Return the day of a moment."""

    def month(self, moment: str) -> str:
        """Return the first day of the month."""

    def months_later(self, month: str, months: int) -> str:
        """Return the month some months later (or earlier)."""

    def amount(self, value: str, decimals: int) -> str:
        """Return a value rounded to decimals, as a decimal of that scale."""

    def quotient(self, one: str, other: str, decimals: int) -> str:
        """Return one divided by the other; NULL for a divisor of 0."""

    def tag_pairs(self, lines: str) -> str:
        """Return a query for the rows of ``lines``, once for each tag, with `tag_key` and `tag_value`."""


@dataclass(frozen=True, slots=True)
class DuckDbWords:
    """DuckDB's words."""

    name: Callable[[Table | str], str]
    row: str = ""
    flag: str = "INTEGER"
    whole: str = "BIGINT"

    def day(self, moment: str) -> str:
        """Return the day of a moment."""
        return f"CAST({moment} AS DATE)"

    def month(self, moment: str) -> str:
        """Return the first day of the month."""
        return f"CAST(date_trunc('month', {moment}) AS DATE)"

    def months_later(self, month: str, months: int) -> str:
        """Return the month some months later (or earlier)."""
        return f"CAST({month} + INTERVAL ({months}) MONTH AS DATE)"

    def amount(self, value: str, decimals: int) -> str:
        """Return a value rounded to decimals, as a decimal of that scale."""
        return f"CAST({value} AS DECIMAL({26 + decimals if decimals <= 12 else 38},{decimals}))"

    def quotient(self, one: str, other: str, decimals: int) -> str:
        """Return one divided by the other; NULL for a divisor of 0, and for operands of 1E13 and more."""
        # DuckDB's `/` of two decimals is a DOUBLE. Whole numbers of 1E-12 divide exactly, and TRY makes a number that
        # they cannot hold NULL instead of an error that ends the whole query.
        top, bottom = (f"CAST(CAST({each} AS DECIMAL(38,12)) * 1000000000000 AS HUGEINT)" for each in (one, other))
        signs = f"sign({one}) * sign({other})"
        whole = f"({2 * 10**decimals} * abs({top}) + abs({bottom})) // (2 * abs({bottom}))"
        unit = f"0.{'0' * (decimals - 1)}1"
        return f"TRY(CASE WHEN ({bottom}) <> 0 THEN CAST({signs} * ({whole}) AS DECIMAL(38,0)) * {unit} END)"

    def tag_pairs(self, lines: str) -> str:
        """Return a query for the rows of ``lines``, once for each tag, with `tag_key` and `tag_value`."""
        pairs = "unnest(map_entries(TRY_CAST(TRY_CAST(tags AS JSON) AS MAP(VARCHAR, VARCHAR))))"
        split = f"SELECT * EXCLUDE (tags), {pairs} AS pair FROM {lines}"
        return f"SELECT * EXCLUDE (pair), pair.key AS tag_key, pair.value AS tag_value FROM ({split}) s"


_STRING = r'"([^"\\]|\\.)*"'
_PAIR = rf'({_STRING})[ ]*:[ ]*({_STRING}|[^",{{}}]+)'
_MOST_TAGS = 128
"""More than a resource can have: 64 defined and 10 free-form tags, and those that services add."""


@dataclass(frozen=True, slots=True)
class OracleWords:
    """Oracle's words (19c and later)."""

    name: Callable[[Table | str], str]
    row: str = " FROM dual"
    flag: str = "NUMBER(1)"
    whole: str = "NUMBER(18)"

    def day(self, moment: str) -> str:
        """Return the day of a moment."""
        return f"CAST(TRUNC({moment}, 'DD') AS DATE)"

    def month(self, moment: str) -> str:
        """Return the first day of the month."""
        return f"CAST(TRUNC({moment}, 'MONTH') AS DATE)"

    def months_later(self, month: str, months: int) -> str:
        """Return the month some months later (or earlier)."""
        return f"CAST(ADD_MONTHS({month}, {months}) AS DATE)"

    def amount(self, value: str, decimals: int) -> str:
        """Return a value rounded to decimals."""
        return f"ROUND({value}, {decimals})"

    def quotient(self, one: str, other: str, decimals: int) -> str:
        """Return one divided by the other; NULL for a divisor of 0."""
        return f"ROUND(ROUND({one}, 12) / NULLIF(ROUND({other}, 12), 0), {decimals})"

    def tag_pairs(self, lines: str) -> str:
        """Return a query for the rows of ``lines``, once for each tag, with `tag_key` and `tag_value`."""
        # No SQL of 19c lists the keys of a JSON object, and the path of JSON_VALUE is a literal. So each pair is found
        # in the text by a pattern, and JSON_VALUE of an array made of the two turns their escapes back.
        key, value = (f"REGEXP_SUBSTR(l.tags, '{_PAIR}', 1, t.n, 'n', {group})" for group in (1, 3))
        array = f"'[' || {key} || ',' || {value} || ']'"
        return (
            f"SELECT l.*, JSON_VALUE({array}, '$[0]') AS tag_key, JSON_VALUE({array}, '$[1]') AS tag_value "
            f"FROM {lines} l JOIN ({numbers(self, 1, _MOST_TAGS)}) t ON t.n <= REGEXP_COUNT(l.tags, '{_PAIR}')"
        )


def numbers(words: Words, first: int, last: int) -> str:
    """Return a query for whole numbers as `n`."""
    return " UNION ALL ".join(f"SELECT {number} AS n{words.row}" for number in range(first, last + 1))
