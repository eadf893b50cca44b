"""A GET through the gateway: the cluster page, its data, its parts. It reads as a dry tick does and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from functions.oke_autoscaler import tick
from functions.oke_autoscaler.clients.changes import Changes
from functions.oke_autoscaler.cluster_page.cluster_look import look_at_cluster
from functions.oke_autoscaler.cluster_page.cluster_view import cluster_view
from functions.oke_autoscaler.errors import BadSnapshot
from shared.errors import BadRequest, FunctionError
from shared.pages import web_page
from shared.pages.web_page import Page, View
from shared.results import HttpAnswer, json_answer

if TYPE_CHECKING:
    from functions.oke_autoscaler.settings import Settings
    from shared.handler import Call

PAGE = Page("cluster", Path(__file__).resolve().parent / "templates")


def answer_cluster_page(call: Call[Settings]) -> HttpAnswer:
    """Answer a GET below the page's route. Never raises a FunctionError: a page says what is wrong as a page."""
    base, kind = web_page.split_path(call.request.path, ("data",))
    if kind.startswith("static/"):
        return web_page.part_answer(PAGE, kind.removeprefix("static/")) or web_page.no_such_part()
    call.summary["page"] = kind or "cluster"
    try:
        connected = tick.connect(call.settings, call.deadline, Changes(dry_run=True))
        view = cluster_view(look_at_cluster(connected, call.config, call.request.query))
        return web_page.view_answer(PAGE, view) if kind else web_page.served_page(PAGE, view, base)
    except FunctionError as error:
        call.summary.update(outcome="error", reason=error.reason, error=error.message[:500])
        status = 400 if isinstance(error, BadRequest | BadSnapshot) else 503
        if kind:
            return json_answer(error.to_body(), status=status, headers={"Cache-Control": "no-store"})
        view = View("Cluster: not to be had", {"error": error, "base": base}, part="error")
        answer = web_page.served_page(PAGE, view, base)
        return HttpAnswer(status, answer.headers, answer.body)
