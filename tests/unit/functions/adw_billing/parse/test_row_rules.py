"""One row in plain Python: exact values in a plain spelling, or the reason why it is quarantined."""

from __future__ import annotations

from decimal import Decimal

import pytest

from functions.adw_billing.model.headers import layout
from functions.adw_billing.model.warehouse import RowFormat
from functions.adw_billing.parse.row_rules import CheckedRow, RowRejected, RowRules, number, time_text

HEADER = b"lineItem/intervalUsageStart,cost/myCost,usage/billedQuantity,cost/currencyCode\n"
TEXTS_FORMAT = RowFormat(number_exponents=(-130, 125), limits_texts=True, has_billing=True)
DECIMAL_FORMAT = RowFormat()


def checked(*fields: bytes, row_format: RowFormat = DECIMAL_FORMAT) -> CheckedRow:
    return RowRules(layout(HEADER), row_format).checked(fields)


def reason(*fields: bytes, row_format: RowFormat = DECIMAL_FORMAT) -> str:
    with pytest.raises(RowRejected) as caught:
        checked(*fields, row_format=row_format)
    return caught.value.reason


@pytest.mark.parametrize(
    ("text", "value"),
    [("00012.50", "12.5"), ("1E+3", "1000"), (" +.5 ", "0.5"), ("5.", "5"), ("-0E99", "0"), ("1.5e-18", "1.5E-18")],
)
def test_a_number_has_one_value_however_it_is_spelled(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "-", "1_000", "NaN", "inf", "0x10", "1,5", "٣", "1E5.0"])
def test_what_is_no_number_is_a_bad_number(text: str) -> None:
    with pytest.raises(RowRejected) as caught:
        number(text)
    assert caught.value.reason == "bad-number"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05", "2026-01-05T00:00:00.000000Z"),
        ("2026-01-05 17:00:00.5 UTC", "2026-01-05T17:00:00.500000Z"),
        ("2026-01-05T11-0330", "2026-01-05T14:30:00.000000Z"),
        ("2026-01-05T11:00:00.123456789Z", "2026-01-05T11:00:00.123456Z"),
        ("0999-01-01T00:00Z", "0999-01-01T00:00:00.000000Z"),
    ],
)
def test_a_moment_is_written_in_utc_to_the_microsecond(text: str, moment: str) -> None:
    assert time_text(text) == moment


@pytest.mark.parametrize("text", ["soon", "2023-02-30T10:00Z", "2026-01-05T24:00:00Z", "2026-01-05T10:00+24:00"])
def test_what_is_no_moment_is_a_bad_time(text: str) -> None:
    with pytest.raises(RowRejected) as caught:
        time_text(text)
    assert caught.value.reason == "bad-time"


def test_a_row_has_plain_fields_numbers_by_position_and_its_own_texts() -> None:
    row = checked(b"2026-01-05T10:00Z", b"2.5E-1", b"", b"USD")
    assert row.fields == (b"2026-01-05T10:00:00.000000Z", b"0.25", b"", b"USD")
    assert row.numbers == {1: Decimal("0.25")}
    assert row.original_texts == ("2026-01-05T10:00Z", "2.5E-1", "", "USD")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((b"2026-01-05", b"1\0", b"", b""), "nul-byte"),
        ((b"2026-01-05", b"1", b"", b"\xff"), "not-utf-8"),
        ((b"2026-01-05", b"1E14", b"", b""), "not-exact"),
        ((b"2026-01-05", b"1E-25", b"", b""), "not-exact"),
        ((b"2026-01-05", b"one", b"", b""), "bad-number"),
        ((b"today", b"1", b"", b""), "bad-time"),
    ],
)
def test_each_reason_has_its_row(fields: tuple[bytes, ...], expected: str) -> None:
    assert reason(*fields) == expected


def test_a_number_has_the_digits_of_its_column_and_as_a_text_38_at_any_scale() -> None:
    assert checked(b"2026-01-05", b"1E-130", b"9E125", b"", row_format=TEXTS_FORMAT).numbers[1] == Decimal("1E-130")
    assert checked(b"2026-01-05", b"1E-24", b"1E-15", b"").numbers == {1: Decimal("1E-24"), 2: Decimal("1E-15")}
    assert reason(b"2026-01-05", b"1E-131", b"", b"", row_format=TEXTS_FORMAT) == "not-exact"
    assert reason(b"2026-01-05", b"1" * 39, b"", b"", row_format=TEXTS_FORMAT) == "not-exact"
    assert reason(b"2026-01-05", b"1", b"", b"x" * 31, row_format=TEXTS_FORMAT) == "text-too-long"
    assert checked(b"2026-01-05", b"1", b"", b"x" * 31).fields[3] == b"x" * 31
