"""One call of codecard-avatar: which route it is for, and what a failure looks like there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from functions.codecard_avatar import routes, time_budget
from functions.codecard_avatar.card import card_json
from functions.codecard_avatar.container_state import ContainerState
from functions.codecard_avatar.errors import BadCardId, NameUnreadable
from functions.codecard_avatar.model.card_id import ID_HEADER
from functions.codecard_avatar.publish.picture_route import requested_picture
from functions.codecard_avatar.settings import Settings
from shared.results import json_answer, success

if TYPE_CHECKING:
    from shared.errors import FunctionError
    from shared.handler import Call
    from shared.http_request import HttpRequest
    from shared.results import HttpAnswer

__all__ = ["Settings", "on_error", "serve"]

_container = ContainerState()


FLAGS = ("preflight", "ping")
"""Of a call of one's own, which is signed; the card, and whoever asks as it does, sends no body and learns no config.

There is no `dry_run`: a press stores a picture under a name made of its content, and nothing is replaced or removed."""


PAGE_PART = "/badges"
"""In the path of the badge page, and of none of the card's routes."""


def serve(call: Call[Settings], container: ContainerState = _container) -> HttpAnswer:
    """Answer a button press with the badge's address, or send the picture at such an address. Raises FunctionError."""
    # The deadline is set first: everything after it, the look at the request included, is taken off the card's 5 s.
    deadline = time_budget.press_deadline(call.deadline, container.start_seconds())
    if call.request.kind == "http" and PAGE_PART in call.request.path:
        from functions.codecard_avatar.badges_page import badge_routes  # a press reads none of it

        if badge_routes.is_page(call.request):
            return badge_routes.answer_badge_page(call, container, deadline)
    # A caller that sends a body may mean anything but a press.
    flags = call.flags(*(FLAGS if call.request.kind == "invoke" else ()))
    if flags.get("ping"):
        from functions.codecard_avatar import keep_warm  # not for a press

        call.summary["outcome"] = "ping"
        return json_answer(success(ping=True, loaded=keep_warm.load_all(call.settings, container)))
    if flags.get("preflight"):
        from functions.codecard_avatar.preflight import preflight  # rare

        return json_answer(preflight(call.settings, call.deadline, call.config))
    picture = requested_picture(call.request)
    if call.settings.warning:
        call.summary["warning"] = call.settings.warning
    try:
        if picture is None and call.request.header(ID_HEADER) is None:
            return _answer_no_card(call, container)
        if picture is None:
            return routes.answer_press(call, container, deadline)
        return routes.answer_picture(picture, call, container, deadline)
    finally:
        if container.http.private_hosts:
            call.summary["private_hosts"] = container.http.private_hosts


def _answer_no_card(call: Call[Settings], container: ContainerState) -> HttpAnswer:
    """Answer a health check, a scheduler, or somebody with curl: say what is missing, and be ready for a press."""
    from functions.codecard_avatar import keep_warm  # not for a press

    keep_warm.load_all(call.settings, container)
    missing = BadCardId(f"The request has no header {ID_HEADER}", fix="send the card's 12 hex digits", field=ID_HEADER)
    call.summary.update(outcome="no card", reason=missing.reason)
    return card_json.card_answer(card_json.failure_fields(missing))


def on_error(error: FunctionError, request: HttpRequest) -> HttpAnswer:
    """Return what shows a failure on the card: a template, or a picture of its words where a picture was asked for.

    An address of another form than this function's own is nobody's picture, so it is not found.
    """
    fields = card_json.failure_fields(error)
    if requested_picture(request) is None:
        return card_json.card_answer(fields)
    if isinstance(error, NameUnreadable):
        return replace(card_json.card_answer(fields), status=404)
    return routes.answer_notice(fields)
