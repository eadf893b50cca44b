"""From chunks to batches: numbers of rows, sums, quarantine, and a check over exactly the text that was read."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from functions.adw_billing.model.headers import layout
from functions.adw_billing.model.warehouse import RowFormat, Sums
from functions.adw_billing.parse.chunks import Chunk, Splitter, text_check, whole
from functions.adw_billing.parse.parser import MAX_CONTENT_CHARACTERS, Parser

if TYPE_CHECKING:
    from functions.adw_billing.model.warehouse import Batch

HEADER = b"lineItem/intervalUsageStart,cost/myCost,usage/billedQuantity\n"
START = b"2026-01-05T10:00Z"


def batches(*chunks: Chunk, first: int = 1) -> list[Batch]:
    return list(Parser(layout(HEADER), RowFormat(), "").batches(iter(chunks), first))


def test_a_batch_has_rows_and_their_exact_sums() -> None:
    (batch,) = batches(whole(START + b",0.1,2\n" + START + b",0.2,\n", final=True))
    assert batch.sums == Sums(2, Decimal("0.3"), Decimal(2))
    assert (batch.records, list(batch.rejected), batch.final) == (2, [], True)
    assert batch.rows["object_row"].to_pylist() == [1, 2]


def test_a_bad_row_goes_into_quarantine_with_its_number_and_text_and_the_others_are_kept() -> None:
    text = START + b",0.1,1\n" + START + b",bad,1\n" + START + b",+0.2,1\n" + START + b"\n"
    (batch,) = batches(whole(text, final=True), first=11)
    found = [(entry.object_row, entry.reason, entry.content) for entry in batch.rejected]
    start = START.decode()
    assert found == [(12, "bad-number", f"{start},bad,1"), (14, "field-count", start)]
    assert batch.sums == Sums(2, Decimal("0.3"), Decimal(2))
    assert sorted(batch.rows["object_row"].to_pylist()) == [11, 13]


def test_a_chunk_that_is_not_regular_is_read_record_by_record() -> None:
    text = START + b',0.1,"1"x\n' + START + b",0.2,1\n"
    (batch,) = batches(whole(text, final=True))
    assert [(entry.object_row, entry.reason) for entry in batch.rejected] == [(1, "bad-quote")]
    assert batch.sums == Sums(1, Decimal("0.2"), Decimal(1))


def test_a_record_over_two_chunks_is_read_once() -> None:
    first, second = START + b",0.1,1\n" + START + b',0.2,"\n', b'1"\n' + START + b",0.4,1\n"
    found = batches(Chunk(first, len(first)), whole(second, final=True))
    assert [batch.records for batch in found] == [1, 2]
    read = found[0].text_bytes
    assert (found[0].prefix_check, read) == (text_check(first[:read]), len(START) + 7)
    assert (found[1].prefix_check, found[1].text_bytes) == (text_check(first + second), len(first + second) - read)
    assert sum((batch.sums.cost for batch in found), Decimal(0)) == Decimal("0.7")
    assert [entry for batch in found for entry in batch.rejected] == []


def test_the_check_is_that_of_the_text_read_so_far() -> None:
    text = b"".join(b"%b,0.1,%d\n" % (START, number) for number in range(500))
    found = batches(*Splitter(iter([text]), 2_000).chunks())
    assert len(found) > 3
    read = 0
    for batch in found:
        read += batch.text_bytes
        assert batch.prefix_check == text_check(text[:read])
    assert read == len(text)


def test_an_overlong_line_is_one_bad_row_whose_beginning_is_kept() -> None:
    (batch,) = batches(Chunk(b"x" * (MAX_CONTENT_CHARACTERS + 5), 99_999_999, overlong=True), first=7)
    (entry,) = batch.rejected
    assert (entry.object_row, entry.reason, len(entry.content)) == (7, "row-too-long", MAX_CONTENT_CHARACTERS)
    assert (batch.records, batch.text_bytes) == (1, 99_999_999)


def test_what_a_quarantined_row_shows_can_be_stored() -> None:
    (batch,) = batches(whole(START + b",1,\xff\0\r\n", final=True))
    assert batch.rejected[0].content == START.decode() + ",1,\\xff\\x00"
