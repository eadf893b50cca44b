"""Instances that are paid for and never became a node: what a tick remembers of them, and when one is given up.

OKE calls an instance ACTIVE as soon as it runs. Whether its kubelet ever registers, and whether its node ever gets
Ready, it does not watch, so a bad start script or a missing security rule leaves machines that only cost (Cluster
Autoscaler issues 803, 6360, 6524). A pool whose newest nodes do not come is no place to send pods to: it is left
alone for a while, and another pool gets the pods in the same tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.decision import GiveUp
from functions.oke_autoscaler.model.nodes import created_at, instance_id, ready_since
from functions.oke_autoscaler.model.oci_objects import GONE_NODES
from functions.oke_autoscaler.model.quantity import unix_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.oke_autoscaler.model.kubernetes_objects import Node
    from functions.oke_autoscaler.model.oci_objects import NodePool, OkeNode
    from functions.oke_autoscaler.model.tick_state import PoolMemory
    from functions.oke_autoscaler.settings import Settings

NEVER_READY_SECONDS = 120
"""Between a node's registration and the last change of its condition Ready within which it was never True.

The kubelet registers with Ready False; a kubelet that dies before it is Ready turns the condition to Unknown after the
node controller's grace of 40 to 50 seconds. A node that has been Ready is `unready_minutes`' business.
"""

MAX_BACKOFF_MINUTES = 30
"""Up to which the time doubles in which a pool is left alone."""

NEVER_DELIVERED_FACTOR = 8
"""Times `provision_timeout_minutes` for which a pool is left alone of which no node has ever joined."""

MAX_NEVER_DELIVERED_MINUTES = 24 * 60.0
"""Up to which that time doubles."""

FORGOTTEN_SECONDS = 3 * 3600.0
"""After so long without another give-up, once the pool was free again, what was given up counts no longer.

As Cluster Autoscaler's `--node-group-backoff-reset-timeout`. A fault that lasts shows again a quarter of an hour after
the pool is free, so three hours without one say that nobody tried, or that something has changed since.
"""


@dataclass(frozen=True, slots=True)
class MissingNode:
    """An instance that did not become a node within `provision_timeout_minutes`."""

    instance_id: str
    name: str
    """Of the instance, or of its node where it registered."""
    minutes: int
    registered: bool
    is_seen_before: bool
    """Whether its time is its own. Where it is only guessed from the pool's newest work, nothing is deleted for it."""

    @property
    def text(self) -> str:
        """Return it in words, for an answer."""
        what = "registered, never Ready" if self.registered else "never registered"
        return f"{self.name} ({what}, {self.minutes} minutes)"


def joining_since(pool: NodePool, nodes: Iterable[Node], joining: Mapping[str, float], now: float) -> dict[str, float]:
    """Return since when (Unix seconds) each instance of the pool is known that is not yet a node, by its OCID.

    OKE does not tell when it made an instance, so a tick remembers when it saw each first. A node that registered says
    itself when it did.
    """
    return {
        instance: min(joining.get(instance, now), created_at(node) or now) if node else joining.get(instance, now)
        for instance, (_, node) in _not_joined(pool, nodes).items()
    }


