"""GET: one object, or a list in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from emulator.kubernetes.label_selectors import field_filter, label_filter
from emulator.kubernetes.status import bad_request, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.kubernetes.paging import ListPage, Pager
    from emulator.kubernetes.request_target import RequestTarget
    from emulator.kubernetes.store import Store, Stored


def read_one(store: Store, target: RequestTarget) -> bytes:
    """Return an object's JSON. Raises StatusError 404."""
    stored = store.stored(target.kind, (target.namespace, target.name))
    if stored is None:
        raise not_found(target.kind, target.name)
    return stored.whole


def read_list(store: Store, pager: Pager, target: RequestTarget, query: Mapping[str, str]) -> bytes:
    """Return a list's JSON. Raises StatusError 400 for a bad query and 410 for an expired continue token."""
    limit = _limit(query.get("limit", ""))
    if query.get("watch") in {"1", "true"}:
        raise bad_request("this server does not watch")
    if token := query.get("continue"):
        page = pager.next(target.kind, token, limit, lambda: (_entries(store, target, query), store.version))
    else:
        page = pager.first(target.kind, _entries(store, target, query), store.version, limit)
    filtered = bool(query.get("labelSelector") or query.get("fieldSelector"))
    return _encoded(target, page, filtered=filtered)


def _limit(text: str) -> int:
    try:
        return int(text or 0)
    except ValueError:
        raise bad_request(f"limit {text!r} is no number") from None


def _entries(store: Store, target: RequestTarget, query: Mapping[str, str]) -> list[Stored]:
    entries = store.listing(target.kind)
    if target.namespace:
        entries = [entry for entry in entries if entry.value["metadata"]["namespace"] == target.namespace]
    tests = []
    if text := query.get("labelSelector"):
        tests.append(label_filter(text))
    if text := query.get("fieldSelector"):
        tests.append(field_filter(text))
    return [entry for entry in entries if all(test(entry.value) for test in tests)]


def _encoded(target: RequestTarget, page: ListPage, *, filtered: bool) -> bytes:
    metadata: dict[str, object] = {"resourceVersion": str(page.version)}
    if page.continue_token:
        metadata["continue"] = page.continue_token
        if not filtered:
            metadata["remainingItemCount"] = page.remaining
    head = f'{{"kind":"{target.kind.name}List","apiVersion":"{target.kind.api_version}","metadata":'.encode()
    items = b",".join([entry.item for entry in page.entries])
    return b"".join((head, msgspec.json.encode(metadata), b',"items":[', items, b"]}\n"))
