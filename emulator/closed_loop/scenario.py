"""Scenario files: which cluster, what happens to it, and what must have come of it.

A YAML mapping. Times are minutes since the start; every key but `pools` may be left out.

    title: what it shows, in one line
    start: 2026-01-05T09:00:00Z       # simulated time of minute 0
    minutes: 60                       # how long it runs
    tick_minutes: 3                   # the autoscaler is called at minute 0 and then every so often
    function: {unneeded_minutes: 3}   # further config keys of oke-autoscaler; lists and mappings are given as JSON
    compare: true                     # also run the published rule of one node a tick on the same cluster
    compare_minutes: 300              # for so long
    victims: oldest                   # and further fields of emulator.oke.model.node_pool_records.Behaviour
    scheduler_refusals: [[db-, "", "cannot allocate all claims"]]   # as there
    timings: {ready: 150}             # fields of emulator.oke.model.node_pool_records.Timings
    pool_defaults: {memory_tax: [0, 0]}   # for every pool that does not say otherwise
    pools:                            # name, size, min_size, max_size, cost; settings: further keys of node_pools for
                                      # the function; the rest as in manifests.PoolFields and, for what its nodes do,
                                      # emulator.oke.model.pool_behaviour.PoolBehaviour
    - {name: prod-pool1, size: 1, min_size: 1, max_size: 30}
    - {name: spot, size: 0, preemptible: true, never_register: 3, settings: {priority: 2}}
    objects: []                       # Kubernetes objects, exactly as given
    workloads:                        # name, replicas, pool (node selector) and manifests.PodFields; a ReplicaSet, or
                                      # with kind: StatefulSet one whose pods have so many block volumes (claims) each
    - {name: shop, replicas: 2, cpu: 800m, memory: 3Gi, pool: prod-pool1}
    - {name: db, replicas: 2, kind: StatefulSet, claims: 1}
    daemon_sets: [{name: proxy, cpu: 50m}]
    budgets: [{name: shop, min_available: 1}]        # for the pods labelled app: <name>
    events:
    - {at: 10, scale: {shop: 100}}                   # replicas of workloads
    - {at: 20, resize: {prod-pool1: 5}}              # a human in the console
    - {at: 25, capacity: {"AD-1": 0}}                # instances left in the domains that end so; null: no limit
    - {at: 30, budget: {shop: 1}}                    # another min_available
    - {at: 0, every: 5, curve: {workload: shop, low: 4, high: 60, peak_hour: 14, noise: 0.1, seed: 7}}
    - {at: 5, every: 8, alternate: {workload: shop, between: [4, 30]}}
    - {at: 30, edit_pool: {prod-pool1: {ocpus: 8, memory_gib: 64}}}   # PoolFields and knobs; new nodes only
    - {at: 35, reclaim: {spot: 1}}                   # so many nodes, the oldest, with two minutes' notice
    - {at: 40, taint: {pool: spot, taint: "maintenance=true:NoSchedule", nodes: 1}}   # so many, the oldest; default 1
    - {at: 50, untaint: {pool: spot, key: maintenance, nodes: 1}}
    - {at: 50, label: {pool: spot, labels: {disk: fast}, nodes: 1}}   # null takes a label off
    expect: {nodes: {prod-pool1: 25}, pending: 0, ticks_with: {scale-up: [1, 2]}, settled_by: 6, reasons: [cpu]}

`expect`, each a number or a range `[least, most]` where no limit is named. About the end: `nodes` (Ready nodes by
pool), `sizes` (nodes asked for by pool), `instances` (running ones by pool, joined or not), `pending` (pods without a
node), `ready` (ready pods by workload). About the run: `ticks_with` (how many ticks did what), `answers_with` (how many
answered success, warning, error), `reasons` (that some tick must have answered, by their first words), `settled_by`
(from which minute on no pod waits), `bought_at_most` (instances that were started, by pool), `removed_at_once` (nodes
that a pool may lose in one tick), `ready_at_least` (ready pods by workload at every moment), `nodes_at` (`[{at: 30,
nodes: {a: 2}}]`), `killed` (pods that ended with their node, not evicted), `flapping` (ticks whose answer names it),
`budgets_broken` (how often one had fewer healthy pods than asked for).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

import yaml

from emulator.oke.model.manifests import BudgetFields, PodFields, PoolFields

FOLDER = Path(__file__).resolve().parents[1] / "scenarios"

_EVENTS = {
    "scale",
    "resize",
    "capacity",
    "budget",
    "curve",
    "alternate",
    "edit_pool",
    "reclaim",
    "taint",
    "untaint",
    "label",
}
_POOL_KEYS = {"min_size", "max_size", "cost", "settings"}
_POD_KEYS = set(PodFields.__annotations__) | {"name"}
_ENTRIES = {
    "pools": _POOL_KEYS | set(PoolFields.__annotations__) | {"name", "size", "ready_seconds"},
    "workloads": _POD_KEYS | {"replicas", "pool", "kind", "claims"},
    "daemon_sets": _POD_KEYS,
    "budgets": set(BudgetFields.__annotations__) | {"name"},
}
"""The keys of the entries of each list."""
EXPECTED = {
    "nodes",
    "nodes_at",
    "sizes",
    "instances",
    "killed",
    "flapping",
    "budgets_broken",
    "pending",
    "ready",
    "ticks_with",
    "answers_with",
    "reasons",
    "settled_by",
    "bought_at_most",
    "removed_at_once",
    "ready_at_least",
}
"""The keys of `expect`; `emulator.closed_loop.expectations` has a rule for each."""


class ScenarioError(ValueError):
    """A scenario file that is not valid; the text names the file and the key."""


@dataclass(frozen=True)
class Event:
    """Something that happens at a minute, and again every so many minutes if `every` is set."""

    at: float
    what: str
    details: Mapping[str, Any]
    every: float = 0


@dataclass(frozen=True)
class Scenario:
    """A scenario; see the module's text for the keys."""

    pools: list[dict[str, Any]]
    title: str = ""
    start: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)
    minutes: float = 60
    tick_minutes: float = 3
    function: dict[str, Any] = field(default_factory=dict)
    compare: bool = False
    compare_minutes: float = 0
    timings: dict[str, float] = field(default_factory=dict)
    victims: str = "oldest"
    while_updating: str = "merge"
    seed: int = 1
    scheduler_refusals: list[list[str]] = field(default_factory=list)
    pool_defaults: dict[str, Any] = field(default_factory=dict)
    objects: list[dict[str, Any]] = field(default_factory=list)
    workloads: list[dict[str, Any]] = field(default_factory=list)
    daemon_sets: list[dict[str, Any]] = field(default_factory=list)
    budgets: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    expect: dict[str, Any] = field(default_factory=dict)

    def bounds(self, pool: str) -> tuple[int, int]:
        """Return the minimum and maximum size of a pool for the autoscaler."""
        entry = next(entry for entry in self.pools if entry["name"] == pool)
        return int(entry.get("min_size", 0)), int(entry.get("max_size", 100))


