"""Whose the files of a folder are, on the command line: of an organisation's reports never the first row's tenancy."""

from __future__ import annotations

from pathlib import Path

from tests.support.billing_files import COST, FOCUS, TENANCY, cost_row, focus_row, load, put, query, report

CHILD = f"{TENANCY}child"
FOCUS_NAME = "FOCUS Reports/2026/01/05/1.csv.gz"
COST_NAME = "reports/cost-csv/1.csv.gz"


def organisation(folder: Path) -> None:
    """A day of an organisation: the cost report begins with a row of the child, the FOCUS report with the parent's."""
    cost = [cost_row(1, lineItem__tenantId=CHILD), cost_row(2), cost_row(3, lineItem__tenantId=CHILD)]
    put(folder, COST_NAME, report(COST, cost))
    put(
        folder, FOCUS_NAME, report(FOCUS, [focus_row(2), *(focus_row(number, SubAccountId=CHILD) for number in (1, 3))])
    )


def test_an_organisation_s_reports_are_the_bucket_s_and_reconcile(folder: Path, warehouse: Path) -> None:
    organisation(folder)
    load(folder, warehouse, "--tenancy", TENANCY)
    assert query(warehouse, "SELECT DISTINCT tenancy_id FROM oci_report") == [(TENANCY,)]
    columns = "tenancy_id, cost_rows, focus_rows, difference, status"
    assert query(warehouse, f"SELECT {columns} FROM oci_reconciliation") == [(TENANCY, 3, 3, 0, "equal")]
    # the bucket is known from now on: a child's report of the next day is its too
    put(folder, "reports/cost-csv/2.csv.gz", report(COST, [cost_row(4, lineItem__tenantId=CHILD)]))
    load(folder, warehouse)
    assert query(warehouse, "SELECT tenancy_id, count(*) FROM oci_cost GROUP BY 1") == [(TENANCY, 4)]


def test_where_rows_name_several_tenancies_nothing_is_loaded_without_a_word(folder: Path, warehouse: Path) -> None:
    organisation(folder)
    error = load(folder, warehouse)["error"]
    assert (error["reason"], error["field"]) == ("bad-request", "tenancy")
    assert "--tenancy" in error["fix"]
    assert query(warehouse, "SELECT count(*) FROM oci_report") == [(0,)]


def test_a_file_whose_far_rows_are_another_tenancy_s_is_refused_alone(folder: Path, warehouse: Path) -> None:
    rows = [cost_row(number, product__Description="x" * 90) for number in range(1500)]
    odd = [cost_row(9999, lineItem__tenantId=CHILD)]
    put(folder, "mixed.csv", report(COST, [*rows, *odd]))
    put(folder, "plain.csv", report(COST, [cost_row(10_000)]))
    error = load(folder, warehouse)["error"]
    assert (error["field"], error["object-name"]) == ("tenancy", "mixed.csv")
    assert CHILD in error["message"]
    assert query(warehouse, "SELECT object_name, rows_loaded FROM oci_report") == [("plain.csv", 1)]
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(1,)]
    load(folder, warehouse, "--tenancy", TENANCY)
    assert query(warehouse, "SELECT object_name, rows_loaded FROM oci_report ORDER BY 1") == [
        ("mixed.csv", 1501),
        ("plain.csv", 1),
    ]


def test_words_for_no_tenancy_name_none(folder: Path, warehouse: Path) -> None:
    rows = [focus_row(1, SubAccountId="NULL"), focus_row(2, SubAccountId=""), focus_row(3)]
    put(folder, FOCUS_NAME, report(FOCUS, rows))
    load(folder, warehouse)
    assert query(warehouse, "SELECT DISTINCT tenancy_id FROM oci_focus") == [(TENANCY,)]
