"""What a whole object becomes, and what the next call makes of it."""

from __future__ import annotations

import gzip
import itertools
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from functions.adw_billing.model.tables import BILLING
from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse
from shared.deadline import Deadline
from tests.support.billing_files import (
    COST,
    FOCUS,
    TENANCY,
    USAGE,
    cost_row,
    focus_row,
    load,
    put,
    query,
    report,
    usage_row,
)
from tests.support.shared_data import shared_file

if TYPE_CHECKING:
    from pathlib import Path

LEDGER = "SELECT object_name, rows_loaded, rows_rejected, state FROM oci_report ORDER BY object_name"


def costs(count: int, **cells: str) -> bytes:
    return report(COST, [cost_row(index, **cells) for index in range(1, count + 1)])


def test_the_real_rows_load_with_their_exact_sum(folder: Path, warehouse: Path) -> None:
    for name in (
        "real_cost_finops_506rows.csv",
        "derived_focus_from_real_cost_506rows.csv",
        "real_usage_koku_6rows.csv",
    ):
        put(folder, name, shared_file(f"data/reports/{name}").read_bytes())
    answer = load(folder, warehouse)
    assert {row["dialect"]: row["cost_sum"] for row in answer["reports"]} == {
        "cost": "2.523589325400648027",
        "focus": "2.523589325400648027",
        "usage": "0",
    }
    assert query(warehouse, "SELECT sum(cost_myCost) FROM oci_cost") == [(Decimal("2.523589325400648027"),)]
    identity = "abs(CAST(usage_billedQuantity AS DECIMAL(19,15)) * CAST(cost_unitPrice AS DECIMAL(14,10))"
    query_text = f"SELECT count(*) FROM oci_cost WHERE {identity} - CAST(cost_myCost AS DECIMAL(38,25))) > 5E-19"
    assert query(warehouse, query_text) == [(0,)]
    assert query(warehouse, "SELECT DISTINCT status FROM oci_reconciliation WHERE cost_rows IS NOT NULL") == [
        ("equal",)
    ]


def test_what_is_loaded_is_not_loaded_again(folder: Path, warehouse: Path) -> None:
    put(folder, "reports/cost-csv/1.csv.gz", costs(3))
    first = load(folder, warehouse)
    assert [row["object_name"] for row in first["reports"]] == ["reports/cost-csv/1.csv.gz"]
    assert load(folder, warehouse)["reports"] == []
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(3,)]


def test_a_report_published_again_replaces_the_first_one(folder: Path, warehouse: Path) -> None:
    put(folder, "reports/cost-csv/1.csv.gz", costs(3))
    load(folder, warehouse)
    put(
        folder,
        "reports/cost-csv/1.csv.gz",
        costs(2, cost__myCost="9", lineItem__intervalUsageStart="2026-02-01T00:00Z"),
    )
    load(folder, warehouse)
    assert query(warehouse, "SELECT count(*), sum(cost_myCost) FROM oci_cost") == [(2, 18)]
    assert query(warehouse, LEDGER) == [("reports/cost-csv/1.csv.gz", 2, 0, "loaded")]
    days = query(warehouse, "SELECT CAST(usage_day AS VARCHAR), cost, row_count FROM oci_cost_daily")
    assert days == [("2026-02-01", 18, 2)]


def test_a_damaged_republication_leaves_what_was_loaded_and_is_tried_again(folder: Path, warehouse: Path) -> None:
    path = put(folder, "reports/cost-csv/1.csv.gz", costs(3))
    load(folder, warehouse)
    whole = gzip.compress(costs(5), mtime=0)
    path.write_bytes(whole[:-9])
    for _ in range(2):
        answer = load(folder, warehouse)
        assert [(row["state"], row["rows_loaded"], row["rows_rejected"]) for row in answer["reports"]] == [
            ("rejected", 0, 1)
        ]
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(3,)]
    assert query(warehouse, "SELECT object_row, reason FROM oci_report_rejected") == [(0, "truncated")]
    path.write_bytes(whole)
    assert load(folder, warehouse)["reports"][0]["rows_loaded"] == 5
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(5,)]
    assert query(warehouse, "SELECT count(*) FROM oci_report_rejected") == [(0,)]
    assert query(warehouse, LEDGER) == [("reports/cost-csv/1.csv.gz", 5, 0, "loaded")]