def find_missing(
    pool: NodePool,
    nodes: Iterable[Node],
    joining: Mapping[str, float] | None,
    newest_work_ended: float | None,
    settings: Settings,
    now: float,
) -> tuple[MissingNode, ...]:
    """Return the pool's instances whose time is over.

    ``joining`` is what earlier ticks remember. Where there is no memory at all (None), the end of the pool's newest
    work (Unix seconds) says how old its instances are at least; not how old one is that OKE made by itself in the
    place of another, nor one that OKE calls failed.
    """
    found = []
    limit = settings.provision_timeout_minutes * 60
    for instance, (listed, node) in _not_joined(pool, nodes).items():
        own = _earliest((joining or {}).get(instance), created_at(node) if node else None)
        is_guess = own is None and joining is None and listed.node_error is None
        since = newest_work_ended if is_guess else own
        if since is not None and now - since >= limit:
            name = node.metadata.name if node else listed.name or instance
            minutes, is_registered = int((now - since) // 60), node is not None
            found.append(MissingNode(instance, name, minutes, registered=is_registered, is_seen_before=own is not None))
    return tuple(found)


def has_lost(
    pool: NodePool, nodes: Iterable[Node], joining: Mapping[str, float], settings: Settings, now: float
) -> bool:
    """Tell whether an instance whose time was over has gone since: a tick gave it up and died, or a person deleted it.

    A tick that lives on takes what it gives up out of ``joining`` and counts it itself.
    """
    alive = {listed.id for listed in pool.nodes or () if listed.lifecycle_state not in GONE_NODES}
    known = alive | {instance_id(node) for node in nodes}
    limit = settings.provision_timeout_minutes * 60
    return any(instance not in known and now - since >= limit for instance, since in joining.items())


def backoff_end(memory: PoolMemory | None, settings: Settings, *, has_delivered: bool) -> float | None:
    """Return until when (Unix seconds) the pool is left alone after nodes were given up; None for one that had none.

    `backoff_minutes` at first, doubling to 30 minutes. A pool that has never delivered a node as it is configured now
    has most likely a fault that stays (a start script, a security rule, an image), and each try costs a machine for
    `provision_timeout_minutes`: it waits for eight times that, doubling to a day.
    """
    if memory is None or memory.gave_up_at is None:
        return None
    first, longest = settings.backoff_minutes, float(MAX_BACKOFF_MINUTES)
    if not has_delivered:
        first, longest = NEVER_DELIVERED_FACTOR * settings.provision_timeout_minutes, MAX_NEVER_DELIVERED_MINUTES
    minutes: float = min(first * 2.0 ** min(max(0, memory.give_ups - 1), 20), max(longest, first))
    return memory.gave_up_at + minutes * 60


def is_forgotten(memory: PoolMemory | None, settings: Settings, now: float, *, has_delivered: bool) -> bool:
    """Tell whether what was given up of the pool is so long ago that it counts no longer."""
    end = backoff_end(memory, settings, has_delivered=has_delivered)
    return end is not None and now - end >= FORGOTTEN_SECONDS


def has_recovered(nodes: Iterable[Node], memory: PoolMemory | None) -> bool:
    """Tell whether one of the nodes became Ready since nodes of the pool were given up."""
    gave_up_at = memory.gave_up_at if memory is not None else None
    times = [since for node in nodes if (since := ready_since(node)) is not None]
    return gave_up_at is not None and any(since > gave_up_at for since in times)


def _not_joined(pool: NodePool, nodes: Iterable[Node]) -> dict[str, tuple[OkeNode, Node | None]]:
    """Return, of each living instance that was never a Ready node, OKE's entry and the node if it registered."""
    by_instance = {instance_id(node): node for node in nodes}
    found: dict[str, tuple[OkeNode, Node | None]] = {}
    for listed in pool.nodes or ():
        # An entry with an error and an OCID has an instance, too: it was made and did not come up.
        if not listed.id or listed.lifecycle_state in GONE_NODES:
            continue
        node = by_instance.get(listed.id)
        if node is None:
            found[listed.id] = (listed, None)
        elif _was_never_ready(node):
            found[listed.id] = (listed, node)
    return found


def _was_never_ready(node: Node) -> bool:
    created = created_at(node)
    ready = next((each for each in node.status.conditions or () if each.type == "Ready"), None)
    if ready is None or ready.status == "True" or created is None:
        return False
    changed = unix_seconds(ready.last_transition_time) if ready.last_transition_time else created
    return changed - created <= NEVER_READY_SECONDS


def _earliest(*times: float | None) -> float | None:
    return min((each for each in times if each is not None), default=None)


def plan_give_ups(pool: NodePool, missing: Iterable[MissingNode], min_size: int) -> list[GiveUp]:
    """Return the missing nodes to delete: the longest missing first, none below the pool's minimum size."""
    spare = pool.size - min_size
    known = sorted((each for each in missing if each.is_seen_before), key=lambda each: -each.minutes)
    return [GiveUp(each.instance_id, pool.id, each.name, each.text) for each in known[: max(0, spare)]]
