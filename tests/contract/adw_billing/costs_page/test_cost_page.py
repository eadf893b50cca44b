"""The cost page of a loaded warehouse: figures that add up, views that lead on, a file that holds them."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from click.testing import CliRunner

from functions.adw_billing.costs_page import cost_page
from functions.adw_billing.open_warehouse import reading_bill
from ops.cli.main import root
from shared.deadline import Deadline
from tests.support.billing_files import COST, TENANCY, cost_row, load, put, report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from functions.adw_billing.query.bill import Bill
    from shared.results import HttpAnswer

HOSTILE = '<script>alert(1)</script>"&\u202eאבג'
LONG = "x" * 240
SUM = "105.1000000000000000000001"


def cost(number: int, day: str, amount: str, service: str) -> dict[str, str]:
    times = {"lineItem__intervalUsageStart": f"{day}T10:00Z"}
    return cost_row(number, cost__myCost=amount, product__service=service, **times)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """September and October 2026, twelve services in October."""
    folder: Path = tmp_path_factory.mktemp("costs")
    rows = [
        cost(1, "2026-09-04", "4", "COMPUTE"),
        cost(2, "2026-10-04", "100.1000000000000000000001", "COMPUTE"),
        cost(3, "2026-10-05", "5", "NETWORK"),
        cost(4, "2026-10-05", "-10", HOSTILE),
        cost(5, "2026-10-05", "1", LONG),
        *(cost(10 + at, "2026-10-05", "1", f"S{at}") for at in range(9)),
    ]
    put(folder / "r", "reports/cost-csv/0001-00001.csv.gz", report([*COST], rows))
    assert load(folder / "r", folder / "w.duckdb", "--tenancy", TENANCY)["remaining"] == 0
    return folder / "w.duckdb"


@pytest.fixture(scope="module")
def bill(warehouse: Path) -> Iterator[Bill]:
    with reading_bill(str(warehouse), Deadline.after(100)) as found:
        yield found


def text_of(answer: HttpAnswer) -> str:
    return answer.body.decode()


def view(bill: Bill, *pairs: tuple[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cost_page.cost_data(pairs, bill, "/billing").body)
    return found


def cells(text: str) -> list[list[str]]:
    """The first table's cells: the exact value where there is one, else the text."""
    table = text[text.index("<table") : text.index("</table>")]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    found = []
    for row in rows[1:]:
        parts = re.findall(r"<td([^>]*)>(.*?)</td>", row, re.DOTALL)
        exact = [re.findall(r'title="([^"]*)"', attributes) for attributes, _ in parts]
        texts = [html.unescape(re.sub("<[^>]+>", "", text)) for _, text in parts]
        found.append([title[0] if title else text for title, text in zip(exact, texts, strict=True)])
    return found


def test_the_newest_month_is_shown_and_its_groups_add_up_exactly(bill: Bill) -> None:
    page = text_of(cost_page.cost_page((), bill, "/billing"))
    rows = cells(page)
    assert [row[0] for row in rows[:2]] == ["COMPUTE", "NETWORK"]
    assert rows[-1][0] == "all"
    assert rows[-1][1] == SUM
    assert sum(Decimal(row[1]) for row in rows[:-1]) == Decimal(SUM)
    assert rows[0][3] == "4"
    assert "<script>alert" not in page


def test_the_chart_has_eight_groups_and_the_others_as_one(bill: Bill) -> None:
    chart = view(bill)["charts"][0]
    assert chart["x"] == ["2026-10-04", "2026-10-05"]
    assert len(chart["series"]) == 9
    assert chart["series"][-1]["name"] == "5 others"
    assert HOSTILE in [each["name"] for each in chart["series"]]
    assert sum(sum(each["values"]) for each in chart["series"]) == pytest.approx(float(SUM))


def test_each_group_leads_to_a_view_that_adds_up_to_it(bill: Bill) -> None:
    shown = view(bill)["html"]
    links = re.findall(r'<td[^>]*><a href="([^"]*)"', shown)
    for row, link in zip(cells(shown), links, strict=False):
        inner = view(bill, *parse_qsl(html.unescape(link).removeprefix("?")))
        assert cells(inner["html"])[-1][1] == row[1], row[0]
    assert len(links) == len(cells(shown)) - 1


def test_the_csv_of_a_view_is_exact(bill: Bill) -> None:
    answer = cost_page.cost_csv((("by", "service"), ("step", "month")), bill)
    rows = list(csv.DictReader(io.StringIO(text_of(answer))))
    assert {row["service"]: row["cost"] for row in rows}["COMPUTE"] == "100.1000000000000000000001"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="costs-2026-10.csv"'


def test_the_second_part_says_what_moved(bill: Bill) -> None:
    assert "+96.10" in view(bill, ("part", "moved"), ("filter", "service=COMPUTE"))["html"]


def test_a_file_has_every_view_that_its_links_lead_to(warehouse: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "costs.html"
    done = CliRunner().invoke(root(), ["billing", "page", "--warehouse", str(warehouse), "--out", str(out)])
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    assert f"{out} written" in done.stdout
    text = out.read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="(?:https?:)?/', text)
    state = json.loads(re.findall(r'id="state">(.*?)</script>', text)[0])
    assert state["key"] in state["answers"]
    # Parts are the same whatever a view is grouped by.
    of_parts = [each for each in json.loads(state["key"]) if each[0] != "by"]
    for part in ("moved", "why"):
        assert json.dumps(sorted([*of_parts, ["part", part]]), separators=(",", ":")) in state["answers"]
    assert len(state["answers"]) > 50
    few = ["billing", "page", "--warehouse", str(warehouse), "--out", str(out), "--months", "1", "--looked-into", "0"]
    assert CliRunner().invoke(root(), few).exit_code == 0
    left = json.loads(re.findall(r'id="state">(.*?)</script>', out.read_text(encoding="utf-8"))[0])
    assert state["key"] in left["answers"]
    assert len(left["answers"]) < len(state["answers"]) / 2


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (["--out", "x.txt"], "out"),
        (["--warehouse", "no.duckdb"], "warehouse"),
        (["--months", "0"], "months"),
        (["--looked-into", "-1"], "looked_into"),
    ],
)
def test_a_file_that_cannot_be_made_names_the_option(warehouse: Path, options: list[str], field: str) -> None:
    done = CliRunner().invoke(root(), ["billing", "page", "--warehouse", str(warehouse), *options])
    assert (done.exit_code, json.loads(done.stdout)["error"]["field"]) == (1, field)
