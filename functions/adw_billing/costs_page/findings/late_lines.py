"""What came late for which month, and on which day it arrived: corrections, and lines of days that were there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.adw_billing.costs_page.findings.line_filters import line_condition
from functions.adw_billing.costs_page.page_amounts import NO_VALUE, amount_cell
from functions.adw_billing.model.exact_sums import ZERO, total
from functions.adw_billing.model.tables import REPORT
from functions.adw_billing.query.question import months_of
from functions.adw_billing.warehouse.questions.lines import LINE_VIEW

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from functions.adw_billing.costs_page.asked import Asked
    from functions.adw_billing.query.bill import Bill

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """Lines of one service, usage day and arrival: as texts `YYYY-MM-DD`."""

    usage_day: str
    arrived: str
    service: str | None
    correction: bool
    lines: int
    cost: Decimal
    without_original: int = 0

    @property
    def month(self) -> str:
        """The month of the usage."""
        return self.usage_day[:7]


def arrivals(asked: Asked, bill: Bill) -> list[Arrival]:
    """Ask the lines of the period, with the day on which the report that has them was loaded."""
    months, words = months_of(asked.month, "month"), bill.words
    values = {"first_day": months.first.isoformat(), "last_day": months.last.isoformat()}
    where = line_condition(asked.in_currency, words, values)
    # A refused version of a report has a row of its own in the ledger, and no lines.
    loaded = (
        f"SELECT tenancy_id, object_name, MAX(loaded_at) AS loaded_at FROM {words.table(REPORT.name)} "
        "WHERE state <> 'rejected' GROUP BY tenancy_id, object_name"
    )
    day, arrived = words.text_of("l.usage_day", "day"), words.text_of("r.loaded_at", "day")
    keys = f"{day}, {arrived}, l.service, l.is_correction"
    alone = "SUM(CASE WHEN l.is_correction = 1 AND l.corrects_reference_no IS NULL THEN 1 ELSE 0 END)"
    sql = (
        f"SELECT {keys}, COUNT(*), SUM(l.cost), {alone} FROM {words.table(LINE_VIEW)} l "
        f"JOIN ({loaded}) r ON r.tenancy_id = l.tenancy_id AND r.object_name = l.object_name "
        f"WHERE l.usage_day >= {words.date('first_day')} AND l.usage_day <= {words.date('last_day')} AND {where} "
        f"GROUP BY {keys}"
    )
    return [
        Arrival(row[0], row[1], row[2], bool(row[3]), int(row[4]), row[5] or ZERO, int(row[6] or 0))
        for row in bill.rows(sql, values)
    ]


def late_rows(found: Iterable[Arrival]) -> list[list[Any]]:
    """Return a row for each month and day of arrival, the newest first: corrections, and what else came late.

    A line is late that came on a later day than the first lines of its usage day. What is loaded at once, as history
    is, is therefore not late.
    """
    every = list(found)
    first: dict[str, str] = {}
    for each in every:
        first[each.usage_day] = min(each.arrived, first.get(each.usage_day, each.arrived))
    groups: dict[tuple[str, str], tuple[list[Arrival], list[Arrival]]] = {}
    for each in every:
        if each.correction or each.arrived > first[each.usage_day]:
            corrections, others = groups.setdefault((each.arrived, each.month), ([], []))
            (corrections if each.correction else others).append(each)
    return [
        [month, arrived, *_counted(groups[arrived, month][0]), *_counted(groups[arrived, month][1])]
        for arrived, month in sorted(groups, reverse=True)
    ][:SHOWN]


def correction_rows(found: Iterable[Arrival]) -> list[list[Any]]:
    """Return a row for each month and service that has corrections, the largest first."""
    groups: dict[tuple[str, str | None], list[Arrival]] = {}
    for each in found:
        if each.correction:
            groups.setdefault((each.month, each.service), []).append(each)
    ordered = sorted(
        groups.items(), key=lambda item: (-abs(total(each.cost for each in item[1])), item[0][0], item[0][1] or "")
    )
    return [
        [month, service or NO_VALUE, *_counted(own), f"{sum(each.without_original for each in own):,}"]
        for (month, service), own in ordered[:SHOWN]
    ]


def _counted(own: list[Arrival]) -> list[Any]:
    return [f"{sum(each.lines for each in own):,}", amount_cell(total(each.cost for each in own))]
