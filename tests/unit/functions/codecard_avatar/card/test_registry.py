"""Which entry a press gets."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from functions.codecard_avatar.card.button import Button
from functions.codecard_avatar.card.registry import ConfigRegistry, Entry, Registry, entry_of, look_up
from functions.codecard_avatar.errors import RegistryUnreadable
from shared.deadline import Deadline

CARD = "CC50E3CCBFFF"
LATER = Deadline.after(60)


@dataclass
class Table:
    """A third registry, as one for the table CODEMAKER would be: a map of buttons to fields."""

    rows: dict[Button, dict[str, str]]
    asked: list[Button] = field(default_factory=list)

    def find(self, button: Button, deadline: Deadline) -> Entry:
        self.asked.append(button)
        fields = self.rows.get(button)
        return (
            Entry({"title": "Uh oh!", "subtitle": button.label}, known=False)
            if fields is None
            else Entry(fields, known=True)
        )


def test_the_buttons_own_entry_is_asked_once() -> None:
    table = Table({Button(CARD, "b", "2"): {"title": "Long"}})
    assert look_up(table, Button(CARD, "b", "2"), LATER).fields["title"] == "Long"
    assert len(table.asked) == 1


def test_another_button_without_an_entry_is_asked_again_as_a_short_press_of_a() -> None:
    table = Table({Button(CARD): {"title": "Joan"}})
    assert look_up(table, Button(CARD, "b", "1"), LATER).fields["title"] == "Joan"
    assert table.asked == [Button(CARD, "b", "1"), Button(CARD, "a", "1")]
    assert not look_up(table, Button(CARD, "b", "1"), LATER).is_buttons_own


def test_a_card_unknown_everywhere_shows_the_answer_for_its_own_button() -> None:
    table = Table({})
    entry = look_up(table, Button(CARD, "b", "1"), LATER)
    assert (entry.known, entry.fields["subtitle"]) == (False, "b")


def test_button_a_is_not_asked_twice() -> None:
    table = Table({})
    assert not look_up(table, Button(CARD), LATER).known
    assert len(table.asked) == 1


def test_names_in_the_config_are_for_every_button() -> None:
    names: Registry = ConfigRegistry({CARD: "Joan Citizen"})
    assert names.find(Button(CARD, "b", "2"), LATER).fields == {"title": "Joan Citizen"}
    assert not names.find(Button("000000000000"), LATER).known


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ("Joan", {"title": "Joan"}),
        ({"title": "Joan", "subtitle": "s", "other": "x"}, {"title": "Joan", "subtitle": "s"}),
        ({}, {}),
        (
            {"title": "Joan", "role": "Pilot", "pronouns": "she", "qr": "u", "photo": "p", "layout": "qr", "own": 7},
            {"title": "Joan", "role": "Pilot", "pronouns": "she", "qr": "u", "photo": "p", "layout": "qr"},
        ),
    ],
)
def test_an_entry_is_a_name_or_a_cards_fields(value: object, fields: dict[str, str]) -> None:
    assert entry_of(value) == Entry(fields, known=True)


@pytest.mark.parametrize("value", [7, ["Joan"], {"title": 7}, {"title": None}, {"role": ["x"]}, True])
def test_an_entry_of_another_shape_is_unreadable(value: object) -> None:
    with pytest.raises(RegistryUnreadable, match="card_registry"):
        entry_of(value)


def test_what_is_wrong_is_said_of_the_card_and_the_field() -> None:
    with pytest.raises(RegistryUnreadable, match="CC50E3CCBFFF/b/2 in card_registry: role is no text"):
        entry_of({"title": "Joan", "role": 7}, "CC50E3CCBFFF/b/2")
