"""How long to wait between two looks: a second to half a minute, never in step with others, as the service asks."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 30.0
GROWTH = 1.5
JITTER = 0.2
"""Share of a wait that chance adds, so that many who began together do not ask together."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits, clock and chance of a command; `now` is in seconds and only its differences count."""

    first_seconds: float = FIRST_SECONDS
    longest_seconds: float = LONGEST_SECONDS
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random

    def seconds(self, turn: int, retry_after: float | None = None) -> float:
        """Return the wait after a look, counted from 0; what the service asks for is never undercut."""
        own = self.first_seconds * GROWTH ** min(turn, 100)
        base = own if retry_after is None else max(own, retry_after)
        wait = min(base, max(self.longest_seconds, retry_after or 0.0))
        return wait * (1 + JITTER * self.chance())


def retry_after_seconds(text: str | None) -> float | None:
    """Return the seconds of a Retry-After header, None for none and for a date, which OCI does not send."""
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return seconds if 0 < seconds < float("inf") else None
