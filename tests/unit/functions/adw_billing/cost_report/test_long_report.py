"""A bill of years on a terminal: totals first, months by default."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from functions.adw_billing.__main__ import main
from functions.adw_billing.cost_report.data import (
    LONG_DAYS,
    OTHER,
    CostReport,
    LedgerLine,
    Period,
    Reconciled,
    cost_report,
)
from functions.adw_billing.cost_report.shown_amounts import headline
from functions.adw_billing.cost_report.text import text
from functions.adw_billing.model.exact_sums import plain
from ops.cli.main import root
from tests.support.billing_files import COST, TENANCY, cost_row, load, put, report

if TYPE_CHECKING:
    from pathlib import Path

FIRST = date(2024, 1, 1)
LEDGER = [LedgerLine("cost", "loaded", 1, 1, 0, 100, Decimal("1.5"))]
TINY = Decimal("0.000000000000000001")


def made(days: int, services: int = 30, by: Period | None = None) -> CostReport:
    rows = [
        Reconciled(
            TENANCY, FIRST + timedelta(days=day), f"SERVICE {number:02}", "USD", number + TINY, None, number + TINY,
            1, None, "focus-missing", None,
        )
        for day in range(days)
        for number in range(services)
    ]  # fmt: skip
    return cost_report(LEDGER, rows, by=by)


def test_three_years_are_read_by_months() -> None:
    found = made(3 * 366)
    lines = text(found).splitlines()
    assert len(lines) < 500
    total = plain(found.sections[0].total)
    last = FIRST + timedelta(days=3 * 366 - 1)
    assert lines[0] == (f"477,630.00 USD, 2024-01-01 to {last} (UTC), tenancy {TENANCY}; exactly {total}"), (
        "the total comes first, rounded, with all its digits behind it"
    )
    assert f"  all         {total}" in lines
    january = plain(31 * sum(range(30)) + 31 * 30 * TINY)
    assert f"  2024-01  {january}" in lines
    assert f"  2024-01  USD       focus-missing                930  {january}      0  {january}" in lines
    shown = [line for line in lines if line.startswith("  2024-01  SERVICE ")]
    assert len(shown) == 7
    assert any(line.startswith(f"  2024-01  {OTHER} ") for line in lines)


@pytest.mark.parametrize(("days", "period"), [(1, "day"), (LONG_DAYS, "day"), (LONG_DAYS + 1, "month")])
def test_days_or_months(days: int, period: Period) -> None:
    assert made(days, 1).period == period
    assert made(days, 1, by="day").period == "day"
    assert made(days, 1, by="month").period == "month"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0.00"),
        ("1234567.891", "1,234,567.89"),
        ("-0.005", "-0.0050"),
        ("0.00000000003759654", "0.000000000038"),
        ("2.523589325400648027", "2.52"),
        ("-1E-18", "-0.000000000000000001"),
    ],
)
def test_headlines_are_short(amount: str, shown: str) -> None:
    assert Decimal(headline(Decimal(amount)).replace(",", "")) == Decimal(shown.replace(",", ""))
    assert len(headline(Decimal(amount))) <= len(shown)


def test_json_has_the_totals_and_what_it_had(tmp_path: Path) -> None:
    put(tmp_path / "r", "reports/cost-csv/1.csv", report(COST, [cost_row(1), cost_row(2, cost__myCost=str(TINY))]))
    load(tmp_path / "r", tmp_path / "b.duckdb")
    arguments = ["billing", "report", "--warehouse", str(tmp_path / "b.duckdb"), "--out", str(tmp_path / "c.html")]
    done = CliRunner().invoke(root(), [*arguments, "--json"])
    found = json.loads(done.stdout)
    (section,) = found["sections"]
    total = "0.500000000000000001"
    assert (section["total"], section["by_month"], section["by_service"]) == (
        total,
        {"2026-01": total},
        {"COMPUTE": total},
    )
    assert (section["first_day"], section["last_day"], found["period"]) == ("2026-01-05", "2026-01-05", "day")
    assert {"ledger", "sections", "reconciled", "sum_checks", "page"} <= set(found)
    assert {"tenancy_id", "currency", "costs"} <= set(section)
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(["report", *arguments[2:], "--by", "month"]) == 0
    assert re.search(rf"Cost by month, USD\n  month +cost\n  2026-01 +{re.escape(total)}\n", out.getvalue())
