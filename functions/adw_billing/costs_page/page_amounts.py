"""Amounts and changes as the cost page writes them; pure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from functions.adw_billing.cost_report.shown_amounts import CENTS, cell
from functions.adw_billing.model.exact_sums import EXACT, plain
from shared.pages.web_page import Cell, Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ABSENT = "\N{EN DASH}"
NO_VALUE = "(none)"
_LARGE = 10000
MINUS = "\N{MINUS SIGN}"
LESS_THAN_A_CENT = "<0.01"


def money(amount: Decimal | None, currency: str = "") -> str:
    """Return an amount to the cent, an en dash for none, 0 for nothing; what rounds to nothing is less than a cent."""
    if amount is None:
        return ABSENT
    text = cell(abs(amount), CENTS) if amount else "0"
    text = text if text != "0.00" else LESS_THAN_A_CENT
    return f"{MINUS if amount < 0 else ''}{text}{f' {currency}' if currency else ''}"


def signed(amount: Decimal, currency: str = "") -> str:
    """Return a change with its sign."""
    return money(amount, currency) if amount <= 0 else f"+{money(amount, currency)}"


def percent(part: Decimal | None, whole: Decimal | None) -> str:
    """Return a share with one decimal, an en dash where there is no whole."""
    if part is None or not whole:
        return ABSENT
    return f"{cell(100 * part / whole, Decimal('0.1'))} %".replace("-", MINUS)


def amount_cell(amount: Decimal | None, href: str = "", text: Callable[[Decimal | None], str] = money) -> Cell:
    """Return a table's cell with the exact value behind the rounded one."""
    return Cell(text(amount), href, exact="" if amount is None else plain(amount))


def change_of(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Return the exact change, None where either side is absent."""
    return None if now is None or before is None else EXACT.subtract(now, before)


def change_cell(change: Decimal | None, text: Callable[[Decimal | None], str] = money) -> Cell:
    """Return a change; more is `up`, less is `down`, in colour and in sign."""
    if change is None:
        return Cell(ABSENT)
    tone = "up" if change > 0 else "down" if change < 0 else ""
    return Cell(f"{'+' if change > 0 else ''}{text(change)}", exact=plain(change), tone=tone)


def measured(value: Decimal | None) -> str:
    """Return a quantity or a unit price: two decimals, and of what is less than one, three digits that count."""
    if value is None:
        return ABSENT
    if abs(value) >= 1:
        return cell(value, CENTS).replace("-", MINUS)
    step = Decimal((0, (1,), value.adjusted() - 2)) if value else CENTS
    return plain(value.quantize(step)).replace("-", MINUS)


def exactly(values: Any) -> Any:  # noqa: ANN401  (whatever a template takes)
    """Return a template's values with every amount to its last digit, as the table's reader has asked for."""
    if isinstance(values, Cell):
        sign = "+" if values.exact and values.text.startswith("+") else ""
        return replace(values, text=f"{sign}{values.exact}".replace("-", MINUS)) if values.exact else values
    if isinstance(values, Figure):
        unit = values.number.partition(" ")[2]
        unit = f" {unit}" if unit[:1].isalnum() else ""
        return replace(values, number=f"{values.exact}{unit}".replace("-", MINUS)) if values.exact else values
    if isinstance(values, dict):
        return {name: exactly(each) for name, each in values.items()}
    if isinstance(values, list | tuple):
        return type(values)(exactly(each) for each in values)
    return values


def drawn(amounts: Iterable[Decimal | None]) -> list[float | int | None]:
    """Return amounts as numbers for drawing and pointing at: six digits, and to the cent where that is more."""
    return [each if each is None else _short(each) for each in amounts]


def _short(amount: Decimal) -> float | int:
    if abs(amount) >= _LARGE:
        amount = amount.quantize(CENTS)
    rounded = float(f"{amount:.6g}") if abs(amount) < _LARGE else float(amount)
    return int(rounded) if rounded.is_integer() else rounded
