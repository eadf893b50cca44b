"""A report as it is listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReportObject:
    """An object as listed; ``dialect`` is what its prefix, or for a file its header, says; empty where neither does."""

    tenancy_id: str
    name: str
    etag: str
    size_bytes: int
    modified: datetime | None = None
    dialect: str = ""
