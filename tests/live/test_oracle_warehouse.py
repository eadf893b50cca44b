"""The Oracle engine against a database: staging, publication, claims, re-publication, slices."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from emulator.reports.generated_report import make_report
from functions.adw_billing.errors import DatabaseUnreachable, ProofFailed, WarehouseBusy, WarehouseUnusable
from functions.adw_billing.model.columns import ColumnType
from functions.adw_billing.model.exact_sums import plain
from functions.adw_billing.model.tables import ALL, BILLING, USAGE
from functions.adw_billing.model.warehouse import Batch, LedgerEntry, ObjectKey, Outcome, Progress, Rejected, Sums
from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse
from shared.deadline import Deadline
from shared.errors import DeadlineExceeded
from tests.support.oracle_server import CountingSession
from tests.support.report_batches import ReportBatches

if TYPE_CHECKING:
    import oracledb

    from tests.support.oracle_server import OracleServer

TENANCY = "ocid1.tenancy.oc1..aaaaaaaalive"
Query = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def database(request: pytest.FixtureRequest) -> oracledb.Connection:
    """Tables that are there, or what a test asks for."""
    found: oracledb.Connection = request.getfixturevalue(getattr(request, "param", "made_tables"))
    return found


@pytest.fixture
def make(server: OracleServer, database: oracledb.Connection) -> Iterator[Callable[..., OracleWarehouse]]:
    """Opens warehouses, and closes them."""
    opened: list[OracleWarehouse] = []

    def run(call_id: str = "call-1", **options: object) -> OracleWarehouse:
        made = server.warehouse(
            Deadline.after(600),
            call_id,
            **options,  # type: ignore[arg-type]
        )
        opened.append(made)
        made.migrate()
        return made

    yield run
    for each in opened:
        each.close()


def key(number: int = 1, etag: str = "etag-1", dialect: str = "cost") -> ObjectKey:
    return ObjectKey(TENANCY, f"reports/{dialect}-csv/000100000000{number:04d}.csv.gz", etag)


def load(warehouse: OracleWarehouse, source: ReportBatches, *, slices: bool = False) -> None:
    claim = warehouse.claim(source.key, source.dialect, sliced=True)
    assert claim is not None
    records = 0
    for batch in source.batches():
        warehouse.stage(claim, batch)
        records += batch.sums.rows
        if slices:
            claim = warehouse.keep_progress(claim, Progress(records, Sums(records), records * 100, "check"))
    warehouse.commit(claim, source.outcome())


@pytest.mark.parametrize("dialect", ["cost", "focus", "usage"])
def test_a_report_is_loaded_with_its_exact_sums(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path, dialect: str
) -> None:
    warehouse = make()
    source = ReportBatches(make_report(dialect, 130), key(dialect=dialect), tmp_path)  # type: ignore[arg-type]
    load(warehouse, source)
    totals = source.report.totals()
    quantity, cost = {
        "cost": ("usage_billedQuantity", "cost_myCost"),
        "focus": ("UsageQuantity", "BilledCost"),
        "usage": ("usage_billedQuantity", "0"),
    }[dialect]
    assert query(f"select count(*), sum({cost}), sum({quantity}) from oci_{dialect}") == [
        (130, totals.cost, totals.quantity)
    ]
    assert query("select rows_loaded, cost_sum, quantity_sum, state from oci_report") == [
        (130, totals.cost, plain(totals.quantity), "loaded")
    ]
    assert query("select max(length(tags)) from " + f"oci_{dialect}")[0][0] is not None
    assert warehouse.ledger(TENANCY) == {(source.key.object_name, "etag-1"): LedgerEntry("etag-1", "loaded")}


def test_a_report_published_again_replaces_its_rows_summary_and_quarantine(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path
) -> None:
    warehouse = make()
    load(warehouse, ReportBatches(make_report("cost", 90), key(), tmp_path, with_rejected=True))
    again = ReportBatches(make_report("cost", 55, seed="2"), key(etag="etag-2"), tmp_path)
    load(warehouse, again)
    totals = again.report.totals()
    assert query("select count(*), sum(cost_myCost), min(object_etag) from oci_cost") == [(55, totals.cost, "etag-2")]
    assert query("select sum(cost), sum(row_count) from oci_cost_daily") == [(totals.cost, 55)]
    assert query("select count(*) from oci_report_rejected") == [(0,)]
    assert query("select count(*) from oci_billing") == [(55,)]
    assert query("select object_etag from oci_report") == [("etag-2",)]


def test_staged_rows_are_seen_by_nobody_until_the_commit(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path
) -> None:
    warehouse = make()
    source = ReportBatches(make_report("cost", 80), key(), tmp_path)
    claim = warehouse.claim(source.key, "cost", sliced=True)
    assert claim is not None
    for batch in source.batches():
        warehouse.stage(claim, batch)
        assert query("select count(*) from oci_cost") == query("select count(*) from oci_billing") == [(0,)]
    warehouse.commit(claim, source.outcome())
    assert query("select count(*) from oci_cost") == [(80,)]
    tables = {str(name).lower() for (name,) in query("select table_name from user_tables")}
    assert tables == {table.name for table in ALL}, "private tables are gone"


def test_a_sum_that_differs_publishes_nothing(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path
) -> None:
    warehouse = make()
    source = ReportBatches(make_report("cost", 30), key(), tmp_path)
    claim = warehouse.claim(source.key, "cost", sliced=True)
    assert claim is not None
    for batch in source.batches():
        warehouse.stage(claim, batch)
    right = source.outcome()
    wrong = Sums(30, right.sums.cost + Decimal("1E-18"), right.sums.quantity)
    with pytest.raises(ProofFailed):
        warehouse.commit(claim, Outcome("cost", 1, "", "loaded", wrong))
    assert query("select count(*) from oci_cost") == query("select count(*) from oci_report") == [(0,)]
    warehouse.commit(claim, right)
    assert query("select count(*) from oci_cost") == [(30,)]


def test_sums_have_more_digits_than_a_sum_of_the_database(make: Callable[..., OracleWarehouse], query: Query) -> None:
    warehouse = make()
    texts = ["9.0E20", "6.3E-18", "123456789012345678901234567890.12345678", "1E-30"]
    given = {"object_row": "i::BIGINT", "usage_billedQuantity": "t"}
    nulls = {ColumnType.TIME: "NULL::TIMESTAMP"}
    values = ", ".join(
        f"{given.get(column.name, nulls.get(column.type, 'NULL::VARCHAR'))} AS {column.name}"
        for column in USAGE.columns
    )
    rows = ", ".join(f"({number}, '{text}')" for number, text in enumerate(texts, 1))
    with decimal.localcontext(prec=80):
        exact = sum((Decimal(text) for text in texts), Decimal(0))
    assert len(exact.as_tuple().digits) > 40, "more than SUM keeps"
    claim = warehouse.claim(key(dialect="usage"), "usage", sliced=True)
    assert claim is not None
    sums = Sums(4, Decimal(0), exact)
    staged = duckdb.sql(f"SELECT {values} FROM (VALUES {rows}) v(i, t)").to_arrow_table()
    warehouse.stage(claim, Batch(staged, None, sums, 4, 400))
    warehouse.commit(claim, Outcome("usage", 1, "", "loaded", sums))
    assert Decimal(str(query("select quantity_sum from oci_report")[0][0])) == exact


def test_slices_go_on_where_progress_was_kept_and_what_came_after_it_is_dropped(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path
) -> None:
    first = make("call-1")
    source = ReportBatches(make_report("cost", 100), key(), tmp_path, with_rejected=True)
    claim = first.claim(source.key, "cost", sliced=True)
    assert claim is not None
    batches = list(source.batches())
    first.stage(claim, batches[0])
    kept = Progress(41, batches[0].sums, 4000, "abc")
    claim = first.keep_progress(claim, kept)
    first.stage(claim, batches[1])
    first.release(claim, drop=False)
    first.close()
    second = make("call-2")
    source = ReportBatches(make_report("cost", 100), key(), tmp_path, with_rejected=True)
    resumed = second.claim(source.key, "cost", sliced=True)
    assert resumed is not None
    assert resumed.progress == kept
    for batch in source.batches(after=40):
        second.stage(resumed, batch)
    row = second.commit(resumed, source.outcome("partial"))
    assert (row.rows_loaded, row.rows_rejected) == (100, 3)
    assert query("select count(*), count(distinct object_row) from oci_cost") == [(100, 100)]
    assert query("select count(*) from oci_billing") == [(100,)]
    assert query("select count(*), count(distinct object_row) from oci_report_rejected") == [(3, 3)]


def test_an_object_is_loaded_by_exactly_one_of_two_calls(make: Callable[..., OracleWarehouse], tmp_path: Path) -> None:
    first, second = make("call-1"), make("call-2")
    source = ReportBatches(make_report("cost", 20), key(), tmp_path)
    claim = first.claim(source.key, "cost", sliced=True)
    assert claim is not None
    assert second.claim(source.key, "cost", sliced=True) is None, "the first call has it"
    for batch in source.batches():
        first.stage(claim, batch)
    first.commit(claim, source.outcome())
    assert second.claim(source.key, "cost", sliced=True) is None, "it is settled"
    other = second.claim(key(2), "cost", sliced=True)
    assert other is not None
    assert first.claim(key(2), "cost", sliced=True) is None
    second.release(other, drop=True)
    assert first.claim(key(2), "cost", sliced=True) is not None, "given up, it is free at once"


def test_calls_side_by_side_load_each_object_once_and_agree_on_the_daily_summary(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path
) -> None:
    make()
    keys = [key(number) for number in range(1, 6)]

    def one_call(number: int) -> list[str]:
        warehouse = make(f"call-{number}")
        done = []
        for each in keys[number:] + keys[:number]:
            (tmp_path / str(number)).mkdir(exist_ok=True)
            report = make_report("cost", 30, seed=each.object_name)
            source = ReportBatches(report, each, tmp_path / str(number))
            claim = warehouse.claim(each, "cost", sliced=False)
            if claim is None:
                continue
            for batch in source.batches():
                warehouse.stage(claim, batch)
            done.append(warehouse.commit(claim, source.outcome()).key.object_name)
        return done

    with ThreadPoolExecutor(3) as pool:
        loaded = [name for names in pool.map(one_call, range(3)) for name in names]
    assert sorted(loaded) == [each.object_name for each in keys]
    assert query("select count(*) from oci_cost") == query("select sum(rows_loaded) from oci_report") == [(150,)]
    assert query("select sum(row_count), sum(cost) from oci_cost_daily") == query(
        "select count(*), sum(cost_myCost) from oci_cost"
    )


def test_a_claim_that_was_taken_over_publishes_nothing(
    make: Callable[..., OracleWarehouse], query: Query, database: oracledb.Connection, tmp_path: Path
) -> None:
    first = make("call-1")
    source = ReportBatches(make_report("cost", 20), key(), tmp_path)
    claim = first.claim(source.key, "cost", sliced=True)
    assert claim is not None
    for batch in source.batches():
        first.stage(claim, batch)
    with database.cursor() as cursor:
        cursor.execute("update oci_report_claim set call_id = 'call-2'")
    database.commit()
    with pytest.raises(WarehouseBusy):
        first.commit(claim, source.outcome())
    assert query("select count(*) from oci_cost") == [(0,)]
    with pytest.raises(WarehouseBusy):
        first.keep_progress(claim, Progress(20, Sums(20), 1, ""))


def test_an_object_that_was_truncated_is_tried_again_and_one_of_a_wrong_dialect_is_not(
    make: Callable[..., OracleWarehouse], query: Query
) -> None:
    warehouse = make()
    for number, reason in ((1, "truncated"), (2, "wrong-dialect")):
        claim = warehouse.claim(key(number), "cost", sliced=True)
        assert claim is not None
        outcome = Outcome("cost", 10, "", "rejected", Sums(), [Rejected(0, reason, "")])
        assert warehouse.commit(claim, outcome).rows_rejected == 1
    assert [entry.retried for entry in warehouse.ledger(TENANCY).values()] == [True, False]
    assert warehouse.claim(key(1), "cost", sliced=True) is not None
    assert warehouse.claim(key(2), "cost", sliced=True) is None
    assert query("select count(*) from oci_report_rejected where object_row = 0") == [(2,)]


@pytest.mark.parametrize("database", ["no_tables"], indirect=True)
def test_rows_of_the_published_loader_are_adopted_and_replaced_by_key(
    make: Callable[..., OracleWarehouse], query: Query, database: oracledb.Connection, tmp_path: Path
) -> None:
    names = list(BILLING.names)
    with database.cursor() as cursor:
        cursor.execute(f"create table oci_billing ({', '.join(f'{name} varchar2(150)' for name in names)})")
        rows = [
            (
                f"{TENANCY}-0001000000000001",
                *("old" if "Usage" not in name else "2024-01-31T10:00Z" for name in names[1:]),
            )
            for _ in range(300)
        ]
        binds = ", ".join(f":{number}" for number in range(1, len(names) + 1))
        cursor.executemany(f"insert into oci_billing values ({binds})", rows)
    database.commit()
    warehouse = make()
    widths = {
        int(str(length))
        for (length,) in query("select char_length from user_tab_columns where table_name = 'OCI_BILLING'")
    }
    assert min(widths) > 150
    load(warehouse, ReportBatches(make_report("usage", 70), key(dialect="usage"), tmp_path))
    assert query("select count(*) from oci_billing") == [(70,)]


def test_cost_reports_fill_users_table_only_from_the_day_after_the_newest_usage_row(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path
) -> None:
    warehouse = make()
    day = make_report("usage", 10).window.first_hour
    load(warehouse, ReportBatches(make_report("usage", 25), key(1, dialect="usage"), tmp_path))
    load(warehouse, ReportBatches(make_report("cost", 30), key(2), tmp_path))
    assert query("select count(*) from oci_billing") == [(25,)]
    later = make_report("cost", 35, first_hour=day + 24)
    load(warehouse, ReportBatches(later, key(3), tmp_path))
    assert query("select count(*) from oci_billing") == [(60,)]
    assert query("select value from oci_loader where name = 'oci_billing_cost_from'") == [("2024-03-01",)]


def test_usage_of_days_that_cost_reports_have_is_in_users_table_once_in_any_order(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path
) -> None:
    warehouse = make(billing_cost_from="2024-03-01")
    hour = make_report("usage", 10).window.first_hour
    early = make_report("usage", 12)
    late = make_report("usage", 13, first_hour=hour + 24)
    cost = make_report("cost", 14, first_hour=hour + 24)
    load(warehouse, ReportBatches(late, key(1, dialect="usage"), tmp_path))
    load(warehouse, ReportBatches(cost, key(1), tmp_path))
    load(warehouse, ReportBatches(early, key(2, dialect="usage"), tmp_path))
    load(warehouse, ReportBatches(late, key(3, dialect="usage"), tmp_path))
    assert query("select count(*) from oci_billing") == [(12 + 14,)]
    assert query("select count(distinct usage_report) from oci_billing") == [(2,)]


def test_a_version_that_is_damaged_leaves_the_one_before_it_in_place(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path
) -> None:
    warehouse = make()
    load(warehouse, ReportBatches(make_report("cost", 30), key(), tmp_path))
    for etag in ("etag-2", "etag-3"):
        claim = warehouse.claim(key(etag=etag), "cost", sliced=True)
        assert claim is not None
        warehouse.commit(claim, Outcome("cost", 10, "", "rejected", Sums(), [Rejected(0, "damaged", "")]))
    assert query("select object_etag, state from oci_report order by 1") == [
        ("etag-1", "loaded"),
        ("etag-3", "rejected"),
    ]
    assert query("select count(*) from oci_cost") == [(30,)]
    assert query("select object_etag from oci_report_rejected") == [("etag-3",)]
    load(warehouse, ReportBatches(make_report("cost", 31), key(etag="etag-4"), tmp_path))
    assert query("select object_etag, rows_loaded from oci_report") == [("etag-4", 31)]
    assert query("select count(*) from oci_report_rejected") == [(0,)]


def test_the_views_give_focus_rows_and_compare_cost_with_focus(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path
) -> None:
    warehouse = make()
    load(warehouse, ReportBatches(make_report("cost", 40), key(), tmp_path))
    load(warehouse, ReportBatches(make_report("focus", 40), key(dialect="focus"), tmp_path))
    focus = "select x_Dialect, count(*), count(BillingPeriodEnd) from oci_focus_view group by x_Dialect order by 1"
    assert query(focus) == [("cost", 40, 40), ("focus", 40, 40)]
    of_cost = query("select sum(BilledCost) from oci_focus_view where x_Dialect = 'cost'")
    assert of_cost == query("select sum(cost_myCost) from oci_cost")
    found = query("select status, sum(cost_total) - sum(focus_total) from oci_reconciliation group by status")
    assert found == [("equal", 0)]


def test_a_second_migration_asks_two_questions_and_a_newer_schema_is_refused(
    server: OracleServer, make: Callable[..., OracleWarehouse], database: oracledb.Connection
) -> None:
    make()
    session = CountingSession(server.connect, Deadline.after(60))
    warehouse = OracleWarehouse(session, Deadline.after(60), "call-2")
    before = session.requests
    warehouse.migrate()
    assert session.requests - before == 2
    with database.cursor() as cursor:
        cursor.execute("update oci_loader set value = '99' where name = 'schema_version'")
    database.commit()
    with pytest.raises(WarehouseUnusable, match="99"):
        warehouse.migrate()
    warehouse.close()


def test_private_tables_of_calls_that_died_are_dropped_by_a_later_one(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path
) -> None:
    first = make("call-1")
    kept = ReportBatches(make_report("cost", 20), key(1), tmp_path)
    for source in (kept, ReportBatches(make_report("cost", 20), key(2), tmp_path)):
        claim = first.claim(source.key, "cost", sliced=True)
        assert claim is not None
        first.stage(claim, next(source.batches()))
        if source is not kept:
            first._session.run("DELETE FROM oci_report_claim WHERE object_name = :name", name=source.key.object_name)
            first._session.commit()
    count = "select count(*) from user_tables where table_name like 'OCI%STAGE%'"
    assert query(count) == [(4,)]
    make("call-3")
    assert query(count) == [(2,)]


def test_a_publication_waits_for_another(
    server: OracleServer, make: Callable[..., OracleWarehouse], query: Query, database: oracledb.Connection,
    tmp_path: Path,
) -> None:  # fmt: skip
    make()
    with database.cursor() as cursor:
        cursor.execute("select name from oci_loader where name = 'publishing' for update")
    hurried = server.warehouse(Deadline.after(3), "call-2")
    with pytest.raises((DeadlineExceeded, DatabaseUnreachable)):
        load(hurried, ReportBatches(make_report("cost", 10), key(2), tmp_path))
    hurried.close()
    assert query("select count(*) from oci_cost") == [(0,)]


def test_retention_waits_for_a_publication(
    server: OracleServer, make: Callable[..., OracleWarehouse], query: Query, database: oracledb.Connection,
    tmp_path: Path,
) -> None:  # fmt: skip
    load(make(), ReportBatches(make_report("cost", 10), key(2), tmp_path))
    with database.cursor() as cursor:
        cursor.execute("select name from oci_loader where name = 'publishing' for update")
    hurried = server.warehouse(Deadline.after(2), "call-2")
    with pytest.raises((DeadlineExceeded, DatabaseUnreachable)):
        hurried.retain(TENANCY, "2030-01-01")
    hurried.close()
    database.rollback()
    assert query("select count(*) from oci_cost") == [(10,)]
    assert make("call-3").retain(TENANCY, "2030-01-01") == 20


def test_retention_removes_rows_of_old_days_and_keeps_the_ledger(
    make: Callable[..., OracleWarehouse], query: Query, tmp_path: Path
) -> None:
    warehouse = make()
    load(warehouse, ReportBatches(make_report("usage", 12), key(1, dialect="usage"), tmp_path))
    old = make_report("cost", 10)
    load(warehouse, ReportBatches(old, key(2), tmp_path))
    new = make_report("cost", 11, first_hour=old.window.first_hour + 48)
    load(warehouse, ReportBatches(new, key(3), tmp_path))
    assert warehouse.retain(TENANCY, "2024-03-01") == 12 + 12 + 10
    assert query("select count(*) from oci_cost") == [(11,)]
    assert query("select count(*) from oci_report") == [(3,)]
    assert query("select sum(row_count) from oci_cost_daily") == [(21,)]
    load(warehouse, ReportBatches(make_report("cost", 10, seed="late"), key(4), tmp_path))
    assert query("select sum(row_count) from oci_cost_daily") == [(31,)]
    warehouse.retain(TENANCY, "2024-02-01")
    assert warehouse.retain(TENANCY, "2024-03-01") == 10
    load(warehouse, ReportBatches(make_report("cost", 12, seed="late"), key(4, "etag-2"), tmp_path))
    assert query("select sum(row_count) from oci_cost_daily") == [(31,)]
