"""Texts made as long as the panel shows them, cut between words."""

from __future__ import annotations

ELLIPSIS_DOTS = "..."
"""In the card's characters, which have no ellipsis."""


def shorten(text: str, limit: int) -> str:
    """Return a text of at most ``limit`` characters: what is left out is left out between words, and dots say so.

    A first word that is longer than the whole limit is cut: there is nothing else to show.
    """
    if len(text) <= limit:
        return text
    room = limit - len(ELLIPSIS_DOTS)
    end = text.rfind(" ", 0, max(0, room) + 1)
    if end > 0:
        return text[:end].rstrip(" ,;:.(") + ELLIPSIS_DOTS
    first = text.partition(" ")[0]
    return first if len(first) <= limit else text[:limit]


def message_with_fix(message: str, fix: str, limit: int) -> str:
    """Return both as sentences; where there is no room for all of it the message is shortened, and the fix is kept."""
    fix = fix.strip().rstrip(".")
    fix = fix[:1].upper() + fix[1:]
    message = message.strip().rstrip(".")
    if not fix or not message:
        return shorten(message or fix, limit)
    whole = f"{message}. {fix}"
    if len(whole) <= limit:
        return whole
    room = limit - len(fix) - 1
    short = shorten(message, room)
    if room <= len(ELLIPSIS_DOTS) or not short.endswith(ELLIPSIS_DOTS):
        return shorten(fix, limit)
    return f"{short} {fix}"
