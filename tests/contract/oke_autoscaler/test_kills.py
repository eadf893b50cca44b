"""SIGKILL before and after every HTTP call of scale-up, drain and deletion: the next ticks end as if it had lived.

`make test` tries 16 points, chosen by a seed that is printed at its end (`KILL_SEED=<number> make test` repeats them);
`make soak` tries all. The killed tick is a process of its own. A call that it is killed before has no effect; one that
it is killed after has its effect and no answer.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest

from emulator.base.hooks import AbandonRequest
from functions.oke_autoscaler.model.tick_state import ChangeRecord, TickState, written
from tests.support.autoscaler import IDLE, config, deletions, evictions, host_names, put_taint, taint_keys
from tests.support.tick_process import TickProcess, TickProcesses

if TYPE_CHECKING:
    from emulator.base.request_log import LoggedCall
    from emulator.cloud import Cloud

BETWEEN_SECONDS = 200
"""From one tick to the next: longer than a Lease that nobody gives back (60 s of deadline and 15 s of margin)."""

POINTS = 16
LATER_TICKS = 2
When = Literal["before", "after"]
WRITE_PATHS = "^/(api|apis)/|nodePools/"
"""Of what a tick writes; the kubeconfig and the metrics are asked for by POST as well."""

SERVICES = ("container_engine", "kubernetes", "monitoring")


@dataclass(frozen=True)
class Plan:
    """A cluster to start from; `setup` returns the config, `reached` what one whole tick must have got done."""

    setup: Callable[[Cloud], dict[str, str]]
    reached: Callable[[Cloud], bool]
    lost_nodes: int
    evicted_pods: int


def pool_of(cloud: Cloud, name: str = "p") -> object:
    return next(pool for pool in cloud.cluster.node_pools.pools.values() if pool.name == name)


def start_growing(cloud: Cloud) -> dict[str, str]:
    small = cloud.cluster.add_pool("p", size=1, labels={})
    large = cloud.cluster.add_pool("large", size=0, ocpus=8, memory_gib=64, labels={"kind": "large"})
    cloud.cluster.add_replicas("web", 14, cpu="900m", memory="512Mi")
    cloud.cluster.add_replicas("big", 2, cpu="9", memory="20Gi", spec={"nodeSelector": {"kind": "large"}})
    return config(cloud, small, large)


def grown(cloud: Cloud) -> bool:
    return (pool_of(cloud).size, pool_of(cloud, "large").size) != (1, 0) and pool_of(cloud, "large").size > 0  # type: ignore[attr-defined]


def start_draining(cloud: Cloud) -> dict[str, str]:
    pool = cloud.cluster.add_pool("p", size=3)
    first, second, third = host_names(cloud, pool)
    for host, pods, cpu in ((first, 2, "900m"), (second, 2, "900m"), (third, 3, "200m")):
        cloud.cluster.add_replicas(
            f"on-{host.replace('.', '-')}", pods, nodes=[host], pool=pool, cpu=cpu, memory="256Mi"
        )
        cloud.cluster.set_metrics(host, 10.0, 10.0)
    # All three pods of the third may go at once: without a budget they would go one after another.
    cloud.cluster.add_budget("all-at-once", {"app": f"on-{third.replace('.', '-')}"}, max_unavailable=3)
    return config(cloud, pool, node_pool_min_size=2, node_utilization_percent=30, **IDLE)


def drained(cloud: Cloud) -> bool:
    tainted = [host for host in host_names(cloud, pool_of(cloud)) if len(taint_keys(cloud, host)) > 1]  # type: ignore[arg-type]
    return len(evictions(cloud)) == 3 and (len(tainted) == 1 or len(deletions(cloud)) == 1)


def start_deleting(cloud: Cloud) -> dict[str, str]:
    """One node that a tick has drained, and an empty one that none has touched."""
    pool = cloud.cluster.add_pool("p", size=4)
    hosts = host_names(cloud, pool)
    for host in hosts[:2]:
        cloud.cluster.add_replicas(f"on-{host.replace('.', '-')}", 3, nodes=[host], pool=pool, cpu="1")
        cloud.cluster.set_metrics(host, 80.0, 80.0)
    put_taint(cloud, hosts[2], age_seconds=60)
    return config(cloud, pool, node_pool_min_size=2, **IDLE)


def deleted(cloud: Cloud) -> bool:
    return len(deletions(cloud)) >= 1


def start_giving_up(cloud: Cloud) -> dict[str, str]:
    """An instance that an earlier tick saw 20 minutes ago and that never registered; a pod waits."""
    bad = cloud.cluster.add_pool("p", size=0, labels={}, never_register=1)
    good = cloud.cluster.add_pool("good", size=0, ocpus=4, memory_gib=64, labels={})
    cloud.cluster.node_pools.resize(bad, 1)
    cloud.cluster.advance(1200)
    cloud.cluster.add_replicas("web", 1, cpu="2", memory="4Gi")
    state = TickState(joining={bad.id: {bad.nodes[0].id: cloud.cluster.clock() - 1200}})
    cloud.cluster.put(
        {
            "kind": "ConfigMap",
            "metadata": {"name": "oke-autoscaler-state", "namespace": "kube-system"},
            "data": written(state),
        }
    )
    return config(cloud, bad, good)


def gave_up(cloud: Cloud) -> bool:
    return len(deletions(cloud)) == 1 and pool_of(cloud, "good").size == 1  # type: ignore[attr-defined]


def start_taking_back(cloud: Cloud) -> dict[str, str]:
    """A pool that a tick asked for two nodes more, of which OKE could make none; the pods are gone."""
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.behaviour.capacity[pool.placements[0]["availabilityDomain"]] = 0
    cloud.cluster.resize(pool, 3)
    cloud.cluster.advance(600)
    grown = ChangeRecord(cloud.cluster.clock() - 600, "scale-up", pool="p", size_after=3)
    metadata = {"name": "oke-autoscaler-state", "namespace": "kube-system"}
    cloud.cluster.put({"kind": "ConfigMap", "metadata": metadata, "data": written(TickState(history=(grown,)))})
    return config(cloud, pool, node_pool_min_size=1)


def taken_back(cloud: Cloud) -> bool:
    return pool_of(cloud).size == 1  # type: ignore[attr-defined]


PLANS = {
    "give-up": Plan(start_giving_up, gave_up, lost_nodes=1, evicted_pods=0),
    "take-back": Plan(start_taking_back, taken_back, lost_nodes=0, evicted_pods=0),
    "scale-up": Plan(start_growing, grown, lost_nodes=0, evicted_pods=0),
    "drain": Plan(start_draining, drained, lost_nodes=1, evicted_pods=3),
    "delete": Plan(start_deleting, deleted, lost_nodes=2, evicted_pods=0),
}


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TickProcesses]:
    with TickProcesses(tmp_path_factory.mktemp("ticks")) as started:
        yield started


class Story:
    """One plan played: a first tick, whole or killed, and those that follow."""

    def __init__(self, cloud: Cloud, env: dict[str, str], processes: TickProcesses, plan: Plan) -> None:
        self.cloud = cloud
        self.env = env
        self.processes = processes
        self.plan = plan
        cloud.reset()
        self.keys = plan.setup(cloud)
        self.pools = list(cloud.cluster.node_pools.pools.values())

    def tick(self) -> TickProcess:
        return self.processes.start(self.env, self.keys)

    def points_of_a_whole_tick(self) -> Counter[When]:
        """Run the first tick; return how many points there are (a call that is refused has no effect to come after)."""
        points: Counter[When] = Counter()
        moments: tuple[When, ...] = ("before", "after")
        for when in moments:

            def count(call: LoggedCall, when: When = when) -> None:
                points[when] += call.service in SERVICES

            self.cloud.hooks.add(when, count)
        self.tick().answer()
        self.cloud.hooks.clear()
        return points

    def kill_at(self, number: int, when: When) -> None:
        seen = 0
        running: list[TickProcess] = []

        def strike(call: LoggedCall) -> None:
            nonlocal seen
            if call.service not in SERVICES:
                return
            seen += 1
            if seen == number:
                while not running:
                    pass
                running[0].kill()
                if when == "before":
                    raise AbandonRequest

        hook = self.cloud.hooks.add(when, strike)
        running.append(self.tick())
        assert running[0].answer() is None, "the tick ended before it could be killed"
        self.cloud.hooks.remove(hook)

    def go_on(self) -> None:
        self.cloud.cluster.advance(BETWEEN_SECONDS)
        answer = self.tick().answer()
        assert answer is not None
        assert "error" not in answer, answer

    def end(self) -> dict[str, object]:
        """Let further ticks come to rest; return what counts."""
        for _ in range(LATER_TICKS):
            self.go_on()
        self.cloud.cluster.advance(BETWEEN_SECONDS)
        nodes = self.cloud.cluster.objects("Node")
        return {
            "sizes": [pool.size for pool in self.pools],
            "nodes": len(nodes),
            "cordoned": sum(bool(node["spec"].get("unschedulable")) for node in nodes),
            "pending": len(self.cloud.cluster.pending()),
            "pods": len(self.cloud.cluster.objects("Pod")),
        }

    def check_invariants(self) -> None:
        assert len(deletions(self.cloud)) == len(set(deletions(self.cloud))) == self.plan.lost_nodes
        assert len(evictions(self.cloud)) == len(set(evictions(self.cloud))) == self.plan.evicted_pods
        patches = Counter(
            call.path
            for call in self.cloud.log.calls(service="kubernetes", method="PATCH", path_prefix="/api/v1/nodes/")
            if call.status == 200
        )
        assert all(times == 1 for times in patches.values()), "a node that is deleted was put back in between"


_whole: dict[str, tuple[Counter[When], dict[str, object]]] = {}


def whole(
    cloud: Cloud, env: dict[str, str], processes: TickProcesses, name: str
) -> tuple[Counter[When], dict[str, object]]:
    """Return the points of an unkilled first tick and how that story ends."""
    if name not in _whole:
        story = Story(cloud, env, processes, PLANS[name])
        points = story.points_of_a_whole_tick()
        assert PLANS[name].reached(cloud)
        story.go_on()
        _whole[name] = (points, story.end())
        story.check_invariants()
    return _whole[name]


def try_point(cloud: Cloud, env: dict[str, str], processes: TickProcesses, name: str, number: int, when: When) -> None:
    expected = whole(cloud, env, processes, name)[1]
    story = Story(cloud, env, processes, PLANS[name])
    story.kill_at(number, when)
    story.go_on()
    assert story.plan.reached(cloud), "the next tick has not done the killed one's work"
    assert story.end() == expected
    story.check_invariants()


@pytest.mark.timeout(600)  # the first of a plan plays the whole story as well
@pytest.mark.parametrize("index", range(POINTS))
def test_a_tick_killed_at_a_point_of_chance_does_no_harm(
    index: int, cloud: Cloud, principal_env: dict[str, str], processes: TickProcesses
) -> None:
    chance = random.Random(f"{os.environ['KILL_SEED']}-{index}")  # noqa: S311  (a choice that can be repeated)
    name = chance.choice(sorted(PLANS))
    when: When = chance.choice(["before", "after"])
    number = chance.randint(1, whole(cloud, principal_env, processes, name)[0][when])
    print(f"{name}, {when} call {number}")  # noqa: T201  (which one failed)
    try_point(cloud, principal_env, processes, name, number, when)


@pytest.mark.soak
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", sorted(PLANS))
@pytest.mark.timeout(900)
def test_a_tick_killed_at_any_point_does_no_harm(
    name: str, when: When, cloud: Cloud, principal_env: dict[str, str], processes: TickProcesses
) -> None:
    for number in range(1, whole(cloud, principal_env, processes, name)[0][when] + 1):
        print(f"{name}, {when} call {number}")  # noqa: T201  (which one failed)
        try_point(cloud, principal_env, processes, name, number, when)


def lose_answers(
    cloud: Cloud, env: dict[str, str], processes: TickProcesses, name: str, method: str, when: When
) -> Iterator[int]:
    """Play the story with one write after another whose connection breaks before or after its effect."""
    expected = whole(cloud, env, processes, name)[1]
    story = Story(cloud, env, processes, PLANS[name])
    story.tick().answer()
    writes = [call for call in cloud.log.calls(method=method) if re.search(WRITE_PATHS, call.path)]
    for number in range(len(writes)):
        story = Story(cloud, env, processes, PLANS[name])
        armed = cloud.faults.add(method=method, path=WRITE_PATHS, skip=number, drop=when)
        story.tick().answer()
        assert armed.hits == 1
        story.go_on()
        end = story.end()
        if (name, method, when) == ("scale-up", "PUT", "before"):
            assert end["pending"] == 0  # a pool that does not answer is passed over: its pods went to the other one
        else:
            assert end == expected, f"{name}, connection lost {when} {method} {number}"
        yield number


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("name", "method"), [("scale-up", "PUT"), ("drain", "PATCH"), ("delete", "DELETE")])
def test_a_write_whose_answer_is_lost_does_no_harm(
    name: str, method: str, cloud: Cloud, principal_env: dict[str, str], processes: TickProcesses
) -> None:
    assert next(lose_answers(cloud, principal_env, processes, name, method, "after")) == 0


@pytest.mark.soak
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("name", sorted(PLANS))
@pytest.mark.timeout(900)
def test_any_write_whose_answer_is_lost_does_no_harm(
    name: str, method: str, when: When, cloud: Cloud, principal_env: dict[str, str], processes: TickProcesses
) -> None:
    for number in lose_answers(cloud, principal_env, processes, name, method, when):
        print(f"{name}, {when} {method} {number}")  # noqa: T201  (which one failed)
