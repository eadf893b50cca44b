"""A registry's document is read alike in every way of writing it, and a card that is there twice is always seen."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.card.registry_document import object_name, parse_document

CARD, OTHER = "CC50E3CCBFFF", "AABBCCDDEEFF"


@pytest.mark.parametrize("colon", [":", ": ", " :", "\n:\t"])
@pytest.mark.parametrize("text", ["Joan", 'a ":" b', "{", "\\", "\u2028"])
@pytest.mark.parametrize("own", [{}, {"title": "x", "qr": '{"a": 1}'}, ["x"]])
def test_a_card_that_is_there_twice_is_seen_however_the_document_is_written(colon: str, text: str, own: object) -> None:
    pairs = [(CARD, text), (OTHER, own), (CARD, "Joe"), ("0000000000FF", "Bob")]
    lines = [f"{json.dumps(key)}{colon if at else ' :'}{json.dumps(value)}" for at, (key, value) in enumerate(pairs)]
    document = parse_document(("{" + ", ".join(lines) + "}").encode())
    assert document.twice == {CARD}
    assert document.cards == {OTHER: own, "0000000000FF": "Bob"}
    assert document.pairs == tuple(pairs)


KEYS = st.sampled_from([CARD, OTHER, CARD.lower(), f"{OTHER}/B/2", "a note"])
VALUES = st.text(max_size=6) | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)


@given(st.lists(st.tuples(KEYS, VALUES), max_size=6), st.sampled_from([":", ": ", " :"]))
def test_every_pair_is_kept(pairs: list[tuple[str, object]], colon: str) -> None:
    text = "{" + ",".join(f"{json.dumps(key)}{colon}{json.dumps(value)}" for key, value in pairs) + "}"
    document = parse_document(text.encode())
    kept = dict(pairs) if len(dict(pairs)) == len(pairs) else None
    assert document.pairs == tuple(pairs if kept is None else kept.items())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'"x"', b"{}{}", b"\xff", b"[" * 100_000, b'{"a": }'])
def test_what_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no JSON|must be a JSON object|too deep"):
        parse_document(data)


def test_a_byte_order_mark_is_no_fault() -> None:
    assert parse_document("\ufeff{}".encode()).cards == {}


def test_a_folder_has_a_part_for_each_end_of_an_id() -> None:
    assert object_name("cards.json", CARD) == "cards.json"
    assert object_name("cards/", CARD) == "cards/FF.json"
