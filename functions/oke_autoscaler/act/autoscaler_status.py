"""The status in Cluster Autoscaler's own form, so that dashboards made for it read this function's pools.

Its struct ``ClusterAutoscalerStatus`` (cluster-autoscaler 1.30 and later, clusterstate/api/types.go), as YAML under the
key ``status``. Each pool's group stands in its entry of our own status as well: there functions with a pool each find
the others' groups, and since when a condition is as it is.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.model.decision import NodeCounts
from functions.oke_autoscaler.model.reasons import OUT_OF_CAPACITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from functions.oke_autoscaler.model.decision import Decision, PoolVerdict

Json = dict[str, Any]

MAX_UNREADY, MAX_UNREADY_PERCENT = 3, 45
"""Unready nodes that a healthy group may have (``--ok-total-unready-count``, ``--max-total-unready-percentage``)."""

FORGET_SECONDS = 86_400.0
"""After this time without a tick a pool's group is no longer shown: nobody manages it any more."""

_WAITS = (
    "NotUnneededLongEnough",
    "NotUnreadyLongEnough",
    "WaitForCompletion",
    "DisruptionBudget",
    "PodsOfControllerOnTheirWay",
)
"""Why a candidate for removal stays for now; all else makes a node none."""

HEALTHY, UNHEALTHY = "Healthy", "Unhealthy"


def group_status(pool: PoolVerdict, decision: Decision, now: float, before: Mapping[str, Any]) -> Json:
    """Return the group of a pool; ``before`` is the group that the last tick wrote, or nothing."""
    counts = pool.counts or NodeCounts()
    nodes = [node for node in decision.nodes if node.pool == pool.name]
    candidates = sum(node.remove_now or (node.remove_now_reason or "").startswith(_WAITS) for node in nodes)
    scale_up: Json = {"status": _growth(pool, counts)}
    if scale_up["status"] == "Backoff":
        scale_up["backoffInfo"] = {"errorCode": pool.reason, "errorMessage": pool.detail or pool.reason}
    group: Json = {
        "name": pool.name,
        "health": {
            "status": UNHEALTHY if pool.not_joined or _has_many_unready(counts) else HEALTHY,
            "nodeCounts": _node_counts([counts]),
            "cloudProviderTarget": pool.wanted_size,
            "minSize": counts.min_size,
            "maxSize": counts.max_size,
        },
        "scaleUp": scale_up,
        "scaleDown": {"status": "CandidatesPresent" if candidates else "NoCandidates", "candidates": candidates},
    }
    return {**group, **{part: _timed(group[part], now, before.get(part) or {}) for part in _PARTS}}


_PARTS = ("health", "scaleUp", "scaleDown")


def cluster_status(groups: Iterable[Json], now: float) -> Json:
    """Return the whole status of the groups of all functions that share the cluster."""
    groups = sorted(groups, key=lambda group: str(group.get("name")))
    candidates = sum(int(group["scaleDown"].get("candidates", 0)) for group in groups)
    states = [group["scaleUp"]["status"] for group in groups]
    unhealthy = any(group["health"]["status"] == UNHEALTHY for group in groups)
    wide: Json = {
        "health": {"status": UNHEALTHY if unhealthy else HEALTHY, "nodeCounts": _sum(groups)},
        "scaleUp": {"status": "InProgress" if "InProgress" in states else "NoActivity"},
        "scaleDown": {"status": "CandidatesPresent" if candidates else "NoCandidates", "candidates": candidates},
    }
    for part in _PARTS:
        same = [group[part] for group in groups if group[part].get("status") == wide[part]["status"]]
        since = max((each.get("lastTransitionTime", "") for each in same), default="") or _time(now)
        wide[part] |= {"lastProbeTime": _time(now), "lastTransitionTime": since}
    at = datetime.fromtimestamp(now, tz=UTC).strftime("%Y-%m-%d %H:%M:%S.%f +0000 UTC")
    return {"time": at, "autoscalerStatus": "Running", "clusterWide": wide, "nodeGroups": groups}


def _growth(pool: PoolVerdict, counts: NodeCounts) -> str:
    if pool.action == "scale-up" or counts.upcoming:
        return "InProgress"
    return "Backoff" if pool.not_joined or pool.reason == OUT_OF_CAPACITY else "NoActivity"


def _has_many_unready(counts: NodeCounts) -> bool:
    return counts.unready > MAX_UNREADY and counts.unready * 100 > MAX_UNREADY_PERCENT * counts.registered


def _node_counts(found: list[NodeCounts]) -> Json:
    return {
        "registered": {
            "total": sum(each.registered for each in found),
            "ready": sum(each.ready for each in found),
            "notStarted": sum(each.not_started for each in found),
            "beingDeleted": sum(each.being_deleted for each in found),
            "unready": {"total": sum(each.unready for each in found), "resourceUnready": 0},
        },
        "longUnregistered": sum(each.missing for each in found),
        "unregistered": sum(each.upcoming for each in found),
    }


def _sum(groups: Iterable[Json]) -> Json:
    """Return the node counts of all groups together; one that is not as we write it counts for nothing."""
    total = _node_counts([])
    for group in groups:
        counts = group["health"]["nodeCounts"]
        for key in ("longUnregistered", "unregistered"):
            total[key] += counts[key]
        for key in ("total", "ready", "notStarted", "beingDeleted"):
            total["registered"][key] += counts["registered"][key]
        total["registered"]["unready"]["total"] += counts["registered"]["unready"]["total"]
    return total


def _timed(condition: Json, now: float, before: Mapping[str, Any]) -> Json:
    """Return a condition with its times: it keeps that of its last change while its status stays."""
    kept = before.get("lastTransitionTime") if before.get("status") == condition["status"] else None
    return {**condition, "lastProbeTime": _time(now), "lastTransitionTime": kept or _time(now)}


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_yaml(value: Json, indent: str = "") -> str:
    """Return an object as YAML in block style, as Cluster Autoscaler writes it: texts quoted where they must be."""
    lines = []
    for key, item in value.items():
        if isinstance(item, dict):
            lines.append(f"{indent}{key}:\n{to_yaml(item, indent + '  ')}" if item else f"{indent}{key}: {{}}\n")
        elif isinstance(item, list):
            items = (to_yaml(each, f"{indent}  ").replace(f"{indent}  ", f"{indent}- ", 1) for each in item)
            lines.append(f"{indent}{key}:\n{''.join(items)}" if item else f"{indent}{key}: []\n")
        else:
            lines.append(f"{indent}{key}: {_scalar(item)}\n")
    return "".join(lines)


def _scalar(item: object) -> str:
    """Return a number or a plain word as it is, any other text in quotes: JSON's are YAML's."""
    text = str(item)
    plain = isinstance(item, int | float) or (text.isascii() and text.isalpha() and text.lower() not in _NOT_TEXTS)
    return text if plain else json.dumps(text)


_NOT_TEXTS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
