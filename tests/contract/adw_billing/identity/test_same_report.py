"""A bill is counted once, however many copies of its reports the command line sees: the second is refused by name."""

from __future__ import annotations

import json
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.billing_files import COST, TENANCY, cost_row, load, load_command, put, query, report
from tests.support.shared_data import ROOT

OTHER = f"{TENANCY}other"
NAME = "reports/cost-csv/1.csv"
TEXT = report(COST, [cost_row(1), cost_row(2)])


def total(warehouse: Path) -> Decimal:
    return query(warehouse, "SELECT sum(cost_myCost) FROM oci_cost")[0][0]


def refused(answer: Any) -> dict[str, str]:
    assert answer["error"]["reason"] == "same-report"
    assert {entry["reason"] for entry in answer["rejected"]} == {"same-report"}
    return answer["error"]["refused"]


def test_a_file_beside_itself_packed_is_counted_once(folder: Path, warehouse: Path) -> None:
    put(folder, NAME, TEXT)
    put(folder, f"{NAME}.gz", TEXT)
    assert refused(load(folder, warehouse)) == {f"{NAME}.gz": f"the same content as {NAME}, which is loaded"}
    assert total(warehouse) == 1
    ledger = "SELECT object_name, state, rows_loaded, rows_rejected FROM oci_report ORDER BY 1"
    assert query(warehouse, ledger) == [(NAME, "loaded", 2, 0), (f"{NAME}.gz", "rejected", 0, 1)]
    entry = "SELECT object_name, object_row, reason, content FROM oci_report_rejected"
    words = f"the same content as {NAME}, which is loaded"
    assert query(warehouse, entry) == [(f"{NAME}.gz", 0, "same-report", words)]
    # it is settled: nobody reads it again
    assert load(folder, warehouse)["reports"] == []
    assert total(warehouse) == 1


@pytest.mark.parametrize("second", ["copy/1.csv", "copy/reports/cost-csv/1.csv", "another-name.csv.gz"])
@pytest.mark.parametrize("at_once", [True, False])
def test_the_same_file_in_two_folders_is_counted_once(
    folder: Path, warehouse: Path, second: str, *, at_once: bool
) -> None:
    put(folder, NAME, TEXT)
    if not at_once:
        load(folder, warehouse)
    put(folder, second, TEXT)
    assert len(refused(load(folder, warehouse))) == 1
    assert total(warehouse) == 1


def test_the_same_tree_from_two_roots_is_the_same(folder: Path, warehouse: Path) -> None:
    put(folder, f"a/{NAME}", TEXT)
    put(folder, "a/FOCUS Reports/2026/01/05/1.csv.gz", b"")
    load(folder, warehouse)
    for root in (folder / "a", folder / "a/reports", folder / "a/reports/cost-csv"):
        assert load(root, warehouse)["reports"] == []
    shutil.copytree(folder / "a", folder.parent / "elsewhere/deep/down")
    assert load(folder.parent / "elsewhere", warehouse)["reports"] == []
    assert total(warehouse) == 1


def test_files_outside_a_tree_from_two_roots_are_refused(folder: Path, warehouse: Path) -> None:
    put(folder, "a/1.csv", TEXT)
    load(folder, warehouse)
    assert list(refused(load(folder / "a", warehouse))) == ["1.csv"]
    assert total(warehouse) == 1


def test_first_without_and_then_with_a_tenancy_is_refused(folder: Path, warehouse: Path) -> None:
    put(folder, NAME, TEXT)
    load(folder, warehouse)
    assert f"of {TENANCY}" in refused(load(folder, warehouse, "--tenancy", OTHER))[NAME]
    assert total(warehouse) == 1
    assert query(warehouse, "SELECT DISTINCT tenancy_id FROM oci_cost_daily") == [(TENANCY,)]


def test_the_plain_answer_is_the_error_and_status_1_and_says_what_was_loaded(folder: Path, warehouse: Path) -> None:
    put(folder, NAME, TEXT)
    put(folder, "x.csv", TEXT)
    done = subprocess.run(  # noqa: S603
        load_command(folder, warehouse), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    error = json.loads(done.stdout)["error"]
    assert (error["reason"], error["loaded"], list(error["refused"])) == ("same-report", ["1.csv"], ["x.csv"])
    assert "rejected: x.csv: same-report: the same content as reports/cost-csv/1.csv" in done.stderr


def test_another_content_at_the_place_is_refused_too(folder: Path, warehouse: Path) -> None:
    put(folder, NAME, TEXT)
    put(folder, f"{NAME}.gz", report(COST, [cost_row(3)]))
    assert "at the place of" in refused(load(folder, warehouse))[f"{NAME}.gz"]
    assert total(warehouse) == 1


def test_a_report_packed_or_published_again_replaces_itself(folder: Path, warehouse: Path) -> None:
    path = put(folder, NAME, TEXT)
    load(folder, warehouse)
    path.unlink()
    put(folder, f"{NAME}.gz", TEXT)
    (row,) = load(folder, warehouse)["reports"]
    assert (row["object_name"], row["state"]) == (NAME, "loaded")
    put(folder, f"{NAME}.gz", report(COST, [cost_row(1), cost_row(2), cost_row(3)]))
    assert load(folder, warehouse)["reports"][0]["rows_loaded"] == 3
    assert total(warehouse) == Decimal("1.5")


def test_reports_without_a_row_are_nobody_s_copies(folder: Path, warehouse: Path) -> None:
    for number in (1, 2):
        put(folder, f"reports/cost-csv/header-{number}.csv", report(COST, []))
        put(folder, f"reports/cost-csv/empty-{number}.csv.gz", b"")
    assert {row["state"] for row in load(folder, warehouse)["reports"]} == {"loaded"}


def test_a_refused_report_is_loaded_when_the_other_has_another_content(folder: Path, warehouse: Path) -> None:
    put(folder, NAME, TEXT)
    put(folder, "x.csv", TEXT)
    load(folder, warehouse)
    put(folder, NAME, report(COST, [cost_row(3)]))
    load(folder, warehouse)
    load(folder, warehouse)
    assert query(warehouse, "SELECT object_name, state FROM oci_report ORDER BY 1") == [
        (NAME, "loaded"),
        ("x.csv", "loaded"),
    ]
    assert query(warehouse, "SELECT count(*) FROM oci_report_rejected") == [(0,)]
    assert total(warehouse) == Decimal("1.5")


def test_a_ledger_without_hashes_knows_what_was_stored(folder: Path, warehouse: Path) -> None:
    put(folder, NAME, TEXT)
    load(folder, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("UPDATE oci_report SET content_sha256 = NULL")  # as after an upgrade
    put(folder, "x.csv", TEXT)
    put(folder, "y.csv.gz", TEXT)
    assert sorted(refused(load(folder, warehouse))) == ["x.csv", "y.csv.gz"]
    assert total(warehouse) == 1
