"""Amounts for people: rounded, with commas; what is tiny keeps two digits that count. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

CENTS = Decimal("0.01")
TEN_THOUSANDTHS = Decimal("0.0001")
_ROUNDING = Context(prec=60, rounding=ROUND_HALF_EVEN)


def headline(amount: Decimal) -> str:
    """Return an amount to the cent; one of less than a cent with its first two digits."""
    if amount and abs(amount) < CENTS:
        step = Decimal((0, (1,), amount.adjusted() - 1))
        return f"{_ROUNDING.quantize(amount, step).normalize(_ROUNDING):f}"
    return cell(amount, CENTS)


def cell(amount: Decimal, step: Decimal = TEN_THOUSANDTHS) -> str:
    """Return an amount with the decimals of ``step`` and commas."""
    return f"{_ROUNDING.quantize(amount, step) + 0:,}"  # + 0: no -0.0000
