"""What a tick changes: written down in every tick, sent in all but a dry run."""

from __future__ import annotations

SHOWN = 100
"""Changes that the call's summary line lists."""


class Changes:
    """The writes of one tick in their order. Lease, events and status are not among them: they change no workload."""

    def __init__(self, *, dry_run: bool = False) -> None:
        self.dry_run = dry_run
        self.listed: list[str] = []

    def go(self, text: str) -> bool:
        """Note a change; whether it is to be sent."""
        self.listed.append(text)
        return not self.dry_run

    def summary(self) -> list[str]:
        """The first SHOWN changes."""
        return self.listed[:SHOWN]
