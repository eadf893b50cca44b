"""A schema of usage2adw is adopted where it stands: line by line, proved, and never counted twice."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from functions.adw_billing.errors import WarehouseUnusable
from functions.adw_billing.model.warehouse import ObjectKey, Outcome, Sums
from functions.adw_billing.warehouse.oracle.usage2adw.adoption import Adoption
from shared.deadline import Deadline
from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import oracledb

    from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse
    from tests.support.oracle_server import OracleServer

TENANCY = "ocid1.tenancy.oc1..aaaaaaaamine66"
TEXT, LONG = "VARCHAR2(100)", "VARCHAR2(4000)"
BOTH = {
    "TENANT_NAME": TEXT,
    "TENANT_ID": TEXT,
    "FILE_ID": "VARCHAR2(30)",
    "USAGE_INTERVAL_START": "DATE",
    "USAGE_INTERVAL_END": "DATE",
    "PRD_SERVICE": TEXT,
    "PRD_COMPARTMENT_ID": TEXT,
    "PRD_COMPARTMENT_NAME": TEXT,
    "PRD_COMPARTMENT_PATH": "VARCHAR2(1000)",
    "PRD_REGION": TEXT,
    "PRD_AVAILABILITY_DOMAIN": TEXT,
    "USG_RESOURCE_ID": "VARCHAR2(1000)",
    "USG_BILLED_QUANTITY": "NUMBER",
    "IS_CORRECTION": "VARCHAR2(10)",
    "TAGS_DATA": LONG,
    "TAG_SPECIAL": LONG,
}
COST = BOTH | {
    "USG_BILLED_QUANTITY_OVERAGE": "NUMBER",
    "COST_SUBSCRIPTION_ID": "NUMBER",
    "COST_PRODUCT_SKU": "VARCHAR2(10)",
    "PRD_DESCRIPTION": "VARCHAR2(1000)",
    "COST_UNIT_PRICE": "NUMBER",
    "COST_UNIT_PRICE_OVERAGE": "NUMBER",
    "COST_MY_COST": "NUMBER",
    "COST_MY_COST_OVERAGE": "NUMBER",
    "COST_CURRENCY_CODE": "VARCHAR2(10)",
    "COST_BILLING_UNIT": "VARCHAR2(100)",
    "COST_OVERAGE_FLAG": "VARCHAR2(10)",
}
USAGE = BOTH | {
    "PRD_RESOURCE": TEXT,
    "USG_CONSUMED_QUANTITY": "NUMBER",
    "USG_CONSUMED_UNITS": TEXT,
    "USG_CONSUMED_MEASURE": TEXT,
}
STATUS = {"TENANT_NAME": TEXT, "FILE_TYPE": TEXT, "FILE_ID": "VARCHAR2(1000)", "FILE_NAME": "VARCHAR2(1000)"}
TINY = Decimal("0.000000000000000001")


def _make(cursor: Any, table: str, columns: dict[str, str], rows: list[dict[str, object]]) -> None:
    cursor.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    for row in rows:
        names = ", ".join(row)
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})", row)


def _line(file: str, day: int, **fields: object) -> dict[str, object]:
    return {
        "TENANT_NAME": "mine",
        "TENANT_ID": "mine66",
        "FILE_ID": file,
        "USAGE_INTERVAL_START": datetime(2024, 3, day, 10),  # noqa: DTZ001
        "USAGE_INTERVAL_END": datetime(2024, 3, day, 11),  # noqa: DTZ001
        "PRD_SERVICE": "COMPUTE",
        "PRD_COMPARTMENT_PATH": 'a / "b"',
        "IS_CORRECTION": "false",
        **fields,
    }


def _cost(file: str, day: int, cost: Decimal, **fields: object) -> dict[str, object]:
    return _line(file, day, COST_MY_COST=cost, USG_BILLED_QUANTITY=Decimal(2), COST_CURRENCY_CODE="USD", **fields)


@pytest.fixture
def theirs(database: oracledb.Connection) -> Iterator[oracledb.Connection]:
    with database.cursor() as cursor:
        _drop(cursor)
        lines = [
            _cost("0001-00001", 1, Decimal("10.1"), TAGS_DATA='#a.b=say "x"\n#Team=web#', COST_SUBSCRIPTION_ID=123),
            _cost("0001-00001", 2, TINY, TENANT_ID="child1"),
            _cost("0002-00001", 2, Decimal("-0.1"), IS_CORRECTION="true"),
        ]
        _make(cursor, "oci_cost", COST, lines)
        used = _line("0003-00001", 1, USG_BILLED_QUANTITY=Decimal("9E20"), USG_CONSUMED_QUANTITY=Decimal(7))
        _make(cursor, "oci_usage", USAGE, [used])
        name = "reports/cost-csv/oc1_0001-00001.csv.gz"
        _make(cursor, "oci_load_status", STATUS, [
            {"TENANT_NAME": "mine", "FILE_TYPE": "COST", "FILE_ID": "0001-00001", "FILE_NAME": name},
        ])  # fmt: skip
        database.commit()
        yield database
        _drop(cursor)


def _drop(cursor: Any) -> None:
    there = {str(name).lower() for (name,) in cursor.execute("SELECT table_name FROM user_tables")}
    for table in there & {"usage2adw_cost", "usage2adw_usage", "oci_load_status"}:
        cursor.execute(f"DROP TABLE {table}")


def _warehouse(server: OracleServer) -> OracleWarehouse:
    return server.warehouse(Deadline.after(120), "adopting")


def test_their_lines_become_ours_once(
    server: OracleServer, theirs: oracledb.Connection, query: Callable[..., list[tuple[Any, ...]]]
) -> None:
    warehouse = _warehouse(server)
    with pytest.raises(WarehouseUnusable, match="usage2adw"):
        warehouse.migrate()
    with pytest.raises(WarehouseUnusable, match="usage2adw"):
        warehouse.inspect()
    with pytest.raises(BadRequest, match="mine"):
        Adoption(warehouse, {"other": TENANCY}, "").run()
    with pytest.raises(BadRequest, match="no table of usage2adw in the schema of nobody"):
        Adoption(warehouse, {"mine": TENANCY}, "nobody").run()
    assert query("SELECT COUNT(*) FROM user_tables WHERE table_name = 'USAGE2ADW_COST'") == [(0,)], "nothing is renamed"
    answer = Adoption(warehouse, {"mine": TENANCY}, "").run().detail()
    assert answer == {"files": 3, "rows": 4, "cost_sum": "10.000000000000000001", "known_files": 0, "failed": []}
    assert query("SELECT COUNT(*) FROM usage2adw_cost") == [(3,)]
    name = "reports/cost-csv/oc1_0001-00001.csv.gz"
    lines = query(
        "SELECT lineItem_tenantId, cost_subscriptionId, cost_myCost, usage_billedQuantity, tags, other_columns "
        "FROM oci_cost WHERE object_name = :name ORDER BY object_row",
        name=name,
    )
    assert [line[:4] for line in lines] == [(TENANCY, "123", Decimal("10.1"), 2), (None, None, TINY, 2)]
    assert json.loads(lines[0][4]) == {"a.b": 'say "x"\n', "Team": "web"}
    assert json.loads(lines[1][5]) == {"PRD_COMPARTMENT_PATH": 'a / "b"', "TENANT_ID": "child1"}
    assert query("SELECT usage_billedQuantity, usage_consumedQuantity FROM oci_usage") == [(Decimal("9E20"), 7)]
    ledger = query("SELECT object_name, object_etag, rows_loaded, state FROM oci_report ORDER BY object_name")
    assert ledger == [
        ("reports/cost-csv/0002-00001.csv.gz", "usage2adw", 1, "loaded"),
        (name, "usage2adw", 2, "loaded"),
        ("reports/usage-csv/0003-00001.csv.gz", "usage2adw", 1, "loaded"),
    ]
    days = query(
        "SELECT usage_day, SUM(cost), SUM(row_count) FROM oci_cost_daily GROUP BY usage_day ORDER BY usage_day"
    )
    assert [(day.day, cost, count) for day, cost, count in days] == [
        (1, Decimal("10.1"), 1),
        (2, TINY - Decimal("0.1"), 2),
    ]
    again = Adoption(warehouse, {"mine": TENANCY}, "").run().detail()
    assert (again["files"], again["known_files"]) == (0, 3)
    # the loader's own load of an object replaces what was adopted of it
    claim = warehouse.claim(ObjectKey(TENANCY, name, "the bucket's etag"), "cost", sliced=False)
    assert claim is not None
    warehouse.commit(claim, Outcome("cost", 10, "", "loaded", Sums()))
    assert query("SELECT COUNT(*) FROM oci_cost WHERE object_name = :name", name=name) == [(0,)]
    warehouse.close()
