"""The answer of request-context: a greeting and everything the FDK's context knows about the call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from functions.request_context.masking import masked, masked_url
from functions.request_context.settings import Settings
from shared.errors import BadRequest
from shared.results import HttpAnswer, json_answer

if TYPE_CHECKING:
    from shared.handler import Call
    from shared.http_request import HttpRequest

NAME_CHARACTERS = 200
DEVICE_HEADER = "x-device-id"

__all__ = ["Settings", "serve"]


def serve(call: Call[Settings]) -> HttpAnswer:
    """Answer with ``Message``, the ``ctx.…`` values and the parsed request, sorted and indented.

    The body is empty or ``{"name": text}``; BadRequest for anything else.
    """
    context = call.context
    answer = {
        "Message": f"{call.settings.greeting} {_name(call.json_body())}",
        "ctx.AppID": context.AppID(),
        "ctx.AppName": context.AppName(),
        "ctx.CallID": context.CallID(),
        "ctx.Config": masked(call.config),
        "ctx.Deadline": context.Deadline(),
        "ctx.FnID": context.FnID(),
        "ctx.FnName": context.FnName(),
        "ctx.Format": context.Format(),
        "ctx.HTTPHeaders": masked(context.HTTPHeaders()),
        "ctx.Headers": masked(context.Headers()),
        "ctx.Method": context.Method(),
        "ctx.RequestURL": masked_url(context.RequestURL()) if context.RequestURL() else context.RequestURL(),
        "request": _request(call.request),
        "version": os.environ.get("SUITE_VERSION", "unknown"),
        "commit": os.environ.get("SUITE_COMMIT", "unknown"),
    }
    return json_answer(answer, indent=2, sort_keys=True)


def _name(body: object) -> str:
    if body is None:
        return "World"
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object", fix='send {"name": "…"} or no body', field="body")
    name = body.get("name", "World")
    if not isinstance(name, str) or len(name) > NAME_CHARACTERS:
        raise BadRequest(f"name must be a text of at most {NAME_CHARACTERS} characters", field="name")
    return name


def _request(request: HttpRequest) -> dict[str, object]:
    """Return how the shared library reads the call, the same for plain invoke, trigger and gateway."""
    query: dict[str, list[str]] = {}
    for name, value in request.query:
        query.setdefault(name, []).append(value)
    return {
        "kind": request.kind,
        "method": request.method,
        "path": request.path,
        "host": request.host,
        "query": masked(query),
        DEVICE_HEADER: request.header(DEVICE_HEADER),
    }
