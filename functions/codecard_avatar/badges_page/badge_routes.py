"""A call of the badge page through the gateway: it draws what was typed, and stores nothing of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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

ROUTE = "badges"
"""Last part of the page's path: `…/codecard/badges`."""

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
    return web_page.split_path(request.path, (DATA,))[0].endswith(f"/{ROUTE}")


def answer_badge_page(call: Call[Settings], container: ContainerState, deadline: Deadline) -> HttpAnswer:
    """Answer a call below the page's route. Never raises a FunctionError."""
    call.summary["outcome"] = "page"
    request, preview = call.request, PreviewCalls(call, container, deadline)

    def answer(base: str, kind: str) -> HttpAnswer:
        if request.method == "POST":
            return web_page.view_answer(PAGE, preview.part(posted_form(request, call.body).items()))
        if kind and request.query_value(PART) is not None:
            return web_page.view_answer(PAGE, preview.part(request.query))
        typed = read_typed(request.query)
        if kind:
            refuse_faults(typed)
            return web_page.view_answer(PAGE, preview.whole(typed))
        shown = web_page.served_page(PAGE, preview.whole(typed), base)
        # The page is shown all the same, with what is wrong at its field.
        return HttpAnswer(400, shown.headers, shown.body) if typed.faults else shown

    return answer_page_call(PAGE, request.path, call.summary, answer)
