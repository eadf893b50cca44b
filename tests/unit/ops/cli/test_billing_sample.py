"""`oci-functions billing sample`: what the made-up quarter holds, and what it never writes over."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from emulator.reports.billing_history import final_state
from emulator.reports.sample_quarter import CHILD_TENANCY, SAMPLE_QUARTER
from ops.cli.main import root

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_with_files_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    found = CliRunner().invoke(root(), ["billing", "sample", "--out", str(tmp_path)])
    assert found.exit_code == 1
    assert json.loads(found.stdout)["error"]["field"] == "out"
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


def test_the_price_rises_in_october_and_the_child_has_rows() -> None:
    published = final_state(SAMPLE_QUARTER.publications()).values()
    first_of = {
        each.usage_day.isoformat(): b"".join(each.report.chunks()).decode()
        for each in published
        if each.report.dialect == "cost" and each.kind in {"on-time", "re-publication"}
    }
    for day, price in (("2026-09-30", "0.00729227"), ("2026-10-01", "0.0080215")):
        rows = csv.DictReader(io.StringIO(first_of[day], newline=""))
        prices = {row["cost/unitPrice"] for row in rows if row["cost/productSku"] == "B93113"}
        assert {each.rstrip("0") for each in prices} == {price}
    assert f",{CHILD_TENANCY}," in first_of["2026-09-30"]
    assert {each.kind for each in SAMPLE_QUARTER.publications()} == {"on-time", "late", "correction", "re-publication"}
