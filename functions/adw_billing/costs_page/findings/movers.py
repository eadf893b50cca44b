"""What moved between two periods, split exactly into quantity, price and corrections, with its reason; pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from functions.adw_billing.model.exact_sums import EXACT, ZERO, total

CENT = Decimal("0.01")
_QUOTIENT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Of what a change of quantity costs alone, which is rounded to the cent; the rest of a change is exact."""
LEAST_PART = 4
"""A part of a change is one of its reasons from this part of the largest one on, a quarter."""


@dataclass(frozen=True, slots=True)
class Side:
    """One period's lines of a product: ``corrections`` are of ``cost``, and not of ``quantity``."""

    lines: int = 0
    cost: Decimal = ZERO
    corrections: Decimal = ZERO
    quantity: Decimal = ZERO
    unit_price: Decimal | None = None

    @property
    def usage(self) -> Decimal:
        """The cost without corrections."""
        return EXACT.subtract(self.cost, self.corrections)


@dataclass(frozen=True, slots=True)
class Mover:
    """A product (service, SKU) in a period and in the one before."""

    service: str | None
    sku: str | None
    product: str | None
    unit: str | None
    now: Side
    before: Side

    @property
    def change(self) -> Decimal:
        """The exact change."""
        return EXACT.subtract(self.now.cost, self.before.cost)

    @property
    def parts(self) -> dict[str, Decimal]:
        """What the change is made of, as exact amounts that add up to it.

        ``quantity`` is what more or less of it costs at the price of before, to the cent; ``price`` what is left beside
        ``correction``. Where the unit price is the same, what is left is that of free and lower tiers: `average price`.
        """
        if not self.now.lines or not self.before.lines or not self.before.quantity:
            return {}
        more = EXACT.subtract(self.now.quantity, self.before.quantity)
        product = EXACT.multiply(self.before.usage, more)
        quantity = _QUOTIENT.divide(product, self.before.quantity).quantize(CENT, context=_QUOTIENT)
        correction = EXACT.subtract(self.now.corrections, self.before.corrections)
        price = total((self.change, -quantity, -correction))
        same = self.now.unit_price is not None and self.now.unit_price == self.before.unit_price
        return {"quantity": quantity, "average price" if same else "price": price, "correction": correction}

    @property
    def reason(self) -> str:
        """Return `new`, `gone`, `same`, `unknown`, or the parts that made most of the change, the largest first."""
        if not self.before.lines:
            return "new"
        if not self.now.lines:
            return "gone"
        if not self.change:
            return "same"
        # A part against the change made it smaller: it is shown beside it, and is no reason for it.
        own = {name: abs(part) for name, part in self.parts.items() if part and (part > 0) == (self.change > 0)}
        largest = max(own.values(), default=ZERO)
        named = [name for name in sorted(own, key=lambda name: -own[name]) if own[name] * LEAST_PART >= largest]
        return " and ".join(named) or "unknown"


def largest_movers(found: list[Mover]) -> list[Mover]:
    """Return what changed, the largest change first."""
    moved = [each for each in found if each.change]
    return sorted(moved, key=lambda each: (-abs(each.change), each.service or "", each.sku or ""))
