"""Deadlines with time passed in, and which addresses may be called."""

import pytest

from shared.addresses import is_loopback, is_private, service_base_url
from shared.deadline import Deadline
from shared.errors import DeadlineExceeded


def test_a_header_is_read_as_utc() -> None:
    assert Deadline.from_header("2026-11-22T09:48:20Z").at_epoch_seconds == 1795340900
    assert Deadline.from_header("2026-11-22T09:48:20").at_epoch_seconds == 1795340900


@pytest.mark.parametrize("text", [None, "", "soon", "2026-99-99"])
def test_without_a_readable_header_thirty_seconds_are_left(text: str | None) -> None:
    assert Deadline.from_header(text, now=1000).remaining_seconds(1000) == 30


def test_a_step_gets_what_is_left() -> None:
    deadline = Deadline(100)
    assert deadline.bounded(5, now=90) == 5
    assert deadline.bounded(50, now=90, margin_seconds=2) == 8
    with pytest.raises(DeadlineExceeded):
        deadline.bounded(5, now=99, margin_seconds=2)


def test_the_earlier_deadline_wins() -> None:
    assert Deadline(100).earlier(4, now=10).at_epoch_seconds == 14
    assert Deadline(12).earlier(4, now=10).at_epoch_seconds == 12
    assert Deadline(12).less(4).at_epoch_seconds == 8
    assert Deadline(12).expired(now=12)


@pytest.mark.parametrize(
    "url",
    [
        "https://objectstorage.eu-frankfurt-1.oraclecloud.com/",
        "http://127.0.0.1:80",
        "http://[::1]:1",
        "http://localhost:9/x",
    ],
)
def test_https_anywhere_and_plain_http_on_this_machine(url: str) -> None:
    assert service_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "ftp://x",
        "https://",
        "https://u:p@h",
        "https://h/?a",
        "http://[",
        "x",
        "https://h:0",
        "https://h:99999",
    ],
)
def test_other_base_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"URL|http"):
        service_base_url(url)


def test_private_addresses_are_known() -> None:
    assert is_private("169.254.169.254")
    assert is_private("localhost")
    assert not is_private("8.8.8.8")
    assert is_loopback("127.9.9.9")
    assert not is_loopback("example.com")
