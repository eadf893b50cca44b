"""Unusual days: by the same weekdays before, in both directions, and never the newest day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from functions.adw_billing.costs_page.findings.unusual_days import unusual_days

FIRST, NEWEST = date(2026, 8, 1), date(2026, 10, 31)
ALL = [FIRST + timedelta(days=at) for at in range((NEWEST - FIRST).days + 1)]
OCTOBER = [day for day in ALL if day.month == 10]


def rows(changed: dict[tuple[date, str], str]) -> list[tuple[date, str | None, Decimal]]:
    usual = {"A": Decimal(10), "B": Decimal(5), "TINY": Decimal("0.01")}
    return [(day, name, Decimal(changed.get((day, name), str(cost)))) for day in ALL for name, cost in usual.items()]


def test_more_and_less_than_usual_are_found_and_the_largest_comes_first() -> None:
    changed = {
        (date(2026, 10, 7), "A"): "30",
        (date(2026, 10, 9), "B"): "0",
        (date(2026, 10, 12), "A"): "10.5",
        (date(2026, 10, 20), "TINY"): "0.1",
        (date(2026, 9, 20), "A"): "90",
        (NEWEST, "A"): "1",
    }
    found = unusual_days(rows(changed), OCTOBER, NEWEST)
    assert [(each.day.day, each.group, each.cost, each.expected, each.deviation) for each in found] == [
        (7, "A", 30, 10, 20),
        (9, "B", 0, 5, -5),
    ]


def test_a_group_that_is_new_was_expected_to_cost_nothing() -> None:
    new = (date(2026, 10, 20), None, Decimal(4))
    found = unusual_days([*rows({}), new], OCTOBER, NEWEST)
    assert [(each.day, each.group, each.expected) for each in found] == [(date(2026, 10, 20), None, 0)]


def test_too_few_days_before_say_nothing() -> None:
    short = [row for row in rows({(date(2026, 10, 7), "A"): "99"}) if row[0] >= date(2026, 9, 25)]
    assert unusual_days(short, OCTOBER, NEWEST) == []
    assert unusual_days([], OCTOBER, None) == []
