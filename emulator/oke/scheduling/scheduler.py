"""The scheduler: binds pending pods to nodes that fit, and writes into the others why none does.

Written from the documentation of Kubernetes alone; no function's packing code is used or shared.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from emulator.kubernetes.kinds import CLAIM, NODE, POD, STORAGE_CLASS, VOLUME, ResourceKind
from emulator.kubernetes.object_fields import (
    Object,
    at,
    changed,
    condition_of,
    is_finished,
    is_leaving,
    node_name_of,
    spec_of,
    with_condition,
)
from emulator.kubernetes.pod_deletion import DeleteOptions, delete_pod
from emulator.oke.scheduling.fit import fits_by_rules, node_selector_matches, requests_of, tolerates_node
from emulator.oke.scheduling.node_info import NodeInfo, priority_of
from emulator.oke.scheduling.pod_affinity import pod_rules_allow
from emulator.oke.scheduling.preemption import victims_of

if TYPE_CHECKING:
    from emulator.kubernetes.store import Store
    from emulator.oke.model.simulated_clock import SimulatedClock
    from emulator.oke.scheduling.fit import Amounts

SCHEDULER = "default-scheduler"


class Scheduler:
    """Looks at all pending pods at once, highest priority first, new ones before those that found no node."""

    def __init__(self, store: Store, clock: SimulatedClock) -> None:
        self._store = store
        self._clock = clock
        self._node_infos: dict[str, NodeInfo] = {}
        store.listen(self._note)

    def clear(self) -> None:
        """Drop the cached state of the nodes."""
        self._node_infos.clear()

    def run(self) -> None:
        """Bind or mark every pending pod."""
        pending = [pod for pod in self._store.pods_on("") if _is_pending(pod)]
        if not pending:
            return
        node_infos = [self._node_info(node) for node in self._store.all(NODE)]
        # Pods that are equal to the scheduler share one outcome: within a run nodes only fill up, so 10,000 pending
        # replicas need not each try every node. A pod whose affinity a later pod satisfies is bound in the next round.
        hopeless: dict[bytes, str] = {}
        for pod in sorted(pending, key=_order):
            same = _signature(pod)
            if same not in hopeless:
                why = self._place(pod, node_infos)
                if not why:
                    continue
                hopeless[same] = why
                self._preempt(pod, node_infos)
            self._mark(pod, hopeless[same])

    def _node_info(self, node: Object) -> NodeInfo:
        """Return the state of a node; computed again when the node or one of its pods has changed."""
        name = node["metadata"]["name"]
        if name not in self._node_infos:
            self._node_infos[name] = NodeInfo(node, self._store.pods_on(name))
        return self._node_infos[name]

    def _note(self, kind: ResourceKind, before: Object | None, after: Object | None) -> None:
        for item in (before, after):
            if item is not None and kind in {NODE, POD}:
                self._node_infos.pop(item["metadata"]["name"] if kind is NODE else node_name_of(item), None)

    def _place(self, pod: Object, node_infos: list[NodeInfo]) -> str:
        """Bind a pod to the best node; return why not when there is none."""
        if missing := self._missing_claim(pod):
            return missing
        requests = requests_of(spec_of(pod))
        reasons: Counter[str] = Counter()
        fitting: list[NodeInfo] = []
        for node_info in node_infos:
            why = self._obstacle(pod, requests, node_info, node_infos)
            if why:
                reasons[why] += 1
            else:
                fitting.append(node_info)
        if not fitting:
            counts = ", ".join(f"{count} {why}" for why, count in sorted(reasons.items()))
            return (
                f"0/{len(node_infos)} nodes are available: {counts}."
                if node_infos
                else "no nodes available to schedule pods"
            )
        # LeastAllocated, the default of kube-scheduler: the emptiest node wins. The name breaks ties, so runs repeat.
        best = min(
            fitting,
            key=lambda node_info: (
                _untolerated_preferences(pod, node_info.node),
                node_info.load(requests),
                node_info.name,
            ),
        )
        self._bind(pod, best, requests)
        return ""

    def _obstacle(self, pod: Object, requests: Amounts, node_info: NodeInfo, node_infos: list[NodeInfo]) -> str:
        """Return why a pod cannot run on a node, empty when it can."""
        node, spec = node_info.node, spec_of(pod)
        if not fits_by_rules(spec, node):
            return "node(s) didn't match Pod's node affinity/selector"
        if not tolerates_node(spec, node):
            return "node(s) had untolerated taint(s)"
        if resource := node_info.lacks(requests):
            return "Too many pods" if resource == "pods" else f"Insufficient {resource}"
        return self._conflict(pod, node_info, node_infos)

    def _conflict(self, pod: Object, node_info: NodeInfo, node_infos: list[NodeInfo]) -> str:
        """Return a conflict with host ports, volumes or other pods, empty when there is none."""
        if node_info.clashes(pod):
            return "node(s) didn't have free ports for the requested pod ports"
        if not self._volumes_allow(pod, node_info.node):
            return "node(s) had volume node affinity conflict"
        if not pod_rules_allow(pod, node_info, node_infos):
            return "node(s) didn't match pod affinity, anti-affinity or topology spread rules"
        return ""

    def _missing_claim(self, pod: Object) -> str:
        """Return why a pod's volume claims rule out every node."""
        for name in _claims_of(pod):
            claim = self._store.find(CLAIM, name, pod["metadata"]["namespace"])
            if claim is None:
                return f'persistentvolumeclaim "{name}" not found'
            storage = self._store.find(STORAGE_CLASS, spec_of(claim).get("storageClassName") or "")
            waits = storage is not None and storage.get("volumeBindingMode") == "WaitForFirstConsumer"
            if not spec_of(claim).get("volumeName") and not waits:
                return "pod has unbound immediate PersistentVolumeClaims"
        return ""

    def _volumes_allow(self, pod: Object, node: Object) -> bool:
        for name in _claims_of(pod):
            claim = self._store.find(CLAIM, name, pod["metadata"]["namespace"]) or {}
            volume = self._store.find(VOLUME, spec_of(claim).get("volumeName") or "")
            required = (spec_of(volume).get("nodeAffinity") or {}).get("required") if volume else None
            if required is not None and not node_selector_matches(required, node):
                return False
        return True

    def _bind(self, pod: Object, node_info: NodeInfo, requests: Amounts) -> None:
        bound = with_condition(
            changed(pod, ("spec.nodeName", node_info.name)),
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": at(self._clock()), "lastProbeTime": None},
        )
        self._store.replace(POD, bound)
        node_info.add(bound, requests)

    def _preempt(self, pod: Object, node_infos: list[NodeInfo]) -> None:
        """Delete pods of lower priority where that helps, unless some are ending already."""
        victims = victims_of(pod, node_infos)
        # Victims are given their grace. Until they are gone the pod stays pending and would choose victims again.
        if not any(is_leaving(victim) for victim in victims):
            for victim in victims:
                delete_pod(self._store, victim, DeleteOptions(), self._clock())

    def _mark(self, pod: Object, why: str) -> None:
        # lastTransitionTime moves when the status flips, and stays when only the message changes: the autoscaler reads
        # from it how long a pod has been waiting.
        old = condition_of(pod, "PodScheduled")
        is_old = old is not None and old["status"] == "False"
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": why,
            "lastProbeTime": None,
            "lastTransitionTime": old["lastTransitionTime"] if old is not None and is_old else at(self._clock()),
        }
        if condition != old:
            self._store.replace(POD, with_condition(pod, condition))


