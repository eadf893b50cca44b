"""Method, URL, query and headers of a call as one object, whoever called.

The FDK shows three shapes (fdk-python 0.1.128, fdk/context.py and fdk/headers.py): a plain invoke has no method and
no URL and the caller's headers as they came; an HTTP trigger has an absolute URL and the client's headers behind the
prefix Fn-Http-H-; OCI's API Gateway has a URL of path and query only, and Content-Type, Host and User-Agent twice, so
that ``ctx.Headers()`` holds lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

INVOKE_METHOD = "POST"
"""How Fn itself calls a function; the method of a plain invoke, where the FDK knows none."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One call as HTTP: ``kind`` is ``http`` behind a trigger or a gateway and ``invoke`` otherwise.

    ``headers`` and ``query`` keep duplicates and order; header names are lower case; ``path`` is percent-decoded,
    ``url`` is as it came (absolute, path and query only, or empty for a plain invoke).
    """

    method: str
    url: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    kind: Literal["invoke", "http"]

    def header_all(self, name: str) -> tuple[str, ...]:
        """Return every value of a header, in order; the name's case does not matter."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key == wanted)

    def header(self, name: str) -> str | None:
        """Return the last value of a header (the client's own, where a gateway added one of its own), or None."""
        values = self.header_all(name)
        return values[-1] if values else None

    def query_value(self, name: str) -> str | None:
        """Return the first value of a query parameter, or None."""
        return next((value for key, value in self.query if key == name), None)

    @property
    def is_read(self) -> bool:
        """Whether it asks to read something at a route, as a browser does that opens a page."""
        return self.kind == "http" and self.method in ("GET", "HEAD")

    @property
    def host(self) -> str:
        """The host (with port) that the client asked for, or an empty text.

        An absolute URL tells it; else the Host header, but for ``localhost``, which the Fn agent itself sends.
        """
        from_url = "" if self.url.startswith("/") else _split(self.url)[0].rpartition("@")[2]
        return from_url or next((value for value in reversed(self.header_all("host")) if value != "localhost"), "")


def from_parts(
    method: str | None, url: str | None, headers: Mapping[str, object], kind: Literal["invoke", "http"]
) -> HttpRequest:
    """Build the request from loose parts; header values may be texts or lists of texts.

    ``url`` may be absolute or, from the gateway, path and query only: what begins with ``/`` has no host, not even
    ``//name/path``. One that urlsplit refuses (such as an unclosed IPv6 bracket) has no host either.
    """
    text = url or ""
    path, query = _path_and_query(text)
    return HttpRequest(
        method=(method or INVOKE_METHOD).upper(),
        url=text,
        path=unquote(path),
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        headers=_pairs(headers),
        kind=kind,
    )


def from_context(ctx: object) -> HttpRequest:
    """Return the request of an FDK InvokeContext.

    Behind a trigger or a gateway the client's headers are taken (``ctx.HTTPHeaders()``), then those that only the
    merged view has, such as Content-Type of a trigger call.
    """
    merged: Mapping[str, object] = ctx.Headers() or {}  # type: ignore[attr-defined]
    client: Mapping[str, object] = ctx.HTTPHeaders() or {}  # type: ignore[attr-defined]
    url: str | None = ctx.RequestURL()  # type: ignore[attr-defined]
    method: str | None = ctx.Method()  # type: ignore[attr-defined]
    # A plain invoke has none of the three, so any one of them tells a trigger or a gateway.
    through_http = bool(url or method or client)
    headers = {**merged, **client} if through_http else merged
    return from_parts(method, url, headers, "http" if through_http else "invoke")


def _path_and_query(url: str) -> tuple[str, str]:
    if url.startswith("/"):
        path, _, query = url.partition("#")[0].partition("?")
        return path, query
    return _split(url)[1:]


def _split(url: str) -> tuple[str, str, str]:
    """Return host with port, path and query of an absolute URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        path, _, query = url.partition("://")[2].partition("?")
        return "", "/" + path.partition("/")[2], query
    return parts.netloc, parts.path, parts.query


def _pairs(headers: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Flatten names to single or listed values into (lower-case name, value) pairs."""
    pairs: list[tuple[str, str]] = []
    for name, value in headers.items():
        values = value if isinstance(value, list | tuple) else [value]
        pairs.extend((name.lower(), str(single)) for single in values)
    return tuple(pairs)
