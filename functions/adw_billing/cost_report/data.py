"""What the cost report shows, worked out from the rows of `oci_reconciliation` and of the ledger: pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.model.exact_sums import add

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

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

    @property
    def total(self) -> Decimal:
        """The exact sum of all."""
        return total(each.cost for each in self.costs)


@dataclass(frozen=True, slots=True)
class CostReport:
    """All that text and page show."""

    ledger: tuple[LedgerLine, ...]
    sections: tuple[Section, ...]
    reconciled: tuple[Reconciled, ...]
    sum_checks: tuple[SumCheck, ...] = ()

    @property
    def outside_days(self) -> tuple[SumCheck, ...]:
        """Where the ledger has more or less than all days: rows without a usage start, and what is unexplained."""
        return tuple(each for each in self.sum_checks if not each.adds_up)

    @property
    def unequal(self) -> tuple[Reconciled, ...]:
        """Days and services on which the dialects differ, or that one of them lacks."""
        return tuple(row for row in self.reconciled if row.status != EQUAL)

    @property
    def statuses(self) -> dict[str, int]:
        """How many days and services have each status, by name."""
        counted: dict[str, int] = {}
        for row in sorted(self.reconciled, key=lambda each: each.status):
            counted[row.status] = counted.get(row.status, 0) + 1
        return counted


def cost_report(
    ledger: Sequence[LedgerLine], reconciled: Sequence[Reconciled], sum_checks: Sequence[SumCheck] = ()
) -> CostReport:
    """Put a day's costs together from its cost reports, and from FOCUS reports where it has no cost report."""
    days_with_cost = {(row.tenancy_id, row.usage_day) for row in reconciled if row.cost_rows}
    sections: dict[tuple[str, str], list[DayCost]] = {}
    for row in reconciled:
        amount = row.cost_total if (row.tenancy_id, row.usage_day) in days_with_cost else row.focus_total
        if amount is not None:
            costs = sections.setdefault((row.tenancy_id, row.currency or NO_CURRENCY), [])
            costs.append(DayCost(row.usage_day, row.service or NO_SERVICE, amount))
    made = tuple(Section(tenancy, currency, tuple(costs)) for (tenancy, currency), costs in sorted(sections.items()))
    return CostReport(tuple(ledger), made, tuple(reconciled), tuple(sum_checks))


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
