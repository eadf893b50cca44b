"""What of the lines is asked for: their cost, their quantity, or what a unit of it cost; pure.

Quantities add up within a unit alone: an answer by quantity or price has a row for each unit, and none over several.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from functions.adw_billing.model.exact_sums import EXACT, total
from functions.adw_billing.query.compared import ALL, comparison, percent_of
from functions.adw_billing.query.dimensions import CURRENCY, UNIT
from shared.errors import BadRequest
from shared.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

Measure = Literal["cost", "quantity", "unit_price"]
Row = tuple[Any, ...]
PRICE_DIGITS = 28
"""Of a quotient that does not end; cost and quantity, which it is of, stand beside it with all of theirs."""
_PRICE = Context(prec=PRICE_DIGITS, rounding=ROUND_HALF_EVEN)


def measure_of(text: str, field: str = "measure") -> Measure:
    """Return the measure of a name, the cost of none. BadRequest with the field."""
    known = get_args(Measure)
    if text and text not in known:
        near = did_you_mean(text, known)
        raise BadRequest(f"{text[:40]!r} is no measure{near}", fix=f"one of {', '.join(known)}", field=field)
    return cast("Measure", text or "cost")


def unit_price(cost: Decimal | None, quantity: Decimal | None) -> Decimal | None:
    """Return what a unit cost, None where there is no quantity."""
    return None if cost is None or not quantity else _PRICE.divide(cost, quantity)


def measure_columns(measure: Measure, *, compared: bool) -> tuple[str, ...]:
    """Return the names of the columns after the keys."""
    if compared:
        return measure, f"previous_{measure}", "change", "change_percent"
    return (measure, "cost", "quantity", "lines") if measure == "unit_price" else (measure, "lines")


def measured(rows: Sequence[Row], count: int, measure: Measure) -> list[Row]:
    """Return rows with the measure after their ``count`` keys, of rows with cost, quantity and lines after them."""
    if measure == "quantity":
        return [(*row[:count], *row[count + 1 :]) for row in rows]
    return [(*row[:count], unit_price(row[count], row[count + 1]), *row[count:]) for row in rows]


def measured_against(rows: Sequence[Row], previous: Sequence[Row], count: int, measure: Measure) -> list[Row]:
    """Return key, measure, the same of the other months, change and change in per cent; no price is no zero."""
    now, before = (measured(each, count, measure) for each in (rows, previous))
    if measure == "quantity":
        return comparison(now, before, count)
    prices, others = ({row[:count]: row[count] for row in each} for each in (now, before))
    return [(*key, *_price_change(prices.get(key), others.get(key))) for key in dict.fromkeys((*prices, *others))]


def unit_totals(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """Return a row of cost, quantity and lines for each currency and unit."""
    count = len(names)
    kept = [at for at, name in enumerate(names) if name in (CURRENCY, UNIT)]
    groups: dict[Row, list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[at] if at in kept else ALL for at in range(count)), []).append(row)
    return [
        (*key, *(total(row[count + at] for row in own) for at in (0, 1)), sum(row[-1] for row in own))
        for key, own in groups.items()
    ]


def _price_change(now: Decimal | None, before: Decimal | None) -> Row:
    if now is None or before is None:
        return now, before, None, None
    change = EXACT.subtract(now, before)
    return now, before, change, percent_of(change, before)
