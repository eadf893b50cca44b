"""A snapshot as JSON, as `explain` reads it: typed, with the path of what is wrong."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from mmap import MADV_DONTNEED, mmap
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.explain.snapshot_check import check_pool
from functions.oke_autoscaler.model.course import Moment  # noqa: TC001  (msgspec resolves it)
from functions.oke_autoscaler.model.intake.readable import check
from functions.oke_autoscaler.model.intake.repair import repaired
from functions.oke_autoscaler.model.kubernetes_objects import Listed, Node, Pod
from functions.oke_autoscaler.model.oci_objects import (
    Load,
    Namespace,
    NodePool,
    Owner,
    PodDisruptionBudget,
    PriorityClass,
    WorkRequest,
)
from functions.oke_autoscaler.model.quantity import unix_seconds
from functions.oke_autoscaler.model.snapshot import Snapshot
from functions.oke_autoscaler.model.spec_interning import SpecTable
from functions.oke_autoscaler.model.storage_objects import (
    CsiNode,
    PersistentVolume,
    PersistentVolumeClaim,
    StorageClass,
)
from functions.oke_autoscaler.model.tick_state import TickState
from functions.oke_autoscaler.pool_settings import NO_LIMIT, PoolSettings, read_pools
from functions.oke_autoscaler.settings import Settings
from shared.errors import MissingInputData
from shared.settings import load_settings, setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.oke_autoscaler.model.unreadable import Unreadable

T = TypeVar("T")
L = TypeVar("L", bound=Listed)

MISSING_FIELD = re.compile(r"missing required field `([^`]*)`")
ERROR_PATH = re.compile(r" - at `\$\.?(.*)`$")
"""How msgspec's messages name the field and end with its path."""

PODS_PER_RELEASE = 5_000
"""Pods after which the pages of the file read so far are given back to the system."""

UNKNOWN = msgspec.Raw(b"null")
"""A list of which nothing is known, which is not the same as an empty one."""


@dataclass(frozen=True, kw_only=True)
class _SnapshotSettings(Settings):
    """The settings of a decision that calls no service: ids may be any texts."""

    cluster_id: str = "not-given"
    node_pool_id: tuple[str, ...] = ()
    node_pools: tuple[PoolSettings, ...] = setting(default=(), parse=read_pools)


class _Items(msgspec.Struct):
    """A Kubernetes List; one of a single kind names it in its own, as ``ReplicaSetList``, and not in its items."""

    items: list[msgspec.Raw] | None
    kind: str = ""


class _File(msgspec.Struct):
    """The keys of a snapshot file, each still undecoded."""

    now: str | None = None
    settings: dict[str, Any] | None = None
    node_pools: msgspec.Raw = UNKNOWN
    nodes: msgspec.Raw = UNKNOWN
    pods: msgspec.Raw = UNKNOWN
    pod_disruption_budgets: msgspec.Raw = UNKNOWN
    controllers: msgspec.Raw = UNKNOWN
    priority_classes: msgspec.Raw = UNKNOWN
    namespaces: msgspec.Raw = UNKNOWN
    persistent_volume_claims: msgspec.Raw = UNKNOWN
    persistent_volumes: msgspec.Raw = UNKNOWN
    storage_classes: msgspec.Raw = UNKNOWN
    csi_nodes: msgspec.Raw = UNKNOWN
    work_requests: msgspec.Raw = UNKNOWN
    metrics: dict[str, Load] | None = None
    state: TickState | None = None
    course: tuple[Moment, ...] = ()


def read(data: bytes | mmap, clock: float, other: Mapping[str, str] | None = None) -> tuple[Snapshot, Settings, float]:
    """Return snapshot, settings and time of a file; ``clock`` stands in for a missing ``now``. Raises BadSnapshot.

    ``other`` are config keys that count instead of the file's.

    The pages of a mapped file are given back while it is read: of a large one only a part is in memory at a time.
    """
    file = _decode(data, _File, "")
    _release_pages(data)
    pools, lists = _pools(file.node_pools), _Lists()
    nodes = lists.of(file.nodes, Node, "nodes") or []
    _refuse_duplicates([pool.id for pool in pools or ()], "node_pools[{}].id")
    _refuse_duplicates([node.metadata.name for node in nodes], "nodes[{}].metadata.name")
    snapshot = Snapshot(
        pools=pools,
        nodes=nodes,
        pods=lists.pods(file.pods, data),
        budgets=lists.of(file.pod_disruption_budgets, PodDisruptionBudget, "pod_disruption_budgets") or (),
        owners=_owners(lists, file.controllers),
        priority_classes=lists.of(file.priority_classes, PriorityClass, "priority_classes") or (),
        namespaces=lists.of(file.namespaces, Namespace, "namespaces") or (),
        claims=lists.of(file.persistent_volume_claims, PersistentVolumeClaim, "persistent_volume_claims"),
        volumes=lists.of(file.persistent_volumes, PersistentVolume, "persistent_volumes") or (),
        storage_classes=lists.of(file.storage_classes, StorageClass, "storage_classes") or (),
        csi_nodes=lists.of(file.csi_nodes, CsiNode, "csi_nodes"),
        work_requests=lists.of(file.work_requests, WorkRequest, "work_requests"),
        metrics=file.metrics or {},
        state=file.state or TickState(),
        course=file.course,
        left_out=tuple(lists.nameless),
    )
    given = {**(file.settings or {}), **(other or {})}
    return snapshot, _settings(given, [pool.id for pool in pools or ()]), _now(file.now, clock)


