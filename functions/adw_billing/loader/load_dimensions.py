"""Reads dimensions into the warehouse, each on its own: whatever one of them raises is named, and the call goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adw_billing.model import dimension_tables as tables
from functions.adw_billing.model.dimension_merge import GONE, DimensionChange
from functions.adw_billing.model.dimensions_due import State, reading_note
from functions.adw_billing.source.dimensions.commitments import read_subscriptions
from functions.adw_billing.source.dimensions.compartment_tree import read_compartments, read_tenancies
from functions.adw_billing.source.dimensions.list_prices import read_list_prices
from functions.adw_billing.source.dimensions.resources import read_resources
from functions.adw_billing.source.dimensions.tenancy_api import TenancyApi
from shared import logs
from shared.errors import FunctionError, NotAuthorised, OciServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from functions.adw_billing.model.dimensions_due import Wanted
    from functions.adw_billing.model.warehouse import Warehouse
    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline

DIMENSION_SECONDS = 30.0
"""For one dimension of one tenancy, within what is left of the call."""
LEAST_SECONDS = 1.0
"""With less than that left nothing is begun: it is read by the next call."""

STATEMENTS = {
    "compartments": "inspect compartments in tenancy",
    "tenancies": "inspect tenancies in tenancy",
    "subscriptions": "inspect organizations-subscription and subscribed-services in tenancy",
    "resources": "inspect all-resources in tenancy",
}
"""What the function's dynamic group has to be allowed, by dimension."""
REFUSED = (401, 403, 404)

_log = logs.get("adw-billing")


@dataclass(frozen=True, slots=True)
class DimensionResult:
    """What became of a dimension in a call."""

    wanted: Wanted
    state: State
    rows: int = 0
    error: FunctionError | None = None

    def detail(self) -> dict[str, object]:
        """Return what the detailed answer says of it."""
        named = {"dimension": self.wanted.dimension, "of": self.wanted.scope, "state": self.state}
        return {**named, "rows": self.rows} if self.error is None else {**named, **self.error.body()}


