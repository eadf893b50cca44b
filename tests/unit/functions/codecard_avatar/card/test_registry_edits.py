"""Edits of a registry change what they name, keep everything else, and are refused as a whole."""

from __future__ import annotations

import json
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.codecard_avatar.card.card_entry import EntryFaults, entry_value
from functions.codecard_avatar.card.registry_document import parse_document
from functions.codecard_avatar.card.registry_edits import Edit, EditRefused, document_bytes, edited, mark_of

JOAN, ANN, BOB = "CC50E3CCBFFF", "AABBCCDDEEFF", "0123456789AB"
OLD = b'{"cc:50:e3:cc:bf:ff": "Joan", "AABBCCDDEEFF": {"title": "Ann", "own": 7}, "a note": ["kept"]}'


def after(old: bytes, *edits: Edit) -> dict[str, object]:
    """The document that the edits make."""
    return json.loads(document_bytes(edited(parse_document(old), edits).pairs))


def test_what_is_not_asked_about_stays_as_it_is() -> None:
    assert after(OLD, Edit("add", BOB, "Bob")) == {**json.loads(OLD), BOB: "Bob"}
    assert after(OLD, Edit("put", ANN, "Anna")) == {"cc:50:e3:cc:bf:ff": "Joan", ANN: "Anna", "a note": ["kept"]}
    assert after(OLD, Edit("remove", JOAN)) == {ANN: {"title": "Ann", "own": 7}, "a note": ["kept"]}


def test_what_there_is_already_is_the_same_however_its_key_is_written() -> None:
    done = edited(parse_document(OLD), [Edit("add", JOAN, "Joan")])
    assert (done.same, done.changes) == (1, 0)


@pytest.mark.parametrize("wish", ["put", "remove"])
def test_what_somebody_else_has_changed_since_it_was_seen_is_not_overwritten(wish: Literal["put", "remove"]) -> None:
    seen = mark_of("Joan")
    assert after(OLD, Edit(wish, JOAN, "Jo", seen=seen)).get(JOAN) == ("Jo" if wish == "put" else None)
    for old, told in ((b'{"CC50E3CCBFFF": "Joanna"}', "changed"), (b"{}", "removed")):
        with pytest.raises(EditRefused, match=f"has been {told} by somebody else"):
            after(old, Edit(wish, JOAN, "Jo", seen=seen))


def test_what_is_as_wanted_already_is_nobodys_conflict() -> None:
    assert edited(parse_document(OLD), [Edit("put", JOAN, "Joan", seen=mark_of("Jo"))]).same == 1
    assert edited(parse_document(OLD), [Edit("put", BOB, "Bob", seen=mark_of(None))]).added == 1


def test_edits_are_counted() -> None:
    edits = [Edit("put", JOAN, "Jo"), Edit("put", BOB, "Bob"), Edit("remove", ANN), Edit("put", f"{BOB}/a/2", "B")]
    done = edited(parse_document(OLD), edits)
    assert (done.added, done.replaced, done.removed, done.same) == (2, 1, 1, 0)


def test_all_reasons_are_told_and_nothing_is_edited() -> None:
    edits = [
        Edit("add", JOAN, "Joe", where="line 2"),
        Edit("add", BOB, "Bob", where="line 3"),
        Edit("remove", BOB),
        Edit("claim", ANN, "Eve"),
    ]
    with pytest.raises(EditRefused) as caught:
        edited(parse_document(OLD), edits)
    assert [fault.partition(":")[0] for fault in caught.value.faults] == [
        "line 2",
        f"{BOB} is not in the registry",
        f"card {ANN} has an owner already",
    ]


@pytest.mark.parametrize("there", [f'"{JOAN}": "Joan"', f'"{JOAN}/b/2": "Joan"', '"cc-50-e3-cc-bf-ff": "Joan"'])
def test_no_card_that_has_any_entry_can_be_claimed(there: str) -> None:
    with pytest.raises(EditRefused, match="has an owner already"):
        edited(parse_document(f"{{{there}}}".encode()), [Edit("claim", JOAN, "Eve")])


def test_a_card_that_is_there_twice_is_one_again_when_it_is_put_or_removed() -> None:
    old = f'{{"{JOAN}": "Joan", "{JOAN.lower()}": "Joe", "{ANN}": "Ann"}}'.encode()
    assert after(old, Edit("put", JOAN, "Jo")) == {JOAN: "Jo", ANN: "Ann"}
    assert after(old, Edit("remove", JOAN)) == {ANN: "Ann"}
    with pytest.raises(EditRefused):
        after(old, Edit("add", JOAN, "Joan"))


def test_keys_that_are_there_twice_are_not_lost_by_another_cards_edit() -> None:
    old = f'{{"{JOAN}": "Joan", "{JOAN}": "Joe", "x": 1, "x": 2}}'.encode()
    new = document_bytes(edited(parse_document(old), [Edit("add", ANN, "Ann")]).pairs)
    assert new.count(JOAN.encode()) == 2
    assert new.count(b'"x"') == 2


def test_an_object_has_a_card_a_line_and_letters_as_they_are() -> None:
    assert document_bytes([(JOAN, "Zoë"), (ANN, {"title": "李"})]).decode() == (
        '{\n"CC50E3CCBFFF": "Zoë",\n"AABBCCDDEEFF": {"title": "李"}\n}\n'
    )
    assert document_bytes([]) == b"{}\n"
    assert json.loads(document_bytes([(JOAN, "\ud800")])) == {JOAN: "\ud800"}


KEYS = st.sampled_from([JOAN, ANN, BOB, f"{JOAN}/a/2", f"{ANN}/b/1"])


@given(st.dictionaries(KEYS, st.text(max_size=5)), st.dictionaries(KEYS, st.text(max_size=5)))
def test_two_writers_in_turn_lose_nothing(one: dict[str, str], other: dict[str, str]) -> None:
    document = parse_document(b"{}")
    for cards in (one, other):
        edits = [Edit("put", key, value) for key, value in cards.items()]
        document = parse_document(document_bytes(edited(document, edits).pairs))
    assert document.cards == one | other


@pytest.mark.parametrize("photo", ["../x.png", "/x.png", "a//x.png", "https://example.com/x.png"])
def test_a_photo_that_no_press_would_fetch_is_not_saved(photo: str) -> None:
    with pytest.raises(EntryFaults, match="photo must be the name of an object"):
        entry_value({"title": "Joan", "photo": photo})
