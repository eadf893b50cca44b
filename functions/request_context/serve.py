"""The answer of request-context: a greeting and everything the FDK's context knows about the call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from functions.request_context.masking import shown, shown_config, shown_headers, shown_query, shown_url
from functions.request_context.request_body import described_body, read_body
from functions.request_context.settings import Settings
from shared.errors import BadRequest
from shared.results import HttpAnswer, json_answer

if TYPE_CHECKING:
    from shared.handler import Call
    from shared.http_request import HttpRequest

NAME_CHARACTERS = 200
DEVICE_HEADER = "x-device-id"
ROUTE = "request-context"
METHODS = "GET, HEAD, OPTIONS, POST"
"""What the gateway's routes let through; a trigger passes every method."""

__all__ = ["Settings", "serve"]


def serve(call: Call[Settings]) -> HttpAnswer:
    """Answer with ``Message``, the ``ctx.…`` values and the parsed request, sorted and indented.

    BadRequest for a body that is meant as JSON and is no object with a usable ``name``.
    """
    context, request = call.context, call.request
    body = read_body(call.body, request.header("content-type"))
    answer = {
        "Message": f"{shown(call.settings.greeting)} {shown(_name(body.value)) if body.kind == 'json' else 'World'}",
        "ctx.AppID": context.AppID(),
        "ctx.AppName": context.AppName(),
        "ctx.CallID": context.CallID(),
        "ctx.Config": shown_config(call.config),
        "ctx.Deadline": context.Deadline(),
        "ctx.FnID": context.FnID(),
        "ctx.FnName": context.FnName(),
        "ctx.Format": context.Format(),
        "ctx.HTTPHeaders": shown_headers(context.HTTPHeaders(), context.HTTPHeaders()),
        # Of a plain invoke all headers are the caller's; behind a trigger or a gateway those of the two are merged in.
        "ctx.Headers": shown_headers(context.Headers(), context.HTTPHeaders() or context.Headers()),
        "ctx.Method": context.Method() and shown(context.Method()),
        "ctx.RequestURL": context.RequestURL() and shown_url(context.RequestURL()),
        "request": {**_request(request), "body": described_body(body)},
        "version": os.environ.get("SUITE_VERSION", "unknown"),
        "commit": os.environ.get("SUITE_COMMIT", "unknown"),
    }
    headers = {"Allow": METHODS} if request.method == "OPTIONS" else {}
    return json_answer(answer, indent=2, sort_keys=True, headers=headers)


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
    return {
        "kind": request.kind,
        "method": shown(request.method),
        "path": shown_url(request.path),
        "path_parameters": _path_parameters(request.path),
        "host": shown(request.host),
        "query": shown_query(request.query),
        "client_address": _header(request, "x-real-ip") if request.kind == "http" else None,
        "content_type": _header(request, "content-type"),
        "content_length": _header(request, "content-length"),
        DEVICE_HEADER: _header(request, DEVICE_HEADER),
    }


def _header(request: HttpRequest, name: str) -> str | None:
    value = request.header(name)
    return None if value is None else shown(value)


def _path_parameters(path: str) -> list[str]:
    """Return what follows the route: the gateway hands its path parameters over in the path alone."""
    parts = path.split("/")
    if ROUTE not in parts:
        return []
    return [shown(part) for part in parts[parts.index(ROUTE) + 1 :]]
