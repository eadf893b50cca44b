"""Days on which a group cost what it should not, by the days before it; pure.

The rule is that of `oci_anomaly`, over whatever is grouped and filtered by. The newest day, which is not complete, is
none.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.cost_budgets import medians
from functions.adw_billing.cost_budgets.medians import MAD_FACTOR, Expected
from functions.adw_billing.model.exact_sums import EXACT, ZERO, total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

OF_USUAL, OF_DAY = Decimal(10), Decimal(100)
"""A day stands out by at least a tenth of what is usual, and by a hundredth of the whole day's cost."""


@dataclass(frozen=True, slots=True)
class UnusualDay:
    """A day of a group, and what it was expected to cost."""

    day: date
    group: str | None
    cost: Decimal
    expected: Decimal

    @property
    def deviation(self) -> Decimal:
        """By how much it cost more (or less) than expected."""
        return EXACT.subtract(self.cost, self.expected)


def unusual_days(
    rows: Iterable[tuple[date, str | None, Decimal]], judged: Iterable[date], newest: date | None
) -> list[UnusualDay]:
    """Return the unusual ones of the days ``judged``, the largest deviation first; ``rows`` have those before, too."""
    groups: dict[str | None, dict[date, Decimal]] = {}
    for day, group, cost in rows:
        own = groups.setdefault(group, {})
        own[day] = total((own.get(day, ZERO), cost))
    whole: dict[date, Decimal] = {}
    for own in groups.values():
        for day, cost in own.items():
            whole[day] = total((whole.get(day, ZERO), cost))
    days = [day for day in judged if day in whole and day != newest]
    found = []
    for group, own in groups.items():
        if _never_counts(own, whole, days):
            continue
        filled = {day: own.get(day, ZERO) for day in whole}
        found += [each for day in days if (each := _judged(day, group, filled, whole[day]))]
    return sorted(found, key=lambda each: (-abs(each.deviation), each.day, each.group or ""))


def _never_counts(own: Mapping[date, Decimal], whole: Mapping[date, Decimal], days: list[date]) -> bool:
    """Tell whether a group can reach a hundredth of no day, whatever its usual cost: most of a bill's groups."""
    width = EXACT.subtract(max(ZERO, *own.values()), min(ZERO, *own.values()))
    return all(EXACT.multiply(width, OF_DAY) < abs(whole[day]) for day in days)


def _judged(day: date, group: str | None, filled: Mapping[date, Decimal], day_cost: Decimal) -> UnusualDay | None:
    usual = medians.expected(filled, day)
    if usual is None or not _stands_out(filled[day], usual, day_cost):
        return None
    return UnusualDay(day, group, filled[day], usual.cost)


def _stands_out(cost: Decimal, usual: Expected, day_cost: Decimal) -> bool:
    off = abs(EXACT.subtract(cost, usual.cost))
    return (
        off > EXACT.multiply(usual.deviation, Decimal(MAD_FACTOR))
        and EXACT.multiply(off, OF_USUAL) >= abs(usual.cost)
        and EXACT.multiply(off, OF_DAY) >= abs(day_cost)
    )
