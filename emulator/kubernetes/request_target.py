"""What a request is about: kind, namespace, name and subresource of its path, and the verb for access control."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.kubernetes.kinds import BY_PATH, NAMESPACE, ResourceKind
from emulator.kubernetes.rbac import Permission
from emulator.kubernetes.status import StatusError

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete", "GET": "get"}


@dataclass(frozen=True)
class RequestTarget:
    """A parsed path."""

    kind: ResourceKind
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    def access(self, method: str) -> Permission:
        """Return what a request with this method does. Raises StatusError 405."""
        if method not in _VERBS:
            raise StatusError(405, message="the server does not allow this method on the requested resource")
        verb = _VERBS[method]
        if not self.name:
            verb = {"get": "list", "delete": "deletecollection"}.get(verb, verb)
        resource = f"{self.kind.plural}/{self.subresource}" if self.subresource else self.kind.plural
        return Permission(verb, self.kind.group, resource, self.namespace, self.name)


def parse_path(path: str) -> RequestTarget:
    """Read a path. Raises StatusError 404 for one that no resource has."""
    parts = path.strip("/").split("/")
    if parts[0] == "api" and len(parts) > 2:
        group, (version, *rest) = "", parts[1:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, (version, *rest) = parts[1], parts[2:]
    else:
        raise _unknown()
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    kind = BY_PATH.get((group, version, rest[0]))
    if kind is None or len(rest) > 3 or (namespace and not kind.namespaced):
        raise _unknown()
    name = rest[1] if len(rest) > 1 else ""
    if name and kind.namespaced and not namespace:
        raise _unknown()
    if kind is NAMESPACE and len(rest) > 2:
        raise _unknown()
    return RequestTarget(kind, namespace, name, rest[2] if len(rest) > 2 else "")


def _unknown() -> StatusError:
    return StatusError(404, message="the server could not find the requested resource")
