"""What a card's panel shows: a template's words, a picture, or what was there while it waited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.card.panel import Panel

SHOWN_CHARACTERS = {
    "template1": (16, 20, 170),
    "template2": (22, 26, 105),
    "template3": (16, 24, 170),
    "template4": (20, 32, 170),
    "template5": (0, 15, 170),
    "template6": (0, 15, 80),
    "template7": (22, 105, 0),
    "template9": (50, 50, 0),
    "template10": (15, 26, 65),
    "template11": (22, 26, 0),
}
"""Of title, subtitle and bodytext, by template; the rest is cut off."""


@dataclass(frozen=True)
class Screen:
    """The panel after a press.

    ``shows``: the ``words`` of a template; the fetched ``picture``; a picture that is ``built-in``; still the ``wait``
    words of the button, because no answer could be read; or ``white``, because a picture was announced and none came.
    """

    shows: Literal["words", "picture", "built-in", "wait", "white"]
    words: tuple[str, ...] = ()
    picture: Panel | None = None


def waiting(label: str, function: str) -> Screen:
    """Return what is drawn before the request goes out."""
    return Screen("wait", (f"{label.upper()} - {'short' if function == '1' else 'long'} pressed", "please wait..."))


def template_words(fields: Mapping[str, str], text: str) -> Screen:
    """Return what an answer other than a picture shows; one whose template is not known shows its own text."""
    lengths = SHOWN_CHARACTERS.get(fields.get("template", ""))
    if lengths is None:
        return Screen("words", ("Invalid response", "Please verify JSON", text[: SHOWN_CHARACTERS["template1"][2]]))
    texts = (fields.get(name, "") for name in ("title", "subtitle", "bodytext"))
    return Screen("words", tuple(text[:length] for text, length in zip(texts, lengths, strict=True)))
