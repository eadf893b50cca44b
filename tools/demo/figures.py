"""The figures that README shows: what the demo's parts have measured, in one file beside the pictures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FILE = "figures.json"


def keep(out: Path, part: str, **figures: object) -> None:
    """Put the figures of a part into the file in ``out``, beside those of the other parts."""
    kept = read(out) if (out / FILE).exists() else {}
    text = json.dumps({**kept, part: figures}, indent=2, sort_keys=True)
    (out / FILE).write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> dict[str, Any]:
    """Return all parts' figures."""
    found: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return found
