"""Several ticks at once, in processes of their own, with a human at the console; three functions on one cron minute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from functions.oke_autoscaler.model.course import read_course, standings
from tests.support.autoscaler import IDLE, config, deletions, tick
from tests.support.tick_process import TickProcesses

if TYPE_CHECKING:
    from emulator.base.request_log import LoggedCall
    from emulator.cloud import Cloud

ROUNDS = 10


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TickProcesses]:
    with TickProcesses(tmp_path_factory.mktemp("ticks")) as started:
        yield started


@pytest.mark.parametrize("ticks", [2, 8])
def test_many_ticks_at_once_buy_once(
    cloud: Cloud, principal_env: dict[str, str], processes: TickProcesses, ticks: int
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 20, pool=pool, cpu="900m")
    keys = config(cloud, pool)
    answers = [one.answer() for one in [processes.start(principal_env, keys) for _ in range(ticks)]]
    assert pool.size == 5
    assert sum("scale-up" in str(answer) for answer in answers) == 1
    assert len(cloud.log.calls(service="container_engine", method="PUT")) == 1


@pytest.mark.parametrize("ticks", [2, 4, 8])
def test_a_human_who_resizes_among_many_ticks_keeps_the_last_word(
    cloud: Cloud, principal_env: dict[str, str], processes: TickProcesses, ticks: int
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 20, pool=pool, cpu="900m")
    sizes = iter((7, 8))

    def human(call: LoggedCall) -> None:
        if call.method == "PUT" and (size := next(sizes, None)):
            cloud.cluster.resize(pool, size)

    cloud.hooks.add("before", human, service="container_engine")
    keys = config(cloud, pool, node_pool_max_size=9)
    for one in [processes.start(principal_env, keys) for _ in range(ticks)]:
        answer = one.answer()
        assert answer is not None
        assert "error" not in answer
    accepted = [call for call in cloud.log.calls(service="container_engine", method="PUT") if call.status == 202]
    assert accepted == []
    assert pool.size in {7, 8}


@pytest.mark.parametrize("ticks", [2, 8])
def test_many_ticks_at_once_delete_no_more_than_planned(
    cloud: Cloud, principal_env: dict[str, str], processes: TickProcesses, ticks: int
) -> None:
    pool = cloud.cluster.add_pool("p", size=5)
    keys = config(cloud, pool, node_pool_min_size=3, **IDLE)
    for one in [processes.start(principal_env, keys) for _ in range(ticks)]:
        one.answer()
    assert (len(set(deletions(cloud))), len(deletions(cloud)), pool.size) == (2, 2, 3)


def test_a_human_who_grows_a_pool_between_its_deletions_loses_nothing(
    cloud: Cloud, principal_env: dict[str, str], processes: TickProcesses
) -> None:
    pool = cloud.cluster.add_pool("p", size=5)
    before: list[int] = []

    def human(call: LoggedCall) -> None:
        if call.method == "DELETE" and not before and deletions(cloud):
            before.append(len(deletions(cloud)))
            cloud.cluster.resize(pool, 8)

    cloud.hooks.add("before", human, service="container_engine")
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    for one in [processes.start(principal_env, keys) for _ in range(3)]:
        one.answer()
    assert before == [1]
    assert (len(deletions(cloud)), pool.size) == (1, 8)


def test_three_functions_with_a_pool_each_on_one_cron_minute_all_get_their_turn(
    cloud: Cloud, principal_env: dict[str, str], processes: TickProcesses
) -> None:
    pools = [cloud.cluster.add_pool(f"pool{number}", size=1) for number in range(3)]
    for _ in range(ROUNDS):
        started = [processes.start(principal_env, config(cloud, pool)) for pool in pools]
        answers = [one.answer() for one in started]
        names = [answer["success"].get("node-pool-name") for answer in answers if answer]
        assert names == ["pool0", "pool1", "pool2"]
        cloud.cluster.advance(60)


def test_functions_with_a_pool_each_keep_one_status_with_an_entry_each(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pools = [cloud.cluster.add_pool(f"pool{number}", size=1) for number in range(2)]
    for pool in pools:
        tick(principal_env, config(cloud, pool))
    data = cloud.cluster.get("ConfigMap", "oke-autoscaler-status", "kube-system")["data"]
    assert set(data) == {*(pool.id for pool in pools), "course", "metrics"}
    # The second function's tick knows that the first one's pool is not gone: it has an entry.
    assert set(standings(read_course(data["course"]))[-1].pools) == {"pool0", "pool1"}
