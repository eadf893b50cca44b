"""What came late, by the day it arrived: corrections, and lines of days that were there before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from functions.adw_billing.costs_page.findings.late_lines import Arrival, correction_rows, late_rows


def came(day: str, arrived: str, cost: str, *, correction: bool = False, service: str = "A") -> Arrival:
    return Arrival(day, arrived, service, correction, 2, Decimal(cost), int(correction))


def texts(rows: list[list[Any]]) -> list[list[str]]:
    return [[getattr(each, "exact", each) for each in row] for row in rows]


LINES = [
    came("2026-09-30", "2026-10-01", "5"),
    came("2026-09-30", "2026-10-03", "1.25"),
    came("2026-09-29", "2026-10-03", "-0.5", correction=True),
    came("2026-09-29", "2026-10-03", "-0.0000000001", correction=True, service="B"),
    came("2026-10-02", "2026-10-03", "7"),
]


def test_late_is_what_came_after_the_first_lines_of_its_day() -> None:
    assert texts(late_rows(LINES)) == [["2026-09", "2026-10-03", "4", "-0.5000000001", "2", "1.25"]]


def test_history_that_is_loaded_at_once_is_not_late() -> None:
    assert late_rows([came("2026-08-01", "2026-10-01", "1"), came("2026-08-02", "2026-10-01", "1")]) == []


def test_corrections_are_told_by_month_and_service_the_largest_first() -> None:
    assert texts(correction_rows(LINES)) == [
        ["2026-09", "A", "2", "-0.5", "1"],
        ["2026-09", "B", "2", "-0.0000000001", "1"],
    ]
