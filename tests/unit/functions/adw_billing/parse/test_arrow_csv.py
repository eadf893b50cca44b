"""Arrow reads a regular chunk as columns of texts; what it would guess at is refused."""

from __future__ import annotations

import pytest

from functions.adw_billing.parse.arrow_csv import Irregular, Reader, Texts
from functions.adw_billing.parse.chunks import whole


def read(text: bytes, width: int = 2) -> Texts:
    return Reader(width).read(whole(text, final=True))


def test_fields_are_texts_and_empty_ones_are_null() -> None:
    found = read(b'0017053,\r\n"",NA\nnull,"a,b"\n')
    assert [column.to_pylist() for column in found.columns] == [["0017053", None, "null"], [None, "NA", "a,b"]]
    assert found.numbers.to_pylist() == [1, 2, 3]
    assert found.misfits == []


def test_records_of_another_width_keep_their_numbers() -> None:
    found = read(b"1,2\n3\n4,5\n6,7,8\n9,10\n")
    assert found.columns[0].to_pylist() == ["1", "4", "9"]
    assert found.numbers.to_pylist() == [1, 3, 5]
    assert found.misfits == [2, 4]


@pytest.mark.parametrize(
    "text",
    [b'"a"b,2\n', b'1,a"b\n', b'1,"open\n', b"\xef\xbb\xbf1,2\n", b"1,\xff\n", b"1,\0\n", b'"two\nlines"\n1,2\n'],
)
def test_what_arrow_reads_otherwise_than_rfc_4180_is_refused(text: bytes) -> None:
    with pytest.raises(Irregular):
        read(text)


def test_a_record_that_may_be_too_long_is_refused() -> None:
    half = b"x" * 300_000
    with pytest.raises(Irregular):
        read(half + b"," + half + b"\n")
    assert read(half + b",1\n").numbers.to_pylist() == [1]
