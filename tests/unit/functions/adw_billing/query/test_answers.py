"""Two periods side by side, and answers as table, CSV, JSON and Parquet: every digit of every number."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow.parquet
import pytest

from functions.adw_billing.query.bill_answers import Answer, distinct_names, limited
from functions.adw_billing.query.compared import comparison, grand_totals, in_order
from functions.adw_billing.query.machine_formats import write_csv, write_json
from functions.adw_billing.query.text_table import table_lines
from functions.adw_billing.query.whole_file import whole_file
from functions.adw_billing.warehouse.duckdb.parquet_rows import write_rows
from shared.errors import BadRequest

if TYPE_CHECKING:
    from pathlib import Path

LONG = Decimal("12345678901234567890.123456789012345678")
ROW = ('a,"b"\nc', None, LONG, Decimal("1E-20"), 7, date(2026, 10, 1), True)
COLUMNS = ("name", "nothing", "long", "small", "count", "day", "flag")


def test_new_and_gone_keys_stand_beside_the_others() -> None:
    now = [("a", "USD", Decimal("1.1"), 2), ("new", "USD", Decimal(3), 1)]
    before = [("a", "USD", Decimal("1.0"), 2), ("gone", "USD", Decimal(4), 1), ("zero", "USD", None, 1)]
    assert comparison(now, before, 2) == [
        ("a", "USD", Decimal("1.1"), Decimal("1.0"), Decimal("0.1"), Decimal("10.00")),
        ("new", "USD", Decimal(3), Decimal(0), Decimal(3), None),
        ("gone", "USD", Decimal(0), Decimal(4), Decimal(-4), Decimal("-100.00")),
        ("zero", "USD", Decimal(0), Decimal(0), Decimal(0), None),
    ]


def test_sums_are_exact_and_never_over_currencies() -> None:
    rows = [("a", "USD", LONG, 1), ("b", "USD", Decimal("1E-20"), 2), (None, "EUR", Decimal(5), 3)]
    assert grand_totals(rows, ("service", "currency"), compared=False) == (
        ("(all)", "USD", Decimal("12345678901234567890.12345678901234567801"), 3),
        ("(all)", "EUR", Decimal(5), 3),
    )


def test_months_come_in_order_and_then_the_dearest_first() -> None:
    rows = [
        ("b", "2026-02", "USD", Decimal(1), 1),
        (None, "2026-01", "USD", Decimal(2), 1),
        ("a", "2026-01", "USD", Decimal(9), 1),
    ]
    assert [row[0] for row in in_order(rows, ("service", "month", "currency"))] == ["a", None, "b"]
    assert [row[0] for row in in_order([row[:1] + row[2:] for row in rows], ("service", "currency"))] == [
        "a",
        None,
        "b",
    ]


def test_points_stand_under_one_another_and_control_characters_do_not_reach_the_terminal() -> None:
    lines = list(
        table_lines(("name", "cost"), [("x\x1b[2J", Decimal("1.25")), (None, Decimal(-10))], [("all", Decimal(-8))])
    )
    assert lines == [
        "name     cost",
        "x\ufffd[2J    1.25",
        "-      -10",
        "-------------",
        "all     -8",
    ]


def test_a_table_is_rounded_where_it_is_asked_for() -> None:
    rows = [("a", Decimal("0.125"), 7), ("b", LONG, 8), ("c", Decimal("-0.001"), 9)]
    assert [line.split()[1:] for line in table_lines(("k", "cost", "lines"), rows, (), 2)] == [
        ["cost", "lines"],
        ["0.12", "7"],
        ["12345678901234567890.12", "8"],
        ["0.00", "9"],
    ]


def test_csv_has_every_digit() -> None:
    out = io.StringIO()
    write_csv(Answer(COLUMNS, [ROW]), out)
    out.seek(0)
    assert list(csv.reader(out)) == [
        list(COLUMNS),
        [ROW[0], "", "12345678901234567890.123456789012345678", "0.00000000000000000001", "7", "2026-10-01", "True"],
    ]


def test_json_has_every_digit_as_text() -> None:
    out = io.StringIO()
    more = (b"\x00\xff", float("inf"), 0.5, {"k": Decimal("0.10")}, [Decimal(1)], datetime(2026, 1, 2, 3))  # noqa: DTZ001
    write_json(Answer((*COLUMNS, *"bcdefg"), [(*ROW, *more)] * 2), out)
    found = json.loads(out.getvalue())
    assert found["columns"] == [*COLUMNS, *"bcdefg"]
    assert found["rows"][1] == {
        "name": ROW[0],
        "nothing": None,
        "long": str(LONG),
        "small": "0.00000000000000000001",
        "count": 7,
        "day": "2026-10-01",
        "flag": True,
        "b": "00ff",
        "c": "inf",
        "d": 0.5,
        "e": {"k": "0.1"},
        "f": ["1"],
        "g": "2026-01-02T03:00:00",
    }
    out = io.StringIO()
    write_json(Answer(("a",), []), out)
    assert json.loads(out.getvalue()) == {"columns": ["a"], "rows": []}


def test_rows_become_parquet_with_every_digit(tmp_path: Path) -> None:
    place = tmp_path / "rows.parquet"
    huge = Decimal(f"{'9' * 30}.{'1' * 20}")
    write_rows(
        place,
        ("k\"'", "money", "fine", "huge", "count", "day"),
        [
            ("x", Decimal("0.1"), LONG, huge, 2**40, date(2026, 10, 1)),
            (None, None, Decimal("1E-18"), Decimal(1), None, None),
        ],
    )
    found = pyarrow.parquet.read_table(place)
    assert [str(each) for each in found.schema.types] == [
        *("string", "decimal128(38, 24)", "decimal128(38, 18)", "string", "int64", "date32[day]"),
    ]
    assert found.to_pylist()[0] == {
        "k\"'": "x",
        "money": Decimal("0.100000000000000000000000"),
        "fine": LONG,
        "huge": str(huge),
        "count": 2**40,
        "day": date(2026, 10, 1),
    }


def test_no_rows_become_a_parquet_file_with_columns(tmp_path: Path) -> None:
    write_rows(tmp_path / "none.parquet", ("a", "b"), [])
    assert pyarrow.parquet.read_table(tmp_path / "none.parquet").column_names == ["a", "b"]


def test_two_columns_of_one_name_are_told_apart() -> None:
    assert distinct_names(["a", "A", "a_1", "a", "b"]) == ("a", "A_1", "a_1_1", "a_2", "b")


def test_a_limit_says_whether_there_is_more() -> None:
    rows = [(1,), (2,)]
    assert limited(rows, 1) == ([(1,)], True)
    assert limited(rows, 2) == (rows, False)
    assert limited(rows, 0) == (rows, False)


def test_an_error_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    place = tmp_path / "new" / "x"
    with whole_file(place, "out") as hidden:
        hidden.write_text("first")
    with pytest.raises(ZeroDivisionError), whole_file(place, "out") as hidden:
        hidden.write_text(str(1 // len("")))
    assert [(each.name, each.read_text()) for each in place.parent.iterdir()] == [("x", "first")]
    with pytest.raises(BadRequest) as refused, whole_file(place / "below a file", "out"):
        pass
    assert refused.value.fields == {"field": "out"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "+a\r=1"])
def test_no_text_is_run_by_a_spreadsheet_that_a_person_opens_it_in(text: str) -> None:
    answer = Answer(("name", "cost"), [(text, Decimal(-1))])
    out, exact = io.StringIO(), io.StringIO()
    write_csv(answer, out, for_people=True)
    write_csv(answer, exact)
    assert list(csv.reader(io.StringIO(out.getvalue(), newline="")))[1] == [f"'{text}", "-1"]
    assert list(csv.reader(io.StringIO(exact.getvalue(), newline="")))[1] == [text, "-1"]
