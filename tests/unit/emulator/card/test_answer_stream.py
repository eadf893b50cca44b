"""What the firmware makes of answers that break its rules: the words it looks for, and what follows them."""

from __future__ import annotations

import pytest

from emulator.card.answer_stream import document_fields, document_text
from emulator.card.firmware_json import CardError
from emulator.card.screen import template_words

TEMPLATE = b'{"template": "template1", "title": "Uh oh!", "subtitle": "s", "bodytext": "b"}'


def answer(body: bytes, *headers: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join([status, *headers, "", ""]).encode() + body


JSON = ("Content-Length: 78", "Content-Type: application/json", "X: y")


def shown(raw: bytes, firmware: str = "S") -> tuple[str, ...]:
    text = document_text(raw, firmware)  # type: ignore[arg-type]
    return template_words(document_fields(text, firmware), text).words  # type: ignore[arg-type]


@pytest.mark.parametrize("firmware", ["S", "L", "LF", "O", "K", "F"])
def test_a_good_answer_is_shown_by_all(firmware: str) -> None:
    assert shown(answer(TEMPLATE, *JSON), firmware) == ("Uh oh!", "s", "b")


def test_the_status_is_read_by_none_but_the_platforms_client() -> None:
    late = answer(TEMPLATE, *JSON, status="HTTP/1.1 503 Service Unavailable")
    assert shown(late)[0] == "Uh oh!"
    with pytest.raises(CardError, match="code: 503"):
        shown(late, "F")


def test_a_gateways_own_error_is_an_invalid_response_with_its_text() -> None:
    body = b'{"code": 429, "message": "Too Many Requests"}'
    raw = answer(body, "Content-Length: 45", *JSON[1:], status="HTTP/1.1 429 Too Many Requests")
    assert shown(raw) == ("Invalid response", "Please verify JSON", body.decode())


def test_of_a_chunked_answer_the_chunks_size_is_the_document() -> None:
    raw = answer(b"4e\r\n" + TEMPLATE + b"\r\n0\r\n\r\n", *JSON[1:], "Transfer-Encoding: chunked")
    assert shown(raw)[:2] == ("Invalid response", "Please verify JSON")


def test_a_type_that_is_last_hides_the_end_of_the_headers() -> None:
    with pytest.raises(CardError, match="Invalid response"):
        document_text(answer(TEMPLATE, *JSON[:2]), "S")


def test_the_fork_that_counts_takes_no_byte_more_than_the_length_says() -> None:
    assert document_text(answer(TEMPLATE + b"more", *JSON), "O") == TEMPLATE.decode()
    with pytest.raises(CardError, match="Invalid response"):
        document_text(answer(TEMPLATE, *JSON[1:]), "O")  # it reads on for a length until nothing is left


def test_without_json_in_the_type_one_line_is_taken() -> None:
    assert document_text(answer(b"<html>\nlog in", "Content-Type: text/html", "X: y"), "S") == "<html>"


@pytest.mark.parametrize(
    ("firmware", "text"), [("S", "<html>"), ("S", '{"title": "x'), ("O", '{"title": "\\u0041"}'), ("K", "x" * 401)]
)
def test_what_its_parser_gives_up_on_is_no_document(firmware: str, text: str) -> None:
    with pytest.raises(CardError, match="JSON parsing failed!"):
        document_fields(text, firmware)  # type: ignore[arg-type]


def test_texts_are_cut_to_what_the_template_shows() -> None:
    words = template_words({"template": "template5", "title": "t", "subtitle": "x" * 20, "bodytext": "b"}, "")
    assert words.words == ("", "x" * 15, "b")
