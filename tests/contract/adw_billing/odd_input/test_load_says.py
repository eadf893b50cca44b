"""What `load` says beside its answer: nothing found, what was passed over or put aside, names that are two reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from functions.adw_billing.__main__ import main
from tests.support.billing_files import COST, FOCUS, cost_row, focus_row, put, report

if TYPE_CHECKING:
    from pathlib import Path

GOOD = report(COST, [cost_row(1)])


def said(
    folder: Path, warehouse: Path, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, list[str], str]:
    """The exit status, the answer, and what stands on stderr."""
    status = main(["load", "--reports", str(folder), "--warehouse", str(warehouse), *arguments])
    out = capsys.readouterr()
    return status, json.loads(out.out), out.err


def test_a_folder_without_reports_is_no_success(
    folder: Path, warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "notes.txt").write_text("x")
    status, answer, error = said(folder, warehouse, capsys)
    assert (status, answer) == (1, [])
    assert error == "no report was found: the names of reports end in .csv or .csv.gz\n"


def test_a_load_that_rejects_everything_is_no_success_and_one_that_has_all_is(
    folder: Path, warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder, "1.csv", b"id,name\n1,x\n")
    put(folder, "2.csv", report(COST, [cost_row(1, cost__myCost="-")]))
    status, answer, error = said(folder, warehouse, capsys)
    assert (status, answer) == (1, [])
    assert "2 of the 2 reports that were read are in quarantine as a whole\n" in error
    assert "rejected: 1.csv: unknown-dialect\n" in error
    assert "rejected: 2.csv: bad-number\n" in error
    put(folder, "3.csv", report(COST, [cost_row(1), cost_row(2, cost__myCost="-")]))
    status, answer, error = said(folder, warehouse, capsys)
    assert (status, answer, error) == (0, ["3.csv"], "3.csv: 1 of 2 rows are in quarantine\n")
    assert said(folder, warehouse, capsys) == (0, [], "")


def test_what_looks_like_a_report_and_is_passed_over_is_named(
    folder: Path, warehouse: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    put(elsewhere, "9.csv", GOOD)
    put(folder, "a/1.CSV", GOOD)
    put(folder, "a/2.csv.GZ", GOOD)
    put(folder, "b.zip", b"PK")
    put(folder, "notes.txt", b"x")
    (folder / "linked").symlink_to(elsewhere)
    (folder / "gone.csv").symlink_to(folder / "nothing")
    status, answer, error = said(folder, warehouse, capsys)
    assert (status, answer) == (1, [])
    small = "its name does not end in .csv or .csv.gz in small letters"
    assert error.splitlines() == [
        "not loaded: b.zip: an archive: unpack it",
        "not loaded: gone.csv: a link to nothing",
        "not loaded: linked: a link to a folder, which is not followed",
        f"not loaded: a/1.CSV: {small}",
        f"not loaded: a/2.csv.GZ: {small}",
        "no report was found: the names of reports end in .csv or .csv.gz",
    ]
    for number in range(30):
        put(folder, f"z{number}.zip", b"PK")
    assert said(folder, warehouse, capsys)[2].splitlines()[-2] == "not loaded: 15 more"


@pytest.mark.parametrize("arguments", [(), ("--detail",)])
def test_a_cost_and_a_focus_report_of_one_name_are_told_apart(
    folder: Path, warehouse: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    put(folder, "reports/cost-csv/1.csv.gz", GOOD)
    put(folder, "FOCUS Reports/2026/01/05/1.csv.gz", report(FOCUS, [focus_row(1)]))
    put(folder, "reports/cost-csv/2.csv.gz", report(COST, [cost_row(2)]))
    status, _, error = said(folder, warehouse, capsys, *arguments)
    assert status == 0
    cost, focus = "reports/cost-csv/1.csv.gz (cost)", "FOCUS Reports/2026/01/05/1.csv.gz (focus)"
    assert error in {f"1.csv stands for {cost} and {focus}\n", f"1.csv stands for {focus} and {cost}\n"}
