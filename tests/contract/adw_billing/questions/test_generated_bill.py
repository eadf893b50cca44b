"""Every question about a generated bill, against the same question worked out in Python's decimals, on both engines."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.contract.adw_billing.questions.generated_bill import PATHS, SPIKE, Line, bill, write
from tests.support.billing_files import TENANCY, load
from tests.support.translated_oracle import translated_questions

if TYPE_CHECKING:
    from pathlib import Path

Rows = Callable[[str], list[tuple[Any, ...]]]
LINES = bill()
JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
ORDERS = {date(2026, 2, day): Decimal(day * 7) / 4 for day in range(3, 20)}
LIST_PRICES = [("B1", "2025-12-01", "0.5"), ("B1", "2026-03-01", "0.375"), ("B2", "2026-03-01", "2.25")]
DIMENSIONS = (
    *(
        f"INSERT INTO oci_compartment (compartment_id, tenancy_id, path) VALUES ('{ocid}', '{TENANCY}', '{path}')"
        for ocid, path in PATHS.items()
    ),
    f"INSERT INTO oci_compartment (compartment_id, tenancy_id, path) VALUES ('root', '{TENANCY}', '/')",
    *(f"INSERT INTO oci_measure VALUES ('orders', DATE '{day}', {value})" for day, value in ORDERS.items()),
    *(
        f"INSERT INTO oci_list_price (sku, currency, price, last_seen) VALUES ('{sku}', 'USD', {price}, '{seen}')"
        for sku, seen, price in LIST_PRICES
    ),
    f"INSERT INTO oci_commitment (commitment_id, tenancy_id, currency) VALUES ('k', '{TENANCY}', 'USD')",
    *(
        "INSERT INTO oci_commitment_burn (commitment_id, tenancy_id, seen_day, quantity, used_amount, "
        f"available_amount) VALUES ('k', '{TENANCY}', DATE '{day}', 1200, {used}, {1200 - used})"
        for day, used in (("2026-01-31", 101), ("2026-02-03", 150), ("2026-02-27", 333))
    ),
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("generated")
    write(folder / "reports", LINES)
    found = load(folder / "reports", folder / "billing.duckdb")
    assert {row["state"] for row in found["reports"]} == {"loaded"}
    with duckdb.connect(str(folder / "billing.duckdb")) as connection:
        for statement in DIMENSIONS:
            connection.execute(statement)
    return folder / "billing.duckdb"


@pytest.fixture(scope="module", params=["duckdb", "oracle"])
def ask(request: pytest.FixtureRequest, warehouse: Path) -> Iterator[Rows]:
    """Rows of a query, days as dates: Oracle's views run in translation over the same tables."""

    def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
        return [
            tuple(value.date() if hasattr(value, "date") else value for value in row)
            for row in connection.execute(query).fetchall()
        ]

    if request.param == "duckdb":
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            yield lambda query: rows(connection, query)
        return
    with translated_questions(warehouse) as connection:
        yield lambda query: rows(connection, query)


def rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def near(found: Any, wanted: Decimal | None) -> bool:
    """Whether a quotient is right; the translation of Oracle's NUMBER divides in binary, and keeps 15 digits or so."""
    if found is None or wanted is None:
        return found is wanted
    return abs(Decimal(str(found)) - wanted) <= Decimal("1E-9") * max(1, abs(wanted))


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    return rounded(100 * part / whole, 2) if whole else None


def summed(pairs: Iterable[tuple[Any, Decimal]]) -> dict[Any, Decimal]:
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for key, amount in pairs:
        found[key] += amount
    return dict(found)


def before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def median(values: Iterable[Decimal]) -> Decimal:
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def path_of(line: Line) -> str:
    return PATHS.get(line.compartment, f"name of {line.compartment}")


def test_the_lines_that_count_are_all_lines_once(ask: Rows) -> None:
    found = ask("SELECT dialect, COUNT(*), SUM(cost), SUM(quantity) FROM oci_cost_line GROUP BY dialect")
    for dialect, count, cost, quantity in found:
        own = [line for line in LINES if line.dialect == dialect]
        assert (count, cost, quantity) == (len(own), sum(x.cost for x in own), sum(x.quantity for x in own))
    assert {row[0] for row in found} == {"cost", "focus"}


