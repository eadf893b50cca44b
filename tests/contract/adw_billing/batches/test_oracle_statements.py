"""On Oracle an object takes the same statements whatever the warehouse holds, and none reads the rows of others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from functions.adw_billing.loader.load_run import LoadOptions, LoadRun
from functions.adw_billing.source.reports import Folder
from functions.adw_billing.warehouse.oracle.warehouse import OracleWarehouse
from shared.deadline import Deadline
from tests.support.billing_files import COST, TENANCY, cost_row, put, report
from tests.support.translated_oracle import TranslatedSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from functions.adw_billing.model.report_object import ReportObject

MAX_STATEMENTS = 28
"""Of an object of two rows, each of which this session inserts by a statement of its own, on one usage day."""


class Counting(Folder):
    """Notes where in the session's statements each object begins."""

    def __init__(self, folder: Path, session: TranslatedSession) -> None:
        super().__init__(folder, TENANCY, ("cost",))
        self._session = session
        self.marks: list[int] = []

    def read(self, report: ReportObject) -> Iterator[bytes]:
        self.marks.append(len(self._session.seen))
        return super().read(report)


def loaded(folder: Path, session: TranslatedSession) -> list[list[str]]:
    """Load what is new; the statements of each object, without names of stages."""
    warehouse = OracleWarehouse(session, Deadline.after(60), "c")  # type: ignore[arg-type]
    warehouse.migrate()
    source = Counting(folder, session)
    options = LoadOptions(newest_first=False, max_rows_per_slice=1000, left_seconds=lambda: 1e6)
    LoadRun(source, warehouse, options).run()
    ends = [*source.marks[1:], len(session.seen)]
    return [
        [re.sub(r"oci_stage_\w+", "stage", each) for each in session.seen[begin:end]]
        for begin, end in zip(source.marks, ends, strict=True)
    ]


def test_the_statements_of_an_object_do_not_grow_with_the_warehouse(folder: Path) -> None:
    session = TranslatedSession()

    def objects(numbers: range) -> None:
        for number in numbers:
            rows = [cost_row(10 * number), cost_row(10 * number + 1)]
            put(folder, f"reports/cost-csv/{number:02}.csv", report(COST, rows))

    objects(range(1, 4))
    first = loaded(folder, session)
    objects(range(4, 30))
    loaded(folder, session)
    objects(range(30, 33))
    last = loaded(folder, session)
    assert last[1] == first[1]
    assert len(last[1]) <= MAX_STATEMENTS
    of_rows = [each for each in last[1] if re.search(r"\b(FROM|INTO|UPDATE) oci_(cost|billing)\b", each)]
    assert of_rows
    assert all(re.search(r":object_name|:usage_report|:first|INSERT INTO", each) for each in of_rows)
