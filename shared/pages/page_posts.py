"""A POST from a page: the fields of its form, taken from pages of the same origin alone.

A form is sent as browsers send any form, `application/x-www-form-urlencoded`, with and without script: one shape to
read. Another origin can send that shape too, with the cookie of the gateway's login on it. So a POST is refused unless
the browser itself says that a page of this origin sent it: `Sec-Fetch-Site`, which no script can set, or `Origin`
beside the call's host (https://www.w3.org/TR/fetch-metadata/, https://fetch.spec.whatwg.org/#origin-header). What
changes something needs a token besides (shared/pages/page_tokens.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from shared.errors import BadRequest, NotFromThisPage

if TYPE_CHECKING:
    from shared.http_request import HttpRequest

FORM_TYPE = "application/x-www-form-urlencoded"
MAX_FORM_BYTES = 2 * 1024 * 1024
"""Of a whole form: a file of 1 MB in base64, or the largest registry's worth of pasted lines."""

MAX_FORM_FIELDS = 200


def posted_form(request: HttpRequest, body: bytes, *, limit_bytes: int = MAX_FORM_BYTES) -> dict[str, str]:
    """Return the fields of a POST's form by name. Raises NotFromThisPage, and BadRequest for what is no such form."""
    check_origin(request)
    media_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if media_type != FORM_TYPE:
        raise BadRequest("The body is no form", fix=f"send it as {FORM_TYPE}", field="content-type")
    if len(body) > limit_bytes:
        raise BadRequest(f"The form has {len(body)} bytes", fix=f"at most {limit_bytes}", field="body")
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=MAX_FORM_FIELDS
        )
    except ValueError:  # a UnicodeDecodeError is one
        raise BadRequest("The form cannot be read", fix="percent-encoded UTF-8", field="body") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        # Which of two counts is for nobody to guess.
        twice = next(name for name in fields if sum(each == name for each, _ in pairs) > 1)
        raise BadRequest(f"The form has {twice[:40]!r} twice", fix="send it once", field=twice[:40])
    return fields


def check_origin(request: HttpRequest) -> None:
    """Raise NotFromThisPage unless the browser says that a page of the call's own origin sent it."""
    site = request.header("sec-fetch-site")
    origin = request.header("origin")
    if site is not None:
        if site != "same-origin":
            raise NotFromThisPage("Another page sent this form", field="Sec-Fetch-Site")
        return
    if origin is None:
        fix = "send Origin, as a browser does"
        raise NotFromThisPage("The call does not say which page sent it", fix=fix, field="Origin")
    if _host(origin) != request.host.lower().removesuffix(":443") or not request.host:
        raise NotFromThisPage("Another page sent this form", field="Origin")


def _host(origin: str) -> str:
    """Return the host of an origin with its port; empty for `null`, and for what is none."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return ""
    return parts.netloc.lower().removesuffix(":443") if parts.scheme in ("http", "https") else ""
