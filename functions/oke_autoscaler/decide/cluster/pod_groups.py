"""Pods in classes: those that no scheduling rule tells apart are one group.

Two pods are alike when namespace, priority, requests, selectors, tolerations, volumes' nodes and the values of those
labels that some selector in the cluster asks for are the same. Decisions work on groups, not on pods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.decide.cluster.attachments import Attachments
from functions.oke_autoscaler.decide.cluster.volumes import VolumeNodes
from functions.oke_autoscaler.model.kubernetes_objects import (
    Affinity,
    NodeAffinity,
    NodeSelector,
    NodeSelectorTerm,
    PodSpec,
)
from functions.oke_autoscaler.model.pod_requests import Amounts, pod_requests
from functions.oke_autoscaler.model.pods import is_daemon

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from functions.oke_autoscaler.decide.cluster.refuted_pools import RefutedPools
    from functions.oke_autoscaler.model.kubernetes_objects import (
        ContainerPort,
        Labels,
        LabelSelector,
        Pod,
        PodAffinityTerm,
        TopologySpreadConstraint,
    )
    from functions.oke_autoscaler.model.snapshot import Snapshot

_encode = msgspec.json.Encoder().encode
SYSTEM_PRIORITIES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
Port = tuple[str, str, int]


class SchedulingSpec:
    """What the spec of a pod means to the scheduler."""

    __slots__ = ("amounts", "ident", "ports", "priority", "spec")

    def __init__(self, ident: int, spec: PodSpec, priority: int) -> None:
        self.ident = ident
        self.spec = spec
        self.priority = priority
        self.amounts: Amounts = pod_requests(spec)
        self.ports = frozenset(_host_ports(spec))

    @property
    def spreads(self) -> list[TopologySpreadConstraint]:
        """Spread constraints that bind."""
        rows = self.spec.topology_spread_constraints or ()
        return [row for row in rows if row.when_unsatisfiable == "DoNotSchedule"]

    @property
    def preferred_spreads(self) -> list[TopologySpreadConstraint]:
        """Spread constraints that only prefer."""
        rows = self.spec.topology_spread_constraints or ()
        return [row for row in rows if row.when_unsatisfiable == "ScheduleAnyway"]

    @property
    def affinities(self) -> Sequence[PodAffinityTerm]:
        """Terms of pod affinity that bind."""
        affinity = self.spec.affinity
        return (affinity.pod_affinity.required or ()) if affinity is not None and affinity.pod_affinity else ()

    @property
    def anti_affinities(self) -> Sequence[PodAffinityTerm]:
        """Terms of pod anti-affinity that bind."""
        affinity = self.spec.affinity
        return (
            (affinity.pod_anti_affinity.required or ()) if affinity is not None and affinity.pod_anti_affinity else ()
        )


def _host_ports(spec: PodSpec) -> Iterator[Port]:
    """Yield the ports of containers and sidecars; an init container that ends holds none (scheduler/util)."""
    sidecars = (container for container in spec.init_containers or () if container.restart_policy == "Always")
    for container in (*(spec.containers or ()), *sidecars):
        for port in container.ports or ():
            if port.host_port:
                yield _port(port)


def _port(port: ContainerPort) -> Port:
    return (port.host_ip or "0.0.0.0", port.protocol or "TCP", port.host_port or 0)  # noqa: S104  (any address)


class PodGroup:
    """A class of pods that are alike to the scheduler; ``vector`` is set once all resources are known."""

    __slots__ = (
        "attachments",
        "ident",
        "labels",
        "leaving",
        "namespace",
        "pending",
        "scheduling",
        "vector",
        "volume_nodes",
    )

    def __init__(
        self,
        ident: int,
        namespace: str,
        labels: Labels,
        scheduling: SchedulingSpec,
        volume_nodes: tuple[NodeSelector, ...],
    ) -> None:
        self.ident = ident
        self.namespace = namespace
        self.labels = labels
        self.scheduling = scheduling
        self.volume_nodes = volume_nodes
        self.attachments: tuple[tuple[str, int], ...] = ()
        """What each pod takes of a node beside its requests: volumes and devices, by resource."""
        self.vector: tuple[int, ...] = ()
        self.pending: list[Pod] = []
        self.leaving = False
        """Its pods are on their way out; a spread does not count them."""

    @property
    def priority(self) -> int:
        """Priority of its pods."""
        return self.scheduling.priority


class PodGroups:
    """All pods of a snapshot by group."""

    def __init__(self, snapshot: Snapshot, refuted: RefutedPools | None = None) -> None:
        self._refuted = refuted
        self._priorities = dict(SYSTEM_PRIORITIES)
        self._default_priority = 0
        for known in snapshot.priority_classes:
            self._priorities[known.metadata.name] = known.value
            if known.global_default:
                self._default_priority = known.value
        self.volumes = VolumeNodes(snapshot)
        self.attachments = Attachments(snapshot)
        self._specs: dict[bytes, SchedulingSpec] = {}
        self._spec_of_id: dict[int, SchedulingSpec] = {}
        self._keep: list[PodSpec] = []
        self._groups: dict[tuple[object, ...], PodGroup] = {}
        self._asked: frozenset[str] = frozenset()
        self._learn(snapshot.pods)

    def _learn(self, pods: Iterable[Pod]) -> None:
        """Collect the labels that some selector asks for: a first pass, since they decide which pods are alike."""
        for pod in pods:
            self.scheduling_spec(pod.spec, for_any_node=is_daemon(pod))
        asked: set[str] = set()
        for scheduling in self._specs.values():
            for row in scheduling.spec.topology_spread_constraints or ():
                asked.update(selector_keys(row.label_selector), row.match_label_keys or ())
            for term in (*scheduling.affinities, *scheduling.anti_affinities):
                asked.update(selector_keys(term.label_selector), term.match_label_keys or ())
                asked.update(term.mismatch_label_keys or ())
        self._asked = frozenset(asked)

    def scheduling_spec(self, spec: PodSpec, *, for_any_node: bool = False) -> SchedulingSpec:
        """Return the meaning of a spec; equal specs give the same one.

        ``for_any_node`` drops the node's name that the DaemonSet controller writes into the affinity of each pod: with
        it, every pod of a DaemonSet would be a group of its own.
        """
        found = self._spec_of_id.get(id(spec))
        if found is None:
            bare = PodSpec(
                node_selector=spec.node_selector,
                affinity=_without_fields(spec.affinity) if for_any_node else spec.affinity,
                tolerations=spec.tolerations,
                containers=spec.containers,
                init_containers=spec.init_containers,
                overhead=spec.overhead,
                resources=spec.resources,
                topology_spread_constraints=spec.topology_spread_constraints,
                priority=self._priority(spec),
            )
            key = _encode(bare)
            found = self._specs.get(key)
            if found is None:
                found = self._specs[key] = SchedulingSpec(len(self._specs), bare, bare.priority or 0)
            self._spec_of_id[id(spec)] = found
            self._keep.append(spec)
        return found

    def _priority(self, spec: PodSpec) -> int:
        if spec.priority is not None:
            return spec.priority
        return self._priorities.get(spec.priority_class_name or "", self._default_priority)

    def of(self, pod: Pod) -> PodGroup:
        """Return the group that a pod belongs to."""
        scheduling = self.scheduling_spec(pod.spec, for_any_node=is_daemon(pod))
        meta = pod.metadata
        labels = meta.labels or {}
        if self._asked and labels:
            labels = {key: value for key, value in labels.items() if key in self._asked}
        elif labels:
            labels = {}
        attachments = self.attachments.of(pod)
        volume_nodes = self.volumes.of(pod, pod.spec.volumes) if pod.spec.volumes else ()
        if self._refuted is not None and not pod.node_name:
            volume_nodes += self._refuted.rules(pod)
        leaving = meta.deletion_timestamp is not None
        key = (scheduling.ident, meta.namespace, tuple(sorted(labels.items())), volume_nodes, attachments, leaving)
        found = self._groups.get(key)
        if found is None:
            found = PodGroup(len(self._groups), meta.namespace, labels, scheduling, volume_nodes)
            found.leaving, found.attachments = leaving, attachments
            self._groups[key] = found
        return found

    def from_template(self, namespace: str, spec: PodSpec) -> PodGroup:
        """Return the group of pods that a DaemonSet would make; its labels do not matter here."""
        key = (self.scheduling_spec(spec).ident, namespace, "template")
        found = self._groups.get(key)
        if found is None:
            found = PodGroup(len(self._groups), namespace, {}, self.scheduling_spec(spec), ())
            self._groups[key] = found
        return found

    def all(self) -> Iterable[PodGroup]:
        """Return every group met so far."""
        return self._groups.values()


def _without_fields(affinity: Affinity | None) -> Affinity | None:
    """Return the affinity of a DaemonSet's pod without the name of its node."""
    if affinity is None or affinity.node_affinity is None or affinity.node_affinity.required is None:
        return affinity
    terms = affinity.node_affinity.required.node_selector_terms or ()
    kept = [NodeSelectorTerm(term.match_expressions) for term in terms if term.match_expressions]
    required = NodeSelector(kept) if len(kept) == len(terms) else None
    return Affinity(NodeAffinity(required), affinity.pod_affinity, affinity.pod_anti_affinity)


def selector_keys(selector: LabelSelector | None) -> set[str]:
    """Return the label keys that a selector asks for."""
    if selector is None:
        return set()
    keys = set(selector.match_labels or ())
    keys.update(row.key for row in selector.match_expressions or ())
    return keys
