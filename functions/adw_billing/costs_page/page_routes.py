"""A GET through the gateway: the cost page, its data, its CSV, its parts; nothing is loaded by one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.adw_billing.costs_page import cost_page
from functions.adw_billing.costs_page.findings.known import Known, with_budgets
from functions.adw_billing.open_warehouse import reading_bill, reading_database
from shared.errors import FunctionError
from shared.pages.page_calls import DATA, answer_page_call, page_fault

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.settings import Settings
    from shared.handler import Call
    from shared.results import HttpAnswer

CSV = "csv"
MARGIN_SECONDS = 1.0
"""Of the call's time, for the answer itself."""


def answer_page(call: Call[Settings]) -> HttpAnswer:
    """Answer a GET below the page's route. Never raises a FunctionError."""

    def answer(base: str, kind: str) -> HttpAnswer:
        pairs = call.request.query
        with _bill(call) as bill:
            if kind == CSV:
                return cost_page.cost_csv(pairs, bill)
            known = known_of(call)
            shown = cost_page.cost_data if kind else cost_page.cost_page
            return shown(pairs, bill, base, known)

    return answer_page_call(cost_page.PAGE, call.request.path, call.summary, answer, kinds=(DATA, CSV))


def known_of(call: Call[Settings]) -> Known:
    """Return what the page is told beside the bill; budgets that cannot be used are named, and stop nothing."""
    now = datetime.now(UTC)
    if not call.settings.budgets:
        return Known(now)
    from functions.adw_billing.cost_budgets.check_run import budget_list

    try:
        text = budget_list(call.settings, call.deadline.less(MARGIN_SECONDS))
    except FunctionError as error:
        return Known(now, budget_faults=(error.message,))
    return with_budgets(now, text)


def costs_fault(error: FunctionError, path: str) -> HttpAnswer:
    """Answer a GET of the page with what is wrong before anything of it was read."""
    return page_fault(cost_page.PAGE, path, error, kinds=(DATA, CSV))


def _bill(call: Call[Settings]) -> AbstractContextManager[Bill]:
    deadline = call.deadline.less(MARGIN_SECONDS)
    if call.settings.duckdb_path:
        return reading_bill(call.settings.duckdb_path, deadline)
    return reading_database(call.settings, deadline)
