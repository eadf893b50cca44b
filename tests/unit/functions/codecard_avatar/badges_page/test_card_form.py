"""What a desk types for a card: an id, a claim code, or what could be either; and a list of cards, page by page."""

from __future__ import annotations

import itertools

import pytest

from functions.codecard_avatar.badges_page.card_form import CardForm, changed_entry, form_of, new_entry
from functions.codecard_avatar.badges_page.card_import import difference, people_of
from functions.codecard_avatar.badges_page.card_list import list_cards
from functions.codecard_avatar.card.card_entry import EntryFaults
from functions.codecard_avatar.card.people_csv import TableFaults
from functions.codecard_avatar.card.registry_edits import document_bytes, mark_of
from functions.codecard_avatar.card.registry_store import RegistryStore
from functions.codecard_avatar.model.claim_code import card_of_claim_code, claim_code_of
from shared.deadline import Deadline
from shared.errors import BadRequest

CARD = "CC50E3CCBFFF"
NAME = {"title": "Joan"}


def is_claim_code(text: str) -> bool:
    try:
        return bool(card_of_claim_code(text))
    except ValueError:
        return False


def test_a_claim_code_claims_and_an_id_adds() -> None:
    claimed, added = (
        new_entry(CardForm(claim_code_of(CARD), fields=NAME)),
        new_entry(CardForm(CARD, "a/2", fields=NAME)),
    )
    assert (claimed.wish, claimed.key, claimed.value) == ("claim", CARD, "Joan")
    assert (added.wish, added.key) == ("add", f"{CARD}/a/2")


def test_what_is_an_id_and_a_claim_code_alike_is_asked_again() -> None:
    code = next(text for number in itertools.count(0xCC50E3000000) if is_claim_code(text := f"{number:012X}"))
    with pytest.raises(EntryFaults, match="is a card's id and a claim code alike: write "):
        new_entry(CardForm(code, fields=NAME))
    spelt = ":".join(code[at : at + 2] for at in range(0, 12, 2))
    assert new_entry(CardForm(spelt, fields=NAME)).key == code


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (CardForm("", fields=NAME), "card"),
        (CardForm("SH8E-7K5Z-ZYDX", fields=NAME), "card"),
        (CardForm(claim_code_of(CARD), "a/2", fields=NAME), "button"),
        (CardForm(CARD, "c/9", fields=NAME), "button"),
        (CardForm(CARD, fields={"title": " "}), "title"),
    ],
)
def test_what_is_wrong_is_told_by_field(form: CardForm, field: str) -> None:
    with pytest.raises(EntryFaults) as caught:
        new_entry(form)
    assert list(caught.value.by_field) == [field]


def test_a_change_keeps_what_the_form_does_not_ask() -> None:
    edit = changed_entry(
        CardForm(key=CARD, seen="s", fields={"title": "Jo", "role": ""}), {"title": "Joan", "icon": "x"}
    )
    assert (edit.wish, edit.value, edit.seen) == ("put", {"title": "Jo", "icon": "x"}, "s")
    assert changed_entry(CardForm(key=CARD, fields=NAME), None).seen == mark_of(None), (
        "a form without it overwrites none"
    )


def test_a_table_says_what_it_changes_and_is_known_again() -> None:
    people = people_of(f"card,name\n{CARD},Joan\nAABBCCDDEEFF,Ada\n0123456789AB,Bob\n")
    found = difference(people, {CARD: "Joan", "AABBCCDDEEFF": {"title": "Adele"}})
    assert (found.added, found.replaced, found.same) == (1, 1, 1)
    assert [each.after.name for each in found.shown] == ["Ada", "Bob"], "what replaces something first"
    assert found.mark != difference(people, {CARD: "Joan"}).mark
    for text in ("{", "[]", "{}", f'{{"{CARD}": 7}}', '{"x": "y"}', "card,name\n", f"card,name\n{CARD},x\n{CARD},y\n"):
        with pytest.raises(TableFaults):
            people_of(text)
    many = "".join(f"CC50E3{at:06X},Joan\n" for at in range(2001))
    with pytest.raises(TableFaults, match="use badge cards import"):
        people_of(f"card,name\n{many}")


class OneObject:
    """A registry of one object, in memory."""

    def __init__(self, cards: dict[str, object]) -> None:
        self._body = document_bytes(cards.items())

    def read(self, name: str) -> tuple[bytes, str] | None:
        return self._body, name

    def write(self, name: str, body: bytes, etag: str) -> None:
        raise AssertionError(name, body, etag)

    def names(self, prefix: str) -> list[str]:
        raise AssertionError(prefix)


def test_all_cards_are_listed_once_in_pages() -> None:
    cards: dict[str, object] = {f"CC50E3{at:06X}": f"Person {at}" for at in range(250)}
    store = RegistryStore(OneObject(cards), "cards.json", Deadline.after(60))
    seen, after = [], ""
    while True:
        page = list_cards(store, "", after)
        seen += [row.key for row in page.rows]
        after = page.after
        if not after:
            break
    assert seen == sorted(cards)
    assert page.found == 250
    assert [row.name for row in list_cards(store, "PERSON 24").rows] == [
        "Person 24",
        *(f"Person 24{at}" for at in range(10)),
    ]


@pytest.mark.parametrize("name", ["title", "card", "seen"])
def test_what_nobody_has_typed_is_not_shown_again(name: str) -> None:
    with pytest.raises(BadRequest) as caught:
        form_of({name: "<" * 10_001})
    assert caught.value.body()["field"] == name
