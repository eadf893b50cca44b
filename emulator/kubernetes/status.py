"""The errors of an API server: objects of kind Status.

Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from emulator.base.service_protocol import ServiceAnswerError, json_response

if TYPE_CHECKING:
    from aiohttp import web

    from emulator.kubernetes.kinds import ResourceKind
    from emulator.kubernetes.object_fields import Object

_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    410: "Expired",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


class StatusError(ServiceAnswerError):
    """An answer `{"kind": "Status", "status": "Failure", …}`. `code` is the reason, as OCI calls it."""

    def __init__(
        self,
        status: int,
        code: str = "",
        message: str = "",
        headers: Mapping[str, str] | None = None,
        *,
        details: Mapping[str, object] | None = None,
        continue_token: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = code or _REASONS.get(status, "")
        self.message = message
        self.headers = dict(headers or {})
        self.details = dict(details or {})
        self.continue_token = continue_token

    def response(self) -> web.Response:
        """Return the HTTP answer."""
        body: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {"continue": self.continue_token} if self.continue_token else {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.status,
        }
        if self.details:
            body["details"] = self.details
        return json_response(body, status=self.status, headers=self.headers)


def not_found(kind: ResourceKind, name: str) -> StatusError:
    """Return the 404 for an object."""
    text = f'{_qualified(kind)} "{name}" not found'
    return StatusError(404, message=text, details={"name": name, "group": kind.group, "kind": kind.plural})


def already_exists(kind: ResourceKind, name: str) -> StatusError:
    """Return the 409 for a name that is taken."""
    text = f'{_qualified(kind)} "{name}" already exists'
    return StatusError(409, "AlreadyExists", text, details={"name": name, "group": kind.group, "kind": kind.plural})


def conflict(kind: ResourceKind, name: str, why: str) -> StatusError:
    """Return the 409 for a write on a state that is no longer the object's."""
    text = f'Operation cannot be fulfilled on {_qualified(kind)} "{name}": {why}'
    return StatusError(409, message=text, details={"name": name, "group": kind.group, "kind": kind.plural})


def stale(kind: ResourceKind, name: str) -> StatusError:
    """Return the 409 for an old resourceVersion."""
    return conflict(kind, name, "the object has been modified; apply the change to its latest version")


def terminating(kind: ResourceKind, name: str, namespace: str) -> StatusError:
    """Return the 403 for something new in a namespace on its way out (kubernetes, plugin/admission/namespace)."""
    text = f'{_qualified(kind)} "{name}" is forbidden: unable to create new content in namespace {namespace} because it'
    cause = {
        "reason": "NamespaceTerminating",
        "message": f"namespace {namespace} is being terminated",
        "field": "metadata.namespace",
    }
    details = {"name": name, "group": kind.group, "kind": kind.plural, "causes": [cause]}
    return StatusError(403, message=f"{text} is being terminated", details=details)


def invalid_field(kind: ResourceKind, name: str, field: str, why: str) -> StatusError:
    """Return the 422 for a field."""
    cause = {"reason": "FieldValueInvalid", "message": why, "field": field}
    details = {"name": name, "group": kind.group, "kind": kind.name, "causes": [cause]}
    return StatusError(422, message=f'{kind.name} "{name}" is invalid: {field}: {why}', details=details)


def bad_request(message: str) -> StatusError:
    """Return a 400."""
    return StatusError(400, message=message)


def _qualified(kind: ResourceKind) -> str:
    return f"{kind.plural}.{kind.group}" if kind.group else kind.plural
