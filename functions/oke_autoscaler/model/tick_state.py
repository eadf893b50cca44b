"""What a tick remembers in the cluster for those after it: one versioned value, bounded in all its parts.

Everything here is a hint that makes the next decision better; nothing of it is needed to be safe. A tick that reads
none decides as the first tick of all did, so the value may be lost, and it is never worth an error.
"""

from __future__ import annotations

import msgspec

VERSION = 1
"""Of the form in which the state is written. One with another version is not read, and replaced."""

PUT_BACK = "put-back"
"""What a change is called that ends a removal without a deletion."""

TAKEN_BACK = "taken-back"
"""What a change is called that lowers a pool's size by nodes that OKE could not make."""

MAX_POOLS = 100
MAX_DRAINS = 300
MAX_HISTORY = 500
"""Entries that are kept of each section, the newest ones."""

MAX_JOINING = 1000
"""Instances of a pool that are remembered while they are no nodes yet, the newest ones."""

MAX_REFUSED = 200
"""Kinds of pods that are remembered as refused on nodes of one pool, the newest ones."""

MAX_LABELS = 100
"""Labels and resources that are kept of one pool."""

MAX_PODS = 20
"""Pods that one change, or one drain, names; ``pods_count`` counts all of a change."""

MAX_OWNERS = 5
"""Controllers that one change names."""

MAX_TEXT = 400
"""Characters of a text that is kept."""

WITH_ALL_NAMES = 100
"""Changes, the newest, that keep all names where the whole would be too large otherwise."""

MAX_OLD_NAMES = 3
MAX_OLD_TEXT = 200
"""Names of each kind, and characters of a text, that the others keep then."""

MAX_BYTES = 900 * 1024
"""Of the whole state as it is written: a ConfigMap may hold 1 MiB with its metadata."""


class Remembered(msgspec.Struct, rename="camel", omit_defaults=True, frozen=True):
    """Base of every struct here; compared by value, changed with `msgspec.structs.replace`."""


class KeptTaint(Remembered, frozen=True):
    """A taint that nodes of a pool have for good."""

    key: str
    value: str = ""
    effect: str = "NoSchedule"


class RefusedKind(Remembered, frozen=True):
    """Since when (Unix seconds) pods of a kind count as refused on nodes of a pool, and on which one they were."""

    at: float
    node: str = ""


class PoolMemory(Remembered, frozen=True):
    """What a pool has really delivered since it was configured as it is now (decide/cluster/pool_memory.py)."""

    configuration: str = ""
    """Digest of all that the pool says about its new nodes. With another one the memory starts anew."""
    configured_at: float | None = None
    """When a tick first saw this configuration (Unix seconds): nodes made since are made after it."""
    shape: str = ""
    ocpus: float | None = None
    memory_gib: float | None = None
    image: str = ""
    kubernetes_version: str = ""
    allocatable: dict[str, int] = {}
    """By resource, in the units of decisions (cpu in millicores); empty until a node was seen."""
    labels: dict[str, str] = {}
    taints: tuple[KeptTaint, ...] = ()
    devices: tuple[str, ...] = ()
    """Extended resources that nodes of the pool have had: one that has none of them yet is still starting."""
    declared: tuple[str, ...] = ()
    """Keys of the labels and taints that the pool gives to new nodes."""
    dropped: tuple[str, ...] = ()
    """Keys of those that an earlier configuration gave: old nodes have them, new ones will not."""
    ready_seconds: float | None = None
    """From asking for a node to its being Ready, the longest of the last growth."""
    asked_at: float | None = None
    """When the pool last was asked to grow (Unix seconds); None once those nodes are Ready."""
    give_ups: int = 0
    """How many times in a row a tick gave up nodes of the pool that did not join; 0 once a node of it is Ready."""
    gave_up_at: float | None = None
    """When it last did (Unix seconds)."""
    refused: dict[str, RefusedKind] = {}
    """Pods that the scheduler did not place on a node of the pool, by kind (decide/cluster/refuted_pools.py)."""
    learned_at: float = 0.0
    """When the memory last changed (Unix seconds)."""


