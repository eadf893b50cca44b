"""Columns of few texts: each row has what it has where every row is looked at by itself."""

from __future__ import annotations

import json
import random

import pyarrow as pa
import pytest

from functions.adw_billing.model.headers import layout
from functions.adw_billing.model.warehouse import RowFormat
from functions.adw_billing.parse.decimals import to_decimals, to_times
from functions.adw_billing.parse.few_texts import LEAST_ROWS, MOST_OF_SAMPLE, different_rows, few_texts
from functions.adw_billing.parse.table_columns import Rows, TableColumns

AMOUNTS = ["0", "1.5", "-2", "6.31234567E-12", "1E99", "1" * 60, "x", "0.1234567890123456789012345", None]
MOMENTS = ["2026-01-05T10:00Z", "2026-01-05T10:00", "2026-01-05", "0000-01-01T00:00Z", "soon", "1767603600000", None]


def rows_of(texts: list[str | None]) -> pa.StringArray:
    return pa.array(random.Random(1).choices(texts, k=LEAST_ROWS), pa.string())  # noqa: S311


def marked(doubts: pa.BooleanArray | None, rows: int) -> list[bool]:
    return [False] * rows if doubts is None else doubts.to_pylist()


@pytest.mark.parametrize("texts", [AMOUNTS, AMOUNTS[:4], ["0"], [None, "1"], ["x", None]])
def test_amounts_are_what_each_text_has_alone(texts: list[str | None]) -> None:
    column = rows_of(texts)
    assert few_texts(column) is not None
    values, doubts = to_decimals(column, 15)
    alone = {text: to_decimals(pa.array([text], pa.string()), 15) for text in texts}
    assert values.to_pylist() == [alone[text][0][0].as_py() for text in column.to_pylist()]
    assert marked(doubts, len(column)) == [marked(alone[text][1], 1)[0] for text in column.to_pylist()]


@pytest.mark.parametrize("texts", [MOMENTS, MOMENTS[:1], MOMENTS[1:3], [MOMENTS[5]], MOMENTS[:2], MOMENTS[3:5]])
@pytest.mark.parametrize("epochs", [False, True])
def test_moments_are_those_of_the_same_texts_in_a_short_column(texts: list[str | None], *, epochs: bool) -> None:
    column = rows_of(texts)
    values, doubts = to_times(column, epochs=epochs)
    short, short_doubts = to_times(pa.array(texts, pa.string()), epochs=epochs)
    of_text = dict(zip(texts, short.cast(pa.int64()).to_pylist(), strict=True))  # some are beyond Python's calendar
    in_doubt = dict(zip(texts, marked(short_doubts, len(texts)), strict=True))
    assert values.cast(pa.int64()).to_pylist() == [of_text[text] for text in column.to_pylist()]
    assert marked(doubts, len(column)) == [in_doubt[text] for text in column.to_pylist()]


def test_tags_are_the_objects_of_each_row() -> None:
    columns = TableColumns(layout(b"lineItem/intervalUsageStart,cost/myCost,tags/a,tags/b\n"), RowFormat())
    tags = [rows_of([None, 'quote "', "back\\slash", ""]), rows_of(["line\n", "é", None])]
    texts = [pa.nulls(LEAST_ROWS, pa.string())] * 2 + tags
    data = columns.data(Rows(pa.arange(1, LEAST_ROWS + 1), texts, columns.values(texts)[1]))
    rows = zip(*(column.to_pylist() for column in tags), strict=True)
    wanted = [{key: text for key, text in zip("ab", row, strict=True) if text is not None} for row in rows]
    assert [json.loads(text) for text in data["tags"].to_pylist()] == wanted


def test_a_column_without_any_value_has_no_moments() -> None:
    column = pa.nulls(LEAST_ROWS, pa.string())
    for epochs in (False, True):
        values, doubts = to_times(column, epochs=epochs)
        assert (values.null_count, doubts) == (LEAST_ROWS, None)


@pytest.mark.parametrize("columns", [1, 3, 70])
def test_different_rows_stand_for_all(columns: int) -> None:
    """Of 70 columns the numbers put together would not go into 64 bits."""
    one = rows_of(["a", "b", None])
    two = rows_of(["a", None, "c", "d"]).take(pa.array(range(len(one) - 1, -1, -1)))
    table = [(one, two)[at % 2] for at in range(columns)]
    found = different_rows(table)
    assert found is not None
    firsts, numbers = found
    rows = list(zip(*(column.to_pylist() for column in table), strict=True))
    assert [rows[at] for at in firsts.take(numbers).to_pylist()] == rows
    assert len(set(rows)) == len(firsts)
    assert firsts.to_pylist() == sorted(firsts.to_pylist())


def test_rows_that_differ_in_the_first_of_many_columns_stay_apart() -> None:
    """Numbers put together that leave 64 bits lose the first column: each other one here doubles them."""
    first = rows_of(["a", "b", None])
    found = different_rows([first, *[pa.array(["x"] * len(first))] * 70])
    assert found is not None
    assert first.take(found[0]).take(found[1]).equals(first)


def test_many_texts_are_left_as_they_are() -> None:
    many = pa.array([str(number) for number in range(LEAST_ROWS)])
    few = pa.array(["a", "b"] * (LEAST_ROWS // 2))
    assert few_texts(many) is None
    assert few_texts(few.slice(1)) is None, "too short to save anything"
    assert different_rows([few, many]) is None
    late = pa.array(["a"] * MOST_OF_SAMPLE * 4 + [str(number) for number in range(LEAST_ROWS)])
    assert few_texts(late) is not None, "the sample has one text only"
    assert different_rows([late]) is None
