"""Who signs, and how long an attempt may wait."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from shared.deadline import Deadline
from shared.errors import DeadlineExceeded, NotAuthorised
from shared.oci.clients import CONNECT_SECONDS, SERVICES, DeadlineRetry, sdk_credentials
from shared.oci.settings import OciSettings

if TYPE_CHECKING:
    from pathlib import Path


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


def test_each_client_stands_in_the_table_once() -> None:
    assert len(set(SERVICES.values())) == len(SERVICES)


@pytest.mark.parametrize("text", ["[DEFAULT]\nuser=x", "no configuration"])
def test_an_unusable_profile_names_its_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config"
    file.write_text(text)
    with pytest.raises(NotAuthorised) as caught:
        sdk_credentials(OciSettings(oci_config_file=str(file)))
    assert str(file) in caught.value.fix
