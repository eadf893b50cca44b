"""What proves a stream: the size that was listed, and the end of every gzip member; each without the other."""

from __future__ import annotations

import gzip

import pytest

from functions.adw_billing.source.gunzip import ProvenStream, StreamFault

TEXT = b"".join(b"row %d\n" % number for number in range(100))
PACKED = gzip.compress(TEXT, mtime=0)


def fault_of(stored: bytes, listed_bytes: int) -> str:
    with pytest.raises(StreamFault) as caught:
        list(ProvenStream([stored], listed_bytes).pieces())
    return caught.value.reason


@pytest.mark.parametrize("stored", [TEXT, PACKED], ids=["text", "gzip"])
@pytest.mark.parametrize("difference", [-1, 1])
def test_a_whole_stream_of_another_size_than_listed_is_not_proved(stored: bytes, difference: int) -> None:
    assert b"".join(ProvenStream([stored], len(stored)).pieces()) == TEXT
    assert fault_of(stored, len(stored) + difference) == "size-differs"


@pytest.mark.parametrize("missing_bytes", [1, 4, 8, 9, 30])
def test_gzip_data_that_ends_too_early_is_not_proved_though_the_size_is_the_listed_one(missing_bytes: int) -> None:
    stored = PACKED[:-missing_bytes]
    assert fault_of(stored, len(stored)) == "truncated"


def test_a_second_member_that_ends_too_early_is_not_proved() -> None:
    stored = PACKED + PACKED[:-5]
    assert fault_of(stored, len(stored)) == "truncated"