class EvictedPod(Remembered, frozen=True):
    """A pod that a drain has sent away; ``owner`` is ``kind/name`` of its controller in the pod's namespace."""

    pod: str
    """``namespace/name``."""
    uid: str = ""
    owner: str = ""
    evicted_at: float = 0.0


class DrainRecord(Remembered, frozen=True):
    """A removal under way, by node name."""

    began_at: float = 0.0
    last_progress_at: float = 0.0
    """When a pod of it last was evicted or went (Unix seconds)."""
    evicted: tuple[EvictedPod, ...] = ()
    left: int | None = None
    """Pods that were to go when the last tick looked."""


class ChangeRecord(Remembered, frozen=True):
    """One change that a tick made."""

    at: float
    """Unix seconds."""
    what: str
    """As ``scale-up``, ``scale-down``, ``drain``, ``put-back``, ``taken-back``."""
    why: str = ""
    pool: str = ""
    """Name of the pool."""
    nodes: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    """``namespace/name`` of pods that asked for it, the first MAX_PODS."""
    pods_count: int = 0
    size_before: int | None = None
    size_after: int | None = None
    cost_per_month: float | None = None
    """What the change adds, below 0 what it saves, in the unit of the settings' `cost`."""
    owners: tuple[str, ...] = ()
    """``namespace/kind/name`` of the controllers of pods that asked for it, or that a removal sent away; the first
    MAX_OWNERS."""
    flapping: str = ""
    """The circle that the change is a part of, in words."""


class TickState(Remembered, frozen=True):
    """The state as a whole."""

    pools: dict[str, PoolMemory] = {}
    """By the pool's OCID. Functions that share a cluster share the state: each changes its own pools only."""
    drains: dict[str, DrainRecord] = {}
    """By node name."""
    history: tuple[ChangeRecord, ...] = ()
    """Oldest first."""
    joining: dict[str, dict[str, float]] = {}
    """By pool: since when (Unix seconds) each instance is known that is not a Ready node yet, by its OCID."""

    def with_pool(self, pool_id: str, memory: PoolMemory) -> TickState:
        """Return the same with the memory of one pool replaced."""
        return msgspec.structs.replace(self, pools={**self.pools, pool_id: memory})

    def with_drain(self, node: str, record: DrainRecord | None) -> TickState:
        """Return the same with the record of one drain replaced; None takes it away."""
        kept = {name: each for name, each in self.drains.items() if name != node}
        return msgspec.structs.replace(self, drains=kept if record is None else {**kept, node: record})

    def with_change(self, change: ChangeRecord) -> TickState:
        """Return the same with one more change in the history."""
        return msgspec.structs.replace(self, history=(*self.history, change)[-MAX_HISTORY:])


def within_bounds(state: TickState) -> TickState:
    """Return the state with no more entries, names and characters than are kept; the newest of each stay."""
    pools = sorted(state.pools.items(), key=lambda entry: entry[1].learned_at)[-MAX_POOLS:]
    drains = sorted(state.drains.items(), key=lambda entry: entry[1].last_progress_at)[-MAX_DRAINS:]
    return TickState(
        pools={key: _bounded_pool(memory) for key, memory in sorted(pools)},
        joining={key: _newest(state.joining[key]) for key in sorted(state.joining)[:MAX_POOLS]},
        drains={key: _bounded_drain(record) for key, record in sorted(drains)},
        history=tuple(_bounded_change(change) for change in state.history[-MAX_HISTORY:]),
    )


def _bounded_pool(memory: PoolMemory) -> PoolMemory:
    if len(memory.refused) > MAX_REFUSED:
        newest = sorted(memory.refused.items(), key=lambda entry: entry[1].at)[-MAX_REFUSED:]
        memory = msgspec.structs.replace(memory, refused=dict(newest))
    lists = (memory.labels, memory.allocatable, memory.taints, memory.devices, memory.declared, memory.dropped)
    if max(len(each) for each in lists) <= MAX_LABELS:
        return memory
    return msgspec.structs.replace(
        memory,
        labels=dict(sorted(memory.labels.items())[:MAX_LABELS]),
        allocatable=dict(sorted(memory.allocatable.items())[:MAX_LABELS]),
        taints=memory.taints[:MAX_LABELS],
        devices=memory.devices[:MAX_LABELS],
        declared=memory.declared[:MAX_LABELS],
        dropped=memory.dropped[:MAX_LABELS],
    )


