"""The entries of `node_pools`: bounds and preferences of one node pool, each key with its reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NO_LIMIT = 1_000_000
"""Stands for "no maximum size" where none is set (offline decisions only; the function demands one)."""

MAX_COST = 1e12


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """Bounds and preferences of one node pool; sizes in nodes."""

    id: str
    min_size: int
    max_size: int
    cost: float | None = None
    priority: int = 0


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
            raise ValueError(f"[{index}].{key} {fault}") from None
    pool = PoolSettings(**values)
    if pool.max_size < pool.min_size:
        raise ValueError(f"[{index}].max_size is {pool.max_size}, below min_size {pool.min_size}")
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


def _whole(lowest: int) -> Callable[[Any], int]:
    """Return a reader of whole numbers, also written as a string."""

    def read(value: Any) -> int:  # noqa: ANN401
        if isinstance(value, str) and value.strip().lstrip("-").isdigit():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
            raise ValueError(f"must be a whole number from {lowest} up")
        return value

    return read


READERS: dict[str, Callable[[Any], Any]] = {
    "id": _id,
    "min_size": _whole(0),
    "max_size": _whole(0),
    "cost": _cost,
    "priority": _whole(-NO_LIMIT),
}
"""The keys of an entry; a reader takes any JSON value and raises ValueError with what the key must be."""
