"""What the status ConfigMaps hold: an entry a pool, the whole as Cluster Autoscaler writes it, metrics as text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from functions.oke_autoscaler.act.answers import MAX_REASONS, node_reasons, pod_reasons
from functions.oke_autoscaler.act.autoscaler_status import FORGET_SECONDS, cluster_status, group_status, to_yaml
from functions.oke_autoscaler.act.prometheus import metrics_text
from functions.oke_autoscaler.model.course import next_course, read_course, written_course
from functions.oke_autoscaler.model.quantity import is_time, unix_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.oke_autoscaler.clients.status_maps import Report
    from functions.oke_autoscaler.model.decision import Decision, PoolVerdict

MAX_STATUS_NODES = 200
"""Nodes of a pool whose reasons the status lists; a ConfigMap may hold 1 MiB in all."""
METRICS = "metrics"
"""Key of our status with the metrics of all pools as text."""
COURSE = "course"
"""Key of our status with how the cluster went (model/course.py)."""
GROUP = "cluster-autoscaler"
"""Key of an entry with the pool's group as Cluster Autoscaler tells it."""


def report_of(decision: Decision) -> Report:
    """Return what makes both status texts of a decision from what is in the cluster."""

    def report(data: Mapping[str, str], now: float) -> tuple[dict[str, str], str]:
        before = read_entries(data)
        entries = {pool.id: _entry(pool, decision, now, before.get(pool.id, {})) for pool in decision.pools}
        every = {**before, **entries}
        whole = {key: entry for key, entry in every.items() if now - _written_at(entry) < FORGET_SECONDS}
        groups = [entry[GROUP] for entry in whole.values() if GROUP in entry]
        # Other keys stay: each may belong to another function with a pool of its own, or to a later version.
        kept = {key: text for key, text in data.items() if key not in before or key in whole}
        texts = {key: json.dumps(entry, sort_keys=True) for key, entry in entries.items()}
        course = _course(data.get(COURSE, ""), decision, now, whole)
        return {**kept, **texts, COURSE: course, METRICS: metrics_text(whole)}, to_yaml(cluster_status(groups, now))

    return report


def _course(before: str, decision: Decision, now: float, whole: Mapping[str, Mapping[str, Any]]) -> str:
    pools = {pool.name: (pool.wanted_size, pool.node_cost) for pool in decision.pools}
    others = {entry["name"] for entry in whole.values()}
    return written_course(next_course(read_course(before), now, len(decision.pods), pools, others))


def read_entries(data: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the entries of pools that can be read, by pool id."""
    found = {}
    for key, text in data.items():
        try:
            entry = json.loads(text)
            is_ours = isinstance(entry, dict) and isinstance(entry["name"], str) and _has_group(entry.get(GROUP))
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if is_ours:
            found[key] = entry
    return found


def _has_group(group: Any) -> bool:  # noqa: ANN401  (any JSON value)
    """Tell whether a group is as this version writes it, so that it can be shown and added up."""
    if not isinstance(group, dict):
        return False
    counts = group["health"]["nodeCounts"]
    numbers = (*counts["registered"].values(), counts["longUnregistered"], counts["unregistered"])
    states = [group[part]["status"] for part in ("health", "scaleUp", "scaleDown")]
    return all(isinstance(each, int | dict) for each in numbers) and all(isinstance(each, str) for each in states)


def _entry(pool: PoolVerdict, decision: Decision, now: float, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of a pool: its verdict, why pods wait, why its nodes stay, and the group."""
    return {
        **msgspec.to_builtins(pool),
        "pods": pod_reasons(decision)[:MAX_REASONS],
        "nodes": node_reasons(decision, pool.name)[:MAX_STATUS_NODES],
        "time": datetime.fromtimestamp(now, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        GROUP: group_status(pool, decision, now, before.get(GROUP) or {}),
    }


def _written_at(entry: Mapping[str, Any]) -> float:
    text = entry.get("time")
    return unix_seconds(text) if isinstance(text, str) and is_time(text) else 0.0
