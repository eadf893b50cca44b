"""One run of a scenario: time passes, events happen, the autoscaler is called, everything is noted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emulator.closed_loop.disruptions import DisruptionCounts
from emulator.kubernetes.object_fields import Object, is_true, node_name_of

if TYPE_CHECKING:
    from emulator.closed_loop.autoscalers import Autoscaler
    from emulator.closed_loop.scenario import Event, Scenario
    from emulator.closed_loop.scenario_cluster import ScenarioCluster

_MINUTE = 60


@dataclass(frozen=True)
class Sample:
    """The cluster at a minute: pods without a node, pods in all, by pool the wanted size and the Ready nodes.

    `instances` are those that run, in all pools, joined or not: what is paid for.
    """

    minute: float
    pending: int
    pods: int
    sizes: dict[str, int]
    ready: dict[str, int]
    instances: int = 0


@dataclass(frozen=True)
class TickRecord:
    """One call of the autoscaler: when, its answer, and how it changed the pools' sizes."""

    minute: float
    answer: Object
    pending: int
    before: dict[str, int]
    after: dict[str, int]
    wall_seconds: float

    @property
    def parts(self) -> list[Object]:
        """Return the answer's objects, one a pool, each with its `kind`: success, warning or error."""
        listed = self.answer.get("node-pools") or [self.answer]
        return [{"kind": kind, **body} for part in listed for kind, body in part.items() if isinstance(body, dict)]

    @property
    def actions(self) -> set[str]:
        """Return what it did: scale-up, scale-down, none, or error."""
        return {"error" if part["kind"] == "error" else str(part.get("action", "none")) for part in self.parts}


@dataclass
class ScenarioRun:
    """All that a run left behind."""

    autoscaler: str
    scenario: Scenario
    samples: list[Sample] = field(default_factory=list)
    ticks: list[TickRecord] = field(default_factory=list)
    noted: list[tuple[float, str]] = field(default_factory=list)
    bought: dict[str, int] = field(default_factory=dict)
    """Instances that were started, by pool."""
    instances: dict[str, int] = field(default_factory=dict)
    """Running instances at the end, by pool, joined or not."""
    ready_pods: dict[str, int] = field(default_factory=dict)
    fewest_ready: dict[str, int] = field(default_factory=dict)
    """Ready pods by workload: at the end, and the fewest at any moment."""
    disruptions: DisruptionCounts = field(default_factory=DisruptionCounts)

    def ticks_with(self, action: str) -> list[TickRecord]:
        """Return the ticks that did something."""
        return [tick for tick in self.ticks if action in tick.actions]

    def node_hours(self) -> float:
        """Return for how many hours instances ran, added up; each minute counts with the instances at its start."""
        return sum(sample.instances for sample in self.samples[:-1]) / _MINUTE

    def settled_at(self) -> float | None:
        """Return the minute from which no pod waited any more, None when some still do."""
        waiting = [sample.minute for sample in self.samples if sample.pending]
        if not waiting:
            return 0.0
        return None if waiting[-1] == self.samples[-1].minute else waiting[-1] + 1


def run_loop(setup: ScenarioCluster, autoscaler: Autoscaler, minutes: float) -> ScenarioRun:
    """Run a scenario on its cluster, which is set up already."""
    run = ScenarioRun(autoscaler.name, setup.scenario)
    setup.ready_pods.start()
    setup.disruptions.start()
    for minute, action in _schedule(setup, autoscaler, run, minutes):
        setup.cluster.advance(max(0.0, (minute - setup.minute) * _MINUTE))
        action()
    setup.ready_pods.stop()
    run.disruptions = setup.disruptions.stop()
    run.noted = setup.noted
    run.bought = {name: pool.begun for name, pool in setup.pools.items()}
    run.instances = {name: setup.running_instances(name) for name in setup.pools}
    run.ready_pods, run.fewest_ready = setup.ready_pods.now, setup.ready_pods.fewest
    return run


def _schedule(
    setup: ScenarioCluster, autoscaler: Autoscaler, run: ScenarioRun, minutes: float
) -> Iterator[tuple[float, Callable[[], None]]]:
    """Yield what happens, by time: at one minute first events, then the tick, then the sample."""
    # The second field orders what falls on one minute. An event comes before the tick, so that the autoscaler sees it;
    # the sample comes last, so that it shows what the tick asked for.
    entries: list[tuple[float, int, Callable[[], None]]] = []
    for event in setup.scenario.events:
        entries += [(at, 0, lambda event=event: setup.apply(event)) for at in _times(event, minutes)]  # type: ignore[misc]
    step = setup.scenario.tick_minutes
    ticks = int(minutes // step) + 1
    entries += [(number * step, 1, lambda: run.ticks.append(_tick(setup, autoscaler))) for number in range(ticks)]
    entries += [(float(at), 2, lambda: run.samples.append(_sample(setup))) for at in range(int(minutes) + 1)]
    for minute, _, action in sorted(entries, key=lambda entry: entry[:2]):
        yield minute, action


def _times(event: Event, minutes: float) -> Iterator[float]:
    at = event.at
    while at <= minutes:
        yield at
        if not event.every:
            return
        at += event.every


def _tick(setup: ScenarioCluster, autoscaler: Autoscaler) -> TickRecord:
    pending, before, started = len(setup.cluster.pending()), _sizes(setup), time.monotonic()
    answer = autoscaler.tick()
    return TickRecord(setup.minute, answer, pending, before, _sizes(setup), time.monotonic() - started)


def _sizes(setup: ScenarioCluster) -> dict[str, int]:
    return {name: pool.size for name, pool in setup.pools.items()}


def _sample(setup: ScenarioCluster) -> Sample:
    pods = setup.cluster.objects("Pod")
    ready = {
        name: sum(1 for node in setup.cluster.nodes(pool) if is_true(node, "Ready"))
        for name, pool in setup.pools.items()
    }
    pending = sum(1 for pod in pods if not node_name_of(pod))
    instances = sum(setup.running_instances(name) for name in setup.pools)
    return Sample(setup.minute, pending, len(pods), _sizes(setup), ready, instances)
