"""`billing export`: what pyarrow and DuckDB read is what the ledger says; a difference leaves no file."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.dataset
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from functions.adw_billing.errors import ProofFailed
from functions.adw_billing.query.focus_columns import FOCUS_1_2, MAPPING, TYPES
from functions.adw_billing.warehouse.duckdb.parquet_rows import write_batches
from ops.cli.main import root
from tests.support.billing_files import COST, FOCUS, TENANCY, cost_row, focus_row, load, put, report

if TYPE_CHECKING:
    from pathlib import Path

DIGITS = "0.1000000000000000000001"


def cost(number: int, day: str, amount: str, **cells: str) -> dict[str, str]:
    start = f"{day}T10:00Z" if day else ""
    return cost_row(number, cost__myCost=amount, lineItem__intervalUsageStart=start, **cells)


def focus(number: int, day: str, amount: str, **cells: str) -> dict[str, str]:
    return focus_row(number, BilledCost=amount, ChargePeriodStart=f"{day}T10:00Z", **cells)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """September by cost reports; October with one day in both dialects, one in cost alone; a row without a day."""
    folder: Path = tmp_path_factory.mktemp("exported")
    costs = [
        cost(1, "2026-09-30", "4", product__service="COMPUTE"),
        cost(2, "2026-10-04", "0.1", product__service="COMPUTE"),
        cost(3, "2026-10-31", "5", product__service="NETWORK", cost__currencyCode="EUR"),
        cost(4, "", "7"),
    ]
    put(folder / "r", "reports/cost-csv/0001-00001.csv.gz", report(COST, costs))
    rows = [focus(1, "2026-10-04", DIGITS, ServiceName="COMPUTE")]
    put(folder / "r", "FOCUS Reports/2026/10/04/0001-00001.csv.gz", report(FOCUS, rows))
    assert load(folder / "r", folder / "w.duckdb", "--tenancy", TENANCY)["remaining"] == 0
    return folder / "w.duckdb"


@pytest.fixture
def warehouse(loaded: Path, tmp_path: Path) -> Path:
    """A copy to be changed."""
    return shutil.copy(loaded, tmp_path / "w.duckdb")


def exported(warehouse: Path, out: Path, *options: str, status: int = 0) -> dict[str, Any]:
    """The command's answer."""
    words = ["billing", "export", "--warehouse", str(warehouse), "--out", str(out), "--json", *options]
    done = CliRunner().invoke(root(), words)
    assert (done.exit_code, done.stderr) == (status, ""), done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def changed(warehouse: Path, statement: str) -> None:
    """Damage a warehouse."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(statement)


def files(folder: Path) -> list[str]:
    """All files below a folder, hidden ones too."""
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def test_each_month_is_a_file_that_others_read_with_every_digit(loaded: Path, tmp_path: Path) -> None:
    answer = exported(loaded, tmp_path)
    assert files(tmp_path) == ["billing_period=2026-09/focus.parquet", "billing_period=2026-10/focus.parquet"]
    told = sorted((each["month"], each["rows"], each["currency"], each["cost"]) for each in answer["files"])
    wanted = [("2026-09", 1, "USD", "4"), ("2026-10", 1, "EUR", "5"), ("2026-10", 1, "USD", DIGITS)]
    assert told == wanted
    assert answer["without_usage_day"] == {"rows": 1, "cost": "7"}
    by_arrow = pyarrow.dataset.dataset(tmp_path, partitioning="hive").to_table()
    rows = sorted(zip(*(by_arrow.column(name).to_pylist() for name in ("billing_period", "BilledCost")), strict=True))
    assert rows == [("2026-09", Decimal(4)), ("2026-10", Decimal(DIGITS)), ("2026-10", Decimal(5))]
    glob = f"{tmp_path}/*/*.parquet"
    by_duckdb = duckdb.sql(f"SELECT x_Dialect, SUM(BilledCost) FROM '{glob}' GROUP BY 1 ORDER BY 1").fetchall()
    assert by_duckdb == [("cost", Decimal(9)), ("focus", Decimal(DIGITS))]


def test_the_columns_are_those_of_focus_1_2_and_prefixed_ones_of_one_type_in_every_month(
    loaded: Path, tmp_path: Path
) -> None:
    exported(loaded, tmp_path)
    schemas = [pyarrow.parquet.read_schema(each) for each in sorted(tmp_path.rglob("*.parquet"))]
    assert len(FOCUS_1_2.split()) == 57
    assert schemas[0].names == list(MAPPING)
    assert all(name in FOCUS_1_2.split() or name.startswith("x_") for name in schemas[0].names)
    # whether a column may be NULL is taken from the rows, and readers take both together
    assert [each.types for each in schemas] == [schemas[0].types] * 2
    found = duckdb.sql(f"DESCRIBE SELECT * FROM '{tmp_path}/*/*.parquet'").fetchall()
    assert {name: kind for name, kind, *_ in found if name in MAPPING} == TYPES
    some = ("BilledCost", "ConsumedQuantity", "ChargePeriodStart", "Tags")
    assert [TYPES[name] for name in some] == ["DECIMAL(38,24)", "DECIMAL(38,15)", "TIMESTAMP", "VARCHAR"]


def test_batches_keep_every_digit_or_none(tmp_path: Path) -> None:
    types = {"a": "DECIMAL(38,24)", "at": "TIMESTAMP", "t": "VARCHAR"}
    moment = datetime(2026, 10, 1, 2, 3, 4, 5)  # noqa: DTZ001  (UTC, as the warehouse stores it)
    rows = [(Decimal("0.1"), moment, "x"), (None, date(2026, 10, 2), None)] * 1500
    write_batches(tmp_path / "x", types, iter(rows))
    found = pyarrow.parquet.read_table(tmp_path / "x")
    assert (found.num_rows, found.column("at").to_pylist()[0]) == (3000, moment)
    for value in ("1E-25", "123456789012345"):
        with pytest.raises(ProofFailed, match="has more digits"):
            write_batches(tmp_path / "y", types, [(Decimal(value), None, None)])
    assert files(tmp_path) == ["x"]


def test_months_are_chosen_and_a_second_export_takes_the_place_of_the_first(loaded: Path, tmp_path: Path) -> None:
    for _ in range(2):
        exported(loaded, tmp_path, "--months", "2026-10..2026-12")
    assert files(tmp_path) == ["billing_period=2026-10/focus.parquet"]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM oci_cost WHERE cost_myCost = 5", "the ledger 4 rows, 16.1"),
        ("UPDATE oci_focus SET BilledCost = BilledCost + 1E-24", "the ledger 1 rows, 0.1000000000000000000001"),
        ("INSERT INTO oci_cost SELECT * FROM oci_cost WHERE cost_myCost = 4", "the table has 5 rows"),
        ("UPDATE oci_report SET cost_sum = cost_sum + 1 WHERE dialect = 'cost'", "the ledger 4 rows, 17.1"),
        ("DELETE FROM oci_report WHERE dialect = 'focus'", "the ledger 0 rows"),
        ("UPDATE oci_cost_daily SET cost = cost + 1E-24 WHERE dialect = 'focus'", "2026-10-04 focus: the file has"),
        ("DELETE FROM oci_cost_daily WHERE currency = 'EUR'", "the summary 0 rows"),
    ],
)
def test_a_difference_is_an_error_and_leaves_no_file(
    warehouse: Path, tmp_path: Path, statement: str, words: str
) -> None:
    changed(warehouse, statement)
    error = exported(warehouse, tmp_path / "out", "--months", "2026-10", status=1)["error"]
    assert error["reason"] == "proof-failed"
    assert words in error["message"]
    assert files(tmp_path) == ["w.duckdb"]


def test_a_difference_keeps_the_file_of_the_export_before(warehouse: Path, tmp_path: Path) -> None:
    exported(warehouse, tmp_path / "out", "--months", "2026-10")
    place = tmp_path / "out" / "billing_period=2026-10" / "focus.parquet"
    before = place.read_bytes()
    changed(warehouse, "UPDATE oci_cost_daily SET cost = 1")
    exported(warehouse, tmp_path / "out", "--months", "2026-10", status=1)
    assert (place.read_bytes(), files(tmp_path / "out")) == (before, ["billing_period=2026-10/focus.parquet"])


def test_months_whose_rows_retention_has_removed_are_left_out_or_refused(warehouse: Path, tmp_path: Path) -> None:
    changed(warehouse, "DELETE FROM oci_cost WHERE lineItem_intervalUsageStart < DATE '2026-10-01'")
    changed(warehouse, f"INSERT INTO oci_loader VALUES ('retained {TENANCY[-80:]}', '2026-10-01')")
    assert [each["month"] for each in exported(warehouse, tmp_path / "a")["files"]] == ["2026-10"] * 2
    error = exported(warehouse, tmp_path / "b", "--months", "2026-09..2026-10", status=1)["error"]
    assert (error["field"], files(tmp_path / "a")) == ("months", ["billing_period=2026-10/focus.parquet"])
    assert "retention_days" in error["message"]


@pytest.mark.parametrize(
    ("options", "field"),
    [(("--months", "2026-11"), "months"), (("--months", "10"), "months"), (("--out", "/dev/null"), "out")],
)
def test_bad_options_name_the_field(loaded: Path, tmp_path: Path, options: tuple[str, ...], field: str) -> None:
    error = exported(loaded, tmp_path, *options, status=1)["error"]
    assert (error["reason"], error["field"]) == ("bad-request", field)
    assert error["fix"]
