"""docs/adw-billing.md begins with questions: its commands, as a newcomer copies them, give what the page shows."""

from __future__ import annotations

import csv
import io
import re
import shlex
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from emulator.reports.billing_history import final_state
from emulator.reports.catalogue import TENANCY
from emulator.reports.generated_report import EXACT
from emulator.reports.sample_quarter import SAMPLE_QUARTER
from ops.billing_sample import write
from ops.cli.main import root
from tests.support.billing_files import load
from tools.suite import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SECTION = (ROOT / "docs" / "adw-billing.md").read_text(encoding="utf-8").partition("\n## Ask the bill\n")[2]
SECTION = SECTION.partition("\n## ")[0]
ASKED = re.findall(
    r"```\n\.venv/bin/oci-functions (billing query [^\n]*)\n```\n\n```text\n(.*?)```\n", SECTION, re.DOTALL
)
LOADED = f"billing load --reports out/sample --warehouse out/sample.duckdb --tenancy {TENANCY}\n"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, loaded."""
    folder: Path = tmp_path_factory.mktemp("sample")
    write(folder / "sample")
    assert load(folder / "sample", folder / "w.duckdb", "--tenancy", TENANCY)["remaining"] == 0
    return folder / "w.duckdb"


def test_the_page_says_how_the_sample_is_loaded_and_asks_several_questions() -> None:
    assert LOADED in SECTION
    assert len(ASKED) == SECTION.count("billing query --warehouse") == SECTION.count("```text\n") >= 3


@pytest.mark.parametrize(("command", "shown"), ASKED, ids=[each[0][50:90] for each in ASKED])
def test_each_answer_is_the_one_that_the_page_shows(warehouse: Path, command: str, shown: str) -> None:
    words = [str(warehouse) if word == "out/sample.duckdb" else word for word in shlex.split(command)]
    done = CliRunner().invoke(root(), words)
    assert (done.exit_code, done.stdout) == (0, shown)


def test_cost_by_several_dimensions_is_what_the_reports_rows_add_up_to(warehouse: Path) -> None:
    wanted: dict[tuple[str, ...], Decimal] = {}
    for each in final_state(SAMPLE_QUARTER.publications()).values():
        if each.report.dialect == "cost":
            text = io.StringIO(b"".join(each.report.chunks()).decode(), newline="")
            for row in csv.DictReader(text):
                tag = row.get("tags/Ops.Environment") or ""
                key = (row["lineItem/intervalUsageStart"][:7], row["product/service"], row["lineItem/tenantId"], tag)
                wanted[key] = EXACT.add(wanted.get(key, Decimal(0)), Decimal(row["cost/myCost"]))
    words = ["billing", "query", "--warehouse", str(warehouse), "--by", "month,service,tenancy,tag:Ops.Environment"]
    done = CliRunner().invoke(root(), [*words, "--csv"])
    found = {tuple(key): Decimal(cost) for *key, _, cost, _ in list(csv.reader(io.StringIO(done.stdout)))[1:]}
    assert len(found) > 100
    assert found == wanted
