"""An answer as a table for people: names to the left, exact numbers under one another's point."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOTHING = "-"
"""In place of a value that is not there."""
_WIDE = Context(prec=200)
LONGEST = 100
"""Letters of a text in the table; the other outputs have it whole."""


def table_lines(
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    totals: Sequence[Sequence[Any]] = (),
    decimals: int | None = None,
) -> Iterator[str]:
    """Yield the lines: head, rows and, below a rule, totals; numbers rounded to ``decimals`` where it is given."""
    values = [[_rounded(row[at], decimals) for row in (*rows, *totals)] for at in range(len(columns))]
    cells = [_column(name, column) for name, column in zip(columns, values, strict=True)]
    lines = [_line([each[at] for each in cells]) for at in range(len(rows) + len(totals) + 1)]
    yield from lines[: len(rows) + 1]
    if totals:
        yield "-" * max(len(line) for line in lines)
        yield from lines[len(rows) + 1 :]


class Rounded(str):
    """A number with a fixed count of decimals: its zeros at the end stay."""

    __slots__ = ()


def _rounded(value: Any, decimals: int | None) -> Any:  # noqa: ANN401  (whatever an engine has)
    if decimals is None or not isinstance(value, Decimal):
        return value
    rounded = value.quantize(Decimal(1).scaleb(-decimals), context=_WIDE)
    return Rounded(format(rounded or abs(rounded), "f"))  # no -0.00


def _line(cells: Sequence[str]) -> str:
    return "  ".join(cells).rstrip()


def _column(name: str, values: Sequence[Any]) -> list[str]:
    """Return head and cells, all of one width."""
    is_number = any(isinstance(each, Decimal | int | Rounded) and not isinstance(each, bool) for each in values)
    texts = _aligned([cell(each) for each in values]) if is_number else [_short(cell(each)) for each in values]
    head = printable(name)
    width = max(len(head), *(len(each) for each in texts), 1)
    return [each.rjust(width) if is_number else each.ljust(width) for each in (head, *texts)]


def _aligned(texts: Sequence[str]) -> list[str]:
    """Pad numbers at the right so that their points stand under one another."""
    decimals = [len(each) - each.index(".") if "." in each else 0 for each in texts]
    widest = max(decimals, default=0)
    return [text + " " * (widest - count) for text, count in zip(texts, decimals, strict=True)]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def cell(value: object) -> str:
    """Return a value as people read it; numbers with all their digits."""
    if value is None:
        return NOTHING
    return plain(value) if isinstance(value, Decimal) else printable(str(value))
