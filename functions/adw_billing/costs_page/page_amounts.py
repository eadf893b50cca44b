"""Amounts and changes as the cost page writes them; pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.cost_report.shown_amounts import CENTS, cell, headline
from functions.adw_billing.model.exact_sums import plain
from shared.pages.web_page import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable

ABSENT = "\N{EN DASH}"
NO_VALUE = "(none)"
MINUS = "\N{MINUS SIGN}"


def money(amount: Decimal | None, currency: str = "") -> str:
    """Return an amount to the cent, an en dash for none; what is less than a cent keeps two digits that count."""
    if amount is None:
        return ABSENT
    text = "0" if not amount else headline(abs(amount))
    return f"{MINUS if amount < 0 else ''}{text}{f' {currency}' if currency else ''}"


def signed(amount: Decimal, currency: str = "") -> str:
    """Return a change with its sign."""
    return money(amount, currency) if amount <= 0 else f"+{money(amount, currency)}"


def percent(part: Decimal | None, whole: Decimal | None) -> str:
    """Return a share with one decimal, an en dash where there is no whole."""
    if part is None or not whole:
        return ABSENT
    return f"{cell(100 * part / whole, Decimal('0.1'))} %".replace("-", MINUS)


def amount_cell(amount: Decimal | None, href: str = "") -> Cell:
    """Return a table's cell with the exact value behind the rounded one."""
    return Cell(money(amount), href, exact="" if amount is None else plain(amount))


def change_cell(change: Decimal) -> Cell:
    """Return a change; more is `up`, less is `down`, in colour and in sign."""
    tone = "up" if change > 0 else "down" if change < 0 else ""
    return Cell(signed(change), exact=plain(change), tone=tone)


def drawn(amounts: Iterable[Decimal]) -> list[float]:
    """Return amounts as numbers for drawing alone, to the cent's hundredth."""
    return [float(each.quantize(CENTS * CENTS)) for each in amounts]
