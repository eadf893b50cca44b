"""What the container engine does with node pools when it is asked for a change."""

from __future__ import annotations

import copy
import itertools
import random
from typing import TYPE_CHECKING

from emulator.base.service_protocol import OciError
from emulator.oke.model.node_pool_records import Behaviour, NodePoolRecord, PoolNode, WorkRequestRecord, ocid
from emulator.oke.model.retry_tokens import RetryTokens
from emulator.oke.nodes.eviction_grace import DEFAULT_GRACE_SECONDS

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object
    from emulator.oke.model.pool_behaviour import PoolBehaviour
    from emulator.oke.model.simulated_clock import SimulatedClock
    from emulator.oke.nodes.node_life import NodeLife
    from emulator.oke.nodes.work_requests import WorkRequests

NOTICE_SECONDS = 120.0
"""Between the notice and the end of a preemptible instance.
Source: https://docs.oracle.com/en-us/iaas/Content/Compute/Concepts/preemptible.htm"""


class NodePools:
    """The pools of a cluster and the changes that they take."""

    def __init__(
        self, clock: SimulatedClock, life: NodeLife, work_requests: WorkRequests, behaviour: Behaviour
    ) -> None:
        self._clock = clock
        self._life = life
        self._work_requests = work_requests
        self._numbers = itertools.count(1)
        self.behaviour = behaviour
        self.pools: dict[str, NodePoolRecord] = {}
        self._tokens = RetryTokens(lambda pool_id: self.pools[pool_id].state in {"DELETING", "DELETED"})

    def get(self, pool_id: str) -> NodePoolRecord:
        """Return a pool. Raises OciError 404."""
        pool = self.pools.get(pool_id)
        if pool is None:
            raise OciError(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.")
        return pool

    def add(self, details: Object, ready_since_seconds: float, behaviour: PoolBehaviour) -> NodePoolRecord:
        """Return a new pool whose nodes are all there already."""
        pool = NodePoolRecord(details, behaviour=behaviour)
        self.pools[pool.id] = pool
        for _ in range(pool.size):
            node = self._new_node(pool)
            node.created_at_seconds = ready_since_seconds - self.behaviour.timings.ready
            self._life.place_now(pool, node, ready_since_seconds)
        return pool

    def create(self, details: Object, token: str | None) -> WorkRequestRecord:
        """Begin a pool whose nodes come up by the clock. Raises OciError 409."""
        earlier = self._tokens.earlier(token, details, self._clock())
        if earlier is not None:
            return earlier
        pool = NodePoolRecord({**copy.deepcopy(details), "id": ocid("nodepool")})
        self.pools[pool.id] = pool
        request = self._work_requests.begin(pool, "NODEPOOL_CREATE", "CREATING")
        self._tokens.keep(token, details, request, self._clock())
        self._reconcile(pool, request, 0, force=True)
        return request

    def remove(self, pool: NodePoolRecord, *, grace_seconds: float, force: bool) -> WorkRequestRecord:
        """Begin the end of a pool and of its nodes. Raises OciError 409."""
        if pool.state in {"DELETING", "DELETED"}:
            raise OciError(409, "IncorrectState", f"The node pool is {pool.state}.")
        request = self._work_requests.begin(pool, "NODEPOOL_DELETE", "DELETING")
        pool.size = 0
        for node in [node for node in pool.nodes if node.state not in {"DELETING", "DELETED"}]:
            self._life.end(pool, node, request, drain_seconds=grace_seconds, force=force)
        return request

    def clear(self) -> None:
        """Forget all pools and tokens."""
        self.pools.clear()
        self._tokens.clear()

    def update(self, pool: NodePoolRecord, changes: Object, *, grace_seconds: float, force: bool) -> WorkRequestRecord:
        """Apply an UpdateNodePoolDetails. Raises OciError 400 or 409."""
        self._refuse_while_busy(pool)
        changes = copy.deepcopy(changes)
        config = changes.pop("nodeConfigDetails", None) or {}
        _check_size(config)
        placements = config.get("placementConfigs")
        replaces = placements is not None and placements != pool.placements
        cycling = changes.get("nodePoolCyclingDetails") or pool.details.get("nodePoolCyclingDetails") or {}
        if replaces and cycling.get("isNodeCyclingEnabled"):
            raise OciError(
                409,
                "Conflict",
                "Cannot perform nodepool cycling and nodepool Placement Configuration change simultaneously",
            )
        pool.details.update(changes)
        pool.details["nodeConfigDetails"].update({name: value for name, value in config.items() if value is not None})
        request = self._work_requests.begin(pool)
        if replaces:
            self._leave_old_placements(pool, request, grace_seconds)
        self._reconcile(pool, request, grace_seconds, force=force)
        return request

    def resize(self, pool: NodePoolRecord, size: int) -> WorkRequestRecord:
        """Do what a human does in the console: set the size, whatever the etag is."""
        return self.update(pool, {"nodeConfigDetails": {"size": size}}, grace_seconds=DEFAULT_GRACE_SECONDS, force=True)

    def delete_node(
        self, pool: NodePoolRecord, instance_id: str, *, shrink: bool, grace_seconds: float, force: bool
    ) -> WorkRequestRecord:
        """Delete one node; without `shrink` another takes its place. Raises OciError 404 or 409."""
        node = pool.node(instance_id)
        if node is None or node.state == "DELETED":
            raise OciError(404, "NotAuthorizedOrNotFound", f"The node {instance_id} is not in the node pool.")
        if node.state == "DELETING":
            raise OciError(409, "Conflict", f"The node {instance_id} is being deleted already.")
        self._refuse_while_busy(pool)
        request = self._work_requests.begin(pool)
        if not node.is_marked:
            pool.size = max(0, pool.size - 1) if shrink else pool.size
            self._life.end(pool, node, request, drain_seconds=grace_seconds, force=force)
        self._reconcile(pool, request, grace_seconds, force=force)
        return request

    def reclaim(self, pool: NodePoolRecord, node: PoolNode, notice_seconds: float = NOTICE_SECONDS) -> None:
        """Take back a node's instance: OKE cordons and drains it during the notice, and replaces it afterwards."""
        # The size stays. Source: https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingpreemptiblecapacity.htm
        self._life.give_notice(node, notice_seconds, lambda: self._replace_lost(pool, node))

    def _replace_lost(self, pool: NodePoolRecord, node: PoolNode) -> None:
        if node.state == "DELETED":
            return
        self._life.lose(pool, node)
        if node.is_marked:
            return
        request = self._work_requests.begin(pool, "NODEPOOL_RECONCILE")
        self._reconcile(pool, request, DEFAULT_GRACE_SECONDS, force=True)

    def _refuse_while_busy(self, pool: NodePoolRecord) -> None:
        if pool.state in {"DELETING", "DELETED"}:
            raise OciError(409, "IncorrectState", f"The node pool is {pool.state}.")
        if self.behaviour.while_updating == "refuse" and pool.shows_updating(self._work_requests.all):
            raise OciError(409, "IncorrectState", "The node pool is being updated.")

    def _leave_old_placements(self, pool: NodePoolRecord, request: WorkRequestRecord, grace_seconds: float) -> None:
        """Terminate the nodes whose placement is no longer in the list; new ones are made by `_reconcile`."""
        for node in [node for node in pool.nodes if node.counts and node.placement not in pool.placements]:
            self._life.end(pool, node, request, drain_seconds=grace_seconds, force=True)

    def _reconcile(
        self, pool: NodePoolRecord, request: WorkRequestRecord, grace_seconds: float, *, force: bool
    ) -> None:
        """Bring the nodes to the pool's size; what failed before is tried again."""
        for node in [node for node in pool.nodes if node.state == "FAILING"]:
            node.error = None
            if node.is_marked or not node.id:
                self._life.end(pool, node, request, drain_seconds=0, force=True)
        counted = [node for node in pool.nodes if node.counts]
        for node in self._victims(counted, len(counted) - pool.size):
            self._life.end(pool, node, request, drain_seconds=grace_seconds, force=force)
        for _ in range(pool.size - len(counted)):
            self._life.begin(pool, self._new_node(pool), request)

    def _victims(self, nodes: list[PoolNode], count: int) -> list[PoolNode]:
        """Return the nodes that OKE ends; its rule is not documented, so a knob chooses it."""
        if count <= 0:
            return []
        rule = self.behaviour.victims
        if rule == "random":
            return random.Random(self.behaviour.seed).sample(nodes, count)  # noqa: S311  (a repeatable choice)
        return sorted(nodes, key=lambda node: node.number, reverse=rule == "newest")[:count]

    def _new_node(self, pool: NodePoolRecord) -> PoolNode:
        """Return a node in the placement that has the fewest."""
        number = next(self._numbers)
        held = [node.placement for node in pool.nodes if node.counts]
        placement = min(pool.placements, key=held.count)
        domains = placement.get("faultDomains") or [f"FAULT-DOMAIN-{one}" for one in (1, 2, 3)]
        domain = domains[held.count(placement) % len(domains)]
        host = f"10.0.{10 + number // 250}.{number % 250 + 2}"
        node = PoolNode(number, placement, domain, host, self._clock(), dict(pool.details))
        pool.nodes.append(node)
        return node


def _check_size(config: Object) -> None:
    size = config.get("size")
    if size is not None and (type(size) is not int or size < 0):
        raise OciError(400, "InvalidParameter", f"nodeConfigDetails.size: {size!r} is no size of a node pool.")
    if config.get("placementConfigs") == []:
        raise OciError(400, "InvalidParameter", "nodeConfigDetails.placementConfigs must not be empty.")
