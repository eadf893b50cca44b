"""Amounts as people read them; the exact value is behind them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from functions.adw_billing.costs_page import page_amounts as amounts
from functions.adw_billing.costs_page.page_amounts import ABSENT


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("18204.165", "18,204.16"),
        ("0", "0"),
        ("-1.5", "\N{MINUS SIGN}1.50"),
        ("0.000123", "0.00012"),
        ("-0.004", "\N{MINUS SIGN}0.004"),
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
