"""What the cost page is told beside the bill: the moment it is made at, and the budgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adw_billing.cost_budgets.read_cost_budgets import read_cost_budgets
from shared.errors import FunctionError

if TYPE_CHECKING:
    from datetime import datetime

    from functions.adw_billing.model.budget import Budget


@dataclass(frozen=True, slots=True)
class Known:
    """``now`` in UTC, None where ages are not to be shown; ``budget_faults`` say why some budgets are not there."""

    now: datetime | None = None
    budgets: tuple[Budget, ...] = ()
    budget_faults: tuple[str, ...] = ()


def with_budgets(now: datetime | None, text: str) -> Known:
    """Return what is known with the budgets of a JSON text; those that cannot be used are named."""
    try:
        budgets, faults = read_cost_budgets(text)
    except FunctionError as error:
        return Known(now, budget_faults=(error.message,))
    return Known(now, tuple(budgets), tuple(f"{each.budget}: {each.error.message}" for each in faults))
