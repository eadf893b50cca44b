"""The emulated card is as strict as the firmware: each rule refuses an answer that breaks it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator.card.firmware_json import FIRMWARES, CardError, read_answer

if TYPE_CHECKING:
    from emulator.card.firmwares import Reading

GOOD = b'{"template": "template8", "title": "x"}'


def wire(
    body: bytes = GOOD,
    headers: tuple[str, ...] = (
        "Content-Length: {}",
        "Content-Type: application/json",
        "X-Codecard-Type: application/json",
    ),
    status: str = "HTTP/1.1 200 OK",
) -> bytes:
    head = "\r\n".join([status, *headers]).format(len(body))
    return f"{head}\r\n\r\n".encode() + body


@pytest.mark.parametrize("firmware", FIRMWARES)
def test_a_good_answer_is_read_whatever_its_status(firmware: Reading) -> None:
    assert read_answer(wire(), firmware)["template"] == "template8"
    assert read_answer(wire(status="HTTP/1.1 404 Not Found"), firmware)["title"] == "x"


def test_members_that_the_firmware_does_not_know_are_ignored() -> None:
    assert read_answer(wire(b'{"title": "x", "reason": "y"}')) == {"title": "x"}


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: {}", "Content-Type:application/json", "X: y"),  # no blank
        ("Content-Length: {}", "X-Codecard-Type: application/json", "Content-Type: application/json", "X: y"),
        ("Content-Length: {}", "Content-Type: text/html", "X: y"),
        ("Content-Length: {}", "Content-Type: application/json"),  # the last one
        ("Content-Length: {}", "X: y"),
        ("Content-Type: application/json", "X: y"),  # no length
        ("Content-Length: 7", "Content-Type: application/json", "X: y"),
        ("Content-Length: {}", "Content-Type: application/json", "Transfer-Encoding: chunked", "X: y"),
    ],
)
def test_headers_that_the_stock_card_cannot_read_are_refused(headers: tuple[str, ...]) -> None:
    with pytest.raises(CardError):
        read_answer(wire(headers=headers), "S")


def test_a_fork_looks_for_the_type_after_the_length() -> None:
    type_first = ("Content-Type: application/json", "Content-Length: {}", "Connection: close")
    assert read_answer(wire(headers=type_first), "S")
    with pytest.raises(CardError, match="O: no content type"):
        read_answer(wire(headers=type_first), "O")
    with pytest.raises(CardError, match="O: no Content-Length"):
        read_answer(wire(headers=("content-length: {}", *type_first[::2])), "O")
    assert read_answer(wire(headers=(*type_first[:2], "X-Codecard-Type: application/json", "X: y")), "O")


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "\\u00e9"}',
        b'{"title": "a \\"b\\""}',
        b'{"title": "a}b"}',
        b'{"title": {"x": "y"}}',
        b'{"title": 1}',
        '{"title": "é"}'.encode(),
        b'{"title": "a\nb"}',
        b'["x"]',
        b'{"title": "x"} ',
        b'{"title": "x"',
        b"",
        b'{"title": "' + b"x" * 1536 + b'"}',
    ],
)
def test_a_document_that_no_card_can_read_is_refused(body: bytes) -> None:
    for firmware in FIRMWARES:
        with pytest.raises(CardError):
            read_answer(wire(body), firmware)


def test_the_smallest_firmware_holds_four_hundred_bytes() -> None:
    body = b'{"title": "' + b"x" * 387 + b'"}'
    assert len(body) == 400
    assert read_answer(wire(body), "K")
    with pytest.raises(CardError, match="at most 400"):
        read_answer(wire(body[:-2] + b'x"}'), "K")


def test_an_answer_that_breaks_off_is_refused() -> None:
    with pytest.raises(CardError, match="bytes came"):
        read_answer(wire()[:-1])
    with pytest.raises(CardError, match="headers"):
        read_answer(b"HTTP/1.1 200 OK\r\n")
