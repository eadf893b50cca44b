"""What a call of the function does: a tick, or, for a GET through a gateway, the cluster page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler import tick

if TYPE_CHECKING:
    from functions.oke_autoscaler.act.answers import Answer
    from functions.oke_autoscaler.settings import Settings
    from shared.handler import Call
    from shared.results import HttpAnswer


def serve(call: Call[Settings]) -> Answer | HttpAnswer:
    """Answer one call. Raises FunctionError when a tick could not do its work."""
    if call.request.kind == "http" and call.request.method in ("GET", "HEAD"):
        from functions.oke_autoscaler.cluster_page.cluster_routes import answer_cluster_page  # a tick needs none of it

        return answer_cluster_page(call)
    return tick.serve(call)
