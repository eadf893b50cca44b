"""The server's memory: objects with one counter of versions, encoded once.

Objects are never changed in place: a change makes a new dict, so that pages and cached requests stay valid.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from emulator.kubernetes.kinds import POD, ResourceKind
from emulator.kubernetes.object_fields import Key, Object, at, changed, key_of, node_name_of, owner_uid_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Listener = Callable[[ResourceKind, "Object | None", "Object | None"], None]
"""Called with kind, the object before (None: new) and after (None: gone) each change."""


class Stored:
    """An object at one version; its JSON is made when first asked for and kept."""

    __slots__ = ("_encoded", "kind", "value")

    def __init__(self, kind: ResourceKind, value: Object) -> None:
        self.kind = kind
        self.value = value
        self._encoded: bytes | None = None

    @property
    def item(self) -> bytes:
        """Return its JSON as an item of a list: without kind and apiVersion."""
        if self._encoded is None:
            self._encoded = msgspec.json.encode(self.value)
        return self._encoded

    @property
    def whole(self) -> bytes:
        """Return its JSON by itself."""
        head = f'{{"kind":"{self.kind.name}","apiVersion":"{self.kind.api_version}",'
        return head.encode() + self.item[1:]


class Store:
    """All objects of a cluster. `clock` gives epoch seconds for creation times."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._objects: dict[ResourceKind, dict[Key, Stored]] = defaultdict(dict)
        self._pods_of_node: dict[str, set[Key]] = defaultdict(set)
        self._pods_of_owner: dict[str, set[Key]] = defaultdict(set)
        self._listeners: list[Listener] = []
        self.version = 1000

    def listen(self, listener: Listener) -> None:
        """Call a listener at each change from now on."""
        self._listeners.append(listener)

    def clear(self) -> None:
        """Forget all objects; versions go on, listeners stay."""
        self._objects.clear()
        self._pods_of_node.clear()
        self._pods_of_owner.clear()

    def all(self, kind: ResourceKind) -> Iterator[Object]:
        """Yield all objects of a kind, oldest first; the store may be changed meanwhile."""
        for stored in list(self._objects[kind].values()):
            yield stored.value

    def listing(self, kind: ResourceKind) -> list[Stored]:
        """Return all objects of a kind in the order of a list: by namespace and name."""
        # etcd lists in key order, and a continue token names the last key: the order must not depend on creation.
        held = self._objects[kind]
        return [held[key] for key in sorted(held)]

    def find(self, kind: ResourceKind, name: str, namespace: str = "") -> Object | None:
        """Return an object, None when it is not there."""
        stored = self._objects[kind].get((namespace, name))
        return None if stored is None else stored.value

    def stored(self, kind: ResourceKind, key: Key) -> Stored | None:
        """Return an object with its JSON."""
        return self._objects[kind].get(key)

    def pods_on(self, node: str) -> list[Object]:
        """Return the pods that are bound to a node, by name; those that are bound to none for an empty name."""
        held = self._objects[POD]
        return [held[key].value for key in sorted(self._pods_of_node.get(node, ()))]

    def pods_of(self, owner_uid: str) -> list[Object]:
        """Return the pods that a controller has, by name."""
        held = self._objects[POD]
        return [held[key].value for key in sorted(self._pods_of_owner.get(owner_uid, ()))]

    def create(self, kind: ResourceKind, item: Object) -> Stored:
        """Add an object; it gets its uid, creation time and version. Raises ValueError when its name is taken."""
        if key_of(item) in self._objects[kind]:
            raise ValueError(f"there is a {kind.name} {'/'.join(key_of(item))} already")
        metadata = dict(item["metadata"])
        metadata.setdefault("uid", str(uuid.uuid4()))
        metadata.setdefault("creationTimestamp", at(self._clock()))
        made = {name: value for name, value in item.items() if name not in {"kind", "apiVersion"}}
        return self._set(kind, None, made | {"metadata": metadata})

    def replace(self, kind: ResourceKind, item: Object) -> Stored:
        """Put a new version of an object in place; an equal one changes nothing."""
        # As in the real server a write that changes nothing has no new version. It is also what lets the control loops
        # come to rest: each writes its result at every round.
        before = self._objects[kind][key_of(item)]
        if before.value == item:
            return before
        return self._set(kind, before.value, item)

    def remove(self, kind: ResourceKind, key: Key) -> None:
        """Remove an object, if it is there."""
        stored = self._objects[kind].pop(key, None)
        if stored is None:
            return
        self.version += 1
        if kind is POD:
            self._index(stored.value, None, key)
        self._tell(kind, stored.value, None)

    def _set(self, kind: ResourceKind, before: Object | None, item: Object) -> Stored:
        self.version += 1
        stored = Stored(kind, changed(item, ("metadata.resourceVersion", str(self.version))))
        key = key_of(item)
        self._objects[kind][key] = stored
        if kind is POD:
            self._index(before, stored.value, key)
        self._tell(kind, before, stored.value)
        return stored

    def _index(self, before: Object | None, after: Object | None, key: Key) -> None:
        if before is not None:
            self._pods_of_node[node_name_of(before)].discard(key)
            self._pods_of_owner[owner_uid_of(before)].discard(key)
        if after is not None:
            self._pods_of_node[node_name_of(after)].add(key)
            self._pods_of_owner[owner_uid_of(after)].add(key)

    def _tell(self, kind: ResourceKind, before: Object | None, after: Object | None) -> None:
        for listener in self._listeners:
            listener(kind, before, after)
