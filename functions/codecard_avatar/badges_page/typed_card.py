"""What was typed on the badge page: a card's fields, the button that is looked at, what is wrong with each field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from functions.codecard_avatar.card.card_entry import EntryFaults, entry_value
from functions.codecard_avatar.model.badge_name import clean_title
from functions.codecard_avatar.model.button_layout import BUTTONS, LAYOUT_FIELD, PHOTO_FIELD
from shared.errors import BadRequest


@dataclass(frozen=True, slots=True)
class InputField:
    """A field of the form: its label, what is shown before anything is typed, and how a phone's keyboard helps."""

    name: str
    label: str
    example: str = ""
    keyboard: str = "text"
    capitals: str = "sentences"
    is_more: bool = False


INPUTS = (
    InputField("title", "Name", "Joan Citizen", capitals="words"),
    InputField("role", "Role", "Platform engineer"),
    InputField("company", "Company", "Example Corp", capitals="words"),
    InputField("pronouns", "Pronouns", "she/her", capitals="none"),
    InputField("event", "Event", is_more=True),
    InputField("detail", "One more line, for the layout details", is_more=True),
    InputField("qr", "QR code: an address or a text; vcard or mecard for a contact", capitals="none", is_more=True),
    InputField("email", "Email of the contact", keyboard="email", capitals="none", is_more=True),
    InputField("phone", "Phone of the contact", keyboard="tel", capitals="none", is_more=True),
    InputField("url", "Web address of the contact", keyboard="url", capitals="none", is_more=True),
    InputField(PHOTO_FIELD, "Photo: name of a picture in private_bucket", capitals="none", is_more=True),
)
EXAMPLE = {each.name: each.example for each in INPUTS if each.example}
"""What is drawn before anything is typed."""

BUTTON_PAIR = "button"
PAIRS = (*(each.name for each in INPUTS), LAYOUT_FIELD, BUTTON_PAIR)
"""What an address of the page may have."""

MAX_TYPED = 10_000
"""Characters of a field that are shown again with what is wrong; more, five times as many as HTML, fill an answer."""

_NOT_UTF8 = "\ufffd"


@dataclass(frozen=True, slots=True)
class TypedCard:
    """``fields`` are as they were typed, ``faults`` what is wrong with them in words, by field; neither has a blank."""

    fields: Mapping[str, str]
    button: str = BUTTONS[0]
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The pairs of an address that shows the same."""
        button = () if self.button == BUTTONS[0] else ((BUTTON_PAIR, self.button),)
        return (*self.fields.items(), *button)

    @property
    def shown(self) -> dict[str, str]:
        """What is drawn: with the example's name where there is none to draw, all of the example where nothing is."""
        if clean_title(self.fields.get("title", "")):
            return dict(self.fields)
        return {**self.fields, "title": EXAMPLE["title"]} if self.fields else dict(EXAMPLE)

    def with_layout(self, layout: str) -> TypedCard:
        """Return the card with a layout of its own, looked at by its first button."""
        return replace(self, fields={**self.fields, LAYOUT_FIELD: layout}, button=BUTTONS[0])


def read_typed(pairs: Iterable[tuple[str, str]]) -> TypedCard:
    """Return what an address says.

    What is wrong with a text is told beside its field. Raises BadRequest for what no field of the form can send.
    """
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name not in PAIRS:
            raise BadRequest(f"{name[:40]!r} is no field", fix=f"one of {', '.join(PAIRS)}", field=name[:40])
        if name in fields:
            raise BadRequest(f"{name} is there twice", fix="send it once", field=name)
        check_typed(name, value)
        fields[name] = value.strip()
    button = fields.pop(BUTTON_PAIR, "") or BUTTONS[0]
    if button not in BUTTONS:
        fix = f"one of {', '.join(BUTTONS)}"
        raise BadRequest(f"button {button[:40]!r} is none of the card's", fix=fix, field=BUTTON_PAIR)
    kept = {name: text for name, text in fields.items() if text}
    return TypedCard(kept, button, _faults(kept))


def check_typed(name: str, text: str) -> None:
    """Raise BadRequest for a text that nobody has typed: it is not even shown again."""
    if len(text) > MAX_TYPED:
        raise BadRequest(f"{name} has {len(text)} characters", fix=f"at most {MAX_TYPED}", field=name)


def _faults(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what a registry would refuse, as `badge cards add` does, and what did not arrive as it was typed."""
    faults = {name: "has bytes that are no UTF-8: type it again" for name, text in fields.items() if _NOT_UTF8 in text}
    try:
        entry_value(fields)
    except EntryFaults as refused:
        for name, fault in refused.by_field.items():
            faults.setdefault("title" if name == "name" else name, fault)
    if "title" not in fields:
        faults.pop("title", None)  # before anything is typed nothing is wrong
    return faults
