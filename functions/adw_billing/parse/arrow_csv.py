"""Reads a chunk of a report as columns of texts, where its CSV is surely regular; `records` reads the rest.

Arrow's reader is fast but lenient: it takes `"a"b` for `ab`. What it would take otherwise than RFC 4180 says is found
beforehand. A byte order mark, which it drops, is a character like others here.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from functions.adw_billing.parse.quotes import has_longer_line
from functions.adw_billing.parse.records import MAX_RECORD_BYTES

if TYPE_CHECKING:
    from functions.adw_billing.parse.chunks import Chunk


_LINE_END = re.compile(r"[\r\n]")


class Irregular(Exception):
    """The chunk has to be read record by record."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Fields by position, NULL where empty, and the numbers of the records (1 = the chunk's first).

    ``misfits``: the numbers of records with more or fewer fields; they are in no column.
    """

    columns: list[pa.StringArray]
    numbers: pa.Int64Array
    misfits: list[int]


class Reader:
    """Reads chunks of records of ``width`` fields."""

    def __init__(self, width: int) -> None:
        self._names = [f"c{position}" for position in range(width)]
        self._texts = csv.ConvertOptions(
            column_types=dict.fromkeys(self._names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            check_utf8=False,  # `is_text` has done it, in a fourth of the time
        )

    def read(self, chunk: Chunk) -> Texts:
        """Return the texts of a chunk that is not empty. Raises Irregular."""
        text = chunk.text
        if not chunk.regular or text.startswith(codecs.BOM_UTF8):
            raise Irregular
        # A misfit that holds line ends may be several records to `records`, which puts a fault on its first line only:
        # then the numbers of all that follow would differ.
        misfits: list[int] = []
        has_lines = False

        def note(row: csv.InvalidRow) -> str:
            nonlocal has_lines
            misfits.append(row.number)
            has_lines = has_lines or bool(_LINE_END.search(row.text))
            return "skip"

        table = csv.read_csv(
            pa.py_buffer(text),
            # one block: rows are numbered through, and no row is longer than a block
            csv.ReadOptions(use_threads=False, column_names=self._names, block_size=len(text) + 1),
            csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
            self._texts,
        )
        if has_lines:  # the fault may be that of the first line alone
            raise Irregular
        columns = [each.chunk(0) if each.num_chunks == 1 else each.combine_chunks() for each in table.columns]
        # A record can be too long only where one of its fields is longer than its share. A field without quotes is no
        # longer than its line, one with quotes is known: most chunks need no look at the lengths of all records.
        part = MAX_RECORD_BYTES // (2 * len(columns))
        if chunk.longest_quoted > part or has_longer_line(text, part):
            _check_lengths(columns)
        return Texts(columns, _numbers(table.num_rows, misfits), misfits)


def _numbers(rows: int, misfits: list[int]) -> pa.Int64Array:
    if not misfits:
        return pa.arange(1, rows + 1)
    left_out = set(misfits)
    return pa.array([number for number in range(1, rows + len(misfits) + 1) if number not in left_out], pa.int64())


def _check_lengths(columns: list[pa.StringArray]) -> None:
    """Raise Irregular where a record may be longer than MAX_RECORD_BYTES."""
    # half of it leaves room for separators and doubled quotes, which are not in the fields; `records` decides exactly
    total = pc.fill_null(pc.binary_length(columns[0]), 0)
    for column in columns[1:]:
        total = pc.add(total, pc.fill_null(pc.binary_length(column), 0))
    longest = pc.max(total).as_py() or 0
    if longest > MAX_RECORD_BYTES // 2:
        raise Irregular
