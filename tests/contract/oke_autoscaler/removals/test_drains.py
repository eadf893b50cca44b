"""A drain under a budget: it goes on within its tick, and lasts as long as it gets on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.act.paced_pods import MAX_LOOKS
from functions.oke_autoscaler.clients.changes import Changes
from functions.oke_autoscaler.settings import Settings
from functions.oke_autoscaler.tick import connect
from shared import settings as shared_settings
from shared.deadline import Deadline
from tests.support.autoscaler import IDLE, config, deletions, evictions, host_names, taint_keys, tick

if TYPE_CHECKING:
    from emulator.base.request_log import LoggedCall
    from emulator.cloud import Cloud

CANDIDATE = "DeletionCandidateOfClusterAutoscaler"
TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"
REPLICAS = 12


def run_tick(env: dict[str, str], keys: dict[str, str], *, waits: bool = True) -> dict[str, Any]:
    """Run a tick that waits next to no time between two attempts, since the emulated clock moves instead, or never."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        settings = shared_settings.load_settings(Settings, keys)
        tick = connect(settings, Deadline.after(60), Changes(dry_run=False))
        tick.pause_seconds = 0.001 if waits else 1e6
        return tick.run("call")


def shop(cloud: Cloud, **budget: int) -> tuple[str, dict[str, str]]:
    """Twelve replicas that are ready after 40 seconds on one node, room on the other; the node and a config."""
    cloud.cluster.behaviour.timings.pod_start = 40
    pool = cloud.cluster.add_pool("p", size=2)
    first, second = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 1, nodes=[first], pool=pool, cpu="2000m", memory="512Mi")
    cloud.cluster.add_replicas("shop", REPLICAS, nodes=[second], pool=pool, cpu="50m", memory="64Mi")
    cloud.cluster.add_budget("shop", {"app": "shop"}, **budget)  # type: ignore[arg-type]
    for host in (first, second):
        cloud.cluster.set_metrics(host, 12.0, 20.0)
    return second, config(cloud, pool, node_pool_min_size=1, **IDLE)


def test_evictions_go_on_within_the_tick_while_the_budget_yields(cloud: Cloud, principal_env: dict[str, str]) -> None:
    host, keys = shop(cloud, max_unavailable=1)

    def time_passes(call: LoggedCall) -> None:
        if call.path.endswith("/eviction"):
            cloud.cluster.advance(5)

    cloud.hooks.add("before", time_passes, service="kubernetes")
    run_tick(principal_env, keys)
    assert len(evictions(cloud)) == REPLICAS
    assert deletions(cloud) == []
    cloud.cluster.advance(60)
    run_tick(principal_env, keys)
    assert len(deletions(cloud)) == 1
    assert len(evictions(cloud)) == REPLICAS
    assert not cloud.cluster.pending()
    assert host


