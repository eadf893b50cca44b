"""The time a call has left, from the header Fn-Deadline."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.errors import DeadlineExceeded

DEFAULT_SECONDS = 30.0
"""Fn's own default timeout of a function; used when a call carries no deadline (fdk.constants.DEFAULT_DEADLINE)."""

ANSWER_SECONDS = 2.0
"""Seconds of a call kept for the answer of its preflight, but no more than ANSWER_SHARE of its time."""

ANSWER_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time, in seconds since the epoch, after which nobody waits for the answer any more.

    It is wall-clock time, because another process sets it and Fn hands it on as a date. Bounds are taken from it
    right before each wait: a step that took long shortens those that follow.
    """

    at_epoch_seconds: float

    @classmethod
    def after(cls, seconds: float, now: float | None = None) -> Deadline:
        """Return the deadline ``seconds`` from ``now`` (seconds since the epoch; the clock when left out)."""
        return cls((time.time() if now is None else now) + seconds)

    @classmethod
    def from_header(cls, text: str | None, now: float | None = None) -> Deadline:
        """Return the deadline of an RFC 3339 time, ``2026-11-22T09:48:20Z``; 30 s from ``now`` if it cannot be read."""
        if text:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                return cls.after(DEFAULT_SECONDS, now)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return cls(moment.timestamp())
        return cls.after(DEFAULT_SECONDS, now)

    def remaining_seconds(self, now: float | None = None) -> float:
        """Return the seconds left, never below 0."""
        return max(0.0, self.at_epoch_seconds - (time.time() if now is None else now))

    def expired(self, now: float | None = None) -> bool:
        """Tell whether no time is left."""
        return self.remaining_seconds(now) <= 0

    def bounded(self, seconds: float, *, margin_seconds: float = 0.0, now: float | None = None) -> float:
        """Return ``seconds``, or what is left less ``margin_seconds`` when that is shorter; at least 1 ms.

        Raises DeadlineExceeded when nothing is left.
        """
        # Timeouts of 0 mean "non-blocking" to sockets and "none" to some libraries, so 0 is never returned.
        left = self.remaining_seconds(now) - margin_seconds
        if left <= 0:
            raise DeadlineExceeded("no time left for the next step")
        return max(0.001, min(seconds, left))

    def less(self, seconds: float) -> Deadline:
        """Return the deadline ``seconds`` before this one: what ends at it leaves time to answer."""
        return Deadline(self.at_epoch_seconds - seconds)

    def before_answer(self, now: float | None = None) -> Deadline:
        """Return when all checks of a preflight are over: what takes all its time is told as a row, not as Fn's 504."""
        return self.less(min(ANSWER_SECONDS, ANSWER_SHARE * self.remaining_seconds(now)))

    def half(self, now: float | None = None) -> Deadline:
        """Return the deadline after half of what is left: for a step that must leave time to those after it."""
        return self.share(1, 2, now)

    def share(self, parts: int, of: int, now: float | None = None) -> Deadline:
        """Return the deadline of a step that gets so many of the equal parts of what is left."""
        return self.earlier(self.remaining_seconds(now) * parts / of, now)

    def earlier(self, seconds: float, now: float | None = None) -> Deadline:
        """Return this deadline, or ``seconds`` from ``now`` when that comes first."""
        return Deadline(min(self.at_epoch_seconds, Deadline.after(seconds, now).at_epoch_seconds))
