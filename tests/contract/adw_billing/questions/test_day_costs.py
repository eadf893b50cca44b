"""Days from the summary are the lines added up, on both engines; and they stay when the lines are gone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.contract.adw_billing.test_questions import at, both_engines, made
from tests.support.billing_files import focus_row

if TYPE_CHECKING:
    from pathlib import Path

BY = (
    "tenancy_id, currency, usage_day, month, dialect, subaccount_id, subscription_id, service, sku, region, "
    "compartment_id, compartment_name, compartment_path"
)
TINY = "0.000000000000000001"


def bill(tmp_path: Path, engine: str) -> Any:
    """Lines of both dialects, of compartments that share a name, and without a usage start."""
    web = {"product__compartmentId": "ocid.aaaaaa", "product__compartmentName": "web"}
    twin = {**web, "product__compartmentId": "ocid.bbbbbb", "cost__productSku": "B1"}
    lines = [
        at("2026-01-05", 1, **web, cost__myCost=TINY),
        at("2026-01-05", 2, **web),
        at("2026-01-05", 3, **twin, product__region="r1"),
        at("2026-02-06", 4, cost__subscriptionId="s1", cost__myCost="7"),
        at("2026-02-06", 5, lineItem__intervalUsageStart="", cost__myCost="3"),
    ]
    later = {"ChargePeriodStart": "2026-01-06T10:00Z", "ChargePeriodEnd": "2026-01-06T11:00Z"}
    focus = [focus_row(1), focus_row(2, **later, BilledCost="2"), focus_row(3, ChargePeriodStart="")]
    return made(tmp_path, engine, lines, focus)


@both_engines
def test_days_are_the_lines_added_up(tmp_path: Path, engine: str) -> None:
    with bill(tmp_path, engine) as connection:
        lines = connection.execute(f"SELECT {BY}, SUM(cost), COUNT(*) FROM oci_cost_line GROUP BY {BY}").fetchall()
        days = connection.execute(f"SELECT {BY}, SUM(cost), SUM(line_count) FROM oci_cost_day GROUP BY {BY}").fetchall()
        total = connection.execute("SELECT SUM(cost), SUM(line_count) FROM oci_cost_month").fetchall()
    assert sorted(map(str, days)) == sorted(map(str, lines))
    assert len(days) == 5
    assert total == [(Decimal(13) + Decimal(TINY), 6)]


@both_engines
def test_months_changes_and_compartments_keep_what_has_lost_its_lines(tmp_path: Path, engine: str) -> None:
    by_month = "SELECT month, SUM(cost) FROM oci_cost_month WHERE month IS NOT NULL GROUP BY month ORDER BY month"
    changes = "SELECT month, dimension, value, cost, previous_cost FROM oci_cost_change ORDER BY 1, 2, 3"
    paths = "SELECT month, path, own_cost, cost FROM oci_compartment_month WHERE month IS NOT NULL ORDER BY 1, 2"
    with bill(tmp_path, engine) as connection:
        before = [connection.execute(query).fetchall() for query in (by_month, changes, paths)]
        connection.execute("DELETE FROM oci_cost WHERE lineItem_intervalUsageStart IS NOT NULL")
        after = [connection.execute(query).fetchall() for query in (by_month, changes, paths)]
    assert after == before
    assert [amount for _, amount in before[0]] == [Decimal(3) + Decimal(TINY), Decimal(7)]
