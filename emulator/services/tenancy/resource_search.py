"""Search: SearchResources with a structured query, as ResourceSearchClient sends it.

Source: OCI API, Search 20180409, SearchResources; docs.oracle.com, "Search Language Syntax". Of the language only
`query all resources` and `query <type>[, <type>…] resources` are known, without conditions.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import OciError, json_response, not_allowed_or_not_found, principal_of
from emulator.services.tenancy.paging import page_of

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PAGE = 1000
_QUERY = re.compile(r"query\s+([a-z, ]+?)\s+resources", re.IGNORECASE)


@dataclass
class ResourceSearchService:
    """The service: resources by tenancy. A principal of ``denied`` finds nothing: Search shows what one may inspect."""

    resources: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    name: str = "resource-search"
    signed: bool = True

    def reset(self) -> None:
        """Forget all resources."""
        self.resources.clear()
        self.denied.clear()

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the one path."""
        return [web.post("/20180409/resources", self._search)]

    async def _search(self, request: web.Request) -> web.Response:
        principal = principal_of(request)
        if principal is None:
            raise not_allowed_or_not_found()
        body = json.loads(await request.read())
        asked = _QUERY.fullmatch(str(body.get("query", "")).strip()) if body.get("type") == "Structured" else None
        if asked is None:
            raise OciError(400, "InvalidParameter", "query: cannot be understood")
        types = {word.strip().lower() for word in asked[1].split(",")}
        own = [] if principal.id in self.denied else self.resources.get(principal.tenancy, [])
        found = [one for one in own if "all" in types or str(one.get("resourceType", "")).lower() in types]
        page, headers = page_of(request, found, MAX_PAGE)
        return json_response({"items": page}, headers=headers)