def test_months_by_everything(ask: Rows) -> None:
    found = ask("SELECT month, service, sku, region, compartment_path, cost, line_count FROM oci_cost_month")
    wanted = summed(((x.month, x.service, x.sku, x.region, path_of(x)), x.cost) for x in LINES)
    assert {row[:5]: row[5] for row in found} == wanted
    assert sum(row[6] for row in found) == len(LINES)


@pytest.mark.parametrize("dimension", ["total", "service", "sku", "region", "compartment", "subaccount"])
def test_changes_by_each_dimension(ask: Rows, dimension: str) -> None:
    value_of: dict[str, Callable[[Line], str]] = {
        "total": lambda _: "total",
        "service": lambda x: x.service,
        "sku": lambda x: x.sku,
        "region": lambda x: x.region,
        "compartment": path_of,
        "subaccount": lambda _: TENANCY,
    }
    costs = summed(((x.month, value_of[dimension](x)), x.cost) for x in LINES)
    wanted = {}
    for month in (JANUARY, FEBRUARY, MARCH):
        for value in {value for at, value in costs if at in (month, before(month))}:
            now, old = costs.get((month, value), Decimal(0)), costs.get((before(month), value), Decimal(0))
            wanted[month, value] = (now, old, now - old, percent(now - old, old))
    query = "SELECT month, value, cost, previous_cost, change, change_percent FROM oci_cost_change WHERE dimension = "
    found = {row[:2]: row[2:] for row in ask(f"{query}'{dimension}'")}
    assert found.keys() == wanted.keys()
    for key, (*amounts, share) in found.items():
        assert tuple(amounts) == wanted[key][:3]
        assert near(share, wanted[key][3])


def test_compartments_with_all_below_them(ask: Rows) -> None:
    own = summed(((x.month, path_of(x)), x.cost) for x in LINES)
    nodes = {"/", *PATHS.values(), *(path for _, path in own)}
    wanted = {}
    for month in (JANUARY, FEBRUARY, MARCH):
        for node in nodes:
            below = [
                amount
                for (at, path), amount in own.items()
                if at == month and (path == node or path.startswith(node if node == "/" else f"{node}/"))
            ]
            if below:
                wanted[month, node] = (own.get((month, node), Decimal(0)), sum(below))
    found = ask("SELECT month, path, own_cost, cost FROM oci_compartment_month")
    assert {row[:2]: row[2:] for row in found} == wanted


def test_price_changes(ask: Rows) -> None:
    prices: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for line in LINES:
        if not line.corrects:
            day = prices[line.sku]
            day[line.day] = max(day.get(line.day, line.price), line.price)
    wanted = []
    for sku, by_day in prices.items():
        days = sorted(by_day)
        for old, new in pairwise(days):
            if by_day[old] != by_day[new]:
                share = percent(by_day[new] - by_day[old], by_day[old])
                wanted.append((sku, f"about {sku}", "hours", new, by_day[old], by_day[new], share))
    columns = "sku, description, unit, first_day, previous_price, unit_price, change_percent"
    found = ask(f"SELECT {columns} FROM oci_price_change")
    assert [row[:6] for row in found] == [row[:6] for row in wanted]
    assert near(found[0][6], Decimal(-60))


def test_list_against_paid(ask: Rows) -> None:
    columns = "month, sku, quantity, list_price, list_cost, cost, saving, saving_percent"
    lists = {sku: Decimal(price) for sku, _, price in LIST_PRICES}  # the later one of a SKU is the last
    found = ask(f"SELECT {columns} FROM oci_list_against_paid")
    quantities = summed(((x.month, x.sku), x.quantity) for x in LINES)
    costs = summed(((x.month, x.sku), x.cost) for x in LINES)
    # where the list is empty, the price that FOCUS lines name stands for it
    named = {(x.month, x.sku): x.price for x in sorted(LINES, key=lambda x: x.price) if x.dialect == "focus"}
    assert {row[:2] for row in found} == set(quantities)
    for month, sku, quantity, list_price, list_cost, cost, saving, share in found:
        price = lists.get(sku, named.get((month, sku)))
        assert (quantity, cost, list_price) == (quantities[month, sku], costs[month, sku], price)
        if price is None:
            assert (list_cost, saving, share) == (None, None, None)
            continue
        whole = rounded(rounded(quantity, 12) * rounded(price, 12), 12)
        assert near(list_cost, whole)
        assert near(saving, whole - cost)
        assert near(share, percent(whole - cost, whole))


