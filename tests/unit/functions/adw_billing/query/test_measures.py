"""Quantities within a unit, prices of a unit, both against other months: no sum over units, no price of nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from functions.adw_billing.query.conditions import ColumnTest
from functions.adw_billing.query.measures import measure_of, measured, measured_against, unit_price, unit_totals
from functions.adw_billing.query.question import question
from shared.errors import BadRequest

NAMES = ("service", "unit", "currency")
ROWS = [
    ("COMPUTE", "OCPU Hours", "USD", Decimal(6), Decimal(3), 2),
    ("COMPUTE", "GB Hours", "USD", Decimal(1), Decimal(8), 1),
    ("DATABASE", "OCPU Hours", "USD", Decimal("0.1000000000000000000001"), Decimal(1), 1),
    ("SUPPORT", None, "USD", Decimal(5), None, 1),
]


def test_quantities_add_up_within_a_unit_alone() -> None:
    totals = unit_totals(ROWS, NAMES)
    assert measured(totals, 3, "quantity") == [
        ("(all)", "OCPU Hours", "USD", Decimal(4), 3),
        ("(all)", "GB Hours", "USD", Decimal(8), 1),
        ("(all)", None, "USD", Decimal(0), 1),
    ]
    assert totals[0][3] == Decimal("6.1000000000000000000001")


def test_a_price_is_cost_by_quantity_and_none_without_one() -> None:
    assert [row[3] for row in measured(ROWS, 3, "unit_price")] == [
        Decimal(2),
        Decimal("0.125"),
        Decimal("0.1000000000000000000001"),
        None,
    ]
    assert unit_price(Decimal(1), Decimal(3)) == Decimal("0.3333333333333333333333333333")
    assert unit_price(Decimal(0), Decimal(2)) == 0
    assert unit_price(Decimal(1), Decimal(0)) is None


def test_a_price_that_was_not_there_is_no_zero_to_compare_with() -> None:
    before = [("COMPUTE", "OCPU Hours", "USD", Decimal(3), Decimal(2), 1)]
    found = measured_against(ROWS[:2], before, 3, "unit_price")
    assert found == [
        ("COMPUTE", "OCPU Hours", "USD", Decimal(2), Decimal("1.5"), Decimal("0.5"), Decimal("33.33")),
        ("COMPUTE", "GB Hours", "USD", Decimal("0.125"), None, None, None),
    ]
    quantities = measured_against(ROWS[:2], before, 3, "quantity")
    assert [row[3:6] for row in quantities] == [(3, 2, 1), (8, 0, 8)]


def test_the_unit_is_always_among_the_keys_of_quantities() -> None:
    assert [each.name for each in question("service", measure="quantity").keys] == ["service", "unit", "currency"]
    assert [each.name for each in question("unit,day", measure="unit_price").keys] == ["unit", "day", "currency"]
    assert [each.name for each in question("service").keys] == ["service", "currency"]


def test_a_path_and_all_below_it_are_two_alternatives() -> None:
    asked = question("service", filters=("compartment=/prod/**", "compartment!=/**"))
    assert [(each.value, each.negated) for each in asked.filters] == [
        ("/prod", False),
        ("/prod/*", False),
        ("/", True),
        ("/*", True),
    ]
    assert ColumnTest("k0", "/prod/*").pattern == "/prod/%"


def test_an_unknown_measure_is_named() -> None:
    with pytest.raises(BadRequest, match="did you mean quantity") as caught:
        measure_of("quantitty")
    assert caught.value.fields["field"] == "measure"
