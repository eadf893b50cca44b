"""Where quotes stand in a text decides whether a lenient reader may read it."""

from __future__ import annotations

import pytest

from functions.adw_billing.parse.quotes import Quotes, closed_end, has_longer_line, is_text, quotes


@pytest.mark.parametrize(
    ("text", "longest"),
    [
        (b"1,2\n", 0),
        (b'1,"a,b"\n', 5),
        (b'"a""b",2\r\n"x"\n', 6),
        (b'"two\nlines"', 11),
        (b'1,""\n', 2),
        (b'1\r"a"\r2', 3),
        (b"", 0),
    ],
)
def test_quoted_fields_from_separator_to_separator_are_regular(text: bytes, longest: int) -> None:
    assert quotes(text) == Quotes(regular=True, longest=longest)


@pytest.mark.parametrize("text", [b'1,a"b\n', b'"a"b,2\n', b'1, "a"\n', b'"a" ,2\n'])
def test_a_quote_elsewhere_is_irregular(text: bytes) -> None:
    assert not quotes(text).regular


def test_a_quote_that_does_not_close_is_found_where_it_opens() -> None:
    assert quotes(b'1,"a"\n2,"open\n3,4\n') == Quotes(regular=True, open_at=8, longest=3)


@pytest.mark.parametrize(
    ("text", "end"),
    [(b'1,"a"\n2,"open\n3,4\n', 6), (b'"open\n', 0), (b'"two\nlines"\n1,"open\n', 12), (b'"two\nlines",1,"open\n', 0)],
)
def test_the_last_record_before_an_open_quote_ends_where_quotes_are_even(text: bytes, end: int) -> None:
    assert closed_end(text, quotes(text).open_at) == end


@pytest.mark.parametrize(
    ("text", "good"),
    [(b"abc", True), ("é🎉".encode() * 10_000, True), (b"a\0b", False), (b"\xff", False), (b"\xc3", False)],
)
def test_text_is_utf_8_without_nul(text: bytes, good: bool) -> None:  # noqa: FBT001
    assert is_text(text) is good


@pytest.mark.parametrize(
    ("text", "longer"),
    [(b"123\n123\n", False), (b"123\n12345\n", True), (b"12345\n123\n", True), (b"12345", True), (b"1234", False)],
)
def test_a_longer_line_is_found_wherever_it_stands(text: bytes, longer: bool) -> None:  # noqa: FBT001
    assert has_longer_line(text, 4) is longer
