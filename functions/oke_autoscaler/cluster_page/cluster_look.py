"""A look at a cluster for the page: live as a dry tick sees it, or a snapshot file; as it is, or as it would be."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from functions.oke_autoscaler.act.flapping import with_flapping
from functions.oke_autoscaler.act.observe import observe_loads
from functions.oke_autoscaler.act.status_report import COURSE, read_entries
from functions.oke_autoscaler.clients.lease import refuse_another_autoscaler
from functions.oke_autoscaler.clients.status_maps import read_status
from functions.oke_autoscaler.cluster_page.looked import Concern, Looked
from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.explain.command import decide_otherwise, file_bytes
from functions.oke_autoscaler.explain.manifest import pods_of_manifest
from functions.oke_autoscaler.explain.save import snapshot_bytes
from functions.oke_autoscaler.explain.what_if import WhatIf, read_what_if
from functions.oke_autoscaler.model.course import read_course
from functions.oke_autoscaler.model.quantity import is_time, unix_seconds
from shared.errors import BadRequest, FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from mmap import mmap

    from functions.oke_autoscaler.act.observe import Observed
    from functions.oke_autoscaler.cluster_page.asked_cluster import AskedCluster
    from functions.oke_autoscaler.tick import Tick


MAX_ADDED = 5_000
"""Pods that a page adds: the decision on them has the memory and the time of a function."""


def look_at_cluster(tick: Tick, config: Mapping[str, str], asked: AskedCluster) -> Looked:
    """Read a live cluster, nothing written, and decide as is asked. Raises FunctionError."""
    otherwise = _read(asked)
    observed, decision, now = tick.observe()
    decision = with_flapping(decision, observed.snapshot, tick.settings, now)
    concerns: list[Concern] = []
    observed = _with_loads(tick, observed, now, concerns)
    told = _status(tick)
    observed = replace(observed, snapshot=replace(observed.snapshot, course=read_course(told.get(COURSE, ""))))
    _tell(concerns, lambda: refuse_another_autoscaler(tick.cluster.api))
    if tick.memory.fault:
        concerns.append(
            Concern(
                f"What earlier ticks remember cannot be read: {tick.memory.fault}",
                "delete the ConfigMap kube-system/oke-autoscaler-state: the next tick makes a new one",
            )
        )
    looked = Looked(
        observed.snapshot,
        decision,
        now,
        tick.settings,
        asked,
        concerns=tuple(concerns),
        last_tick=_last_tick(tick, told),
    )
    if otherwise is None:
        return looked
    # Decided on what was read, as a saved snapshot would be: nothing is read twice.
    return _decided(looked, snapshot_bytes(observed.snapshot, config, now), otherwise)


def look_at_file(name: str, asked: AskedCluster) -> Looked:
    """Decide on a snapshot file as is asked. Raises BadSnapshot."""
    data = file_bytes(name)
    otherwise = _read(asked)
    found = decide_otherwise(data, time.time(), WhatIf())
    looked = Looked(found.snapshot, found.decision, found.now, found.settings, asked, in_file=True)
    return looked if otherwise is None else _decided(looked, data, otherwise)


def look_at_live(asked: AskedCluster) -> Looked:
    """Read a live cluster from a laptop, for a file. Raises FunctionError."""
    from functions.oke_autoscaler.explain.live import connect_live

    return replace(look_at_cluster(connect_live(), os.environ, asked), in_file=True)


def _read(asked: AskedCluster) -> WhatIf | None:
    """Return what is to be otherwise before anything is read of the cluster: what cannot be meant costs no call."""
    if not asked.is_otherwise:
        return None
    with _field("what_if", "a key of the config, or of pools as in pool.max_size=20"):
        otherwise = read_what_if(asked.settings)
    if asked.manifest:
        with _field("manifest", "paste a Deployment, StatefulSet, Job, Pod or List, as YAML or JSON"):
            otherwise.add(pods_of_manifest(asked.manifest, "the manifest", MAX_ADDED))
    return otherwise


def _decided(looked: Looked, data: bytes | mmap, otherwise: WhatIf) -> Looked:
    with _field("what_if", "name a pool that is there, a maximum from its minimum up, and pods that are not there yet"):
        found = decide_otherwise(data, looked.now, otherwise)
    return replace(
        looked,
        snapshot=found.snapshot,
        decision=found.decision,
        settings=found.settings,
        before=looked.decision,
        passed_over=tuple(otherwise.passed_over),
    )


@contextmanager
def _field(name: str, fix: str) -> Iterator[None]:
    """Turn what is wrong with another decision into what is wrong with a field of the form."""
    try:
        yield
    except BadSnapshot as fault:
        raise BadRequest(fault.message, fix=fix, field=name) from None


def _with_loads(tick: Tick, observed: Observed, now: float, concerns: list[Concern]) -> Observed:
    """Return the same with the loads, where the decision needed none: a person wants them beside the requests."""
    if observed.snapshot.metrics or not tick.settings.scale_down_on:
        return observed
    found = [observed]
    _tell(concerns, lambda: found.append(observe_loads(tick.oke, observed, now)))
    return found[-1]


def _status(tick: Tick) -> dict[str, str]:
    """Return what ticks have written for people; nothing where that cannot be read."""
    found: dict[str, str] = {}
    _tell([], lambda: found.update(read_status(tick.cluster.api)))
    return found


def _last_tick(tick: Tick, told: Mapping[str, str]) -> float | None:
    entries = read_entries(told)
    times = [entries[pool.id].get("time") for pool in tick.settings.pools if pool.id in entries]
    return max((unix_seconds(each) for each in times if isinstance(each, str) and is_time(each)), default=None)


def _tell(concerns: list[Concern], read: Callable[[], None]) -> None:
    """Read what the page can do without; a failure is one of the things to look at."""
    try:
        read()
    except FunctionError as error:
        concerns.append(Concern(error.message, error.advice))
