"""What a service of the local cloud looks like, and the one shape of its errors."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Iterable

PRINCIPAL = web.RequestKey("principal", object)
"""Who signed the request: a `SignedPrincipal`, or None for an anonymous one."""

CONTENT_SHA256 = web.RequestKey("content_sha256", str)
"""The body hash that the signature covers, for services that stream the body and check it themselves."""


ErrorShape = Callable[[int, str, str, Mapping[str, str] | None], "ServiceAnswerError"]
"""Makes an error from an HTTP status, a code, a message and headers."""

Authentication = Callable[[web.Request], Awaitable["SignedPrincipal"]]
"""Returns the caller; raises the service's own error for an unknown one."""


@dataclass(frozen=True)
class SignedPrincipal:
    """Who signed a request: a resource (a function) or a user, with the tenancy it belongs to."""

    kind: str
    id: str
    tenancy: str
    compartment: str = ""


@runtime_checkable
class Service(Protocol):
    """What `Cloud` mounts. Further attributes are optional: see the functions below that take a service."""

    name: str

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths that the service answers, from the root of the endpoint."""
        ...


@runtime_checkable
class OwnPortService(Service, Protocol):
    """A service that is alone on a TLS port of its own."""

    def listens(self, port: int, ca_pem: bytes) -> None:
        """Learn the port and the certificate of the authority that signed the server's."""
        ...


class ServiceAnswerError(Exception):
    """An error that a service answers with; the class of the service knows its shape."""

    def response(self) -> web.Response:
        """Return the HTTP answer."""
        raise NotImplementedError


class OciError(ServiceAnswerError):
    """An answer in OCI's error shape: `{"code": …, "message": …}` with an HTTP status.

    Source: https://docs.oracle.com/en-us/iaas/Content/API/References/apierrors.htm
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """Return the HTTP answer."""
        return json_response({"code": self.code, "message": self.message}, status=self.status, headers=self.headers)


def json_response(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return `body` as OCI's services write JSON."""
    return web.Response(
        status=status, body=json.dumps(body).encode(), content_type="application/json", headers=dict(headers or {})
    )


def not_authenticated(message: str) -> OciError:
    """Return the 401 that OCI answers whatever is wrong with a signature."""
    return OciError(401, "NotAuthenticated", message)


def not_allowed_or_not_found() -> OciError:
    """Return OCI's 404, which is the same for a missing and for a forbidden resource."""
    return OciError(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.")


def required_query(request: web.Request, name: str) -> str:
    """Return a parameter of the query. Raises OciError 400 where it is missing."""
    if name not in request.query:
        raise OciError(400, "MissingParameter", f"{name} is missing.")
    return request.query[name]


def principal_of(request: web.Request) -> SignedPrincipal | None:
    """Return who signed the request, None for an anonymous one."""
    return cast("SignedPrincipal | None", request.get(PRINCIPAL))


def is_signed(service: Service) -> bool:
    """Tell whether requests to the service need an OCI signature (attribute `signed`, default no)."""
    return bool(getattr(service, "signed", False))


def allows_anonymous(service: Service, request: web.Request) -> bool:
    """Tell whether a signed service also takes this request without a signature (method `allows_anonymous`)."""
    method = getattr(service, "allows_anonymous", None)
    return bool(method is not None and method(request))


def error_shape(service: Service | None) -> ErrorShape:
    """Return what makes an error in the service's shape (attribute `error`, default `OciError`)."""
    shape: ErrorShape = getattr(service, "error", OciError)
    return shape


def own_headers(service: Service | None, request: web.Request) -> Mapping[str, str]:
    """Return what every answer of the service carries (method `headers`, default OCI's request id)."""
    method: Callable[[], Mapping[str, str]] | None = getattr(service, "headers", None)
    if method is not None:
        return method()
    return {"opc-request-id": request.headers.get("opc-request-id") or new_request_id()}


def own_authentication(service: Service) -> Authentication | None:
    """Return the service's own check of who calls (method `authenticate`), None for OCI's signature or nothing."""
    method: Authentication | None = getattr(service, "authenticate", None)
    return method


def streams_body(service: Service, request: web.Request) -> bool:
    """Tell whether the service reads and checks this request's body itself (method `streams_body`)."""
    method = getattr(service, "streams_body", None)
    return bool(method is not None and method(request))


def reset(service: Service) -> None:
    """Bring the service back to its first state (method `reset`, where it has one)."""
    method = getattr(service, "reset", None)
    if method is not None:
        method()


def new_request_id() -> str:
    """Return an id as OCI's services make them: upper-case hexadecimal."""
    return uuid.uuid4().hex.upper()


def timestamp(epoch_seconds: float) -> str:
    """Return RFC 3339 with milliseconds in UTC, the way OCI writes times."""
    moment = datetime.fromtimestamp(epoch_seconds, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
