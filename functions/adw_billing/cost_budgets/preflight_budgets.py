"""What a preflight says of budgets and the topic that hears of them; nothing is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.cost_budgets.check_run import budget_list, named_refusal
from functions.adw_billing.cost_budgets.read_cost_budgets import read_cost_budgets
from functions.adw_billing.cost_budgets.topic import BudgetTopic
from shared import preflight_rows
from shared.errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline


def budget_rows(settings: Settings, deadline: Deadline) -> Iterator[preflight_rows.CheckRow]:
    """Yield a row for what is set: the budgets, the topic."""
    if settings.budgets:
        yield preflight_rows.check_row("budgets", lambda: _budgets(settings, deadline.half()))
    if settings.notification_topic:
        yield preflight_rows.check_row("notification topic", lambda: _topic(settings, deadline.half()))


def _budgets(settings: Settings, deadline: Deadline) -> str:
    budgets, faults = read_cost_budgets(budget_list(settings, deadline))
    for fault in faults:
        raise type(fault.error)(f"budget {fault.budget}: {fault.error.message}", fix=fault.error.fix, field="budgets")
    return f"{len(budgets)} budgets: {', '.join(budget.name for budget in budgets)}"


def _topic(settings: Settings, deadline: Deadline) -> str:
    try:
        return BudgetTopic(settings, deadline).state()
    except FunctionError as error:
        raise named_refusal(error) from None
