"""The record of what a tick changes: noted in every tick, sent in all but a dry run."""

from __future__ import annotations

MAX_LISTED_CHANGES = 100
"""Changes that the call's summary line lists."""


class Changes:
    """The writes of one tick in their order. Lease, events and status are not among them: they change no workload."""

    def __init__(self, *, dry_run: bool = False) -> None:
        self.dry_run = dry_run
        self._noted: list[str] = []

    def go(self, text: str) -> bool:
        """Note a change; return whether it is to be sent."""
        self._noted.append(text)
        return not self.dry_run

    def listed(self) -> list[str]:
        """Return the first MAX_LISTED_CHANGES changes, for the summary line."""
        return self._noted[:MAX_LISTED_CHANGES]
