"""A GET of the badge page through the gateway: it draws what was typed, reads no registry and stores nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from functions.codecard_avatar.badges_page.badge_views import ButtonRules, preview_view, typed_fields
from functions.codecard_avatar.publish.picture_route import FOLDER as FOLDER_OF_PICTURES
from shared.pages import web_page
from shared.pages.page_calls import DATA, answer_page_call
from shared.pages.web_page import Page

if TYPE_CHECKING:
    from functions.codecard_avatar.container_state import ContainerState
    from functions.codecard_avatar.settings import Settings
    from shared.deadline import Deadline
    from shared.handler import Call
    from shared.http_request import HttpRequest
    from shared.results import HttpAnswer

ROUTE = "badges"
"""Last part of the page's path: `…/codecard/badges`."""

METHODS = ("GET", "HEAD", "POST")
CARD_ROUTES = ("avatar", FOLDER_OF_PICTURES)
"""Segments of the routes without a token."""

_PLAIN = re.compile(r"(?!\.+$)[A-Za-z0-9_.-]+")

FOLDER = Path(__file__).resolve().parent
PAGE = Page("badges", FOLDER / "templates", styles=(FOLDER / "templates" / "badges.css",))


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


def answer_badge_page(call: Call[Settings], container: ContainerState, deadline: Deadline) -> HttpAnswer:  # noqa: ARG001
    """Answer a GET below the page's route. Never raises a FunctionError."""
    call.summary["outcome"] = "page"
    settings = call.settings
    rules = ButtonRules(settings.usual_layout, settings.button_layouts, settings.event_name)

    def answer(base: str, kind: str) -> HttpAnswer:
        view = preview_view(typed_fields(call.request.query), rules)
        return web_page.view_answer(PAGE, view) if kind else web_page.served_page(PAGE, view, base)

    return answer_page_call(PAGE, call.request.path, call.summary, answer)
