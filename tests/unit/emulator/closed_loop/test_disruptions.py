"""What is counted of a run: killed pods, broken budgets, workloads without a ready pod, node-hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator.base.keys import KeyRing
from emulator.closed_loop.disruptions import DisruptionCounts, Disruptions
from emulator.closed_loop.scenario import parse_scenario
from emulator.closed_loop.scenario_run import Sample, ScenarioRun
from emulator.kubernetes.kinds import POD
from emulator.kubernetes.object_fields import node_name_of
from emulator.kubernetes.pod_deletion import DeleteOptions, evict
from emulator.oke.emulated_cluster import EmulatedCluster
from emulator.services.identity.service import IdentityService

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.oke.model.node_pool_records import NodePoolRecord

START_SECONDS = 40


class Trial:
    """Two replicas of `shop` on two nodes, one a node, and room for both on each; a daemon's pod beside them."""

    def __init__(self, tmp_path: Path, *, min_available: int, room: int = 1) -> None:
        self.cluster = EmulatedCluster(IdentityService(tmp_path / "principals", KeyRing(tmp_path / "keys")))
        self.cluster.behaviour.timings.pod_start = START_SECONDS
        self.counted = Disruptions(self.cluster.store, self.cluster.clock)
        self.pool: NodePoolRecord = self.cluster.add_pool("p", size=2)
        self.cluster.add_daemon_set("proxy", cpu="50m")
        self.cluster.add_replicas("shop", 2, cpu="3" if room == 1 else "1", pool=self.pool)
        self.cluster.add_budget("shop", {"app": "shop"}, min_available=min_available)
        self.cluster.advance(300)
        self.counted.start()

    def end_node_without_drain(self) -> None:
        """Let OKE end the node of a pod at once, as a drain that takes too long does."""
        pools = self.cluster.node_pools
        node = self.cluster.node_pools.get(self.pool.id).nodes[0]
        pools.delete_node(self.pool, node.id, shrink=True, grace_seconds=0, force=True)
        self.cluster.advance(300)

    def evict_one(self) -> None:
        """Evict a pod as its budget allows."""
        pod = next(pod for pod in self.cluster.objects("Pod") if pod["metadata"]["name"].startswith("shop"))
        evict(self.cluster.store, pod, DeleteOptions(), self.cluster.clock())
        self.cluster.advance(300)


def test_a_pod_that_ends_with_its_node_is_killed_and_breaks_its_budget(tmp_path: Path) -> None:
    trial = Trial(tmp_path, min_available=2, room=1)
    trial.end_node_without_drain()
    found = trial.counted.stop()
    assert (found.killed, found.budgets_broken, found.minutes_down) == (1, 1, 0)
    # The other node has no room: the budget lacks a pod from the node's end (after a minute) until now.
    assert found.minutes_below_budget == pytest.approx(4, abs=0.2)


def test_an_evicted_pod_is_not_killed_and_its_budget_holds(tmp_path: Path) -> None:
    trial = Trial(tmp_path, min_available=1)
    trial.evict_one()
    assert trial.counted.stop() == DisruptionCounts()


def test_a_pod_that_was_evicted_and_ends_with_its_node_is_not_killed(tmp_path: Path) -> None:
    trial = Trial(tmp_path, min_available=1)
    trial.cluster.behaviour.timings.pod_stop, trial.cluster.behaviour.timings.terminate = 25, 5
    first = trial.pool.nodes[0].host
    pod = next(pod for pod in trial.cluster.store.pods_on(first) if pod["metadata"]["name"].startswith("shop"))
    evict(trial.cluster.store, pod, DeleteOptions(), trial.cluster.clock())
    trial.cluster.settle()
    trial.end_node_without_drain()
    assert trial.counted.stop().killed == 0


def test_pods_of_daemon_sets_and_pods_that_a_controller_takes_away_are_not_killed(tmp_path: Path) -> None:
    trial = Trial(tmp_path, min_available=0)
    trial.cluster.scale("shop", 0)
    trial.end_node_without_drain()
    assert trial.counted.stop().killed == 0


def test_minutes_without_a_ready_pod_are_counted_by_the_second(tmp_path: Path) -> None:
    trial = Trial(tmp_path, min_available=0, room=2)
    for pod in [pod for pod in trial.cluster.store.all(POD) if node_name_of(pod)]:
        evict(trial.cluster.store, pod, DeleteOptions(), trial.cluster.clock())
    trial.cluster.advance(300)
    assert trial.counted.stop().minutes_down == pytest.approx(START_SECONDS / 60, abs=0.1)


def test_what_was_before_the_start_and_is_after_the_end_does_not_count(tmp_path: Path) -> None:
    trial = Trial(tmp_path, min_available=2, room=2)
    assert trial.counted.stop() == DisruptionCounts()
    trial.end_node_without_drain()
    trial.counted.start()
    assert trial.counted.stop() == DisruptionCounts()


def test_node_hours_are_those_of_the_instances_and_not_of_the_ready_nodes() -> None:
    run = ScenarioRun("rule", parse_scenario({"pools": [{"name": "p"}]}))
    run.samples = [Sample(minute, 0, 0, {"p": 1}, {"p": 1}, instances=3) for minute in range(61)]
    assert run.node_hours() == 3


def test_the_line_says_how_often_and_how_long() -> None:
    text = DisruptionCounts(killed=4, budgets_broken=1, minutes_below_budget=2.25).text(2.16)
    assert text == (
        "pods killed 4; budgets broken once, for 2.2 min; workloads without a ready pod 0.0 min; node-hours 2.2"
    )
