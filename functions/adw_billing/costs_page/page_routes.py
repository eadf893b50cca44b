"""A GET through the gateway: the cost page, its data, its CSV, its parts; nothing is loaded by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.costs_page import cost_page
from functions.adw_billing.open_warehouse import reading_bill, reading_database
from shared.errors import BadRequest, FunctionError
from shared.pages import web_page
from shared.pages.web_page import View
from shared.results import HttpAnswer, json_answer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from functions.adw_billing.query.bill import Bill
    from functions.adw_billing.settings import Settings
    from shared.handler import Call

MARGIN_SECONDS = 1.0
"""Of the call's time, for the answer itself."""


def answer_page(call: Call[Settings]) -> HttpAnswer:
    """Answer a GET below the page's route. Never raises a FunctionError: a page says what is wrong as a page."""
    base, kind = web_page.split_path(call.request.path, ("data", "csv"))
    if kind.startswith("static/"):
        return web_page.part_answer(cost_page.PAGE, kind.removeprefix("static/")) or web_page.no_such_part()
    call.summary["page"] = kind or "costs"
    try:
        with _bill(call) as bill:
            if kind == "data":
                return cost_page.cost_data(call.request.query, bill, base)
            if kind == "csv":
                return cost_page.cost_csv(call.request.query, bill)
            return cost_page.cost_page(call.request.query, bill, base)
    except FunctionError as error:
        call.summary.update(outcome="error", reason=error.reason, error=error.message[:500])
        status = 400 if isinstance(error, BadRequest) else 503
        if kind:
            return json_answer(error.to_body(), status=status, headers={"Cache-Control": "no-store"})
        view = View("Costs: not to be had", {"error": error, "base": base}, part="error")
        answer = web_page.served_page(cost_page.PAGE, view, base)
        return HttpAnswer(status, answer.headers, answer.body)


def _bill(call: Call[Settings]) -> AbstractContextManager[Bill]:
    deadline = call.deadline.less(MARGIN_SECONDS)
    if call.settings.duckdb_path:
        return reading_bill(call.settings.duckdb_path, deadline)
    return reading_database(call.settings, deadline)
