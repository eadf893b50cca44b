"""Cutting a report into chunks: whole records, nothing lost, whatever the sizes of pieces and chunks."""

from __future__ import annotations

import random

from functions.adw_billing.parse.chunks import Splitter


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
