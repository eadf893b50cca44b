"""What the badge page shows: the panel of a button for the texts typed, all layouts, or a sheet of cards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from functions.codecard_avatar.badges_page.badge_panels import PRESSES, BadgePanel, ButtonRules, PanelPainter
from functions.codecard_avatar.badges_page.firmware_words import firmware_words
from functions.codecard_avatar.badges_page.name_steps import name_steps, unknown_screen
from functions.codecard_avatar.badges_page.preview_answer import previewed_answer
from functions.codecard_avatar.badges_page.typed_card import INPUTS
from functions.codecard_avatar.model.badge_content import LAYOUTS
from functions.codecard_avatar.model.badge_name import from_fields
from shared.pages.web_page import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.codecard_avatar.badges_page.badge_panels import Scenery
    from functions.codecard_avatar.badges_page.typed_card import TypedCard
    from functions.codecard_avatar.settings import Settings

PREVIEW, LAYOUTS_PART = "preview", "layouts"
"""Parts of the view that are asked for while somebody types: the panel, and all layouts small."""

MAX_TITLE_CHARACTERS = 60


def rules_of(settings: Settings) -> ButtonRules:
    """Return what a function's config says of layouts."""
    return ButtonRules(settings.usual_layout, settings.button_layouts, settings.event_name)


def whole_view(typed: TypedCard, settings: Settings, scenery: Scenery) -> View:
    """Return all that changes with what is asked: the steps, the form with what was typed, the panel."""
    preview = preview_part(typed, settings, scenery)
    rest = {
        "inputs": INPUTS,
        "typed": typed.fields,
        "button": typed.button,
        "presses": PRESSES,
        "layouts": LAYOUTS,
        "steps": name_steps(settings),
        "unknown": unknown_screen(settings),
        "firmwares": firmware_words(settings),
    }
    return View(preview.title, {**preview.values, **rest}, [], typed.query)


def preview_part(typed: TypedCard, settings: Settings, scenery: Scenery) -> View:
    """Return the panel of the button that is looked at, with the JSON that goes with it."""
    shown = typed.shown
    panel = PanelPainter(shown, rules_of(settings), scenery).button_panel(typed.button)
    values: dict[str, Any] = {
        "panel": panel,
        "is_example": not typed.fields,
        "faults": typed.faults,
        "answer": previewed_answer(settings, typed.button, shown, panel),
        "entry": json.dumps(shown, ensure_ascii=False, indent=1),
    }
    return View(f"Badge of {panel.name[:MAX_TITLE_CHARACTERS]}", values, [], typed.query, part=PREVIEW)


def layouts_part(typed: TypedCard, settings: Settings, scenery: Scenery) -> View:
    """Return every layout with the buttons that show it; each leads to its own panel."""
    painter = PanelPainter(typed.shown, rules_of(settings), scenery)
    buttons = {button: painter.layout_of_button(button)[0] for button in PRESSES}
    every = []
    for layout in LAYOUTS:
        shown_by = [PRESSES[button] for button, shows in buttons.items() if shows == layout]
        button = next((button for button, shows in buttons.items() if shows == layout), "")
        leads_to = _address(typed, button) if button else f"?{urlencode(typed.with_layout(layout).query)}"
        every.append((painter.layout_panel(layout, layout), shown_by, leads_to, button))
    return View("Layouts", {"every": every}, [], typed.query, part=LAYOUTS_PART)


def sheet_view(
    cards: Mapping[str, Mapping[str, str]], rules: ButtonRules, size: str, scenery: Scenery | None = None
) -> View:
    """Return the badges of cards, by card, for a person to look at and to print; one of ``SIZES`` of the command."""
    named = {card: fields for card, fields in sorted(cards.items()) if from_fields(fields)}
    panels = [_card_panel(key, PanelPainter(fields, rules, scenery)) for key, fields in named.items()]
    values = {"panels": panels, "nameless": sorted(set(cards) - set(named)), "size": size}
    return View(f"{len(panels)} badges", values, [], part="sheet")


def _card_panel(key: str, painter: PanelPainter) -> BadgePanel:
    card, _, button = key.partition("/")
    title = f"{card}, {PRESSES[button]}" if button else card
    return painter.button_panel(button or "a/1", title, is_buttons_own=bool(button))


def _address(typed: TypedCard, button: str) -> str:
    pairs = dict(typed.query)
    return f"?{urlencode({**pairs, 'button': button})}"
