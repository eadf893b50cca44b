"""Amounts as people read them; the exact value is behind them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from functions.adw_billing.costs_page import page_amounts as amounts
from functions.adw_billing.costs_page.page_amounts import ABSENT
from shared.pages.web_page import Figure


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("18204.165", "18,204.16"),
        ("0", "0"),
        ("-1.5", "\N{MINUS SIGN}1.50"),
        ("0.007", "0.01"),
        ("0.000123", "<0.01"),
        ("-0.0000000000026", "\N{MINUS SIGN}<0.01"),
        (None, ABSENT),
    ],
)
def test_an_amount_to_the_cent(amount: str | None, shown: str) -> None:
    found = amounts.amount_cell(None if amount is None else Decimal(amount))
    assert (found.text, found.exact) == (shown, amount or "")


def test_a_change_has_its_sign_and_its_tone() -> None:
    cells = [amounts.change_cell(Decimal(each)) for each in ("2", "-2", "0")]
    assert [(each.text, each.tone) for each in cells] == [("+2.00", "up"), ("\N{MINUS SIGN}2.00", "down"), ("0", "")]


def test_a_share_of_nothing_is_absent() -> None:
    shares = [(Decimal(1), Decimal(3)), (Decimal(-1), Decimal(8)), (Decimal(1), Decimal(0)), (None, Decimal(1))]
    assert [amounts.percent(*each) for each in shares] == ["33.3 %", "\N{MINUS SIGN}12.5 %", ABSENT, ABSENT]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("8.815", "8.82"),
        ("-5388.6664", "\N{MINUS SIGN}5,388.67"),
        ("0.00991470", "0.00991"),
        ("0", "0"),
        (None, ABSENT),
    ],
)
def test_a_quantity_keeps_digits_that_count(value: str | None, shown: str) -> None:
    assert amounts.measured(None if value is None else Decimal(value)) == shown


def test_every_digit_takes_the_place_of_the_rounded_amount() -> None:
    minus = "\N{MINUS SIGN}"
    values = {
        "rows": [[amounts.amount_cell(Decimal("1.23456")), "text", amounts.change_cell(Decimal("0.001"))]],
        "cards": (Figure("Cost", "1.23 USD", exact="-1.23456"), Figure("Days", "3")),
        "count": 3,
    }
    found = amounts.exactly(values)
    assert [getattr(each, "text", each) for each in found["rows"][0]] == ["1.23456", "text", "+0.001"]
    assert [each.number for each in found["cards"]] == [f"{minus}1.23456 USD", "3"]
    assert found["count"] == 3
