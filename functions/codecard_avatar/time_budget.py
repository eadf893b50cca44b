"""The one time budget of a press: the card gives up 5 s after its request."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.deadline import Deadline

ANSWER_SECONDS = 4.0
"""From the request to the answer; the card's 5 s less the way through network and gateway."""

MARGIN_SECONDS = 0.4
"""Of those, kept for drawing and for the way through Fn: no step waits into it."""

MIN_BUDGET_SECONDS = 1.0
"""What a call gets in any case, however long its start took."""

MAX_COLD_START_SECONDS = 5.0
"""A process that is older at its first call was started ahead of it (provisioned concurrency), not by it."""


def press_deadline(call_deadline: Deadline, already_spent_seconds: float = 0.0) -> Deadline:
    """Return when all steps of a call have to be done; ``already_spent_seconds``: the start of a cold container."""
    seconds = max(MIN_BUDGET_SECONDS, ANSWER_SECONDS - MARGIN_SECONDS - already_spent_seconds)
    return call_deadline.earlier(seconds)


def process_age_seconds() -> float:
    """Return the seconds since this process was started, 0 where the system does not say.

    Field 22 of /proc/self/stat (proc(5)) is the start in clock ticks since boot. The second field is the program's
    name in parentheses and may itself hold blanks and parentheses, so the fields are counted from the last one on:
    field 22 is the 20th after it.
    """
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started)
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0
