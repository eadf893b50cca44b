"""Lists in pages: every page of one list shows the state of its first page.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.kubernetes.object_fields import key_of
from emulator.kubernetes.status import StatusError, bad_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.kubernetes.kinds import ResourceKind
    from emulator.kubernetes.object_fields import Key
    from emulator.kubernetes.store import Stored

CONTINUE_SECONDS = 300.0
"""How long a continue token lasts: etcd is compacted every five minutes."""

_INCONSISTENT = -1
"""The version in a token that goes on with whatever is there now."""


@dataclass(frozen=True)
class _Snapshot:
    kind: ResourceKind
    version: int
    entries: list[Stored]
    made_at_seconds: float


@dataclass(frozen=True)
class ListPage:
    """A part of a list: its entries, the version of the whole, and what leads to the rest."""

    entries: list[Stored]
    version: int
    continue_token: str = ""
    remaining: int = 0


class Pager:
    """Cuts lists into pages and remembers each list while its tokens last."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._snapshots: dict[str, _Snapshot] = {}
        self.lifetime_seconds = CONTINUE_SECONDS

    def clear(self) -> None:
        """Forget all lists: every continue token out there is expired."""
        self._snapshots.clear()

    def first(self, kind: ResourceKind, entries: list[Stored], version: int, limit: int) -> ListPage:
        """Return the first page of a list, or all of it when it is short or `limit` is 0."""
        if limit <= 0 or len(entries) <= limit:
            return ListPage(entries, version)
        snapshot = _Snapshot(kind, version, entries, self._clock())
        name = f"{len(self._snapshots)}-{version}"
        self._snapshots[name] = snapshot
        return self._page(name, snapshot, 0, limit)

    def next(
        self, kind: ResourceKind, token: str, limit: int, current: Callable[[], tuple[list[Stored], int]]
    ) -> ListPage:
        """Return the page behind a token. Raises StatusError: 400 for a garbled one, 410 for an expired one.

        The 410 carries another token, which goes on with the `current` entries and version: no consistent list.
        """
        # A token names its list, so later pages come from the first page's snapshot: an object that is created or
        # deleted in between is neither skipped nor seen twice.
        name, version, start, after = _decoded(token)
        if version == _INCONSISTENT:
            entries, newest = current()
            return self.first(kind, [entry for entry in entries if key_of(entry.value) > after], newest, limit)
        snapshot = self._snapshots.get(name)
        if snapshot is not None and self._clock() - snapshot.made_at_seconds > self.lifetime_seconds:
            snapshot = None
        if snapshot is None or snapshot.kind is not kind or snapshot.version != version:
            raise StatusError(
                410,
                message="The continue token is too old for a consistent list. Start a new list without it.",
                continue_token=_encoded(name, _INCONSISTENT, start, after),
            )
        return self._page(name, snapshot, start, limit)

    @staticmethod
    def _page(name: str, snapshot: _Snapshot, start: int, limit: int) -> ListPage:
        end = start + limit if limit > 0 else len(snapshot.entries)
        left = max(0, len(snapshot.entries) - end)
        token = _encoded(name, snapshot.version, end, key_of(snapshot.entries[end - 1].value)) if left else ""
        return ListPage(snapshot.entries[start:end], snapshot.version, token, left)


def _encoded(name: str, version: int, position: int, after: Key) -> str:
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": list(after), "list": name, "at": position})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(token: str) -> tuple[str, int, int, Key]:
    """Return a token's list, version, position and last key. Raises StatusError 400."""
    try:
        padded = token + "=" * (-len(token) % 4)
        held = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        namespace, name = held["start"]
        return str(held["list"]), int(held["rv"]), int(held["at"]), (str(namespace), str(name))
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise bad_request("continue key is not valid: it does not come from this server") from error
