"""Dimensions on the Oracle engine: what was read is exchanged by scope, remembered, and undone as a whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from functions.adw_billing.model.dimension_merge import DimensionChange
from functions.adw_billing.model.dimension_tables import COMMITMENT_BURN, LIST_PRICE, RESOURCE, TENANCY
from functions.adw_billing.model.dimensions_due import PREFIX
from shared.deadline import Deadline

if TYPE_CHECKING:
    import oracledb

    from tests.support.oracle_server import OracleServer

NOON = datetime(2026, 11, 29, 12)  # noqa: DTZ001  (UTC, as the warehouse stores it)
MINE = "ocid1.tenancy.oc1..aaaaaaaamine"
OTHER = "ocid1.tenancy.oc1..aaaaaaaaother"


@pytest.fixture
def database(made_tables: oracledb.Connection) -> oracledb.Connection:
    """Tables, which are there."""
    return made_tables


def _tenancy(scope: str, name: str, now: datetime) -> DimensionChange:
    row = {"tenancy_id": scope, "name": name, "home_region": None}
    return DimensionChange(TENANCY, scope, ("tenancy_id",), [row], now)


def test_rows_are_exchanged_by_scope_and_remembered(server: OracleServer, database: oracledb.Connection) -> None:
    warehouse = server.warehouse(Deadline.after(60), "call-1")
    warehouse.migrate()
    later = NOON + timedelta(days=1)
    price = {"sku": "B1", "currency": "USD", "model": None, "range_max": Decimal(999999999999999), "unit": "h"}
    tiny = Decimal("0.000000000000000000000001")
    prices = [{**price, "price": tiny}, {**price, "price": Decimal("1.5"), "name": "n"}]
    burn = [{"commitment_id": "c", "tenancy_id": MINE, "seen_day": NOON.date(), "used_amount": Decimal("10.1")}]
    identity = ("sku", "model", "range_min", "range_max", "price")
    for _ in range(2):
        changes = [
            _tenancy(MINE, "mine", NOON),
            DimensionChange(LIST_PRICE, "USD", identity, prices, NOON),
            DimensionChange(COMMITMENT_BURN, MINE, ("commitment_id", "seen_day"), burn, NOON),
            DimensionChange(RESOURCE, MINE, ("resource_id",), [], NOON),
        ]
        assert warehouse.change_dimensions(changes, f"{PREFIX}a", "2026-11-29T12:00:00 loaded") == 1
    warehouse.change_dimensions([_tenancy(OTHER, "other", NOON)], f"{PREFIX}b", "x")
    warehouse.change_dimensions([_tenancy(MINE, "renamed", later)], f"{PREFIX}a", "2026-11-30T12:00:00 loaded")
    assert warehouse.remembered(PREFIX) == {f"{PREFIX}a": "2026-11-30T12:00:00 loaded", f"{PREFIX}b": "x"}
    warehouse.close()
    with database.cursor() as cursor:
        found = list(cursor.execute("select name, first_seen, last_seen from oci_tenancy order by name"))
        assert found == [("other", NOON, NOON), ("renamed", NOON, later)]
        kept = list(cursor.execute("select price from oci_list_price order by price", fetch_decimals=True))
        assert kept == [(tiny,), (Decimal("1.5"),)]
        (day, used), *more = list(
            cursor.execute("select seen_day, used_amount from oci_commitment_burn", fetch_decimals=True)
        )
        assert (day.date(), used, more) == (date(2026, 11, 29), Decimal("10.1"), [])


def test_what_the_database_refuses_is_undone_as_a_whole(server: OracleServer, database: oracledb.Connection) -> None:
    warehouse = server.warehouse(Deadline.after(60), "call-1")
    warehouse.migrate()
    good = _tenancy(MINE, "mine", NOON)
    bad = DimensionChange(TENANCY, OTHER, ("no such column",), [{"tenancy_id": OTHER, "name": "n"}], "no time")  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r".+"):
        warehouse.change_dimensions([good, bad], f"{PREFIX}a", "x")
    assert warehouse.remembered(PREFIX) == {}
    warehouse.close()
    with database.cursor() as cursor:
        assert list(cursor.execute("select name from oci_tenancy")) == []
