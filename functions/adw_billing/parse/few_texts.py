"""Columns of few different texts, as most are: what is made of a text is made once of each, not once a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_ROWS = 512
"""With fewer rows telling the texts apart saves nothing."""
SAMPLE_ROWS = 256
MOST_OF_SAMPLE = 64
"""Different texts in a sample, the first rows; with more they are taken to differ in most rows."""
MOST_NUMBERS = 1 << 62
"""What the numbers of several columns, put together, stay below: 64 bits have room for them."""


def few_texts(texts: pa.StringArray) -> pa.DictionaryArray | None:
    """Return the different texts and which row has which; None where a sample says that there are many."""
    if len(texts) < LEAST_ROWS or pc.count_distinct(texts.slice(0, SAMPLE_ROWS)).as_py() > MOST_OF_SAMPLE:
        return None
    return pc.dictionary_encode(texts)


def different_rows(columns: Sequence[pa.StringArray]) -> tuple[pa.UInt64Array, pa.Int64Array] | None:
    """Return where each different row of some columns comes first, and which of them each row is.

    None where there are many; NULL is a text like others.
    """
    together = pa.repeat(pa.scalar(0, pa.int64()), len(columns[0]))
    count = 1
    for column in columns:
        found = few_texts(column)
        if found is None:
            return None
        size = len(found.dictionary) + 1
        if count * size > MOST_NUMBERS:
            together, count = _counted(together), len(together)
        numbers = pc.fill_null(pc.cast(found.indices, pa.int64()), size - 1)
        together = pc.add(pc.multiply(together, size), numbers)
        count *= size
    numbers = _counted(together)
    highest = pc.cumulative_max(numbers)
    if highest[-1].as_py() > len(numbers) // 2:
        return None
    first = pc.greater(pc.pairwise_diff(highest), 0)
    return pc.indices_nonzero(pc.fill_null(first, fill_value=True)), numbers


def _counted(numbers: pa.Int64Array) -> pa.Int64Array:
    """Return other numbers for the same: counted from 0 as they come first."""
    return pc.cast(pc.dictionary_encode(numbers).indices, pa.int64())
