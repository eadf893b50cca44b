"""What people and the cloud do to the cluster while it runs: pools resized and edited, nodes marked, instances lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from emulator.oke.model import manifests
from emulator.oke.model.taint_text import taints_in
from emulator.oke.nodes.node_pools import NOTICE_SECONDS
from emulator.oke.runtime import ClusterRuntime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.oke.model.manifests import PoolFields
    from emulator.oke.model.node_pool_records import NodePoolRecord, PoolNode


class HumanActions(ClusterRuntime):
    """The changes that come from outside; each happens at the clock's time."""

    def pool_node(self, host: str) -> PoolNode:
        """Return the container engine's view of a Kubernetes node. Raises KeyError when there is none."""
        return self._pool_and_node(host)[1]

    def resize(self, pool: NodePoolRecord, size: int) -> None:
        """Set a pool's size as a human does in the console."""
        with self.lock:
            self.node_pools.resize(pool, size)

    def edit_pool(self, pool: NodePoolRecord, **fields: Unpack[PoolFields]) -> None:
        """Change a pool's shape, labels, taints, image or knobs as a human does; its nodes stay as they are."""
        with self.lock:
            pool.behaviour.change(dict(fields))
            changes = manifests.pool_changes(pool.name, **fields)
            if changes:
                self.node_pools.update(pool, changes, grace_seconds=0, force=True)

    def reclaim(self, host: str, *, notice_seconds: float = NOTICE_SECONDS) -> None:
        """Take back the instance of a node, after a notice; OKE puts another in its place."""
        with self.lock:
            pool, node = self._pool_and_node(host)
            self.node_pools.reclaim(pool, node, notice_seconds)

    def taint(self, host: str, taints: str) -> None:
        """Put taints (`key=value:Effect,…`) on a node, as an operator does."""
        with self.lock:
            self.hosts.taint(host, taints_in(taints))

    def untaint(self, host: str, *keys: str) -> None:
        """Take the taints of these keys off a node."""
        with self.lock:
            self.hosts.untaint(host, keys)

    def label(self, host: str, labels: Mapping[str, str | None]) -> None:
        """Set labels of a node; None takes one off."""
        with self.lock:
            self.hosts.label(host, labels)

    def set_ready(self, host: str, *, ready: bool, since_seconds: float = 0) -> None:
        """Turn a node's Ready condition, as of `since_seconds` ago."""
        with self.lock:
            self.hosts.set_ready(host, ready=ready, since_epoch_seconds=self.clock() - since_seconds)

    def _pool_and_node(self, host: str) -> tuple[NodePoolRecord, PoolNode]:
        for pool in self.node_pools.pools.values():
            for node in pool.nodes:
                if node.host == host:
                    return pool, node
        raise KeyError(host)
