"""The sentence above the chart: exact, and silent where there is nothing to compare with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from functions.adw_billing.costs_page.asked import Asked
from functions.adw_billing.costs_page.figures import Figures
from functions.adw_billing.costs_page.findings.lead import Lead, lead, month_names
from functions.adw_billing.costs_page.findings.same_days import last_day_before, nth
from functions.adw_billing.query.question import months_of

LOADED = ("2026-10", "2026-09", "2026-08")


def figures(*groups: tuple[str, str, str], month: str = "2026-10", before: str = "2026-09") -> Figures:
    asked = Asked(month=month, currency="USD")
    return Figures(asked, before, [], [(name, Decimal(now), Decimal(old)) for name, now, old in groups], "")


def words(found: Lead) -> str:
    moved = ", ".join(f"{change.text} {name}" for change, name, _ in found.moved)
    return " ".join(filter(None, (found.subject, found.amount, found.object, moved, found.note)))


def test_more_than_the_month_before_and_by_whom() -> None:
    groups = [("A", "30", "10"), ("B", "1.00000001", "2"), ("C", "5", "1"), ("D", "1", "2.5"), ("E", "7", "7")]
    found = lead(figures(*groups), LOADED, date(2026, 10, 31))
    assert words(found) == (
        "October 2026 cost 21.50 USD (95.6 %) more than September 2026 +20.00 A, +4.00 C, "
        "\N{MINUS SIGN}1.50 D, \N{MINUS SIGN}1.00 in 1 other"
    )
    assert (found.exact, found.tone) == ("21.50000001", "up")
    assert found.moved[0][2] == "?month=2026-10&by=sku&step=day&currency=USD&filter=service%3DA"


NO_JULY = "there is nothing to compare it with: of July 2026 nothing is loaded."


@pytest.mark.parametrize(
    ("groups", "month", "before", "said"),
    [
        ([("A", "1", "1")], "2026-10", "2026-09", "October 2026 cost exactly as much as September 2026."),
        (
            [("A", "3", "0")],
            "2026-08",
            "2026-07",
            f"August 2026 cost 3.00 USD; {NO_JULY}",
        ),
        (
            [("A", "3", "1")],
            "2026-09..2026-10",
            "2026-07..2026-08",
            f"September to October 2026 cost 3.00 USD; {NO_JULY}",
        ),
        (
            [("A", "-3", "1")],
            "2026-10",
            "2026-09",
            "October 2026 cost 4.00 USD (400.0 %) less than September 2026 \N{MINUS SIGN}4.00 A",
        ),
        ([("A", "3", "0")], "2026-10", "2026-09", "October 2026 cost 3.00 USD more than September 2026 +3.00 A"),
    ],
)
def test_what_is_said_of_other_periods(groups: list[tuple[str, str, str]], month: str, before: str, said: str) -> None:
    assert words(lead(figures(*groups, month=month, before=before), LOADED, date(2026, 10, 31))) == said


def test_a_month_that_is_not_over_is_compared_by_the_day() -> None:
    found = lead(figures(("A", "10", "30")), LOADED, date(2026, 10, 10))
    assert found.note == "It has 10 of 31 days so far: 1.00 USD a day, against 1.00 USD a day before."


def test_a_month_that_is_not_over_is_compared_with_the_same_days() -> None:
    same: dict[str | None, Decimal] = {"A": Decimal(9), "GONE": Decimal(2)}
    found = lead(figures(("A", "12", "30"), ("GONE", "0", "6")), LOADED, date(2026, 10, 10), same)
    assert words(found) == (
        "October 2026 up to the 10th cost 1.00 USD (9.1 %) more than the same days of September 2026 "
        "+3.00 A, \N{MINUS SIGN}2.00 GONE All of September 2026 cost 36.00 USD."
    )


@pytest.mark.parametrize(
    ("month", "newest", "last"),
    [
        ("2026-10", date(2026, 10, 10), date(2026, 9, 10)),
        ("2026-10", date(2026, 10, 31), date(2026, 9, 30)),
        ("2026-03", date(2026, 3, 30), date(2026, 2, 28)),
        ("2026-10", date(2026, 9, 10), date(2026, 9, 30)),
        ("2026-09..2026-10", date(2026, 10, 10), date(2026, 8, 31)),
        ("2026-10", None, date(2026, 9, 30)),
    ],
)
def test_the_days_that_a_month_is_compared_with(month: str, newest: date | None, last: date) -> None:
    assert last_day_before(months_of(month, "month"), newest) == last


def test_months_have_names() -> None:
    shown = [month_names(each) for each in ("2026-10", "2026-08..2026-10", "2025-12..2026-01")]
    assert shown == ["October 2026", "August to October 2026", "December 2025 to January 2026"]


def test_days_are_told_in_their_order() -> None:
    assert [nth(day) for day in (1, 2, 3, 4, 11, 12, 21, 30)] == [
        "1st",
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "21st",
        "30th",
    ]