def test_no_single_flipped_bit_gets_in(folder: Path, warehouse: Path) -> None:
    whole = gzip.compress(costs(300), mtime=0)
    for position in range(0, len(whole), 97):
        if 3 <= position <= 9:
            continue  # flags, time and system of the gzip header: no content
        damaged = bytearray(whole)
        damaged[position] ^= 0x10
        path = folder / f"reports/cost-csv/{position}.csv.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(damaged))
    put(folder, "reports/cost-csv/good.csv.gz", costs(2))
    states = {row["object_name"]: row["state"] for row in load(folder, warehouse)["reports"]}
    assert states.pop("reports/cost-csv/good.csv.gz") == "loaded"
    assert set(states.values()) == {"rejected"}
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(2,)]


def test_odd_objects_are_settled_and_stop_nothing(folder: Path, warehouse: Path) -> None:
    put(folder, "reports/cost-csv/1-header-only.csv.gz", report(COST, []))
    (folder / "reports/cost-csv/2-no-byte.csv.gz").write_bytes(b"")
    put(folder, "FOCUS Reports/2026/01/05/3-cost-among-focus.csv.gz", costs(1))
    put(folder, "reports/usage-csv/4-no-report.csv.gz", b"name,size\r\nx,1\r\n")
    put(folder, "reports/cost-csv/5-bomb.csv.gz", report(COST, []) + b"a" * (64 << 20))
    put(folder, "reports/cost-csv/6-good.csv.gz", costs(1))
    put(folder, "reports/cost-csv/7-all-bad.csv.gz", costs(2, cost__myCost="x"))
    (folder / "reports/cost-csv/8-not-gzip.csv.gz").write_bytes(b"PK\x03\x04zip, no gzip")
    load(folder, warehouse)
    assert {name.split("/")[-1][:1]: tuple(rest) for name, *rest in query(warehouse, LEDGER)} == {
        "1": (0, 0, "loaded"),
        "2": (0, 0, "loaded"),
        "3": (0, 1, "rejected"),
        "4": (0, 1, "rejected"),
        "5": (0, 1, "rejected"),
        "6": (1, 0, "loaded"),
        "7": (0, 2, "rejected"),
        "8": (0, 1, "rejected"),
    }
    reasons = dict(
        query(warehouse, "SELECT right(object_name, 12), reason FROM oci_report_rejected WHERE object_row = 0")
    )
    assert sorted(reasons.values()) == ["damaged", "ratio", "unknown-dialect", "wrong-dialect"]
    again = {row["object_name"].split("/")[-1][:1] for row in load(folder, warehouse)["reports"]}
    assert again == {"8"}, "only damage may mend itself"


def test_members_of_a_split_gzip_are_one_report(folder: Path, warehouse: Path) -> None:
    text = costs(50)
    path = folder / "1.csv.gz"
    path.write_bytes(gzip.compress(text[:777]) + gzip.compress(text[777:]) + b"\0" * 512)
    assert load(folder, warehouse)["reports"][0]["rows_loaded"] == 50


def original_rows(warehouse: Path, key: str, count: int, day: str = "2026-01-04") -> None:
    """`oci_billing` as the published loader makes and fills it."""
    columns = ", ".join(f"{column.name} VARCHAR(150)" for column in BILLING.columns)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"CREATE TABLE oci_billing ({columns})")
        row = [key, "ref", TENANCY, f"{day}T10:00Z", f"{day}T11:00Z", *[""] * 7, "1.0", "1.0", *[""] * 4]
        connection.executemany(f"INSERT INTO oci_billing VALUES ({', '.join('?' * 18)})", [row] * count)


def test_rows_of_the_published_loader_are_adopted_and_replaced_by_their_report(folder: Path, warehouse: Path) -> None:
    original_rows(warehouse, f"{TENANCY}-0001000000010470", 300)
    put(folder, "reports/usage-csv/0001000000010470.csv.gz", report(USAGE, [usage_row(index) for index in range(4)]))
    load(folder, warehouse)
    put(folder, "reports/usage-csv/0001000000010480.csv.gz", report(USAGE, [usage_row(9)]))
    load(folder, warehouse)
    found = query(warehouse, "SELECT usage_report, count(*) FROM oci_billing GROUP BY ALL ORDER BY ALL")
    assert found == [(f"{TENANCY}-0001000000010470", 4), (f"{TENANCY}-0001000000010480", 1)]
    assert len(query(warehouse, "DESCRIBE oci_billing")) == 18
    row = query(warehouse, "SELECT lineItem_intervalUsageStart, usage_billedQuantity FROM oci_billing LIMIT 1")
    assert row == [("2026-01-04T10:00Z", "7")]


