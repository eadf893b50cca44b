"""One row of the bench's table, and how it is printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure: what was measured, its value with unit, the bar it has to hold (if any) and whether it does."""

    name: str
    value: str
    bar: str = ""
    holds: bool | None = None


def text(rows: Iterable[Row]) -> str:
    """The rows as aligned columns; `ok` or `MISSED` only where there is a bar."""
    cells = [(row.name, row.value, row.bar, {None: "", True: "ok", False: "MISSED"}[row.holds]) for row in rows]
    widths = [max((len(line[column]) for line in cells), default=0) for column in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)
