"""What is left of a commitment: its pace, the day it is used up, or what stays unused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from functions.adw_billing.costs_page.findings.burn_down import BurnDown, Reading

FIRST = date(2026, 8, 1)


def burn(*used: int, end: date | None = date(2027, 7, 31), every: int = 10) -> BurnDown:
    """A commitment of 1,000, read every ten days."""
    days = [FIRST + timedelta(days=every * at) for at in range(len(used))]
    read = [
        Reading(day, Decimal(1000), Decimal(each), Decimal(1000 - each)) for day, each in zip(days, used, strict=True)
    ]
    return BurnDown("c", tuple(read), end)


EARLY = "it is used up on 2026-10-30, 274 days ahead of its end on 2027-07-31."
UNUSED = "536.00 USD will not be used by its end on 2027-07-31."
FEW = "there are too few readings yet to tell its pace"
OF = "of 1,000.00 USD used by"


@pytest.mark.parametrize(
    ("found", "used", "said"),
    [
        (burn(100, 200, 300), f"30.0 % {OF} 2026-08-21, 700.00 USD left; at 10.00 USD a day", EARLY),
        (burn(100, 110), f"11.0 % {OF} 2026-08-11, 890.00 USD left; at 1.00 USD a day", UNUSED),
        (burn(100), f"10.0 % {OF} 2026-08-01, 900.00 USD left;", f"{FEW}, it ends on 2027-07-31."),
        (burn(100, 100, end=None), f"10.0 % {OF} 2026-08-11, 900.00 USD left;", f"{FEW}."),
        (
            burn(100, 200, end=None),
            f"20.0 % {OF} 2026-08-11, 800.00 USD left; at 10.00 USD a day",
            "it is used up on 2026-10-30.",
        ),
    ],
)
def test_what_is_left_and_what_it_comes_to(found: BurnDown, used: str, said: str) -> None:
    assert found.message("USD") == f"{used} {said}"


def test_the_pace_is_that_of_the_last_readings() -> None:
    assert burn(0, 500, 510, 520, every=60).pace == Decimal(10) / 60


def test_the_line_of_what_will_be_left_begins_at_the_last_reading() -> None:
    chart = burn(100, 200, 300).chart(0, "USD")
    assert chart["x"][-2:] == ["2026-08-21T00:00:00Z", "2026-10-30T00:00:00Z"]
    assert [each["values"] for each in chart["series"]] == [
        [100.0, 200.0, 300.0, None],
        [900.0, 800.0, 700.0, None],
        [None, None, 700.0, 0.0],
    ]
    assert len(burn(100).chart(0, "USD")["series"]) == 2
