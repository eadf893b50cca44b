"""The cluster as decisions see it: groups, nodes with their simulation, what each pool can add."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.attachments import is_attachment
from functions.oke_autoscaler.decide.cluster.headroom import headroom_groups
from functions.oke_autoscaler.decide.cluster.node_templates import NodeTemplate, domain_labels, learn_template
from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroups
from functions.oke_autoscaler.decide.cluster.pool_preference import pool_preference
from functions.oke_autoscaler.decide.cluster.pools import Pools
from functions.oke_autoscaler.decide.cluster.refuted_pools import RefutedPools
from functions.oke_autoscaler.decide.cluster.scheduler_refusals import Refusals, called_off_lately
from functions.oke_autoscaler.decide.simulation.constraints import Constraints
from functions.oke_autoscaler.decide.simulation.node_appearance import appearance, started_appearance
from functions.oke_autoscaler.decide.simulation.node_simulation import NodeSimulation
from functions.oke_autoscaler.decide.simulation.nodes import UPCOMING_NODE_PREFIX, SimulatedNode
from functions.oke_autoscaler.decide.simulation.offerings import Offering, placements_of
from functions.oke_autoscaler.decide.simulation.sorted_pods import sort_pods
from functions.oke_autoscaler.decide.simulation.static_fit import (
    BEING_DELETED,
    StaticFit,
)
from functions.oke_autoscaler.model.nodes import instance_id
from functions.oke_autoscaler.model.pods import controller_of, is_daemon, is_mirror
from functions.oke_autoscaler.model.reasons import (
    MAX_SIZE_REACHED,
    pool_not_ready,
)
from functions.oke_autoscaler.pool_settings import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from functions.oke_autoscaler.decide.cluster.attachments import Attachments
    from functions.oke_autoscaler.decide.cluster.pod_groups import PodGroup
    from functions.oke_autoscaler.decide.cluster.pools import PoolStatus
    from functions.oke_autoscaler.decide.simulation.sorted_pods import RunningPod, SortedPods
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.model.tick_state import PoolMemory
    from functions.oke_autoscaler.settings import Settings


@dataclass(slots=True)
class ClusterState:
    """Built once from a snapshot."""

    snapshot: Snapshot
    settings: Settings
    now: float
    pools: Pools
    simulation: NodeSimulation
    pods: SortedPods
    hold: Callable[[Pod], str] = lambda _: ""
    """Returns why a pod may not be moved, whatever other nodes offer; empty when it may."""
    called_off: frozenset[str] = frozenset()
    """Nodes that stay because the pods of a removal begun before found no other place."""
    offerings: list[Offering] = field(default_factory=list)
    simulated_nodes: dict[str, SimulatedNode] = field(default_factory=dict)
    """Registered nodes by name."""
    headroom: list[PodGroup] = field(default_factory=list)
    """Groups of virtual pods that must fit after all pending ones; no answer counts them."""
    upcoming: int = 0
    """Nodes that will register soon."""
    planned: int = 0
    """Nodes that this decision has added for good."""
    templates: dict[str, NodeTemplate] = field(default_factory=dict)
    """New nodes by pool; a pool whose nodes' size is not known has none."""
    memories: dict[str, PoolMemory] = field(default_factory=dict)
    """What is known of each pool after this tick's look at its nodes."""

    @property
    def running(self) -> dict[str, list[RunningPod]]:
        """Pods by node name."""
        return self.pods.running

    @property
    def pending(self) -> list[PodGroup]:
        """Groups with pending pods, most important first, then in the order of the list."""
        return self.pods.pending

    @property
    def idle(self) -> list[tuple[Pod, str]]:
        """Pending pods that never cause a node to be bought, and why."""
        return self.pods.idle

    @property
    def preempting(self) -> list[tuple[Pod, PodGroup, str]]:
        """Pending pods for which the scheduler has begun to free a node, with its name: they take its capacity."""
        return self.pods.preempting

    @property
    def nodes_left(self) -> int:
        """Nodes that the cluster may have beyond those that are there, coming or planned."""
        limit = self.settings.max_nodes_total
        return max(0, limit - len(self.snapshot.nodes) - self.upcoming - self.planned) if limit else NO_LIMIT


