"""Which layout a press shows: what the card's entry, the button and the config say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar.model.badge_content import CONTENT_FIELDS, LAYOUTS
from shared.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.codecard_avatar.model.badge_content import Layout

BUTTONS = ("a/1", "a/2", "b/1", "b/2")
"""Label and function: 1 is a short press, 2 a long one."""

LAYOUT_FIELD, PHOTO_FIELD = "layout", "photo"
"""Fields of a card beside those of CONTENT_FIELDS: one of LAYOUTS, and the name of an object in `private_bucket`."""

_MORE_THAN_A_NAME = [name for field, sources in CONTENT_FIELDS.items() if field != "qr" for name in sources]


def parse_layout(text: str) -> Layout:
    """Return the layout of a name in any case; ValueError names those that there are."""
    for layout in LAYOUTS:
        if layout == text.strip().lower():
            return layout
    raise ValueError(f"must be one of {', '.join(LAYOUTS)}, is {text[:40]!r}{did_you_mean(text[:40], LAYOUTS)}")


def parse_button_layouts(text: str) -> Mapping[str, Layout]:
    """Return the layouts by button of a text such as ``a/2=qr,b/1=details``; ValueError says which part is wrong."""
    layouts: dict[str, Layout] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        button, sign, layout = (each.strip() for each in part.partition("="))
        if not sign or button.lower() not in BUTTONS:
            raise ValueError(f"must be <button>=<layout> with {', '.join(BUTTONS)}, such as a/2=qr, is {part[:40]!r}")
        if button.lower() in layouts:
            raise ValueError(f"has the button {button.lower()} twice")
        try:
            layouts[button.lower()] = parse_layout(layout)
        except ValueError as fault:
            raise ValueError(f"layout of {button.lower()} {fault}") from None
    return layouts


def layout_of(
    button: str,
    fields: Mapping[str, str],
    *,
    is_buttons_own: bool,
    layout: Layout,
    button_layouts: Mapping[str, Layout],
) -> tuple[Layout, str]:
    """Return the layout of a button, and in words what the card's entry asks for and does not get.

    ``is_buttons_own``: the fields are an entry of this very button and not what its card has for all.
    """
    own, note = _own_layout(fields)
    # An entry made for a button is the last word on it. What a card has for all its buttons stands in for the config's
    # `layout` only: else a card with a layout of its own had no button left for its QR code.
    if own and is_buttons_own:
        return own, note
    chosen = button_layouts.get(button) or _usual_layout(button, fields) or own or layout
    return chosen, note


def _own_layout(fields: Mapping[str, str]) -> tuple[Layout | None, str]:
    """Return what the field `layout` asks for; a word that is none costs nobody their badge, it is named."""
    text = fields.get(LAYOUT_FIELD, "")
    if not text.strip():
        return None, ""
    try:
        return parse_layout(text), ""
    except ValueError as fault:
        return None, f"the card's layout {fault}"


def _usual_layout(button: str, fields: Mapping[str, str]) -> Layout | None:
    """Return the layout of a button that the config says nothing of, as far as the card has something for it."""
    pages: dict[str, tuple[Layout, Iterable[str]]] = {
        "a/2": ("qr", CONTENT_FIELDS["qr"]),
        "b/1": ("details", _MORE_THAN_A_NAME),
        "b/2": ("photo", (PHOTO_FIELD,)),
    }
    if button not in pages:
        return None
    layout, needed = pages[button]
    return layout if any(fields.get(name, "").strip() for name in needed) else None
