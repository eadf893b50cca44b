"""Which cards show what the page draws: the facts of docs/codecard-avatar.md, for how this function publishes.

The facts are a copy that tools/render writes and compares: each is pressed by a test, with an emulated card.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.codecard_avatar.settings import Settings

FACTS = Path(__file__).with_name("firmwares.json")

OFFERED_BY_THE_GATEWAY = "https, ECDHE only"
"""By OCI's API gateway as it is (docs/codecard-avatar.md, "Which card can do what")."""

SHOWS_IT = "badge"


@dataclass(frozen=True, slots=True)
class FirmwareRow:
    """A firmware: what it is, and what it shows, as a word, in each of the ways to reach the two hosts."""

    name: str
    meaning: str
    shows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirmwareWords:
    """For one way of publishing: what cards show as things are, and in every other way to reach the two hosts.

    ``columns`` say how the button's host and the pictures' host are reached; ``here`` is the number of the one that
    holds as things are, where both hosts take ``offer``; ``stock_needs`` names those in which a stock card shows the
    badge, where it does not; ``words`` explain those of the table.
    """

    way: str
    offer: str
    stock_needs: str
    columns: tuple[str, ...]
    here: int
    rows: tuple[FirmwareRow, ...]
    words: Mapping[str, str]


def way_of(settings: Settings) -> str:
    """Return how this function publishes, in the words of the facts."""
    if settings.publish == "inline" or settings.oss_bucket is None:
        return "inline"
    return "bucket, link" if settings.oss_bucket.is_preauthenticated else "bucket, signed"


def firmware_words(settings: Settings) -> FirmwareWords:
    """Return what cards show of a badge of this function."""
    facts, way = _facts(), way_of(settings)
    modes = [mode for mode in facts["modes"] if mode["way"] == way]
    offer = "http" if way == "inline" and settings.public_url.startswith("http:") else OFFERED_BY_THE_GATEWAY
    here = next(at for at, mode in enumerate(modes) if mode["button"] == offer and mode["pictures"] == offer)
    meanings = {word: text.replace("`", "") for word, text in facts["meanings"].items()}
    rows = tuple(
        FirmwareRow(name, meaning.replace("`", ""), tuple(mode["shows"][name] for mode in modes))
        for name, meaning in facts["firmwares"].items()
    )
    columns = tuple(f"button: {mode['button']}; pictures: {mode['pictures']}" for mode in modes)
    used = {word for row in rows for word in row.shows}
    words = {word: text for word, text in meanings.items() if word in used}
    return FirmwareWords(way, offer, _stock_needs(rows[0], columns, here), columns, here, rows, words)


def _stock_needs(stock: FirmwareRow, columns: tuple[str, ...], here: int) -> str:
    """Return what would make a stock card show the badge, as columns; empty where it does, or nothing would."""
    if stock.shows[here] == SHOWS_IT:
        return ""
    found = zip(columns, stock.shows, strict=True)
    return ", or ".join(f"({column})" for column, word in found if word == SHOWS_IT and "https" in column)


@functools.cache
def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return facts
