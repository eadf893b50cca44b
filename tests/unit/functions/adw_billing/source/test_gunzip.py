"""What proves a stream: the size that was listed, and the end of every gzip member; each without the other."""

from __future__ import annotations

import gzip
import hashlib
import random

import pytest

from functions.adw_billing.source.gunzip import (
    MAX_PIECE_BYTES,
    MAX_RATIO,
    RATIO_CHECKED_FROM_BYTES,
    ProvenStream,
    StreamFault,
    undamaged,
)

TEXT = b"".join(b"row %d\n" % number for number in range(100))
PACKED = gzip.compress(TEXT, mtime=0)


def fault_of(stored: bytes, listed_bytes: int) -> str:
    with pytest.raises(StreamFault) as caught:
        list(ProvenStream([stored], listed_bytes).pieces())
    assert caught.value.text == str(caught.value)
    assert " " in caught.value.text, "a sentence for who reads the quarantine"
    return caught.value.reason


def in_chunks(stored: bytes, size: int) -> list[bytes]:
    return [stored[start : start + size] for start in range(0, len(stored), size)]


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


@pytest.mark.parametrize("chunk_bytes", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("stored", "text", "is_gzip"),
    [
        (PACKED, TEXT, True),
        (PACKED + PACKED, TEXT + TEXT, True),
        (PACKED + b"\0" * 700, TEXT, True),
        (PACKED + b"\0" * 700 + PACKED, TEXT + TEXT, True),
        (TEXT, TEXT, False),
        (b"x", b"x", False),
        (b"\x1f", b"\x1f", False),
        (b"", b"", False),
    ],
    ids=["one member", "two members", "padding", "padding between", "text", "a byte", "half a magic", "nothing"],
)
def test_a_stream_is_the_same_however_it_is_cut(stored: bytes, text: bytes, chunk_bytes: int, *, is_gzip: bool) -> None:
    stream = ProvenStream(in_chunks(stored, chunk_bytes), len(stored))
    assert b"".join(stream.pieces()) == text
    assert (stream.is_gzip, stream.size_bytes, stream.text_bytes) == (is_gzip, len(stored), len(text))
    assert stream.sha256 == hashlib.sha256(stored).hexdigest()


@pytest.mark.parametrize("more", [b"x", b"PK\x03\x04", b"\0\0x", b"\x1fx"])
def test_bytes_behind_the_gzip_data_are_damage(more: bytes) -> None:
    assert fault_of(PACKED + more, len(PACKED + more)) == "damaged"


@pytest.mark.parametrize("position", [2, len(PACKED) // 2, -8, -1])
def test_a_changed_byte_is_damage(position: int) -> None:
    damaged = bytearray(PACKED)
    damaged[position] ^= 0x55
    assert fault_of(bytes(damaged), len(damaged)) == "damaged"


def test_a_large_block_comes_in_bounded_pieces() -> None:
    text = b"a" * (5 * MAX_PIECE_BYTES) + random.Random(1).randbytes(1000)  # noqa: S311
    stored = gzip.compress(text, mtime=0)
    pieces = list(ProvenStream([stored], len(stored)).pieces())
    assert b"".join(pieces) == text
    assert max(map(len, pieces)) == MAX_PIECE_BYTES


def test_what_unpacks_to_far_more_than_a_report_is_stopped_early() -> None:
    stored = gzip.compress(b"a" * (2 * RATIO_CHECKED_FROM_BYTES), mtime=0)
    stream = ProvenStream([stored], len(stored))
    with pytest.raises(StreamFault) as caught:
        for _ in stream.pieces():
            pass
    assert (caught.value.reason, str(MAX_RATIO) in caught.value.text) == ("ratio", True)
    assert stream.text_bytes == RATIO_CHECKED_FROM_BYTES + MAX_PIECE_BYTES


def test_below_that_size_no_ratio_is_suspicious_and_above_it_a_reports_is_not() -> None:
    repetitive = gzip.compress(b"a" * RATIO_CHECKED_FROM_BYTES, mtime=0)
    assert len(repetitive) * MAX_RATIO < RATIO_CHECKED_FROM_BYTES
    noise = random.Random(2).randbytes(RATIO_CHECKED_FROM_BYTES // MAX_RATIO)  # noqa: S311
    usual = gzip.compress(noise + b"a" * (RATIO_CHECKED_FROM_BYTES + MAX_PIECE_BYTES), mtime=0)
    for stored in (repetitive, usual):
        stream = ProvenStream([stored], len(stored))
        assert sum(map(len, stream.pieces())) == stream.text_bytes >= RATIO_CHECKED_FROM_BYTES


def test_after_a_fault_the_rest_can_be_drained_so_that_hash_and_size_are_the_objects() -> None:
    stored = b"\x1f\x8b" + b"no gzip at all" * 50
    stream = ProvenStream(in_chunks(stored, 10), len(stored))
    with pytest.raises(StreamFault):
        list(stream.pieces())
    stream.drain()
    assert (stream.size_bytes, stream.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())


def test_what_can_be_unpacked_of_a_cut_stream_is_there() -> None:
    noise = random.Random(3).randbytes(100_000)  # noqa: S311
    stored = gzip.compress(noise, mtime=0)[:-50_000]
    found = b"".join(undamaged(ProvenStream(in_chunks(stored, 1000), len(stored)).pieces()))
    assert len(found) > 40_000
    assert noise.startswith(found)


@pytest.mark.parametrize(
    "stored",
    [TEXT, PACKED, gzip.compress(TEXT, 1), gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:]) + b"\0" * 9],
    ids=["text", "gzip", "another-compressor", "two-members"],
)
def test_the_hash_of_the_content_is_that_of_the_text_however_it_is_packed(stored: bytes) -> None:
    stream = ProvenStream(in_chunks(stored, 100), len(stored))
    pieces = stream.pieces()
    first = next(pieces)
    assert stream.content_sha256 == "", "nothing is said of a text before its end"
    assert first + b"".join(pieces) == TEXT
    assert stream.content_sha256 == hashlib.sha256(TEXT).hexdigest()


@pytest.mark.parametrize(("stored", "listed_bytes"), [(PACKED[:-3], len(PACKED) - 3), (TEXT, len(TEXT) + 1)])
def test_a_text_that_is_not_proved_has_no_hash(stored: bytes, listed_bytes: int) -> None:
    stream = ProvenStream([stored], listed_bytes)
    assert b"".join(undamaged(stream.pieces()))
    assert stream.content_sha256 == ""
