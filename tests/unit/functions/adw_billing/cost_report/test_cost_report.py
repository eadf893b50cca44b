"""`python -m functions.adw_billing report`: what it prints, the page it writes, what it refuses."""

from __future__ import annotations

import io
import json
import os
import re
from contextlib import redirect_stdout
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from functions.adw_billing.__main__ import main
from functions.adw_billing.cost_report import text as report_text
from functions.adw_billing.cost_report.data import CostReport, LedgerLine, Reconciled, Section, cost_report
from tests.support.billing_files import COST, FOCUS, TENANCY, cost_row, focus_row, load, put, report
from tests.support.shared_data import shared_file

if TYPE_CHECKING:
    from pathlib import Path

FIRST_DAY = date(2026, 1, 5)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "billing.duckdb"


def written(warehouse: Path, page: Path) -> str:
    """What `report` prints; it must succeed."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(["report", "--warehouse", str(warehouse), "--out", str(page)]) == 0
    return out.getvalue()


def refused(*arguments: str) -> dict[str, str]:
    """The error that `report` answers."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(["report", *arguments]) == 1
    error: dict[str, str] = json.loads(out.getvalue())["error"]
    return error


def day_cost(number: int, service: str, cost: str, currency: str = "USD") -> Reconciled:
    amount = Decimal(cost)
    day = FIRST_DAY + timedelta(days=number)
    return Reconciled(TENANCY, day, service, currency, amount, amount, Decimal(0), 1, 1, "equal", None)


def section_of(*rows: Reconciled) -> Section:
    (section,) = made(*rows).sections
    return section


def made(*rows: Reconciled) -> CostReport:
    return cost_report([LedgerLine("cost", "loaded", 1, len(rows), 0, 100, Decimal("1.5"))], rows)


def test_the_real_files_are_reported_with_their_exact_sums(tmp_path: Path, warehouse: Path) -> None:
    for name in ("real_cost_finops_506rows.csv", "derived_focus_from_real_cost_506rows.csv"):
        put(tmp_path / "reports", name, shared_file(f"data/reports/{name}").read_bytes())
    load(tmp_path / "reports", warehouse)
    text = written(warehouse, tmp_path / "out" / "cost.html")
    page = (tmp_path / "out" / "cost.html").read_text()
    for exact in ("2.523589325400648027", "1.340275542575400059", "0.00000000003759654"):
        assert exact in text
        assert exact in page
    assert "Reconciliation of cost reports with FOCUS reports: 8 equal" in text
    assert 'id="state"' in page, "the page of costs"


def test_a_day_costs_what_its_cost_reports_say_and_focus_stands_in_where_there_are_none(
    tmp_path: Path, warehouse: Path
) -> None:
    folder = tmp_path / "reports"
    put(folder, "reports/cost-csv/1.csv", report(COST, [cost_row(cost__myCost="0.75")]))
    later = {"ChargePeriodStart": "2026-01-06T00:00Z", "BilledCost": "4"}
    put(folder, "FOCUS Reports/2026/01/05/1.csv", report(FOCUS, [focus_row(), focus_row(2, **later)]))
    load(folder, warehouse)
    text = written(warehouse, tmp_path / "cost.html")
    assert re.search(r"2026-01-05 +COMPUTE +0.75\n +2026-01-06 +COMPUTE +4\n", text)
    assert re.search(r"all +4.75\n", text)
    assert re.search(r"2026-01-05 +COMPUTE +USD +differs +0.75 +0.5 +0.25\n", text)
    assert re.search(r"2026-01-06 +COMPUTE +USD +cost-missing +- +4 +-4\n", text)


def test_rows_without_a_usage_start_are_the_difference_between_ledger_and_days(tmp_path: Path, warehouse: Path) -> None:
    folder = tmp_path / "reports"
    rows = [cost_row(1), cost_row(2, lineItem__intervalUsageStart="", cost__myCost="0.25")]
    put(folder, "reports/cost-csv/1.csv", report(COST, rows))
    undated = focus_row(2) | {"ChargePeriodStart": "", "BilledCost": "0.125"}
    put(folder, "FOCUS Reports/2026/01/05/1.csv", report(FOCUS, [focus_row(1), undated]))
    load(folder, warehouse)
    text = written(warehouse, tmp_path / "cost.html")
    assert report_text.DO_NOT_ADD_UP in text
    assert f"  {TENANCY}  cost       0.75      0.5       0.25               1           0\n" in text
    assert f"  {TENANCY}  focus     0.625      0.5      0.125               1           0\n" in text


