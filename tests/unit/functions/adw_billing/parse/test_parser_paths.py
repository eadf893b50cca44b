"""The fast way of reading a chunk gives what the careful one gives, whatever stands in it."""

from __future__ import annotations

import csv
import io
import os
import random
import secrets
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from functions.adw_billing.model.columns import NUMBER_SCALE
from functions.adw_billing.model.headers import Layout, layout
from functions.adw_billing.model.tables import DATA
from functions.adw_billing.model.warehouse import RowFormat
from functions.adw_billing.parse.chunks import Chunk, Splitter, whole
from functions.adw_billing.parse.parser import Parser
from functions.adw_billing.parse.wide_rows import WIDE_COLUMNS
from functions.adw_billing.warehouse.oracle.sql import ROW_FORMAT
from tests.support.billing_files import COST, FOCUS, USAGE

if TYPE_CHECKING:
    from functions.adw_billing.model.warehouse import Batch

NUMBERS = (
    *("0", "1", "-1", "0.5", "-0.000000001", "0.083333333333000000", "4.81298076439E-7", "-2.5E-7", "5.65E9"),
    *("9.0E20", "6.31234567E-12", "0E-18", "0E-40", "0.0E-99", "1E-24", "1E-25", "1E-38", "1E-63", "1E-90"),
    *("1E-999999999", "1E39", "0E-999999999", "1E9999999", "9E13", "9E14", "9E22", "9E23", "9E24", "9E25"),
    *("99999999999999", "100000000000000", "1" * 38, "1" * 39, "1" * 300, "0." + "0" * 60 + "1"),
    *("0." + "1" * 24, "0." + "1" * 25, "0." + "1" * 24 + "000", "12345678901234.123456789012345678901234"),
    *("-99999999999999.999999999999999999999999", "123456789012345678.5", "1.5e-18", "+3", ".5", "5."),
    *("00012.50", "15E-4", "1E+3", "1E-07", "-.5", "-", ".", "--1", "1_000", "1.2.3", "NaN", "inf", "0x10"),
    *("E-7", "5E", "1E5.0", " 1", "1 ", "\t2", "12,5", "NULL", "null", "abc", "1" * 37 + "E-99", "٣"),
)
TIMES = (
    *("2026-01-05T10:00Z", "2026-01-05T11:00:00Z", "2026-01-05T11:00:00.123Z"),
    *("2026-01-05T11:00:00.123456789Z", "2026-01-05T11:00:00+00:00", "2026-01-05T11:00:00.5+02:00"),
    *("2026-01-05T11-0330", "2026-01-05T11Z", "2026-01-05T11", "2026-01-05+02:00", "2026-01-05T11:00+02"),
    *("2026-01-05 17:00:00", "2026-01-05 17:00:00.5 UTC", "2026-01-05", "2026-01-05 17:00Z"),
    *("2026-01-05T17:00:00", "2023-02-30T10:00Z", "13.11.2023", "20231113T100000Z", "soon"),
    *("2023-11-13T10:61Z", "0000-01-01T00:00Z", "NULL", "9999-12-31T23:59:59-05:00", "0001-01-01T00:00+05:00"),
    *("2026-01-05T24:00:00Z", "2026-01-05T23:59:60Z", "12026-01-05T10:00Z", "-2026-01-05T10:00Z"),
    *("2026-01-05T10:00z", "2026-01-05t10:00Z", " 2026-01-05T10:00Z", "2026-01-05Z", "2026-01-05T10:00:00,5Z"),
    *("2026-01-05T10:00+24:00", "2026-01-05T10:00+23:60", "0999-01-01T00:00Z"),
)
TEXTS = (
    *("NA", "null", "NULL", "0017053", "20200115", "", " x ", "nan", "true", "a=b", "#1", 'say "hi"'),
    *("two\nlines", '"', "cr\rinside", "crlf\r\ninside", "tab\there", "back\\slash", "ünïcode 🎉", "'quoted'"),
    *("a,b", "\r\n", ",", '""', "{", '"k": "v"', '{"a": "b=c#d"}', ' "k": 1', "\ufeffbom", "\x01\x1f\x7f"),
    *("é" * 400, "x" * 300, "x" * 5000, "\u2028"),
)
CORRUPTIONS = (
    *(b'"', b",", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", b'","', b'""', b"\n\n"),
    b'"\n',
)
LONG = "y" * 600_000
LINE_ENDS = ("\r\n", "\n")
HEADERS = {
    "cost": [*COST, 'tags/odd "key"', "newColumn"],
    "usage": [*USAGE, "tags/a.b", "other/column"],
    "focus": [*FOCUS, "Unknown"],
}


def chosen(chance: random.Random, name: str, found: Layout, position: int, *, wild: float) -> str:
    """A cell; rarely one that is odd for its column."""
    kind = found.value_types.get(position)
    pool = TIMES if kind and kind not in NUMBER_SCALE else NUMBERS if kind else TEXTS
    if chance.random() < 0.3:
        return ""
    if chance.random() < wild:
        return chance.choice((*pool, *TEXTS))
    return {TIMES: TIMES[0], NUMBERS: "0.250000000000000000", TEXTS: name}[pool]


def chunk_text(chance: random.Random, header: list[str], found: Layout) -> bytes:
    """Some records, now and then broken ones."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=chance.choice(LINE_ENDS), quoting=chance.choice((0, 0, 1)))
    wild = chance.choice((0, 0.02, 0.3))
    for _ in range(chance.randint(1, 60)):
        cells = [chosen(chance, name, found, position, wild=wild) for position, name in enumerate(header)]
        if wild and chance.random() < 0.03:
            cells = cells[: chance.randint(1, len(cells))] + ["more"] * chance.randint(0, 3)
        if wild and chance.random() < 0.01:
            cells[chance.randrange(len(cells))] = LONG
        writer.writerow(cells)
    raw = text.getvalue().encode()
    for _ in range(chance.choice((0, 0, 0, 1, 3))):
        at = chance.randrange(len(raw) + 1)
        raw = raw[:at] + chance.choice(CORRUPTIONS) + raw[at:]
    return raw


def rows_of(batch: Batch) -> list[dict[str, Any]]:
    """A batch's rows by number, numbers that are texts as numbers."""
    rows = batch.rows.to_pylist() if batch.rows is not None else []
    billing = batch.billing.to_pylist() if batch.billing is not None else [{}] * len(rows)
    return sorted(({**row, "billing": other} for row, other in zip(rows, billing, strict=True)), key=by_number)


def by_number(row: dict[str, Any]) -> int:
    number: int = row["object_row"]
    return number


def same_values(rows: list[dict[str, Any]], found: Layout) -> list[dict[str, Any]]:
    """Spellings of a number or a time as what they say; `oci_billing` has the file's own or that of the row rules."""
    table = DATA[found.dialect]
    numbers = {column.name for column in table.columns if column.type in NUMBER_SCALE}
    plain = []
    for row in rows:
        values = {name: Decimal(value) if name in numbers and value else value for name, value in row.items()}
        values["billing"] = {
            name: value
            for name, value in row["billing"].items()
            if name == "usage_day" or (name not in numbers and "interval" not in name)
        }
        plain.append(values)
    return plain


def read(chunk: Chunk, found: Layout, rules: RowFormat, wide_columns: int = WIDE_COLUMNS) -> Batch:
    (batch,) = Parser(found, rules, "", wide_columns).batches(iter([chunk]), 1)
    return batch


def in_chunks(text: bytes, size: int, found: Layout, rules: RowFormat, wide_columns: int) -> list[Batch]:
    """The batches of a report without its header that comes in small chunks."""
    return list(Parser(found, rules, "", wide_columns).batches(Splitter(iter([text]), size).chunks(), 1))


def compare(seed: str, cases: int) -> int:
    """How many of the cases had a chunk that the fast way read."""
    chance = random.Random(seed)  # noqa: S311  (a test's chance)
    regular = 0
    for _ in range(cases):
        dialect = chance.choice(sorted(HEADERS))
        header = io.StringIO(newline="")
        csv.writer(header).writerow(HEADERS[dialect])
        found = layout(header.getvalue().encode())
        rules = chance.choice((RowFormat(), ROW_FORMAT))
        fast = whole(chunk_text(chance, HEADERS[dialect], found), final=True)
        careful = Chunk(fast.text, fast.text_bytes, regular=False, final=True, closed=True)
        regular += fast.regular
        one, other = read(fast, found, rules), read(careful, found, rules)
        assert (one.sums, one.records, one.text_bytes) == (other.sums, other.records, other.text_bytes), fast.text
        assert list(one.rejected) == list(other.rejected), fast.text
        want = same_values(rows_of(other), found)
        assert same_values(rows_of(one), found) == want, fast.text
        wide = read(fast, found, rules, wide_columns=0)
        assert (wide.sums, wide.records, wide.text_bytes) == (other.sums, other.records, other.text_bytes), fast.text
        assert (list(wide.rejected), wide.unread) == (list(other.rejected), other.unread), fast.text
        assert same_values(rows_of(wide), found) == want, fast.text
        many = in_chunks(fast.text, chance.randint(50, 5000), found, rules, chance.choice((0, WIDE_COLUMNS)))
        assert [row for batch in many for row in same_values(rows_of(batch), found)] == want, fast.text
        assert [entry for batch in many for entry in batch.rejected] == list(other.rejected), fast.text
        assert (many[-1].final, sum(batch.text_bytes for batch in many)) == (True, len(fast.text)), fast.text
    return regular


def seed() -> str:
    chosen_seed = os.environ.get("PARSE_SEED", secrets.token_hex(4))
    sys.stdout.write(f"PARSE_SEED={chosen_seed}\n")
    return chosen_seed


def test_the_fast_way_reads_what_the_careful_one_reads() -> None:
    assert compare(seed(), 25) > 0


@pytest.mark.soak
@pytest.mark.timeout(3000)
def test_the_fast_way_reads_what_the_careful_one_reads_at_length() -> None:
    assert compare(seed(), 40_000) > 15_000
