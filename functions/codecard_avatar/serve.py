"""One call of codecard-avatar: which route it is for, and what a failure looks like there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar import routes, time_budget
from functions.codecard_avatar.card import card_json
from functions.codecard_avatar.container_state import ContainerState
from functions.codecard_avatar.errors import NameUnreadable
from functions.codecard_avatar.publish.picture_route import requested_picture
from functions.codecard_avatar.settings import Settings
from shared.results import HttpAnswer, json_answer

if TYPE_CHECKING:
    from shared.errors import FunctionError
    from shared.handler import Call
    from shared.http_request import HttpRequest

__all__ = ["Settings", "on_error", "serve"]

_container = ContainerState()


FLAGS = ("preflight",)
"""Of a call of one's own, which is signed; the card, and whoever asks as it does, sends no body and learns no config.

There is no `dry_run`: a press stores a picture under a name made of its content, and nothing is replaced or removed."""


def serve(call: Call[Settings], container: ContainerState = _container) -> HttpAnswer:
    """Answer a button press with the badge's address, or send the picture at such an address. Raises FunctionError."""
    # The deadline is set first: everything after it, the look at the request included, is taken off the card's 5 s.
    deadline = time_budget.press_deadline(call.deadline, container.start_seconds())
    # A caller that sends a body may mean anything but a press.
    if call.flags(*(FLAGS if call.request.kind == "invoke" else ())).get("preflight"):
        from functions.codecard_avatar.preflight import preflight  # rare

        return json_answer(preflight(call.settings, call.deadline, call.config))
    picture = requested_picture(call.request)
    if call.settings.warning:
        call.summary["warning"] = call.settings.warning
    try:
        if picture is None:
            return routes.answer_press(call, container, deadline)
        return routes.answer_picture(picture, call, container, deadline)
    finally:
        if container.http.private_hosts:
            call.summary["private_hosts"] = container.http.private_hosts


def on_error(error: FunctionError, request: HttpRequest) -> HttpAnswer:
    """Return the template with which the card shows a failure; where a picture was asked for, with an error status.

    The firmware ignores the status of the JSON answer, but draws no picture unless its answer begins with
    ``HTTP/1.1 200 OK``, so only there does the status carry meaning.
    """
    answer = card_json.card_answer(card_json.failure_fields(error))
    if requested_picture(request) is None:
        return answer
    return HttpAnswer(404 if isinstance(error, NameUnreadable) else 503, answer.headers, answer.body)
