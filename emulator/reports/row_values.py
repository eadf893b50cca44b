"""What changes from row to row: times, quantity, cost, correction, in each dialect's spelling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from emulator.reports.java_numbers import COST_SCALE, QUANTITY_SCALE, big_decimal, java_double, line_item_cost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.reports.catalogue import Resource
    from emulator.reports.line_items import LineItem
    from emulator.reports.report_columns import Dialect

ClockStyle = Literal["mixed", "minutes", "seconds", "milliseconds", "offset", "blank"]
_FORMATS: dict[str, str] = {
    "minutes": "%Y-%m-%dT%H:%MZ",
    "seconds": "%Y-%m-%dT%H:%M:%SZ",
    "milliseconds": "%Y-%m-%dT%H:%M:%S.000Z",
    "offset": "%Y-%m-%dT%H:%M:%S+00:00",
    "blank": "%Y-%m-%d %H:%M:%S",
}
_TO_COST = 10 ** (COST_SCALE - QUANTITY_SCALE)
_DAY_HOURS = 24


class TimeSpelling:
    """Spells hours. `mixed` is the real cost file's way: starts by minutes, ends by seconds, some by milliseconds."""

    def __init__(self, style: ClockStyle) -> None:
        self._starts = ("minutes", "seconds", "milliseconds") if style == "mixed" else (style,) * 3
        self._ends = ("seconds", "minutes", "milliseconds") if style == "mixed" else (style,) * 3
        self._intervals: dict[tuple[int, int], tuple[str, str]] = {}
        self._periods: dict[int, tuple[str, str]] = {}

    def interval(self, hour: int, style: int) -> tuple[str, str]:
        """Start and end of an hour, in a resource's own style (0 to 2)."""
        found = self._intervals.get((hour, style))
        if found is None:
            start = _moment(hour)
            end = start + timedelta(hours=1)
            found = start.strftime(_FORMATS[self._starts[style]]), end.strftime(_FORMATS[self._ends[style]])
            self._intervals[hour, style] = found
        return found

    def period(self, hour: int) -> tuple[str, str]:
        """Start and end of the hour's calendar month, as BillingPeriod has them."""
        day = hour // _DAY_HOURS
        found = self._periods.get(day)
        if found is None:
            first = _moment(hour).replace(day=1, hour=0)
            after = (first + timedelta(days=31)).replace(day=1)
            style = self._starts[2]
            found = first.strftime(_FORMATS[style]), after.strftime(_FORMATS[style])
            self._periods[day] = found
        return found


class RowValues:
    """The values of `report_columns.CHANGING`, in its order."""

    def __init__(self, dialect: Dialect, resources: Sequence[Resource], clock: TimeSpelling) -> None:
        self._dialect = dialect
        self._resources = resources
        self._clock = clock
        self.of = {"usage": self._usage, "cost": self._cost, "focus": self._focus}[dialect]

    def amounts(self, item: LineItem) -> tuple[Decimal, Decimal]:
        """Return (cost, quantity) exactly as the row's text says them; a usage row has no cost."""
        sku = self._resources[item.resource].sku
        if self._dialect == "usage":
            return Decimal(0), Decimal(self._consumed(item)[1])
        cost = Decimal(big_decimal(line_item_cost(item.quantity_e12, sku.price_e8)))
        return cost, Decimal(big_decimal(item.quantity_e12 * _TO_COST))

    def _usage(self, item: LineItem) -> tuple[str, ...]:
        resource = self._resources[item.resource]
        return (*self._head(item, resource), *self._consumed(item))

    def _cost(self, item: LineItem) -> tuple[str, ...]:
        resource = self._resources[item.resource]
        cost = big_decimal(line_item_cost(item.quantity_e12, resource.sku.price_e8))
        return (*self._head(item, resource), big_decimal(item.quantity_e12 * _TO_COST), cost)

    def _focus(self, item: LineItem) -> tuple[str, ...]:
        resource = self._resources[item.resource]
        cost = big_decimal(line_item_cost(item.quantity_e12, resource.sku.price_e8))
        quantity = big_decimal(item.quantity_e12 * _TO_COST)
        start, end = self._clock.interval(item.hour, resource.clock_style)
        # Oracle's table of FOCUS columns: Adjustment where lineItem/isCorrection is true, ChargeSubcategory NULL always
        kind = "Adjustment" if item.corrects else "Usage"
        months = self._clock.period(item.hour)
        return (item.reference, start, end, kind, item.corrects, quantity, cost, quantity, cost, cost, *months)

    def _head(self, item: LineItem, resource: Resource) -> tuple[str, str, str, str, str]:
        start, end = self._clock.interval(item.hour, resource.clock_style)
        if item.corrects:
            return item.reference, start, end, "true", item.corrects
        return item.reference, start, end, "false", resource.old_number

    def _consumed(self, item: LineItem) -> tuple[str, str]:
        """Return (consumed, billed) in the usage dialect's units: doubles, the billed one of six digits."""
        consumed = float(item.quantity_e12 * self._resources[item.resource].sku.usage_factor // 10**QUANTITY_SCALE)
        return java_double(consumed), java_double(float(f"{consumed:.6g}"))


def _moment(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, tz=UTC)
