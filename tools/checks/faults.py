"""How a checker starts and ends: no options but `--help`; its faults on lines of their own, and an exit status."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def refuse_options(module: str, description: str | None) -> None:
    """End the process with the use of a check that takes no options, where any is given."""
    argparse.ArgumentParser(prog=f"python -m {module}", description=(description or "").partition("\n")[0]).parse_args()


def report(faults: Iterable[str]) -> int:
    """Print every fault; 1 when there is one, else 0."""
    found = list(faults)
    for fault in found:
        print(fault)
    return 1 if found else 0
