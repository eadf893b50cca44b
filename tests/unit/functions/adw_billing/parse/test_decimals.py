"""A column of texts becomes exact decimals and moments, or is marked as doubtful: not a digit is lost or made up."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from functions.adw_billing.parse.decimals import characters, either_doubts, exact_total, to_decimals, to_times

MONEY_SCALE = 24
BYTES_SCALE = 13


def texts(*values: str | None) -> pa.StringArray:
    return pa.array(values, pa.string())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-0.000000001", "-0.000000001"),
        ("0.083333333333000000", "0.083333333333"),
        ("4.81298076439E-7", "0.000000481298076439"),
        ("6.31234567E-12", "0.00000000000631234567"),
        ("12345678901234.123456789012345678901", "12345678901234.123456789012345678901"),
        ("0." + "1" * 24, "0." + "1" * 24),
    ],
)
def test_an_amount_keeps_every_digit(text: str, value: str) -> None:
    found, doubts = to_decimals(texts(text), MONEY_SCALE)
    assert found.to_pylist() == [Decimal(value)]
    assert doubts is None


@pytest.mark.parametrize(
    "text",
    [
        *("1" * 15, "0." + "1" * 25, "1E39", "1E-25", "1E-999999999", "0E-40", "1" * 39, "1.5e-7", "+3", ".5E"),
        *(" 1", "NULL", "1,5", "0x10", "--1"),
    ],
)
def test_an_amount_that_may_not_fit_or_is_spelled_otherwise_is_in_doubt(text: str) -> None:
    found, doubts = to_decimals(texts("0.25", text, None), MONEY_SCALE)
    assert doubts is not None
    assert doubts.to_pylist() == [False, True, False]
    assert found.to_pylist() == [Decimal("0.25"), None, None]


def test_byte_milliseconds_have_25_digits_before_the_point() -> None:
    largest = "9" * 25 + "." + "9" * 12
    found, doubts = to_decimals(texts("9.0E20", largest[:38]), BYTES_SCALE)
    assert found.to_pylist() == [Decimal("9.0E20"), Decimal(largest[:38])]
    assert doubts is None


def test_a_sum_of_large_amounts_does_not_overflow() -> None:
    amounts = pa.array([Decimal("90000000000000.000000000000000000000001")] * 200, pa.decimal128(38, MONEY_SCALE))
    assert exact_total(amounts) == Decimal("18000000000000000.0000000000000000000002")


def test_a_sum_of_nothing_is_0() -> None:
    assert exact_total(pa.array([None, None], pa.decimal128(38, MONEY_SCALE))) == 0
    assert exact_total(pa.array([], pa.decimal128(38, MONEY_SCALE))) == 0


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05T10:00Z", datetime(2026, 1, 5, 10)),  # noqa: DTZ001  (a warehouse's UTC)
        ("2026-01-05T11:00:00.123Z", datetime(2026, 1, 5, 11, 0, 0, 123_000)),  # noqa: DTZ001
        ("2026-01-05T11:00:00+02:00", datetime(2026, 1, 5, 9)),  # noqa: DTZ001
        ("2026-01-05T17:00:00", datetime(2026, 1, 5, 17)),  # noqa: DTZ001
    ],
)
def test_a_moment_is_in_utc(text: str, moment: datetime) -> None:
    found, doubts = to_times(texts(text))
    assert (found.to_pylist(), doubts) == ([moment], None)


@pytest.mark.parametrize("text", ["2023-02-30T10:00Z", "soon", "0001-01-01T00:00+05:00", "2026-01-05T24:00:00Z"])
def test_a_moment_that_is_none_or_outside_of_the_calendar_is_in_doubt(text: str) -> None:
    _, doubts = to_times(texts("2026-01-05T10:00Z", text))
    assert doubts is not None
    assert doubts.to_pylist() == [False, True]


def test_of_two_reasons_for_doubt_either_counts() -> None:
    one, other = pa.array([True, False, False]), pa.array([False, True, False])
    assert either_doubts(one, other).to_pylist() == [True, True, False]  # type: ignore[union-attr]
    assert either_doubts(None, other) is other
    assert either_doubts(None, None) is None


def test_the_characters_of_a_slice_are_its_own() -> None:
    assert characters(texts("ab", None, "c", "d")[1:3]) == b"c"
    assert characters(texts()) == b""


def test_a_column_of_milliseconds_is_one_of_moments_where_it_may_be() -> None:
    texts = pa.array(["1767607200123", None, "100000000000"])
    values, doubts = to_times(texts, epochs=True)
    assert doubts is None
    assert [str(value) for value in values.to_pylist()] == ["2026-01-05 10:00:00.123000", "None", "1973-03-03 09:46:40"]
    mixed, doubts = to_times(pa.array(["1767607200123", "2026-01-05T10:00Z"]), epochs=True)
    assert doubts is not None
    assert (doubts.to_pylist(), mixed.to_pylist()[0]) == ([True, False], None)
    _, doubts = to_times(texts)
    assert doubts is not None
    assert doubts.to_pylist() == [True, False, True]
