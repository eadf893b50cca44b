"""What the cost report shows, worked out from the rows of `oci_reconciliation` and of the ledger: pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from functions.adw_billing.model.exact_sums import add

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

Period = Literal["day", "month"]
LONG_DAYS = 62
"""A bill of more days is shown by months unless days are asked for: three years would be 30,000 lines."""
SHOWN_SERVICES = 7
"""The largest ones, which tables of many periods and the chart show each for itself."""
OTHER = "other services"
NO_SERVICE = "(no service)"
NO_CURRENCY = "(no currency)"
EQUAL = "equal"
"""Status of a day and service for which cost and FOCUS reports say the same."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A row of `oci_reconciliation`: a tenancy's day, service and currency as both dialects have it."""

    tenancy_id: str
    usage_day: date
    service: str | None
    currency: str | None
    cost_total: Decimal | None
    focus_total: Decimal | None
    difference: Decimal
    cost_rows: int | None
    focus_rows: int | None
    status: str
    missing_reports: str | None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """The objects of one dialect and state in the ledger; the sum of cost is exact."""

    dialect: str
    state: str
    reports: int
    rows_loaded: int
    rows_rejected: int
    size_bytes: int
    cost_sum: Decimal


@dataclass(frozen=True, slots=True)
class SumCheck:
    """A row of `oci_sum_check`: a tenancy's rows and costs of a dialect in the ledger, in all days, and in no day."""

    tenancy_id: str
    dialect: str
    ledger_rows: int
    ledger_cost: Decimal
    daily_rows: int
    daily_cost: Decimal
    undated_rows: int
    undated_cost: Decimal
    row_difference: int
    cost_difference: Decimal

    @property
    def adds_up(self) -> bool:
        """Whether the days have all that the ledger has."""
        return not (self.undated_rows or self.row_difference or self.cost_difference)


