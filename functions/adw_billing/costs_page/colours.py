"""The colour of each group: the same whatever is filtered, so that a glance at another view tells it again; pure."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

COLOURS = 8
"""Of the style sheet's palette, `--c0` and on."""
REST = "--rest"


def colours(shown: Sequence[str | None], known: Sequence[str]) -> dict[str | None, str]:
    """Return a colour for each of at most COLOURS groups, no two of them alike.

    The first COLOURS of ``known``, which are the same ones in every view of a warehouse, each have their own. Any other
    group has the one that its name leads to, or the next that no group of this view has: the known ones choose first.
    """
    fixed = {name: at for at, name in enumerate(known[:COLOURS])}
    found: dict[str | None, int] = {name: fixed[name] for name in shown if name is not None and name in fixed}
    for name in sorted((each for each in shown if each not in found), key=lambda each: each or ""):
        at = zlib.crc32((name or "").encode("utf-8", "replace")) % COLOURS
        used = set(found.values())
        found[name] = next(number % COLOURS for number in range(at, at + COLOURS) if number % COLOURS not in used)
    return {name: f"--c{at}" for name, at in found.items()}
