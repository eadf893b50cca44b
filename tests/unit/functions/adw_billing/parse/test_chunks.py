"""Cutting a report into chunks: whole records, nothing lost, whatever the sizes of pieces and chunks."""

from __future__ import annotations

import random

from functions.adw_billing.parse.chunks import (
    MAX_CHUNK_LINES,
    MAX_LINE_BYTES,
    OVERLONG_HEAD_BYTES,
    Splitter,
    text_check,
)


def _report(chance: random.Random) -> bytes:
    """Records of at most 107 bytes, some with a line end in quotes, the last one sometimes without its own."""
    lines = []
    for number in range(chance.randint(1, 80)):
        value = b"x" * chance.randint(0, 50)
        quoted = chance.random() < 0.2
        lines.append(b'%d,"%b\n%b"\n' % (number, value, value) if quoted else b"%d,%b\n" % (number, value))
    text = b"".join(lines)
    return text if chance.random() < 0.8 else text[:-1]


def _pieces(text: bytes, size: int) -> list[bytes]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def test_chunks_are_whole_records_and_together_the_report() -> None:
    chance = random.Random(20261125)  # noqa: S311  (a test's chance)
    for _ in range(2000):
        text = _report(chance)
        splitter = Splitter(iter(_pieces(b"a,b\n" + text, chance.randint(1, 400))), chance.randint(120, 400))
        assert splitter.header() == b"a,b\n"
        chunks = list(splitter.chunks())
        assert b"".join(chunk.text for chunk in chunks) == text
        assert [chunk.final for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
        assert all(chunk.text.endswith(b"\n") and chunk.text.count(b'"') % 2 == 0 for chunk in chunks[:-1])


def test_the_header_ends_at_the_first_line_end_outside_of_quotes() -> None:
    splitter = Splitter(iter([b'\r\n\na,"b', b'\nc",d\r', b"\n1,2,3\n"]))
    assert splitter.header() == b'a,"b\nc",d\r\n'
    assert [chunk.text for chunk in splitter.chunks()] == [b"1,2,3\n"]


def test_a_chunk_is_the_buffer_up_to_its_last_line_end_and_no_copy_of_it() -> None:
    splitter = Splitter(iter([b"h\n", b"1,2\n3,4\n5,", b"6\n"]), chunk_bytes=10)
    splitter.header()
    assert [chunk.text for chunk in splitter.chunks()] == [b"1,2\n3,4\n", b"5,6\n"]


def test_a_chunk_has_a_bounded_number_of_lines() -> None:
    text = b"\n" * (3 * MAX_CHUNK_LINES)
    chunks = list(Splitter(iter([text])).chunks())
    assert b"".join(chunk.text for chunk in chunks) == text
    assert max(chunk.text.count(b"\n") for chunk in chunks) <= MAX_CHUNK_LINES


def test_a_line_without_an_end_is_given_up_with_its_head_and_the_next_line_is_read() -> None:
    pieces = [b"x" * (1 << 20)] * (1 + (MAX_LINE_BYTES >> 20))
    chunks = list(Splitter(iter([*pieces, b"y\n1,2\n"])).chunks())
    assert [chunk.overlong for chunk in chunks] == [True, False]
    assert chunks[0].text == b"x" * OVERLONG_HEAD_BYTES
    assert chunks[0].text_bytes == len(pieces) * (1 << 20) + 2
    assert chunks[1].text == b"1,2\n"


def test_bytes_that_earlier_calls_loaded_are_handed_over_to_be_checked() -> None:
    splitter = Splitter(iter([b"h\n1,", b"2\n3,4\n"]))
    splitter.header()
    assert b"".join(splitter.skip(4)) == b"1,2\n"
    assert [chunk.text for chunk in splitter.chunks()] == [b"3,4\n"]


def test_the_check_of_a_text_in_parts_is_that_of_the_whole() -> None:
    assert text_check(b"123456789") == "cbf43926"
    assert text_check(b"56789", text_check(b"1234")) == "cbf43926"
