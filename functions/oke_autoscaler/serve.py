"""What a call of the function does: a tick, or, for a GET through a gateway, the cluster page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler import tick
from shared.results import json_answer

if TYPE_CHECKING:
    from functions.oke_autoscaler.act.answers import Answer
    from functions.oke_autoscaler.settings import Settings
    from shared.errors import FunctionError
    from shared.handler import Call
    from shared.http_request import HttpRequest
    from shared.results import HttpAnswer


def serve(call: Call[Settings]) -> Answer | HttpAnswer:
    """Answer one call. Raises FunctionError when a tick could not do its work."""
    if call.request.is_read:
        from functions.oke_autoscaler.cluster_page.cluster_routes import answer_cluster_page  # a tick needs none of it

        return answer_cluster_page(call)
    return tick.serve(call)


def on_tick_error(error: FunctionError, request: HttpRequest) -> HttpAnswer:
    """Return a fault of the call itself, such as a wrong config: to a browser as a page, else with HTTP 200."""
    if not request.is_read:
        return json_answer(error.to_body())
    from functions.oke_autoscaler.cluster_page.cluster_routes import cluster_fault

    return cluster_fault(error, request.path)
