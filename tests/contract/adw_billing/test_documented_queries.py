"""The queries of docs/adw-billing.md run as they stand, and give what the page shows."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from emulator.reports.billing_history import BillingHistory, final_state, write_folder
from tests.support.billing_files import COST, cost_row, load, put, report
from tests.support.translated_oracle import parsed, translation
from tools.suite import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORY = BillingHistory(
    seed="docs",
    days=7,
    rows_per_day=60,
    windows_a_day=1,
    afterwards_every=2,
    late_days=2,
    correction_days=2,
    republish_every=3,
    resources=40,
)
SECTION = (ROOT / "docs" / "adw-billing.md").read_text(encoding="utf-8").split("\n## Queries\n")[1]
BLOCKS = re.findall(r"```sql\n(.*?)\n```\n(?:\n```text\n(.*?)\n```\n)?", SECTION, re.DOTALL)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The week that the page's results are of."""
    folder: Path = tmp_path_factory.mktemp("documented")
    write_folder(folder / "reports", final_state(STORY.publications()).values())
    bad = cost_row(cost__myCost="1,50", lineItem__tenantId=STORY.tenancy)
    put(folder / "reports", "reports/cost-csv/0001000000019990-00001.csv.gz", report(COST, [bad]))
    put(folder / "reports", "reports/cost-csv/0001000000020000-00001.csv", b"\x1f\x8b\x08 cut short")
    assert load(folder / "reports", folder / "billing.duckdb")["remaining"] == 0
    with duckdb.connect(str(folder / "billing.duckdb"), read_only=True) as connection:
        yield connection


def shown(value: object) -> str:
    """A value as the page writes it."""
    if isinstance(value, Decimal):
        digits = format(value, "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "" if value is None else str(value)


def table(found: duckdb.DuckDBPyConnection) -> str:
    """A result as the page shows it."""
    head = [column[0] for column in found.description or []]
    rows: list[tuple[Any, ...]] = found.fetchall()
    lines = [head, *([shown(value) for value in row] for row in rows)]
    return "\n".join(" | ".join(line).rstrip() for line in lines)


@pytest.mark.parametrize(("query", "result"), BLOCKS, ids=[f"query-{number}" for number in range(1, len(BLOCKS) + 1)])
def test_a_documented_query_gives_the_documented_result(
    query: str, result: str, warehouse: duckdb.DuckDBPyConnection
) -> None:
    if query.startswith("-- Oracle"):
        assert parsed(query) is not None
        return
    assert table(warehouse.execute(query)) == result
    if not query.startswith("-- DuckDB"):
        assert table(warehouse.execute(translation(query))).splitlines()[1:] == result.splitlines()[1:]
