"""A replacement whose first tick dies, or loses an answer, between its note and its new node: once, or not at all.

Unlike other work it is not taken up again: a note without a node ends by itself, and its node is left alone for hours.
So there are two right ends, the node replaced or everything as it was, and nothing between them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from emulator.base.hooks import AbandonRequest
from tests.contract.oke_autoscaler.test_kills import Plan, Story, When, pool_of
from tests.support.autoscaler import IDLE, config, deletions, evictions
from tests.support.tick_process import TickProcess, TickProcesses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.base.request_log import LoggedCall
    from emulator.cloud import Cloud

NOTE, RESIZE = ("PATCH", "/api/v1/nodes/"), ("PUT", "/nodePools/")
WRITES = [NOTE, RESIZE]
REPLACED = {"sizes": [0, 1], "nodes": 1, "cordoned": 0, "pending": 0, "pods": 1}
UNTOUCHED = {"sizes": [1, 0], "nodes": 1, "cordoned": 0, "pending": 0, "pods": 1}


def start_replacing(cloud: Cloud) -> dict[str, str]:
    """A node on demand that runs a pod, and an empty pool at half its cost."""
    dear, cheap = cloud.cluster.add_pool("p", size=1, labels={}), cloud.cluster.add_pool("cheap", size=0, labels={})
    cloud.cluster.add_replicas("shop", 1, cpu="2", memory="1Gi")
    cloud.cluster.advance(60)
    pools = [{"id": dear.id, "max_size": 3, "cost": 100}, {"id": cheap.id, "max_size": 3, "cost": 50}]
    made = config(cloud, node_pools=json.dumps(pools), replace_saving_percent=30, **IDLE)
    return {name: value for name, value in made.items() if value and not name.startswith("node_pool_m")}


def asked(cloud: Cloud) -> bool:
    return bool(pool_of(cloud, "cheap").size == 1)  # type: ignore[attr-defined]


PLAN = Plan(start_replacing, asked, lost_nodes=1, evicted_pods=1)


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TickProcesses]:
    with TickProcesses(tmp_path_factory.mktemp("ticks")) as started:
        yield started


@pytest.fixture
def story(cloud: Cloud, principal_env: dict[str, str], processes: TickProcesses) -> Story:
    return Story(cloud, principal_env, processes, PLAN)


def kill_at_write(story: Story, write: tuple[str, str], when: When) -> None:
    running: list[TickProcess] = []

    def strike(call: LoggedCall) -> None:
        if call.method == write[0] and write[1] in call.path:
            while not running:
                pass
            running[0].kill()
            if when == "before":
                raise AbandonRequest

    hook = story.cloud.hooks.add(when, strike)
    running.append(story.tick())
    assert running[0].answer() is None, "the tick ended before it could be killed"
    story.cloud.hooks.remove(hook)


def check(story: Story, *, replaced: bool) -> None:
    """Come to rest; the node is replaced once, or nothing has happened."""
    for _ in range(3):
        story.go_on()
    end = story.end()
    assert end == (REPLACED if replaced else UNTOUCHED)
    assert len(deletions(story.cloud)) == len(evictions(story.cloud)) == (1 if replaced else 0)


def test_a_replacement_comes_to_its_end(story: Story) -> None:
    story.tick().answer()
    assert asked(story.cloud)
    check(story, replaced=True)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("write", "when", "replaced"),
    [
        # Nothing is known of the first try: the next tick makes another.
        (NOTE, "before", True),
        (NOTE, "after", False),
        (RESIZE, "before", False),
        (RESIZE, "after", True),
    ],
    ids=["before the note", "after the note", "before the resize", "after the resize"],
)
def test_a_tick_killed_around_its_writes_replaces_once_or_not(
    story: Story, write: tuple[str, str], when: When, *, replaced: bool
) -> None:
    kill_at_write(story, write, when)
    check(story, replaced=replaced)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("write", "drop", "replaced"),
    [
        (NOTE, "before", True),
        # Sent again the note meets itself, as somebody else's change: the node is left alone for hours.
        (NOTE, "after", False),
        (RESIZE, "before", False),
        (RESIZE, "after", True),
    ],
    ids=["note lost", "answer to the note lost", "resize lost", "answer to the resize lost"],
)
def test_a_write_without_an_answer_replaces_once_or_not(
    story: Story, write: tuple[str, str], drop: When, *, replaced: bool
) -> None:
    armed = story.cloud.faults.add(method=write[0], path=write[1], drop=drop)
    story.tick().answer()
    assert armed.hits == 1
    check(story, replaced=replaced)


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_tick_killed_at_any_point_replaces_once_or_not(story: Story, when: When) -> None:
    points = story.points_of_a_whole_tick()[when]
    for number in range(1, points + 1):
        print(f"replacement, {when} call {number}")  # noqa: T201  (which one failed)
        again = Story(story.cloud, story.env, story.processes, PLAN)
        again.kill_at(number, when)
        for _ in range(3):
            again.go_on()
        end = again.end()
        assert end in (REPLACED, UNTOUCHED)
        assert len(deletions(again.cloud)) == len(evictions(again.cloud)) == (1 if end == REPLACED else 0)
