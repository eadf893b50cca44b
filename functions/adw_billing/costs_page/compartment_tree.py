"""Compartments as a tree: each with the cost of itself and all below it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.adw_billing.model.exact_sums import add
from functions.adw_billing.query.question import BELOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

ROOT = "/"


@dataclass(frozen=True, slots=True)
class Branch:
    """A compartment: its depth in the tree, its name there, the filter's value that is it and all below, its cost."""

    depth: int
    name: str
    value: str
    cost: Decimal


def compartment_nodes(costs: Iterable[tuple[str, Decimal]], limit: int) -> tuple[list[Branch], int]:
    """Return the nodes from the top down, the dearest branch first, and how many cheaper ones are left out.

    A path is `/name/name`, the root `/`: it stands for what is in no compartment, beside the others. A name without a
    path, of a compartment that was not in the tree that was read, stands beside them too.
    """
    sums: dict[str, Decimal] = {}
    for path, cost in costs:
        for each in _upwards(path):
            sums[each] = add(sums.get(each), cost)
    below: dict[str, list[str]] = {}
    for path in sums:
        below.setdefault(_parent(path), []).append(path)
    kept = set(sorted(sums, key=lambda path: (-abs(sums[path]), path))[:limit])
    nodes = list(_from_the_top(below, sums, kept))
    return nodes, len(sums) - len(nodes)


def _upwards(path: str) -> list[str]:
    """Return a path and all above it but the root."""
    if not path.startswith(ROOT) or path == ROOT:
        return [path]
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(2, len(parts) + 1)]


def _parent(path: str) -> str:
    return path.rpartition("/")[0] if path.startswith(ROOT) and path != ROOT else ""


def _from_the_top(below: dict[str, list[str]], sums: dict[str, Decimal], kept: set[str]) -> Iterator[Branch]:
    waiting = [(path, 0) for path in _dearest_last(below.get("", []), sums)]
    while waiting:  # no recursion: a report's path may be of any depth
        path, depth = waiting.pop()
        if path not in kept:
            continue
        is_path = path.startswith(ROOT) and path != ROOT
        yield Branch(depth, path.rpartition("/")[2] if depth else path, path + BELOW if is_path else path, sums[path])
        if is_path:
            waiting += [(each, depth + 1) for each in _dearest_last(below.get(path, []), sums)]


def _dearest_last(paths: list[str], sums: dict[str, Decimal]) -> list[str]:
    return sorted(paths, key=lambda path: (sums[path], path))
