"""Who a card belongs to: the seam of all registries, and the one that reads the config.

The others are backend_registry.py (`apex_url`) and object_registry.py (`card_registry`). A further one, such as a
reader of the Oracle table CODEMAKER (columns badgeId, buttonLabel, buttonFunction and those of model/card_fields.py),
is one class with one method and one line in ContainerState.registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from functions.codecard_avatar.errors import RegistryUnreadable
from functions.codecard_avatar.model.card_fields import MAX_FIELD_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.codecard_avatar.card.button import Button
    from shared.deadline import Deadline

UNKNOWN_CARD_FIELDS = {
    "template": "template1",
    "title": "Uh oh!",
    "subtitle": "Unknown card",
    "bodytext": "This card has no name in the registry of this function",
    "icon": "fail",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A card's fields; not ``known``: the fields say so to the person with the card, and no badge is made of them."""

    fields: Mapping[str, str]
    known: bool


class Registry(Protocol):
    """Finds the entry of a card's button before the deadline. Raises CardFailure."""

    def find(self, button: Button, deadline: Deadline) -> Entry:
        """Return the entry; one that is not known where there is none for this very button."""
        ...


def look_up(registry: Registry, button: Button, deadline: Deadline) -> Entry:
    """Return the button's entry, or that of button a, short press, where users keep their name."""
    entry = registry.find(button, deadline)
    if entry.known or button == button.default:
        return entry
    default = registry.find(button.default, deadline)
    # Where neither is known the answer for the pressed button is shown: the backend names that button in its text.
    return default if default.known else entry


class ConfigRegistry:
    """Names in the config (`card_names`)."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def find(self, button: Button, deadline: Deadline) -> Entry:  # noqa: ARG002  (of the protocol; nothing waits here)
        """Return the card's name, whatever the button."""
        return entry_of(self._names.get(button.card_id))


def entry_of(value: object) -> Entry:
    """Return the entry of a name or of a card's fields; None is an unknown card. Raises RegistryUnreadable."""
    if value is None:
        return Entry(UNKNOWN_CARD_FIELDS, known=False)
    fields = {"title": value} if isinstance(value, str) else value
    if not isinstance(fields, dict) or not all(isinstance(text, str) for text in fields.values()):
        raise RegistryUnreadable("A card of card_registry must be a name or an object of texts", field="card_registry")
    return Entry({name: text for name, text in fields.items() if name in MAX_FIELD_CHARACTERS}, known=True)
