"""What a month will cost by its days, and how far off such forecasts were."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from functions.adw_billing.costs_page.findings.month_ahead import month_ahead


def days(first: date, last: date, of: dict[int, str] | None = None) -> dict[date, Decimal]:
    """Cost of each day by its weekday, 1 without."""
    span = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    return {day: Decimal((of or {}).get(day.weekday(), "1")) for day in span}


def test_each_day_to_come_costs_what_its_weekday_does() -> None:
    found = month_ahead(days(date(2026, 8, 1), date(2026, 10, 10), {5: "3", 6: "3"}))
    assert found is not None
    assert (found.as_of, found.so_far) == (date(2026, 10, 9), Decimal(13))
    assert [int(cost) for _, cost in found.coming[:3]] == [3, 3, 1]
    assert found.coming[0][0] == date(2026, 10, 10), "the newest day is not complete"
    assert found.coming[-1][0] == date(2026, 10, 31)
    assert found.forecast == sum(
        Decimal(3 if (date(2026, 10, 1) + timedelta(days=at)).weekday() > 4 else 1) for at in range(31)
    )
    # August and September as they stood with 22 days left: every weekday had been seen by then, so nothing was off.
    assert found.errors == (Decimal(0), Decimal(0))
    assert found.band == (found.forecast, found.forecast)


def test_the_error_of_earlier_forecasts_is_the_band() -> None:
    known = days(date(2026, 9, 1), date(2026, 10, 10))
    known[date(2026, 9, 30)] = Decimal(11)
    found = month_ahead(known)
    assert found is not None
    assert (found.forecast, found.error_percent) == (31, Decimal(25))
    assert found.band == (Decimal("23.25"), Decimal("38.75"))


def test_without_a_day_of_each_weekday_there_is_no_forecast() -> None:
    assert month_ahead(days(date(2026, 10, 1), date(2026, 10, 5))) is None
    assert month_ahead(days(date(2026, 9, 1), date(2026, 10, 1))) is None, "no complete day of the month is there yet"
    assert month_ahead({}) is None
    found = month_ahead(days(date(2026, 10, 1), date(2026, 10, 9)))
    assert found is not None
    assert (found.errors, found.error_percent, found.band) == ((), None, None)
