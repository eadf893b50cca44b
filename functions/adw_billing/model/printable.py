"""Texts of reports and tags on a terminal or a page: whoever names a resource chooses what stands in them."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return a text without control characters, which neither a terminal nor XML may get: U+FFFD stands for each."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
