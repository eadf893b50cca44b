"""Cells that no report should have, on both engines: no object raises, and each row is loaded or in quarantine."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest

from functions.adw_billing.loader.load_run import LoadOptions, LoadRun, LoadSummary
from functions.adw_billing.settings import DIALECTS
from functions.adw_billing.source.reports import Folder
from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse
from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse
from shared.deadline import Deadline
from tests.support.billing_files import COST, FOCUS, TENANCY, USAGE, cost_row, focus_row, put, report, usage_row
from tests.support.translated_oracle import TranslatedSession

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from functions.adw_billing.model.warehouse import Warehouse

TIMES = [
    *("0001-01-01T00:00Z", "0001-01-01T00:00+14:00", "0001-01-01T00:00:00.000000001Z", "9999-12-31T23:59:59.9999999Z"),
    *("9999-12-31T23:59-12:00", "9999-12-31", "0000-01-01T00:00Z", "10000-01-01T00:00Z", "292277026596-12-04T15:30Z"),
    *("-0001-01-01T00:00Z", "1582-10-10T00:00Z", "1969-12-31T23:59:59.999999Z", "2024-02-29T23:59:60Z", "2023-02-29"),
    *("2016-12-31T23:59:60Z", "1677-09-21T00:12:43Z", "2262-04-11T23:47:17Z", "99991231", "1767571200000", "infinity"),
    *(
        "epoch",
        "2026-W01-1",
        "2026-001",
        "T10:00",
        "2026-01-05T10:00+23:59",
        "2026-01-05T10:00-23:59",
        "\u0662\u0660\u0662\u0666-01-05",
    ),
]
NUMBERS = [
    *("1E38", "-1E38", "9" * 38, "9" * 39, "0." + "0" * 40 + "1", "1E-400", "1E400", "1E999999999", "-0", "+0.0E5"),
    *("1e+000000002", "0x1F", "NaN", "Infinity", "1_000", "1 000", "\u0663", "--1", ".", "-", "1E", "99999999999999.5"),
    *("99999999999999999999999.999999999999999", "1" * 5000, "0" * 5000 + "1", "-99999999999999"),
]
TEXTS = [
    *(
        "\0",
        "a\0b",
        "\x1a",
        "\u2028",
        "\ufeff",
        "\U0010ffff",
        "e\u0301" * 200,
        "x" * 70_000,
        "'; DROP TABLE oci_cost --",
    ),
    *(
        "{{}}",
        "%s",
        "$1",
        ":x",
        "\r",
        "\n",
        "\r\n\r\n",
        '"',
        '""',
        ",",
        "\\",
        "\\u0000",
        "\t",
        " ",
        "NULL",
        "null",
        "None",
    ),
    *("[" * 20_000, '{"a":' * 5_000 + "1" + "}" * 5_000, "\ud800", "\udfff", "\x7f", "\x80", "\U0001d4b3" * 5000),
]
BEYOND_THE_TRANSLATION = frozenset(
    {"1E38", "-1E38", "9" * 38, "0." + "0" * 40 + "1", "99999999999999999999999.999999999999999"}
)
"""Numbers of Oracle's NUMBER that the DECIMAL(38, 18) of its translation for tests cannot hold."""
HEADERS = {"cost": (COST, cost_row), "usage": (USAGE, usage_row), "focus": (FOCUS, focus_row)}
FOLDERS = {"cost": "reports/cost-csv/", "usage": "reports/usage-csv/", "focus": "FOCUS Reports/2026/01/05/"}


def duckdb_warehouse(folder: Path) -> Warehouse:
    return open_warehouse(str(folder / "w.duckdb"), Deadline.after(600), call_id="c", cost_from="", margin_seconds=0)


def oracle_warehouse(_folder: Path) -> Warehouse:
    return OracleWarehouse(TranslatedSession(), Deadline.after(600), "c")  # type: ignore[arg-type]


ENGINES = pytest.mark.parametrize("engine", [duckdb_warehouse, oracle_warehouse])