def _newest(joining: dict[str, float]) -> dict[str, float]:
    return dict(sorted(sorted(joining.items(), key=lambda entry: entry[1])[-MAX_JOINING:]))


def _bounded_drain(record: DrainRecord) -> DrainRecord:
    return msgspec.structs.replace(record, evicted=record.evicted[-MAX_PODS:])


def _bounded_change(change: ChangeRecord) -> ChangeRecord:
    return msgspec.structs.replace(
        change,
        why=change.why[:MAX_TEXT],
        flapping=change.flapping[:MAX_TEXT],
        pods=change.pods[:MAX_PODS],
        nodes=change.nodes[:MAX_PODS],
        owners=change.owners[:MAX_OWNERS],
    )


def _with_few_names(history: tuple[ChangeRecord, ...]) -> tuple[ChangeRecord, ...]:
    """Return the changes with few names in all but the newest: what is compared with them is of the last hours."""
    return tuple(
        msgspec.structs.replace(
            change,
            why=change.why[:MAX_OLD_TEXT],
            flapping=change.flapping[:MAX_OLD_TEXT],
            pods=change.pods[:MAX_OLD_NAMES],
            nodes=change.nodes[:MAX_OLD_NAMES],
            owners=change.owners[:MAX_OLD_NAMES],
        )
        for change in history[:-WITH_ALL_NAMES]
    ) + tuple(history[-WITH_ALL_NAMES:])


SECTIONS: dict[str, type] = {
    "pools": dict[str, PoolMemory],
    "drains": dict[str, DrainRecord],
    "joining": dict[str, dict[str, float]],
    "history": tuple[ChangeRecord, ...],
}
"""Keys of the written state, each a JSON text of its own: one that cannot be read costs the others nothing."""


def written(state: TickState) -> dict[str, str]:
    """Return the state as texts by key, below MAX_BYTES in all.

    What does not fit goes in this order: names in old changes, the oldest changes, a section.
    """
    state = within_bounds(state)
    texts = _texts(state)
    if _size(texts) > MAX_BYTES:
        state = msgspec.structs.replace(state, history=_with_few_names(state.history))
        texts = _texts(state)
    while state.history and _size(texts) > MAX_BYTES:
        state = msgspec.structs.replace(state, history=state.history[(len(state.history) + 1) // 2 :])
        texts = _texts(state)
    for section in ("drains", "joining", "pools"):
        if _size(texts) > MAX_BYTES:
            state = msgspec.structs.replace(state, **{section: {}})
            texts = _texts(state)
    return texts


def _texts(state: TickState) -> dict[str, str]:
    encoder = msgspec.json.Encoder(order="deterministic")
    sections = {name: encoder.encode(getattr(state, name)).decode() for name in SECTIONS if getattr(state, name)}
    return {"version": str(VERSION), **sections}


def _size(texts: dict[str, str]) -> int:
    return sum(len(text.encode()) for text in texts.values())


def read_state(data: dict[str, str]) -> tuple[TickState, list[str]]:
    """Return the state of texts by key, and what of it could not be read: that part is empty."""
    version = data.get("version")
    if version != str(VERSION):
        return TickState(), [f"version: {(version or 'none')[:40]} is not {VERSION}"] if data else []
    found: dict[str, object] = {}
    faults = []
    for name, kind in SECTIONS.items():
        try:
            found[name] = msgspec.json.decode(data.get(name, ""), type=kind) if name in data else None
        except (msgspec.DecodeError, UnicodeError, RecursionError) as fault:
            faults.append(f"{name}: {str(fault)[:200]}")
    return TickState(**{name: value for name, value in found.items() if value is not None}), faults  # type: ignore[arg-type]
