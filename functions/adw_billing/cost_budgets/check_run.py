"""Checks all budgets after a load and tells what is to be told; nothing here ever fails the load."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from functions.adw_billing.cost_budgets import message
from functions.adw_billing.cost_budgets.judge import judge
from functions.adw_billing.cost_budgets.read_cost_budgets import BudgetFault, read_cost_budgets
from functions.adw_billing.cost_budgets.spend import SpendReader
from functions.adw_billing.cost_budgets.topic import STATEMENT, BudgetTopic
from functions.adw_billing.errors import BudgetUnusable
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.query.engine_words import DUCKDB, OracleWords
from functions.adw_billing.settings import BUDGETS_ADDRESS
from shared import logs
from shared.errors import DeadlineExceeded, FunctionError, NotAuthorised, OciServiceError

if TYPE_CHECKING:
    from datetime import datetime

    from functions.adw_billing.cost_budgets.judge import BudgetState
    from functions.adw_billing.model.budget import Alert, Budget
    from functions.adw_billing.model.warehouse import Warehouse
    from functions.adw_billing.settings import Settings
    from shared.deadline import Deadline
    from shared.metrics import Metrics

CLAIM_HOURS = 1
"""After that, a call that was to send an alert is taken for dead, and another sends it: none runs so long."""
LIST_BYTES = 256 * 1024
REFUSED = (401, 403, 404)

_log = logs.get("adw-billing")


@dataclass(slots=True)
class BudgetCheck:
    """Checks budgets until the deadline; ``now`` in UTC as the warehouse stores it."""

    settings: Settings
    warehouse: Warehouse
    deadline: Deadline
    now: datetime
    metrics: Metrics
    _topic: BudgetTopic | None = field(default=None, init=False)
    _refusal: FunctionError | None = field(default=None, init=False)

    def run(self) -> list[dict[str, object]]:
        """Return what the detailed answer says of each budget; raises nothing that is expected."""
        try:
            budgets, faults = read_cost_budgets(budget_list(self.settings, self.deadline))
        except FunctionError as error:
            _warn("budgets", error)
            return [{"budget": "", **error.body()}]
        for fault in faults:
            _warn(fault.budget, fault.error)
        words = DUCKDB if self.settings.duckdb_path else OracleWords()
        reader = SpendReader(self.warehouse, words, self.settings.retention_days, self.now.date())
        return [*(self._check(budget, reader) for budget in budgets), *(fault.detail() for fault in faults)]

    def _check(self, budget: Budget, reader: SpendReader) -> dict[str, object]:
        try:
            if self.deadline.expired():
                raise DeadlineExceeded("no time was left for this budget; the next call checks it")
            state = judge(budget, reader.spend(budget), self.now.date())
        except FunctionError as error:
            _warn(budget.name, error)
            return BudgetFault(budget.name, error).detail()
        self._measure(state)
        return {**state.detail(), "alerts": [self._told(alert) for alert in state.alerts]}

    def _measure(self, state: BudgetState) -> None:
        amounts = {"budget_used_percent": state.cost, "budget_forecast_percent": state.forecast}
        for name, amount in amounts.items():
            share = state.percent(amount)
            if state.month and share is not None:
                self.metrics.add(name, float(share), budget=state.budget.name)
        if state.alerts:
            self.metrics.add("budget_alerts", len(state.alerts), budget=state.budget.name)

    def _told(self, alert: Alert) -> dict[str, object]:
        """Send an alert once; return what the answer says of it."""
        fields: dict[str, object] = {"kind": alert.kind, "period": alert.period, "cost": plain(alert.cost)}
        if alert.expected is not None:
            fields["expected"] = plain(alert.expected)
        _log.warning("budget", extra={"fields": {"budget": alert.budget.name, **fields}})
        if not self.settings.notification_topic:
            return {**fields, "notification": "no-topic"}
        try:
            return {**fields, "notification": self._send(alert)}
        except FunctionError as error:
            _warn(alert.budget.name, error)
            return {**fields, "notification": "failed", **error.body()}

    def _send(self, alert: Alert) -> str:
        """Send an alert unless that was done; return `sent` or `sent-before`. Raises what forbids it."""
        if self._refusal:  # each further message would be refused alike
            raise self._refusal
        if not self.warehouse.claim_alert(alert, self.now, self.now - timedelta(hours=CLAIM_HOURS)):
            return "sent-before"
        try:
            message_id = self._publish(alert)
        except BaseException:
            self.warehouse.settle_alert(alert, None)
            raise
        self.warehouse.settle_alert(alert, message_id)
        return "sent"

    def _publish(self, alert: Alert) -> str:
        self._topic = self._topic or BudgetTopic(self.settings, self.deadline)
        try:
            return self._topic.publish(message.title(alert), message.body(alert))
        except FunctionError as error:
            self._refusal = named_refusal(error)
            raise self._refusal from None


def budget_list(settings: Settings, deadline: Deadline) -> str:
    """Return the JSON text of the budgets, from the config or the object that it names.

    Raises OciServiceError and BudgetUnusable.
    """
    found = re.fullmatch(BUDGETS_ADDRESS, settings.budgets)
    if found is None:
        return settings.budgets
    from shared.oci.object_store import ObjectStore  # only where they are an object

    try:
        store = ObjectStore(settings, deadline, found["namespace"], found["bucket"])
        return store.get(found["object"]).read(LIST_BYTES).decode()
    except UnicodeDecodeError:
        raise BudgetUnusable(f"{settings.budgets} is no text of UTF-8") from None
    except OciServiceError as error:
        if error.status not in REFUSED:
            raise
        fix = f"put the object there, and allow the function's dynamic group to read objects in {found['bucket']}"
        raise BudgetUnusable(f"{settings.budgets} cannot be read", fix=fix) from None


def named_refusal(error: FunctionError) -> FunctionError:
    """Return a refusal with the statement that it lacks, and any other error as it is."""
    if isinstance(error, OciServiceError) and error.status in REFUSED:
        fix = f"allow the function's dynamic group to {STATEMENT}, and check `notification_topic`"
        return NotAuthorised("the topic may not be published to, or is not there", fix=fix)
    return error


def _warn(budget: str, error: FunctionError) -> None:
    fields = {"budget": budget, "reason": error.reason, "error": error.message[:200]}
    _log.warning("budget not told", extra={"fields": fields})
