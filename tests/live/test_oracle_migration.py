"""Tables of version 2 are brought forward on a database, by a call that is killed and by the one after it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from functions.adw_billing.model.schema_steps import SCHEMA_VERSION, STEPS
from functions.adw_billing.model.tables import COST, FOCUS
from shared.deadline import Deadline

if TYPE_CHECKING:
    import oracledb

    from tests.support.oracle_server import OracleServer

Query = Callable[..., list[tuple[object, ...]]]
SUMMARY = (
    "select to_char(usage_day, 'YYYY-MM-DD'), dialect, service, compartment_name, sku, cost, row_count "
    "from oci_cost_daily order by 1, 2, 3, 4, 5"
)
ADDED = tuple(name for step in STEPS if step.version == 3 for _, names in step.adds for name in names)
AMOUNT = Decimal("0.000000000000000000000001")
MONTHS = ("2025-11", "2025-12", "2026-01", "2026-02")


def migrate(server: OracleServer, call_id: str) -> None:
    warehouse = server.warehouse(Deadline.after(120), call_id)
    warehouse.migrate()
    warehouse.close()


def make_version_2(database: oracledb.Connection) -> None:
    """Lines of four months in two dialects, a summary by service alone, and a day that has lost its rows."""
    lines = [
        (f"{month}-{day:02}", compartment, sku, AMOUNT * number)
        for month in MONTHS
        for day in (1, 28)
        for number, (compartment, sku) in enumerate((("web", "B1"), ("web", "B2"), ("data", "B1")), 1)
    ]
    cost = "tenancy_id, object_name, object_etag, object_row, lineItem_intervalUsageStart, product_service, "
    cost += "product_compartmentName, cost_productSku, cost_myCost"
    focus = "tenancy_id, object_name, object_etag, object_row, ChargePeriodStart, ServiceName, oci_CompartmentName, "
    focus += "SkuId, BilledCost"
    places = "'t', 'o', 'e', 1, to_timestamp(:1, 'YYYY-MM-DD'), 'COMPUTE', :2, :3, :4"
    with database.cursor() as cursor:
        for table, names in ((COST, cost), (FOCUS, focus)):
            cursor.executemany(f"insert into {table.name} ({names}) values ({places})", lines)
        for name in ADDED:
            cursor.execute(f"alter table oci_cost_daily drop column {name}")
        for dialect, table, day, amount in (
            ("cost", COST, "lineItem_intervalUsageStart", "cost_myCost"),
            ("focus", FOCUS, "ChargePeriodStart", "BilledCost"),
        ):
            cursor.execute(
                f"insert into oci_cost_daily (tenancy_id, usage_day, dialect, service, cost, row_count) "
                f"select 't', cast(trunc({day}) as date), '{dialect}', 'COMPUTE', sum({amount}), count(*) "
                f"from {table.name} group by cast(trunc({day}) as date)"
            )
        cursor.execute(
            "insert into oci_cost_daily (tenancy_id, usage_day, dialect, service, cost, row_count) "
            "values ('t', date '2025-11-02', 'cost', 'COMPUTE', 7, 9)"
        )
        cursor.execute("insert into oci_loader (name, value) values ('retained t', '2025-11-03')")
        cursor.execute("delete from oci_cost where lineItem_intervalUsageStart < date '2025-11-03'")
        cursor.execute("delete from oci_focus where ChargePeriodStart < date '2025-11-03'")
        cursor.execute("update oci_loader set value = '2' where name = 'schema_version'")
    database.commit()


@pytest.mark.parametrize("number", [20, 40])
def test_a_migration_that_was_killed_is_taken_up(
    server: OracleServer, database: oracledb.Connection, query: Query, number: int
) -> None:
    migrate(server, "call-1")
    make_version_2(database)
    command = [sys.executable, str(Path(__file__).with_name("migrate_and_die.py")), server.dsn, server.user]
    command += [str(number), "before"]
    done = subprocess.run(command, input=server.password, text=True, check=False, capture_output=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert query("select value from oci_loader where name = 'schema_version'") == [("2",)]
    migrate(server, "call-2")
    assert query("select value from oci_loader where name = 'schema_version'") == [(str(SCHEMA_VERSION),)]
    assert query("select count(*) from oci_loader where name like 'summarised%'") == [(0,)]
    found = query(SUMMARY)
    days = [f"{month}-{day}" for month in MONTHS for day in ("01", "28")]
    parts = [("data", "B1", 3), ("web", "B1", 1), ("web", "B2", 2)]
    kept = [
        (day, dialect, "COMPUTE", compartment, sku, AMOUNT * number, 1)
        for day in days[1:]
        for dialect in ("cost", "focus")
        for compartment, sku, number in parts
    ]
    early = [("2025-11-01", dialect, "COMPUTE", None, None, 6 * AMOUNT, 3) for dialect in ("cost", "focus")]
    assert found == sorted(
        [*early, ("2025-11-02", "cost", "COMPUTE", None, None, 7, 9), *kept], key=lambda row: row[:2]
    )
