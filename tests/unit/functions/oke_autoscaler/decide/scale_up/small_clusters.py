"""States of small clusters: pools by the CPU, cost and number of their new nodes, and pods by their CPU."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState, build_cluster_state
from functions.oke_autoscaler.explain.snapshot_file import read
from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, node, pod, template_pool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"
GIB = 1 << 30


def spread(key: str, min_domains: int | None = None) -> list[Json]:
    """A spread with a skew of one."""
    return [{"max_skew": 1, "topology_key": key, "min_domains": min_domains, "when_unsatisfiable": "DoNotSchedule"}]


def keep_apart(app: str, key: str = HOST) -> Json:
    """An anti-affinity against the pods of an app."""
    term = {"topologyKey": key, "labelSelector": {"matchLabels": {"app": app}}}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def cluster(
    pools: Mapping[str, tuple[int, float, int]],
    *,
    pods: int = 0,
    sizes: Mapping[int, int] | None = None,
    important: Mapping[int, int] | None = None,
    rules: Sequence[Json] = (),
    apart: bool = False,
    zones: Sequence[str] | Mapping[str, Sequence[str]] = (),
    priorities: Mapping[str, int] | None = None,
    live: int | None = None,
    **settings: Any,
) -> ClusterState:
    """A state with a full live node a pool; ``pools``: millicores, cost and how many nodes may be added.

    ``pods`` of 1000 millicores wait, or ``sizes``: how many of each, ``apart`` if no two
    may share a host; ``important`` ones have a priority of 100.
    ``zones`` are those of every pool, or by pool. ``live`` is the CPU of one more node, which no pool has.
    """
    made, nodes, waiting, bounds = [], [], [], []
    for name, (cpu, cost, new) in pools.items():
        template, full, filler = template_pool(
            name, {"cpu_m": cpu, "memory_bytes": 64 * GIB, "pods": 110, "labels": {"name": name}}
        )
        template["nodeConfigDetails"]["placementConfigs"] = [
            {"availabilityDomain": f"X:{zone}"} for zone in (zones[name] if isinstance(zones, dict) else zones)
        ]
        bounds.append({"id": name, "max_size": 1 + new, "cost": cost, "priority": (priorities or {}).get(name, 0)})
        made.append(template)
        nodes.append(full)
        waiting.append(filler)
    if live is not None:
        nodes.append(node("n", live, 64 * GIB))
    for given, priority in ((important or {}, 100), (sizes or {1000: pods}, 0)):
        for cpu, count in given.items():
            waiting += [
                pod(f"p{cpu}-{number}", cpu, GIB, "app", priority=priority, topology_spread=list(rules))
                for number in range(count)
            ]
    if apart:
        for each in waiting[len(pools) :]:
            each["spec"]["affinity"] = keep_apart("app")
    given_settings = {"node_pools": bounds, **settings}
    snapshot = {"node_pools": made, "nodes": nodes, "pods": waiting, "settings": given_settings}
    return build_cluster_state(*read(json.dumps(snapshot).encode(), CLOCK), {})
