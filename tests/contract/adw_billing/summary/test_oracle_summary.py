"""The daily summary on Oracle: a new object is added to it from its own rows alone, and it is that of all rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from functions.adw_billing.model.headers import layout
from functions.adw_billing.model.warehouse import ObjectKey, Outcome, Sums
from functions.adw_billing.parse.chunks import Splitter
from functions.adw_billing.parse.parser import Parser
from functions.adw_billing.warehouse.oracle.sql import ROW_FORMAT
from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse
from shared.deadline import Deadline
from tests.support.billing_files import COST, FOCUS, TENANCY, cost_row, focus_row, report
from tests.support.translated_oracle import TranslatedSession

WEB = {"product__compartmentId": "c1", "product__compartmentName": "web", "cost__productSku": "B1"}
BARE = {"product__service": "", "cost__currencyCode": ""}
NAMES = "usage_day, service, currency, subaccount_id, compartment_id, compartment_name, sku, cost, row_count"
DAILY = f"SELECT {NAMES} FROM oci_cost_daily WHERE dialect = 'cost' ORDER BY ALL"
RECOMPUTED = """SELECT CAST(lineItem_intervalUsageStart AS DATE), product_service, cost_currencyCode, lineItem_tenantId,
  product_compartmentId, product_compartmentName, cost_productSku, SUM(cost_myCost), COUNT(*)
FROM oci_cost WHERE lineItem_intervalUsageStart IS NOT NULL GROUP BY ALL ORDER BY ALL"""


def opened(session: TranslatedSession) -> OracleWarehouse:
    made = OracleWarehouse(session, Deadline.after(60), "call")  # type: ignore[arg-type]
    made.migrate()
    return made


def publish(session: TranslatedSession, number: int, body: bytes, etag: str = "e1") -> list[str]:
    """Load one object; the statements that it took."""
    warehouse, splitter = opened(session), Splitter(iter([body]))
    del session.seen[:]
    found = layout(splitter.header())
    folder = "FOCUS Reports/2026/01/05" if found.dialect == "focus" else f"reports/{found.dialect}-csv"
    claim = warehouse.claim(ObjectKey(TENANCY, f"{folder}/{number}.csv", etag), found.dialect, sliced=True)
    assert claim is not None
    sums = Sums()
    for batch in Parser(found, ROW_FORMAT, "").batches(splitter.chunks(), 1):
        warehouse.stage(claim, batch)
        sums = sums.plus(batch.sums)
    warehouse.commit(claim, Outcome(found.dialect, 1, f"{number}-{etag}", "loaded", sums))
    return list(session.seen)


def rows(session: TranslatedSession, query: str) -> list[tuple[Any, ...]]:
    return session.database.execute(query).fetchall()


def test_new_objects_are_added_and_the_summary_is_that_of_all_rows() -> None:
    session = TranslatedSession()
    tiny, late = "0.000000000000000001", {"lineItem__intervalUsageStart": "2026-01-06T23:59Z"}
    publish(session, 1, report(COST, [cost_row(1, cost__myCost=tiny), cost_row(2, **WEB), cost_row(3, **BARE)]))
    publish(session, 2, report(COST, [cost_row(4, **WEB), cost_row(5, **BARE, cost__myCost="98765432101.5")]))
    third = [cost_row(6, **BARE, cost__myCost=""), cost_row(7, **late), cost_row(8, cost__myCost="-3")]
    publish(session, 3, report(COST, third))
    publish(session, 4, report(COST, [cost_row(9, lineItem__intervalUsageStart="")]))
    publish(session, 5, report(FOCUS, [focus_row(1), focus_row(2)]))
    assert rows(session, DAILY) == rows(session, RECOMPUTED)
    assert [row[7:] for row in rows(session, DAILY) if row[1] is None] == [(Decimal(98765432102), 3)]
    focus = rows(session, "SELECT cost, row_count FROM oci_cost_daily WHERE dialect = 'focus'")
    assert focus == [(Decimal(1), 2)]
    publish(session, 2, report(COST, [cost_row(4, **WEB, cost__myCost="7")]), etag="e2")
    assert rows(session, DAILY) == rows(session, RECOMPUTED)


def test_the_rows_of_other_objects_are_read_only_when_a_version_is_replaced() -> None:
    session = TranslatedSession()
    publish(session, 1, report(COST, [cost_row(1)]))
    new = publish(session, 2, report(COST, [cost_row(2)]))
    again = publish(session, 2, report(COST, [cost_row(3)]), etag="e2")

    def reading(statements: list[str]) -> list[str]:
        return [each for each in statements if "FROM oci_cost " in each and "object_name = :object_name" not in each]

    assert reading(new) == []
    assert not [each for each in new if each.startswith("DELETE FROM oci_cost_daily")]
    assert len([each for each in again if each.startswith("DELETE FROM oci_cost_daily")]) == 1


def test_an_object_of_a_day_without_rows_adds_a_row_of_its_own_once() -> None:
    session = TranslatedSession()
    publish(session, 1, report(COST, [cost_row(1, cost__myCost="1")]))
    opened(session).retain(TENANCY, "2026-01-06")
    publish(session, 2, report(COST, [cost_row(2, cost__myCost="2")]))
    publish(session, 1, report(COST, [cost_row(1, cost__myCost="4")]), etag="e2")  # in the ledger: it adds nothing
    assert [row[7:] for row in rows(session, DAILY)] == [(1, 1), (2, 1)]
