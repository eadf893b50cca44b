"""Records of a CSV text as RFC 4180 says, and a fault that stays with the line where it began."""

from __future__ import annotations

import pytest

from functions.adw_billing.parse.records import MAX_RECORD_BYTES, Record, records


def fields(text: bytes, width: int = 2) -> list[tuple[bytes, ...]]:
    return [each.fields for each in records(text, width, final=True)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_line_may_end_in_three_ways_and_blank_ones_are_no_records(end: bytes) -> None:
    assert fields(end.join([b"1,2", b"", b"3,4"])) == [(b"1", b"2"), (b"3", b"4")]


def test_a_quoted_field_may_hold_separators_line_ends_and_doubled_quotes() -> None:
    assert fields(b'1,"a,b"\n2,"two\r\nlines"\n3,"say ""hi"""\n') == [
        (b"1", b"a,b"),
        (b"2", b"two\r\nlines"),
        (b"3", b'say "hi"'),
    ]


def test_a_quote_inside_an_unquoted_field_is_a_character() -> None:
    assert fields(b'1,a"b\n') == [(b"1", b'a"b')]


def test_an_open_quote_spoils_its_own_line_only() -> None:
    assert list(records(b'1,"open\n3,4\n', 2, final=True)) == [
        Record(0, 8, fault="unterminated-quote"),
        Record(8, 12, (b"3", b"4")),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"1\n", "field-count"),
        (b"1,2,3\n", "field-count"),
        (b'"a"b,2\n', "bad-quote"),
        (b'1,"open\n', "unterminated-quote"),
        (b"1," + b"x" * MAX_RECORD_BYTES + b"\n", "row-too-long"),
    ],
    ids=["few", "many", "quote", "open", "long"],
)
def test_each_fault_has_its_reason(line: bytes, fault: str) -> None:
    found = list(records(line + b"3,4\n", 2, final=True))
    assert [each.fault for each in found] == [fault, ""]


def test_an_unfinished_record_waits_for_what_follows() -> None:
    assert [each.end for each in records(b"1,2\n3,4", 2, final=False)] == [4]
    assert [each.end for each in records(b'1,2\n3,"a\n', 2, final=False)] == [4]
    assert [each.end for each in records(b"1,2\n3,4", 2, final=True)] == [4, 7]
