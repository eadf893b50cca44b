"""Every question's view against an independent computation in Python's decimals, on both engines."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from emulator.reports.billing_history import final_state, write_folder
from functions.adw_billing.warehouse.oracle.names import DEFAULT_NAMES
from functions.adw_billing.warehouse.questions.all_questions import QUESTIONS
from functions.adw_billing.warehouse.questions.words import DuckDbWords
from tests.support.billing_files import COST, FOCUS, TENANCY, cost_row, focus_row, load, put, report
from tests.support.translated_oracle import STORY, translated_questions
from tools.suite import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "adw-billing-questions.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sql\n(.*?)\n```\n\n```text\n(.*?)\n```\n", PAGE, re.DOTALL)
HALF = Decimal("0.5")
Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, str]]]:
    """A warehouse with both dialects of one story, and the lines of its cost reports as the files have them."""
    folder: Path = tmp_path_factory.mktemp("questions")
    write_folder(folder / "reports", final_state(STORY.publications()).values())
    assert load(folder / "reports", folder / "billing.duckdb")["remaining"] == 0
    lines: list[dict[str, str]] = []
    for path in sorted((folder / "reports" / "reports" / "cost-csv").iterdir()):
        lines += csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode(), newline=""))
    return folder / "billing.duckdb", lines


@pytest.fixture(scope="module", params=["duckdb", "oracle"])
def rows(request: pytest.FixtureRequest, loaded: tuple[Path, list[dict[str, str]]]) -> Iterator[Rows]:
    """Rows of a query over the engine's views: Oracle's run in translation, over the same tables."""
    if request.param == "duckdb":
        with duckdb.connect(str(loaded[0]), read_only=True) as connection:
            yield lambda query: connection.execute(query).fetchall()
        return
    with translated_questions(loaded[0]) as connection:
        yield lambda query: connection.execute(query).fetchall()


def month_of(line: dict[str, str]) -> date:
    return date.fromisoformat(line["lineItem/intervalUsageStart"][:7] + "-01")


def day_of(line: dict[str, str]) -> date:
    return date.fromisoformat(line["lineItem/intervalUsageStart"][:10])


def cost(line: dict[str, str]) -> Decimal:
    return Decimal(line["cost/myCost"])


def summed(lines: list[dict[str, str]], *keys: Any) -> dict[tuple[Any, ...], Decimal]:
    found: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for line in lines:
        found[tuple(key(line) if callable(key) else line[key] for key in keys)] += cost(line)
    return dict(found)


def rounded(value: Decimal, digits: str = "0.01") -> Decimal:
    return value.quantize(Decimal(digits), ROUND_HALF_UP)


def said(value: Any) -> Decimal:
    """A quotient. The translation of Oracle's NUMBER divides in binary, and ROUND leaves a few of its digits."""
    return round(Decimal(str(value)), 6)


def as_day(value: Any) -> date:
    return date.fromisoformat(str(value)[:10])


def test_each_view_has_the_columns_that_its_question_names(rows: Rows) -> None:
    for question in QUESTIONS:
        assert tuple(name for name, *_ in rows(f"DESCRIBE {question.view}")) == question.columns


def test_no_line_counts_twice_where_both_dialects_are_loaded(loaded: Any, rows: Rows) -> None:
    found = rows("SELECT dialect, SUM(cost), COUNT(*) FROM oci_cost_line GROUP BY dialect")
    assert found == [("cost", sum(map(cost, loaded[1])), len(loaded[1]))]


def test_months_add_up_by_service_sku_and_compartment(loaded: Any, rows: Rows) -> None:
    found = rows(
        "SELECT month, service, sku, compartment_path, SUM(cost) FROM oci_cost_month "
        "GROUP BY month, service, sku, compartment_path"
    )
    expected = summed(loaded[1], month_of, "product/service", "cost/productSku", "product/compartmentName")
    assert {(as_day(row[0]), *row[1:4]): row[4] for row in found} == expected


def test_days_add_up_by_all_that_the_summary_knows(loaded: Any, rows: Rows) -> None:
    found = rows(
        "SELECT usage_day, service, sku, region, compartment_id, compartment_name, compartment_path, subaccount_id, "
        "subscription_id, SUM(cost), SUM(line_count) FROM oci_cost_day GROUP BY usage_day, service, sku, region, "
        "compartment_id, compartment_name, compartment_path, subaccount_id, subscription_id"
    )
    place = ("product/compartmentId", "product/compartmentName", "product/compartmentName")
    keys = ("product/service", "cost/productSku", "product/region", *place, "lineItem/tenantId", "cost/subscriptionId")
    assert {(as_day(row[0]), *row[1:9]): row[9] for row in found} == summed(loaded[1], day_of, *keys)
    assert sum(row[10] for row in found) == len(loaded[1])


