"""Identity's compartments and tenancies, as ListCompartments and GetTenancy show them.

Source: OCI API, Identity 20160918, ListCompartments, GetTenancy. Only the tenancy may be listed with its whole subtree.
A deleted compartment stays in the list for 90 days, under a name with random letters behind it.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aiohttp import web

from emulator.base.service_protocol import (
    OciError,
    json_response,
    not_allowed_or_not_found,
    principal_of,
    required_query,
    timestamp,
)
from emulator.services.identity.service import DEFAULT_TENANCY
from emulator.services.tenancy.paging import page_of

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PAGE = 1000
STATES = ("CREATING", "ACTIVE", "INACTIVE", "DELETING", "DELETED")


@dataclass(frozen=True)
class Compartment:
    """A compartment; ``accessible``: the caller may inspect it."""

    id: str
    name: str
    parent: str
    tenancy: str
    state: str = "ACTIVE"
    accessible: bool = True
    created_epoch_seconds: float = 0.0


@dataclass
class CompartmentsService:
    """The compartment trees of all tenancies.

    ``denied``: ids of principals without a policy. ``endless``: each page of a list names a following one.
    """

    compartments: dict[str, Compartment] = field(default_factory=dict)
    tenancies: dict[str, tuple[str, str]] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    endless: bool = False
    name: str = "compartments"
    signed: bool = True

    def __post_init__(self) -> None:
        """Begin with the tenancy of the local cloud."""
        self.reset()

    def reset(self) -> None:
        """Forget all compartments and tenancies but the local cloud's own."""
        self.compartments.clear()
        self.denied.clear()
        self.endless = False
        self.tenancies = {DEFAULT_TENANCY: ("local-cloud", "IAD")}

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the paths."""
        return [
            web.get("/20160918/compartments", self._list),
            web.get("/20160918/tenancies/{tenancy}", self._tenancy),
        ]

    def create(self, name: str, *, parent: str = "", tenancy: str = DEFAULT_TENANCY, **fields: object) -> str:
        """Make a compartment; return its OCID. ``fields`` are further ones of Compartment."""
        made = f"ocid1.compartment.oc1..aaaaaaaa{uuid.uuid4().hex}"
        plain = Compartment(made, name, parent or tenancy, tenancy, created_epoch_seconds=time.time())
        self.compartments[made] = replace(plain, **fields)  # type: ignore[arg-type]
        return made

    def rename(self, compartment: str, name: str) -> None:
        """Give a compartment another name. Raises KeyError for an unknown one."""
        self.compartments[compartment] = replace(self.compartments[compartment], name=name)

    def move(self, compartment: str, parent: str) -> None:
        """Put a compartment below another. Raises KeyError for an unknown one."""
        self.compartments[compartment] = replace(self.compartments[compartment], parent=parent)

    def delete(self, compartment: str) -> None:
        """Delete a compartment: it stays listed, under a name with random letters. Raises KeyError."""
        found = self.compartments[compartment]
        name = f"{found.name}.{uuid.uuid4().hex[:5]}"
        self.compartments[compartment] = replace(found, name=name, state="DELETED")

    async def _list(self, request: web.Request) -> web.Response:
        tenancy = self._caller(request)
        where = required_query(request, "compartmentId")
        if where.startswith("ocid1.tenancy.") and where != tenancy:
            raise not_allowed_or_not_found()
        subtree = request.query.get("compartmentIdInSubtree", "false").lower() == "true"
        if subtree and where != tenancy:
            raise OciError(400, "InvalidParameter", "compartmentIdInSubtree: only for the tenancy.")
        state = request.query.get("lifecycleState", "").upper()
        if state and state not in STATES:
            raise OciError(400, "InvalidParameter", f"lifecycleState: one of {', '.join(STATES)}")
        only_accessible = request.query.get("accessLevel", "ANY") == "ACCESSIBLE"
        found = [
            one
            for one in self.compartments.values()
            if one.tenancy == tenancy
            and (subtree or one.parent == where)
            and state in {"", one.state}
            and (one.accessible or not only_accessible)
        ]
        if self.endless:
            return json_response([_shown(one) for one in found[:1]], headers={"opc-next-page": uuid.uuid4().hex})
        page, headers = page_of(request, found, MAX_PAGE)
        return json_response([_shown(one) for one in page], headers=headers)

    async def _tenancy(self, request: web.Request) -> web.Response:
        tenancy = self._caller(request)
        asked = request.match_info["tenancy"]
        if asked != tenancy or asked not in self.tenancies:
            raise not_allowed_or_not_found()
        name, home = self.tenancies[asked]
        return json_response({"id": asked, "name": name, "description": name, "homeRegionKey": home})

    def _caller(self, request: web.Request) -> str:
        principal = principal_of(request)
        if principal is None or principal.id in self.denied:
            raise not_allowed_or_not_found()
        return principal.tenancy


def _shown(one: Compartment) -> dict[str, object]:
    return {
        "id": one.id,
        "compartmentId": one.parent,
        "name": one.name,
        "description": one.name,
        "timeCreated": timestamp(one.created_epoch_seconds),
        "lifecycleState": one.state,
        "inactiveStatus": None,
        "isAccessible": one.accessible,
        "freeformTags": {},
        "definedTags": {},
    }