def build_cluster_state(snapshot: Snapshot, settings: Settings, now: float, refused: Mapping[str, str]) -> ClusterState:
    """Build the state of a snapshot."""
    groups = PodGroups(snapshot, RefutedPools(snapshot, now))
    pools = Pools(snapshot, settings, now, dict(refused))
    refusals = Refusals(snapshot, now)
    pods = sort_pods(snapshot, settings, groups, refusals)
    headroom = headroom_groups(settings.headroom, groups)
    daemons = list(_daemon_sets(snapshot, groups))
    every = list(groups.all())
    resources = _set_vectors(every)
    static = StaticFit(every)
    simulation = NodeSimulation(static, Constraints(every, static, snapshot.namespaces))
    state = ClusterState(snapshot, settings, now, pools, simulation, pods, hold=groups.volumes.hold)
    state.headroom = headroom
    _learn_templates(state)
    state.called_off = called_off_lately(snapshot.state, now)
    _add_nodes(state, resources, groups.attachments, refusals)
    for _, group, nominated in pods.preempting:
        simulation.put(state.simulated_nodes[nominated], group, 1)
    _add_offerings(state, resources, daemons, groups.attachments)
    return state


def _set_vectors(groups: list[PodGroup]) -> tuple[str, ...]:
    """Give every group its vector over all resources that any asks for; cpu, memory and pods come first."""
    names = {name for group in groups for name in group.scheduling.amounts}
    names.update(name for group in groups for name, _ in group.attachments)
    resources = ("cpu", "memory", "pods", *sorted(names - {"cpu", "memory", "pods"}))
    for group in groups:
        amount = group.scheduling.amounts | dict(group.attachments)
        group.vector = tuple(1 if name == "pods" else amount.get(name, 0) for name in resources)
    return resources


def _daemon_sets(snapshot: Snapshot, groups: PodGroups) -> Iterator[tuple[str, PodGroup]]:
    """Yield DaemonSets as ``namespace/name`` with the group of their pods."""
    seen = set()
    for owner in snapshot.owners or ():
        if owner.kind == "DaemonSet" and owner.spec.template is not None:
            namespace = owner.metadata.namespace or "default"
            seen.add(f"{namespace}/{owner.metadata.name}")
            yield f"{namespace}/{owner.metadata.name}", groups.from_template(namespace, owner.spec.template.spec)
    for pod in snapshot.pods if snapshot.owners is None else ():
        reference = controller_of(pod) if is_daemon(pod) else None
        if reference is not None and (name := f"{pod.metadata.namespace}/{reference.name}") not in seen:
            seen.add(name)
            yield name, groups.of(pod)


def _learn_templates(state: ClusterState) -> None:
    """Learn from the pools' nodes what new ones will be."""
    for pool_status in state.pools.statuses:
        old = state.snapshot.state.pools.get(pool_status.id)
        memory, template = learn_template(pool_status, old, state.settings.startup_taints, state.now)
        state.memories[pool_status.id] = memory
        if template is not None:
            state.templates[pool_status.id] = template


