"""How many attempts a call to OCI has, and how long each may wait."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from oci.exceptions import RequestException

from shared.deadline import Deadline
from shared.errors import DeadlineExceeded
from shared.oci.retries import CONNECT_SECONDS, DeadlineRetry, retry_strategy


def attempt(retry: DeadlineRetry) -> tuple[float, float]:
    """The time-outs of a call's attempt."""
    retry.client = SimpleNamespace(base_client=SimpleNamespace(timeout=None))
    retry.make_retrying_call(lambda: None)
    timeout: tuple[float, float] = retry.client.base_client.timeout
    return timeout


def test_an_attempt_waits_no_longer_than_what_is_left() -> None:
    assert attempt(DeadlineRetry(Deadline.after(3600), read_seconds=20)) == (CONNECT_SECONDS, 20)
    connect, read = attempt(DeadlineRetry(Deadline.after(3)))
    assert connect == read <= 3


def test_after_the_deadline_nothing_is_called() -> None:
    with pytest.raises(DeadlineExceeded):
        DeadlineRetry(Deadline.after(-1)).make_retrying_call(pytest.fail)


@pytest.mark.parametrize("attempts", [2, 6])
def test_a_failure_that_may_pass_is_tried_as_often_as_asked(attempts: int) -> None:
    made: list[float] = []
    waits: list[float] = []

    def fail() -> None:
        made.append(1)
        raise RequestException  # the SDK's, of a connection that broke

    strategy = retry_strategy(attempts, 60, lambda seconds, _: waits.append(seconds))
    with pytest.raises(RequestException):
        strategy.make_retrying_call(fail)
    assert (len(made), len(waits)) == (attempts, attempts - 1)
