"""The starter for APEX, OAC and Data Studio: each of its views adds up to the bill."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from functions.adw_billing.model.tables import REPORT
from tests.support.billing_files import COST, cost_row, load, put, report
from tests.support.translated_oracle import translated_questions, translation
from tools.suite import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

STARTER = (ROOT / "docs" / "examples" / "adw-billing-starter.sql").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "adw-billing-apex.md").read_text(encoding="utf-8")
STATEMENTS = [part.strip() for part in re.sub(r"^--.*$", "", STARTER, flags=re.MULTILINE).split(";\n") if part.strip()]
VIEWS = re.findall(r"CREATE OR REPLACE VIEW (\w+)", STARTER)
FIRST = date(2026, 1, 10)
WHOLE = ("bill_daily", "bill_analysis", "bill_rate_card", "bill_overview")
"""Views that have every cost of the bill once."""


def line(number: int, day: date) -> dict[str, str]:
    """A line of the bill: two services, a tag, a compartment below another."""
    network = number % 2
    return cost_row(
        number,
        lineItem__intervalUsageStart=f"{day}T10:00Z",
        lineItem__intervalUsageEnd=f"{day}T11:00Z",
        product__service="NETWORK" if network else "COMPUTE",
        product__compartmentName="prod",
        cost__productSku="B2" if network else "B1",
        cost__myCost=f"{number}.000000000000000001",
    ) | {"tags/a.b": f"team {network}"}


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("starter")
    lines = [line(2 * at + network, FIRST + timedelta(days=at)) for at in range(40) for network in (0, 1)]
    put(folder / "reports", "reports/cost-csv/1.csv", report(COST, lines))
    load(folder / "reports", folder / "billing.duckdb")
    with translated_questions(folder / "billing.duckdb") as connection:
        for statement in STATEMENTS:
            connection.execute(translation(statement.removesuffix(";")))
        yield connection


def test_each_statement_makes_a_view_that_the_page_explains() -> None:
    assert len(STATEMENTS) == len(VIEWS) == len(set(VIEWS))
    assert [view for view in VIEWS if f"`{view}`" not in PAGE] == []


@pytest.mark.parametrize("view", WHOLE)
def test_a_view_of_all_costs_adds_up_to_the_bill(bill: duckdb.DuckDBPyConnection, view: str) -> None:
    (whole,) = bill.execute("SELECT SUM(cost) FROM oci_cost_line WHERE usage_day IS NOT NULL").fetchone() or (None,)
    (found,) = bill.execute(f"SELECT SUM(cost) FROM {view}").fetchone() or (None,)
    assert isinstance(whole, Decimal)
    assert found == whole


def test_the_others_answer(bill: duckdb.DuckDBPyConnection) -> None:
    for view in VIEWS:
        bill.execute(f"SELECT * FROM {view}").fetchall()
    (reports,) = bill.execute(f"SELECT COUNT(*) FROM {REPORT.name}").fetchone() or (0,)
    assert bill.execute("SELECT COUNT(*) FROM bill_load_status").fetchone() == (reports,)
    days = bill.execute("SELECT DISTINCT usage_day FROM bill_current_state").fetchall()
    assert days == [(FIRST + timedelta(days=38),)], "the newest day is not complete"
    assert bill.execute(
        "SELECT COUNT(*) FROM bill_compartments WHERE top_level IS NULL AND path <> '/'"
    ).fetchone() == (0,)
