"""Reports with a column for each of thousands of tag keys: loaded in bounded memory, value by value."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.parse.chunks import MAX_HEADER_BYTES
from functions.adw_billing.parse.wide_rows import WIDE_COLUMNS
from tests.support.billing_files import COST, FOCUS, cost_row, focus_row, load, put, query, report
from tests.support.shared_data import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MEASURED = (
    "import pathlib, sys; from functions.adw_billing.__main__ import main; status = main(sys.argv[1:]); "
    "print(pathlib.Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0], file=sys.stderr); "
    "sys.exit(status)"
)
"""Prints the most memory in KiB. `ru_maxrss` would have that of the process which started this one (execve(2))."""


def keys(count: int) -> list[str]:
    return [f"tags/space.key{number:05d}" for number in range(count)]


def test_every_tag_of_a_wide_report_is_there(folder: Path, warehouse: Path) -> None:
    header = keys(WIDE_COLUMNS + 1)
    tags = [{header[(37 * at + 11 * more) % len(header)]: f'v"{at},{more}' for more in range(10)} for at in range(40)]
    tags[3] = {}
    put(
        folder,
        "reports/cost-csv/1.csv",
        report([*COST, *header], [cost_row(at) | each for at, each in enumerate(tags)]),
    )
    focus = [focus_row(at) | each for at, each in enumerate(tags)]
    put(folder, "FOCUS Reports/2026/01/05/1.csv", report([*FOCUS, *header], focus))
    assert [row["rows_loaded"] for row in load(folder, warehouse)["reports"]] == [40, 40]
    want = [{key.removeprefix("tags/"): value for key, value in each.items()} for each in tags]
    for table in ("oci_cost", "oci_focus"):
        found = query(warehouse, f"SELECT coalesce(tags, '{{}}') FROM {table} ORDER BY object_row")
        assert [json.loads(text) for (text,) in found] == want
    assert query(warehouse, "SELECT sum(cost_myCost) FROM oci_cost") == [(Decimal(20),)]


def test_sixty_thousand_columns_take_little_memory(folder: Path, warehouse: Path) -> None:
    header = keys(60_000)
    rows = [cost_row(at) | {header[(7 * at + more) % 60_000]: "x" for more in range(60)} for at in range(20)]
    put(folder, "reports/cost-csv/1.csv", report([*COST, *header], rows))
    arguments = ["load", "--reports", str(folder), "--warehouse", str(warehouse)]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", MEASURED, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == ["1.csv"]
    assert int(done.stderr.split()[-1]) < 300 << 10


def test_a_header_without_an_end_is_named_and_the_others_are_loaded(folder: Path, warehouse: Path) -> None:
    put(folder, "reports/cost-csv/1.csv", b"lineItem/intervalUsageStart,cost/myCost," + b"x" * MAX_HEADER_BYTES)
    put(folder, "reports/cost-csv/2.csv", report(COST, [cost_row(1)]))
    answer = load(folder, warehouse)
    assert [row["state"] for row in answer["reports"]] == ["rejected", "loaded"]
    assert [entry["reason"] for entry in answer["rejected"]] == ["header-too-long"]


def test_rows_with_all_the_tags_that_a_resource_can_have_are_committed(folder: Path, warehouse: Path) -> None:
    """2,048 rows, which are committed together, with 74 tags of 256 characters: as much text in fewer rows here."""
    rows = [cost_row(at, newColumn="x" * 280_000) for at in range(150)]
    put(folder, "reports/cost-csv/1.csv", report([*COST, "newColumn"], rows))
    (row,) = load(folder, warehouse)["reports"]
    assert (row["rows_loaded"], row["state"]) == (150, "loaded")
