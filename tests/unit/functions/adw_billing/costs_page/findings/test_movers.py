"""What moved is split exactly, and its reason is what made most of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from functions.adw_billing.costs_page.findings.movers import Mover, Side, largest_movers
from functions.adw_billing.model.exact_sums import total


def side(cost: str, quantity: str = "0", price: str | None = None, corrections: str = "0", lines: int = 1) -> Side:
    unit_price = None if price is None else Decimal(price)
    return Side(lines, Decimal(cost), Decimal(corrections), Decimal(quantity), unit_price)


def mover(before: Side, now: Side) -> Mover:
    return Mover("COMPUTE", "B1", "E4", "hours", now, before)


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        (side("10", "10", "1"), side("20.000000000000000001", "20", "1"), "quantity"),
        (side("10", "10", "1"), side("20", "10", "2"), "price"),
        (side("10", "10", "1"), side("15", "10", "1"), "average price"),
        (side("10", "10", "1"), side("24", "12", "2"), "price"),
        (side("10", "10", "1"), side("30", "20", "1.5"), "quantity and price"),
        (side("10", "10", "1"), side("2", "10", "1", corrections="-8"), "correction"),
        (side("10", "10", "1"), side("8", "4", "2"), "quantity"),
        (side("10", "10"), side("10", "12"), "same"),
        (side("10", "0"), side("12", "0"), "unknown"),
        (Side(), side("5", "5"), "new"),
        (side("5", "5"), Side(), "gone"),
        (side("-5", "5", "1"), side("-10", "10", "1"), "quantity"),
    ],
)
def test_the_reason_is_what_made_most_of_the_change(before: Side, now: Side, reason: str) -> None:
    found = mover(before, now)
    assert found.reason == reason
    if found.parts:
        assert total(found.parts.values()) == found.change


def test_the_largest_change_comes_first_and_what_is_the_same_is_no_mover() -> None:
    amounts = ("1", "-7", "0", "3")
    found = largest_movers([mover(side("10", "1"), side(str(10 + int(each)), "1")) for each in amounts])
    assert [each.change for each in found] == [-7, 3, 1]
