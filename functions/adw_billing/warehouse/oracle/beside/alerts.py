"""Alerts of budgets on Oracle: calls beside each other claim one after another, by the lock of publications."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from functions.adw_billing.model.budget import BUDGET_ALERT
from functions.adw_billing.model.tables import LOCK_ROW
from functions.adw_billing.warehouse.oracle import sql
from functions.adw_billing.warehouse.oracle.beside.dimensions import Dimensions
from functions.adw_billing.warehouse.oracle.names import Statement
from functions.adw_billing.warehouse.oracle.stage import create_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from functions.adw_billing.model.budget import Alert

_KEY = "budget = :budget AND period = :period AND kind = :kind"
_SETTLED = Statement(
    lambda name: (
        f"SELECT COUNT(*) FROM {name(BUDGET_ALERT)} WHERE {_KEY} AND amount = :amount "
        "AND (state = 'told' OR state_since > :abandoned)"
    )
)
_DELETE = Statement(lambda name: f"DELETE FROM {name(BUDGET_ALERT)} WHERE {_KEY}")
_INSERT = Statement(
    lambda name: (
        f"INSERT INTO {name(BUDGET_ALERT)} ({', '.join(BUDGET_ALERT.names)}) "
        f"VALUES ({', '.join(f':{column}' for column in BUDGET_ALERT.names)})"
    )
)
_TOLD = Statement(lambda name: f"UPDATE {name(BUDGET_ALERT)} SET state = 'told', message_id = :message_id WHERE {_KEY}")


class Alerts(Dimensions):
    """The part of a warehouse that budgets need."""

    _call_id: str

    def rows(self, query: str, values: Mapping[str, str]) -> list[tuple[Any, ...]]:
        """Return the rows of a query with bound texts."""
        return self._session.rows(query, **values)

    def claim_alert(self, alert: Alert, now: datetime, abandoned: datetime) -> bool:
        """Take the right to send an alert; False where it was sent, or is being sent since ``abandoned``."""
        create_table(self._session, BUDGET_ALERT)  # DDL commits: before the lock is taken
        key = _key(alert)
        row = {"amount": alert.budget.amount, "cost": alert.cost, "currency": alert.budget.currency}
        with self._transaction():
            self._session.rows(sql.LOCK, name=LOCK_ROW)
            found = self._session.rows(_SETTLED, **key, amount=alert.budget.amount, abandoned=abandoned)
            if int(found[0][0]):
                return False
            self._session.run(_DELETE, **key)
            claim = {"state": "claimed", "state_since": now, "call_id": self._call_id, "message_id": None}
            self._session.run(_INSERT, **key, **row, **claim)
        return True

    def settle_alert(self, alert: Alert, message_id: str | None) -> None:
        """Remember that an alert was sent; None: that it was not, so that a later call sends it."""
        with self._transaction():
            if message_id is None:
                self._session.run(_DELETE, **_key(alert))
            else:
                self._session.run(_TOLD, message_id=message_id, **_key(alert))

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            yield
            self._session.commit()
        except BaseException:
            self._session.rollback()
            raise


def _key(alert: Alert) -> dict[str, object]:
    return {"budget": alert.budget.name, "period": alert.period, "kind": alert.kind}
