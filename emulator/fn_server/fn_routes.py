"""Fn's own HTTP routes: `POST /invoke/<function>` and `/t/<app>/<trigger>`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aiohttp import HttpVersion11, web

from emulator.fn_server.fn_answers import BODY_BYTES, FnAnswer, unknown_trigger

if TYPE_CHECKING:
    from emulator.fn_server.fn_answers import Headers
    from emulator.fn_server.host import FunctionHost

_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "proxy-authorization", "trailer"}
)
_PREFIX = "fn-http-h-"
_GO_BUFFER_BYTES = 2048
"""Up to this, Go's HTTP server knows an answer's length before it writes the head."""


def fn_routes(host: FunctionHost) -> list[web.RouteDef]:
    """Return the routes of one host."""

    async def invoke(request: web.Request) -> web.Response:
        return await _invoke(host, request)

    async def trigger(request: web.Request) -> web.StreamResponse:
        return await _trigger(host, request)

    return [web.post("/invoke/{function}", invoke), web.route("*", "/t/{app}/{source:.*}", trigger)]


async def _invoke(host: FunctionHost, request: web.Request) -> web.Response:
    """Pass the client's headers as they are and answer with the function's raw ones (measured on fnserver)."""
    name = request.match_info["function"]
    headers = [pair for pair in client_headers(request) if pair[0].lower() not in {"content-length", "host"}]
    if "content-type" not in request.headers:
        headers.append(("Content-Type", "text/plain"))  # Fn's default, also for JSON
    body = await request.read()
    if request.headers.get("Fn-Invoke-Type", "").lower() == "detached" and name in host.functions:
        host.detach(name, headers, body)
        # OCI answers 202 at once; a local fnserver runs the call in the foreground and answers 200.
        return web.Response(status=202, headers={"Content-Length": "0"})
    answer = await host.call(name, headers, body)
    kept = [pair for pair in answer.headers if pair[0].lower() not in _HOP_BY_HOP | {"content-length", "date"}]
    return respond(answer.status, kept, answer.body)


async def _trigger(host: FunctionHost, request: web.Request) -> web.StreamResponse:
    source = "/" + request.match_info["source"]
    function = next(
        (each.name for each in host.functions.values() if source in each.triggers.values()),
        None,
    )
    if function is None or request.match_info["app"] != host.app:
        return await _as_go(request, *client_view(unknown_trigger().answer()))
    body = await request.read()
    unprefixed = {"host", "content-type"}  # so Content-Type is not in ctx.HTTPHeaders(), unlike behind the gateway
    headers: Headers = [
        ("Fn-Intent", "httprequest"),
        ("Fn-Http-Method", request.method),
        ("Fn-Http-Request-Url", str(request.url.origin()) + raw_target(request)),
        *((f"Fn-Http-H-{name}", value) for name, value in client_headers(request) if name.lower() not in unprefixed),
    ]
    if "content-type" in request.headers:
        headers.append(("Content-Type", request.headers["Content-Type"]))
    return await _as_go(request, *client_view(await host.call(function, headers, body, chunked=bool(body))))


def client_view(answer: FnAnswer) -> tuple[int, Headers, bytes]:
    """Return what a client behind a trigger or gateway sees: own status, unprefixed headers, Content-Type, call id."""
    if answer.status != 200:
        return answer.status, answer.headers, answer.body
    headers: Headers = []
    for name, value in answer.headers:
        lower = name.lower()
        if lower.startswith(_PREFIX):
            headers.append((_canonical(lower.removeprefix(_PREFIX)), value))
        elif lower in {"content-type", "fn-call-id"}:
            headers.append((_canonical(lower), value))
    # A header may come both plain and prefixed (Content-Type); the client sees it once.
    unique: Headers = []
    for name, value in headers:
        if name not in {known for known, _ in unique}:
            unique.append((name, value))
    return int(answer.header("fn-http-status") or 200), unique, answer.body


async def _as_go(request: web.Request, status: int, headers: Headers, body: bytes) -> web.StreamResponse:
    """Return an answer as Go's HTTP server writes it for fnserver (measured): sorted, then Date and the length.

    A length of the function's own is passed on. Without one a body of more than 2,048 bytes is chunked, and for
    HTTP/1.0 ends with the connection.
    """
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
    in_order = [*sorted(headers), ("Date", date)]
    own = next((int(value) for name, value in headers if name == "Content-Length"), None)
    sent = body[:BODY_BYTES][:own]
    if own is not None or len(body) <= _GO_BUFFER_BYTES:
        length = [] if own is not None else [("Content-Length", str(len(sent)))]
        response = web.Response(status=status, body=sent, headers=[*in_order, *length])
        if own is not None and own > len(sent):
            response.force_close()
        return response
    if request.version >= HttpVersion11:
        response = web.Response(status=status, body=sent, headers=in_order)
        response.enable_chunked_encoding()
        return response
    stream = web.StreamResponse(status=status, headers=in_order)
    await stream.prepare(request)
    if request.method != "HEAD":
        await stream.write(sent)
    return stream


def respond(status: int, headers: Headers, body: bytes) -> web.Response:
    """Return an answer with an exact length before everything else; aiohttp sends its head and body in one write.

    A body over Fn's limit breaks off at the limit and the connection with it, as fnserver does it.
    """
    length = ("Content-Length", str(len(body)))
    response = web.Response(status=status, body=body[:BODY_BYTES], headers=[length, *headers])
    if len(body) > BODY_BYTES:
        response.force_close()
    return response


async def without_server_name(_: web.Request, response: web.StreamResponse) -> None:
    """Take away the header that the HTTP stack adds and neither Fn nor the gateway has (an `on_response_prepare`)."""
    response.headers.popall("Server", None)


def client_headers(request: web.Request) -> Headers:
    """Return the client's end-to-end headers in order, repeated ones repeated."""
    return [(name, value) for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP]


def raw_target(request: web.Request) -> str:
    """Return path and query as the client wrote them, also from an absolute request line."""
    raw = request.raw_path
    return raw if raw.startswith("/") else "/" + raw.split("://", 1)[-1].partition("/")[2]


def _canonical(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))