def _is_pending(pod: Object) -> bool:
    spec = spec_of(pod)
    if node_name_of(pod) or is_finished(pod) or is_leaving(pod) or spec.get("schedulingGates"):
        return False
    return bool(spec.get("schedulerName", SCHEDULER) == SCHEDULER)


def _order(pod: Object) -> tuple[int, bool, str, str]:
    """Return a pod's place in the queue: those that found no node before stand behind new ones of their priority."""
    metadata, was_tried = pod["metadata"], condition_of(pod, "PodScheduled") is not None
    return -priority_of(pod), was_tried, metadata["creationTimestamp"], metadata["name"]


def _signature(pod: Object) -> bytes:
    """Return what the scheduler sees of a pod: equal pods fare equally while nothing is freed."""
    metadata = pod["metadata"]
    return msgspec.json.encode([metadata["namespace"], metadata.get("labels"), spec_of(pod)])


def _claims_of(pod: Object) -> list[str]:
    volumes = spec_of(pod).get("volumes") or []
    return [one["persistentVolumeClaim"]["claimName"] for one in volumes if one.get("persistentVolumeClaim")]


def _untolerated_preferences(pod: Object, node: Object) -> int:
    """Return how many PreferNoSchedule taints the pod does not tolerate."""
    soft = [taint for taint in spec_of(node).get("taints") or [] if taint["effect"] == "PreferNoSchedule"]
    return sum(
        1
        for taint in soft
        if not tolerates_node(spec_of(pod), {"spec": {"taints": [{**taint, "effect": "NoSchedule"}]}, "metadata": {}})
    )
