"""Batches for a warehouse from the generator's reports, made here and not by the loader's own parser."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from emulator.reports.generated_report import GeneratedReport, ReportLayout
from functions.adw_billing.model.columns import Column, ColumnType
from functions.adw_billing.model.tables import BILLING, DATA, OBJECT_KEY
from functions.adw_billing.model.warehouse import Batch, Outcome, Rejected, Sums

if TYPE_CHECKING:
    import pyarrow as pa

    from functions.adw_billing.model.warehouse import ObjectKey

_CLOCK = "'%Y-%m-%dT%H:%M:%SZ'"
_START = {"cost": "lineItem/intervalUsageStart", "usage": "lineItem/intervalUsageStart"}


class ReportBatches:
    """A report as batches of ``batch_rows`` rows; every batch also has one row for the quarantine where asked."""

    def __init__(
        self,
        report: GeneratedReport,
        key: ObjectKey,
        folder: Path,
        *,
        batch_rows: int = 40,
        with_rejected: bool = False,
    ) -> None:
        self.key = key
        self._connection = duckdb.connect()
        self.report = dataclasses.replace(report, layout=ReportLayout(clock="seconds"), resources=40)
        self._totals: dict[tuple[int, int], Sums] = {}
        self._with_rejected = with_rejected
        self._batch_rows = batch_rows
        self._table = f"raw_{abs(hash(key))}"
        file = self.report.write(folder / f"{self._table}.csv")
        self._connection.execute(
            f"CREATE OR REPLACE TABLE {self._table} AS SELECT row_number() OVER () AS object_row, * "
            f"FROM read_csv('{file}', all_varchar = true, header = true, quote = '\"', delim = ',', strict_mode = true)"
        )
        self._headers = {name: name for (name, *_) in self._connection.sql(f"DESCRIBE {self._table}").fetchall()}

    @property
    def dialect(self) -> str:
        return self.report.dialect

    def batches(self, after: int = 0) -> Iterator[Batch]:
        """The batches of the rows after the first ``after`` ones."""
        for start in range(after, self.report.rows, self._batch_rows):
            stop = min(start + self._batch_rows, self.report.rows)
            where = f"FROM {self._table} WHERE object_row > {start} AND object_row <= {stop}"
            yield Batch(
                self._arrow(self._select() + where),
                None if self.dialect == "focus" else self._arrow(self._billing() + where),
                self._sums(start, stop),
                stop - start,
                (stop - start) * 100,
                [Rejected(start + 1_000_000, "not-exact", f"row,{start}")] if self._with_rejected else [],
                "check",
                stop == self.report.rows,
            )

    def outcome(self, state: str = "loaded") -> Outcome:
        """What the ledger is to say of the whole report."""
        sums = self._sums(0, self.report.rows)
        return Outcome(self.dialect, 12_345, "0" * 64, state, sums)  # type: ignore[arg-type]

    def _sums(self, start: int, stop: int) -> Sums:
        if (start, stop) not in self._totals:
            part = dataclasses.replace(self.report, start=self.report.start + start, stop=self.report.start + stop)
            totals = part.totals()
            self._totals[start, stop] = Sums(totals.rows, totals.cost, totals.quantity)
        return self._totals[start, stop]

    def _arrow(self, select: str) -> pa.Table:
        return self._connection.sql(select).to_arrow_table()

    def _select(self) -> str:
        columns = [self._value(column) for column in DATA[self.dialect].columns[len(OBJECT_KEY) :]]
        return f"SELECT {', '.join(columns)} "

    def _value(self, column: Column) -> str:
        if column.name == "object_row":
            return "object_row"
        if column.name == "tags":
            return f'"{"Tags" if self.dialect == "focus" else "tags/notes"}" AS tags'
        if column.header not in self._headers:
            return (
                f"NULL::VARCHAR AS {column.name}"
                if column.type is not ColumnType.TIME
                else f"NULL::TIMESTAMP AS {column.name}"
            )
        if column.type is ColumnType.TIME:
            return f'strptime("{column.header}", {_CLOCK}) AS {column.name}'
        return f'"{column.header}" AS {column.name}'

    def _billing(self) -> str:
        columns = [
            f'"{column.header}" AS {column.name}'
            if column.header in self._headers
            else f"NULL::VARCHAR AS {column.name}"
            for column in BILLING.columns[1:]
        ]
        day = f'strptime("{_START[self.dialect]}", {_CLOCK})::DATE AS usage_day'
        return f"SELECT {', '.join(columns)}, {day} "
