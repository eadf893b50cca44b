"""What a message about a budget says. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.model.exact_sums import plain

if TYPE_CHECKING:
    from functions.adw_billing.model.budget import Alert

TITLE_CHARACTERS = 100
_CENTS = Context(prec=60, rounding=ROUND_HALF_EVEN)


def title(alert: Alert) -> str:
    """Return the subject of a mail."""
    says = {
        "breach": f"is over its amount in {alert.period}",
        "forecast-breach": f"will be over its amount in {alert.period}",
        "anomaly": f"cost far more than usual on {alert.period}",
    }[alert.kind]
    return f"Budget {alert.budget.name[: TITLE_CHARACTERS - len(says) - 8]} {says}"


def body(alert: Alert) -> str:
    """Return the text: rounded for people, exact below."""
    budget = alert.budget
    amounts = {
        "breach": [("cost", alert.cost), ("budget", budget.amount)],
        "forecast-breach": [("forecast", alert.cost), ("budget", budget.amount)],
        "anomaly": [("cost of the day", alert.cost), ("usual", alert.expected or Decimal(0))],
    }[alert.kind]
    lines = [
        f"{title(alert)}.",
        "",
        *(f"{name}: {rounded(amount)} {budget.currency} (exactly {plain(amount)})" for name, amount in amounts),
        f"filter: {', '.join(budget.filters) or 'none, all costs'}",
        "",
        "adw-billing sends this once for each budget, month and kind; of an anomaly, once for the day.",
    ]
    return "\n".join(lines)


def rounded(amount: Decimal) -> str:
    """Return an amount with two decimals and commas."""
    return f"{_CENTS.quantize(amount, Decimal('0.01')) + 0:,}"