def test_rows_of_other_reports_stay_when_one_is_replaced(folder: Path, warehouse: Path) -> None:
    original_rows(warehouse, f"{TENANCY}-old", 300)
    put(folder, "reports/usage-csv/new.csv.gz", report(USAGE, [usage_row()]))
    load(folder, warehouse)
    assert query(warehouse, "SELECT count(*) FROM oci_billing") == [(301,)]


def test_cost_fills_oci_billing_from_the_day_after_the_newest_usage_row(folder: Path, warehouse: Path) -> None:
    days = [f"2026-01-0{day}T10:00Z" for day in (3, 4, 5, 6)]
    put(
        folder,
        "reports/usage-csv/u.csv.gz",
        report(USAGE, [usage_row(0, lineItem__intervalUsageStart=day) for day in days[:2]]),
    )
    put(
        folder,
        "reports/cost-csv/c.csv.gz",
        report(COST, [cost_row(1, lineItem__intervalUsageStart=day) for day in days]),
    )
    load(folder, warehouse)
    put(
        folder,
        "reports/usage-csv/late.csv.gz",
        report(USAGE, [usage_row(2, lineItem__intervalUsageStart=day) for day in days]),
    )
    load(folder, warehouse)
    found = query(
        warehouse, "SELECT lineItem_intervalUsageStart[1:10], lineItem_referenceNo FROM oci_billing ORDER BY ALL"
    )
    assert found == [
        ("2026-01-03", "ref-0"), ("2026-01-03", "ref-2"), ("2026-01-04", "ref-0"), ("2026-01-04", "ref-2"),
        ("2026-01-05", "ref-1"), ("2026-01-06", "ref-1"),
    ]  # fmt: skip
    assert query(warehouse, "SELECT value FROM oci_loader WHERE name = 'oci_billing_cost_from'") == [("2026-01-05",)]


@pytest.mark.parametrize("step", [53, pytest.param(7, marks=pytest.mark.soak)])
def test_the_order_of_arrival_does_not_change_the_end(tmp_path: Path, step: int) -> None:
    parts: dict[str, list[bytes]] = {
        "reports/cost-csv/1-00001.csv.gz": [costs(3), costs(4, cost__myCost="7")],
        "reports/cost-csv/1-00002.csv.gz": [costs(2, lineItem__intervalUsageStart="2026-01-01T00:00Z")],
        "FOCUS Reports/2026/01/05/1-00001.csv.gz": [report(FOCUS, [focus_row(1)])],
        "reports/cost-csv/2.csv.gz": [
            costs(1, lineItem__isCorrection="true", lineItem__backreferenceNo="ref-1", cost__myCost="-0.5")
        ],
    }
    events = [(name, version) for name, versions in parts.items() for version in versions]
    ends = set()
    for number, order in enumerate(itertools.islice(itertools.permutations(events), 0, 120, step)):
        folder, warehouse = tmp_path / str(number), tmp_path / f"{number}.duckdb"
        for name, version in sorted(
            order, key=lambda event: event[1] is parts[event[0]][-1] and event[0].endswith("1.csv.gz")
        ):
            put(folder, name, version)
            load(folder, warehouse)
        tables = ("oci_cost", "oci_focus", "oci_cost_daily", "oci_correction", "oci_billing", "oci_reconciliation")
        ends.add(tuple(str(query(warehouse, f"SELECT * FROM {table} ORDER BY ALL")) for table in tables))
    assert len(ends) == 1


def test_a_chain_of_corrections_leads_to_its_first_line(folder: Path, warehouse: Path) -> None:
    rows = [
        cost_row(1),
        cost_row(2, lineItem__isCorrection="true", lineItem__backreferenceNo="ref-1", cost__myCost="-0.1"),
        cost_row(3, lineItem__isCorrection="true", lineItem__backreferenceNo="ref-2", cost__myCost="-0.2"),
        cost_row(4, lineItem__backreferenceNo="17053"),
    ]
    put(folder, "reports/cost-csv/1.csv", report(COST, rows))
    load(folder, warehouse)
    columns = "reference_no, corrects_reference_no, original_reference_no, depth, cost, original_present"
    assert query(warehouse, f"SELECT {columns} FROM oci_correction ORDER BY 1") == [
        ("ref-2", "ref-1", "ref-1", 1, Decimal("-0.1"), True),
        ("ref-3", "ref-2", "ref-1", 2, Decimal("-0.2"), True),
    ]


