"""What a tick reads, as one snapshot. All or nothing: a read that fails ends the tick before its first change.

Half a snapshot would be worse than none: without the list of owners or budgets every pod looks movable, and without
half of the nodes every pod looks homeless.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.act.unknown_shapes import with_known_sizes
from functions.oke_autoscaler.decide.decide import decide
from functions.oke_autoscaler.model.oci_objects import WorkRequest, WorkResource
from functions.oke_autoscaler.model.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.oke_autoscaler.clients.cluster import Cluster
    from functions.oke_autoscaler.clients.oke import Oke, ReadPool
    from functions.oke_autoscaler.clients.state_map import StateMap
    from functions.oke_autoscaler.model.decision import Decision
    from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
    from functions.oke_autoscaler.model.unreadable import Unreadable
    from functions.oke_autoscaler.settings import Settings


@dataclass(frozen=True, slots=True)
class Observed:
    """A snapshot and what its writes need: each pool's etag and compartment, by pool id."""

    snapshot: Snapshot
    pools: dict[str, ReadPool] = field(default_factory=dict)

    def with_pool(self, state: ReadPool) -> Observed:
        """Return the same with one pool replaced by a newer reading."""
        known = self.pools.get(state.pool.id)
        if known is not None and known.pool.listed_size is not None:
            state = replace(state, pool=msgspec.structs.replace(state.pool, listed_size=known.pool.listed_size))
        pools = {**self.pools, state.pool.id: state}
        return Observed(replace(self.snapshot, pools=[each.pool for each in pools.values()]), pools)

    def with_work_on(self, state: ReadPool) -> Observed:
        """Return the same with a pool that has taken a change: OKE has begun work on it."""
        requests = list(self.snapshot.work_requests or ())
        # As new as the newest that is known, and before it: the order is by time, and this one is the last accepted.
        newest = max((each.time_accepted or "" for each in requests), default="")
        begun = WorkRequest(status="ACCEPTED", resources=[WorkResource(state.pool.id)], time_accepted=newest)
        observed = self.with_pool(state)
        snapshot = replace(observed.snapshot, work_requests=[begun, *requests])
        return Observed(snapshot, observed.pools)

    def with_node(self, node: Node) -> Observed:
        """Return the same with one node replaced by a newer reading."""
        nodes = [node if each.metadata.name == node.metadata.name else each for each in self.snapshot.nodes]
        return Observed(replace(self.snapshot, nodes=nodes), self.pools)

    def with_reopened(self, node: Node, began_at: float) -> Observed:
        """Return the same with a node whose removal, begun then, is called off: the scheduler has yet to try it."""
        reopened = {**self.snapshot.reopened, node.metadata.name: began_at}
        observed = self.with_node(node)
        return Observed(replace(observed.snapshot, reopened=reopened), self.pools)

    def with_pods_of(self, node: str, pods: Iterable[Pod]) -> Observed:
        """Return the same with the pods of one node replaced by a newer reading."""
        kept = [pod for pod in self.snapshot.pods if pod.node_name != node]
        return Observed(replace(self.snapshot, pods=[*kept, *pods]), self.pools)

    @property
    def compartments(self) -> set[str]:
        """OCIDs of the compartments that the pools are in; as a rule one."""
        return {state.compartment_id for state in self.pools.values()}


def observe(
    oke: Oke, cluster: Cluster, settings: Settings, memory: StateMap, left_out: Iterable[Unreadable] = ()
) -> Observed:
    """Read everything but loads; ``left_out`` are pools that are named and not managed.

    Raises OciServiceError or KubernetesApiError when one read fails.
    """
    states = {state.pool.id: state for state in (oke.node_pool(pool.id) for pool in settings.pools)}
    # Namespaces and volumes can be long lists that few clusters' pods have rules about, so the pods decide.
    pods = cluster.pods()
    uses_claims = any(_uses_claims(pod) for pod in pods)
    remembered = memory.read()
    states = with_known_sizes(oke, states, remembered, settings)
    snapshot = Snapshot(
        pools=[state.pool for state in states.values()],
        nodes=cluster.nodes(),
        pods=pods,
        budgets=cluster.budgets(),
        owners=cluster.owners(),
        priority_classes=cluster.priority_classes(),
        namespaces=cluster.namespaces() if any(_selects_namespaces(pod) for pod in pods) else (),
        claims=cluster.claims() if uses_claims else (),
        volumes=cluster.volumes() if uses_claims else (),
        storage_classes=cluster.storage_classes() if uses_claims else (),
        # Read like the rest or not at all: without the limits a pod with a volume looks as if it fitted on any node, so
        # a tick that may not list them ends, with the right that it lacks, before it moves one.
        csi_nodes=cluster.csi_nodes() if uses_claims else (),
        work_requests=oke.work_requests({state.compartment_id for state in states.values()}),
        state=remembered,
        left_out=(*cluster.nameless, *left_out),
    )
    return Observed(snapshot, states)


def decide_on(observed: Observed, settings: Settings, now: float, refused: Mapping[str, str] | None = None) -> Decision:
    """Decide on what was read; ``refused`` holds pools that did not take their nodes in this tick, id to the reason."""
    return decide(observed.snapshot, settings, now, refused)


def observe_loads(oke: Oke, observed: Observed, now_epoch_seconds: float) -> Observed:
    """Return the same with the measured loads, which only a scale-down asks for."""
    loads = oke.loads(observed.compartments, now_epoch_seconds)
    return replace(observed, snapshot=replace(observed.snapshot, metrics=loads))


def _uses_claims(pod: Pod) -> bool:
    return any(volume.persistent_volume_claim or volume.ephemeral for volume in pod.spec.volumes or ())


def _selects_namespaces(pod: Pod) -> bool:
    affinity = pod.spec.affinity
    if affinity is None:
        return False
    parts = (affinity.pod_affinity, affinity.pod_anti_affinity)
    return any(term.namespace_selector is not None for part in parts if part for term in part.required or ())
