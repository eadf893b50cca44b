"""Which texts are the tags of a row, and how columns `tags/<key>` join them."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from functions.adw_billing.model.headers import layout
from functions.adw_billing.model.warehouse import RowFormat
from functions.adw_billing.parse.row_rules import RowRules, time_text
from functions.adw_billing.parse.tag_texts import braced, doubtful_tags, is_object, joined

HEADER = b"ChargePeriodStart,BilledCost,Tags\n"
GOOD = [
    "{}",
    ' {"a": "b"} ',
    '{"a\\\\b": "c\\n"}',
    '{"a": null, "b": {"c": [1, 2.5e3]}}',
    '{"a": "\\ud83d\\ude00"}',
    '{"": "x"}',
]
BAD = [
    "[]",
    "5",
    '"a"',
    "{a: 1}",
    "{'a': 'b'}",
    '{"a": "b",}',
    '{"a": "b"} x',
    '{"a": NaN}',
    '{"a": 1e999}',
    '{"a": ' + "9" * 400 + "}",
    '{"a": "\\ud800"}',
    '{"a": "\t"}',
    '{"a":' * 5000 + "1" + "}" * 5000,
]


@pytest.mark.parametrize("text", GOOD)
def test_objects_are_tags(text: str) -> None:
    assert is_object(text)


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:20])
def test_whatever_a_database_may_refuse_is_none(text: str) -> None:
    assert not is_object(text)


def test_of_a_column_those_are_found_that_are_no_tags() -> None:
    texts = pa.array(['{"a": "b"}', "x", None, '"k": "v"', "null", "x", "{}"])
    found = doubtful_tags(texts)
    assert found is not None
    assert found.fill_null(False).to_pylist() == [False, True, False, False, False, True, False]  # noqa: FBT003
    assert doubtful_tags(pa.array(['{"a": "b"}', None, "null"])) is None


@pytest.mark.parametrize(
    "text", [*GOOD, *BAD, '{"a":"b","c" : "d"}', '"k": "v"', '"k": "v"}', '{"k": "v"', '{"a": "\x7f"}']
)
def test_a_column_is_judged_as_each_of_its_texts(text: str) -> None:
    found = doubtful_tags(pa.array([text, '{"a": "b"}', None]))
    assert (found is None) == is_object(braced(text))


def test_a_row_keeps_its_cost_and_says_which_text_was_no_tags() -> None:
    rules = RowRules(layout(HEADER), RowFormat())
    row = rules.checked((b"2026-01-05T10:00Z", b"0.5", b"{a: 1}"))
    assert (row.fields[2], row.unread) == (b"", {2: "{a: 1}"})
    assert rules.checked((b"2026-01-05T10:00Z", b"0.5", b'"k": "v"')).fields[2] == b'{"k": "v"}'
    assert rules.checked((b"2026-01-05T10:00Z", b"0.5", b"NULL")).unread == {}


def test_members_join_the_tags_that_lack_them() -> None:
    tags = pa.array(['{"a": "b" } ', "{}", None, '{"k": "own"}', '{"a": 1}'])
    members = pa.array(['{"k":"v\\n"}', '{"k":"v"}', '{"k":"v"}', '{"k":"v","l":"w"}', "{}"])
    found = joined(tags, members).to_pylist()
    assert found == ['{"a": "b" ,"k": "v\\n"}', '{"k": "v"}', '{"k":"v"}', '{"k": "own","l": "w"}', '{"a": 1}']
    assert all(json.loads(text) for text in found)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("1767607200000", "2026-01-05T10:00:00.000000Z"),
        (" 1767607200123 ", "2026-01-05T10:00:00.123000Z"),
        ("100000000000", "1973-03-03T09:46:40.000000Z"),
        ("9999999999999", "2286-11-20T17:46:39.999000Z"),
    ],
)
def test_milliseconds_since_1970_are_a_moment(text: str, time: str) -> None:
    assert time_text(text, epochs=True) == time
