"""What is told of a budget, by made-up bills."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from functions.adw_billing.cost_budgets import medians
from functions.adw_billing.cost_budgets.judge import judge
from functions.adw_billing.model.budget import Budget, Spend

TODAY = date(2026, 11, 20)
NEWEST = date(2026, 11, 19)


def budget(amount: str) -> Budget:
    return Budget("all", Decimal(amount), "USD")


def steady(first: date, last: date, cost: str = "10") -> dict[date, Decimal]:
    return {first + timedelta(days=at): Decimal(cost) for at in range((last - first).days + 1)}


def kinds(amount: str, days: dict[date, Decimal], today: date = TODAY) -> list[tuple[str, str, Decimal]]:
    return [(each.kind, each.period, each.cost) for each in judge(budget(amount), Spend(days), today).alerts]


def test_a_month_below_its_budget_tells_nothing() -> None:
    state = judge(budget("400"), Spend(steady(date(2026, 10, 1), NEWEST, "9.999")), TODAY)
    assert state.alerts == ()
    assert state.detail() == {
        "budget": "all",
        "currency": "USD",
        "amount": "400",
        "month": "2026-11",
        "cost": "189.981",
        "used_percent": "47.5",
        "forecast": "299.97",
        "forecast_percent": "74.99",
        "as_of": "2026-11-18",
    }


def test_exactly_the_amount_is_no_breach_and_the_smallest_amount_above_it_is() -> None:
    days = steady(date(2026, 11, 1), NEWEST)
    assert kinds("190", days) == [("forecast-breach", "2026-11", Decimal(300))]
    days[NEWEST] += Decimal("0.000000000000000001")
    assert kinds("190", days) == [("breach", "2026-11", Decimal("190.000000000000000001"))]


def test_a_late_report_brings_the_month_before_over_its_amount() -> None:
    days = steady(date(2026, 10, 1), date(2026, 11, 2))
    days[date(2026, 10, 31)] = Decimal("10.01")
    assert kinds("310", days) == [("breach", "2026-10", Decimal("310.01"))]


def test_a_day_of_the_future_counts_nowhere() -> None:
    days = {**steady(date(2026, 11, 1), NEWEST), date(2099, 1, 1): Decimal(999)}
    state = judge(budget("1000"), Spend(days), TODAY)
    assert (state.month, state.cost) == (date(2026, 11, 1), Decimal(190))


def test_a_day_that_stands_out_is_told_once_it_is_complete() -> None:
    days = steady(date(2026, 9, 1), NEWEST)
    days[date(2026, 11, 17)] = Decimal(30)
    assert kinds("10000", days) == [("anomaly", "2026-11-17", Decimal(30))]
    days[NEWEST] = Decimal(500)
    assert kinds("10000", days) == [("anomaly", "2026-11-17", Decimal(30))]
    # of a large budget, twenty more is less than a hundredth of a day's share
    assert kinds("100000", days) == []
    # an old one is no news, and a cheap day neither
    del days[date(2026, 11, 17)]
    days[date(2026, 11, 10)], days[date(2026, 11, 16)] = Decimal(30), Decimal(0)
    assert kinds("10000", days) == []


def test_noise_is_no_anomaly() -> None:
    days = {day: Decimal(8 + day.toordinal() % 5) for day in steady(date(2026, 9, 1), NEWEST)}
    assert kinds("10000", days) == []


def test_too_little_is_known() -> None:
    assert judge(budget("1"), Spend({}), TODAY).detail() == {
        "budget": "all", "currency": "USD", "amount": "1", "cost": "0", "used_percent": "0",
    }  # fmt: skip
    first = judge(budget("1000"), Spend({date(2026, 11, 1): Decimal(5)}), TODAY)
    assert (first.cost, first.forecast, first.as_of) == (Decimal(5), None, None)
    assert judge(budget("0"), Spend({NEWEST: Decimal(5)}), TODAY).percent(Decimal(5)) is None


@pytest.mark.parametrize(
    ("sample", "middle"),
    [(["3"], "3"), (["1", "9"], "5"), (["1", "2", "2.000000000000000001"], "2"), (["0", "0.1"], "0.05")],
)
def test_median(sample: list[str], middle: str) -> None:
    assert medians.median([Decimal(each) for each in sample]) == Decimal(middle)
