"""An answer as CSV and as JSON: decimals with all their digits, in JSON as texts, which no reader makes a float of."""

from __future__ import annotations

import csv
import json
import math
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TextIO

from functions.adw_billing.model.exact_sums import plain
from shared.spreadsheet_cells import spreadsheet_cell

if TYPE_CHECKING:
    from functions.adw_billing.query.bill_answers import Answer

_ROW_END = "\r\n"


def write_csv(answer: Answer, out: TextIO, *, for_people: bool = False) -> None:
    """Write a head and the rows (RFC 4180, lines end with a line feed); what is not there is empty.

    Texts are exact, or, ``for_people``, such that no spreadsheet runs one: whoever tags a resource writes into a bill.
    """
    cell = _persons_cell if for_people else _csv_cell
    writer = csv.writer(_LineFeeds(out), lineterminator=_ROW_END)
    writer.writerow(answer.columns)
    for row in answer.rows:
        writer.writerow([cell(each) for each in row])


def write_json(answer: Answer, out: TextIO) -> None:
    """Write `{"columns": [...], "rows": [{...}, ...]}`, a row a line."""
    out.write(f'{{"columns": {json.dumps(answer.columns, ensure_ascii=False)}, "rows": [')
    between = "\n"
    for row in answer.rows:
        cells = {name: _json_cell(value) for name, value in zip(answer.columns, row, strict=True)}
        out.write(between + json.dumps(cells, ensure_ascii=False))
        between = ",\n"
    out.write("\n]}\n")


class _LineFeeds:
    """Ends rows with a line feed.

    Python 3.11's writer quotes a text for the characters of its own row end alone; a carriage return that it leaves
    without quotes ends a row for those who read it, and what stands behind begins a cell.
    """

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def write(self, row: str) -> int:
        return self.out.write(row.removesuffix(_ROW_END) + "\n")


def _csv_cell(value: Any) -> str:  # noqa: ANN401  (whatever an engine has)
    return "" if value is None else _text(value)


def _persons_cell(value: Any) -> str:  # noqa: ANN401  (as above)
    return spreadsheet_cell(value) if isinstance(value, str) else _csv_cell(value)


def _json_cell(value: Any) -> Any:  # noqa: ANN401  (as above)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list | tuple):
        return [_json_cell(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _json_cell(each) for name, each in value.items()}
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
