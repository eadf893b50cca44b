"""A clock that tests set, and what is to happen on it."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable

Action = Callable[[], None]


class SimulatedClock:
    """Epoch seconds that stand still until they are set, or run with the machine's clock after `follow`."""

    def __init__(self) -> None:
        self._offset_seconds = 0.0
        # Whole seconds: the API server's timestamps have no fraction, and a fraction would make ages off by one.
        self._frozen_at_seconds: float | None = float(int(time.time()))

    def __call__(self) -> float:
        """Return the time."""
        if self._frozen_at_seconds is not None:
            return self._frozen_at_seconds
        return time.time() + self._offset_seconds

    @property
    def stands_still(self) -> bool:
        """Tell whether only `set` moves it."""
        return self._frozen_at_seconds is not None

    def set(self, epoch_seconds: float) -> None:
        """Let it stand at a time."""
        self._frozen_at_seconds = epoch_seconds

    def follow(self) -> None:
        """Let it run on from where it is."""
        if self._frozen_at_seconds is not None:
            self._offset_seconds = self._frozen_at_seconds - time.time()
            self._frozen_at_seconds = None

    def restart(self) -> None:
        """Let it stand at the machine's time, in whole seconds."""
        self._frozen_at_seconds = float(int(time.time()))


class Agenda:
    """Actions by the time they are due; those of one moment keep their order."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Action]] = []
        self._numbers = itertools.count()

    def add(self, epoch_seconds: float, action: Action) -> None:
        """Have something done at a time."""
        heapq.heappush(self._entries, (epoch_seconds, next(self._numbers), action))

    def next_time(self) -> float | None:
        """Return when the next action is due, None when there is none."""
        return self._entries[0][0] if self._entries else None

    def take(self, until_epoch_seconds: float) -> Action | None:
        """Return the next action that is due by a time, and forget it."""
        if self._entries and self._entries[0][0] <= until_epoch_seconds:
            return heapq.heappop(self._entries)[2]
        return None

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
