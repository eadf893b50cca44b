"""The entries of `node_pools`: bounds and preferences of one node pool, each key with its reader."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from functions.oke_autoscaler.size_schedules import SizeSchedule, bounds_at, find_reversed_bounds, read_schedules

NO_LIMIT = 1_000_000
"""Stands for "no maximum size" where none is set (offline decisions only; the function demands one)."""

MAX_COST = 1e12

MAX_MINUTES = 525_600
"""A year: what is longer is a mistake."""


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """Bounds and preferences of one node pool; sizes in nodes."""

    id: str
    min_size: int
    max_size: int
    cost: float | None = None
    priority: int = 0
    node_utilization_percent: float | None = None
    unneeded_minutes: float | None = None
    unready_minutes: float | None = None
    eval_cpu_load: float | None = None
    eval_ram_load: float | None = None
    schedules: tuple[SizeSchedule, ...] = ()
    resources: tuple[tuple[str, str], ...] = ()
    """What a new node offers to pods until one was seen: resource and quantity."""

    def at(self, now: float) -> PoolSettings:
        """Return the settings with the bounds that hold at ``now`` (Unix seconds)."""
        if not self.schedules:
            return self
        low, high = bounds_at(self.schedules, self.min_size, self.max_size, now)
        return replace(self, min_size=low, max_size=high)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a node of a pool may go: the pool's own values where it has some, else those of the whole configuration."""

    node_utilization_percent: float = 50
    unneeded_minutes: float = 10
    unready_minutes: float = 20
    cpu_load: float = 0
    ram_load: float = 0

    @property
    def scale_down_on(self) -> bool:
        """Whether nodes may be removed at all: one of the two loads is above 0."""
        return self.cpu_load > 0 or self.ram_load > 0


def read_pools(text: str) -> tuple[PoolSettings, ...]:
    """Return the pools of a JSON list, at least one; ValueError names the entry and the key at fault."""
    try:
        entries = json.loads(text)
    except ValueError as fault:
        raise ValueError(f"is no JSON: {fault}") from None
    if not isinstance(entries, list) or not entries:
        raise ValueError("must be a JSON list of pools, at least one")
    pools = tuple(_pool(index, entry) for index, entry in enumerate(entries))
    ids = [pool.id for pool in pools]
    if len(set(ids)) < len(ids):
        raise ValueError("names a pool twice")
    return pools


def _pool(index: int, entry: Any) -> PoolSettings:  # noqa: ANN401  (any JSON value)
    if not isinstance(entry, dict):
        raise ValueError(f"[{index}] must be an object")  # noqa: TRY004  (settings report ValueError)
    unknown = sorted(set(entry) - set(READERS))
    if unknown:
        raise ValueError(f"[{index}] has unknown keys: {', '.join(unknown)}")
    values: dict[str, Any] = {"id": None, "min_size": 0, "max_size": None} | entry
    for key, value in values.items():
        try:
            values[key] = READERS[key](value)
        except ValueError as fault:
            text = str(fault)
            raise ValueError(f"[{index}].{key}{'' if text.startswith('[') else ' '}{text}") from None
    pool = PoolSettings(**values)
    if pool.max_size < pool.min_size:
        raise ValueError(f"[{index}].max_size is {pool.max_size}, below min_size {pool.min_size}")
    if reversed_bounds := find_reversed_bounds(pool.schedules, pool.min_size, pool.max_size):
        raise ValueError(f"[{index}].schedules{reversed_bounds}")
    return pool


def _id(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, str) or not value:
        raise ValueError("must be the OCID of a node pool")
    return value


def _cost(value: Any) -> float | None:  # noqa: ANN401
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MAX_COST:
        raise ValueError("must be a number from 0 up")
    return value


def _number(highest: float) -> Callable[[Any], float | None]:
    """Return a reader of numbers from 0 up to ``highest``; null leaves the configuration's own."""

    def read(value: Any) -> float | None:  # noqa: ANN401
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
            raise ValueError(f"must be a number from 0 to {highest:g}")
        return value

    return read


def _whole(lowest: int) -> Callable[[Any], int]:
    """Return a reader of whole numbers, also written as a string."""

    def read(value: Any) -> int:  # noqa: ANN401
        if isinstance(value, str) and value.strip().lstrip("-").isdigit():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
            raise ValueError(f"must be a whole number from {lowest} up")
        return value

    return read


RESOURCE = re.compile(r"(?:[a-z0-9.-]+/)?[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
QUANTITY = re.compile(r"\d{1,18}(?:\.\d{1,9})?(?:m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?")
MAX_RESOURCES = 50


def _resources(value: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401
    """Read ``{"memory": "27Gi", "nvidia.com/gpu": 8}``; null states nothing."""
    if value is None:
        return ()
    if not isinstance(value, dict) or len(value) > MAX_RESOURCES:
        raise ValueError(f"must be an object of at most {MAX_RESOURCES} resources and quantities")
    found = []
    for name, quantity in value.items():
        if not RESOURCE.fullmatch(name):
            raise ValueError(f"{name[:80]!r} is no name of a resource")
        text = quantity if isinstance(quantity, str) else json.dumps(quantity)
        if not QUANTITY.fullmatch(text):
            raise ValueError(f"{name}: {text[:40]!r} is no quantity such as 8, 3800m or 27Gi")
        found.append((name, text))
    return tuple(found)


READERS: dict[str, Callable[[Any], Any]] = {
    "id": _id,
    "min_size": _whole(0),
    "max_size": _whole(0),
    "cost": _cost,
    "priority": _whole(-NO_LIMIT),
    "node_utilization_percent": _number(100),
    "unneeded_minutes": _number(MAX_MINUTES),
    "unready_minutes": _number(MAX_MINUTES),
    "eval_cpu_load": _number(100),
    "eval_ram_load": _number(100),
    "schedules": read_schedules,
    "resources": _resources,
}
"""The keys of an entry; a reader takes any JSON value and raises ValueError with what the key must be."""
