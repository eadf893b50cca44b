"""The cluster as decisions see it: workloads, nodes with their room, what each pool can add."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.compute_shapes import FLANNEL_PODS
from functions.oke_autoscaler.decide.cluster.node_templates import domain_labels, lasting_taints, template
from functions.oke_autoscaler.decide.cluster.pod_groups import Workloads
from functions.oke_autoscaler.decide.cluster.pools import Pools
from functions.oke_autoscaler.decide.simulation.constraints import Constraints
from functions.oke_autoscaler.decide.simulation.nodes import Place, Room
from functions.oke_autoscaler.decide.simulation.offerings import Offer, sites_of
from functions.oke_autoscaler.decide.simulation.static_fit import (
    BEING_DELETED,
    CORDONED_TAINT,
    NOT_READY_TAINT,
    StaticFit,
)
from functions.oke_autoscaler.model.nodes import TO_BE_DELETED, has_taint, instance_id, is_ready
from functions.oke_autoscaler.model.pod_requests import amounts
from functions.oke_autoscaler.model.pods import ENDED_PHASES, controller_of, is_daemon, is_mirror

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from functions.oke_autoscaler.decide.cluster.pod_groups import Workload
    from functions.oke_autoscaler.decide.cluster.pools import PoolState
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod, Taint
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.settings import Settings


@dataclass(slots=True)
class Resident:
    """A pod on a node; ``expendable`` says that it may go with its node, unasked."""

    pod: Pod
    workload: Workload
    expendable: bool

    @property
    def counts(self) -> bool:
        """Whether it takes room: done and expendable pods do not."""
        return not self.expendable and self.pod.status.phase not in ENDED_PHASES


@dataclass(slots=True)
class World:
    """Built once from a snapshot."""

    snapshot: Snapshot
    settings: Settings
    now: float
    pools: Pools
    room: Room
    offers: list[Offer] = field(default_factory=list)
    residents: dict[str, list[Resident]] = field(default_factory=dict)
    """Pods by node name."""
    places: dict[str, Place] = field(default_factory=dict)
    """Places of registered nodes by name."""
    pending: list[Workload] = field(default_factory=list)
    """Workloads with pending pods, most important first, then in the order of the list."""
    idle: list[tuple[Pod, str]] = field(default_factory=list)
    """Pending pods that never cause a node to be bought, and why."""
    preempting: list[tuple[Pod, Workload, str]] = field(default_factory=list)
    """Pending pods for which the scheduler has begun to free a node, with its name: they take its room."""
    upcoming: int = 0
    """Nodes that will register soon."""


def build(snapshot: Snapshot, settings: Settings, now: float, refused: Mapping[str, str]) -> World:
    """The world of a snapshot; ValueError for a quantity or a time that cannot be read."""
    workloads = Workloads(snapshot)
    pools = Pools(snapshot, settings, now, dict(refused))
    residents: dict[str, list[Resident]] = {node.metadata.name: [] for node in snapshot.nodes}
    idle: list[tuple[Pod, str]] = []
    preempting: list[tuple[Pod, Workload, str]] = []
    waiting: dict[int, Workload] = {}
    cutoff = settings.expendable_pods_priority_cutoff
    for pod in snapshot.pods:
        node, nominated = pod.node_name, pod.status.nominated_node_name
        workload = workloads.of(pod)
        if node:
            if node in residents:
                residents[node].append(Resident(pod, workload, workload.priority < cutoff))
        elif pod.status.phase in ENDED_PHASES:
            continue
        elif nominated in residents:
            preempting.append((pod, workload, nominated))
        elif reason := _idle_reason(pod, workload, cutoff):
            idle.append((pod, reason))
        else:
            workload.pending.append(pod)
            waiting.setdefault(workload.ident, workload)
    daemons = list(_daemon_sets(snapshot, workloads))
    every = list(workloads.all())
    resources = _set_vectors(every)
    static = StaticFit(every)
    room = Room(static, Constraints(every, static, snapshot.namespaces))
    world = World(snapshot, settings, now, pools, room, residents=residents, idle=idle, preempting=preempting)
    world.pending = sorted(waiting.values(), key=lambda workload: -workload.priority)
    _add_nodes(world, resources)
    for _, workload, nominated in preempting:
        room.put(world.places[nominated], workload, 1)
    _add_offers(world, resources, daemons)
    return world


def _idle_reason(pod: Pod, workload: Workload, cutoff: int) -> str:
    if pod.metadata.deletion_timestamp is not None:
        return "terminating"
    if pod.spec.scheduling_gates:
        return "scheduling-gated"
    if is_daemon(pod):
        return "daemonset-pod"
    return "expendable" if workload.priority < cutoff else ""


def _set_vectors(workloads: list[Workload]) -> tuple[str, ...]:
    """Give every workload its vector over all resources that any asks for; cpu, memory and pods come first."""
    names = {name for workload in workloads for name in workload.shape.amounts}
    resources = ("cpu", "memory", "pods", *sorted(names - {"cpu", "memory", "pods"}))
    for workload in workloads:
        amount = workload.shape.amounts
        workload.vector = tuple(1 if name == "pods" else amount.get(name, 0) for name in resources)
    return resources


def _daemon_sets(snapshot: Snapshot, workloads: Workloads) -> Iterator[tuple[str, Workload]]:
    """DaemonSets as ``namespace/name`` with the workload of their pods."""
    seen = set()
    for owner in snapshot.owners or ():
        if owner.kind == "DaemonSet" and owner.spec.template is not None:
            namespace = owner.metadata.namespace or "default"
            seen.add(f"{namespace}/{owner.metadata.name}")
            yield f"{namespace}/{owner.metadata.name}", workloads.from_template(namespace, owner.spec.template.spec)
    for pod in snapshot.pods if snapshot.owners is None else ():
        reference = controller_of(pod) if is_daemon(pod) else None
        if reference is not None and (name := f"{pod.metadata.namespace}/{reference.name}") not in seen:
            seen.add(name)
            yield name, workloads.of(pod)


def _add_nodes(world: World, resources: tuple[str, ...]) -> None:
    """Registered nodes with their pods, then the ones that will register."""
    booting = {node.id for state in world.pools.states for node in state.upcoming if node is not None}
    for node in world.snapshot.nodes:
        name = node.metadata.name
        young = instance_id(node) in booting
        offer = {"pods": FLANNEL_PODS, **amounts(node.status.allocatable or node.status.capacity)}
        labels = node.metadata.labels or {}
        taints = _effective_taints(node, young=young)
        if world.pools.is_leaving(node):
            taints.append(BEING_DELETED)
        kind = world.room.static.kind(labels, taints, name)
        state = world.pools.of(node)
        place = Place(name, labels, kind, [offer.get(key, 0) for key in resources], state.id if state else None)
        world.places[name] = place
        world.room.open(place)
        for resident in world.residents[name]:
            if resident.counts:
                world.room.put(place, resident.workload, 1)


def _effective_taints(node: Node, *, young: bool) -> list[Taint]:
    """Taints as the scheduler will meet them; those of a booting node's start are left out."""
    taints = lasting_taints(node.spec.taints or ()) if young else list(node.spec.taints or ())
    if node.spec.unschedulable and not young:
        taints.append(CORDONED_TAINT)
    if has_taint(node, TO_BE_DELETED):
        taints.append(BEING_DELETED)
    if not is_ready(node) and not young:
        taints.append(NOT_READY_TAINT)
    return taints


