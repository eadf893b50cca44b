"""Waiting for OKE's work: one or two reads a turn, and an end at once when nothing more can happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ops.oke.errors import NotMade
from ops.oke.values import GONE, ClusterView, PoolView, WorkRequestView
from shared.errors import OciServiceError

if TYPE_CHECKING:
    from ops.oke.engine import Engine
    from ops.oke.progress import Progress

WaitNodes = Literal["all", "any", "false"]
OPEN = frozenset({"ACCEPTED", "IN_PROGRESS", "CANCELING"})
"""Statuses of a work request that goes on."""

WAIT_NODES: tuple[WaitNodes, ...] = ("all", "any", "false")


def work_done(
    engine: Engine, progress: Progress, work_request: str, compartment: str, what: str, left_behind: list[str]
) -> WorkRequestView:
    """Wait for the end of a work request. Raises NotMade with its errors and what was left behind."""
    turn = 0
    while True:
        found = engine.work_request(work_request)
        _raise_if_failed(engine, found, compartment, what, left_behind)
        progress.turn(f"{what}: {found.status}", int(found.status == "SUCCEEDED"), 1)
        if found.status == "SUCCEEDED":
            return found
        engine.wait(turn, f"{what} ({found.status})")
        turn += 1


def pool_up(
    engine: Engine, progress: Progress, pool: str, work_request: str, mode: WaitNodes, compartment: str
) -> PoolView:
    """Wait for a node pool and, as ``mode`` says, for its nodes. Raises NotMade when no more of them can come."""
    turn, is_open = 0, bool(work_request)
    while True:
        request = engine.work_request(work_request) if is_open else None
        found = engine.pool(pool)
        if mode != "false":
            _raise_if_hopeless(found, mode, work_request)
        if request is not None and not (mode == "any" and found.active):
            _raise_if_failed(engine, request, compartment, f"node pool {found.name}", left_behind(found))
        if found.state == "FAILED" or found.state in GONE:
            raise NotMade(f"node pool {found.name} is {found.state}", errors=[], left_behind=left_behind(found))
        is_open = request is not None and request.status != "SUCCEEDED"
        what = f"node pool {found.name}: {found.state}, {found.active} of {found.size} nodes active"
        progress.turn(what, found.active, found.size)
        if _is_enough(found, mode, is_open=is_open):
            return found
        engine.wait(turn, what)
        turn += 1


def open_work_request(engine: Engine, pool: str, compartment: str, cluster: str) -> str:
    """Return the work request that still makes a pool, empty for none.

    One that has failed is left out: what came of it shows in the pool's nodes, which may have come up since.
    """
    found = engine.newest_work_request(compartment, cluster, pool, "NODEPOOL_CREATE")
    return found.id if found is not None and found.status in OPEN else ""


def gone(engine: Engine, progress: Progress, pool: str) -> None:
    """Wait until a node pool is gone."""
    turn = 0
    while True:
        try:
            found = engine.pool(pool)
        except OciServiceError as fault:
            if fault.status == 404:
                return
            raise
        progress.turn(f"node pool {found.name}: {found.state}", int(found.state == "DELETED"), 1)
        if found.state == "DELETED":
            return
        engine.wait(turn, f"node pool {found.name} is {found.state}")
        turn += 1


def left_behind(pool: PoolView) -> list[str]:
    """Name a pool and its nodes, with the reason of each that did not come up."""
    nodes = [f"node {node.id or node.name}: {node.error or node.state}" for node in pool.nodes]
    return [f"node pool {pool.id} ({pool.state}, {len(pool.nodes)} nodes)", *nodes]


def _is_enough(pool: PoolView, mode: WaitNodes, *, is_open: bool) -> bool:
    if mode == "any":
        return pool.active > 0 or pool.size == 0
    if mode == "all":
        return pool.active >= pool.size and len(pool.nodes) >= pool.size
    return not is_open and pool.state not in {"CREATING", "UPDATING"}


def _raise_if_hopeless(pool: PoolView, mode: WaitNodes, work_request: str) -> None:
    """Raise NotMade when a node that is waited for will not come up."""
    failed = pool.failed
    if not failed or (mode == "any" and (pool.active or len(failed) < len(pool.nodes))):
        return
    raise NotMade(
        f"{len(failed)} of the {pool.size} nodes of node pool {pool.name} will not come up",
        errors=sorted({node.error or node.state for node in failed}),
        left_behind=left_behind(pool),
        work_request=work_request,
    )


def _raise_if_failed(engine: Engine, found: WorkRequestView, compartment: str, what: str, left_over: list[str]) -> None:
    if not found.has_failed:
        return
    resources = [f"{kind} {ocid}" for kind, ocid in found.resources if ocid]
    raise NotMade(
        f"{what}: {found.operation} ended {found.status}",
        errors=engine.work_request_errors(compartment, found.id),
        left_behind=left_over or resources,
        work_request=found.id,
    )


def cluster_active(engine: Engine, progress: Progress, cluster: str) -> ClusterView:
    """Wait until a cluster is ACTIVE. Raises NotMade where it never will be."""
    found = cluster_in(engine, progress, cluster, frozenset({"ACTIVE", "FAILED", *GONE}))
    if found is None or found.state != "ACTIVE":
        state = "gone" if found is None else found.state
        details = found.lifecycle_details if found else ""
        raise NotMade(f"cluster {cluster} is {state}", errors=[details] if details else [], left_behind=[cluster])
    return found


def cluster_in(engine: Engine, progress: Progress, cluster: str, states: frozenset[str]) -> ClusterView | None:
    """Wait until a cluster is in one of the states; None when it is not there any more."""
    turn = 0
    while True:
        try:
            found = engine.cluster(cluster)
        except OciServiceError as fault:
            if fault.status == 404:
                return None
            raise
        if found.state in states:
            return found
        progress.turn(f"cluster {found.name}: {found.state}", 0, 1)
        engine.wait(turn, f"cluster {found.name} is {found.state}")
        turn += 1
