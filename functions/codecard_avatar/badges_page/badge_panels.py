"""Panels drawn for a page: what a button shows of a card's fields, or a layout, as a picture inside the HTML."""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.codecard_avatar.draw.badge_picture import draw_badge
from functions.codecard_avatar.model.badge_content import content_of
from functions.codecard_avatar.model.button_layout import PHOTO_FIELD, layout_of
from shared.errors import BadRequest

if TYPE_CHECKING:
    from PIL.Image import Image

    from functions.codecard_avatar.draw.drawn_badge import DrawnBadge
    from functions.codecard_avatar.model.badge_content import BadgeContent, Layout
    from functions.codecard_avatar.model.badge_name import BadgeName

PRESSES = {"a/1": "A pressed", "a/2": "A held", "b/1": "B pressed", "b/2": "B held"}
"""What buttons are called on the page."""


@dataclass(frozen=True, slots=True)
class ButtonRules:
    """What the function's config says of layouts, and of the event."""

    layout: Layout = "name-first"
    button_layouts: Mapping[str, Layout] | None = None
    event: str = ""


@dataclass(frozen=True, slots=True)
class Scenery:
    """What is drawn beside a card's own texts; ``notes`` say what of it could not be had.

    ``photo`` is a picture file that was chosen for the preview; without one ``fetch_photo`` brings the one that a
    card's field names, where the layout shows it.
    """

    background: Image | None = None
    photo: bytes = b""
    notes: tuple[str, ...] = ()
    fetch_photo: Callable[[BadgeContent, str], BadgeContent] = lambda content, _name: content
    identicon: Callable[[BadgeName], Image | None] = lambda _name: None


@dataclass(frozen=True, slots=True)
class BadgePanel:
    """One panel: what leads to it, its layout, the picture, what could not be drawn as asked."""

    title: str
    layout: str
    name: str
    picture: Image
    notes: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The picture as an address that has it inside."""
        file = io.BytesIO()
        self.picture.save(file, "PNG")
        return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"

    @property
    def message(self) -> str:
        """What the picture shows, for who does not see it."""
        return f"{self.title}: {self.name}, layout {self.layout}"


class PanelPainter:
    """Draws the panels of one card's fields; each layout once."""

    def __init__(self, fields: Mapping[str, str], rules: ButtonRules, scenery: Scenery | None = None) -> None:
        self._fields = fields
        self._rules = rules
        self._scenery = scenery or Scenery()
        self._drawn = functools.cache(self._draw)

    def layout_of_button(self, button: str, *, is_buttons_own: bool = False) -> tuple[Layout, str]:
        """Return the layout that a button shows, and what was asked for and is not there."""
        rules = self._rules
        return layout_of(
            button,
            self._fields,
            is_buttons_own=is_buttons_own,
            layout=rules.layout,
            button_layouts=rules.button_layouts or {},
        )

    def button_panel(self, button: str, title: str = "", *, is_buttons_own: bool = False) -> BadgePanel:
        """Return what a button shows. Raises BadRequest where there is no name to draw."""
        layout, unmet = self.layout_of_button(button, is_buttons_own=is_buttons_own)
        return self.layout_panel(layout, title or PRESSES[button], (unmet,) if unmet else ())

    def layout_panel(self, layout: Layout, title: str, notes: tuple[str, ...] = ()) -> BadgePanel:
        """Return a layout's panel. Raises BadRequest where there is no name to draw."""
        content, drawn = self._drawn(layout)
        every = (*notes, *self._scenery.notes, *drawn.notes)
        return BadgePanel(title, layout, content.name.full, drawn.picture, every)

    def _draw(self, layout: Layout) -> tuple[BadgeContent, DrawnBadge]:
        scenery = self._scenery
        content = content_of(self._fields, layout, self._rules.event, scenery.photo)
        if content is None:
            raise BadRequest("there is nothing to draw in the name", fix="give at least one letter", field="title")
        if not content.photo:
            content = scenery.fetch_photo(content, self._fields.get(PHOTO_FIELD, "").strip())
        return content, draw_badge(content, scenery.background, scenery.identicon(content.name))
