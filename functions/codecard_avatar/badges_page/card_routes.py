"""Calls of the cards' page, below the badge page's route: `…/badges/cards`, its views, forms and exports."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from functions.codecard_avatar.badges_page.card_desk import Desk, asked_view, keeper_of
from functions.codecard_avatar.badges_page.card_list import export_cards
from functions.codecard_avatar.badges_page.card_posts import posted_view
from functions.codecard_avatar.errors import NotAKeeper
from shared.errors import BadRequest
from shared.pages import web_page
from shared.pages.page_calls import DATA, answer_page_call
from shared.pages.page_posts import posted_form
from shared.pages.page_tokens import PageTokens
from shared.pages.web_page import Page
from shared.results import HttpAnswer
from shared.settings import Secret

if TYPE_CHECKING:
    from functions.codecard_avatar.container_state import ContainerState
    from functions.codecard_avatar.settings import Settings
    from shared.handler import Call

CARDS = "cards"
"""Last part of the page's path."""

TYPES = {"cards.csv": "text/csv; charset=utf-8", "cards.json": "application/json"}
"""What is exported below it, with its Content-Type."""

KINDS = (DATA, *TYPES)

TEMPLATES = Path(__file__).resolve().parent / "templates"
PAGE = Page(
    CARDS,
    TEMPLATES,
    styles=(TEMPLATES / "badges.css", TEMPLATES / "cards.css"),
    scripts=(TEMPLATES / "cards.js",),
)


def answer_cards_page(call: Call[Settings], container: ContainerState) -> HttpAnswer:
    """Answer a call below the cards' route, of a keeper. Never raises a FunctionError."""
    request, settings = call.request, call.settings

    def answer(base: str, kind: str) -> HttpAnswer:
        subject = keeper_of(settings, request)
        tokens = PageTokens(settings.page_key or Secret(""), subject, int(time.time()))
        store = container.card_store(settings, call.deadline.before_answer())
        desk = Desk(store, tokens, settings.card_registry, base)
        if kind in TYPES:
            return _export(desk, kind, call)
        if request.method == "POST":
            view = posted_view(desk, posted_form(request, call.body), call.summary)
        else:
            view = asked_view(desk, dict(request.query))
        return web_page.view_answer(PAGE, view) if kind else web_page.served_page(PAGE, view, base)

    return answer_page_call(PAGE, request.path, call.summary, answer, kinds=KINDS, refusals=(NotAKeeper,))


def _export(desk: Desk, kind: str, call: Call[Settings]) -> HttpAnswer:
    if call.request.method == "POST":
        raise BadRequest("An export is asked for with GET", field="method")
    call.summary.update(change="export", by=desk.tokens.subject)
    headers = {
        "Content-Type": TYPES[kind],
        "Content-Disposition": f'attachment; filename="{kind}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpAnswer(200, headers, export_cards(desk.store, kind.rpartition(".")[2]))
