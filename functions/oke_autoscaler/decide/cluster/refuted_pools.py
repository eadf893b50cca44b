"""Pools on a node of which the scheduler has refused a pod that had room there: none of them is bought for it again.

Whatever stands between the pod and the node, size, labels and taints apart, it is nothing that the simulation knows,
and the next node would come with it again: bought, refused, removed as unneeded, and bought once more, for ever
(Cluster Autoscaler #4517, #8241). So the refusal is remembered: for the pod's kind, and for the pool as it is
configured now.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.decide.cluster.pool_declaration import configuration
from functions.oke_autoscaler.decide.cluster.volumes import NoNode
from functions.oke_autoscaler.model.kubernetes_objects import NodeSelectorTerm, Requirement
from functions.oke_autoscaler.model.nodes import created_at
from functions.oke_autoscaler.model.pod_requests import pod_requests
from functions.oke_autoscaler.model.pods import controller_of
from functions.oke_autoscaler.model.reasons import REFUSED_ON_A_NODE
from functions.oke_autoscaler.model.tick_state import RefusedKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.oke_autoscaler.decide.cluster.pools import Pools
    from functions.oke_autoscaler.model.kubernetes_objects import Pod
    from functions.oke_autoscaler.model.snapshot import Snapshot
    from functions.oke_autoscaler.model.tick_state import PoolMemory

REMEMBERED_SECONDS = 7 * 86_400.0
"""Time after which a pool is tried once more: what the simulation does not see may have been mended meanwhile."""
NEW_NODE_OF = "oke-autoscaler.new-node-of"
"""Label of new nodes in the simulation, and of no node that is there: the OCID of their pool."""
_RUN = re.compile(r"-\d+$")
"""Ends the name of a CronJob's Job: the moment of its run."""
_encode = msgspec.json.Encoder(order="deterministic").encode


def owner_and_needs(pod: Pod) -> str:
    """Return what a pod and the one made in its place have in common: namespace, owner, and what it asks for."""
    meta, spec, owner = pod.metadata, pod.spec, controller_of(pod)
    name = f"{owner.kind}/{owner.name}" if owner is not None else f"Pod/{meta.name}"
    if owner is not None and owner.kind == "Job":
        name = _RUN.sub("", name)
    claims = sorted(
        volume.persistent_volume_claim.claim_name or ""
        for volume in spec.volumes or ()
        if volume.persistent_volume_claim is not None
    )
    asked = [pod_requests(spec), spec.node_selector, spec.affinity, spec.tolerations, claims, spec.resource_claims]
    return f"{meta.namespace}/{name}#{sha256(_encode(asked)).hexdigest()[:12]}"


class RefutedPools:
    """What earlier ticks remember, as a rule that keeps pods off new nodes of such pools."""

    def __init__(self, snapshot: Snapshot, now: float) -> None:
        self._pools_of: dict[str, list[str]] = {}
        self._rules: dict[tuple[str, ...], NoNode] = {}
        for pool in snapshot.pools or ():
            memory = snapshot.state.pools.get(pool.id)
            if memory is None or not memory.refused or memory.configuration != configuration(pool):
                continue
            for kind, refusal in memory.refused.items():
                if now - refusal.at < REMEMBERED_SECONDS:
                    self._pools_of.setdefault(kind, []).append(pool.id)

    def rules(self, pod: Pod) -> tuple[NoNode, ...]:
        """Return the selectors of nodes that hold for the pod, as its volumes have them: one, or none."""
        pools = self._pools_of.get(owner_and_needs(pod)) if self._pools_of else None
        if not pools:
            return ()
        key = tuple(sorted(pools))
        if key not in self._rules:
            row = Requirement(key=NEW_NODE_OF, operator="NotIn", values=list(key))
            self._rules[key] = NoNode([NodeSelectorTerm([row])], REFUSED_ON_A_NODE)
        return (self._rules[key],)


def with_refused(
    memories: Mapping[str, PoolMemory],
    snapshot: Snapshot,
    pools: Pools,
    found: Mapping[str, Mapping[str, str]],
    now: float,
) -> dict[str, PoolMemory]:
    """Return the memories with the kinds ``found`` refused in this tick: by pool, the node by kind.

    A kind of which a pod came to that node after all, or to a younger one, is refused no more. A pod on an older node
    says nothing: that one may have what new nodes lack.
    """
    changed = dict(memories)
    for pool_id, memory in memories.items():
        new = found.get(pool_id, {})
        if memory.refused or new:
            landed = _landed(memory, snapshot, pools, pool_id)
            kept = {
                kind: refusal
                for kind, refusal in memory.refused.items()
                if kind not in landed and now - refusal.at < REMEMBERED_SECONDS
            }
            refused = {kind: RefusedKind(now, node) for kind, node in new.items()} | kept
            if refused != memory.refused:
                changed[pool_id] = msgspec.structs.replace(memory, refused=refused)
    return changed


def _landed(memory: PoolMemory, snapshot: Snapshot, pools: Pools, pool_id: str) -> set[str]:
    """Return the remembered kinds of which a pod runs where it was refused, or on a node made since."""
    if not memory.refused:
        return set()
    pool_status = next(each for each in pools.statuses if each.id == pool_id)
    made = {node.metadata.name: created_at(node) or 0.0 for node in pool_status.nodes}
    since = min(refusal.at for refusal in memory.refused.values())
    places = {refusal.node for refusal in memory.refused.values()}
    nodes = {name for name, moment in made.items() if moment > since or name in places}
    placed = ((pod.node_name, owner_and_needs(pod)) for pod in snapshot.pods if pod.node_name in nodes)
    return {kind for name, kind in placed if (known := memory.refused.get(kind)) and _refutes(known, name, made)}


def _refutes(refusal: RefusedKind, node: str, made: Mapping[str, float]) -> bool:
    return node == refusal.node or made[node] > refusal.at