def test_changes_against_the_month_before_name_what_is_gone_too(loaded: Any, rows: Rows) -> None:
    found = rows(
        "SELECT value, cost, previous_cost, change, change_percent FROM oci_cost_change "
        "WHERE dimension = 'sku' AND month = DATE '2026-02-01'"
    )
    by_sku = summed(loaded[1], month_of, "cost/productSku")
    for value, now, before, change, percent in found:
        old = by_sku.get((date(2026, 1, 1), value), Decimal(0))
        new = by_sku.get((date(2026, 2, 1), value), Decimal(0))
        assert (now, before, change) == (new, old, new - old)
        if abs(old) > Decimal("1E-9"):
            assert abs(said(percent) - rounded(100 * (new - old) / old)) <= abs(said(percent)) / 10**9
    assert {row[0] for row in found} == {sku for _, sku in by_sku}


def test_tags_of_every_spelling_are_found_with_their_cost(loaded: Any, rows: Rows) -> None:
    expected: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for line in loaded[1]:
        for header, value in line.items():
            if header.startswith("tags/") and value:
                expected[month_of(line), header[5:], value] += cost(line)
    found = rows("SELECT month, tag_key, tag_value, cost FROM oci_tag_month")
    assert {(as_day(month), key, value): amount for month, key, value, amount in found} == dict(expected)


def test_the_untagged_share_is_what_the_tagged_leaves(loaded: Any, rows: Rows) -> None:
    whole, tagged = (
        summed(loaded[1], month_of),
        summed([line for line in loaded[1] if line["tags/Finance.CostCenter"]], month_of),
    )
    found = rows(
        "SELECT month, tagged_cost, untagged_cost, cost, untagged_percent FROM oci_untagged_month "
        "WHERE tag_key = 'Finance.CostCenter'"
    )
    for month, with_tag, without, total, percent in found:
        amount, all_of_it = tagged[as_day(month),], whole[as_day(month),]
        assert (with_tag, without, total) == (amount, all_of_it - amount, all_of_it)
        assert said(percent) == rounded(100 * (all_of_it - amount) / all_of_it)
    assert len(found) == len(whole)


def test_corrections_are_those_of_the_files_by_usage_month(loaded: Any, rows: Rows) -> None:
    lines = [line for line in loaded[1] if line["lineItem/isCorrection"].lower() == "true"]
    found = rows("SELECT month, service, cost, line_count, credited + charged FROM oci_correction_month")
    assert {(as_day(row[0]), row[1]): row[2] for row in found} == summed(lines, month_of, "product/service")
    assert sum(row[3] for row in found) == len(lines) > 0
    assert all(row[2] == row[4] for row in found)


def test_movers_add_up_to_the_change_of_the_bill(loaded: Any, rows: Rows) -> None:
    by_month = summed(loaded[1], month_of)
    found = rows("SELECT change, quantity_effect, price_effect, reason FROM oci_mover WHERE month = DATE '2026-02-01'")
    assert sum(row[0] for row in found) == by_month[date(2026, 2, 1),] - by_month[date(2026, 1, 1),]
    assert all(said(Decimal(str(row[1])) + Decimal(str(row[2])) - row[0]) == 0 for row in found if row[1] is not None)