def test_a_drain_that_gets_on_is_not_given_up_however_long_it_takes(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    """Ticks that have no time to wait: one pod each, so the drain takes more than twice its time-out."""
    host, keys = shop(cloud, max_unavailable=1)
    for _ in range(REPLICAS):
        run_tick(principal_env, keys, waits=False)
        assert TO_BE_DELETED in taint_keys(cloud, host)
        cloud.cluster.advance(180)
    assert len(evictions(cloud)) == REPLICAS
    run_tick(principal_env, keys, waits=False)
    assert len(deletions(cloud)) == 1


def test_a_drain_that_does_not_get_on_is_given_up(cloud: Cloud, principal_env: dict[str, str]) -> None:
    host, keys = shop(cloud, max_unavailable=1)
    run_tick(principal_env, keys, waits=False)
    cloud.cluster.change("PodDisruptionBudget", "shop", ("spec.maxUnavailable", 0))
    cloud.cluster.settle()
    for _ in range(7):
        cloud.cluster.advance(180)
        run_tick(principal_env, keys, waits=False)
    assert len(evictions(cloud)) == 1
    assert TO_BE_DELETED not in taint_keys(cloud, host)


def test_a_drain_given_up_for_its_budget_leaves_the_node_alone_when_the_budget_opens_right_after(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    """The tick that gives it up sees the budget still closed; that is no reason to forget until when it waits."""
    host, keys = shop(cloud, max_unavailable=1)
    keys |= {"unneeded_minutes": "0", "drain_timeout_minutes": "5", "backoff_minutes": "10"}
    run_tick(principal_env, keys, waits=False)
    cloud.cluster.change("PodDisruptionBudget", "shop", ("spec.maxUnavailable", 0))
    cloud.cluster.settle()
    for _ in range(3):
        cloud.cluster.advance(180)
        run_tick(principal_env, keys, waits=False)
    assert taint_keys(cloud, host).keys() == {CANDIDATE}
    cloud.cluster.change("PodDisruptionBudget", "shop", ("spec.maxUnavailable", 1))
    cloud.cluster.settle()
    for _ in range(3):
        cloud.cluster.advance(180)
        run_tick(principal_env, keys, waits=False)
        assert taint_keys(cloud, host).keys() == {CANDIDATE}, "drained again before its time"
    cloud.cluster.advance(180)
    run_tick(principal_env, keys, waits=False)
    assert TO_BE_DELETED in taint_keys(cloud, host)


def test_a_budget_that_nothing_will_change_is_not_waited_for(cloud: Cloud, principal_env: dict[str, str]) -> None:
    host, keys = shop(cloud, max_unavailable=1)
    run_tick(principal_env, keys, waits=False)
    cloud.cluster.advance(60)
    cloud.cluster.change("PodDisruptionBudget", "shop", ("spec.maxUnavailable", 0))
    cloud.cluster.settle()
    cloud.log.clear()
    run_tick(principal_env, keys)
    asked = [call for call in cloud.log.calls(service="kubernetes") if call.path.endswith("/eviction")]
    assert len(asked) == 1
    assert TO_BE_DELETED in taint_keys(cloud, host)


def test_a_pod_that_finds_no_place_meanwhile_ends_the_wait(cloud: Cloud, principal_env: dict[str, str]) -> None:
    _, keys = shop(cloud, max_unavailable=1)
    attempts = 0

    def somebody_comes(call: LoggedCall) -> None:
        nonlocal attempts
        if call.path.endswith("/eviction"):
            attempts += 1
            if attempts == 3:
                cloud.cluster.add_pod("late", cpu="99")
                cloud.cluster.settle()

    cloud.hooks.add("before", somebody_comes, service="kubernetes")
    run_tick(principal_env, keys)
    assert attempts == 3


def test_pods_of_a_controller_without_a_budget_leave_their_node_one_after_another(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    first, second = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 1, nodes=[first], pool=pool, cpu="2000m", memory="512Mi")
    cloud.cluster.add_replicas("shop", 3, nodes=[second], pool=pool, cpu="50m", memory="64Mi")
    for host in (first, second):
        cloud.cluster.set_metrics(host, 12.0, 20.0)
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    for evicted in (1, 2, 3):
        run_tick(principal_env, keys)
        assert len(evictions(cloud)) == evicted
        run_tick(principal_env, keys)  # the one that went is not up again yet
        assert len(evictions(cloud)) == evicted
        cloud.cluster.advance(60)
    run_tick(principal_env, keys)
    assert len(deletions(cloud)) == 1


def unbudgeted(cloud: Cloud, replicas: int) -> dict[str, str]:
    """So many pods of one controller without a budget on the node that goes."""
    cloud.cluster.behaviour.timings.pod_start = 40
    pool = cloud.cluster.add_pool("p", size=2)
    first, second = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 1, nodes=[first], pool=pool, cpu="2000m", memory="512Mi")
    cloud.cluster.add_replicas("shop", replicas, nodes=[second], pool=pool, cpu="50m", memory="64Mi")
    cloud.cluster.advance(60)
    for host in (first, second):
        cloud.cluster.set_metrics(host, 12.0, 20.0)
    return config(cloud, pool, node_pool_min_size=1, **IDLE)


def ready_shops(cloud: Cloud) -> int:
    pods = [pod for pod in cloud.cluster.objects("Pod") if pod["metadata"]["name"].startswith("shop")]
    return sum(
        1
        for pod in pods
        if not pod["metadata"].get("deletionTimestamp")
        and any(each["type"] == "Ready" and each["status"] == "True" for each in pod["status"].get("conditions", ()))
    )


@pytest.mark.parametrize(("replicas", "least"), [(3, 3), (20, 19)])
def test_paced_pods_go_on_within_the_tick_and_never_too_many_at_once(
    cloud: Cloud, principal_env: dict[str, str], replicas: int, least: int
) -> None:
    keys = unbudgeted(cloud, replicas)
    up: list[int] = []

    def note(call: LoggedCall) -> None:
        if call.path.endswith("/eviction"):
            up.append(ready_shops(cloud))
        elif "labelSelector" in call.query:
            cloud.cluster.advance(7)

    cloud.hooks.add("before", note, service="kubernetes")
    run_tick(principal_env, keys)
    assert len(evictions(cloud)) == replicas
    assert min(up) == least
    assert deletions(cloud) == []
    cloud.cluster.advance(60)
    run_tick(principal_env, keys)
    assert (len(deletions(cloud)), len(evictions(cloud))) == (1, replicas)


def test_a_pod_that_does_not_get_up_ends_the_wait(cloud: Cloud, principal_env: dict[str, str]) -> None:
    keys = unbudgeted(cloud, 3)
    run_tick(principal_env, keys)
    assert len(evictions(cloud)) == 1
    looks = [call for call in cloud.log.calls(service="kubernetes") if "labelSelector" in call.query]
    assert len(looks) == MAX_LOOKS


def test_a_dry_tick_waits_for_no_pod(cloud: Cloud, principal_env: dict[str, str]) -> None:
    keys = unbudgeted(cloud, 3)
    tick(principal_env, {**keys, "dry_run": "true"})
    assert [call for call in cloud.log.calls(service="kubernetes") if "labelSelector" in call.query] == []


def test_a_budget_made_meanwhile_is_kept(cloud: Cloud, principal_env: dict[str, str]) -> None:
    keys = unbudgeted(cloud, 3)
    looks = 0

    def budget_comes(call: LoggedCall) -> None:
        nonlocal looks
        if "labelSelector" in call.query:
            looks += 1
            cloud.cluster.advance(7)
            if looks == 2:
                cloud.cluster.add_budget("shop", {"app": "shop"}, max_unavailable=0)
                cloud.cluster.settle()

    cloud.hooks.add("before", budget_comes, service="kubernetes")
    run_tick(principal_env, keys)
    assert len(evictions(cloud)) == 1


def balloon(cloud: Cloud, **fields: Any) -> tuple[str, dict[str, str]]:
    """A node with nothing but a pod of low priority; the node and a config."""
    pool = cloud.cluster.add_pool("p", size=2)
    first, second = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 1, nodes=[first], pool=pool, cpu="3000m", memory="512Mi")
    cloud.cluster.add_replicas(
        "balloon", 1, nodes=[second], pool=pool, cpu="500m", memory="64Mi", spec={"priority": -100}, **fields
    )
    return second, config(cloud, pool, node_pool_min_size=1, **IDLE)


