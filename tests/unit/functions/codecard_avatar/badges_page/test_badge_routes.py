"""Which calls are the badge page's: none that could have come by a route without a token."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.badges_page.badge_routes import is_page
from shared.http_request import from_parts


@pytest.mark.parametrize(
    "url",
    [
        "/codecard/badges",
        "/codecard/badges/",
        "/codecard/badges?title=a%2Fb",
        "/codecard/badges/data?title=x",
        "/codecard/badges/static/badges-0123456789abcdef.js",
        "/v1/codecard/badges",
        "http://127.0.0.1:8080/t/oci-functions/badges",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_the_pages_own_addresses(url: str, method: str) -> None:
    assert is_page(from_parts(method, url, {}, "http"))


@pytest.mark.parametrize(
    "url",
    [
        "/codecard/avatar",
        "/codecard/avatar/badges",
        "/codecard/badge/badges",
        "/codecard/badge/badges/data",
        "/codecard/badge//badges",
        "/codecard//badges",
        "/codecard/badge/x%2Fbadges",
        "/codecard/badge/..%2fbadges",
        "/codecard/badge/../badges",
        "/codecard/./badges",
        "/codecard/badge%2Fbadges",
        "/codecard/b%61dges",
        "/codecard/badge/x;/badges",
        "/codecard/avatar?badge=/badges",
        "/codecard/avatar?x=/codecard/badges",
        "",
    ],
)
def test_what_could_be_the_cards_or_be_read_in_two_ways_is_no_page(url: str) -> None:
    assert not is_page(from_parts("GET", url, {}, "http"))
