"""Retries of calls to OCI: how many attempts, how long each, which waits between them, and which answers are repeated.

Which answers: the SDK's own rules (oci/retry/retry.py: 429, 5xx, time-outs, lost connections). The SDK's own strategy
would run up to 600 s; this one ends with the deadline. A caller that needs other attempts gives `client` or
`ObjectStore` its own number; adw-billing's is in functions/adw_billing/oci_attempts.py.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.deadline import Deadline

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
"""For one read of a socket; a call may take as many as it has attempts, and then only within the deadline."""

MAX_ATTEMPTS = 4
"""Of one call, the first included, where the caller names no other number."""

FIRST_WAIT_SECONDS = 0.5
"""Between two attempts; it grows up to MAX_WAIT_SECONDS."""

MAX_WAIT_SECONDS = 4


def attempt_timeouts(left_seconds: float) -> tuple[float, float]:
    """Return the time-outs of a connect and of a read for an attempt that has so much time."""
    return min(CONNECT_SECONDS, left_seconds), left_seconds


class DeadlineRetry:
    """A retry strategy for SDK clients: the SDK's own rules (429, 5xx, timeouts), never past the deadline.

    ``client`` is set after the client was made, so that its timeouts shrink with what is left of the call.
    """

    def __init__(self, deadline: Deadline, *, attempts: int = MAX_ATTEMPTS, read_seconds: float = READ_SECONDS) -> None:
        self.deadline = deadline
        self.attempts = attempts
        self.read_seconds = read_seconds
        self.client: Any = None
        self._callback: Any = None

    def add_circuit_breaker_callback(self, callback: Any) -> None:  # noqa: ANN401  (the SDK's interface)
        """Keep the SDK's callback for the strategy that is made for each call; see oci/retry/retry.py."""
        self._callback = callback

    def make_retrying_call(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Run ``call`` until it succeeds, must not be repeated, or time is over; DeadlineExceeded if it is already."""

        def attempt(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            self._shrink_timeouts()
            return call(*args, **kwargs)

        # Made for each call: the SDK's strategy counts its total time from the beginning of a call, and what is left
        # of ours is less each time.
        seconds = self.deadline.bounded(self.read_seconds * self.attempts)
        strategy = retry_strategy(self.attempts, seconds, self._wait)
        strategy.add_circuit_breaker_callback(self._callback)
        return strategy.make_retrying_call(attempt, *args, **kwargs)

    def _wait(self, seconds: float, fault: Exception) -> None:
        """Wait before another attempt; where that would end too late for it, the last one's failure is the outcome."""
        if seconds >= self.deadline.remaining_seconds():
            raise fault
        time.sleep(seconds)

    def _shrink_timeouts(self) -> None:
        """Let the next attempt wait no longer than what is left; DeadlineExceeded when that is nothing."""
        if self.client is not None:
            self.client.base_client.timeout = attempt_timeouts(self.deadline.bounded(self.read_seconds))
        else:
            self.deadline.bounded(self.read_seconds)


def _sleep(seconds: float, _: Exception) -> None:
    time.sleep(seconds)


def retry_strategy(attempts: int, seconds: float, wait: Callable[[float, Exception], None] = _sleep) -> Any:  # noqa: ANN401  (the SDK's own class)
    """Return the SDK's strategy for that many attempts within that time, with this suite's waits between them.

    ``wait`` is given the seconds between two attempts and the failure of the first; what it raises is the outcome.
    """
    from oci.retry import RetryStrategyBuilder
    from oci.retry.retry import ExponentialBackoffRetryStrategyBase  # whose waits are for others to define, it says

    class Strategy(ExponentialBackoffRetryStrategyBase):  # type: ignore[misc]
        def do_sleep(self, attempt: int, fault: Exception) -> None:
            wait(min(FIRST_WAIT_SECONDS * 2 ** (attempt - 1) + random.uniform(0, 1), MAX_WAIT_SECONDS), fault)  # noqa: S311

    rules = RetryStrategyBuilder(
        max_attempts_check=True,
        max_attempts=attempts,
        total_elapsed_time_check=True,
        total_elapsed_time_seconds=seconds,
    ).get_retry_strategy()
    return Strategy(FIRST_WAIT_SECONDS, 2, MAX_WAIT_SECONDS, rules.checkers)
