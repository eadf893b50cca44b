"""A deployment specification of OCI API Gateway, read and checked.

Source: https://docs.oracle.com/en-us/iaas/api/#/en/api-gateway/latest/datatypes/ApiSpecification
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulator.gateway.browser_login import LOGIN_BACKEND, LoginPolicy, parse_login
from emulator.gateway.header_transformations import HeaderTransformations, parse_transformations
from emulator.gateway.token_authentication import Authorization, TokenPolicy, parse_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

METHODS = frozenset({"ANY", "HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SEGMENT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(\*?)\}")
_PLACEHOLDER = re.compile(r"\$\{([a-z0-9-]+)\}")


@dataclass(frozen=True)
class Route:
    """One route: `pattern` matches a whole path, `function` is the name behind its `${name}` placeholder.

    `body_types` are the media types that a body may have (None: any).
    """

    path: str
    pattern: re.Pattern[str]
    methods: frozenset[str]
    function: str
    required_headers: tuple[str, ...] = ()
    required_query: tuple[str, ...] = ()
    body_types: frozenset[str] | None = None
    body_required: bool = False
    authorization: Authorization = "AUTHENTICATION_ONLY"
    headers: HeaderTransformations = field(default_factory=HeaderTransformations)

    def allows(self, method: str) -> bool:
        """Tell whether the route takes the method."""
        return "ANY" in self.methods or method in self.methods


@dataclass(frozen=True)
class Specification:
    """All routes in their order, and the limit of requests a second (0: none) with what it counts by."""

    routes: tuple[Route, ...]
    requests_per_second: int = 0
    rate_key: str = "CLIENT_IP"
    token_policy: TokenPolicy | None = None
    login: LoginPolicy | None = None


def parse_specification(document: Mapping[str, Any]) -> Specification:
    """Read a specification. Raises ValueError for what the service would refuse or the emulator does not serve."""
    routes = document.get("routes")
    if not isinstance(routes, list) or not routes:
        raise ValueError("routes: at least one is needed")
    policies = document.get("requestPolicies") or {}
    limit = policies.get("rateLimiting") or {}
    authentication = policies.get("authentication")
    key = str(limit.get("rateKey", "CLIENT_IP"))
    if key not in {"CLIENT_IP", "TOTAL"}:
        raise ValueError(f"requestPolicies.rateLimiting.rateKey: {key}")
    return Specification(
        routes=tuple(_route(number, route) for number, route in enumerate(routes) if not _is_login(route)),
        requests_per_second=int(limit.get("rateInRequestsPerSecond", 0)),
        rate_key=key,
        token_policy=parse_policy(authentication) if authentication else None,
        login=parse_login((authentication or {}).get("validationFailurePolicy"), routes),
    )


def _is_login(route: Mapping[str, Any]) -> bool:
    return bool((route.get("backend") or {}).get("type") == LOGIN_BACKEND)


def _route(number: int, route: Mapping[str, Any]) -> Route:
    where = f"routes[{number}]"
    methods = frozenset(route.get("methods") or ["ANY"])
    backend = route.get("backend") or {}
    placeholder = _PLACEHOLDER.fullmatch(str(backend.get("functionId", "")))
    if not methods <= METHODS:
        raise ValueError(f"{where}.methods: {sorted(methods - METHODS)}")
    if backend.get("type") != "ORACLE_FUNCTIONS_BACKEND" or placeholder is None:
        raise ValueError(f"{where}.backend: a function's placeholder such as ${{codecard-avatar}} is needed")
    path = str(route.get("path", ""))
    policies = route.get("requestPolicies") or {}
    body = _enforced(policies.get("bodyValidation"))
    return Route(
        path=path,
        pattern=_pattern(where, path),
        methods=methods,
        function=placeholder[1],
        required_headers=_required(policies.get("headerValidations"), "headers"),
        required_query=_required(policies.get("queryParameterValidations"), "parameters"),
        body_types=frozenset(body["content"]) if body else None,
        body_required=bool(body.get("required")),
        authorization=_authorization(where, policies.get("authorization")),
        headers=parse_transformations(where, policies.get("headerTransformations")),
    )


def _authorization(where: str, policy: Mapping[str, Any] | None) -> Authorization:
    """Return a route's authorization type; a route without one lets authenticated callers pass only."""
    match (policy or {"type": "AUTHENTICATION_ONLY"}).get("type"):
        case "ANONYMOUS":
            return "ANONYMOUS"
        case "AUTHENTICATION_ONLY":
            return "AUTHENTICATION_ONLY"
        case other:
            raise ValueError(f"{where}.requestPolicies.authorization.type: {other}")


def _enforced(validation: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if not validation or validation.get("validationMode", "ENFORCING") != "ENFORCING":
        return {}
    return validation


def _required(validation: Mapping[str, Any] | None, key: str) -> tuple[str, ...]:
    return tuple(str(each["name"]) for each in _enforced(validation).get(key, []) if each.get("required"))


def _pattern(where: str, path: str) -> re.Pattern[str]:
    """Turn `/a/{b}/{c*}` into a pattern: `{b}` is one segment, `{c*}` at the end is any number of them."""
    if not path.startswith("/"):
        raise ValueError(f"{where}.path: must begin with /")
    parts = []
    segments = path[1:].split("/")
    for position, segment in enumerate(segments):
        found = _SEGMENT.fullmatch(segment)
        if found is None:
            if "{" in segment or "}" in segment:
                raise ValueError(f"{where}.path: {segment}")
            parts.append(re.escape(segment))
        elif found[2] and position != len(segments) - 1:
            raise ValueError(f"{where}.path: a wildcard comes last")
        else:
            parts.append(".*" if found[2] else "[^/]+")
    return re.compile("/" + "/".join(parts))
