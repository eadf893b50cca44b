"""The SQL of questions over loaded reports: exact sums, each usage once, everything that a user wrote bound."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from functions.adw_billing.query.engine_words import DUCKDB, OracleWords
from functions.adw_billing.query.question import question
from functions.adw_billing.query.statement import statement
from shared.errors import BadRequest
from tests.support.billing_files import COST, FOCUS, TENANCY, cost_row, focus_row, load, put, report
from tests.support.translated_oracle import translation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHILD = "ocid1.tenancy.oc1..child"
TAG = 'tags/Ops/a~b."Team"'


def cost(number: int, day: str, amount: str, **cells: str) -> dict[str, str]:
    """A row of a cost report, an hour of the day."""
    return cost_row(number, cost__myCost=amount, lineItem__intervalUsageStart=f"{day}T10:00Z", **cells)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """January by cost reports with one day by FOCUS alone, February in two currencies."""
    folder: Path = tmp_path_factory.mktemp("questions")
    rows = [
        cost(1, "2026-01-04", "0.1000000000000000000001", product__service="COMPUTE") | {TAG: "red"},
        cost(
            2,
            "2026-01-31",
            "0.2",
            product__service="100%_a!",
            product__compartmentName="Prod",
            lineItem__tenantId=CHILD,
        ),
        cost(3, "2026-02-01", "5", product__service="COMPUTE", cost__currencyCode="EUR"),
        cost(4, "2026-02-01", "7", product__service="COMPUTE"),
    ]
    put(folder / "r", "reports/cost-csv/0001-00001.csv.gz", report([*COST, TAG], rows))
    focus = [
        focus_row(1, BilledCost="0.1", ChargePeriodStart="2026-01-04T10:00Z"),
        focus_row(2, BilledCost="0.4", ChargePeriodStart="2026-01-05T10:00Z", ServiceName="NETWORK"),
    ]
    put(folder / "r", "FOCUS Reports/2026/01/05/0001-00001.csv.gz", report(FOCUS, focus))
    assert load(folder / "r", folder / "w.duckdb", "--tenancy", TENANCY)["remaining"] == 0
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        yield connection


def answer(warehouse: duckdb.DuckDBPyConnection, *options: Any) -> dict[tuple[Any, ...], Decimal]:
    """Cost by key, on DuckDB."""
    made = statement(question(*options), DUCKDB)
    return {row[:-2]: row[-2] for row in warehouse.execute(made.sql, made.values or None).fetchall()}


def test_a_day_counts_by_its_cost_reports_else_by_focus(warehouse: duckdb.DuckDBPyConnection) -> None:
    wanted = {
        ("COMPUTE", "USD"): Decimal("0.1000000000000000000001"),
        ("100%_a!", "USD"): Decimal("0.2"),
        ("NETWORK", "USD"): Decimal("0.4"),
    }
    assert answer(warehouse, "service", "2026-01") == wanted
    product = answer(warehouse, "service,product", "2026-01")  # by the reports' rows: the summary has no product
    assert {(key[0], key[2]): value for key, value in product.items()} == wanted


def test_currencies_are_never_added_up(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert answer(warehouse, "month", "2026-02") == {("2026-02", "EUR"): 5, ("2026-02", "USD"): 7}


def test_quantities_are_those_of_the_same_lines_by_unit(warehouse: duckdb.DuckDBPyConnection) -> None:
    made = statement(question("service", "2026-01", "", ("service=COMPUTE",), "quantity"), DUCKDB)
    rows = warehouse.execute(made.sql, made.values).fetchall()
    lines = warehouse.execute(
        "SELECT service, unit, currency, SUM(cost), SUM(quantity), COUNT(*) FROM oci_cost_line "
        "WHERE service = 'COMPUTE' AND dialect = 'cost' AND month = DATE '2026-01-01' GROUP BY ALL"
    ).fetchall()
    assert rows == lines
    assert rows[0][4] > 0


def test_one_dialect_alone_is_asked_for_by_a_filter(warehouse: duckdb.DuckDBPyConnection) -> None:
    for by in ("dialect", "dialect,product"):
        found = answer(warehouse, by, "2026-01", "", ("dialect=focus",))
        assert sum(found.values()) == Decimal("0.5")


@pytest.mark.parametrize(
    ("filters", "cost"),
    [
        (("service=100%_A!",), "0.2"),
        (("service=100%*",), "0.2"),
        (("service=c*", "service=NET*"), "0.5000000000000000000001"),
        (("compartment=prod",), "0.2"),
        (("compartment!=prod", "service!=network"), "0.1000000000000000000001"),
        ((f"tenancy={CHILD}",), "0.2"),
        (("service=' OR 1=1 --",), None),
    ],
)
def test_filters(warehouse: duckdb.DuckDBPyConnection, filters: tuple[str, ...], cost: str | None) -> None:
    assert answer(warehouse, "", "2026-01", "", filters).get(("USD",)) == (cost and Decimal(cost))


def test_any_tag_key_is_found_and_rows_without_it_are_a_group(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = answer(warehouse, 'tag:Ops/a~b."Team"', "2026-01")
    assert found == {("red", "USD"): Decimal("0.1000000000000000000001"), (None, "USD"): Decimal("0.6")}
    assert answer(warehouse, "", "2026-01", "", ('tag:Ops/a~b."Team"=',)) == {("USD",): Decimal("0.6")}


@pytest.mark.parametrize("measure", ["cost", "quantity"])
@pytest.mark.parametrize("by", ["service", "day,region", "product,month", "compartment,tenancy", "tag:Ops.Environment"])
def test_oracle_gives_the_same(warehouse: duckdb.DuckDBPyConnection, by: str, measure: str) -> None:
    asked = question(by, "2026-01", "", ("service!=nothing",), measure)
    made, ours = statement(asked, OracleWords()), statement(asked, DUCKDB)
    translated = warehouse.execute(translation(made.sql), made.values).fetchall()
    assert sorted(map(str, translated)) == sorted(map(str, warehouse.execute(ours.sql, ours.values).fetchall()))


def test_a_tag_key_that_cannot_stand_in_oracles_paths_is_refused() -> None:
    with pytest.raises(BadRequest, match="JSON paths"):
        statement(question("tag:a'\""), OracleWords())


def test_compartments_of_one_name_are_told_apart(tmp_path: Path) -> None:
    cells = {"product__compartmentName": "web"}
    rows = [
        cost(at, "2026-01-04", str(at), **cells, product__compartmentId=f"ocid1.compartment.oc1..{end}")
        for at, end in ((1, "aone"), (2, "atwo"))
    ]
    put(tmp_path / "r", "reports/cost-csv/1.csv", report(COST, rows))
    load(tmp_path / "r", tmp_path / "w.duckdb")
    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as connection:
        for by in ("compartment", "compartment,product"):
            found = answer(connection, by, "2026-01", "", ("compartment=web*",))
            assert {key[0]: value for key, value in found.items()} == {"web (..aone)": 1, "web (..atwo)": 2}
            made = statement(question(by, "2026-01", "", ("compartment=WEB",)), OracleWords())
            translated = connection.execute(translation(made.sql), made.values).fetchall()
            assert {row[0]: row[-2] for row in translated} == {"web (..aone)": 1, "web (..atwo)": 2}
            assert answer(connection, "", "2026-01", "", ("compartment=web",)) == {("USD",): 3}
            assert answer(connection, "", "2026-01", "", ("compartment=web (..atwo)",)) == {("USD",): 2}
            assert answer(connection, "", "2026-01", "", ("compartment!=web",)) == {}
