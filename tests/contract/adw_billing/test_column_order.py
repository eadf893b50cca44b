"""An embedded warehouse whose tables have their columns in another order takes every value where it belongs."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.support.billing_files import COST, FOCUS, cost_row, focus_row, load, put, query, report

TABLES = ("oci_cost", "oci_focus", "oci_report", "oci_report_rejected", "oci_cost_daily", "oci_loader")
VARYING = {"loaded_at", "call_id"}


def rows(warehouse: Path, table: str) -> list[dict[str, object]]:
    """The rows of a table by column name, without what differs from run to run."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(f"SELECT * EXCLUDE (c_new) FROM (SELECT *, 1 AS c_new FROM {table})")
        names = [column[0] for column in found.description]
        return sorted(
            (
                {name: value for name, value in zip(names, row, strict=True) if name not in VARYING | {"middle"}}
                for row in found.fetchall()
            ),
            key=str,
        )


def test_a_column_in_the_middle_shifts_nothing(tmp_path: Path) -> None:
    put(tmp_path / "empty", "cost.csv", report(COST, []))
    bad = cost_row(3, cost__myCost="much")
    put(tmp_path / "reports", "cost2.csv", report(COST, [cost_row(), cost_row(2), bad]))
    put(tmp_path / "reports", "focus.csv", report(FOCUS, [focus_row()]))
    plain, moved = tmp_path / "plain.duckdb", tmp_path / "moved.duckdb"
    for warehouse in (plain, moved):
        load(tmp_path / "empty", warehouse)
    with duckdb.connect(str(moved)) as connection:
        for table in TABLES:
            columns = [row[:2] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
            columns.insert(len(columns) // 2, ("middle", "VARCHAR"))
            key = ", PRIMARY KEY (name)" if table == "oci_loader" else ""
            kept = connection.execute(f"SELECT * FROM {table}").fetchall()
            names = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
            connection.execute(f"DROP TABLE {table}")
            connection.execute(f"CREATE TABLE {table} ({', '.join(' '.join(each) for each in columns)}{key})")
            places = ", ".join("?" * len(names))
            for row in kept:
                connection.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", row)
    for warehouse in (plain, moved):
        load(tmp_path / "reports", warehouse)
    for table in TABLES:
        assert rows(moved, table) == rows(plain, table), table
    assert query(moved, "SELECT count(*) FROM oci_cost") == [(2,)]
