"""How much work the exact search of one plan may do, whatever it is asked to pack.

Sizes of a problem say little about what it costs to solve: of two snapshots of 112 pods one took 0.02 s and one 3 s.
So every step is paid for, and when nothing is left the search ends with the best it has. Steps, not seconds: the same
snapshot gets the same plan on every machine.
"""

from __future__ import annotations

STEPS = 40_000
"""Of a plan for few pods; a step is one count tried by the knapsack or the exact search, about 3 microseconds."""
STEPS_A_POD = 20
MAX_STEPS = 300_000
"""Large plans may cost more, in proportion to the pods that wait, up to about a second."""
ENTRIES_A_STEP = 8
"""Entries of the simplex' inverse that a pivot changes in the time of one step."""


class Effort:
    """Steps that are left; shared by all packings of a plan."""

    __slots__ = ("_given", "left")

    def __init__(self, steps: int = STEPS) -> None:
        self._given = self.left = steps

    @classmethod
    def of(cls, pods: int) -> Effort:
        """Return the effort for a plan for so many pods."""
        return cls(min(STEPS + STEPS_A_POD * pods, MAX_STEPS))

    @property
    def spent(self) -> int:
        """Return the steps taken so far."""
        return self._given - self.left

    def spend(self, steps: int) -> None:
        """Pay for steps that were taken; the last search may overdraw a little."""
        self.left -= steps

    def spend_pivot(self, rows: int) -> None:
        """Pay for a pivot of the simplex."""
        self.left -= 1 + rows * rows // ENTRIES_A_STEP

    def share(self, most: int) -> int:
        """Return how many steps one search may take that takes at most ``most``."""
        return max(0, min(most, self.left))
