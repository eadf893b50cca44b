"""Texts of a column as exact numbers and moments; what is not surely exact is marked, and left to `row_rules`.

Arrow's cast of a text to a decimal says so when digits would be lost, but only as long as its tables of powers reach:
with more than 38 digits or a large exponent it gives a wrong number or ends the process (pyarrow 26.0). So a text is
cast only where its length, its point and its exponent leave no room for that.
"""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from functions.adw_billing.model.columns import DIGITS, NUMBER_SCALE
from functions.adw_billing.parse.few_texts import few_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN_CHARACTERS = b"0123456789.-"
# `d.dddE-n` is cast only within these bounds, where digits beyond the column's scale are reported as "would cause data
# loss". Arrow's powers of ten end at 1E38; with exponents beyond them the cast has returned wrong numbers without an
# error, so that whatever is not well inside is left to `row_rules`. Real reports stay inside: 6.31234567E-12.
_MAX_MANTISSA_DECIMALS = 20
_MAX_NEGATIVE_EXPONENT = 24
SUM_TYPE = pa.decimal256(76, max(NUMBER_SCALE.values()))
"""Holds the sum of as many rows as a chunk can have, of every kind of number."""
_MAX_CARRY_DIGITS = 7
"""Digits by which the sum of a chunk's rows can be longer than the largest of them: MAX_CHUNK_LINES is below 1E7."""
UTC_TIME = pa.timestamp("us", "UTC")
LOCAL_TIME = pa.timestamp("us")
"""Without a zone: what stands in a report without one is UTC."""
_FIRST_TIME = pa.scalar("0001-01-01T00:00:00").cast(LOCAL_TIME)
_LAST_TIME = pa.scalar("9999-12-31T23:59:59.999999").cast(LOCAL_TIME)

Doubts: TypeAlias = "pa.BooleanArray | None"
"""Which texts are not surely exact; None: all are."""


def either_doubts(one: Doubts, other: Doubts) -> Doubts:
    """Return the texts that are in doubt for one reason or the other."""
    if one is None or other is None:
        return other if one is None else one
    return pc.or_(one, other)


def to_decimals(texts: pa.StringArray, scale: int) -> tuple[pa.Decimal128Array, Doubts]:
    """Return the numbers with ``scale`` decimals, NULL where the text is NULL or in doubt, and the doubts."""
    kind = pa.decimal128(DIGITS, scale)
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), kind), None
    if (few := few_texts(texts)) is not None:
        return _of_each(few, *_decimals(few.dictionary, scale))
    return _decimals(texts, scale)


def _decimals(texts: pa.StringArray, scale: int) -> tuple[pa.Decimal128Array, Doubts]:
    unsure = _unsure(texts, DIGITS - scale)
    values, failed = _cast(_without(texts, unsure), pa.decimal128(DIGITS, scale))
    return values, either_doubts(unsure, failed)


def _of_each(few: pa.DictionaryArray, values: pa.Array, doubts: Doubts) -> tuple[Any, Doubts]:
    """Return the values and doubts of all rows, from those of the different texts."""
    return values.take(few.indices), None if doubts is None else _marked(doubts.take(few.indices))


def exact_total(values: pa.Array) -> Decimal:
    """Return the exact sum of decimals; NULL counts as 0."""
    # Arrow's sum of a decimal128 is a decimal128(38), which overflows without an error (pyarrow 26.0). The sum of n
    # values is at most n times the largest: where that could have more than 38 digits, 76 are taken.
    ends = pc.min_max(values)
    largest = max(abs(each) for each in (ends["min"].as_py() or 0, ends["max"].as_py() or 0))
    if largest >= Decimal(10) ** (DIGITS - values.type.scale - _MAX_CARRY_DIGITS):
        values = pc.cast(values, SUM_TYPE)
    return pc.sum(values).as_py() or Decimal(0)


def to_times(texts: pa.StringArray, *, epochs: bool = False) -> tuple[pa.TimestampArray, Doubts]:
    """Return the moments in UTC to the microsecond, NULL where the text is NULL or in doubt, and the doubts.

    ``epochs``: a column of milliseconds since 1970 is one of moments (`row_rules.time_text`).
    """
    if (few := few_texts(texts)) is not None:
        return _of_each(few, *_times(few.dictionary, epochs=epochs))
    return _times(texts, epochs=epochs)


def _times(texts: pa.StringArray, *, epochs: bool) -> tuple[pa.TimestampArray, Doubts]:
    if epochs and pc.all(pc.match_substring_regex(texts, r"\A[0-9]{12,13}\z"), min_count=0).as_py():
        return pc.cast(pc.cast(pc.cast(texts, pa.int64()), pa.timestamp("ms")), LOCAL_TIME), None
    values, failed = _first_cast(texts)
    ends = pc.min_max(values)
    if ends["min"].is_valid and (ends["min"].value < _FIRST_TIME.value or ends["max"].value > _LAST_TIME.value):
        outside = pc.or_(pc.less(values, _FIRST_TIME), pc.greater(values, _LAST_TIME))
        failed = either_doubts(failed, pc.fill_null(outside, fill_value=False))
    return values, failed


