"""What each firmware of the card shows, as the badge page reads it: badges_page/firmwares.json of codecard-avatar.

The same facts as the docs' table (``firmwares`` in tools/render/docs.py), of which every cell is pressed by a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools import firmware_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.suite import Suite

FILE = "functions/codecard_avatar/badges_page/firmwares.json"


def files(suite: Suite, root: Path) -> Iterator[tuple[Path, str]]:  # noqa: ARG001  (of all modules of this folder)
    """Yield the page's copy; `--check` fails where it is another than the emulated card's."""
    yield root / FILE, firmware_table.facts()
