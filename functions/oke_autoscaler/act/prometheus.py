"""Metrics of the pools in Prometheus' text format, from the entries of the status ConfigMap.

A function has no port that could be scraped, so the text stands in the cluster: docs/oke-autoscaler-at-night.md has
the ways from there to Prometheus.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.model.quantity import is_time, unix_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Entry = dict[str, Any]
PREFIX = "oke_autoscaler_pool_"
NODE_STATES = ("ready", "unready", "not_started", "being_deleted", "upcoming", "missing")


def metrics_text(entries: Mapping[str, Entry]) -> str:
    """Return the metrics of all pools, by pool id; what an entry lacks has no sample."""
    lines: list[str] = []
    for name, help_text, samples in _FAMILIES:
        found = [
            f"{PREFIX}{name}{{{_labels(entry, more)}}} {_number(value)}\n"
            for _, entry in sorted(entries.items())
            for more, value in samples(entry)
            if isinstance(value, int | float)
        ]
        if found:
            lines += [f"# HELP {PREFIX}{name} {help_text}\n", f"# TYPE {PREFIX}{name} gauge\n", *found]
    return "".join(lines)


Samples = Iterable[tuple[dict[str, str], Any]]


def _labels(entry: Entry, more: Mapping[str, str]) -> str:
    return ",".join(f'{key}="{_escaped(text)}"' for key, text in {"pool": str(entry.get("name", "")), **more}.items())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return f"{value:.15g}"


def _field(key: str) -> Callable[[Entry], Samples]:
    return lambda entry: [({}, entry.get(key))]


def _count(key: str) -> Callable[[Entry], Samples]:
    return lambda entry: [({}, (entry.get("counts") or {}).get(key))]


def _nodes(entry: Entry) -> Samples:
    counts = entry.get("counts") or {}
    return [({"state": state}, counts.get(state)) for state in NODE_STATES]


def _candidates(entry: Entry) -> Samples:
    group = entry.get("cluster-autoscaler") or {}
    return [({}, (group.get("scaleDown") or {}).get("candidates"))]


def _last_tick(entry: Entry) -> Samples:
    text = entry.get("time")
    return [({}, unix_seconds(text) if isinstance(text, str) and is_time(text) else None)]


def _cost(entry: Entry) -> Samples:
    cost, size = entry.get("node_cost"), entry.get("wanted_size")
    return [({}, cost * size if isinstance(cost, int | float) and isinstance(size, int) else None)]


def _decision_cost(entry: Entry) -> Samples:
    cost, change = entry.get("node_cost"), entry.get("changed")
    return [({}, cost * change if isinstance(cost, int | float) and isinstance(change, int) else None)]


def _warning(entry: Entry) -> Samples:
    return [({"reason": str(entry.get("reason", ""))}, int(entry.get("level") == "warning"))]


def _flapping(entry: Entry) -> Samples:
    return [({}, int(bool(entry.get("flapping"))))]


_FAMILIES: tuple[tuple[str, str, Callable[[Entry], Samples]], ...] = (
    ("last_tick_timestamp_seconds", "When a tick last looked at the pool.", _last_tick),
    ("target_size", "Nodes that the pool is to have.", _field("wanted_size")),
    ("min_size", "Its minimum at that time.", _count("min_size")),
    ("max_size", "Its maximum at that time.", _count("max_size")),
    ("nodes", "Nodes by what they are.", _nodes),
    ("unschedulable_pods", "Pods that wait and concern the pool.", _field("unschedulable")),
    ("scale_down_candidates", "Nodes that go now or wait for their time.", _candidates),
    ("cost_per_month", "Cost of the pool in the unit of cost in node_pools.", _cost),
    ("decision_cost_per_month", "What the last tick added, below 0 what it saved.", _decision_cost),
    ("warning", "1 while the answer about the pool is a warning.", _warning),
    ("flapping", "1 when the last tick bought in a circle, or right after a removal.", _flapping),
)