def test_errors_of_the_command_line_are_typed_answers(folder: Path, tmp_path: Path) -> None:
    assert load(folder / "none", tmp_path / "x.duckdb")["error"]["reason"] == "bad-request"
    (tmp_path / "text.duckdb").write_text("no database" * 1000)
    assert load(folder, tmp_path / "text.duckdb")["error"]["reason"] == "warehouse-unusable"
    (folder / "unreadable.csv").symlink_to("/proc/self/mem")
    assert load(folder, tmp_path / "x.duckdb")["error"]["fix"] == "make it readable for this user"


def test_of_many_bad_rows_all_are_kept_and_the_answer_shows_some(folder: Path, warehouse: Path) -> None:
    header = b"lineItem/referenceNo,lineItem/tenantId,lineItem/intervalUsageStart,cost/myCost\n"
    rows = b"".join(b"r%d,%s,2026-01-01T00:00Z,many\n" % (number, TENANCY.encode()) for number in range(3000))
    (folder / "reports" / "cost-csv").mkdir(parents=True, exist_ok=True)
    (folder / "reports" / "cost-csv" / "bad.csv").write_bytes(header + rows)
    answer = load(folder, warehouse, "--detail")
    assert len([row for row in answer["rejected"] if row["object_name"].endswith("bad.csv")]) == 100
    assert query(warehouse, "SELECT count(*), max(object_row) FROM oci_report_rejected") == [(3000, 3000)]


def test_retention_covers_rows_of_the_published_loader(folder: Path, warehouse: Path) -> None:
    original_rows(warehouse, f"{TENANCY}-old", 3, day="2025-12-31")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("INSERT INTO oci_billing SELECT * REPLACE (replace(lineItem_intervalUsageStart, "
            "'2025-12-31', '2026-01-01') AS lineItem_intervalUsageStart) FROM oci_billing LIMIT 1")  # fmt: skip
    load(folder, warehouse)
    opened = open_warehouse(str(warehouse), Deadline.after(9), call_id="c", cost_from="", margin_seconds=0)
    opened.migrate()
    assert opened.retain(TENANCY, "2026-01-01") == 3
    opened.close()
    assert query(warehouse, "SELECT lineItem_intervalUsageStart FROM oci_billing") == [("2026-01-01T10:00Z",)]


def test_a_late_report_adds_to_the_summary_of_a_day_that_retention_has_removed(folder: Path, warehouse: Path) -> None:
    def retain(first_day: str) -> None:
        opened = open_warehouse(str(warehouse), Deadline.after(9), call_id="c", cost_from="", margin_seconds=0)
        opened.migrate()
        opened.retain(TENANCY, first_day)
        opened.close()

    daily = "SELECT usage_day::VARCHAR, sum(cost), sum(row_count) FROM oci_cost_daily GROUP BY 1 ORDER BY 1"
    put(folder, "reports/cost-csv/1.csv", costs(3))
    put(folder, "reports/cost-csv/2.csv", costs(1, lineItem__intervalUsageStart="2026-02-01T00:00Z"))
    load(folder, warehouse)
    retain("2026-02-01")
    retain("2026-01-20")  # a longer retention does not bring rows back
    put(folder, "reports/cost-csv/3.csv", costs(2))
    load(folder, warehouse)
    assert query(warehouse, daily) == [("2026-01-05", Decimal("2.5"), 5), ("2026-02-01", Decimal("0.5"), 1)]
    retain("2026-02-01")
    put(folder, "reports/cost-csv/3.csv", costs(4))  # published again: what it had before is gone, so nothing is added
    put(folder, "reports/cost-csv/2.csv", costs(2, lineItem__intervalUsageStart="2026-02-01T00:00Z"))
    load(folder, warehouse)
    assert query(warehouse, daily) == [("2026-01-05", Decimal("2.5"), 5), ("2026-02-01", Decimal("1.0"), 2)]
    assert query(warehouse, "SELECT sum(rows_loaded), count(*) FROM oci_report") == [(9, 3)]
