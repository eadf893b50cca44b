"""The cost report as data: what page and text show, totals included, every sum as an exact text. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from functions.adw_billing.cost_report.data import period_name, total
from functions.adw_billing.model.exact_sums import plain

if TYPE_CHECKING:
    from functions.adw_billing.cost_report.data import CostReport, Section


def json_data(report: CostReport) -> dict[str, Any]:
    """Return the report as plain values."""
    found: dict[str, Any] = msgspec.to_builtins(report)
    found["sections"] = [{**_totals(each), **msgspec.to_builtins(each)} for each in report.sections]
    return found


def _totals(section: Section) -> dict[str, Any]:
    first, last = section.span
    months = section.by_period("month").items()
    return {
        "total": plain(section.total),
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "by_service": {service: plain(cost) for service, cost in section.by_service().items()},
        "by_month": {period_name(month, "month"): plain(total(costs.values())) for month, costs in months},
    }