def _first_cast(texts: pa.StringArray) -> tuple[pa.TimestampArray, Doubts]:
    """Cast times that all have a zone, or all have none, or the mixture."""
    # Arrow's cast to a type with a zone takes only texts with one, to a type without only those without: either all
    # go through at once, or the column is a mixture, whose texts without a zone are in doubt.
    for kind in (UTC_TIME, LOCAL_TIME):
        with contextlib.suppress(pa.ArrowInvalid):
            return pc.cast(pc.cast(texts, kind), LOCAL_TIME), None
    values, failed = _cast(texts, UTC_TIME)
    return pc.cast(values, LOCAL_TIME), failed


def _without(texts: pa.StringArray, doubts: Doubts) -> pa.StringArray:
    return texts if doubts is None else pc.if_else(doubts, pa.scalar(None, texts.type), texts)


def _cast(texts: pa.StringArray, kind: pa.DataType) -> tuple[Any, Doubts]:
    """Return the values, NULL where the cast fails, and where it does."""
    try:
        return pc.cast(texts, kind), None
    except pa.ArrowInvalid:
        failing = set(_failing(texts, kind, 0))
    mask = pa.array([index in failing for index in range(len(texts))])
    return pc.cast(_without(texts, mask), kind), mask


def _failing(texts: pa.StringArray, kind: pa.DataType, first: int) -> Iterator[int]:
    """Yield the positions whose cast fails, of texts that begin at ``first``."""
    # Arrow names one failing text at most and gives no values. Halves are tried until one text is left: k bad ones
    # among n cost some k * log2(n) casts, and a whole column of good ones just one.
    try:
        pc.cast(texts, kind)
    except pa.ArrowInvalid:
        half = len(texts) // 2
        if not half:
            yield first
            return
        yield from _failing(texts.slice(0, half), kind, first)
        yield from _failing(texts.slice(half), kind, first + half)


def _unsure(texts: pa.StringArray, whole_digits: int) -> Doubts:
    """Return which texts are not to be cast to a decimal with so many digits before the point."""
    # Three questions, each asked of the whole column first, because most columns raise none of them: is a text longer
    # than 38 characters or its part before the point longer than the type allows (a sign counts as a digit: in doubt
    # is never wrong); has it a character that no plain number has; is its exponent within the bounds above.
    lengths = pc.binary_length(texts)
    points = pc.find_substring(texts, ".")
    whole = pc.if_else(pc.less(points, 0), lengths, points)
    doubts: Doubts = None
    if pc.max(lengths).as_py() > DIGITS or pc.max(whole).as_py() > whole_digits:
        doubts = _marked(pc.or_(pc.greater(lengths, DIGITS), pc.greater(whole, whole_digits)))
    odd = set(characters(texts).translate(None, _PLAIN_CHARACTERS))
    if odd - set(b"E"):
        doubts = either_doubts(doubts, _marked(pc.invert(pc.match_substring_regex(texts, r"\A[0-9.E-]*\z"))))
    return either_doubts(doubts, _unsure_notations(texts, whole_digits)) if odd else doubts


def _unsure_notations(texts: pa.StringArray, whole_digits: int) -> Doubts:
    """Return which E-notations are other than `d.dddE-n`, or have a large exponent."""
    small = "|".join(map(str, range(1, _MAX_NEGATIVE_EXPONENT + 1)))
    large = "|".join(map(str, range(whole_digits)))
    known = rf"\A-?[0-9](?:\.[0-9]{{1,{_MAX_MANTISSA_DECIMALS}}})?E(?:-(?:{small})|{large})\z"
    notations = texts.filter(pc.match_substring(texts, "E"))
    if pc.all(pc.match_substring_regex(notations, known), min_count=0).as_py():
        return None
    return _marked(pc.invert(pc.match_substring_regex(texts, rf"\A[^E]*\z|{known}")))


def _marked(doubts: pa.BooleanArray) -> pa.BooleanArray:
    return pc.fill_null(doubts, fill_value=False)


def characters(texts: pa.StringArray) -> bytes:
    """Return the characters of all texts, one after the other, without a copy of each."""
    # Layout of a string array (Arrow Columnar Format, "Variable-size Binary Layout"): offset i is where text i begins
    # in the data, and a slice of an array shares the buffers of the whole.
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return b""
    ends = pa.Array.from_buffers(pa.int32(), len(texts) + 1, [None, offsets], offset=texts.offset)
    first, last = ends[0].as_py(), ends[-1].as_py()
    found: bytes = data.slice(first, last - first).to_pybytes()
    return found
