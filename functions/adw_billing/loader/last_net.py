"""The last net under a load: an object that fails as nobody foresaw is named and put aside, the others are loaded."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from functions.adw_billing.errors import UnforeseenFailure
from functions.adw_billing.model.warehouse import RETRIED_DAILY_REASON
from shared import logs

if TYPE_CHECKING:
    from functions.adw_billing.model.report_object import ReportObject

REASON = RETRIED_DAILY_REASON
"""Why such an object is in quarantine."""
MAX_OBJECTS_OF_ONE_FAULT = 3
"""Objects that fail alike before the call gives up: then it is this loader or its database, and not an object."""

_log = logs.get("adw-billing")


class LastNet:
    """Counts by fault what was caught in a run."""

    def __init__(self) -> None:
        self._objects: dict[str, int] = {}

    def catch(self, report: ReportObject, error: Exception) -> str:
        """Log the traceback; return what the quarantine says. Raises UnforeseenFailure at the third fault of a kind."""
        trace = traceback.extract_tb(error.__traceback__)
        place = trace[-1]
        fault = f"{type(error).__name__} in {place.name}"
        # Only where it happened is logged: the values in the message may be those of a user, or of a connection.
        frames = [f"{frame.name}:{frame.lineno}" for frame in trace]
        _log.error("object failed", extra={"fields": {"object": report.name, "fault": fault, "frames": frames}})
        self._objects[fault] = self._objects.get(fault, 0) + 1
        if self._objects[fault] >= MAX_OBJECTS_OF_ONE_FAULT:
            raise UnforeseenFailure(f"{fault} at {self._objects[fault]} objects", object_name=report.name) from error
        return f"{fault}, line {place.lineno}"
