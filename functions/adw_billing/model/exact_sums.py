"""Exact sums: Python's decimals round at 28 digits unless they are told not to."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation

EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])
"""Digits enough for a sum of any numbers that a warehouse holds; raises rather than rounds."""


def add(one: Decimal | None, other: Decimal | None) -> Decimal:
    """The exact sum; None counts as 0."""
    return EXACT.add(one or Decimal(0), other or Decimal(0))


def plain(value: Decimal) -> str:
    """A decimal as a text without exponent and without trailing zeros."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