def test_the_forecast_is_the_cost_so_far_and_medians_of_weekdays(loaded: Any, rows: Rows) -> None:
    days = {key[0]: amount for key, amount in summed(loaded[1], day_of).items()}
    as_of = max(days) - timedelta(days=1)
    so_far = sum(amount for day, amount in days.items() if date(2026, 2, 1) <= day <= as_of)
    rest = Decimal(0)
    for ahead in range(1, 28 - as_of.day + 1):
        day = as_of + timedelta(days=ahead)
        past = sorted(days[p] for p in days if p <= as_of and (as_of - p).days < 28 and p.weekday() == day.weekday())
        rest += (past[(len(past) - 1) // 2] + past[len(past) // 2]) / 2
    ((month, found_as_of, to_date, forecast),) = rows("SELECT month, as_of, to_date, forecast FROM oci_forecast")
    assert (as_day(month), as_day(found_as_of), to_date, forecast) == (date(2026, 2, 1), as_of, so_far, so_far + rest)


def test_the_past_forecasts_of_a_finished_month_say_how_wrong_they_were(loaded: Any, rows: Rows) -> None:
    actual = summed(loaded[1], month_of)[date(2026, 1, 1),]
    found = rows("SELECT as_of, days_left, to_date, forecast, actual, forecast_error FROM oci_forecast_day")
    january = [row for row in found if as_day(row[0]) < date(2026, 2, 1)]
    assert len(january) == 12
    assert all(row[4] == actual and row[5] == (None if row[3] is None else row[3] - actual) for row in january)
    assert [(row[2], row[3]) for row in january if row[1] == 0] == [(actual, actual)]
    assert all(row[4] is None and row[5] is None for row in found if row not in january)


def made(tmp_path: Path, engine: str, cost_rows: list[dict[str, str]], focus_rows: list[dict[str, str]]) -> Any:
    """A connection to a warehouse's tables with these lines, whose views are an engine's."""
    put(tmp_path / "reports", "reports/cost-csv/0001.csv.gz", report(COST, cost_rows))
    if focus_rows:
        put(tmp_path / "reports", "FOCUS Reports/2026/01/05/0001.csv.gz", report(FOCUS, focus_rows))
    load(tmp_path / "reports", tmp_path / "billing.duckdb")
    if engine == "duckdb":
        return duckdb.connect(str(tmp_path / "billing.duckdb"))
    return translated_questions(tmp_path / "billing.duckdb")


def at(day: str, number: int = 1, **cells: str) -> dict[str, str]:
    span = {"lineItem__intervalUsageStart": f"{day}T10:00Z", "lineItem__intervalUsageEnd": f"{day}T11:00Z"}
    return cost_row(number, **(span | cells))


both_engines = pytest.mark.parametrize("engine", ["duckdb", "oracle"])


@both_engines
def test_focus_lines_count_on_days_without_cost_lines_only(tmp_path: Path, engine: str) -> None:
    other = {"ChargePeriodStart": "2026-01-06T10:00Z", "ChargePeriodEnd": "2026-01-06T11:00Z", "BilledCost": "3"}
    with made(tmp_path, engine, [at("2026-01-05")], [focus_row(1), focus_row(2, **other)]) as connection:
        found = connection.execute("SELECT dialect, cost FROM oci_cost_line ORDER BY dialect").fetchall()
        months = connection.execute("SELECT SUM(cost) FROM oci_cost_month").fetchall()
    assert found == [("cost", Decimal("0.5")), ("focus", Decimal(3))]
    assert months == [(Decimal("3.5"),)]


@both_engines
def test_a_compartments_cost_has_all_below_it(tmp_path: Path, engine: str) -> None:
    lines = [at("2026-01-05", n, product__compartmentId=f"c{n}", cost__myCost=str(n)) for n in (1, 2, 4)]
    with made(tmp_path, engine, lines, []) as connection:
        for number, path in ((1, "/prod"), (2, "/prod/web"), (4, "/production"), (0, "/"), (2, "/prod/web")):
            connection.execute(
                f"INSERT INTO oci_compartment (compartment_id, tenancy_id, path) VALUES ('c{number}', 't', '{path}')"
            )
        found = connection.execute("SELECT path, own_cost, cost FROM oci_compartment_month ORDER BY path").fetchall()
    assert found == [("/", 0, 7), ("/prod", 1, 3), ("/prod/web", 2, 2), ("/production", 4, 4)]


@both_engines
def test_prices_list_prices_overage_attribution_and_unit_cost(tmp_path: Path, engine: str) -> None:
    header = [*COST, "cost/attributedCost"]
    cells = {"cost__productSku": "B1", "usage__billedQuantity": "2"}
    lines = [
        at("2026-01-05", 1, **cells, cost__unitPrice="0.25", cost__myCost="0.5"),
        at("2026-01-06", 2, **cells, cost__unitPrice="0.20", cost__myCost="0.4", cost__attributedCost="0.4"),
        at("2026-01-06", 3, **cells, cost__unitPrice="0", cost__myCost="0"),
        at("2026-01-06", 4, **cells, cost__unitPrice="0.20", cost__overageFlag="Y", cost__myCostOverage="0.1"),
    ]
    put(tmp_path / "reports", "reports/cost-csv/0002.csv.gz", report(header, lines[1:]))
    with made(tmp_path, engine, lines[:1], []) as connection:
        connection.execute("INSERT INTO oci_list_price (sku, currency, price) VALUES ('B1', 'USD', 0.5)")
        connection.execute("INSERT INTO oci_measure VALUES ('orders', DATE '2026-01-05', 3)")
        price = connection.execute(
            "SELECT previous_price, unit_price, change_percent, CAST(first_day AS VARCHAR)[1:10] FROM oci_price_change"
        ).fetchall()
        paid = connection.execute("SELECT list_cost, cost, saving_percent FROM oci_list_against_paid").fetchall()
        over = connection.execute("SELECT overage_cost, line_count FROM oci_overage_month").fetchall()
        parts = connection.execute("SELECT attributed_cost, cost FROM oci_attribution_month").fetchall()
        unit = connection.execute("SELECT measure, cost, value, unit_cost FROM oci_unit_cost").fetchall()
    assert price == [(Decimal("0.25"), Decimal("0.2"), Decimal(-20), "2026-01-06")]
    assert [tuple(map(said, row)) for row in paid] == [(Decimal(4), Decimal("1.4"), Decimal(65))]
    assert over == [(Decimal("0.1"), 1)]
    assert parts == [(Decimal("0.4"), Decimal("0.4"))]
    assert [(*row[:3], said(row[3])) for row in unit] == [("orders", Decimal("0.5"), 3, Decimal("0.166667"))]


@both_engines
def test_movers_say_why(tmp_path: Path, engine: str) -> None:
    def line(month: str, sku: str, quantity: str, amount: str) -> dict[str, str]:
        return at(f"2026-{month}-05", cost__productSku=sku, usage__billedQuantity=quantity, cost__myCost=amount)

    lines = [
        *(line("01", "more", "10", "5"), line("02", "more", "20", "10")),
        *(line("01", "dearer", "10", "5"), line("02", "dearer", "10", "7")),
        *(line("01", "gone", "1", "5"), line("02", "new", "1", "4")),
    ]
    with made(tmp_path, engine, lines, []) as connection:
        found = connection.execute(
            "SELECT sku, change, quantity_effect, price_effect, reason FROM oci_mover"
        ).fetchall()
    assert sorted(found) == [
        ("dearer", 2, 0, 2, "price"),
        ("gone", -5, None, None, "gone"),
        ("more", 5, 5, 0, "quantity"),
        ("new", 4, None, None, "new"),
    ]


@both_engines
def test_a_day_far_from_its_weekdays_is_an_anomaly_and_a_weekend_is_none(tmp_path: Path, engine: str) -> None:
    first = date(2026, 1, 1)
    days = [first + timedelta(days=number) for number in range(50)]
    odd = date(2026, 2, 12)
    amounts = {day: Decimal(2 if day.weekday() > 4 else 10) + Decimal(day.day % 3) / 10 for day in days}
    amounts[odd] = Decimal(30)
    lines = [at(day.isoformat(), n, cost__myCost=str(amounts[day])) for n, day in enumerate(days)]
    with made(tmp_path, engine, lines, []) as connection:
        query = "SELECT CAST(usage_day AS VARCHAR)[1:10], cost, expected, mad, compared_with FROM oci_anomaly"
        found = connection.execute(query + " WHERE usage_day >= DATE '2026-01-29'").fetchall()
    past = sorted(amounts[odd - timedelta(days=7 * week)] for week in range(1, 7))
    middle = (past[2] + past[3]) / 2
    spread = sorted(abs(amount - middle) for amount in past)
    assert found == [(odd.isoformat(), Decimal(30), middle, (spread[2] + spread[3]) / 2, "weekday")]


def test_a_quotient_is_exact_and_rounds_half_away_from_zero() -> None:
    with duckdb.connect() as connection:

        def quotient(one: str, other: str, decimals: int) -> Any:
            values = (f"CAST({each} AS DECIMAL(38,24))" for each in (one, other))
            return connection.execute("SELECT " + DuckDbWords(DEFAULT_NAMES).quotient(*values, decimals)).fetchall()[0][
                0
            ]

        assert quotient("12.345", "1", 2) == Decimal("12.35")
        assert quotient("-12.345", "1", 2) == Decimal("-12.35")
        assert quotient("1", "3", 12) == Decimal("0.333333333333")
        assert quotient("1", "0", 2) is None


@both_engines
def test_the_commitment_burns_down_by_its_last_reading_of_a_month(tmp_path: Path, engine: str) -> None:
    with made(tmp_path, engine, [at("2026-01-05")], []) as connection:
        connection.execute(
            f"INSERT INTO oci_commitment (commitment_id, tenancy_id, currency) VALUES ('k', '{TENANCY}', 'USD')"
        )
        for day, used in (("2026-01-10", 10), ("2026-01-20", 30), ("2026-02-01", 40)):
            connection.execute(
                "INSERT INTO oci_commitment_burn (commitment_id, tenancy_id, seen_day, quantity, used_amount, "
                f"available_amount) VALUES ('k', '{TENANCY}', DATE '{day}', 120, {used}, {120 - used})"
            )
        found = connection.execute(
            "SELECT committed, used_amount, available_amount, used_percent, billed_cost FROM oci_commitment_month "
            "ORDER BY month"
        ).fetchall()
    assert [(*row[:3], said(row[3]), row[4]) for row in found] == [
        (120, 30, 90, 25, Decimal("0.5")),
        (120, 40, 80, Decimal("33.33"), None),
    ]


def shown(value: object) -> str:
    """A value as the page writes it."""
    if isinstance(value, Decimal):
        digits = format(value, "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "" if value is None else str(value)


@pytest.mark.parametrize(("query", "answer"), BLOCKS)
def test_a_worked_answer_is_what_the_query_gives(loaded: Any, query: str, answer: str) -> None:
    with duckdb.connect(str(loaded[0]), read_only=True) as connection:
        found = connection.execute(query)
        lines = [[column[0] for column in found.description or []], *([shown(v) for v in r] for r in found.fetchall())]
    assert "\n".join(" | ".join(line).rstrip() for line in lines) == answer


def test_every_view_stands_on_the_page_with_its_columns() -> None:
    for question in QUESTIONS:
        assert f"### {question.question}" in PAGE
        assert f"`{question.view}`: {', '.join(question.columns)}" in " ".join(PAGE.split())


@pytest.fixture(scope="module", params=["duckdb", "oracle"])
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rows]:
    """Rows of a query where two compartments have one name, one has none, and a row has no usage start."""
    folder: Path = tmp_path_factory.mktemp("odd")
    cells = [("web", "ocid1.compartment.oc1..aaone"), ("web", "ocid1.compartment.oc1..aatwo"), ("web", "")]
    cells += [("db", "ocid1.compartment.oc1..aadbs"), ("", "ocid1.compartment.oc1..noname")]
    rows = [
        cost_row(at, product__compartmentName=name, product__compartmentId=ocid, cost__myCost=str(2**at))
        for at, (name, ocid) in enumerate(cells)
    ]
    rows.append(cost_row(9, lineItem__intervalUsageStart="", cost__myCost="100"))
    put(folder, "reports/cost-csv/1.csv", report(COST, rows))
    put(folder, "FOCUS Reports/2026/01/05/1.csv", report(FOCUS, [focus_row(1)]))
    load(folder, folder / "w.duckdb")
    if request.param == "duckdb":
        with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
            yield lambda query: connection.execute(query).fetchall()
        return
    with translated_questions(folder / "w.duckdb") as connection:
        yield lambda query: connection.execute(query).fetchall()


def test_compartments_of_one_name_are_not_added_up(odd: Rows) -> None:
    found = odd("SELECT path, cost FROM oci_compartment_month WHERE month IS NOT NULL ORDER BY cost")
    names = ["web (.aaone)", "web (.aatwo)", "web (?)", "db", "ocid1.compartment.oc1..noname"]
    assert found == [(name, 2**at) for at, name in enumerate(names)]


def test_the_ledger_is_all_days_and_the_rows_without_one(odd: Rows, rows: Rows) -> None:
    columns = "dialect, ledger_rows, ledger_cost, daily_rows, daily_cost, undated_rows, undated_cost"
    found = odd(f"SELECT {columns}, row_difference, cost_difference FROM oci_sum_check ORDER BY dialect")
    assert found == [("cost", 6, 131, 5, 31, 1, 100, 0, 0), ("focus", 1, HALF, 1, HALF, 0, 0, 0, 0)]
    assert rows("SELECT SUM(ABS(row_difference)), SUM(ABS(cost_difference)) FROM oci_sum_check") == [(0, 0)]
