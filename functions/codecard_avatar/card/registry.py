"""Who a card belongs to: the seam of all registries, and the one that reads the config.

The others are backend_registry.py (`apex_url`) and object_registry.py (`card_registry`). A further one, such as a
reader of the Oracle table CODEMAKER (columns badgeId, buttonLabel, buttonFunction and those of model/card_fields.py),
is one class with one method and one line in ContainerState.registry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from functions.codecard_avatar.errors import RegistryUnreadable
from functions.codecard_avatar.model.card_fields import CARD_FIELDS

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
    """A card's fields; not ``known``: the fields say so to the person with the card, and no badge is made of them.

    ``is_buttons_own``: they were saved for the very button; those of a/1 are what the card has for all. Of one that is
    not known it says that the button alone was looked up.
    """

    fields: Mapping[str, str]
    known: bool
    is_buttons_own: bool = True


class Registry(Protocol):
    """Finds the entry of a card's button before the deadline. Raises CardFailure."""

    def find(self, button: Button, deadline: Deadline) -> Entry:
        """Return the entry; one that is not known where there is none for this very button."""
        ...


def look_up(registry: Registry, button: Button, deadline: Deadline) -> Entry:
    """Return the button's entry, or that of button a, short press, where users keep their name."""
    entry = registry.find(button, deadline)
    if entry.known or not entry.is_buttons_own or button == button.default:
        return entry
    default = registry.find(button.default, deadline)
    # Where neither is known the answer for the pressed button is shown: the backend names that button in its text.
    return replace(default, is_buttons_own=False) if default.known else entry


class ConfigRegistry:
    """Names in the config (`card_names`)."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def find(self, button: Button, deadline: Deadline) -> Entry:  # noqa: ARG002  (of the protocol; nothing waits here)
        """Return the card's name, whatever the button."""
        return entry_of(self._names.get(button.card_id))


def entry_of(value: object, key: str = "A card") -> Entry:
    """Return the entry of a name or of a card's fields; None is an unknown card. Raises RegistryUnreadable.

    ``key`` is what the registry calls it: what is wrong with one card is said of that card, and fails no other.
    """
    if value is None:
        return Entry(UNKNOWN_CARD_FIELDS, known=False)
    fields = {"title": value} if isinstance(value, str) else value
    if not isinstance(fields, dict):
        raise RegistryUnreadable(f"{key} in card_registry must be a name or an object of texts", field="card_registry")
    kept = {name: text for name, text in fields.items() if name in CARD_FIELDS}
    wrong = [name for name, text in kept.items() if not isinstance(text, str)]
    if wrong:
        fix = f"write {wrong[0]} as a text, or leave it out"
        raise RegistryUnreadable(f"{key} in card_registry: {wrong[0]} is no text", fix=fix, field="card_registry")
    return Entry(kept, known=True)