@dataclass(frozen=True, slots=True)
class DayCost:
    """What a service cost on a day (UTC)."""

    usage_day: date
    service: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Section:
    """One tenancy's costs in one currency, by day and service; sums are never made over currencies."""

    tenancy_id: str
    currency: str
    costs: tuple[DayCost, ...]

    def by_service(self) -> dict[str, Decimal]:
        """Total of each service, the largest first."""
        totals = summed((each.service, each.cost) for each in self.costs)
        return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))

    def by_day(self) -> dict[date, dict[str, Decimal]]:
        """Costs of each service on each day, in the order of days."""
        days: dict[date, dict[str, Decimal]] = {}
        for each in sorted(self.costs, key=lambda cost: (cost.usage_day, cost.service)):
            services = days.setdefault(each.usage_day, {})
            services[each.service] = add(services.get(each.service), each.cost)
        return days

    def by_period(self, period: Period) -> dict[date, dict[str, Decimal]]:
        """Costs of each service in each day or month, a month by its first day, in their order."""
        days = self.by_day()
        if period == "day":
            return days
        months: dict[date, dict[str, Decimal]] = {}
        for day, services in days.items():
            month = months.setdefault(day.replace(day=1), {})
            for service, cost in services.items():
                month[service] = add(month.get(service), cost)
        return months

    def largest(self) -> list[str]:
        """Services in the order of what passed through them, charges and credits alike; the largest SHOWN_SERVICES."""
        sizes = summed((each.service, abs(each.cost)) for each in self.costs)
        return [name for name, _ in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))][:SHOWN_SERVICES]

    @property
    def total(self) -> Decimal:
        """The exact sum of all."""
        return total(each.cost for each in self.costs)

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last usage day."""
        return min(each.usage_day for each in self.costs), max(each.usage_day for each in self.costs)


@dataclass(frozen=True, slots=True)
class UnequalMonth:
    """Days and services of a month that have one status, and what both dialects say of them together."""

    month: date
    currency: str
    status: str
    day_services: int = 0
    cost_total: Decimal = Decimal(0)
    focus_total: Decimal = Decimal(0)
    difference: Decimal = Decimal(0)

    def plus(self, row: Reconciled) -> UnequalMonth:
        """Return it with another day and service."""
        return UnequalMonth(
            self.month,
            self.currency,
            self.status,
            self.day_services + 1,
            add(self.cost_total, row.cost_total),
            add(self.focus_total, row.focus_total),
            add(self.difference, row.difference),
        )


@dataclass(frozen=True, slots=True)
class CostReport:
    """All that text and page show."""

    ledger: tuple[LedgerLine, ...]
    sections: tuple[Section, ...]
    reconciled: tuple[Reconciled, ...]
    sum_checks: tuple[SumCheck, ...] = ()
    period: Period = "day"

    @property
    def outside_days(self) -> tuple[SumCheck, ...]:
        """Where the ledger has more or less than all days: rows without a usage start, and what is unexplained."""
        return tuple(each for each in self.sum_checks if not each.adds_up)

    @property
    def unequal(self) -> tuple[Reconciled, ...]:
        """Days and services on which the dialects differ, or that one of them lacks."""
        return tuple(row for row in self.reconciled if row.status != EQUAL)

    @property
    def unequal_months(self) -> tuple[UnequalMonth, ...]:
        """What is unequal, by month, currency and status."""
        found: dict[tuple[date, str, str], UnequalMonth] = {}
        for row in self.unequal:
            key = (row.usage_day.replace(day=1), row.currency or NO_CURRENCY, row.status)
            found[key] = found.get(key, UnequalMonth(*key)).plus(row)
        return tuple(found[key] for key in sorted(found))

    @property
    def statuses(self) -> dict[str, int]:
        """How many days and services have each status, by name."""
        counted: dict[str, int] = {}
        for row in sorted(self.reconciled, key=lambda each: each.status):
            counted[row.status] = counted.get(row.status, 0) + 1
        return counted


def cost_report(
    ledger: Sequence[LedgerLine],
    reconciled: Sequence[Reconciled],
    sum_checks: Sequence[SumCheck] = (),
    by: Period | None = None,
) -> CostReport:
    """Put a day's costs together from its cost reports, and from FOCUS reports where it has no cost report.

    ``by`` days or months; None: days, or months where a section is longer than LONG_DAYS.
    """
    days_with_cost = {(row.tenancy_id, row.usage_day) for row in reconciled if row.cost_rows}
    sections: dict[tuple[str, str], list[DayCost]] = {}
    for row in reconciled:
        amount = row.cost_total if (row.tenancy_id, row.usage_day) in days_with_cost else row.focus_total
        if amount is not None:
            costs = sections.setdefault((row.tenancy_id, row.currency or NO_CURRENCY), [])
            costs.append(DayCost(row.usage_day, row.service or NO_SERVICE, amount))
    made = tuple(Section(tenancy, currency, tuple(costs)) for (tenancy, currency), costs in sorted(sections.items()))
    long = any((last - first).days >= LONG_DAYS for first, last in (each.span for each in made))
    period = by or ("month" if long else "day")
    return CostReport(tuple(ledger), made, tuple(reconciled), tuple(sum_checks), period)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum."""
    result = Decimal(0)
    for amount in amounts:
        result = add(result, amount)
    return result


def summed(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Return the exact sum for each name."""
    totals: dict[str, Decimal] = {}
    for name, amount in pairs:
        totals[name] = add(totals.get(name), amount)
    return totals


def largest_first(costs: dict[str, Decimal], shown: Sequence[str]) -> dict[str, Decimal]:
    """Return the costs of the services shown that have any, and of all others as one."""
    found = {name: costs[name] for name in shown if name in costs}
    others = [cost for name, cost in costs.items() if name not in found]
    return {**found, OTHER: total(others)} if others else found


def period_name(first_day: date, period: Period) -> str:
    """Return `2026-01-31`, or `2026-01`."""
    return first_day.isoformat()[: 10 if period == "day" else 7]
