"""What a tick tells the cluster: events on pods and nodes, and a status ConfigMap. Best effort, sent at the end.

A tick's work must not fail because it could not be told, so failures here are logged and no more. Names of events are
made of what they say, so that a condition that lasts is one event with a newer time and not one more each tick.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from shared import logs
from shared.errors import FunctionError, KubernetesApiError
from shared.kubernetes.client import MERGE_PATCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.oke_autoscaler.model.decision import PodVerdict
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from shared.kubernetes.client import KubernetesApi

COMPONENT = "oke-autoscaler"
STATUS_NAMESPACE = "kube-system"
STATUS_NAME = "cluster-autoscaler-status"
STATUS_PATH = f"/api/v1/namespaces/{STATUS_NAMESPACE}/configmaps"
EVENTS = 20
"""Sent by one tick at most: a burst of 10,000 pods must not become 10,000 calls. The answer names every pod."""

NODE_NAMESPACE = "default"
"""Where the API server wants events about nodes, which have no namespace of their own."""

_log = logs.get(COMPONENT)


class _Meta(msgspec.Struct, rename="camel", omit_defaults=True):
    name: str
    namespace: str
    resource_version: str = ""


class _ConfigMap(msgspec.Struct, rename="camel"):
    metadata: _Meta
    data: dict[str, str] | None = None
    api_version: str = "v1"
    kind: str = "ConfigMap"


@dataclass(frozen=True, slots=True)
class _Event:
    kind: str
    namespace: str
    name: str
    uid: str
    reason: str
    message: str
    warning: bool


@dataclass(slots=True)
class Report:
    """Collects during the tick, sends once."""

    events: list[_Event] = field(default_factory=list)

    def event_on_pod(self, pod: Pod, reason: str, message: str, *, warning: bool = False) -> None:
        """Say something about a pod, in its own namespace."""
        meta = pod.metadata
        self.events.append(_Event("Pod", meta.namespace, meta.name, meta.uid, reason, message, warning))

    def event_on_node(self, node: Node, reason: str, message: str, *, warning: bool = False) -> None:
        """Say something about a node."""
        meta = node.metadata
        self.events.append(_Event("Node", "", meta.name, meta.uid, reason, message, warning))

    def about_pods(self, pods: Iterable[Pod], verdicts: Iterable[PodVerdict], *, grown: set[str]) -> None:
        """Tell pending pods that nodes were asked for in the pools named by ``grown``, or why none can help."""
        said: dict[str, tuple[str, str]] = {}
        for verdict in verdicts:
            pool = (verdict.placed_on or "").removeprefix("new:")
            if verdict.placed_on is None:
                said[verdict.pod] = ("NotTriggerScaleUp", verdict.reason)
            elif pool in grown and pool != verdict.placed_on:
                said[verdict.pod] = ("TriggeredScaleUp", f"nodes were asked for in node pool {pool}")
        for pod in pods:
            if len(self.events) >= EVENTS or not said:
                return
            if told := said.pop(pod.key, None):
                self.event_on_pod(pod, *told, warning=told[0] == "NotTriggerScaleUp")

    def event_on_status(self, reason: str, message: str) -> None:
        """Say that a tick failed; the status ConfigMap is what it is about."""
        self.events.append(_Event("ConfigMap", STATUS_NAMESPACE, STATUS_NAME, "", reason, message, warning=True))

    def send(self, api: KubernetesApi, status: Mapping[str, Any]) -> None:
        """Write the events and, by pool id, the status; what fails is logged."""
        now = datetime.fromtimestamp(api.now_epoch_seconds(), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            for event in self.events[:EVENTS]:
                _send_event(api, event, now)
            if status:
                _write_status(api, {key: {**value, "time": now} for key, value in status.items()})
        except FunctionError as error:
            _log.warning("events or status not written", extra={"fields": {"error": error.message}})


def _send_event(api: KubernetesApi, event: _Event, now: str) -> None:
    namespace = event.namespace or NODE_NAMESPACE
    digest = hashlib.sha256(f"{event.kind} {event.uid} {event.reason} {event.message}".encode()).hexdigest()[:16]
    name = f"{event.name[:200]}.{digest}"
    path = f"/api/v1/namespaces/{quote(namespace, safe='')}/events"
    body = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": {
            "apiVersion": "v1",
            "kind": event.kind,
            "name": event.name,
            "namespace": event.namespace,
            "uid": event.uid,
        },
        "reason": event.reason,
        "message": event.message[:1000],
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
        api.send("PATCH", f"{path}/{quote(name, safe='')}", {"lastTimestamp": now}, MERGE_PATCH)


def _write_status(api: KubernetesApi, entries: Mapping[str, Mapping[str, Any]]) -> None:
    """Each pool has a key of its own, so that functions with a pool each do not overwrite one another."""
    current = api.get_object(f"{STATUS_PATH}/{STATUS_NAME}", _ConfigMap)
    data = {key: json.dumps(value, sort_keys=True) for key, value in entries.items()}
    if current is None:
        api.send("POST", STATUS_PATH, _ConfigMap(_Meta(STATUS_NAME, STATUS_NAMESPACE), data))
        return
    meta = _Meta(STATUS_NAME, STATUS_NAMESPACE, current.metadata.resource_version)
    api.send("PUT", f"{STATUS_PATH}/{STATUS_NAME}", _ConfigMap(meta, {**(current.data or {}), **data}))
