"""Nodes that OKE was asked for and could not make: for how long their pool is left alone, and when they are taken back.

OKE lists such a node with its error and without an instance, keeps it in the pool's size, and tries it again with the
next change of the pool, whatever that is: the removal of another node would make it on the day when there is capacity
again, for nobody. It cannot be deleted like a node, since the call wants an instance; Oracle's own provider for
Cluster Autoscaler lowers the size instead (oci_node_pool.go, DecreaseTargetSize; pull requests 7557 and 8315 in that
repository). So does a tick, to what exists and not below, while nothing is being made and no pod wants the node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.oci_objects import GONE_NODES
from functions.oke_autoscaler.model.quantity import unix_seconds
from functions.oke_autoscaler.model.reasons import OUT_OF_CAPACITY
from functions.oke_autoscaler.model.tick_state import TAKEN_BACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from functions.oke_autoscaler.model.oci_objects import NodePool, OkeNode, WorkRequest
    from functions.oke_autoscaler.model.tick_state import ChangeRecord
    from functions.oke_autoscaler.settings import Settings

MAX_BACKOFF_MINUTES = 30
"""Up to which the time doubles in which a pool is left alone."""

OWN_WORK_SECONDS = 120.0
"""How far the acceptance of a work request, by OKE's clock, may be from the change that asked for it."""


def work_of(pool: str, requests: Iterable[WorkRequest] | None) -> list[WorkRequest]:
    """Return the work requests of a pool, newest first."""
    mine = [work for work in requests or () if any(part.identifier == pool for part in work.resources or ())]
    return sorted(mine, key=lambda work: work.time_accepted or "", reverse=True)


def failed_nodes(pool: NodePool) -> list[OkeNode]:
    """Return the nodes of a pool that have an error."""
    return [node for node in pool.nodes or () if node.node_error is not None and node.lifecycle_state != "DELETED"]


def find_backoff(
    pool: NodePool,
    requests: Sequence[WorkRequest] | None,
    changes: Iterable[ChangeRecord],
    settings: Settings,
    now: float,
) -> str:
    """Return out-of-capacity while failures are fresh: ``backoff_minutes`` after one, doubling to 30 minutes.

    ``changes`` are those of the pool. The work of taking nodes back succeeds and says nothing about capacity: it ends
    no backoff.
    """
    telling = _telling(pool.id, requests, changes)
    if telling and telling[0].status == "FAILED":
        end = _end(telling, settings)
        return OUT_OF_CAPACITY if end is None or now < end else ""
    missing = failed_nodes(pool) and pool.size > _alive(pool)
    return OUT_OF_CAPACITY if missing and not work_of(pool.id, requests) else ""


def capacity_end(
    pool: str, requests: Sequence[WorkRequest] | None, changes: Iterable[ChangeRecord], settings: Settings
) -> float | None:
    """Return until when (Unix seconds) failures keep a pool closed; None without one, or without its time."""
    telling = _telling(pool, requests, changes)
    return _end(telling, settings) if telling and telling[0].status == "FAILED" else None


def _telling(pool: str, requests: Sequence[WorkRequest] | None, changes: Iterable[ChangeRecord]) -> list[WorkRequest]:
    """Return the work of a pool that says something about capacity, newest first."""
    taken_back = [change.at for change in changes if change.what == TAKEN_BACK]
    return [work for work in work_of(pool, requests) if not _is_own(work, taken_back)]


def _end(telling: Sequence[WorkRequest], settings: Settings) -> float | None:
    failures = next((index for index, work in enumerate(telling) if work.status != "FAILED"), len(telling))
    longest = max(MAX_BACKOFF_MINUTES, settings.backoff_minutes)
    minutes = min(settings.backoff_minutes * 2 ** min(failures - 1, 20), longest)
    ended = telling[0].time_finished or telling[0].time_accepted
    return None if ended is None else unix_seconds(ended) + minutes * 60


def _is_own(work: WorkRequest, taken_back: Iterable[float]) -> bool:
    if work.status == "FAILED" or work.time_accepted is None:
        return False
    accepted = unix_seconds(work.time_accepted)
    return any(abs(accepted - at) <= OWN_WORK_SECONDS for at in taken_back)


def _alive(pool: NodePool) -> int:
    """Count the nodes of the pool that exist or are being made."""
    return sum(1 for node in pool.nodes or () if node.node_error is None and node.lifecycle_state not in GONE_NODES)


def find_smaller_size(
    pool: NodePool,
    min_size: int,
    newest_work: WorkRequest | None,
    history: Sequence[ChangeRecord],
    idle_seconds: float | None,
    now: float,
) -> int | None:
    """Return the size without the nodes that OKE could not make, None where they stay in it.

    ``newest_work`` is over, or there is none. A tick takes back at once what a tick asked for last. What somebody else
    asked for waits as long as an idle node does, ``idle_seconds``; None keeps it for ever.
    """
    size = max(pool.size - len(pool.not_made), min_size)
    unknown = any(
        not node.id for node in pool.nodes or () if node.node_error is None and node.lifecycle_state not in GONE_NODES
    )
    if size >= pool.size or unknown:
        return None
    last = next((change for change in reversed(history) if change.pool == pool.name), None)
    if last is not None and last.what == "scale-up" and last.size_after == pool.size:
        return size
    ended = newest_work.time_finished or newest_work.time_accepted if newest_work is not None else None
    waited = idle_seconds is not None and (ended is None or now - unix_seconds(ended) >= idle_seconds)
    return size if waited else None
