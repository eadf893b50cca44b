"""Pods that have waited for longer than a node takes to come, with none on its way: no such tick is a success."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.quantity import unix_seconds
from functions.oke_autoscaler.model.reasons import FITS_ON_UPCOMING_NODE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from functions.oke_autoscaler.model.decision import PodVerdict
    from functions.oke_autoscaler.model.kubernetes_objects import Pod


def find_overdue(
    pods: Iterable[Pod], verdicts: Iterable[PodVerdict], not_ours: Collection[str], minutes: float, now: float
) -> tuple[str, ...]:
    """Return ``namespace/name: minutes, reason`` of each pending pod that waits for longer than ``minutes``.

    A pod for which a node is asked in this tick, or is coming, is not among them; nor are those of ``not_ours``
    (``namespace/name``), for which no node is ever bought. A pod without a creation time has waited for no known time.
    """
    waiting = {
        verdict.pod: verdict.reason
        for verdict in verdicts
        if verdict.new_pool is None and verdict.reason != FITS_ON_UPCOMING_NODE and verdict.pod not in not_ours
    }
    if not waiting:
        return ()
    found = []
    for pod in pods:
        created = pod.metadata.creation_timestamp if pod.key in waiting else None
        waited = (now - unix_seconds(created)) / 60 if created else 0.0
        if waited >= minutes:
            found.append(f"{pod.key}: {int(waited)} minutes, {waiting[pod.key]}")
    return tuple(found)
