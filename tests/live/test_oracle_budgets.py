"""Budgets on the Oracle engine: what they have cost, and alerts that two calls cannot both send."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from functions.adw_billing.cost_budgets.judge import judge
from functions.adw_billing.cost_budgets.spend import SpendReader
from functions.adw_billing.model.budget import Alert, Budget
from functions.adw_billing.model.tables import COST, DAILY
from functions.adw_billing.query.engine_words import OracleWords
from shared.deadline import Deadline

if TYPE_CHECKING:
    import oracledb

    from tests.support.oracle_server import OracleServer

NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001  (UTC, as the warehouse stores it)
AN_HOUR_AGO = NOON - timedelta(hours=1)
TENANCY = "ocid1.tenancy.oc1..aaaaaaaamine"
TINY = Decimal("0.000000000000000001")


@pytest.fixture
def database(made_tables: oracledb.Connection) -> oracledb.Connection:
    """Tables, which are there."""
    return made_tables


def _fill(database: oracledb.Connection) -> None:
    with database.cursor() as cursor:
        for day in range(1, 20):
            at = datetime(2026, 11, day, 10)  # noqa: DTZ001
            daily = {"tenancy_id": TENANCY, "usage_day": at.replace(hour=0), "dialect": "cost", "currency": "USD"}
            line = {"tenancy_id": TENANCY, "object_name": "o", "object_etag": "e", "cost_currencyCode": "USD"}
            for service, cost in (("COMPUTE", Decimal(10)), ("NETWORK", TINY)):
                row = daily | {"service": service, "cost": cost, "row_count": 1}
                cursor.execute(_insert(DAILY.name, row), row)
                tags = '{"Team": "web"}' if service == "NETWORK" else None
                row = line | {"lineItem_intervalUsageStart": at, "product_service": service, "cost_myCost": cost}
                row |= {"object_row": day, "tags": tags}
                cursor.execute(_insert(COST.name, row), row)
    database.commit()


def _insert(table: str, row: dict[str, object]) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"


def test_what_budgets_have_cost(server: OracleServer, database: oracledb.Connection) -> None:
    warehouse = server.warehouse(Deadline.after(60), "call-1")
    warehouse.migrate()
    _fill(database)
    reader = SpendReader(warehouse, OracleWords(), 0, NOON.date())
    days = [date(2026, 11, day) for day in range(1, 20)]
    for filters, cost in (((), 10 + TINY), (("service=comp*",), Decimal(10)), (("tag:Team=WEB",), TINY)):
        spend = reader.spend(Budget("b", Decimal(100), "USD", filters))
        assert spend.days == dict.fromkeys(days, cost)
    state = judge(Budget("b", Decimal(100), "USD"), reader.spend(Budget("b", Decimal(100), "USD")), NOON.date())
    assert (state.cost, [alert.kind for alert in state.alerts]) == (190 + 19 * TINY, ["breach"])
    warehouse.close()


def test_two_calls_cannot_both_send_an_alert(server: OracleServer, database: oracledb.Connection) -> None:
    alert = Alert(Budget("all", Decimal("100.5"), "USD"), "breach", "2026-11", Decimal("100.500000000000000001"))
    one, other = (server.warehouse(Deadline.after(60), f"call-{number}") for number in (1, 2))
    one.migrate()
    assert one.claim_alert(alert, NOON, AN_HOUR_AGO)
    assert not other.claim_alert(alert, NOON, AN_HOUR_AGO)
    assert other.claim_alert(alert, NOON, NOON), "the call that claimed it is taken for dead"
    other.settle_alert(alert, None)
    assert one.claim_alert(alert, NOON, AN_HOUR_AGO), "what was not sent is sent by the next"
    one.settle_alert(alert, "message-1")
    assert not other.claim_alert(alert, NOON, NOON)
    with database.cursor() as cursor:
        found = list(cursor.execute("select cost, state, message_id from oci_budget_alert", fetch_decimals=True))
    assert found == [(alert.cost, "told", "message-1")]
    for warehouse in (one, other):
        warehouse.close()
