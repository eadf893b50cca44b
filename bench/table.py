"""One row of the bench's table, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure: what was measured, its value with unit, the bar it has to hold (if any) and whether it does."""

    name: str
    value: str
    bar: str = ""
    holds: bool | None = None


WIDTHS = (66, 34, 24, 6)
"""Of figure, value, bar and whether it holds; the command comes last. A longer cell moves the rest of its line."""

HEAD = (
    "  ".join(word.ljust(width) for word, width in zip(("figure", "value", "bar", "holds"), WIDTHS, strict=True))
    + "  measured by"
)


def line(row: Row, command: str) -> str:
    """Return one line of the table; `ok` or `MISSED` only where there is a bar."""
    cells = (row.name, row.value, row.bar, {None: "", True: "ok", False: "MISSED"}[row.holds])
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)) + f"  {command}"
