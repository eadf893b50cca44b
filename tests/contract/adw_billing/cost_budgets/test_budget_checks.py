"""Budgets on a loaded warehouse: spend by filter, the forecast of the view, and each alert sent once."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from emulator.services.identity.service import DEFAULT_TENANCY
from functions.adw_billing.cost_budgets import medians
from functions.adw_billing.cost_budgets.check_run import BudgetCheck
from functions.adw_billing.cost_budgets.spend import SpendReader
from functions.adw_billing.model.budget import Budget
from functions.adw_billing.query.engine_words import DUCKDB
from functions.adw_billing.settings import Settings
from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse
from shared.deadline import Deadline
from shared.metrics import Metrics
from shared.settings import load_settings
from tests.support.billing_files import COST, cost_row, load, put, query, report

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.cloud import Cloud

FIRST, NEWEST = date(2026, 9, 1), date(2026, 11, 19)
NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001  (UTC, as the warehouse stores it)
SMALL = "0.100000000000000001"
ALL = {"name": "all", "amount": "400", "currency": "USD"}


def cost(day: date) -> Decimal:
    """Of COMPUTE, uneven: more on Mondays, a little more each day."""
    return Decimal(7 if day.weekday() else 20) + Decimal(day.toordinal() % 11) / 1000


def rows() -> list[dict[str, str]]:
    made = []
    for at in range((NEWEST - FIRST).days + 1):
        day = FIRST + timedelta(days=at)
        when = {"lineItem__intervalUsageStart": f"{day}T10:00Z", "lineItem__intervalUsageEnd": f"{day}T11:00Z"}
        made.append(cost_row(2 * at, **when, cost__myCost=str(cost(day)), product__compartmentName="prod"))
        if day.day % 2:
            made.append(
                cost_row(2 * at + 1, **when, cost__myCost=SMALL, product__service="NETWORK") | {"tags/a.b": "web, it's"}
            )
    return made


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("budgets")
    put(folder / "reports", "reports/cost-csv/0001-00001.csv", report(COST, rows()))
    load(folder / "reports", folder / "billing.duckdb")
    return folder / "billing.duckdb"


class Checks:
    """Calls that check budgets on a copy of the warehouse."""

    def __init__(self, cloud: Cloud, path: Path) -> None:
        self.cloud, self.path = cloud, path
        self.user = cloud.identity.create_user()
        self.topic = cloud.notifications.create("costs")
        self.metrics = Metrics("adw-billing")

    def call(self, *budgets: dict[str, Any], now: datetime = NOON, **config: str) -> list[dict[str, Any]]:
        keys = {
            "usage_report_bucket": DEFAULT_TENANCY,
            "warehouse": f"duckdb:{self.path}",
            "oci_endpoint": self.cloud.endpoint,
            "oci_config_file": str(self.user.config_file),
            "notification_topic": self.topic,
            "budgets": json.dumps(budgets),
        }
        settings = load_settings(Settings, keys | config)
        deadline = Deadline.after(30)
        warehouse = open_warehouse(str(self.path), deadline, call_id="c", cost_from="", margin_seconds=0)
        try:
            return BudgetCheck(settings, warehouse, deadline, now, self.metrics).run()
        finally:
            warehouse.close()

    @property
    def titles(self) -> list[str]:
        return [each.title for each in self.cloud.notifications.published]

    def publications(self) -> int:
        return len([call for call in self.cloud.log.calls("notifications") if call.method == "POST"])


@pytest.fixture
def checks(cloud: Cloud, loaded: Path, tmp_path: Path) -> Checks:
    path = tmp_path / "billing.duckdb"
    path.write_bytes(loaded.read_bytes())
    return Checks(cloud, path)


def spend(loaded: Path, *filters: str) -> dict[date, Decimal]:
    warehouse = open_warehouse(str(loaded), Deadline.after(30), call_id="c", cost_from="", margin_seconds=0)
    try:
        found = SpendReader(warehouse, DUCKDB, 0, NOON.date()).spend(Budget("b", Decimal(1), "USD", filters))
        return dict(found.days)
    finally:
        warehouse.close()


@pytest.mark.parametrize(
    ("filters", "network", "compute"),
    [
        ((), 1, 1),
        (("service=network",), 1, 0),
        (("service!=NETWORK",), 0, 1),
        (("compartment=pr*",), 0, 1),
        (("tag:a.b=web, it's",), 1, 0),
        (("tag:a.b=",), 0, 1),
        (("service=NETWORK", "service=COMPUTE"), 1, 1),
        (("service=NETWORK", "compartment=prod"), 0, 0),
    ],
)
def test_what_a_budget_has_cost_by_day(loaded: Path, filters: tuple[str, ...], network: int, compute: int) -> None:
    wanted = {}
    for at in range((NEWEST - FIRST).days + 1):
        day = FIRST + timedelta(days=at)
        wanted[day] = compute * cost(day) + network * (Decimal(SMALL) if day.day % 2 else 0)
    assert spend(loaded, *filters) == wanted


def test_the_forecast_is_that_of_the_view(loaded: Path) -> None:
    days = spend(loaded)
    complete = {day: amount for day, amount in days.items() if day < NEWEST}
    asked = "SELECT as_of, forecast FROM oci_forecast_day WHERE forecast IS NOT NULL ORDER BY as_of"
    forecasts = query(loaded, asked)
    assert len(forecasts) > 50
    for as_of, forecast in forecasts:
        known = {day: amount for day, amount in complete.items() if day <= as_of}
        assert medians.forecast(known, as_of) == forecast, as_of
    assert query(loaded, "SELECT as_of FROM oci_forecast") == [(max(complete),)]


def test_each_alert_is_sent_once(checks: Checks) -> None:
    (found,) = checks.call(ALL)
    assert found["month"] == "2026-11"
    assert Decimal(found["cost"]) == sum(amount for day, amount in spend(checks.path).items() if day.month == 11)
    assert [(each["kind"], each["period"], each["notification"]) for each in found["alerts"]] == []
    small = {**ALL, "amount": "150"}
    (found,) = checks.call(small)
    told = [(each["kind"], each["period"], each["notification"]) for each in found["alerts"]]
    assert told == [("breach", "2026-10", "sent"), ("breach", "2026-11", "sent")]
    assert checks.titles == [f"Budget all is over its amount in 2026-1{month}" for month in (0, 1)]
    assert f"exactly {found['cost']}" in checks.cloud.notifications.published[1].body
    (again,) = checks.call(small)
    assert [each["notification"] for each in again["alerts"]] == ["sent-before"] * 2
    # an amount that was raised and is passed again is news
    (found,) = checks.call({**ALL, "amount": "160"})
    assert [each["notification"] for each in found["alerts"]] == ["sent"] * 2
    stored = query(
        checks.path, "SELECT budget, period, kind, amount, state, message_id FROM oci_budget_alert ORDER BY 2"
    )
    messages = [each.id for each in checks.cloud.notifications.published[2:]]
    periods = ("2026-10", "2026-11")
    assert stored == [
        ("all", period, "breach", Decimal(160), "told", message)
        for period, message in zip(periods, messages, strict=True)
    ]


def test_a_forecast_breach_and_then_the_breach(checks: Checks) -> None:
    days = spend(checks.path)
    so_far = sum(amount for day, amount in days.items() if day.month == 11)
    amount = str(so_far + Decimal("0.000000000000000001"))
    (found,) = checks.call({**ALL, "amount": amount})
    assert [each["kind"] for each in found["alerts"] if each["period"] == "2026-11"] == ["forecast-breach"]
    assert "Budget all will be over its amount in 2026-11" in checks.titles
    points = {(point.name, point.dimensions["budget"]): point.value for point in checks.metrics.points}
    assert points["budget_used_percent", "all"] == 100
    assert points["budget_forecast_percent", "all"] > 150
    assert points["budget_alerts", "all"] == len(found["alerts"])


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 404, "code": "NotAuthorizedOrNotFound"}, "not-authorised"),
        ({"status": 401, "code": "NotAuthenticated"}, "not-authorised"),
        ({"status": 429, "code": "TooManyRequests"}, "oci-service-error"),
        ({"status": 500}, "oci-service-error"),
        ({"drop": "before"}, "oci-service-error"),
        ({"body": b"[]"}, "oci-service-error"),
        ({"body": b"{"}, "oci-service-error"),
    ],
)
def test_what_was_not_sent_is_told_and_sent_by_the_next_call(
    checks: Checks, fault: dict[str, Any], reason: str
) -> None:
    checks.cloud.faults.add(service="notifications", **fault)
    small = {**ALL, "amount": "150"}
    (found,) = checks.call(small)
    assert [(each["notification"], each["reason"]) for each in found["alerts"]] == [("failed", reason)] * 2
    assert checks.publications() == 1, "the second would be refused alike"
    (found,) = checks.call(small)
    assert [each["notification"] for each in found["alerts"]] == ["sent"] * 2


def test_a_claim_of_a_call_that_died_is_taken_over_after_an_hour(checks: Checks) -> None:
    small = {**ALL, "amount": "150"}
    checks.call(small)
    with duckdb.connect(str(checks.path)) as connection:
        connection.execute("UPDATE oci_budget_alert SET state = 'claimed', message_id = NULL WHERE period = '2026-11'")
    (found,) = checks.call(small, now=NOON + timedelta(minutes=59))
    assert [each["notification"] for each in found["alerts"]] == ["sent-before"] * 2
    (found,) = checks.call(small, now=NOON + timedelta(minutes=61))
    assert [each["notification"] for each in found["alerts"]] == ["sent-before", "sent"]


def test_without_a_topic_and_with_bad_budgets_the_others_are_checked(checks: Checks) -> None:
    found = checks.call({**ALL, "amount": "150"}, {**ALL, "name": "bad", "filter": "servise=x"}, notification_topic="")
    assert [each["notification"] for each in found[0]["alerts"]] == ["no-topic"] * 2
    assert (found[1]["budget"], found[1]["reason"]) == ("bad", "bad-request")
    assert checks.titles == []
    by_lines = {**ALL, "name": "tag", "filter": "tag:a.b=web*"}
    short, unconcerned = checks.call(by_lines, {**ALL, "filter": "service=COMPUTE"}, retention_days="30")
    assert (short["reason"], "62" in short["fix"]) == ("budget-unusable", True)
    assert unconcerned["month"] == "2026-11"


def test_budgets_are_read_from_a_bucket(checks: Checks) -> None:
    storage = checks.cloud.object_storage
    namespace = storage.namespace_of(DEFAULT_TENANCY)
    address = f"oci://config@{namespace}/budgets.json"
    (missing,) = checks.call(ALL, budgets=address)
    assert (missing["reason"], "read objects" in missing["fix"]) == ("budget-unusable", True)
    bucket = storage.create_bucket("config", tenancy=DEFAULT_TENANCY)
    storage.put(bucket, "budgets.json", json.dumps([{**ALL, "name": "from the bucket"}]).encode())
    (found,) = checks.call(ALL, budgets=address)
    assert (found["budget"], found["month"]) == ("from the bucket", "2026-11")
    storage.put(bucket, "budgets.json", b"\xff")
    assert checks.call(ALL, budgets=address)[0]["reason"] == "budget-unusable"
    storage.put(bucket, "budgets.json", b"{}")
    assert checks.call(ALL, budgets=address)[0]["reason"] == "bad-request"
