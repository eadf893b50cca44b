"""Objects that the database reads itself: what SQL stages is what the function would have staged, or it stages none."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from emulator.reports.generated_report import make_report
from functions.adw_billing.model.headers import Layout, layout
from functions.adw_billing.model.tables import ALL
from functions.adw_billing.model.warehouse import Batch, Claim, ObjectKey, Outcome, Sums
from functions.adw_billing.parse.chunks import Splitter
from functions.adw_billing.parse.parser import Parser
from functions.adw_billing.warehouse.oracle import dbms_cloud_sql as oracle_copy_sql
from functions.adw_billing.warehouse.oracle.sql import ROW_FORMAT
from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse
from shared.deadline import Deadline
from shared.errors import NotAuthorised
from tests.support.billing_files import COST, FOCUS, TENANCY, USAGE, cost_row, focus_row, report, usage_row
from tests.support.shared_data import shared_file
from tests.support.translated_oracle import TranslatedSession

if TYPE_CHECKING:
    from collections.abc import Iterator

URI = "https://objectstorage.example.com/n/bling/b/tenancy/o/a.csv.gz"
KEY = ObjectKey(TENANCY, "reports/a.csv.gz", "e1")
PLACES = ("oci_cost", "oci_usage", "oci_focus", "oci_billing", "oci_cost_daily")
ODD = {
    "COST": ([*COST, "tags/Fin.Cost'Center", 'tags/"quoted"', "tags/x", "cost/new Column"], cost_row),
    "USAGE": ([*USAGE, "tags/x"], usage_row),
    "FOCUS": ([*FOCUS, "x_NewColumn"], focus_row),
}


def batches(text: bytes) -> Iterator[Batch]:
    splitter = Splitter(iter([text]))
    found = layout(splitter.header())
    return Parser(found, ROW_FORMAT, "").batches(splitter.chunks(), 1)


def claimed(session: TranslatedSession, text: bytes) -> tuple[OracleWarehouse, Claim, Layout]:
    warehouse = OracleWarehouse(session, Deadline.after(60), "call")  # type: ignore[arg-type]
    warehouse.migrate()
    found = layout(text.split(b"\n")[0] + b"\n")
    claim = warehouse.claim(KEY, found.dialect, sliced=True)
    assert claim is not None
    return warehouse, claim, found


def by_the_function(text: bytes) -> TranslatedSession:
    session = TranslatedSession.begun()
    warehouse, claim, found = claimed(session, text)
    sums = Sums()
    for batch in batches(text):
        assert not batch.rejected
        warehouse.stage(claim, batch)
        sums = Sums(sums.rows + batch.sums.rows, sums.cost + batch.sums.cost, sums.quantity + batch.sums.quantity)
    warehouse.commit(claim, Outcome(found.dialect, 1, "", "loaded", sums))
    return session


def by_the_database(text: bytes) -> TranslatedSession | None:
    session = TranslatedSession.begun()
    session.objects[URI] = gzip.compress(text)
    warehouse, claim, found = claimed(session, text)
    sums = warehouse.copy(claim, found, URI)
    tables = {str(name).lower() for (name,) in session.rows("SELECT table_name FROM user_tables")}
    assert not [name for name in tables if name.startswith("oci_stage_c_")]
    if sums is None:
        staged = [name for name in tables if name.startswith("oci_stage_d_")]
        assert not staged or session.rows(f"SELECT COUNT(*) FROM {staged[0]}") == [(0,)]
        return None
    warehouse.commit(claim, Outcome(found.dialect, 1, "", "loaded", sums))
    return session


def content(session: TranslatedSession) -> dict[str, list[tuple[object, ...]]]:
    found = {name: sorted(session.rows(f"SELECT * FROM {name}"), key=str) for name in PLACES}
    found["ledger"] = session.rows("SELECT dialect, rows_loaded, cost_sum, quantity_sum, state FROM oci_report")
    return found


def assert_the_same_whoever_reads(text: bytes) -> None:
    session = by_the_database(text)
    assert session is not None
    assert content(session) == content(by_the_function(text))


@pytest.mark.parametrize("dialect", ["cost", "focus", "usage"])
def test_a_report_is_the_same_whoever_reads_it(dialect: str) -> None:
    text = b"".join(make_report(dialect, 12, seed="copy").chunks())  # type: ignore[arg-type]
    assert_the_same_whoever_reads(text)


@pytest.mark.parametrize(
    "name", ["real_cost_finops_506rows.csv", "derived_focus_from_real_cost_506rows.csv", "real_usage_koku_6rows.csv"]
)
def test_the_real_reports_are_the_same_whoever_reads_them(name: str) -> None:
    text = shared_file(f"data/reports/{name}").read_bytes()
    assert_the_same_whoever_reads(text)


@pytest.mark.parametrize("dialect", ODD)
def test_tags_and_unknown_columns_are_the_same_whoever_reads_them(dialect: str) -> None:
    header, make = ODD[dialect]
    cells = {name: f'a "b" \\ {name} = ü/' for name in header if name not in (*COST, *USAGE, *FOCUS)}
    rows = [{**make(1), **cells}, {**make(2), "Tags": '"k": "v"'}, {**make(3), "Tags": "NULL", "tags/x": "1"}, make(4)]
    text = report(header, rows)
    assert_the_same_whoever_reads(text)


@pytest.mark.parametrize("time", ["2026-01-05T10:00:30Z", "2026-01-05T10:00:30.5Z", "2026-01-05T10:00:30.123456Z"])
@pytest.mark.parametrize("number", ["-4.81298076439E-7", "5.65E9", "0", "12345678901234567890.5"])
def test_spellings_of_times_and_numbers_are_the_same_whoever_reads_them(time: str, number: str) -> None:
    cells = {"lineItem__intervalUsageStart": time, "cost__myCost": number, "usage__billedQuantity": number}
    text = report(COST, [cost_row(1, **cells)])
    assert_the_same_whoever_reads(text)


@pytest.mark.parametrize(
    "cells",
    [
        {"cost__myCost": "many"},
        {"cost__unitPrice": "(null)"},
        {"lineItem__intervalUsageEnd": "-"},
        {"cost__myCost": "1" * 39},
        {"cost__myCost": "1,000.5"},
        {"lineItem__intervalUsageStart": "2026-01-05 10:00"},
        {"lineItem__intervalUsageStart": "2026-02-30T10:00Z"},
        {"lineItem__referenceNo": "x" * 401},
        {"product__service": "two\nlines"},
        {"tags__x": "a\ttab"},
        {"product__service": "NUL\0byte"},
    ],
    ids=str,
)
def test_what_sql_cannot_take_exactly_is_left_to_the_function(cells: dict[str, str]) -> None:
    text = report([*COST, "tags/x"], [cost_row(1), cost_row(2, **cells), cost_row(3)])
    assert by_the_database(text) is None


@pytest.mark.parametrize("junk", ["N", "-", "false", "(null)"])
def test_junk_that_the_function_keeps_is_null_in_each_table_and_stands_in_other_columns(junk: str) -> None:
    text = report(COST, [cost_row(1, cost__unitPrice=junk, lineItem__intervalUsageEnd=junk)])
    assert by_the_database(text) is None
    session = by_the_function(text)
    ((price, end, others),) = session.rows(
        "SELECT cost_unitPrice, lineItem_intervalUsageEnd, other_columns FROM oci_cost"
    )
    assert (price, end) == (None, None)
    assert json.loads(others) == {"cost/unitPrice": junk, "lineItem/intervalUsageEnd": junk}
    assert session.rows("SELECT lineItem_intervalUsageEnd FROM oci_billing") == [(None,)]


def test_a_damaged_object_is_left_to_the_function() -> None:
    session = TranslatedSession()
    text = b"".join(make_report("cost", 60).chunks())
    session.objects[URI] = gzip.compress(text)[:-10]
    warehouse, claim, found = claimed(session, text)
    assert warehouse.copy(claim, found, URI) is None


def test_a_header_only_report_has_no_rows() -> None:
    session = by_the_database(report(COST, []))
    assert session is not None
    assert session.rows("SELECT rows_loaded, state FROM oci_report") == [(0, "loaded")]


def test_a_preflight_tells_that_the_database_user_may_not_let_it_read() -> None:
    session = TranslatedSession()
    warehouse = OracleWarehouse(session, Deadline.after(60), "call")  # type: ignore[arg-type]
    assert f"{len(ALL)} tables to be made" in warehouse.inspect(copies=True)
    session.run("DELETE FROM all_objects")
    with pytest.raises(NotAuthorised, match="DBMS_CLOUD"):
        warehouse.inspect(copies=True)
    assert f"{len(ALL)} tables to be made" in warehouse.inspect()


def test_a_row_that_cannot_be_read_ends_a_copy_and_only_gz_is_unpacked() -> None:
    assert json.loads(oracle_copy_sql.copy_format(compressed=True))["rejectlimit"] == 0
    assert "compression" not in json.loads(oracle_copy_sql.copy_format(compressed=False))