def scenario_names() -> list[str]:
    """Return the names of the scenarios that come with the suite."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def named_scenario(file: Path) -> Path:
    """Return a file, or the one of this name that comes with the suite. Raises ScenarioError with what there is."""
    if file.is_file():
        return file
    if file.name in scenario_names():
        return FOLDER / f"{file.name}.yaml"
    near = get_close_matches(file.stem, scenario_names(), 1)
    proposal = f", did you mean {near[0]}?" if near else ""
    known = ", ".join(scenario_names())
    raise ScenarioError(f"--scenario {file}: no such file or scenario{proposal}; there are {known}")


def load_scenario(file: Path) -> Scenario:
    """Read a scenario file. Raises ScenarioError."""
    try:
        body = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"{file}: {error.strerror}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioError(f"{file}: {error}") from None
    try:
        return parse_scenario(body)
    except (ScenarioError, KeyError, TypeError) as error:
        raise ScenarioError(f"{file}: {error}") from None


def parse_scenario(body: Any) -> Scenario:  # noqa: ANN401  (whatever YAML held)
    """Make a scenario of a mapping. Raises ScenarioError, KeyError or TypeError that names the fault."""
    if not isinstance(body, dict):
        raise ScenarioError("a mapping is expected")
    unknown = sorted(set(body) - {one.name for one in fields(Scenario)})
    if unknown:
        raise ScenarioError(f"unknown keys: {', '.join(unknown)}")
    if not body.get("pools"):
        raise ScenarioError("pools: at least one is needed")
    pools = [{**(body.get("pool_defaults") or {}), **entry} for entry in body["pools"]]
    _check({**body, "pools": pools})
    events = [_event(number, entry) for number, entry in enumerate(body.get("events") or [])]
    return Scenario(**{**body, "pools": pools, "events": events})


def _check(body: dict[str, Any]) -> None:
    """Check numbers and the keys of entries. Raises ScenarioError."""
    hints = get_type_hints(Scenario)
    for name, value in body.items():
        if hints[name] is float and not isinstance(value, int | float):
            raise ScenarioError(f"{name}: a number is expected, not {value!r}")
    for name, known in _ENTRIES.items():
        for number, entry in enumerate(body.get(name) or []):
            unknown = sorted(set(entry) - known)
            if unknown or "name" not in entry:
                raise ScenarioError(f"{name}[{number}]: {f'unknown {unknown[0]}' if unknown else 'name is missing'}")
    unknown = sorted(set(body.get("expect") or {}) - EXPECTED)
    if unknown:
        raise ScenarioError(f"expect: unknown {unknown[0]}")
    if any(len(row) != 3 for row in body.get("scheduler_refusals") or []):
        raise ScenarioError("scheduler_refusals: rows of how the pods' names begin, a node or '', words are expected")
    if body.get("compare") and len(body["pools"]) != 1:
        raise ScenarioError("compare: the published rule knows one pool")


def _event(number: int, entry: dict[str, Any]) -> Event:
    kinds = sorted(set(entry) & _EVENTS)
    unknown = sorted(set(entry) - _EVENTS - {"at", "every"})
    if len(kinds) != 1 or unknown or "at" not in entry:
        raise ScenarioError(f"events[{number}]: at and one of {', '.join(sorted(_EVENTS))} are expected")
    return Event(float(entry["at"]), kinds[0], entry[kinds[0]], float(entry.get("every", 0)))


def pool_fields(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a pool's entry that the cluster needs; the rest is for the autoscaler."""
    return {name: value for name, value in entry.items() if name not in _POOL_KEYS}
