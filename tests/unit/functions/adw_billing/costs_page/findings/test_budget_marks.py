"""Budgets on the chart: those of exactly what is shown, by day as the day's share, and when they are passed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from functions.adw_billing.costs_page.asked import Asked
from functions.adw_billing.costs_page.findings.budget_marks import Course, budget_card, limits, matching_budgets
from functions.adw_billing.costs_page.findings.month_ahead import Ahead
from functions.adw_billing.costs_page.findings.month_so_far import so_far_chart, so_far_message
from functions.adw_billing.model.budget import Budget

WHOLE = Budget("all", Decimal(310), "USD")
PROD = Budget("prod", Decimal(100), "USD", ("compartment=/prod/*", "tag:Team=Web"))
EURO = Budget("euro", Decimal(1), "EUR")
DAYS = {date(2026, 10, day): Decimal(10) for day in (1, 2, 3)}
AHEAD = Ahead(date(2026, 10, 2), Decimal(20), tuple((date(2026, 10, day), Decimal(11)) for day in range(3, 32)))


def asked(*filters: str, month: str = "2026-10", step: str = "") -> Asked:
    return Asked(month=month, currency="USD", step=step, filters=filters)


def test_a_budget_is_drawn_over_what_it_is_of_alone() -> None:
    every = (WHOLE, PROD, EURO)
    assert matching_budgets(asked(), every) == [WHOLE]
    assert matching_budgets(asked("tag:Team=web", "compartment=/PROD/*"), every) == [PROD]
    assert matching_budgets(asked("tag:Team=web"), every) == []


@pytest.mark.parametrize(
    ("view", "found"),
    [
        (asked(), [(10.0, "budget all: 310.00 USD a month, 10.00 a day")]),
        (asked(step="month"), [(310.0, "budget all: 310.00 USD a month")]),
        (asked(month="2026-09..2026-10"), []),
    ],
)
def test_a_line_says_what_it_is(view: Asked, found: list[tuple[float, str]]) -> None:
    assert [(each["value"], each["text"]) for each in limits(view, [WHOLE])] == found


@pytest.mark.parametrize(
    ("amount", "ahead", "number", "note", "tone"),
    [
        ("310", AHEAD, "9.7 %", "30.00 of 310.00 USD; the forecast passes it on 2026-10-29", "up"),
        ("400", AHEAD, "7.5 %", "30.00 of 400.00 USD; not passed by the forecast", "dim"),
        ("400", None, "7.5 %", "30.00 of 400.00 USD; not passed", "dim"),
        ("25", None, "120.0 %", "30.00 of 25.00 USD; passed on 2026-10-03", "up"),
        ("0", None, "\N{EN DASH}", "30.00 of 0 USD; passed on 2026-10-01", "up"),
    ],
)
def test_a_card_says_how_much_is_used_and_when_it_is_passed(
    amount: str, ahead: Ahead | None, number: str, note: str, tone: str
) -> None:
    card = budget_card(Budget("b", Decimal(amount), "USD"), Course(DAYS, ahead))
    assert (card.number, card.note, card.tone) == (number, note, tone)


def test_the_month_so_far_has_its_forecast_and_the_month_before() -> None:
    before = {date(2026, 9, day): Decimal(1) for day in range(1, 31)}
    chart = so_far_chart(date(2026, 10, 1), Course(DAYS, AHEAD), before, [WHOLE], "USD")
    own, was, coming = chart["series"]
    assert (len(chart["x"]), own["values"][:4]) == (31, [10.0, 20.0, 30.0, None])
    assert (was["name"], was["values"][29], was["values"][30]) == ("September 2026", 30.0, None)
    assert (coming["values"][0], coming["values"][1], coming["values"][30]) == (None, 20.0, 339.0)
    assert chart["limits"][0]["value"] == 310.0
    said = so_far_message(date(2026, 10, 1), Course(DAYS, AHEAD), "USD")
    assert said.startswith("October 2026 up to 2026-10-03: 30.00 USD; forecast for the month's end 339.00 USD")


def test_the_band_of_the_forecast_widens_towards_the_end() -> None:
    ahead = Ahead(AHEAD.as_of, AHEAD.so_far, AHEAD.coming, (Decimal(10),))
    *_, low, high = so_far_chart(date(2026, 10, 1), Course(DAYS, ahead), {}, [], "USD")["series"]
    assert (low["values"][1], high["values"][1]) == (20.0, 20.0)
    assert (low["values"][30], high["values"][30]) == (305.1, 372.9)
    assert "305.10 to 372.90" in so_far_message(date(2026, 10, 1), Course(DAYS, ahead), "USD")
