"""Nodes that are registered, perhaps Ready, and not yet what they will be: they count as coming, not as missing.

A node reports Ready before its device plug-in has found the GPUs, and before the agents of its network have taken their
taints away. A scheduler has to wait for it; who buys another node meanwhile buys one too many (Cluster Autoscaler
issue 7095). All of this holds for the time in which a node has to come (`provision_timeout_minutes`), and not longer:
after that, what the node shows is what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.cluster.compute_shapes import find_hardware, is_device
from functions.oke_autoscaler.decide.cluster.pool_declaration import presumed_taints, sure_taints
from functions.oke_autoscaler.model.nodes import (
    TO_BE_DELETED,
    created_at,
    has_taint,
    is_named,
    is_ready,
    lasting_taints,
)
from functions.oke_autoscaler.model.pod_requests import amounts
from functions.oke_autoscaler.model.quantity import amount
from functions.oke_autoscaler.model.selectors import HARD_EFFECTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from functions.oke_autoscaler.model.kubernetes_objects import Node, Taint
    from functions.oke_autoscaler.model.oci_objects import NodePool
    from functions.oke_autoscaler.model.pod_requests import Amounts
    from functions.oke_autoscaler.model.tick_state import PoolMemory
    from functions.oke_autoscaler.settings import Settings


def find_starting(
    pool: NodePool,
    nodes: Sequence[Node],
    stated: Iterable[tuple[str, str]],
    memory: PoolMemory | None,
    settings: Settings,
    now: float,
) -> frozenset[str]:
    """Return the names of the pool's nodes that are still starting; ``stated`` are the resources of its settings."""
    young = [node for node in nodes if _is_young(node, settings, now)]
    if not young:
        return frozenset()
    names = {node.metadata.name for node in young}
    older = [node for node in nodes if node.metadata.name not in names and is_ready(node)]
    expected = _Expected(pool, stated, memory, settings, older)
    return frozenset(node.metadata.name for node in young if not is_ready(node) or expected.lacks(node))


def _is_young(node: Node, settings: Settings, now: float) -> bool:
    created = created_at(node)
    if created is None or has_taint(node, TO_BE_DELETED):
        return False
    return now - created < settings.provision_timeout_minutes * 60


class _Expected:
    """What a node of the pool has once it has started."""

    def __init__(
        self,
        pool: NodePool,
        stated: Iterable[tuple[str, str]],
        memory: PoolMemory | None,
        settings: Settings,
        older: list[Node],
    ) -> None:
        self._startup = settings.startup_taints
        declared = [*sure_taints(pool), *presumed_taints(pool)]
        seen = [taint for node in older for taint in node.spec.taints or ()]
        self._taints = {taint.key for taint in (*declared, *seen)}
        self._devices = {name for node in older for name, count in amounts(node.status.allocatable).items() if count}
        if memory is not None:
            self._taints.update(taint.key for taint in memory.taints)
            self._devices.update(memory.devices)
        if not older and (memory is None or not memory.allocatable):
            self._devices.update(name for name, text in stated if amount(name, text))
            machine = find_hardware(pool)
            self._devices.update({machine.gpu_resource} if machine is not None and machine.gpus else ())
        self._devices = {name for name in self._devices if is_device(name)}

    def lacks(self, node: Node) -> bool:
        """Tell whether the node has a taint that will go, or lacks a device that will come."""
        taints = node.spec.taints or ()
        if any(is_named(taint.key, self._startup) for taint in taints):
            return True
        foreign = (taint for taint in lasting_taints(taints) if taint.effect in HARD_EFFECTS)
        if any(taint.key not in self._taints for taint in foreign):
            return True
        offered = amounts(node.status.allocatable)
        return any(not offered.get(name) for name in self._devices)


def started_amounts(offered: Amounts, usual: Mapping[str, int]) -> Amounts:
    """Return what a starting node will offer: what it offers now, and what others of its pool offer beyond that."""
    missing = {name: count for name, count in usual.items() if is_device(name) and not offered.get(name)}
    return {**usual, **offered, **missing}


def started_taints(taints: Iterable[Taint], usual: Sequence[Taint]) -> list[Taint]:
    """Return the taints that a starting node will keep: those that others of its pool have, and a removal's."""
    kept = {taint.key for taint in usual} | {TO_BE_DELETED}
    return [taint for taint in taints if taint.key in kept]