def run(folder: Path, engine: Callable[[Path], Warehouse]) -> LoadSummary:
    warehouse = engine(folder.parent)
    try:
        warehouse.migrate()
        left = Deadline.after(600).remaining_seconds
        options = LoadOptions(newest_first=False, max_rows_per_slice=1_000_000, left_seconds=left)
        return LoadRun(Folder(folder, TENANCY, DIALECTS), warehouse, options).run()
    finally:
        warehouse.close()


def written(folder: Path, dialect: str, cells: list[dict[str, str]], name: str = "1.csv") -> int:
    """Write a report with these cells, one good row before and one behind; how many rows it has."""
    header, make = HEADERS[dialect]
    rows = [make(at) | each for at, each in enumerate([{}, *cells, {}])]
    # lone surrogates have no UTF-8: their bytes pass the writer of CSV as characters of Latin-1
    latin = [
        {key: text.encode("utf-8", "surrogatepass").decode("latin-1") for key, text in row.items()} for row in rows
    ]
    put(folder, FOLDERS[dialect] + name, report(header, latin).decode().encode("latin-1"))
    return len(rows)


def assert_all_settled(summary: LoadSummary, rows: int) -> None:
    (row,) = summary.rows
    assert "unforeseen" not in {entry.reason for _, entry in summary.rejected}
    assert row.state in {"loaded", "partial"}
    assert row.rows_loaded >= 2, "the first row and the last one are good"
    # a line end inside a cell without quotes makes two bad rows of one, never fewer
    assert row.rows_loaded + row.rows_rejected >= rows
    json.dumps(summary.detail())


TIME_COLUMNS = {
    "cost": ["lineItem/intervalUsageStart", "lineItem/intervalUsageEnd"],
    "usage": ["lineItem/intervalUsageStart", "lineItem/intervalUsageEnd"],
    "focus": ["ChargePeriodStart", "ChargePeriodEnd"],
}
NUMBER_COLUMNS = {
    "cost": ["usage/billedQuantity", "cost/unitPrice", "cost/myCost"],
    "usage": ["usage/consumedQuantity", "usage/billedQuantity"],
    "focus": ["BilledCost", "UsageQuantity"],
}
TEXT_COLUMNS = {
    "cost": ["lineItem/referenceNo", "product/service", "cost/currencyCode", "tags/a.b"],
    "usage": ["lineItem/referenceNo", "product/service", "lineItem/isCorrection", "tags/a.b"],
    "focus": ["ServiceName", "BillingCurrency", "ChargeCategory", "Tags"],
}
KINDS = {"times": (TIMES, TIME_COLUMNS), "numbers": (NUMBERS, NUMBER_COLUMNS), "texts": (TEXTS, TEXT_COLUMNS)}


@ENGINES
@pytest.mark.parametrize("dialect", HEADERS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_odd_cell_is_loaded_or_in_quarantine(
    folder: Path, engine: Callable[[Path], Warehouse], dialect: str, kind: str
) -> None:
    texts, columns = KINDS[kind]
    if engine is oracle_warehouse:
        texts = [text for text in texts if text not in BEYOND_THE_TRANSLATION]
    rows = written(folder, dialect, [{name: text} for text in texts for name in columns[dialect]])
    assert_all_settled(run(folder, engine), rows)


@pytest.mark.soak
@ENGINES
@pytest.mark.parametrize("seed", range(40))
def test_random_odd_rows_are_loaded_or_in_quarantine(
    folder: Path, engine: Callable[[Path], Warehouse], seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    dialect = chance.choice(list(HEADERS))
    header, _ = HEADERS[dialect]
    every = [*TIMES, *NUMBERS, *TEXTS]
    if engine is oracle_warehouse:
        every = [text for text in every if text not in BEYOND_THE_TRANSLATION]
    cells = [{name: chance.choice(every) for name in chance.sample(header, chance.randint(1, 4))} for _ in range(60)]
    rows = written(folder, dialect, cells)
    summary = run(folder, engine)
    if [entry.reason for _, entry in summary.rejected] == ["sum-too-large"]:
        amounts = [text for cell in cells for text in cell.values() if text.endswith(("99999999999999", "99999999.5"))]
        assert len(amounts) > 1, "one amount that a column holds is no more than a sum holds"
        return
    assert_all_settled(summary, rows)
