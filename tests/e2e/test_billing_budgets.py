"""Budgets under the real fdk command: the answer, the topic, the metrics, and a load that nothing of it stops."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb

from emulator.reports.billing_history import final_state
from tests.e2e.test_billing_function import STORY, Running, running

if TYPE_CHECKING:
    from typing import Any

__all__ = ["running"]

BUDGETS = json.dumps(
    [
        {"name": "all", "amount": "0.5", "currency": "USD"},
        {"name": "none of it", "amount": "5", "currency": "USD", "filter": "service=no such service"},
        {"name": "bad", "amount": "-5", "currency": "USD"},
    ]
)


def _alerts(answer: Any) -> list[tuple[str, str]]:
    return [(one["kind"], one["notification"]) for one in answer["budgets"][0]["alerts"]]


def test_budgets_are_told_once_and_never_stop_a_load(running: Running) -> None:
    topic = running.cloud.notifications.create("costs")
    config = {"budgets": BUDGETS, "notification_topic": topic, "dimensions": "none"}
    running.cloud.faults.add(service="notifications", status=429, code="TooManyRequests")
    answer = running.call('{"detail": true}', **config)
    assert len(answer["reports"]) == len(final_state(STORY.publications()))
    everything, nothing, bad = answer["budgets"]
    ((cost, month),) = running.query(
        "SELECT sum(cost), strftime(max(usage_day), '%Y-%m') FROM oci_cost_daily WHERE dialect = 'cost' "
        "AND usage_day >= (SELECT date_trunc('month', max(usage_day)) FROM oci_cost_daily)"
    )
    assert (Decimal(everything["cost"]), everything["month"]) == (cost, month)
    assert _alerts(answer) == [("breach", "failed")]
    assert (nothing["cost"], nothing["alerts"]) == ("0", [])
    assert (bad["budget"], bad["reason"]) == ("bad", "bad-request")
    assert running.cloud.notifications.published == []
    assert _alerts(running.call('{"detail": true}', **config)) == [("breach", "sent")]
    assert _alerts(running.call('{"detail": true}', **config)) == [("breach", "sent-before")]
    assert running.call(**config) == [], "the plain answer is what it was"
    (message,) = running.cloud.notifications.published
    assert (message.topic, message.title) == (topic, f"Budget all is over its amount in {month}")


def test_a_preflight_checks_budgets_and_topic_and_publishes_nothing(running: Running) -> None:
    topic = running.cloud.notifications.create("costs")
    good = json.dumps(json.loads(BUDGETS)[:2])

    def rows(**config: str) -> dict[str, Any]:
        checks = running.call('{"preflight": true}', dimensions="none", **config)["preflight"]["checks"]
        return {row["name"]: row for row in checks if row["name"] in ("budgets", "notification topic")}

    found = rows(budgets=good, notification_topic=topic)
    assert found["budgets"]["found"] == "2 budgets: all, none of it"
    assert found["notification topic"]["found"] == "costs is ACTIVE"
    found = rows(budgets=BUDGETS, notification_topic=topic[:-1] + "x")
    assert (found["budgets"]["ok"], found["budgets"]["reason"]) == (False, "bad-request")
    assert "use ons-topics" in found["notification topic"]["fix"]
    assert running.cloud.notifications.published == []
    assert rows() == {}


def test_whatever_goes_wrong_with_budgets_the_load_is_answered(running: Running) -> None:
    topic = running.cloud.notifications.create("costs")
    config = {"budgets": BUDGETS, "notification_topic": topic, "dimensions": "none"}
    running.call(reports="focus", **config)
    with duckdb.connect(str(running.warehouse)) as connection:
        connection.execute("DROP TABLE oci_budget_alert")
        connection.execute("CREATE VIEW oci_budget_alert AS SELECT 1 AS not_a_column_of_ours")
    answer = running.call('{"detail": true}', **config)
    assert {one["dialect"] for one in answer["reports"]} == {"cost"}
    assert _alerts(answer) == [("breach", "failed")], "a fault of the warehouse is the alert's"
    with duckdb.connect(str(running.warehouse)) as connection:  # a day that no calendar has: nobody foresees it
        connection.execute(
            "INSERT INTO oci_cost_daily (tenancy_id, usage_day, dialect, currency, cost) "
            "VALUES ('t', 'infinity', 'cost', 'USD', 1)"
        )
    answer = running.call('{"detail": true}', **config)
    assert (answer["reports"], [one["reason"] for one in answer["budgets"]]) == ([], ["unforeseen-failure"])
    assert len(running.cloud.notifications.published) == 1
