"""The scheduler: binds pending pods to nodes that fit, and writes into the others why none does.

Written from the documentation of Kubernetes alone; no function's packing code is used or shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from emulator.kubernetes.kinds import NODE, POD, ResourceKind
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
from emulator.oke.scheduling import verdict
from emulator.oke.scheduling.devices import Devices
from emulator.oke.scheduling.fit import fits_by_rules, requests_of, tolerates_node
from emulator.oke.scheduling.node_info import NodeInfo, priority_of
from emulator.oke.scheduling.pod_affinity import pod_rules_obstacle
from emulator.oke.scheduling.preemption import victims_of
from emulator.oke.scheduling.volumes import Volumes

if TYPE_CHECKING:
    from emulator.kubernetes.store import Store
    from emulator.oke.model.node_pool_records import Behaviour
    from emulator.oke.model.simulated_clock import SimulatedClock
    from emulator.oke.scheduling.fit import Amounts

SCHEDULER = "default-scheduler"
_CORDONED: Object = {
    "metadata": {},
    "spec": {"taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]},
}


@dataclass(frozen=True)
class _Refusal:
    """Why a pod fits nowhere: the reasons of each node, or the one that ruled out all of them before."""

    by_node: list[list[str]]
    before_nodes: str = ""

    def message(self, pod: Object, *, is_preempting: bool) -> str:
        """Return the message of the condition."""
        text = verdict.why_not(self.by_node, before_nodes=self.before_nodes)
        if is_preempting:
            return text
        return text + verdict.preemption_is_no_help(pod, self.by_node, before_nodes=self.before_nodes)


class Scheduler:
    """Looks at all pending pods at once, highest priority first, new ones before those that found no node."""

    def __init__(self, store: Store, clock: SimulatedClock, behaviour: Behaviour) -> None:
        self._store = store
        self._behaviour = behaviour
        self._clock = clock
        self._volumes = Volumes(store)
        self._devices = Devices(store)
        self._node_infos: dict[str, NodeInfo] = {}
        store.listen(self._note)

    def clear(self) -> None:
        """Drop the cached state of the nodes."""
        self._node_infos.clear()

    def run(self) -> None:
        """Bind or mark every pending pod."""
        self._devices.keep_claims()
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
                refusal = self._place(pod, node_infos)
                if refusal is None:
                    continue
                hopeless[same] = refusal.message(pod, is_preempting=self._preempt(pod, node_infos))
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

    def _place(self, pod: Object, node_infos: list[NodeInfo]) -> _Refusal | None:
        """Bind a pod to the best node; return why not when there is none."""
        if missing := self._volumes.missing(pod) or self._devices.missing(pod):
            return _Refusal([[missing]] * len(node_infos), missing)
        requests = requests_of(spec_of(pod))
        reasons = [self._obstacles(pod, requests, node_info, node_infos) for node_info in node_infos]
        fitting = [node_info for node_info, why in zip(node_infos, reasons, strict=True) if not why]
        if not fitting:
            return _Refusal(reasons)
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
        return None

    def _obstacles(self, pod: Object, requests: Amounts, node_info: NodeInfo, node_infos: list[NodeInfo]) -> list[str]:
        """Return why a pod cannot run on a node, in the order of kube-scheduler's filters; nothing when it can."""
        node, spec = node_info.node, spec_of(pod)
        if spec_of(node).get("unschedulable") and not tolerates_node(spec, _CORDONED):
            return [verdict.UNSCHEDULABLE]
        if not tolerates_node(spec, node):
            return [verdict.TAINTS]
        if not fits_by_rules(spec, node):
            return [verdict.AFFINITY]
        if node_info.clashes(pod):
            return [verdict.PORTS]
        if lacking := node_info.lacks(requests):
            return [verdict.TOO_MANY_PODS if name == "pods" else f"Insufficient {name}" for name in lacking]
        why = self._volumes.obstacle(pod, node_info) or pod_rules_obstacle(pod, node_info, node_infos)
        why = why or self._devices.obstacle(pod, node_info.name) or self._own_refusal(pod, node_info.name)
        return [why] if why else []

    def _own_refusal(self, pod: Object, host: str) -> str:
        """Return a reason that a test or a scenario puts into the scheduler's mouth, empty without one."""
        name = pod["metadata"]["name"]
        rows = self._behaviour.scheduler_refusals
        return next((words for begins, node, words in rows if name.startswith(begins) and node in {"", host}), "")

    def _bind(self, pod: Object, node_info: NodeInfo, requests: Amounts) -> None:
        bound = with_condition(
            changed(pod, ("spec.nodeName", node_info.name)),
            {"type": "PodScheduled", "status": "True", "lastTransitionTime": at(self._clock()), "lastProbeTime": None},
        )
        self._volumes.bind(pod, node_info.node)
        self._devices.bind(pod, node_info.name)
        self._store.replace(POD, bound)
        node_info.add(bound, requests)

    def _preempt(self, pod: Object, node_infos: list[NodeInfo]) -> bool:
        """Delete pods of lower priority where that helps, unless some are ending already; tell whether it helps."""
        victims = victims_of(pod, node_infos)
        # Victims are given their grace. Until they are gone the pod stays pending and would choose victims again.
        if not any(is_leaving(victim) for victim in victims):
            for victim in victims:
                delete_pod(self._store, victim, DeleteOptions(), self._clock())
        return bool(victims)

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


def _untolerated_preferences(pod: Object, node: Object) -> int:
    """Return how many PreferNoSchedule taints the pod does not tolerate."""
    soft = [taint for taint in spec_of(node).get("taints") or [] if taint["effect"] == "PreferNoSchedule"]
    return sum(
        1
        for taint in soft
        if not tolerates_node(spec_of(pod), {"spec": {"taints": [{**taint, "effect": "NoSchedule"}]}, "metadata": {}})
    )
