"""Two periods side by side: exact differences, the percentage, sums by currency; pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any

from functions.adw_billing.model.exact_sums import EXACT, ZERO, total
from functions.adw_billing.query.dimensions import CURRENCY, DAY, MONTH

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[Any, ...]
ALL = "(all)"
_PERCENT = Decimal("0.01")
_QUOTIENT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Of percentages alone, which are rounded to two decimals anyway."""


def comparison(rows: Sequence[Row], previous: Sequence[Row], key_count: int) -> list[Row]:
    """Return key, cost, previous cost, change and change in per cent of each key of either side."""
    now, before = (_by_key(each, key_count) for each in (rows, previous))
    return [(*key, *_change(now.get(key, ZERO), before.get(key, ZERO))) for key in dict.fromkeys((*now, *before))]


def in_order(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """Return rows by day and month where they are asked by them, then the dearest first, then by key."""
    dates = [at for at, name in enumerate(names) if name in (DAY, MONTH)]

    def key(row: Row) -> tuple[Any, ...]:
        keys = tuple((each is None, each or "") for each in row[: len(names)])
        return (tuple(keys[at] for at in dates), -(row[len(names)] or ZERO), keys)

    return sorted(rows, key=key)


def grand_totals(rows: Sequence[Row], names: Sequence[str], *, compared: bool) -> tuple[Row, ...]:
    """Return a row of sums for each currency."""
    at, count = names.index(CURRENCY), len(names)
    found: list[Row] = []
    for currency in dict.fromkeys(row[at] for row in rows):
        own = [row for row in rows if row[at] == currency]
        keys = tuple(currency if name == CURRENCY else ALL for name in names)
        cost = total(row[count] for row in own)
        rest = _change(cost, total(row[count + 1] for row in own)) if compared else (cost, sum(row[-1] for row in own))
        found.append((*keys, *rest))
    return tuple(found)


def percent_of(change: Decimal, previous: Decimal) -> Decimal | None:
    """Return a change in per cent with two decimals, None of nothing."""
    if not previous:
        return None
    return _QUOTIENT.divide(EXACT.multiply(Decimal(100), change), previous).quantize(_PERCENT, context=_QUOTIENT)


def _by_key(rows: Sequence[Row], key_count: int) -> dict[Row, Decimal]:
    return {row[:key_count]: row[key_count] or ZERO for row in rows}


def _change(cost: Decimal, previous: Decimal) -> tuple[Decimal, Decimal, Decimal, Decimal | None]:
    change = EXACT.subtract(cost, previous)
    return cost, previous, change, percent_of(change, previous)
