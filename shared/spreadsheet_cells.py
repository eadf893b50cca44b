"""Texts as cells of a CSV that people open in a spreadsheet: text stays text, none is run as a formula."""

from __future__ import annotations

import re

_RUNS = re.compile(r"'*[=+\-@\t\r]")
"""What spreadsheets take for a formula, whatever quotes stand around the cell (https://owasp.org, "CSV Injection")."""


def spreadsheet_cell(text: str) -> str:
    """Return a text with an apostrophe before what would be run; `spreadsheet_text` takes it away again."""
    return f"'{text}" if _RUNS.match(text) else text


def spreadsheet_text(cell: str) -> str:
    """Return the text of a cell that `spreadsheet_cell` made; all others stay as they are."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell
