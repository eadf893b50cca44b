"""The gateway's application: the routes of a deployment specification, and Fn's own beside them."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.fn_server.fn_answers import BODY_BYTES
from emulator.fn_server.fn_routes import (
    client_headers,
    client_view,
    fn_routes,
    raw_target,
    respond,
    without_server_name,
)
from emulator.gateway.token_authentication import Gatekeeper

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from emulator.fn_server.fn_answers import Headers
    from emulator.fn_server.host import FunctionHost
    from emulator.gateway.browser_login import BrowserLogin
    from emulator.gateway.specification import Route, Specification

GATEWAY_BODY_BYTES = 20 * 1024 * 1024
HOST = web.AppKey("host", object)
_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Payload Too Large",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    504: "Gateway Timeout",
}


class RateLimiter:
    """At most `per_second` requests in any second for one key; 0 lets all pass. `clock` gives seconds."""

    def __init__(self, per_second: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._seen: dict[str, deque[float]] = defaultdict(deque)

    def allows(self, key: str) -> bool:
        """Count a request and tell whether it may pass."""
        if not self._per_second:
            return True
        now, seen = self._clock(), self._seen[key]
        while seen and seen[0] <= now - 1:
            seen.popleft()
        if len(seen) >= self._per_second:
            return False
        seen.append(now)
        return True


def build_gateway_app(
    host: FunctionHost, specification: Specification, login: BrowserLogin | None = None
) -> web.Application:
    """Return the application of a host: its processes end with it. The host is at `app[HOST]`.

    With ``login`` a browser without a token is sent to the identity domain instead of refused.
    """
    app = web.Application(client_max_size=GATEWAY_BODY_BYTES)
    app[HOST] = host
    limiter = RateLimiter(specification.requests_per_second)
    gatekeeper = Gatekeeper(specification.token_policy)

    async def gateway(request: web.Request) -> web.Response:
        key = str(request.remote) if specification.rate_key == "CLIENT_IP" else "all"
        if not limiter.allows(key):
            return refuse(429)
        if login is not None and (answer := await _by_login(login, request)) is not None:
            return answer
        answer = await _serve(host, specification, gatekeeper, request, login)
        return login.mark(request, answer) if login else answer

    async def processes(_: web.Application) -> AsyncIterator[None]:
        yield
        await host.close()

    app.add_routes([*fn_routes(host), web.route("*", "/{path:.*}", gateway)])
    app.cleanup_ctx.append(processes)
    app.on_response_prepare.append(without_server_name)
    return app


async def _by_login(login: BrowserLogin, request: web.Request) -> web.Response | None:
    """Return the answer of the login's own route, None for every other one."""
    if request.path != login.path or request.method != "GET":
        return None
    return await login.finish(request) or refuse(400)


async def _serve(
    host: FunctionHost,
    specification: Specification,
    gatekeeper: Gatekeeper,
    request: web.Request,
    login: BrowserLogin | None,
) -> web.Response:
    matching = [route for route in specification.routes if route.pattern.fullmatch(request.path)]
    route = next((each for each in matching if each.allows(request.method)), None)
    if route is None:
        return refuse(405 if matching else 404)
    claims = await gatekeeper.admit(route.authorization, login.shown(request) if login else request.headers)
    if claims is None:
        return await login.begin(request) if login and request.method in {"GET", "HEAD"} else refuse(401)
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        return refuse(413)
    if fault := _fault(route, request, body):
        return refuse(fault)
    client = route.headers.applied(client_headers(request), claims)
    answer = await host.call(route.function, function_headers(request, body, client), body)
    # A 502 or 504 of Fn, and so of the function itself, reaches the client as the gateway's own error.
    if answer.status != 200:
        return refuse(answer.status)
    status, headers, content = client_view(answer)
    return respond(status, [pair for pair in headers if pair[0] != "Content-Length"], content)


def _fault(route: Route, request: web.Request, body: bytes) -> int:
    """Return the status that the route's validations refuse a request with, 0 for a valid one."""
    headers = all(name in request.headers for name in route.required_headers)
    if not headers or not all(name in request.query for name in route.required_query):
        return 400
    # Size and type of a body are looked at only when there is one.
    if not body:
        return 400 if route.body_required else 0
    if len(body) > BODY_BYTES:
        return 413
    return 0 if route.body_types is None or request.content_type in route.body_types else 415


def refuse(status: int) -> web.Response:
    """Return an error of the gateway's own."""
    body = json.dumps({"code": status, "message": _REASONS.get(status, "Error")}).encode()
    return respond(status, [("Content-Type", "application/json")], body)


def function_headers(request: web.Request, body: bytes, sent: Headers) -> Headers:
    """Return the headers that OCI's gateway sends to a function, `sent` as the client's own.

    URL of path and query only; Content-Type, Host and User-Agent plain and prefixed, so that the FDK makes lists of
    them; source: Oracle's sample oci-apigw-display-httprequest-info-python.
    """
    # The gateway invents a Content-Type for a request without one, and sends it twice. A function that reads
    # ctx.Headers() instead of ctx.HTTPHeaders() meets a list there.
    content_type = request.headers.get("Content-Type", "application/octet-stream")
    remote = request.remote or "127.0.0.1"
    client = [pair for pair in sent if pair[0].lower() != "content-type"]
    return [
        ("Fn-Intent", "httprequest"),
        ("Fn-Invoke-Type", "sync"),
        ("Fn-Http-Method", request.method),
        ("Fn-Http-Request-Url", raw_target(request)),
        ("Content-Type", content_type),
        ("User-Agent", "lua-resty-http/0.14 (Lua) ngx_lua/10015"),
        ("Opc-Request-Id", f"/{uuid.uuid4().hex.upper()}/{uuid.uuid4().hex.upper()}"),
        ("Oci-Subject-Id", "ocid1.apigateway.oc1..local"),
        ("Oci-Subject-Type", "resource"),
        ("Oci-Subject-Tenancy-Id", "ocid1.tenancy.oc1..local"),
        ("X-Content-Sha256", base64.b64encode(hashlib.sha256(body).digest()).decode()),
        ("Date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())),
        ("Fn-Http-H-Content-Type", content_type),
        ("Fn-Http-H-Forwarded", f"for={remote}"),
        ("Fn-Http-H-X-Forwarded-For", remote),
        ("Fn-Http-H-X-Real-Ip", remote),
        *((f"Fn-Http-H-{name}", value) for name, value in client),
    ]