def test_movers_with_their_reason(ask: Rows) -> None:
    costs = summed(((x.month, x.sku), x.cost) for x in LINES)
    quantities = summed(((x.month, x.sku), x.quantity) for x in LINES)
    found = {
        row[:2]: row[2:]
        for row in ask(
            "SELECT month, sku, service, cost, previous_cost, change, quantity, previous_quantity, quantity_effect, "
            "price_effect, reason FROM oci_mover"
        )
    }
    assert found.keys() == {
        (month, sku) for month in (FEBRUARY, MARCH) for at, sku in costs if at in (month, before(month))
    }
    reasons = set()
    for (month, sku), (_, cost, previous, change, quantity, old, by_quantity, by_price, reason) in found.items():
        now, was = (month, sku), (before(month), sku)
        assert (cost, previous) == (costs.get(now, 0), costs.get(was, 0))
        assert (quantity, old, change) == (quantities.get(now, 0), quantities.get(was, 0), cost - previous)
        reasons.add(reason)
        if was not in costs or now not in costs:
            assert (by_quantity, by_price, reason) == (None, None, "gone" if was in costs else "new")
            continue
        effect = rounded(rounded(previous, 6) * rounded((quantity - old) / old, 12), 2)
        assert near(by_quantity, effect)
        assert near(by_price, change - effect)
        assert reason == ("quantity" if abs(effect) >= abs(change - effect) else "price")
    assert reasons >= {"new", "gone", "quantity", "price"}


def test_overage(ask: Rows) -> None:
    over = [x for x in LINES if x.flag.upper() in ("Y", "YES", "TRUE") or x.overage]
    key = [(x, (x.month, x.service, x.sku)) for x in over]
    wanted = summed((at, x.overage or Decimal(0)) for x, at in key)
    costs = summed((at, x.cost) for x, at in key)
    found = ask("SELECT month, service, sku, overage_cost, cost, overage_quantity, line_count FROM oci_overage_month")
    assert {row[:3]: row[3] for row in found} == wanted
    assert {row[:3]: row[4] for row in found} == costs
    assert sum(row[5] for row in found) == Decimal("3.5") * len(over)
    assert sum(row[6] for row in found) == len(over) > 5


def test_corrections(ask: Rows) -> None:
    columns = "month, service, cost, line_count, credited, charged, without_original"
    fixes = [x for x in LINES if x.corrects]
    found = ask(f"SELECT {columns} FROM oci_correction_month")
    assert {row[:2]: row[2] for row in found} == summed(((x.month, x.service), x.cost) for x in fixes)
    assert sum(row[3] for row in found) == len(fixes) > 5
    assert all((row[4], row[5], row[6]) == (row[2], 0, 0) for row in found)


def test_attribution(ask: Rows) -> None:
    parts = [x for x in LINES if x.attributed is not None]
    found = ask("SELECT month, service, sku, resource_id, attributed_cost, cost, line_count FROM oci_attribution_month")
    key = [((x.month, x.service, x.sku, x.resource), x) for x in parts]
    assert {row[:4]: row[4] for row in found} == summed((at, x.attributed or Decimal(0)) for at, x in key)
    assert {row[:4]: row[5] for row in found} == summed((at, x.cost) for at, x in key)
    assert sum(row[6] for row in found) == len(parts)


def test_commitment(ask: Rows) -> None:
    columns = "month, committed, used_amount, available_amount, used_percent, billed_cost"
    months = summed((x.month, x.cost) for x in LINES)
    found = ask(f"SELECT {columns} FROM oci_commitment_month")
    wanted = {JANUARY: Decimal(101), FEBRUARY: Decimal(333)}
    assert {row[0]: row[1:4] for row in found} == {at: (1200, used, 1200 - used) for at, used in wanted.items()}
    assert {row[0]: row[5] for row in found} == {at: months[at] for at in wanted}
    assert all(near(row[4], percent(wanted[row[0]], Decimal(1200))) for row in found)


