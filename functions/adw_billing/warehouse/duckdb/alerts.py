"""Alerts of budgets in the embedded warehouse: one process has the file, so that a claim needs no lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.adw_billing.model.budget import BUDGET_ALERT
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.warehouse.ddl import duckdb_create
from functions.adw_billing.warehouse.duckdb.dimensions import Dimensions
from functions.adw_billing.warehouse.duckdb.file import named_faults

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from functions.adw_billing.model.budget import Alert

_KEY = "budget = ? AND period = ? AND kind = ?"
_SETTLED = f"""SELECT count(*) FROM {BUDGET_ALERT.name} WHERE {_KEY} AND amount = CAST(? AS DECIMAL(38,24))
AND (state = 'told' OR state_since > ?)"""


class Alerts(Dimensions):
    """The part of a warehouse that budgets need."""

    _call_id: str

    def rows(self, query: str, values: Mapping[str, str]) -> list[tuple[Any, ...]]:
        """Return the rows of a query with bound texts."""
        with named_faults():
            return self._session.all(query, dict(values))

    def claim_alert(self, alert: Alert, now: datetime, abandoned: datetime) -> bool:
        """Take the right to send an alert; False where it was sent, or is being sent since ``abandoned``."""
        key = (alert.budget.name, alert.period, alert.kind)
        with named_faults():
            self._session.run(duckdb_create(BUDGET_ALERT))
            if self._session.all(_SETTLED, (*key, plain(alert.budget.amount), abandoned))[0][0]:
                return False
            amounts = (plain(alert.budget.amount), plain(alert.cost), alert.budget.currency)
            with self._session.transaction():
                self._session.run(f"DELETE FROM {BUDGET_ALERT.name} WHERE {_KEY}", key)
                self._session.add(BUDGET_ALERT, (*key, *amounts, "claimed", now, self._call_id, None))
        return True

    def settle_alert(self, alert: Alert, message_id: str | None) -> None:
        """Remember that an alert was sent; None: that it was not, so that a later call sends it."""
        key = (alert.budget.name, alert.period, alert.kind)
        change = f"UPDATE {BUDGET_ALERT.name} SET state = 'told', message_id = ? WHERE {_KEY}"
        with named_faults():
            if message_id is None:
                self._session.run(f"DELETE FROM {BUDGET_ALERT.name} WHERE {_KEY}", key)
            else:
                self._session.run(change, (message_id, *key))
