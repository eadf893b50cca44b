"""Sums are exact beyond the 28 digits of Python's own decimals, and numbers are written plainly."""

from __future__ import annotations

from decimal import Decimal, Inexact

import pytest

from functions.adw_billing.model.exact_sums import add, plain, total
from functions.adw_billing.model.warehouse import Sums


def test_a_sum_keeps_digits_that_python_would_round() -> None:
    large, small = Decimal("9" * 25), Decimal("1E-24")
    assert large + small == large.quantize(Decimal("1E-3"))
    assert add(large, small) == Decimal("9" * 25 + "." + "0" * 23 + "1")


def test_a_sum_that_cannot_be_exact_is_an_error() -> None:
    with pytest.raises(Inexact):
        add(Decimal("1E125"), Decimal("1E-130"))


def test_nothing_counts_as_0() -> None:
    assert add(None, None) == 0
    assert total([None, Decimal("0.1"), None, Decimal("0.2")]) == Decimal("0.3")
    assert total([]) == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [("0E-18", "0"), ("-0", "0"), ("1E3", "1000"), ("0.2500", "0.25"), ("100", "100"), ("1.0", "1"), ("-5E-1", "-0.5")],
)
def test_a_number_is_written_without_exponent_and_trailing_zeros(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


def test_sums_of_two_parts_are_those_of_the_whole() -> None:
    assert Sums(1, Decimal("0.1"), Decimal(2)).plus(Sums(2, Decimal("0.2"), Decimal("1E-15"))) == Sums(
        3, Decimal("0.3"), Decimal("2.000000000000001")
    )
