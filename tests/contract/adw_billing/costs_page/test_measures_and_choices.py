"""Measures and lists of the cost page: one unit at a time, exact quotients, entries that find what they count."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import duckdb
import pytest

from functions.adw_billing.costs_page import cost_page
from functions.adw_billing.costs_page.asked import Asked
from functions.adw_billing.costs_page.choices import MOST, MOST_VALUES, choices_view, tags_view
from functions.adw_billing.open_warehouse import reading_bill
from functions.adw_billing.query.bill import Bill
from functions.adw_billing.query.engine_words import OracleWords
from shared.deadline import Deadline
from tests.support.billing_files import COST, TENANCY, cost_row, load, put, report
from tests.support.translated_oracle import translation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TAG = 'tags/Ops.<i>"Te\u202eam'
HOSTILE = "<script>alert(1)</script>"
LONG = "y" * 5000
SKUS = 230
ASKED = Asked(month="2026-10", currency="USD")
PATHS = {"a": "/prod", "b": "/prod/web", "c": "/prod/web/edge", "d": "/product"}


def cost(number: int, amount: str, quantity: str, unit: str, **cells: str) -> dict[str, str]:
    texts = {"lineItem__intervalUsageStart": "2026-10-04T10:00Z", "cost__skuUnitDescription": unit}
    return cost_row(number, cost__myCost=amount, usage__billedQuantity=quantity, **texts, **cells)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("measures")
    rows = [
        cost(1, "7", "3", "GB Hours", product__service="A", product__compartmentId="a"),
        cost(2, "2", "8", "GB Hours", product__service="B", product__compartmentId="b"),
        cost(3, "5", "0", "GB Hours", product__service="C", product__compartmentId="c"),
        cost(4, "1", "100", "OCPU Hours", product__service="A", product__compartmentId="d"),
        cost(5, "-1", "10", HOSTILE, product__service=HOSTILE, product__compartmentId="d"),
        *(cost(10 + at, "0.01", "1", "Calls", cost__productSku=f"SKU{at:03}") for at in range(SKUS)),
    ]
    tags = [LONG, HOSTILE, *(f"team {at:03}" for at in range(MOST_VALUES + 5))]
    rows = [{**row, TAG: tags[at] if at < len(tags) else ""} for at, row in enumerate(rows)]
    put(folder / "r", "reports/cost-csv/0001-00001.csv.gz", report([*COST, TAG], rows))
    assert load(folder / "r", folder / "w.duckdb", "--tenancy", TENANCY)["remaining"] == 0
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        for identity, path in PATHS.items():
            values = [identity, path.rpartition("/")[2], path, TENANCY]
            connection.execute(
                "INSERT INTO oci_compartment (compartment_id, name, path, tenancy_id) VALUES (?, ?, ?, ?)", values
            )
    return folder / "w.duckdb"


@pytest.fixture(scope="module")
def bill(warehouse: Path) -> Iterator[Bill]:
    with reading_bill(str(warehouse), Deadline.after(100)) as found:
        yield found


class Translated:
    """Reads what is in Oracle's words on DuckDB."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def ask(self, sql: str, values: Mapping[str, str], *, by_user: bool = False) -> Any:
        found = self._connection.execute(translation(sql), dict(values))
        return tuple(each[0] for each in found.description or ()), iter(found.fetchall())

    def write_parquet(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError


def view(bill: Bill, **pairs: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cost_page.cost_data(tuple(pairs.items()), bill, "/billing").body)
    return found


def cells(text: str) -> list[list[str]]:
    """The cells of the table of groups, the exact value where there is one."""
    tables = re.findall(r"<table.*?</table>", text, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", next(each for each in tables if ">before<" in each), re.DOTALL)
    found = [re.findall(r'<td(?:[^>]*title="([^"]*)")?[^>]*>(.*?)</td>', row, re.DOTALL) for row in rows]
    return [[exact or html.unescape(re.sub("<[^>]+>", "", shown)) for exact, shown in row] for row in found if row]


def test_quantities_are_of_one_unit_and_add_up(bill: Bill) -> None:
    found = view(bill, measure="quantity")
    assert [row[:2] for row in cells(found["html"])] == [["B", "8"], ["A", "3"], ["C", "0"], ["all", "11"]]
    assert "this is GB Hours alone, of 4 units" in found["html"]
    assert "unit=GB+Hours" in found["query"]
    assert found["charts"][0]["unit"] == "GB Hours"
    other = view(bill, measure="quantity", unit=HOSTILE)
    assert cells(other["html"])[-1][:2] == ["all", "10"]
    assert "<script>alert" not in other["html"]


def test_a_price_is_an_exact_quotient_or_absent(bill: Bill) -> None:
    found = view(bill, measure="unit_price")
    rows = {row[0]: row[1] for row in cells(found["html"])}
    assert Decimal(rows["B"]) == Decimal("0.25")
    assert rows["A"].startswith("2.33333333333333333333")
    assert rows["C"] == "\N{EN DASH}"
    assert Decimal(rows["all"]) == (Decimal(14) / Decimal(11))
    assert found["charts"][0]["kind"] == "lines"
    (line,) = [each["values"] for each in found["charts"][0]["series"] if each["name"] == "B"]
    assert line == [0.25]


@pytest.mark.parametrize("measure", ["quantity", "unit_price"])
def test_the_csv_is_the_view(bill: Bill, measure: str) -> None:
    answer = cost_page.cost_csv((("measure", measure), ("unit", "OCPU Hours")), bill)
    (row,) = csv.DictReader(io.StringIO(answer.body.decode()))
    assert (row["unit"], row[measure]) == ("OCPU Hours", {"quantity": "100", "unit_price": "0.01"}[measure])


def test_shares_are_of_what_is_above_zero(bill: Bill) -> None:
    found = view(bill, chart="share")
    (chart,) = [each for each in found["charts"] if each["id"] == "costs"]
    values = {each["name"]: each["values"][0] for each in chart["series"]}
    assert chart["unit"] == "%"
    assert sum(each for each in values.values() if each > 0) == pytest.approx(100)
    assert values[HOSTILE] < 0
    assert "what is below zero is part of no whole" in found["html"]


def test_a_compartment_is_found_with_all_below_it(bill: Bill) -> None:
    (tree,) = [each for each in choices_view(ASKED, bill).values["lists"] if each.name == "compartment"]
    wanted = {each.filter: each.text.strip("\N{NO-BREAK SPACE}").rpartition(" ")[2] for each in tree.choices}
    assert wanted["compartment=/prod/**"] == "14.00"
    assert wanted["compartment=/prod/web/**"] == "7.00"
    for text, amount in wanted.items():
        shown = view(bill, filter=text)["html"]
        assert Decimal(cells(shown)[-1][1]) == Decimal(amount.replace("\N{MINUS SIGN}", "-")), text


def test_a_long_list_is_cut_and_the_rest_is_typed(bill: Bill) -> None:
    found = view(bill, part="choices")["html"]
    (skus,) = [each for each in choices_view(ASKED, bill).values["lists"] if each.name == "sku"]
    assert (len(skus.choices), skus.more, len(skus.values)) == (MOST, len(skus.values), SKUS + 1 - MOST)
    assert 'name="sku"' in found
    assert cells(view(bill, sku="SKU229")["html"])[-1][1] == "0.01"


def test_tags_are_bounded_escaped_and_find_what_they_count(bill: Bill) -> None:
    text = view(bill, part="tags")["html"]
    assert "<script>alert" not in text
    ((by, _, choices),) = tags_view(ASKED, bill).values["keys"]
    assert (by, len(choices)) == (f"tag:{TAG.removeprefix('tags/')}", MOST_VALUES)
    assert choices[0].filter.endswith(LONG)
    assert len(choices[0].text) < 100
    # A value of 5,000 letters is an address, too, as long as the gateway takes one.
    assert len(urlencode({"filter": choices[0].filter})) < 8000
    assert cells(view(bill, filter=choices[0].filter)["html"])[-1][1] == "7"


def test_oracle_has_the_same_lists(warehouse: Path, bill: Bill) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        theirs = Bill(Translated(connection), OracleWords())
        for part in (choices_view, tags_view):
            assert part(ASKED, theirs).values == part(ASKED, bill).values
