"""An answer as CSV and as JSON: decimals with all their digits, in JSON as texts, which no reader makes a float of."""

from __future__ import annotations

import csv
import json
import math
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TextIO

from functions.adw_billing.model.exact_sums import plain

if TYPE_CHECKING:
    from functions.adw_billing.query.bill_answers import Answer


def write_csv(answer: Answer, out: TextIO) -> None:
    """Write a head and the rows (RFC 4180, lines end with a line feed); what is not there is empty."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.columns)
    for row in answer.rows:
        writer.writerow([_csv_cell(each) for each in row])


def write_json(answer: Answer, out: TextIO) -> None:
    """Write `{"columns": [...], "rows": [{...}, ...]}`, a row a line."""
    out.write(f'{{"columns": {json.dumps(answer.columns, ensure_ascii=False)}, "rows": [')
    between = "\n"
    for row in answer.rows:
        cells = {name: _json_cell(value) for name, value in zip(answer.columns, row, strict=True)}
        out.write(between + json.dumps(cells, ensure_ascii=False))
        between = ",\n"
    out.write("\n]}\n")


def _csv_cell(value: Any) -> str:  # noqa: ANN401  (whatever an engine has)
    return "" if value is None else _text(value)


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
