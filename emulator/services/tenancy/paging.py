"""Pages of lists as OCI's services give them: `limit`, `page`, and the header `opc-next-page`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from emulator.base.service_protocol import OciError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

T = TypeVar("T")


def page_of(request: web.Request, found: Sequence[T], most: int) -> tuple[list[T], dict[str, str]]:
    """Return the page asked for and the headers of the answer. Raises OciError 400 for a bad limit or page."""
    limit = _number(request, "limit", most)
    first = _number(request, "page", 0, lowest=0)
    if limit > most or first > len(found):
        raise OciError(400, "InvalidParameter", f"limit: at most {most}; page: one that was given")
    following = first + limit
    headers = {"opc-next-page": str(following)} if following < len(found) else {}
    return list(found[first:following]), headers


def _number(request: web.Request, name: str, default: int, *, lowest: int = 1) -> int:
    text = request.query.get(name, str(default))
    if not text.isdecimal() or int(text) < lowest:
        raise OciError(400, "InvalidParameter", f"{name}: {text[:40]!r} cannot be used")
    return int(text)