def _add_nodes(state: ClusterState, resources: tuple[str, ...], attachments: Attachments, refusals: Refusals) -> None:
    """Add the registered nodes with their pods."""
    attached, refused = any(is_attachment(name) for name in resources), bool(state.pods.refusals)
    booting = {node.id for pool_status in state.pools.statuses for node in pool_status.upcoming if node is not None}
    for node in state.snapshot.nodes:
        name = node.metadata.name
        young = instance_id(node) in booting
        pool_status = state.pools.of(node)
        template = state.templates.get(pool_status.id) if pool_status is not None else None
        labels, taints, offering = started_appearance(node, template) if young else appearance(node)
        if state.pools.is_leaving(node):
            taints.append(BEING_DELETED)
        node_class = state.simulation.static.classify(labels, taints, name)
        settled = not young and (not (attached or refused) or refusals.is_settled(node))
        if attached:
            taken = (dict(each.group.attachments) for each in state.running[name] if each.counts)
            others = pool_status.nodes if pool_status is not None and not settled else ()
            offering |= attachments.room(node, taken, others)
        simulated_node = SimulatedNode(
            name,
            labels,
            node_class,
            # A node of which something cannot be read takes nothing: what is left of it may be the wrong part.
            [offering.get(key, 0) if node.unreadable is None else 0 for key in resources],
            pool_status.id if pool_status else None,
        )
        simulated_node.settled = settled
        state.simulated_nodes[name] = simulated_node
        state.simulation.open(simulated_node)
        for running_pod in state.running[name]:
            if running_pod.counts:
                state.simulation.put(simulated_node, running_pod.group, 1)


def _add_offerings(
    state: ClusterState,
    resources: tuple[str, ...],
    daemons: Iterable[tuple[str, PodGroup]],
    attachments: Attachments,
) -> None:
    """Add what each pool can offer, and its upcoming nodes."""
    daemons = list(daemons)
    registered = {instance_id(node) for node in state.snapshot.nodes}
    for pool_status in state.pools.statuses:
        template = state.templates.get(pool_status.id)
        if template is None:
            continue
        placements = placements_of(template, state.simulation.static, pool_status.pool)
        offered = attachments.offered(pool_status.nodes, pool_status.bounds.resources) | template.allocatable
        free = [offered.get(key, 0) for key in resources]
        for group in _overhead(state, template.sample_node, placements[0].node_class, daemons):
            free = [have - need for have, need in zip(free, group.vector, strict=True)]
        left = tuple(max(0, have) for have in free)
        offering = Offering(
            pool_status, template, resources, left, placements, pool_status.max_new_nodes, _blocked(pool_status)
        )
        state.offerings.append(offering)
        for number, node in enumerate(pool_status.upcoming):
            if node is None or node.id not in registered:
                _add_upcoming(state, offering, number)
    state.offerings.sort(key=lambda offering: (-offering.cost, *pool_preference(offering.pool_status)))


def _add_upcoming(state: ClusterState, offering: Offering, number: int) -> None:
    node = offering.pool_status.upcoming[number]
    wanted = node.availability_domain.rpartition(":")[2] if node is not None and node.availability_domain else None
    there = [
        placement for placement in offering.placements if wanted is not None and wanted in placement.labels.values()
    ] or offering.placements
    placement = there[number % len(there)]
    name = f"{UPCOMING_NODE_PREFIX}{offering.pool_status.name}:{number + 1}"
    state.simulation.open(
        SimulatedNode(
            name,
            domain_labels(placement.labels, None, name),
            placement.node_class,
            offering.free,
            offering.pool_status.id,
        )
    )
    state.upcoming += 1


def _overhead(
    state: ClusterState, sample_node: Node | None, node_class: object, daemons: Iterable[tuple[str, PodGroup]]
) -> Iterator[PodGroup]:
    """Yield the pods that every new node runs: DaemonSet and mirror pods of the sample, DaemonSets that fit."""
    seen = set()
    for running_pod in state.running[sample_node.metadata.name] if sample_node is not None else ():
        reference = controller_of(running_pod.pod)
        if running_pod.counts and (is_daemon(running_pod.pod) or is_mirror(running_pod.pod)):
            if reference is not None:
                seen.add(f"{running_pod.pod.metadata.namespace}/{reference.name}")
            yield running_pod.group
    for name, group in daemons:
        if name not in seen and not state.simulation.static.obstacle(group, node_class):  # type: ignore[arg-type]
            yield group


def _blocked(pool_status: PoolStatus) -> str:
    if pool_status.phase != "ready":
        return pool_not_ready(pool_status.phase)
    return pool_status.refused or ("" if pool_status.max_new_nodes else MAX_SIZE_REACHED)
