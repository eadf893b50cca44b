"""Exact sums: Python's decimals round at 28 digits unless a context forbids it."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ZERO = Decimal(0)
# 200 digits reach from 1E-130, the smallest exponent of Oracle's NUMBER, to 1E70, beyond any amount and any quantity
# of bytes. A sum that needs more raises Inexact, which is a bug's traceback, instead of being rounded silently.
EXACT = Context(prec=200, traps=[Inexact, InvalidOperation])
"""The context of all sums: raises rather than rounds."""


def add(one: Decimal | None, other: Decimal | None) -> Decimal:
    """Return the exact sum; None counts as 0."""
    return EXACT.add(one or ZERO, other or ZERO)


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """Return the exact sum of all; None counts as 0."""
    result = ZERO
    for amount in amounts:
        result = add(result, amount)
    return result


def plain(value: Decimal) -> str:
    """Return a decimal as a text without exponent and without trailing zeros."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