class DimensionLoad:
    """Reads dimensions until the deadline; ``settings`` by tenancy, ``now`` in UTC as the warehouse stores it."""

    def __init__(self, settings: Mapping[str, Settings], deadline: Deadline, now: datetime) -> None:
        self._settings = settings
        self._deadline = deadline
        self._now = now

    def run(self, due: Iterable[Wanted], warehouse: Warehouse) -> list[DimensionResult]:
        """Read one after another into the warehouse while there is time; raises nothing."""
        results = []
        for one in due:
            if self._deadline.remaining_seconds() < LEAST_SECONDS:
                break
            results.append(self._load(one, warehouse))
        return results

    def probe(self, one: Wanted) -> str:
        """Read one and keep nothing; return what was found, or a warning: no dimension keeps a load from working."""
        try:
            changes = self._read(one)
        except FunctionError as error:
            named = self._named(one, error)
            return f"warning: {named} ({named.reason}); {named.advice}. The load goes on without"
        return f"{len(changes[0].usable())} {one.dimension} read"

    def _load(self, one: Wanted, warehouse: Warehouse) -> DimensionResult:
        try:
            changes = self._read(one)
            rows = warehouse.change_dimensions(changes, one.row, reading_note("loaded", self._now))
        except FunctionError as error:
            return self._failed(one, error, warehouse)
        except Exception as fault:  # noqa: BLE001  (reports are loaded: nothing read beside them may undo the answer)
            _log.error("dimension not read", exc_info=True, extra={"fields": {"dimension": one.dimension}})
            unforeseen = FunctionError(f"unforeseen: {type(fault).__name__}", fix="report a bug")
            return self._failed(one, unforeseen, warehouse)
        return DimensionResult(one, "loaded", rows)

    def _read(self, one: Wanted) -> list[DimensionChange]:
        until = self._deadline.earlier(DIMENSION_SECONDS)
        return _READERS[one.dimension](self, one.scope, until)

    def _failed(self, one: Wanted, error: FunctionError, warehouse: Warehouse) -> DimensionResult:
        state: State = "refused" if _is_refusal(error) else "failed"
        error = self._named(one, error)
        fields = {"dimension": one.dimension, "of": one.scope, "reason": error.reason}
        _log.warning("dimension not read", extra={"fields": {**fields, "message": str(error)[:300]}})
        try:
            warehouse.change_dimensions([], one.row, reading_note(state, self._now))
        except FunctionError:
            _log.warning("failure not remembered", extra={"fields": fields})
        return DimensionResult(one, state, error=error)

    @staticmethod
    def _named(one: Wanted, error: FunctionError) -> FunctionError:
        """Return a refusal with the statement that it lacks, and any other error as it is."""
        statement = STATEMENTS.get(one.dimension)
        if statement is None or not _is_refusal(error):
            return error
        fix = f"allow the function's dynamic group to {statement}, or leave {one.dimension} out of `dimensions`"
        return NotAuthorised(f"{one.dimension} may not be read", fix=fix)

    def _api(self, tenancy_id: str, until: Deadline) -> TenancyApi:
        return TenancyApi(self._settings[tenancy_id], until)

    def _compartments(self, tenancy_id: str, until: Deadline) -> list[DimensionChange]:
        rows = read_compartments(self._api(tenancy_id, until), tenancy_id)
        places = ("compartment_id", "name", "path", "parent_id")
        named = [{name: row[name] for name in (*places, "tenancy_id")} for row in rows if row["lifecycle"] not in GONE]
        return [
            DimensionChange(tables.COMPARTMENT, tenancy_id, ("compartment_id",), rows, self._now),
            DimensionChange(tables.COMPARTMENT_NAME, tenancy_id, places, named, self._now),
        ]

    def _tenancies(self, tenancy_id: str, until: Deadline) -> list[DimensionChange]:
        rows = read_tenancies(self._api(tenancy_id, until), tenancy_id)
        return [DimensionChange(tables.TENANCY, tenancy_id, ("tenancy_id",), rows, self._now)]

    def _subscriptions(self, tenancy_id: str, until: Deadline) -> list[DimensionChange]:
        found = read_subscriptions(self._api(tenancy_id, until), tenancy_id)
        day = self._now.date()
        burn_names = ("commitment_id", "tenancy_id", "quantity", "used_amount", "available_amount")
        burn = [{"seen_day": day, **{name: row[name] for name in burn_names}} for row in found.commitments]
        return [
            DimensionChange(tables.SUBSCRIPTION, tenancy_id, ("subscribed_service_id",), found.services, self._now),
            DimensionChange(tables.COMMITMENT, tenancy_id, ("commitment_id",), found.commitments, self._now),
            DimensionChange(tables.COMMITMENT_BURN, tenancy_id, ("commitment_id", "seen_day"), burn, self._now),
        ]

    def _list_prices(self, currency: str, until: Deadline) -> list[DimensionChange]:
        settings = next(iter(self._settings.values()))
        rows = read_list_prices(settings.price_list_url, currency, until)
        identity = ("sku", "currency", "model", "range_min", "range_max", "price")
        return [DimensionChange(tables.LIST_PRICE, currency, identity, rows, self._now)]

    def _resources(self, tenancy_id: str, until: Deadline) -> list[DimensionChange]:
        rows = read_resources(self._api(tenancy_id, until), tenancy_id)
        return [DimensionChange(tables.RESOURCE, tenancy_id, ("resource_id",), rows, self._now)]


def _is_refusal(error: FunctionError) -> bool:
    return isinstance(error, NotAuthorised) or (isinstance(error, OciServiceError) and error.status in REFUSED)


_READERS: dict[str, Callable[[DimensionLoad, str, Deadline], list[DimensionChange]]] = {
    "compartments": DimensionLoad._compartments,  # noqa: SLF001  (the class's own)
    "tenancies": DimensionLoad._tenancies,  # noqa: SLF001
    "subscriptions": DimensionLoad._subscriptions,  # noqa: SLF001
    "list_prices": DimensionLoad._list_prices,  # noqa: SLF001
    "resources": DimensionLoad._resources,  # noqa: SLF001
}
