"""The one middleware of all endpoints: request id, signature, faults, hooks, error shape, log."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.hooks import AbandonRequest
from emulator.base.request_log import KEPT_HEADERS, LoggedCall, RequestLog
from emulator.base.service_protocol import (
    CONTENT_SHA256,
    PRINCIPAL,
    Service,
    ServiceAnswerError,
    allows_anonymous,
    error_shape,
    is_signed,
    own_authentication,
    own_headers,
    principal_of,
    streams_body,
)
from emulator.base.streamed_answers import close_connection, trickle, with_fault
from emulator.services.identity.signature_check import SignedRequest, check_body, sha256

if TYPE_CHECKING:
    import weakref
    from collections.abc import Iterator

    from aiohttp.typedefs import Handler, Middleware

    from emulator.base.faults import Fault, Faults
    from emulator.base.hooks import Hooks, When
    from emulator.services.identity.service import IdentityService

_logger = logging.getLogger("emulator")
_HANG_POLL_SECONDS = 0.05


class _DroppedError(Exception):
    """The connection was closed without an answer."""


@dataclass
class Pipeline:
    """What happens to a request before and after its service."""

    identity: IdentityService
    log: RequestLog
    faults: Faults
    hooks: Hooks
    closing: asyncio.Event
    owners: dict[web.AbstractResource, Service]
    connections: weakref.WeakKeyDictionary[asyncio.BaseTransport, int]
    connection_numbers: Iterator[int]

    def middleware(self) -> Middleware:
        """Return the middleware for an aiohttp application."""

        @web.middleware
        async def run(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._run(request, handler)

        return run

    async def _run(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.monotonic()
        resource = request.match_info.route.resource
        service = None if resource is None else self.owners.get(resource)
        call = self.log.begin(self._describe(request, service))
        headers = _headers(request)
        fault = self.faults.take(call.service, call.method, call.path, headers)
        call = replace(call, fault=fault.describe() if fault else "")
        try:
            answer = await self._answer(request, handler, service, call, fault)
        except _DroppedError:  # the connection is closed already; aiohttp wants a response all the same
            self.log.end(self._ended(call, request, None, started))
            return web.Response()
        for name, value in own_headers(service, request).items():
            answer.headers.setdefault(name, value)
        self.log.end(self._ended(call, request, answer, started))
        if fault is not None and fault.trickle is not None:
            await trickle(request, answer, fault.trickle)
            return web.Response()  # of a connection that is closed by now
        return answer

    async def _answer(
        self, request: web.Request, handler: Handler, service: Service | None, call: LoggedCall, fault: Fault | None
    ) -> web.StreamResponse:
        if fault is not None and (early := await self._fault_before(request, service, fault)) is not None:
            return early
        answer = await self._effect(request, handler, service, call)
        if fault is None:
            return answer
        if fault.drop == "after":
            _drop(request, fault)
        return with_fault(answer, fault) if fault.shapes_answer else answer

    async def _fault_before(self, request: web.Request, service: Service | None, fault: Fault) -> web.Response | None:
        """Apply what a fault does instead of the request's effect."""
        if fault.delay_seconds:
            await asyncio.sleep(fault.delay_seconds)
        if fault.hang:
            await self._hang(request)
            _drop(request, fault)
        if fault.drop == "before":
            _drop(request, fault)
        if fault.status is None:
            return None
        return error_shape(service)(fault.status, fault.code, fault.message, fault.response_headers).response()

    async def _hang(self, request: web.Request) -> None:
        """Wait until the client leaves or the cloud closes."""
        while request.transport is not None and not request.transport.is_closing():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), _HANG_POLL_SECONDS)
                return

    async def _effect(
        self, request: web.Request, handler: Handler, service: Service | None, call: LoggedCall
    ) -> web.StreamResponse:
        """Check the signature and let the service answer; every error comes out in its shape."""
        error_of = error_shape(service)
        try:
            if service is not None:
                await self._authenticate(request, service)
            await self._run_hooks("before", call)
            answer = await handler(request)
        except ServiceAnswerError as error:
            return error.response()
        except AbandonRequest:
            close_connection(request, reset=False)
            raise _DroppedError from None
        except web.HTTPException as error:
            code = {404: "NotFound", 405: "MethodNotAllowed", 413: "RequestEntityTooLarge"}.get(error.status, "Error")
            return error_of(error.status, code, error.reason, None).response()
        except Exception as fault:
            if isinstance(fault, ConnectionResetError) and _has_left(request):  # in the middle of its own body
                raise _DroppedError from None
            _logger.exception("%s %s failed in the emulator", request.method, request.path)
            return error_of(500, "InternalServerError", "The emulator failed; see its log.", None).response()
        await self._run_hooks("after", call)
        return answer

    async def _authenticate(self, request: web.Request, service: Service) -> None:
        authenticate = own_authentication(service)
        if authenticate is not None:
            request[PRINCIPAL] = await authenticate(request)
        elif is_signed(service) and ("authorization" in request.headers or not allows_anonymous(service, request)):
            await self._check_signature(request, service)

    async def _check_signature(self, request: web.Request, service: Service) -> None:
        # A service that streams a body checks its hash itself, at the end: reading it here would hold a report of
        # gigabytes in memory. The SDK does not sign the body of a streamed upload at all.
        streamed = streams_body(service, request)
        signed = SignedRequest(request.method, _target(request), _headers(request), body_exempt=streamed)
        verified = self.identity.verify(signed)
        if streamed:
            request[CONTENT_SHA256] = verified.content_sha256
        else:
            check_body(verified, sha256(await request.read()))
        request[PRINCIPAL] = verified.principal

    async def _run_hooks(self, when: When, call: LoggedCall) -> None:
        for callback in self.hooks.due(when, call.service):
            # In a thread: the callback may block until a killed process has ended, and the loop serves other clients.
            await asyncio.to_thread(callback, call)

    def _describe(self, request: web.Request, service: Service | None) -> LoggedCall:
        headers = {name: value for name, value in _headers(request).items() if name in KEPT_HEADERS}
        transport = request.transport
        connection = 0
        if transport is not None:
            if transport not in self.connections:
                self.connections[transport] = next(self.connection_numbers)
            connection = self.connections[transport]
        return LoggedCall(
            number=0,
            service=service.name if service is not None else "",
            method=request.method,
            path=request.path,
            query=request.query_string,
            headers=headers,
            at_epoch_seconds=time.time(),
            connection=connection,
            request_bytes=request.content_length or 0,
        )

    @staticmethod
    def _ended(call: LoggedCall, request: web.Request, answer: web.StreamResponse | None, started: float) -> LoggedCall:
        principal = principal_of(request)
        return replace(
            call,
            status=None if answer is None else answer.status,
            response_bytes=_length(answer),
            seconds=time.monotonic() - started,
            principal=principal.id if principal is not None else "",
        )


def _has_left(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _drop(request: web.Request, fault: Fault) -> None:
    close_connection(request, reset=fault.reset)
    raise _DroppedError


def _length(answer: web.StreamResponse | None) -> int:
    if answer is None:
        return 0
    if isinstance(answer, web.Response) and isinstance(answer.body, bytes):
        return len(answer.body)
    return answer.content_length or 0


def _target(request: web.Request) -> str:
    """Return path and query as on the request line; an absolute-form request line names its host too."""
    raw = request.raw_path
    if raw.startswith("/"):
        return raw
    return "/" + raw.split("://", 1)[-1].partition("/")[2]


def _headers(request: web.Request) -> dict[str, str]:
    """Return lower-case names; repeated headers are joined."""
    joined: dict[str, str] = {}
    for name, value in request.headers.items():
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined
