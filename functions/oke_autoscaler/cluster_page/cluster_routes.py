"""A GET through the gateway: the cluster page, its data, its parts. It reads as a dry tick does and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from functions.oke_autoscaler import tick
from functions.oke_autoscaler.clients.changes import Changes
from functions.oke_autoscaler.cluster_page.asked_cluster import asked_of_cluster
from functions.oke_autoscaler.cluster_page.cluster_look import look_at_cluster
from functions.oke_autoscaler.cluster_page.cluster_view import cluster_view
from functions.oke_autoscaler.errors import BadSnapshot
from shared.errors import BadRequest
from shared.pages import web_page
from shared.pages.page_calls import answer_page_call, page_fault
from shared.pages.web_page import Page

if TYPE_CHECKING:
    from functions.oke_autoscaler.settings import Settings
    from shared.errors import FunctionError
    from shared.handler import Call
    from shared.results import HttpAnswer

FOLDER = Path(__file__).resolve().parent
PAGE = Page("cluster", FOLDER / "templates", styles=(FOLDER / "static" / "cluster.css",))


def cluster_fault(error: FunctionError, path: str) -> HttpAnswer:
    """Answer a GET of the page with what is wrong before anything of it was read."""
    return page_fault(PAGE, path, error)


def answer_cluster_page(call: Call[Settings]) -> HttpAnswer:
    """Answer a GET below the page's route. Never raises a FunctionError."""

    def answer(base: str, kind: str) -> HttpAnswer:
        asked = asked_of_cluster(call.request.query)
        connected = tick.connect(call.settings, call.deadline, Changes(dry_run=True))
        view = cluster_view(look_at_cluster(connected, call.config, asked))
        return web_page.view_answer(PAGE, view) if kind else web_page.served_page(PAGE, view, base)

    faults = (BadRequest, BadSnapshot)
    return answer_page_call(PAGE, call.request.path, call.summary, answer, askers_faults=faults)
