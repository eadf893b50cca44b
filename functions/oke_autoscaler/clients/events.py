"""Events on pods and nodes, and the status ConfigMap: written once at the end of a tick, best effort.

A tick's work must not fail because a message about it could not be written, so failures here are logged and no more.
An event's name is a digest of its words: a condition that lasts is one event whose count rises, not one event a tick.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ParamSpec
from urllib.parse import quote

import msgspec

from functions.oke_autoscaler.clients.status_maps import STATUS_NAME, STATUS_NAMESPACE, write_status
from functions.oke_autoscaler.model.reasons import (
    MAX_SIZE_REACHED,
    NEEDS_NEW_NODE,
    NODES_DO_NOT_JOIN,
    OUT_OF_CAPACITY,
    with_detail,
)
from functions.oke_autoscaler.model.unreadable import listed_texts
from shared import logs
from shared.errors import FunctionError, KubernetesApiError
from shared.kubernetes.client import MERGE_PATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from functions.oke_autoscaler.clients.status_maps import Report
    from functions.oke_autoscaler.model.decision import PodVerdict, PoolVerdict
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from shared.kubernetes.client import KubernetesApi

COMPONENT = "oke-autoscaler"
MAX_EVENTS = 20
"""Events that one tick sends: a burst of 10,000 pods must not become 10,000 calls. The answer names the pods."""

EVENTS_SHARE = 0.5
"""Of the time left at the end of a tick, which its events may take; the rest is the status'."""

MAX_UNREADABLE_EVENTS = 5
"""Of the events above, those about objects that cannot be read; the log and the answer name more of them."""

MAX_MESSAGE_CHARS = 1000
"""Of an event's message; events.k8s.io/v1 allows 1,024 bytes of its `note`."""

MAX_NAME_CHARS = 200
"""Of the object's name in an event's name, which ends with a digest and may have 253 in all."""

BLOCKED = frozenset({MAX_SIZE_REACHED, NODES_DO_NOT_JOIN, OUT_OF_CAPACITY})
"""Reasons of a pool that takes no nodes, which an event tells beside those of the pods."""

POOL_API = "oci.oraclecloud.com/v1"
"""API version of node pools in events; no cluster serves it."""

NO_NAME = re.compile(r"[^a-z0-9.-]+")

NODE_NAMESPACE = "default"
"""Where events about nodes go, which have no namespace of their own (the kubelet's go there too)."""

P = ParamSpec("P")

_log = logs.get(COMPONENT)


class _Event(msgspec.Struct):
    count: int | None = None


@dataclass(frozen=True, slots=True)
class _Note:
    kind: str
    namespace: str
    name: str
    uid: str
    reason: str
    message: str
    warning: bool


