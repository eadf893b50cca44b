"""What the cost page finds beside the sums, held against the views of the warehouse that answer the same."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from functions.adw_billing.costs_page import cost_page
from functions.adw_billing.costs_page.asked import Asked
from functions.adw_billing.costs_page.figures import figures, held, settled
from functions.adw_billing.costs_page.findings.beside import beside
from functions.adw_billing.costs_page.findings.known import Known, with_budgets
from functions.adw_billing.costs_page.findings.moved import movers
from functions.adw_billing.costs_page.findings.untagged_costs import tagged_costs
from functions.adw_billing.model.exact_sums import total
from functions.adw_billing.open_warehouse import reading_bill
from shared.deadline import Deadline
from tests.support.billing_files import COST, TENANCY, cost_row, load, put, report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from functions.adw_billing.costs_page.findings.beside import Beside
    from functions.adw_billing.query.bill import Bill

FIRST, NEWEST = date(2026, 8, 1), date(2026, 10, 17)
BUDGETS = """[{"name": "all", "amount": "300", "currency": "USD"}, {"name": "euro", "amount": "1", "currency": "EUR"},
{"name": "web", "amount": "10", "currency": "USD", "filter": ["tag:Team=web"]}, {"name": "odd", "amount": "x"}]"""


def line(number: int, day: date, amount: str, **more: str) -> dict[str, str]:
    texts = {"product__service": "COMPUTE", "cost__productSku": "B1", "usage__billedQuantity": "1", **more}
    times = {"lineItem__intervalUsageStart": f"{day.isoformat()}T10:00Z"}
    return cost_row(number, cost__myCost=amount, **times, **texts)


def lines() -> Iterator[dict[str, str]]:
    """Ten weeks: a price that rises on 1 October, a day that costs three times as much, a credit, another currency."""
    for at in range((NEWEST - FIRST).days + 1):
        day = FIRST + timedelta(days=at)
        price = Decimal("1.1") if day.month == 10 else Decimal(1)
        usual = Decimal(3 if day == date(2026, 10, 13) else 1) + Decimal(day.weekday()) / 7
        quantity = usual.quantize(Decimal("0.000001"))
        yield line(at, day, str(price * quantity), usage__billedQuantity=str(quantity), cost__unitPrice=str(price))
        yield line(1000 + at, day, "2.5", product__service="NETWORK", cost__productSku="B2")
    yield line(
        3000, date(2026, 10, 5), "-7", lineItem__isCorrection="true", product__service="NETWORK", cost__productSku="B2"
    )
    yield line(3001, date(2026, 10, 5), "4", product__service="FUNCTIONS", cost__productSku="B3")
    yield line(3002, date(2026, 10, 5), "9", cost__currencyCode="EUR")


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bill]:
    folder: Path = tmp_path_factory.mktemp("findings")
    put(folder / "r", "reports/cost-csv/0001-00001.csv.gz", report([*COST], list(lines())))
    assert load(folder / "r", folder / "w.duckdb", "--tenancy", TENANCY)["remaining"] == 0
    with reading_bill(str(folder / "w.duckdb"), Deadline.after(100)) as found:
        yield found


def asked_of_bill(bill: Bill, **fields: Any) -> Asked:
    return settled(Asked(**{"currency": "USD", **fields}), held(bill))


def found_beside(bill: Bill, **fields: Any) -> Beside:
    return beside(figures(asked_of_bill(bill, **fields), bill), held(bill), bill, with_budgets(None, BUDGETS))


def test_unusual_days_are_those_of_the_view(bill: Bill) -> None:
    sql = "SELECT usage_day, service, cost, expected FROM oci_anomaly WHERE currency = 'USD'"
    sql += " AND usage_day >= DATE '2026-10-01' AND usage_day < DATE '2026-10-17'"  # the newest is not complete
    known = {(row[0].isoformat(), *row[1:]) for row in bill.rows(sql)}
    rows = found_beside(bill).values["unusual_rows"]
    shown = {(row[0], row[1], Decimal(row[2].exact), Decimal(row[3].exact)) for row in rows}
    assert shown == known
    assert ("2026-10-13", "COMPUTE") in {row[:2] for row in known}


def test_the_forecast_is_that_of_the_view(bill: Bill) -> None:
    columns = "as_of, days_left, to_date, forecast, past_months, past_error_percent"
    (row,) = bill.rows(f"SELECT {columns} FROM oci_forecast WHERE currency = 'USD'")
    found = found_beside(bill)
    card = next(each for each in found.cards if each.label.startswith("Month's end"))
    assert Decimal(card.exact) == row[3]
    assert card.note == f"{row[1]} days left; such forecasts were off by {row[5]} % in {row[4]} months before"
    assert found.forecast[0]["x"] == "2026-10-18"
    rows = found.values["forecast_rows"]
    assert (rows[0][0], Decimal(rows[0][1].exact)) == (f"so far, to {row[0].isoformat()}", row[2])


def test_a_filtered_view_has_a_forecast_of_its_own(bill: Bill) -> None:
    parts = [found_beside(bill, filters=(f"service={each}",)) for each in ("COMPUTE", "NETWORK")]
    whole = sum(each.charts[0]["series"][0]["values"][16] for each in parts)
    assert whole == pytest.approx(found_beside(bill).charts[0]["series"][0]["values"][16] - 4)
    by_tag = found_beside(bill, filters=("tag:Team!=web",))
    assert (by_tag.cards, by_tag.charts, by_tag.values["not_answered"]) == ([], [], True)


def test_budgets_are_drawn_and_those_at_fault_named(bill: Bill) -> None:
    found = found_beside(bill)
    assert [each["text"] for each in found.limits] == ["budget all: 300.00 USD a month, 9.68 a day"]
    assert [each.label for each in found.cards][1:] == ["Budget all"]
    assert [each.split(":")[0] for each in found.values["budget_faults"]] == ["odd"]
    other = found_beside(bill, currency="EUR")
    assert other.limits[0]["text"] == "budget euro: 1.00 EUR a month, 0.03 a day"


def test_what_moved_adds_up_and_says_why(bill: Bill) -> None:
    found = {each.sku: each for each in movers(asked_of_bill(bill, month="2026-10"), bill)}
    whole = figures(asked_of_bill(bill, month="2026-10"), bill)
    assert total(each.change for each in found.values()) == whole.total - whole.total_before
    assert [found[sku].reason for sku in ("B1", "B2", "B3")] == ["quantity", "quantity", "new"]
    assert found["B2"].parts["correction"] == -7
    assert (found["B1"].before.unit_price, found["B1"].now.unit_price) == (1, Decimal("1.1"))
    sql = "SELECT sku, change FROM oci_mover WHERE month = DATE '2026-10-01' AND currency = 'USD'"
    assert {row[0]: row[1] for row in bill.rows(sql)} == {sku: each.change for sku, each in found.items()}


def test_a_month_in_progress_is_compared_with_the_same_days(bill: Bill) -> None:
    sums = "SUM(CASE WHEN usage_day >= DATE '2026-10-01' THEN cost ELSE -cost END)"
    days = "usage_day >= DATE '2026-09-01' AND (usage_day <= DATE '2026-09-17' OR usage_day >= DATE '2026-10-01')"
    ((change,),) = bill.rows(f"SELECT {sums} FROM oci_cost_day WHERE currency = 'USD' AND {days}")
    asked = asked_of_bill(bill, month="2026-10")
    assert total(each.change for each in movers(asked, bill, NEWEST)) == change
    shown = part_of(bill)
    assert f"October 2026 up to the 17th cost {abs(change):.2f} USD" in shown
    assert "than the same days of September 2026" in shown
    assert "(up to the 17th of each), and why" in part_of(bill, ("part", "moved"))


@pytest.mark.parametrize(
    "filters", [("service=NETWORK",), ("region!=none",), ("tag:Team=",), ("resource=*",), ("tenancy=*",)]
)
def test_what_moved_can_be_filtered_by_anything(bill: Bill, filters: tuple[str, ...]) -> None:
    asked = asked_of_bill(bill, month="2026-10", filters=filters)
    whole = figures(asked, bill)
    assert total(each.change for each in movers(asked, bill)) == whole.total - whole.total_before


def test_the_part_fills_the_sentence_at_the_top(bill: Bill) -> None:
    answer = cost_page.cost_data((("part", "moved"), ("exact", "1")), bill, "/billing", Known())
    text = html.unescape(re.sub("<[^>]+>", " ", json.loads(answer.body)["html"]))
    assert "Why:" in text
    assert "NETWORK" in text
    first = cost_page.cost_page((), bill, "/billing").body.decode()
    assert 'id="because"' in first
    assert "October 2026 up to the 17th cost" in first


@pytest.fixture(scope="module")
def odd_bill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bill]:
    """A row with a number that is none, and a report that is cut off."""
    folder: Path = tmp_path_factory.mktemp("odd")
    rows = [line(1, date(2026, 9, 30), "5"), line(2, date(2026, 10, 2), "-8"), line(3, date(2026, 10, 3), "many")]
    whole = report([*COST], rows)
    put(folder / "r", "reports/cost-csv/0001-00001.csv.gz", whole)
    put(folder / "r", "reports/cost-csv/0002-00001.csv.gz", whole)
    cut = folder / "r" / "reports/cost-csv/0002-00001.csv.gz"
    cut.write_bytes(cut.read_bytes()[:-20])
    load(folder / "r", folder / "w.duckdb", "--tenancy", TENANCY)
    with reading_bill(str(folder / "w.duckdb"), Deadline.after(100)) as found:
        yield found


def part_of(bill: Bill, *pairs: tuple[str, str], known: Known | None = None) -> str:
    answer = cost_page.cost_data(pairs, bill, "/billing", known or Known(datetime(2026, 10, 4, tzinfo=UTC)))
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", json.loads(answer.body)["html"])).split())


def test_a_bad_state_is_said_first(odd_bill: Bill) -> None:
    shown = part_of(odd_bill)
    assert "1 row in quarantine is in no figure." in shown
    assert "1 report is refused whole, and in no figure." in shown
    assert "1 report, each proved" in shown
    assert "8.00 USD less than the same days of September 2026" in shown


def test_the_state_proves_the_figures_and_says_where_to_look(odd_bill: Bill, bill: Bill) -> None:
    shown = part_of(odd_bill, ("part", "state"))
    assert "Ledger and days add up now, too, to the last digit." in shown
    assert "0001-00001.csv.gz row 3 bad-number" in shown
    assert "0002-00001.csv.gz whole report" in shown
    assert "2026-10 2 of 31" not in shown, "the row in quarantine is on no day"
    assert "2026-10 1 of 31 open, 1 earlier days without any cost" in shown
    assert "focus-missing" in part_of(bill, ("part", "state"))


def test_ledger_and_days_that_differ_are_named(tmp_path: Path) -> None:
    put(tmp_path / "r", "reports/cost-csv/0001-00001.csv.gz", report([*COST], [line(1, date(2026, 10, 2), "8")]))
    load(tmp_path / "r", tmp_path / "w.duckdb", "--tenancy", TENANCY)
    with duckdb.connect(str(tmp_path / "w.duckdb")) as file:
        file.execute("UPDATE oci_cost_daily SET cost = cost + 0.01")
    with reading_bill(str(tmp_path / "w.duckdb"), Deadline.after(100)) as changed:
        shown = part_of(changed, ("part", "state"))
    assert "Ledger and days differ now" in shown
    assert "8.00 8.01" in shown


def test_an_empty_warehouse_has_a_page(tmp_path: Path) -> None:
    put(tmp_path / "r", "reports/cost-csv/0001-00001.csv.gz", report([*COST], []))
    load(tmp_path / "r", tmp_path / "w.duckdb", "--tenancy", TENANCY)
    with reading_bill(str(tmp_path / "w.duckdb"), Deadline.after(100)) as empty:
        assert "The warehouse has no cost yet" in part_of(empty)
        assert b"no cost yet" in cost_page.cost_file(empty)


@pytest.fixture(scope="module")
def later_bill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bill]:
    """Two loads, the second with a correction and a late line; tags, and a commitment that was read twice."""
    folder: Path = tmp_path_factory.mktemp("later")
    columns = [*COST, "tags/Team"]
    day = date(2026, 9, 30)
    first = [{**line(1, day, "5"), "tags/Team": "web"}, line(2, date(2026, 10, 2), "8")]
    late = [line(3, day, "-0.00000000001", lineItem__isCorrection="true"), line(4, day, "2")]
    for number, rows in enumerate((first, late)):
        put(folder / "r", f"reports/cost-csv/000{number}-00001.csv.gz", report(columns, rows))
    load(folder / "r", folder / "w.duckdb", "--tenancy", TENANCY)
    with duckdb.connect(str(folder / "w.duckdb")) as file:
        file.execute(
            "UPDATE oci_report SET loaded_at = CASE WHEN object_name LIKE '%0001-%' THEN TIMESTAMP '2026-10-02' "
            "ELSE TIMESTAMP '2026-10-01' END"
        )
        file.execute(
            "INSERT INTO oci_commitment (commitment_id, tenancy_id, currency, time_end) "
            "VALUES ('c1', ?, 'USD', '2027-07-31')",
            [TENANCY],
        )
        for seen, used in (("2026-09-01", 100), ("2026-10-01", 400)):
            file.execute(
                "INSERT INTO oci_commitment_burn VALUES ('c1', ?, ?, 1000, ?, ?)", [TENANCY, seen, used, 1000 - used]
            )
    with reading_bill(str(folder / "w.duckdb"), Deadline.after(100)) as found:
        yield found


def test_late_lines_tags_and_the_commitment_are_told(later_bill: Bill) -> None:
    shown = part_of(later_bill, ("part", "why"), ("month", "2026-09"))
    assert "2026-09 2026-10-02 1 \N{MINUS SIGN}<0.01 1 2.00" in shown
    assert "no tag at all 2.00 28.6 % without Team 2.00 28.6 %" in shown
    assert (
        "40.0 % of 1,000.00 USD used by 2026-10-01, 600.00 USD left; at 10.00 USD a day it is used up on 2026-11-30"
        in shown
    )
    exact = part_of(later_bill, ("part", "why"), ("month", "2026-09"), ("exact", "1"))
    assert "2026-09 2026-10-02 1 \N{MINUS SIGN}0.00000000001 1 2 " in exact
    filtered = part_of(later_bill, ("part", "why"), ("month", "2026-09"), ("filter", "tag:Team=web"))
    assert "No correction" in filtered
    assert "no tag at all 0 0.0 %" in filtered


def test_untagged_costs_are_those_of_the_view(later_bill: Bill) -> None:
    rows = later_bill.rows("SELECT tag_key, untagged_cost FROM oci_untagged_month WHERE month = DATE '2026-09-01'")
    found = tagged_costs(asked_of_bill(later_bill, month="2026-09"), later_bill)
    own = {key or "(any)": found.untagged(key, ["2026-09"]) for key in ("", "Team")}
    assert own == dict(rows)
