"""A POST from a page: a form of the page itself is read, one of another origin, or of no browser, is refused."""

from __future__ import annotations

import pytest

from shared.errors import BadRequest, FunctionError, NotFromThisPage, PageTooOld
from shared.http_request import HttpRequest, from_parts
from shared.pages.page_posts import FORM_TYPE, posted_form
from shared.pages.page_tokens import MAX_AGE_SECONDS, PageTokens
from shared.settings import Secret

NOW = 1_800_000_000
TOKENS = PageTokens(Secret("k" * 32), "joan.citizen@example.com", NOW)
OWN = {"Sec-Fetch-Site": "same-origin"}


def request(headers: dict[str, str], media_type: str = FORM_TYPE) -> HttpRequest:
    every = {"Host": "gateway.example.com", "Content-Type": media_type, **headers}
    return from_parts("POST", "/codecard/badges", every, "http")


def faults(call: HttpRequest, body: bytes = b"a=1") -> tuple[str, str]:
    with pytest.raises(FunctionError) as refused:
        posted_form(call, body)
    assert isinstance(refused.value, BadRequest | NotFromThisPage)
    return refused.value.reason, str(refused.value.to_body()["error"]["field"])


@pytest.mark.parametrize(
    "headers",
    [
        OWN,
        {**OWN, "Origin": "null"},
        {"Origin": "https://gateway.example.com"},
        {"Origin": "https://GATEWAY.example.com:443"},
    ],
)
def test_a_form_of_the_page_itself_is_read(headers: dict[str, str]) -> None:
    form = posted_form(request(headers, f"{FORM_TYPE}; charset=UTF-8"), b"name=Zo%C3%AB+B&role=")
    assert form == {"name": "Zoë B", "role": ""}


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, "Sec-Fetch-Site"),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://gateway.example.com"}, "Sec-Fetch-Site"),
        ({"Sec-Fetch-Site": "none"}, "Sec-Fetch-Site"),
        ({"Origin": "https://other.example.com"}, "Origin"),
        ({"Origin": "https://gateway.example.com.other.example"}, "Origin"),
        ({"Origin": "https://gateway.example.com:8443"}, "Origin"),
        ({"Origin": "null"}, "Origin"),
        ({"Origin": "https://[broken"}, "Origin"),
        ({"Origin": "null", "Host": "localhost"}, "Origin"),
        ({}, "Origin"),
    ],
)
def test_a_form_of_another_page_is_refused(headers: dict[str, str], field: str) -> None:
    assert faults(request(headers)) == ("not-from-this-page", field)


@pytest.mark.parametrize(
    ("media_type", "body", "field"),
    [
        ("text/plain", b"a=1", "content-type"),
        ("application/json", b"{}", "content-type"),
        ("multipart/form-data; boundary=x", b"--x--", "content-type"),
        (FORM_TYPE, b"a=%ff", "body"),
        (FORM_TYPE, b"\xff=1", "body"),
        (FORM_TYPE, b"a", "body"),
        (FORM_TYPE, b"&".join(b"a%d=1" % at for at in range(201)), "body"),
        (FORM_TYPE, b"a=" + b"x" * (2 * 1024 * 1024), "body"),
        (FORM_TYPE, b"a=1&b=2&a=3", "a"),
    ],
)
def test_what_is_no_form_is_named(media_type: str, body: bytes, field: str) -> None:
    assert faults(request(OWN, media_type), body) == ("bad-request", field)


def test_a_token_holds_for_an_hour() -> None:
    token = TOKENS.make("cards")
    for age in (-60, 0, MAX_AGE_SECONDS):
        PageTokens(TOKENS.key, TOKENS.subject, NOW + age).check(token, "cards")
    with pytest.raises(PageTooOld, match="older than an hour"):
        PageTokens(TOKENS.key, TOKENS.subject, NOW + MAX_AGE_SECONDS + 1).check(token, "cards")


@pytest.mark.parametrize(
    "other",
    [
        (PageTokens(TOKENS.key, "ada@example.com", NOW), "cards"),
        (PageTokens(Secret("o" * 32), TOKENS.subject, NOW), "cards"),
        (TOKENS, "preview"),
        (PageTokens(TOKENS.key, TOKENS.subject, NOW + 61), "cards"),
    ],
    ids=["another user", "another key", "another purpose", "a moment to come"],
)
def test_a_token_of_another_is_refused(other: tuple[PageTokens, str]) -> None:
    made_by, purpose = other
    with pytest.raises(NotFromThisPage):
        TOKENS.check(made_by.make(purpose), "cards")


def test_a_token_that_was_changed_or_is_none_is_refused() -> None:
    made, _, mark = TOKENS.make("cards").partition(".")
    newer = f"{int(made) + 1}.{mark}"
    for token in ("", newer, f"{made}.{mark[:-1]}", f"{made}.{mark}x", mark, f" {made}.{mark}", f"{made}.{'é' * 43}"):
        with pytest.raises(NotFromThisPage):
            TOKENS.check(token, "cards")