@dataclass(slots=True)
class TickEvents:
    """The events of one tick: collected while it works, sent once."""

    _events: list[_Note] = field(default_factory=list)

    def on_pod(self, pod: Pod, reason: str, message: str, *, warning: bool = False) -> None:
        """Add an event about a pod, in the pod's namespace."""
        meta = pod.metadata
        self._events.append(_Note("Pod", meta.namespace, meta.name, meta.uid, reason, message, warning))

    def on_node(self, node: Node, reason: str, message: str, *, warning: bool = False) -> None:
        """Add an event about a node."""
        meta = node.metadata
        self._events.append(_Note("Node", "", meta.name, meta.uid, reason, message, warning))

    def about_pods(self, pods: Iterable[Pod], verdicts: Iterable[PodVerdict], *, grown: set[str]) -> None:
        """Add an event for each pending pod: its node was asked for in one of the pools ``grown``, or why none is."""
        reasons: dict[str, tuple[str, str]] = {}
        for verdict in verdicts:
            if verdict.placed_on is None:
                reasons[verdict.pod] = ("NotTriggerScaleUp", verdict.reason)
            elif verdict.new_pool in grown:
                words = verdict.reason.removeprefix(NEEDS_NEW_NODE)
                text = f"nodes were asked for in node pool {verdict.new_pool}{words}"
                reasons[verdict.pod] = ("TriggeredScaleUp", text)
        for pod in pods:
            if len(self._events) >= MAX_EVENTS or not reasons:
                return
            if event := reasons.pop(pod.key, None):
                self.on_pod(pod, *event, warning=event[0] == "NotTriggerScaleUp")

    def about_unreadable(self, snapshot: Snapshot) -> None:
        """Add an event for the first MAX_UNREADABLE_EVENTS objects that cannot be read; log how many there are."""
        found = snapshot.unreadable_objects()
        if not found:
            return
        _log.warning("unreadable objects", extra={"fields": {"unreadable": listed_texts(found), "count": len(found)}})
        told = 0
        for pod in snapshot.pods:
            if pod.unreadable is not None and told < MAX_UNREADABLE_EVENTS:
                self.on_pod(pod, "Unreadable", pod.unreadable.detail, warning=True)
                told += 1
        for node in snapshot.nodes:
            if node.unreadable is not None and told < MAX_UNREADABLE_EVENTS:
                self.on_node(node, "Unreadable", node.unreadable.detail, warning=True)
                told += 1
        for each in found:
            if each.kind not in {"Pod", "Node"} and told < MAX_UNREADABLE_EVENTS:
                self.on_status("Unreadable", each.text)
                told += 1

    def on_pool(self, pool: PoolVerdict, reason: str, message: str, *, warning: bool = False) -> None:
        """Add an event about a node pool, which is no object of the cluster: `kubectl get events` shows it by kind."""
        text = f"node pool {pool.name} {message}"
        self._events.append(_Note("NodePool", STATUS_NAMESPACE, pool.name, pool.id, reason, text, warning))

    def about_pools(self, pools: Iterable[PoolVerdict]) -> None:
        """Add an event for each pool that is bought for in a circle, or that takes no nodes for which pods wait."""
        for pool in pools:
            if pool.flapping:
                # What a tick sees to by itself is no warning: nodes that are bought back right after their removal.
                text, circle = f"is bought for in a circle ({pool.flapping})", pool.level == "warning"
                self.on_pool(pool, "Flapping", text if circle else f"grows again: {pool.flapping}", warning=circle)
            elif pool.level == "warning" and pool.reason in BLOCKED:
                text = f"takes no nodes: {with_detail(pool.reason, pool.detail)}"
                self.on_pool(pool, "NotTriggerScaleUp", text, warning=True)

    def on_status(self, reason: str, message: str, *, warning: bool = True) -> None:
        """Add an event about the status ConfigMap: how a failed tick, or what concerns no pod, shows in the cluster."""
        self._events.append(_Note("ConfigMap", STATUS_NAMESPACE, STATUS_NAME, "", reason, message, warning=warning))

    def send(self, api: KubernetesApi, report: Report | None) -> None:
        """Write the events and the status that ``report`` makes; log what fails."""
        now = datetime.fromtimestamp(api.now_epoch_seconds(), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        whole = api.deadline
        # Each on its own: a namespace that is being terminated refuses its events (403), and no others. The events may
        # take half of the time, so that the status is written however long the server takes over them.
        api.deadline = whole.earlier(EVENTS_SHARE * whole.remaining_seconds())
        failed = []
        # Warnings first: what went as it should is in the answer, the history and the log as well.
        for event in sorted(self._events, key=lambda event: not event.warning)[:MAX_EVENTS]:
            fault = _failure(_send_event, api, event, now)
            if fault is not None:
                failed.append(fault.message)
            if fault is not None and not getattr(fault, "status", 0):
                break  # no answer, or no time: the next would only wait as long
        api.deadline = whole
        if report is not None:
            fault = _failure(write_status, api, report)
            failed += [] if fault is None else [f"status: {fault.message}"]
        if failed:
            fields = {"failed": len(failed), "error": failed[0], "last_error": failed[-1]}
            _log.warning("events or status not written", extra={"fields": fields})


def _failure(write: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> FunctionError | None:
    """Do one write; return what went wrong with it."""
    try:
        write(*arguments, **named)
    except FunctionError as error:
        return error
    return None


def _send_event(api: KubernetesApi, event: _Note, now: str) -> None:
    namespace = event.namespace or NODE_NAMESPACE
    name = _name(event)
    path = f"/api/v1/namespaces/{quote(namespace, safe='')}/events"
    body = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": {
            "apiVersion": POOL_API if event.kind == "NodePool" else "v1",
            "kind": event.kind,
            "name": event.name,
            "namespace": event.namespace,
            "uid": event.uid,
        },
        "reason": event.reason,
        "message": event.message[:MAX_MESSAGE_CHARS],
        "type": "Warning" if event.warning else "Normal",
        "source": {"component": COMPONENT},
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }
    try:
        api.send("POST", path, body)
    except KubernetesApiError as error:
        if error.status != 409:
            raise
        # The same event is there from an earlier tick: its count rises, its time and its figures are newer.
        path = f"{path}/{quote(name, safe='')}"
        newer: dict[str, Any] = {"lastTimestamp": now, "message": body["message"]}
        count = _count(api, path)
        api.send("PATCH", path, newer | ({"count": count + 1} if count else {}), MERGE_PATCH)


def _count(api: KubernetesApi, path: str) -> int:
    """Return how often an event has been seen, 0 where that cannot be read: the newer time matters more."""
    try:
        found = api.get_object(path, _Event)
    except FunctionError:
        return 0
    return found.count or 1 if found is not None else 0


def _name(event: _Note) -> str:
    """Return the name of an event: the same for the same words, whatever the figures in brackets behind them are."""
    words = event.message.partition(" (")[0]
    digest = hashlib.sha256(f"{event.kind} {event.uid} {event.reason} {words}".encode()).hexdigest()[:16]
    # A node pool may be called anything; an object's name is a DNS subdomain.
    stem = event.name if event.kind != "NodePool" else NO_NAME.sub("-", event.name.lower()).strip("-.") or "pool"
    return f"{stem[:MAX_NAME_CHARS].rstrip('-.')}.{digest}"
