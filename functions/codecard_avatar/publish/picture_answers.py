"""The answers of the picture's route: a picture, or that the caller has it already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar.publish.picture_names import etag_of
from shared.results import HttpAnswer

if TYPE_CHECKING:
    from shared.http_request import HttpRequest

BITMAP_TYPE = "image/bmp"
CACHE_BUILT_IN = "public, max-age=3600"
"""Cache-Control of a picture that is drawn from a name in its address alone: it changes with the function only."""

CACHE_CUSTOM = "no-cache"
"""Cache-Control of any other picture: the card's entry, the background or the identicon may change at any time, and
whoever keeps it asks with its ETag whether it has."""

CACHE_NEVER = "no-store"
"""Cache-Control of a picture that says why there is no badge: the next one may be a badge."""


def picture_answer(bitmap: bytes, request: HttpRequest, cache_control: str) -> HttpAnswer:
    """Return the picture with the ETag of its content, or 304 to a caller that has just this one (RFC 9110, 13.1.2)."""
    tag = etag_of(bitmap)
    headers = {"Cache-Control": cache_control, "ETag": tag}
    if _has_it(request, tag):
        return HttpAnswer(304, headers, b"")
    return HttpAnswer(200, {"Content-Type": BITMAP_TYPE, **headers}, bitmap)


def _has_it(request: HttpRequest, tag: str) -> bool:
    """Tell whether If-None-Match names the tag; the comparison is the weak one, as the header asks for."""
    known = (
        each.strip().removeprefix("W/") for value in request.header_all("if-none-match") for each in value.split(",")
    )
    return any(each in {tag, "*"} for each in known)
