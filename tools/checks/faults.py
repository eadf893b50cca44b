"""How a checker ends: its faults on lines of their own, and an exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def report(faults: Iterable[str]) -> int:
    """Print every fault; 1 when there is one, else 0."""
    found = list(faults)
    for fault in found:
        print(fault)
    return 1 if found else 0
