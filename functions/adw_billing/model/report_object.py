"""A report as it is listed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adw_billing.model.warehouse import ObjectKey

if TYPE_CHECKING:
    from datetime import datetime

_FOCUS_DAY = re.compile(r"focus reports/(\d{4})/(\d\d)/(\d\d)/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReportObject:
    """An object as listed; ``dialect`` is what its prefix, or for a file its header, says; empty where neither does.

    ``one_tenancy``: whose it is was read from its first rows, so that all rows have to say the same.
    """

    tenancy_id: str
    name: str
    etag: str
    size_bytes: int
    modified: datetime | None = None
    dialect: str = ""
    one_tenancy: bool = False

    @property
    def key(self) -> ObjectKey:
        """Its identity in the warehouse."""
        return ObjectKey(self.tenancy_id, self.name, self.etag)

    @property
    def usage_day(self) -> str:
        """The day (YYYY-MM-DD) that stands for its usage; empty where nothing is known.

        A FOCUS folder is the usage day. Of other reports the day on which they were written is known: they cannot have
        usage of a later one.
        """
        found = _FOCUS_DAY.match(self.name)
        if found:
            return "-".join(found.groups())
        return self.modified.date().isoformat() if self.modified else ""