def test_an_expendable_pod_is_evicted_before_its_node_goes(cloud: Cloud, principal_env: dict[str, str]) -> None:
    _, keys = balloon(cloud)
    run_tick(principal_env, keys)
    assert (len(evictions(cloud)), deletions(cloud)) == (1, [])
    cloud.cluster.advance(60)
    run_tick(principal_env, keys)
    assert (len(evictions(cloud)), len(deletions(cloud))) == (1, 1)


def test_an_expendable_pod_whose_budget_holds_it_goes_with_its_node_when_the_drains_time_is_up(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    host, keys = balloon(cloud)
    cloud.cluster.add_budget("balloon", {"app": "balloon"}, max_unavailable=0)
    for _ in range(5):
        run_tick(principal_env, keys)
        assert TO_BE_DELETED in taint_keys(cloud, host)
        assert (evictions(cloud), deletions(cloud)) == ([], [])
        cloud.cluster.advance(180)
    cloud.cluster.advance(180)
    run_tick(principal_env, keys)
    assert (evictions(cloud), len(deletions(cloud))) == ([], 1)


def test_an_owners_word_holds_an_expendable_pod_too(cloud: Cloud, principal_env: dict[str, str]) -> None:
    host, keys = balloon(cloud, annotations={"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"})
    run_tick(principal_env, keys)
    assert TO_BE_DELETED not in taint_keys(cloud, host)
