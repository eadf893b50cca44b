"""What the badge page shows: the panel of each button for the texts typed, or a sheet of a registry's cards."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from functions.codecard_avatar.card.card_json import badge_fields, encode_document
from functions.codecard_avatar.draw.badge_picture import draw_badge
from functions.codecard_avatar.model.badge_content import LAYOUTS, content_of
from functions.codecard_avatar.model.badge_name import from_fields
from functions.codecard_avatar.model.button_layout import BUTTONS, LAYOUT_FIELD, layout_of, parse_layout
from shared.errors import BadRequest
from shared.pages.web_page import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.codecard_avatar.model.badge_content import Layout

EXAMPLE = {"title": "Joan Citizen", "role": "Platform engineer", "company": "Example Corp", "pronouns": "she/her"}
"""What is shown before anything is typed."""

LABELS = {
    "title": "Name",
    "role": "Role",
    "company": "Company",
    "detail": "Detail",
    "pronouns": "Pronouns",
    "event": "Event",
    "qr": "QR code: a text, vcard or mecard",
    "email": "Email of the contact",
    "phone": "Phone of the contact",
    "url": "Web address of the contact",
}
MAX_TYPED_CHARACTERS = 400
PRESSES = {"a/1": "A pressed", "a/2": "A held", "b/1": "B pressed", "b/2": "B held"}


@dataclass(frozen=True, slots=True)
class BadgePanel:
    """One panel: what leads to it, its layout, the picture as a data address, what could not be drawn as asked."""

    title: str
    layout: str
    source: str
    message: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ButtonRules:
    """What the function's config says of layouts, and of the event."""

    layout: Layout = "name-first"
    button_layouts: Mapping[str, Layout] | None = None
    event: str = ""


def typed_fields(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a card's fields from an address. BadRequest names the one at fault."""
    known = (*LABELS, LAYOUT_FIELD)
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise BadRequest(f"{name[:40]!r} is no field", fix=f"one of {', '.join(known)}", field=name[:40])
        if len(value) > MAX_TYPED_CHARACTERS:
            raise BadRequest(f"{name} is too long", fix=f"at most {MAX_TYPED_CHARACTERS} characters", field=name)
        if value.strip():
            fields[name] = value.strip()
    if fields.get(LAYOUT_FIELD):
        try:
            parse_layout(fields[LAYOUT_FIELD])
        except ValueError as fault:
            raise BadRequest(f"layout {fault}", fix="leave it out for the function's own", field="layout") from None
    return fields


def preview_view(fields: Mapping[str, str], rules: ButtonRules) -> View:
    """Return the panels of the four buttons and of all layouts. BadRequest where there is no name to draw."""
    shown = fields if fields.get("title") else {**EXAMPLE, **fields}
    panels = [_button_panel(button, shown, rules) for button in BUTTONS]
    every = [_panel(layout, layout, shown, rules.event) for layout in LAYOUTS]
    values: dict[str, Any] = {
        "labels": LABELS,
        "typed": fields,
        "shown": shown,
        "layouts": LAYOUTS,
        "layout_typed": fields.get(LAYOUT_FIELD, ""),
        "panels": panels,
        "every": every,
        "answer": _answer(shown),
        "entry": json.dumps({name: text for name, text in shown.items() if text}, ensure_ascii=False, indent=1),
    }
    return View(f"Badge of {shown['title'][:60]}", values, [], tuple(fields.items()))


def sheet_view(cards: Mapping[str, Mapping[str, str]], rules: ButtonRules) -> View:
    """Return the panels of a registry's cards, by card, for a person to look at and to print."""
    named = {card: fields for card, fields in sorted(cards.items()) if from_fields(fields)}
    panels = [_button_panel("a/1", fields, rules, title=card) for card, fields in named.items()]
    values = {"panels": panels, "nameless": sorted(set(cards) - set(named))}
    return View(f"{len(panels)} badges", values, [], part="sheet")


def _button_panel(button: str, fields: Mapping[str, str], rules: ButtonRules, title: str = "") -> BadgePanel:
    layout, unmet = layout_of(
        button, fields, is_buttons_own=False, layout=rules.layout, button_layouts=rules.button_layouts or {}
    )
    panel = _panel(title or PRESSES[button], layout, fields, rules.event)
    return replace(panel, notes=(unmet, *panel.notes)) if unmet else panel


def _panel(title: str, layout: Layout, fields: Mapping[str, str], event: str) -> BadgePanel:
    content = content_of(fields, layout, event)
    if content is None:
        raise BadRequest("there is nothing to draw in the name", fix="give at least one letter", field="title")
    drawn = draw_badge(content)
    file = io.BytesIO()
    drawn.picture.save(file, "PNG")
    source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    return BadgePanel(title, layout, source, f"{title}: {content.name.full}, layout {layout}", drawn.notes)


def _answer(fields: Mapping[str, str]) -> str:
    """Return the JSON that a card gets, with a picture's address as an inline one is."""
    address = "https://gateway.example.com/codecard/badge/CC50E3CCBFFF-a1-0123456789abcdef.bmp"
    texts = {name: text for name, text in fields.items() if name in ("title", "subtitle", "bodytext")}
    return encode_document(badge_fields(texts, address, "")).decode()
