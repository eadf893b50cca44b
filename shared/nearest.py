"""The known name that a mistyped one is meant for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MIN_LIKENESS = 0.6
"""Share of letters in common from which a name is worth proposing; `dry` is 0.67 of `dry_run`."""


def nearest(name: str, known: Iterable[str], *, min_likeness: float = MIN_LIKENESS) -> str:
    """Return the known name that is most like ``name``, an empty text when none is; case and separators do not count.

    A name that holds a known one whole (`enable_dry_run`) is like it.
    """
    from difflib import SequenceMatcher  # only where something is mistyped

    letters = _letters(name)
    best, best_likeness = "", min_likeness
    for each in sorted(known):
        wanted = _letters(each)
        likeness = 1.0 if wanted and wanted in letters else SequenceMatcher(None, letters, wanted).ratio()
        if likeness > best_likeness or (likeness == best_likeness and not best):
            best, best_likeness = each, likeness
    return best


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `, did you mean …?` for a name that is like a known one, else an empty text."""
    near = nearest(name, known)
    return f", did you mean {near}?" if near else ""


def _letters(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())
