"""A call of the badge page through the gateway: it draws what was typed, and stores nothing of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from functions.codecard_avatar.badges_page.card_form import FIELDS
from functions.codecard_avatar.badges_page.preview_calls import PART, PreviewCalls, refuse_faults
from functions.codecard_avatar.badges_page.typed_card import read_typed
from functions.codecard_avatar.publish.picture_route import FOLDER as FOLDER_OF_PICTURES
from shared.pages import web_page
from shared.pages.page_calls import DATA, answer_page_call
from shared.pages.page_posts import posted_form
from shared.pages.web_page import Page
from shared.results import HttpAnswer

if TYPE_CHECKING:
    from functions.codecard_avatar.container_state import ContainerState
    from functions.codecard_avatar.settings import Settings
    from shared.deadline import Deadline
    from shared.handler import Call
    from shared.http_request import HttpRequest
    from shared.pages.web_page import View

ROUTE = "badges"
"""Last part of the page's path: `…/codecard/badges`."""

CARDS_ROUTE = f"/{ROUTE}/cards"
"""End of the path of the registered cards' own page, and what may be exported below it."""

EXPORTS = ("cards.csv", "cards.json")

METHODS = ("GET", "HEAD", "POST")
CARD_ROUTES = ("avatar", FOLDER_OF_PICTURES)
"""Segments of the routes without a token."""

_PLAIN = re.compile(r"(?!\.+$)[A-Za-z0-9_.-]+")

FOLDER = Path(__file__).resolve().parent
TEMPLATES = FOLDER / "templates"
PAGE = Page("badges", TEMPLATES, styles=(TEMPLATES / "badges.css",), scripts=(TEMPLATES / "badges.js",))


def is_page(request: HttpRequest) -> bool:
    """Tell whether a call is for the page, or for something below it, and came by a route that asks for a token.

    The same function answers the card's routes, which anybody may call, and one of them takes any last segment:
    `…/badge/badges` is an address that needs no token. So the path is judged as it was sent, undecoded: one that could
    be the card's, or that gateway and function could read in two ways, is no page.
    """
    segments = urlsplit(request.url).path.removeprefix("/").removesuffix("/").split("/")
    if request.method not in METHODS or any(each in CARD_ROUTES or not _PLAIN.fullmatch(each) for each in segments):
        return False
    return _base(request).endswith((f"/{ROUTE}", CARDS_ROUTE))


def _base(request: HttpRequest) -> str:
    return web_page.split_path(request.path, (DATA, *EXPORTS))[0]


def answer_badge_page(call: Call[Settings], container: ContainerState, deadline: Deadline) -> HttpAnswer:
    """Answer a call below the page's route. Never raises a FunctionError."""
    call.summary["outcome"] = "page"
    if _base(call.request).endswith(CARDS_ROUTE):
        from functions.codecard_avatar.badges_page import card_routes  # for the desk only

        return card_routes.answer_cards_page(call, container)
    request, preview = call.request, PreviewCalls(call, container, deadline)

    def answer(base: str, kind: str) -> HttpAnswer:
        if request.method == "POST":
            return web_page.view_answer(PAGE, preview.part(posted_form(request, call.body).items()))
        if kind and request.query_value(PART) is not None:
            return web_page.view_answer(PAGE, preview.part(request.query))
        typed = read_typed(request.query)
        whole = _with_cards(preview.whole(typed), call.settings, base)
        if kind:
            refuse_faults(typed)
            return web_page.view_answer(PAGE, whole)
        shown = web_page.served_page(PAGE, whole, base)
        # The page is shown all the same, with what is wrong at its field.
        return HttpAnswer(400, shown.headers, shown.body) if typed.faults else shown

    return answer_page_call(PAGE, request.path, call.summary, answer)


def _with_cards(view: View, settings: Settings, base: str) -> View:
    """Return the view with the address at which what is typed is put on a card, empty where no cards are kept here."""
    query = urlencode([pair for pair in view.query if pair[0] in FIELDS])
    address = f"{base}/cards{'?' + query if query else ''}" if settings.card_keepers else ""
    return replace(view, values={**view.values, "cards_address": address})
