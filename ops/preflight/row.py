"""One line of the preflight's table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "warning", "FAILED", "unknown"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; ``fix`` says what to do where ``outcome`` is not ok."""

    area: str
    check: str
    outcome: Outcome
    detail: str
    fix: str = ""
