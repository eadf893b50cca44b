"""How many pods of each workload are ready, and the fewest that ever were: noted at each change, not at each minute."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from emulator.kubernetes.kinds import POD, ResourceKind
from emulator.kubernetes.object_fields import Object, is_leaving, is_true, node_name_of, owner_of

if TYPE_CHECKING:
    from emulator.kubernetes.store import Store


class ReadyPods:
    """Counts by the name of the controller; `fewest` is kept from `start` on."""

    def __init__(self, store: Store) -> None:
        self._ready: defaultdict[str, set[str]] = defaultdict(set)
        self._is_started = False
        self.fewest: dict[str, int] = {}
        store.listen(self._note)

    @property
    def now(self) -> dict[str, int]:
        """Return the ready pods of each workload."""
        return {name: len(pods) for name, pods in self._ready.items()}

    def start(self) -> None:
        """Begin to keep the fewest."""
        self._is_started = True
        self.fewest = self.now

    def stop(self) -> None:
        """Keep what was found: another run has the store now."""
        self._is_started = False

    def _note(self, kind: ResourceKind, before: Object | None, after: Object | None) -> None:
        pod = after or before
        owner = owner_of(pod) if kind is POD and pod is not None else None
        if pod is None or owner is None:
            return
        ready = self._ready[owner["name"]]
        if after is not None and node_name_of(after) and is_true(after, "Ready") and not is_leaving(after):
            ready.add(pod["metadata"]["uid"])
            return
        ready.discard(pod["metadata"]["uid"])
        if self._is_started:
            name = owner["name"]
            self.fewest[name] = min(self.fewest.get(name, 0), len(ready))
