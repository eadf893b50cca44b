"""The one time budget of a press: the card gives up 5 s after its request.

Each step that waits for somebody runs in a thread of its own, because not every wait takes a timeout (a name lookup
does not, and a server may send a byte a second for ever). When the step's time is over the thread is left behind with
its connection closed, and the call goes on.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.deadline import Deadline

T = TypeVar("T")

ANSWER_SECONDS = 4.0
"""From the request to the answer; the card's 5 s less the way through network and gateway."""

MARGIN_SECONDS = 0.4
"""Of those, kept for drawing and for the way through Fn: no step waits into it."""

LEAST_SECONDS = 1.0
"""What a call gets in any case, however long its start took."""


COLD_START_SECONDS = 5.0
"""A process that is older at its first call was started ahead of it (provisioned concurrency), not by it."""


class LateError(Exception):
    """A step's time was over."""


def budget(call_deadline: Deadline, already_spent_seconds: float = 0.0) -> Deadline:
    """Until when all steps of a call have to be done; ``already_spent_seconds`` is the start of a cold container."""
    seconds = max(LEAST_SECONDS, ANSWER_SECONDS - MARGIN_SECONDS - already_spent_seconds)
    return call_deadline.earlier(seconds)


def within(deadline: Deadline, work: Callable[[], T], abandon: Callable[[], None]) -> T:
    """What ``work`` returns or raises; LateError after the deadline, when ``abandon`` is called to end its waiting."""
    if deadline.expired():
        raise LateError
    outcome: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put((work(), None))
        except BaseException as error:  # noqa: BLE001  (handed to the caller, who raises it)
            outcome.put((None, error))

    threading.Thread(target=run, name="step", daemon=True).start()
    try:
        value, error = outcome.get(timeout=deadline.remaining_seconds())
    except queue.Empty:
        abandon()
        raise LateError from None
    if error is not None:
        raise error
    return value  # type: ignore[return-value]


def process_age_seconds() -> float:
    """Seconds since this process was started, 0 where the system does not tell (proc(5), /proc/self/stat, field 22)."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started)
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0
