"""A scenario's cluster: set up, and moved by its events."""

from __future__ import annotations

import itertools
import math
import random
from typing import TYPE_CHECKING, Any

from emulator.closed_loop.disruptions import Disruptions
from emulator.closed_loop.ready_pods import ReadyPods
from emulator.closed_loop.scenario import Event, Scenario, pool_fields
from emulator.kubernetes.object_fields import spec_of
from emulator.oke.model.network import DOMAINS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulator.oke.emulated_cluster import EmulatedCluster
    from emulator.oke.model.node_pool_records import NodePoolRecord

_MINUTE = 60
_DAY_HOURS = 24
_WARM_UP_SECONDS = 300
"""Before the start, so that the first pods run and metrics are there."""


class ScenarioCluster:
    """Builds the cluster of a scenario and actions its events. `noted` collects what happened, in words."""

    def __init__(self, cluster: EmulatedCluster, scenario: Scenario) -> None:
        self.cluster = cluster
        self.scenario = scenario
        self.pools: dict[str, NodePoolRecord] = {}
        self.noted: list[tuple[float, str]] = []
        self._turns: dict[int, itertools.count[int]] = {}
        self._kinds: dict[str, str] = {}
        self.ready_pods = ReadyPods(cluster.store)
        self.disruptions = Disruptions(cluster.store, cluster.clock)

    @property
    def minute(self) -> float:
        """Return the minutes since the start."""
        return (self.cluster.clock() - self.scenario.start.timestamp()) / _MINUTE

    def build(self) -> None:
        """Set everything up at the scenario's start."""
        scenario, cluster = self.scenario, self.cluster
        cluster.reset(scenario.start.timestamp() - _WARM_UP_SECONDS)
        cluster.behaviour.victims = scenario.victims  # type: ignore[assignment]
        cluster.behaviour.while_updating = scenario.while_updating  # type: ignore[assignment]
        cluster.behaviour.seed = scenario.seed
        cluster.behaviour.scheduler_refusals = [(row[0], row[1], row[2]) for row in scenario.scheduler_refusals]
        vars(cluster.behaviour.timings).update(scenario.timings)
        for entry in scenario.pools:
            self.pools[entry["name"]] = cluster.add_pool(**pool_fields(entry))
        for entry in scenario.objects:
            cluster.put(entry)
        for entry in scenario.daemon_sets:
            cluster.add_daemon_set(**entry)
        for entry in scenario.workloads:
            self._add_workload(dict(entry))
        for entry in scenario.budgets:
            cluster.add_budget(entry["name"], {"app": entry["name"]}, **_without(entry, "name"))
        cluster.advance(_WARM_UP_SECONDS)

    def apply(self, event: Event) -> None:
        """Let an event happen."""
        actions: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "scale": self._scale,
            "resize": self._resize,
            "capacity": self._limit,
            "budget": self._budget,
            "curve": self._curve,
            "alternate": lambda details: self._alternate(id(event), details),
            "edit_pool": self._edit_pool,
            "reclaim": self._reclaim,
            "taint": self._taint,
            "untaint": self._untaint,
            "label": self._label,
        }
        actions[event.what](event.details)

    def running_instances(self, pool: str) -> int:
        """Return how many instances of a pool run, joined or not."""
        instances = self.cluster.life.instances
        return sum(
            1 for node in self.pools[pool].nodes if node.id and instances[node.id]["lifecycleState"] == "RUNNING"
        )

    def _add_workload(self, entry: dict[str, Any]) -> None:
        name, replicas = entry.pop("name"), entry.pop("replicas", 0)
        kind, claims = entry.pop("kind", "ReplicaSet"), entry.pop("claims", 0)
        pool = self.pools[entry.pop("pool")] if "pool" in entry else None
        self._kinds[name] = kind
        if kind == "StatefulSet":
            self.cluster.add_stateful_set(name, replicas, claims=claims, pool=pool, **entry)
        else:
            self.cluster.add_replicas(name, replicas, pool=pool, **entry)

    def _note(self, text: str) -> None:
        self.noted.append((self.minute, text))

    def _scale(self, sizes: Mapping[str, int]) -> None:
        for name, count in sizes.items():
            self.cluster.scale(name, count, kind=self._kinds[name])
            self._note(f"{name} wants {count} pods")

    def _resize(self, sizes: Mapping[str, int]) -> None:
        for name, size in sizes.items():
            self.cluster.resize(self.pools[name], size)
            self._note(f"a human sets {name} to {size}")

    def _limit(self, left: Mapping[str, int | None]) -> None:
        for ending, count in left.items():
            for domain in (domain for domain in DOMAINS if domain.endswith(ending)):
                self.cluster.behaviour.capacity.pop(domain, None)
                if count is not None:
                    self.cluster.behaviour.capacity[domain] = count
            self._note(f"{ending} has {'no limit' if count is None else count} left")

    def _budget(self, minimums: Mapping[str, int | str]) -> None:
        for name, minimum in minimums.items():
            budget = self.cluster.get("PodDisruptionBudget", name)
            generation = budget["metadata"]["generation"] + 1
            self.cluster.change(
                "PodDisruptionBudget", name, ("spec.minAvailable", minimum), ("metadata.generation", generation)
            )
            self.cluster.settle()
            self._note(f"the budget of {name} asks for {minimum}")

    def _edit_pool(self, edits: Mapping[str, Mapping[str, Any]]) -> None:
        for name, changes in edits.items():
            self.cluster.edit_pool(self.pools[name], **changes)
            self._note(f"a human edits {name}: {', '.join(changes)}")

    def _reclaim(self, counts: Mapping[str, int]) -> None:
        for name, count in counts.items():
            for host in self._hosts(name, count):
                self.cluster.reclaim(host)
            self._note(f"{count} of {name} get notice")

    def _taint(self, details: Mapping[str, Any]) -> None:
        for host in self._hosts(details["pool"], details.get("nodes", 1)):
            self.cluster.taint(host, details["taint"])
            self._note(f"{host} is tainted {details['taint']}")

    def _untaint(self, details: Mapping[str, Any]) -> None:
        for host in self._hosts(details["pool"], details.get("nodes", 1)):
            self.cluster.untaint(host, details["key"])
            self._note(f"{host} loses its taint {details['key']}")

    def _label(self, details: Mapping[str, Any]) -> None:
        for host in self._hosts(details["pool"], details.get("nodes", 1)):
            self.cluster.label(host, details["labels"])
            self._note(f"{host} is labelled by hand: {', '.join(details['labels'])}")

    def _hosts(self, pool: str, count: int) -> list[str]:
        """Return the names of a pool's oldest nodes."""
        return [node["metadata"]["name"] for node in self.cluster.nodes(self.pools[pool])][:count]

    def _curve(self, details: Mapping[str, Any]) -> None:
        """Scale with the hour of the day: a cosine around the peak, with some noise that a seed repeats."""
        moment = self.scenario.start.hour + self.scenario.start.minute / _MINUTE + self.minute / _MINUTE
        angle = 2 * math.pi * (moment - details.get("peak_hour", 14)) / _DAY_HOURS
        share = (1 + math.cos(angle)) / 2
        source = random.Random(f"{details.get('seed', 1)}-{self.minute}")  # noqa: S311  (repeatable noise)
        noise = details.get("noise", 0) * source.uniform(-1, 1)
        low, high = details["low"], details["high"]
        self._quietly_scale(details["workload"], max(0, round((low + (high - low) * share) * (1 + noise))))

    def _alternate(self, event: int, details: Mapping[str, Any]) -> None:
        turn = next(self._turns.setdefault(event, itertools.count()))
        sizes = details["between"]
        self._scale({details["workload"]: sizes[turn % len(sizes)]})

    def _quietly_scale(self, name: str, count: int) -> None:
        kind = self._kinds[name]
        if spec_of(self.cluster.get(kind, name)).get("replicas") != count:
            self.cluster.scale(name, count, kind=kind)


def _without(entry: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}
