"""Files, folders and command lines that nobody should have made: nothing is lost silently, nothing comes twice."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from functions.adw_billing.__main__ import main
from tests.support.billing_files import (
    COST,
    FOCUS,
    TENANCY,
    USAGE,
    cost_row,
    focus_row,
    load,
    load_command,
    put,
    query,
    report,
    usage_row,
)

ROOT = Path(__file__).resolve().parents[3]
OTHER = "ocid1.tenancy.oc1..aaaaaaaaother"
LEDGER = "SELECT tenancy_id, object_name, rows_loaded, state FROM oci_report ORDER BY object_name"


def costs(*tenancies: str, **cells: str) -> bytes:
    rows = [cost_row(at, lineItem__tenantId=each, **cells) for at, each in enumerate(tenancies, 1)]
    return report(COST, rows)


@pytest.mark.parametrize("before", [b"\n", b"\r\n", b"\r\n\n\r"])
@pytest.mark.parametrize("name", ["reports/cost-csv/1.csv", "reports/cost-csv/1.csv.gz", "1.csv"])
def test_blank_lines_before_the_header_lose_no_row(folder: Path, warehouse: Path, before: bytes, name: str) -> None:
    put(folder, name, before + costs(TENANCY, TENANCY, TENANCY))
    (row,) = load(folder, warehouse)["reports"]
    assert (row["rows_loaded"], row["state"], row["cost_sum"]) == (3, "loaded", "1.5")


@pytest.mark.parametrize("body_end", ["\r", "\n", "\r\n"])
def test_carriage_returns_alone_are_line_ends_of_headers_and_rows(folder: Path, warehouse: Path, body_end: str) -> None:
    header, rest = report(COST, [cost_row(1), cost_row(2)], line_end=body_end).split(body_end.encode(), 1)
    put(folder, "reports/cost-csv/1.csv", header + b"\r" + rest)
    (row,) = load(folder, warehouse)["reports"]
    assert (row["rows_loaded"], row["rows_rejected"], row["cost_sum"]) == (2, 0, "1")


def test_a_report_published_again_keeps_its_tenancy_whatever_its_first_row_says(folder: Path, warehouse: Path) -> None:
    name = "reports/cost-csv/1.csv"
    put(folder, name, costs(TENANCY, OTHER))
    load(folder, warehouse, "--tenancy", TENANCY)
    for again in (costs(OTHER, TENANCY), costs("", TENANCY), costs()):
        put(folder, name, again)
        load(folder, warehouse)
        rows = again.count(b"\n") - 1
        assert query(warehouse, LEDGER) == [(TENANCY, name, rows, "loaded")]
        assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(rows,)]
        assert query(warehouse, "SELECT coalesce(sum(row_count), 0) FROM oci_cost_daily") == [(rows,)]


def test_a_new_file_changes_nothing_of_those_that_told_no_tenancy(folder: Path, warehouse: Path) -> None:
    put(folder, "b.csv", report([name for name in COST if name != "lineItem/tenantId"], [cost_row(1)]))
    put(folder, "c.csv", costs())
    assert {row["rows_loaded"] for row in load(folder, warehouse)["reports"]} == {0, 1}
    put(folder, "a.csv", costs(TENANCY))
    assert [row["object_name"] for row in load(folder, warehouse)["reports"]] == ["a.csv"]
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(2,)]


def test_a_file_that_was_damaged_before_it_told_its_tenancy_leaves_nothing_behind(
    folder: Path, warehouse: Path
) -> None:
    whole = gzip.compress(costs(TENANCY, TENANCY))
    (folder / "1.csv.gz").write_bytes(whole[:20])
    load(folder, warehouse)
    assert [state for *_, state in query(warehouse, LEDGER)] == ["rejected"]
    (folder / "1.csv.gz").write_bytes(whole)
    load(folder, warehouse)
    assert query(warehouse, LEDGER) == [(TENANCY, "1.csv.gz", 2, "loaded")]
    assert query(warehouse, "SELECT count(*) FROM oci_report_rejected") == [(0,)]


def test_a_damaged_warehouse_is_unusable_and_not_busy(folder: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "clock.duckdb"
    put(folder, "1.csv", costs(TENANCY))
    load(folder, warehouse)
    content = bytearray(warehouse.read_bytes())
    content[4096 + 40] ^= 0xFF
    content[8192 + 40] ^= 0xFF
    warehouse.write_bytes(content)
    assert load(folder, warehouse)["error"]["reason"] == "warehouse-unusable"
    warehouse.write_text("no database")
    assert load(folder, warehouse)["error"]["reason"] == "warehouse-unusable"


@pytest.mark.parametrize("path", ["", ":memory:", "duckdb:", "duckdb::memory:"])
def test_a_warehouse_that_keeps_nothing_is_refused(folder: Path, path: str) -> None:
    put(folder, "1.csv", costs(TENANCY))
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["load", "--reports", str(folder), "--warehouse", path]) == 1
    assert json.loads(out.getvalue())["error"]["reason"] == "warehouse-unusable"


@pytest.mark.parametrize("day", ["foo", "2024-13-45", "20240101"])
def test_a_first_day_that_is_no_date_is_refused(folder: Path, warehouse: Path, day: str) -> None:
    put(folder, "1.csv", costs(TENANCY))
    error = load(folder, warehouse, "--cost-from", day, begun=False)["error"]
    assert (error["reason"], error["field"]) == ("bad-request", "cost-from")
    assert not warehouse.exists()


def test_the_hash_of_a_rejected_object_is_that_of_all_its_bytes(folder: Path, warehouse: Path) -> None:
    path = put(folder, "1.csv", b"id,name\n" + b"1,x\n" * 200_000)
    load(folder, warehouse)
    want = (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, "rejected")
    assert query(warehouse, "SELECT sha256, size_bytes, state FROM oci_report") == [want]


@pytest.mark.parametrize("kind", ["VARCHAR", "TIMESTAMP"])
def test_an_oci_billing_of_old_is_adopted_however_it_is_spelt(folder: Path, warehouse: Path, kind: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "CREATE TABLE OCI_BILLING (USAGE_REPORT VARCHAR, LINEITEM_REFERENCENO VARCHAR, "
            f"LINEITEM_INTERVALUSAGESTART {kind})"
        )
        connection.execute("INSERT INTO oci_billing VALUES ('x-old', 'r', '2026-01-03 10:00:00')")
        connection.execute("CREATE INDEX known ON oci_billing (usage_report)")
    put(folder, "1.csv", costs(TENANCY))
    load(folder, warehouse)
    reports = "SELECT usage_report FROM oci_billing ORDER BY 1"
    assert query(warehouse, reports) == [(f"{TENANCY}-1",), ("x-old",)]


def test_an_object_that_changes_its_dialect_leaves_no_summary_behind(folder: Path, warehouse: Path) -> None:
    daily = "SELECT dialect, sum(cost), sum(row_count) FROM oci_cost_daily GROUP BY 1"
    put(folder, "a.csv", costs(TENANCY, TENANCY))
    load(folder, warehouse)
    put(folder, "a.csv", report(FOCUS, [focus_row(1)]))
    load(folder, warehouse)
    assert query(warehouse, daily) == [("focus", Decimal("0.5"), 1)]
    put(folder, "a.csv", report(USAGE, [usage_row(1)]))
    load(folder, warehouse)
    assert query(warehouse, daily) == []


@pytest.mark.parametrize("day", ["2026-01-05T10:00Z", ""])
def test_amounts_that_no_sum_can_hold_are_put_aside_and_the_others_are_loaded(
    folder: Path, warehouse: Path, day: str
) -> None:
    """Three that add up to too much alone, and one only with what is there of its day."""
    most = "90000000000000"
    put(folder, "reports/cost-csv/1.csv", costs(TENANCY, cost__myCost=most))
    for number in (2, 3, 4):
        cells = {"cost__myCost": most, "lineItem__intervalUsageStart": day, "lineItem__referenceNo": f"{number}"}
        put(folder, f"reports/cost-csv/{number}.csv", costs(*[TENANCY] * 3, **cells))
    put(folder, "reports/cost-csv/5.csv", costs(TENANCY, cost__myCost=most, lineItem__referenceNo="5"))
    put(folder, "reports/cost-csv/6.csv", costs(TENANCY, lineItem__referenceNo="6"))
    for _ in range(2):
        answer = load(folder, warehouse)
        found = [(entry["object_name"], entry["object_row"], entry["reason"]) for entry in answer["rejected"]]
        assert found == [(f"reports/cost-csv/{number}.csv", 0, "sum-too-large") for number in (2, 3, 4, 5)]
    states = [state for *_, state in query(warehouse, LEDGER)]
    assert states == ["loaded", *["rejected"] * 4, "loaded"]
    put(folder, "reports/cost-csv/1.csv", costs(TENANCY))
    load(folder, warehouse)
    assert [row["object_name"] for row in load(folder, warehouse)["reports"]][-1] == "reports/cost-csv/4.csv"
    daily = "SELECT sum(cost), sum(row_count) FROM oci_cost_daily"
    assert query(warehouse, daily) == [(Decimal(90000000000001), 3)]


def test_objects_that_the_database_refuses_never_keep_those_behind_them_waiting(folder: Path, warehouse: Path) -> None:
    put(folder, "reports/cost-csv/8.csv", costs(TENANCY, lineItem__referenceNo="a"))
    load(folder, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("CREATE UNIQUE INDEX once ON oci_cost (lineItem_referenceNo)")
    for number in range(4):
        put(folder, f"reports/cost-csv/{number}.csv", costs(TENANCY, TENANCY, lineItem__referenceNo=f"b{number}"))
    put(folder, "reports/cost-csv/9.csv", costs(TENANCY, lineItem__referenceNo="c"))
    for _ in range(2):
        assert load(folder, warehouse)["error"]["reason"] == "database-error"
    states = dict(query(warehouse, "SELECT object_name, state FROM oci_report"))
    assert (states.pop("reports/cost-csv/8.csv"), states.pop("reports/cost-csv/9.csv")) == ("loaded", "loaded")
    assert set(states.values()) == {"rejected"}
    reasons = query(warehouse, "SELECT DISTINCT object_row, reason, content FROM oci_report_rejected")
    assert reasons == [(0, "refused", "database-error ConstraintException")]
    for number in range(4):
        put(folder, f"reports/cost-csv/{number}.csv", costs(TENANCY, lineItem__referenceNo=f"d{number}"))
    assert len(load(folder, warehouse)["reports"]) == 4
    assert query(warehouse, "SELECT count(*) FROM oci_report_rejected") == [(0,)]


def test_what_cannot_be_read_is_told_and_the_rest_is_loaded(folder: Path, warehouse: Path) -> None:
    put(folder, "1.csv", costs(TENANCY))
    put(folder, "2.csv", costs(TENANCY)).chmod(0)
    put(folder, "sub/3.csv", costs(TENANCY))
    (folder / "sub").chmod(0)
    command = load_command(folder, warehouse)
    if os.access(folder / "2.csv", os.R_OK):
        command = ["unshare", "--user", *command]  # root reads everything; within a user namespace it does not
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    (folder / "sub").chmod(0o700)
    if done.stderr.startswith("unshare:"):
        pytest.skip(f"this user reads files whatever their mode, and {done.stderr.strip()}")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, error["reason"]) == (1, "bad-request")
    assert "2.csv" in error["message"]
    assert "sub" in error["message"]
    assert [name for _, name, *_ in query(warehouse, LEDGER)] == ["1.csv"]


def test_a_name_that_is_no_utf_8_is_loaded_under_one_that_is(folder: Path, warehouse: Path) -> None:
    path = os.fsencode(folder) + b"/caf\xe9.csv"
    Path(os.fsdecode(path)).write_bytes(costs(TENANCY))
    assert [row["object_name"] for row in load(folder, warehouse)["reports"]] == ["caf\ufffd.csv"]
    assert load(folder, warehouse)["reports"] == []


def test_a_schema_version_that_is_no_number_is_told(folder: Path, warehouse: Path) -> None:
    load(folder, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("UPDATE oci_loader SET value = 'abc' WHERE name = 'schema_version'")
    assert load(folder, warehouse)["error"]["reason"] == "warehouse-unusable"


MANY_BAD = {
    "each-row": lambda: report(COST, [cost_row(1, cost__myCost="0,5")] * 150_000),
    "short-lines": lambda: report(COST, []) + b"a\n" * 1_500_000,
}


@pytest.mark.soak  # fewer rows would fit into memory without the guard too
@pytest.mark.timeout(600)  # millions of bad rows, each looked at in Python: 20 s on a quiet machine
@pytest.mark.parametrize("kind", MANY_BAD)
def test_many_bad_rows_take_no_more_memory_than_good_ones(folder: Path, warehouse: Path, kind: str) -> None:
    text = MANY_BAD[kind]()
    put(folder, "reports/cost-csv/1.csv", text)
    command = [sys.executable, "-m", "tests.support.billing_peak_memory", str(folder), str(warehouse)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    rows = text.count(b"\n") - 1
    assert (found["state"], found["rows_rejected"]) == ("rejected", rows)
    assert query(warehouse, "SELECT count(*), max(object_row) FROM oci_report_rejected") == [(rows, rows)]
    assert found["peak_mib"] < 400