def test_a_summary_that_was_changed_by_hand_is_told(tmp_path: Path, warehouse: Path) -> None:
    put(tmp_path / "reports", "reports/cost-csv/1.csv", report(COST, [cost_row(1), cost_row(2, product__service="B")]))
    load(tmp_path / "reports", warehouse)
    assert report_text.ADDS_UP in written(warehouse, tmp_path / "cost.html")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("DELETE FROM oci_cost_daily WHERE service = 'B'")
    text = written(warehouse, tmp_path / "cost.html")
    assert re.search(r"  cost +1 +0.5 +0 +0 +0.5 \(1 rows\)\n", text)


def test_an_object_that_could_not_be_loaded_is_named(tmp_path: Path, warehouse: Path) -> None:
    folder = tmp_path / "reports"
    put(folder, "reports/cost-csv/1.csv", report(COST, [cost_row()]))
    (folder / "reports/cost-csv/2.csv.gz").write_bytes(b"\x1f\x8b\x08 cut")
    load(folder, warehouse)
    text = written(warehouse, tmp_path / "cost.html")
    assert "Objects that are known and not loaded:\n  reports/cost-csv/2.csv.gz\n" in text
    assert "1 report is refused whole, and in no figure." in (tmp_path / "cost.html").read_text()


def test_nothing_of_the_warehouse_changes(tmp_path: Path, warehouse: Path) -> None:
    put(tmp_path / "reports", "reports/cost-csv/1.csv", report(COST, [cost_row()]))
    load(tmp_path / "reports", warehouse)
    before = warehouse.read_bytes()
    written(warehouse, tmp_path / "cost.html")
    assert warehouse.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["billing.duckdb", "cost.html", "reports"]


def test_a_warehouse_that_cannot_be_reported_gets_a_typed_answer(tmp_path: Path, warehouse: Path) -> None:
    missing = refused("--warehouse", str(warehouse))
    assert (missing["reason"], missing["field"]) == ("bad-request", "warehouse")
    warehouse.write_text("no database")
    assert refused("--warehouse", str(warehouse))["reason"] == "warehouse-unusable"
    with duckdb.connect(str(tmp_path / "other.duckdb")) as other:
        other.execute("CREATE TABLE mine (id INTEGER)")
    assert refused("--warehouse", str(tmp_path / "other.duckdb"))["reason"] == "warehouse-unusable"


def test_a_warehouse_of_a_newer_version_is_not_read(tmp_path: Path, warehouse: Path) -> None:
    put(tmp_path / "reports", "reports/cost-csv/1.csv", report(COST, [cost_row()]))
    load(tmp_path / "reports", warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("UPDATE oci_loader SET value = '99' WHERE name = 'schema_version'")
    assert refused("--warehouse", str(warehouse))["reason"] == "warehouse-unusable"


def test_a_warehouse_without_a_report_is_empty_and_one_of_usage_alone_has_no_costs(
    tmp_path: Path, warehouse: Path
) -> None:
    (tmp_path / "reports").mkdir()
    load(tmp_path / "reports", warehouse)
    assert refused("--warehouse", str(warehouse))["reason"] == "warehouse-empty"
    usage = "lineItem/intervalUsageStart,product/service,usage/billedQuantity,usage/consumedQuantity\n"
    put(tmp_path / "reports", "reports/usage-csv/1.csv", usage.encode())
    load(tmp_path / "reports", warehouse)
    assert "No costs" in written(warehouse, tmp_path / "cost.html")
    assert "no cost yet" in (tmp_path / "cost.html").read_text()


def test_a_page_that_cannot_be_written_is_named(tmp_path: Path, warehouse: Path) -> None:
    put(tmp_path / "reports", "reports/cost-csv/1.csv", report(COST, [cost_row()]))
    load(tmp_path / "reports", warehouse)
    error = refused("--warehouse", str(warehouse), "--out", str(tmp_path))
    assert (error["reason"], error["field"]) == ("bad-request", "out")
    assert os.strerror(21) in error["message"]


def test_currencies_are_never_added_up() -> None:
    found = made(day_cost(0, "COMPUTE", "1"), day_cost(0, "COMPUTE", "2", "EUR"), day_cost(0, "NETWORK", "4"))
    assert {each.currency: each.total for each in found.sections} == {"EUR": Decimal(2), "USD": Decimal(5)}


def test_sums_have_all_their_digits() -> None:
    found = section_of(day_cost(0, "A", "12345678901234.000000000000000000000001"), day_cost(0, "B", "1E-24"))
    assert str(found.total) == "12345678901234.000000000000000000000002"
    assert "12345678901234.000000000000000000000002" in report_text.text(made(day_cost(0, "A", str(found.total))))


def test_names_from_a_report_are_text() -> None:
    name = "</td><script>alert('&')</script>\x00\x1b[31m"
    shown = report_text.text(made(day_cost(0, name, "1"), day_cost(1, name, "2", '<img src="x">')))
    assert "\x00" not in shown
    assert "\x1b" not in shown
