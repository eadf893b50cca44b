"""Which objects the embedded warehouse knows anything of: asked of its tables once a call, not for each object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.adw_billing.model.tables import CLAIM, DATA, REJECTED, REPORT
from functions.adw_billing.model.warehouse import UNKNOWN_TENANCY

if TYPE_CHECKING:
    from functions.adw_billing.model.warehouse import ObjectKey
    from functions.adw_billing.warehouse.duckdb.session import Session

# The typed tables are asked too, not the ledger alone: whoever wants a report loaded again takes its ledger row away,
# and its rows are there still. No index says whether they are, and names that begin alike make DuckDB's zone maps skip
# nothing: one scan of the names costs what three lookups would.
NAMES = " UNION ".join(
    f"SELECT object_name FROM {name} WHERE tenancy_id IN ($tenancy_id, '{UNKNOWN_TENANCY}')"
    for name in (*(table.name for table in DATA.values()), REJECTED.name, REPORT.name)
)

STAGED_NAMES = f"SELECT object_name FROM {CLAIM.name} WHERE tenancy_id = $tenancy_id"


class KnownNames:
    """The names of one connection. DuckDB lets one process write, so that nobody else adds any meanwhile."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: dict[str, set[str]] = {}
        self._staged: dict[str, set[str]] = {}

    def meet(self, key: ObjectKey) -> bool:
        """Tell whether there may be rows, quarantine or a ledger row of this name; from now on there may be."""
        names = self._of(key.tenancy_id)
        known = key.object_name in names
        names.add(key.object_name)
        return known

    def has(self, tenancy_id: str, object_name: str) -> bool:
        """Tell whether there may be anything of this name."""
        return object_name in self._of(tenancy_id)

    def is_new(self, key: ObjectKey) -> bool:
        """Tell whether there is nothing of this name, staged rows included."""
        # Whatever this connection stages is of an object that it has met.
        staged = self._staged.get(key.tenancy_id)
        if staged is None:
            found = self._session.all(STAGED_NAMES, {"tenancy_id": key.tenancy_id})
            staged = self._staged[key.tenancy_id] = {name for (name,) in found}
        return key.object_name not in staged and not self.has(key.tenancy_id, key.object_name)

    def _of(self, tenancy_id: str) -> set[str]:
        names = self._names.get(tenancy_id)
        if names is None:
            found = self._session.all(NAMES, {"tenancy_id": tenancy_id})
            names = self._names[tenancy_id] = {name for (name,) in found}
        return names
