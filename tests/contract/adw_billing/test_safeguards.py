"""What stands between a report and the tables: each test fails when its one safeguard is taken away."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pytest

from functions.adw_billing.errors import ProofFailed
from functions.adw_billing.loader.load_object import Budget, ObjectLoader
from functions.adw_billing.loader.load_run import LoadOptions, LoadRun
from functions.adw_billing.model.warehouse import Batch, Claim, ObjectKey, Outcome, Sums
from functions.adw_billing.settings import DIALECTS
from functions.adw_billing.source.reports import Folder
from functions.adw_billing.warehouse.duckdb.warehouse import open_warehouse
from shared.deadline import Deadline
from tests.support.billing_files import COST, TENANCY, cost_row, put, query, report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from functions.adw_billing.warehouse.duckdb.warehouse import DuckDbWarehouse

NAME = "reports/cost-csv/1.csv"
CHUNK_BYTES = 4000
COUNTS = "SELECT (SELECT count(*) FROM oci_cost), (SELECT count(*) FROM oci_report)"


def opened(path: Path) -> DuckDbWarehouse:
    warehouse = open_warehouse(str(path), Deadline.after(30), call_id="c", cost_from="", margin_seconds=0)
    warehouse.migrate()
    return warehouse


def rows_of(warehouse: Path, count: int) -> pa.Table:
    """Rows as the parser makes them, with nothing in them but their number."""
    with duckdb.connect(str(warehouse)) as connection:
        names = connection.execute("SELECT * EXCLUDE (tenancy_id, object_name, object_etag) FROM oci_cost").description
    nothing = {name: pa.nulls(count) for (name, *_) in names or ()}
    return pa.table({**nothing, "object_row": pa.array(range(1, count + 1), pa.int64())})


KEY = ObjectKey(TENANCY, NAME, "etag")


@pytest.mark.parametrize("sliced", [False, True], ids=["whole", "sliced"])
@pytest.mark.parametrize("parsed_rows", [2, 4])
def test_a_batch_that_adds_another_number_of_rows_than_were_parsed_is_an_error(
    warehouse: Path, parsed_rows: int, *, sliced: bool
) -> None:
    opened(warehouse).close()
    rows = rows_of(warehouse, 3)
    target = opened(warehouse)
    claim = target.claim(KEY, "cost", sliced=sliced)
    assert claim
    with pytest.raises(ProofFailed, match=f"3 rows were inserted, {parsed_rows} were parsed"):
        target.stage(claim, Batch(rows, None, Sums(parsed_rows), parsed_rows, 100))
    target.close()


@pytest.mark.parametrize("sliced", [False, True], ids=["whole", "sliced"])
@pytest.mark.parametrize(
    "claimed",
    [
        Sums(4, Decimal("1.5"), Decimal(6)),
        Sums(3, Decimal("1.500000000000000000000001"), Decimal(6)),
        Sums(3, Decimal("1.5"), Decimal("5.999999999999999999999999")),
    ],
    ids=["rows", "cost", "quantity"],
)
def test_a_sum_that_the_table_does_not_have_publishes_nothing(warehouse: Path, claimed: Sums, *, sliced: bool) -> None:
    opened(warehouse).close()
    rows = rows_of(warehouse, 3)
    for name, value in (("cost_myCost", "0.5"), ("usage_billedQuantity", "2")):
        rows = rows.set_column(rows.column_names.index(name), name, pa.array([value] * 3))
    right = Sums(3, Decimal("1.5"), Decimal(6))

    def claim_and_stage(target: DuckDbWarehouse) -> Claim:
        claim = target.claim(KEY, "cost", sliced=sliced)
        assert claim
        target.stage(claim, Batch(rows, None, right, 3, 100))
        return claim

    target = opened(warehouse)
    claim = claim_and_stage(target)
    with pytest.raises(ProofFailed, match="read back"):
        target.commit(claim, Outcome("cost", 1, "", "loaded", claimed))
    target.release(claim, drop=True)
    target.close()
    assert query(warehouse, COUNTS) == [(0, 0)]
    target = opened(warehouse)
    target.commit(claim_and_stage(target), Outcome("cost", 1, "", "loaded", right))
    target.close()
    assert query(warehouse, COUNTS) == [(3, 1)]


def grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + report(COST, [cost_row(4)]).partition(b"\r\n")[2])


def shrink(path: Path) -> None:
    path.write_bytes(report(COST, [cost_row(1), cost_row(2)]))


@pytest.mark.parametrize("change", [grow, shrink])
def test_a_file_that_changed_since_it_was_listed_is_not_published(
    folder: Path, warehouse: Path, change: Callable[[Path], None]
) -> None:
    """Whole rows came or went, so that every row of it reads well: only the size tells."""
    path = put(folder, NAME, report(COST, [cost_row(number) for number in (1, 2, 3)]))
    reports, target = Folder(folder, TENANCY, DIALECTS), opened(warehouse)
    (listed,) = reports.list()
    change(path)
    loader = ObjectLoader(reports, target, Budget(lambda: 1e6, 1000), lambda _rows: None)
    result = loader.load(listed, sliced=False)
    target.close()
    assert result.row
    assert (result.row.state, [entry.reason for entry in result.rejected]) == ("rejected", ["size-differs"])
    assert query(warehouse, "SELECT count(*) FROM oci_cost") == [(0,)]


def test_slices_of_other_bytes_under_the_same_etag_are_thrown_away(folder: Path, warehouse: Path) -> None:
    """Row by row both contents are of one length, so that only the check over the text tells them apart."""

    def content(cost: str) -> bytes:
        return report(COST, [cost_row(1000 + number, cost__myCost=cost) for number in range(200)])

    def call(batches: int) -> None:
        target, left = opened(warehouse), iter([1e-6] * batches)
        options = LoadOptions(
            newest_first=False,
            max_rows_per_slice=1_000,
            left_seconds=lambda: next(left, 0.0) if batches < 1000 else 1e6,
            chunk_bytes=CHUNK_BYTES,
        )
        LoadRun(Folder(folder, TENANCY, DIALECTS), target, options).run()
        target.close()

    put(folder, NAME, content("0.5"))
    call(batches=3)
    staged = query(warehouse, "SELECT rows_done FROM oci_report_claim")[0][0]
    assert 0 < staged < 200
    put(folder, NAME, content("0.7"))
    (now,) = Folder(folder, TENANCY, DIALECTS).list()
    with duckdb.connect(str(warehouse)) as connection:
        for table in ("oci_report_claim", "oci_cost_stage"):
            connection.execute(f"UPDATE {table} SET object_etag = ?", [now.etag])
    call(batches=1000)
    assert query(warehouse, "SELECT count(*), sum(cost_myCost) FROM oci_cost") == [(200, 140)]