def test_unit_cost(ask: Rows) -> None:
    cost = sum(x.cost for x in LINES if x.day in ORDERS)
    ((month, measure, found, value, days, unit),) = ask(
        "SELECT month, measure, cost, value, day_count, unit_cost FROM oci_unit_cost"
    )
    assert (month, measure, found, value, days) == (FEBRUARY, "orders", cost, sum(ORDERS.values()), len(ORDERS))
    assert near(unit, rounded(rounded(cost, 12) / sum(ORDERS.values()), 6))


def test_anomalies(ask: Rows) -> None:
    by_day = summed((x.day, x.cost) for x in LINES)
    by_service = summed(((x.day, x.service), x.cost) for x in LINES)
    wanted = {}
    for day, day_cost in by_day.items():
        past = [each for each in by_day if timedelta() < day - each <= timedelta(days=56)]
        same = [each for each in past if each.weekday() == day.weekday()]
        recent = [each for each in past if day - each <= timedelta(days=28)]
        if len(same) < 4 and len(recent) < 14:
            continue
        chosen, kind = (same, "weekday") if len(same) >= 4 else (recent, "recent")
        for service in {service for _, service in by_service}:
            amounts = [by_service.get((each, service), Decimal(0)) for each in chosen]
            middle = median(amounts)
            spread = median(abs(amount - middle) for amount in amounts)
            cost = by_service.get((day, service), Decimal(0))
            far = abs(cost - middle)
            if far > 6 * spread and 10 * far >= abs(middle) and 100 * far >= abs(day_cost):
                wanted[day, service] = (cost, middle, cost - middle, spread, kind, len(chosen))
    columns = "usage_day, service, cost, expected, deviation, mad, compared_with, days_compared"
    assert {row[:2]: row[2:] for row in ask(f"SELECT {columns} FROM oci_anomaly")} == wanted
    assert (SPIKE, "COMPUTE") in wanted


def forecasts() -> dict[date, tuple[date, int, Decimal, Decimal | None, Decimal | None]]:
    """Month, days left, cost to date, forecast and the month's cost, by the day of the forecast."""
    by_day = summed((x.day, x.cost) for x in LINES)
    newest = max(by_day)
    months = summed((day.replace(day=1), amount) for day, amount in by_day.items())
    found = {}
    for day in sorted(by_day)[:-1]:
        month = day.replace(day=1)
        left = calendar.monthrange(day.year, day.month)[1] - day.day
        to_date = sum((amount for each, amount in by_day.items() if month <= each <= day), Decimal(0))
        rest: Decimal | None = Decimal(0)
        for ahead in range(1, left + 1):
            weekday = (day + timedelta(days=ahead)).weekday()
            past = [by_day[each] for each in by_day if 0 <= (day - each).days < 28 and each.weekday() == weekday]
            rest = rest + median(past) if past and rest is not None else None
        whole = months[month] if month < newest.replace(day=1) else None
        found[day] = (month, left, to_date, None if rest is None else to_date + rest, whole)
    return found


def test_forecasts_of_each_day_and_their_error(ask: Rows) -> None:
    columns = "as_of, month, days_left, to_date, forecast, actual, forecast_error, error_percent"
    found = {row[0]: row[1:] for row in ask(f"SELECT {columns} FROM oci_forecast_day")}
    wanted = forecasts()
    assert {day: row[:5] for day, row in found.items()} == wanted
    for *_, forecast, actual, error, share in found.values():
        if forecast is None or actual is None:
            assert (error, share) == (None, None)
        else:
            assert error == forecast - actual
            assert near(share, percent(forecast - actual, actual))


def test_the_forecast_and_how_wrong_such_ones_were(ask: Rows) -> None:
    made = forecasts()
    as_of = max(made)
    month, left, to_date, forecast, _ = made[as_of]
    errors = [
        abs(percent(each[3] - each[4], each[4]) or Decimal(0))
        for each in made.values()
        if each[1] == left and each[0] < month and each[3] is not None and each[4] is not None
    ]
    columns = "month, as_of, days_left, to_date, forecast, past_months, past_error_percent"
    ((*found, error),) = ask(f"SELECT {columns} FROM oci_forecast")
    assert found == [month, as_of, left, to_date, forecast, len(errors)]
    assert near(error, rounded(sum(errors, Decimal(0)) / len(errors), 2))