def _now(text: str | None, clock: float) -> float:
    try:
        return clock if text is None else unix_seconds(text)
    except ValueError:
        raise BadSnapshot("now", f"{text!r} is no RFC 3339 time") from None


def _release_pages(data: bytes | mmap) -> None:
    """Give the pages of a mapped file back to the system; they are read from the file again when needed."""
    if isinstance(data, mmap):
        data.madvise(MADV_DONTNEED)


def _decode(data: bytes | mmap | msgspec.Raw, kind: type[T], path: str) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        text = str(fault)
        found, missing = ERROR_PATH.search(text), MISSING_FIELD.search(text)
        steps = [path, found[1] if found else "", missing[1] if missing else ""]
        where = ".".join(step for step in steps if step).replace(".[", "[")
        raise BadSnapshot(where or "$", ERROR_PATH.sub("", text)) from None
    except RecursionError:
        raise BadSnapshot(path or "$", "is nested too deep") from None


def _raw_items(raw: msgspec.Raw, path: str) -> list[msgspec.Raw] | None:
    """Return the items of a list or of a Kubernetes List, None where nothing is known."""
    head = bytes(memoryview(raw)[:1])
    if head == b"n":
        return None
    if head == b"{":
        return _decode(raw, _Items, path).items or []
    return _decode(raw, list[msgspec.Raw], path)


def _pools(raw: msgspec.Raw) -> list[NodePool] | None:
    """Return the node pools. One that cannot be read is a fault of the file: a tick would end for it, too."""
    items = _raw_items(raw, "node_pools")
    if items is None:
        return None
    pools = [_decode(item, NodePool, f"node_pools[{index}]") for index, item in enumerate(items)]
    for index, pool in enumerate(pools):
        check_pool(pool, f"node_pools[{index}]")
    return pools


class _Lists:
    """Reads lists of objects as a tick does: odd ones are marked, ``nameless`` are those that cannot even be named."""

    def __init__(self) -> None:
        self.nameless: list[Unreadable] = []

    def of(self, raw: msgspec.Raw, kind: type[L], path: str) -> list[L] | None:
        """Return the objects of a list, None where nothing is known."""
        items = _raw_items(raw, path)
        if items is None:
            return None
        decoder = msgspec.json.Decoder(kind)
        found = [self._item(item, decoder, kind, f"{path}[{index}]") for index, item in enumerate(items)]
        return [item for item in found if item is not None]

    def pods(self, raw: msgspec.Raw, data: bytes | mmap) -> list[Pod]:
        """Decode the pods one by one, so that equal specs are held once."""
        table, decoder = SpecTable(), msgspec.json.Decoder(Pod)
        pods: list[Pod] = []
        for index, item in enumerate(_raw_items(raw, "pods") or ()):
            # Every page read counts as this process's memory until it is given back; the raw items still point into it.
            if index % PODS_PER_RELEASE == 0:
                _release_pages(data)
            pod = self._item(item, decoder, Pod, f"pods[{index}]")
            if pod is not None:
                pods.append(table.share(pod))
        return pods

    def _item(self, raw: msgspec.Raw, decoder: msgspec.json.Decoder[L], kind: type[L], path: str) -> L | None:
        try:
            item = decoder.decode(raw)
        except msgspec.ValidationError:
            found, fault = repaired(bytes(raw), kind, kind.__name__)
            if found is None:
                self.nameless.append(fault)
                return None
            found.unreadable, item = fault, found
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            # Decoded a second time for the error only: what is no JSON is a fault of the file, not of an object.
            return _decode(raw, kind, path)
        check(item)
        return item


def _owners(lists: _Lists, raw: msgspec.Raw) -> list[Owner] | None:
    """Return the controllers, each with its kind: its own, or that of the list it comes in."""
    owners = lists.of(raw, Owner, "controllers")
    listed = _decode(raw, _Items, "controllers").kind.removesuffix("List") if bytes(raw)[:1] == b"{" else ""
    for index, owner in enumerate(owners or ()):
        owner.kind = owner.kind or listed
        if not owner.kind:
            raise BadSnapshot(f"controllers[{index}].kind", "is missing")
    return owners


def _refuse_duplicates(names: list[str], path: str) -> None:
    """Raise BadSnapshot for a name that occurs twice."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            raise BadSnapshot(path.format(index), f"{name[:80]!r} is there twice")
        seen.add(name)


def _settings(given: Mapping[str, Any], pool_ids: list[str]) -> Settings:
    """Load settings from config keys as texts or JSON values; ids default to the pools given, sizes to no bounds."""
    texts = {key: _text(value) for key, value in given.items() if value is not None}
    if isinstance(given.get("node_pools"), list):
        entries = [{"max_size": NO_LIMIT, **row} if isinstance(row, dict) else row for row in given["node_pools"]]
        texts["node_pools"] = _text(entries)
    if not any(texts.get(key) for key in ("node_pools", "node_pool_id", "node_pool_tag")):
        texts["node_pool_id"] = ",".join(pool_ids) or "not-given"
    texts.setdefault("node_pool_min_size", "0")
    texts.setdefault("node_pool_max_size", str(NO_LIMIT))
    try:
        return load_settings(_SnapshotSettings, texts)
    except MissingInputData as fault:
        key = next((key for key in fault.faults if key in given), next(iter(fault.faults)))
        raise BadSnapshot(f"settings.{key}", fault.faults[key]) from None


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
