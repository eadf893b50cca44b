"""Header transformations of a route's requests: what the gateway sets from a token's claims, and what it drops.

Sources: https://docs.oracle.com/en-us/iaas/api/#/en/api-gateway/latest/datatypes/HeaderTransformationPolicy ("applies
filters after other transformations") and
https://docs.oracle.com/en-us/iaas/Content/APIGateway/Tasks/apigatewaycontextvariables.htm. On a route for anybody
`request.auth` is empty, a token or not
(https://docs.oracle.com/en-us/iaas/Content/APIGateway/Tasks/apigatewaytroubleshooting_topic-header_transformations_do_not_work.htm).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CLAIM = re.compile(r"\$\{request\.auth\[([A-Za-z0-9_]+)\]\}")
_IF_EXISTS = frozenset({"OVERWRITE", "APPEND", "SKIP"})


@dataclass(frozen=True)
class SetHeader:
    """A header that the gateway sets to a claim of the token; `if_exists` is what becomes of the client's own."""

    name: str
    claim: str
    if_exists: str


@dataclass(frozen=True)
class HeaderTransformations:
    """What is set, and which names (lower case) are dropped or, with `only`, are the only ones that pass."""

    sets: tuple[SetHeader, ...] = ()
    items: frozenset[str] = frozenset()
    only: bool = False

    def applied(self, headers: Sequence[tuple[str, str]], claims: Mapping[str, object]) -> list[tuple[str, str]]:
        """Return the headers that go on to the backend."""
        result = list(headers)
        for each in self.sets:
            result = _with(result, each, claims)
        return [pair for pair in result if (pair[0].lower() in self.items) == self.only]


def parse_transformations(where: str, policy: Mapping[str, Any] | None) -> HeaderTransformations:
    """Read a route's `headerTransformations`. Raises ValueError for what the emulator does not serve."""
    document = policy or {}
    if unknown := set(document) - {"setHeaders", "filterHeaders"}:
        raise ValueError(f"{where}.headerTransformations: {sorted(unknown)}")
    filters = document.get("filterHeaders") or {"type": "BLOCK", "items": []}
    if filters.get("type") not in {"BLOCK", "ALLOW"}:
        raise ValueError(f"{where}.headerTransformations.filterHeaders.type: {filters.get('type')}")
    return HeaderTransformations(
        sets=tuple(_set_header(where, each) for each in (document.get("setHeaders") or {}).get("items", [])),
        items=frozenset(str(each["name"]).lower() for each in filters["items"]),
        only=filters["type"] == "ALLOW",
    )


def _set_header(where: str, item: Mapping[str, Any]) -> SetHeader:
    values = item.get("values") or []
    found = _CLAIM.fullmatch(str(values[0])) if len(values) == 1 else None
    if_exists = str(item.get("ifExists", "OVERWRITE"))
    if found is None or if_exists not in _IF_EXISTS:
        raise ValueError(f"{where}.headerTransformations.setHeaders: one claim and ifExists are served, not {item}")
    return SetHeader(str(item["name"]), found[1], if_exists)


def _with(headers: list[tuple[str, str]], wanted: SetHeader, claims: Mapping[str, object]) -> list[tuple[str, str]]:
    name = wanted.name.lower()
    if wanted.claim not in claims:
        return headers
    added = (wanted.name, str(claims[wanted.claim]))
    is_there = any(each.lower() == name for each, _ in headers)
    if is_there and wanted.if_exists == "SKIP":
        return headers
    kept = headers if wanted.if_exists == "APPEND" else [pair for pair in headers if pair[0].lower() != name]
    return [*kept, added]