def _add_offers(world: World, resources: tuple[str, ...], daemons: Iterable[tuple[str, Workload]]) -> None:
    """What each pool can add, and its upcoming nodes."""
    daemons = list(daemons)
    registered = {instance_id(node) for node in world.snapshot.nodes}
    for state in world.pools.states:
        pattern = template(state)
        if pattern is None:
            continue
        sites = sites_of(pattern, world.room.static, state.pool.name)
        free = [pattern.offer.get(key, 0) for key in resources]
        for workload in _overhead(world, pattern.model, sites[0].kind, daemons):
            free = [have - need for have, need in zip(free, workload.vector, strict=True)]
        left = tuple(max(0, have) for have in free)
        offer = Offer(state, pattern, resources, left, sites, state.growth, _blocked(state))
        world.offers.append(offer)
        for number, node in enumerate(state.upcoming):
            if node is None or node.id not in registered:
                _add_upcoming(world, offer, number)
    world.offers.sort(key=lambda offer: (-offer.cost, -offer.state.bounds.priority))


def _add_upcoming(world: World, offer: Offer, number: int) -> None:
    node = offer.state.upcoming[number]
    wanted = node.availability_domain.rpartition(":")[2] if node is not None and node.availability_domain else None
    there = [site for site in offer.sites if wanted is not None and wanted in site.labels.values()] or offer.sites
    site = there[number % len(there)]
    name = f"upcoming:{offer.state.pool.name}:{number + 1}"
    world.room.open(Place(name, domain_labels(site.labels, None, name), site.kind, offer.free, offer.state.id))
    world.upcoming += 1


def _overhead(
    world: World, model: Node | None, kind: object, daemons: Iterable[tuple[str, Workload]]
) -> Iterator[Workload]:
    """Pods that every new node runs: DaemonSets and mirror pods of the model, and DaemonSets that fit the template."""
    seen = set()
    for resident in world.residents[model.metadata.name] if model is not None else ():
        reference = controller_of(resident.pod)
        if resident.counts and (is_daemon(resident.pod) or is_mirror(resident.pod)):
            if reference is not None:
                seen.add(f"{resident.pod.metadata.namespace}/{reference.name}")
            yield resident.workload
    for name, workload in daemons:
        if name not in seen and not world.room.static.obstacle(workload, kind):  # type: ignore[arg-type]
            yield workload


def _blocked(state: PoolState) -> str:
    if state.status != "ready":
        return f"node-pool-{state.status}"
    return state.refused or ("" if state.growth else "node-max-limit-reached")
