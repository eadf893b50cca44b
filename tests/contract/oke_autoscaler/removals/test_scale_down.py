"""Scale-down on the local cloud: the drained node is the node that is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.autoscaler import (
    IDLE,
    changes,
    config,
    deletions,
    evictions,
    host_names,
    put_taint,
    taint_keys,
    tick,
    writes,
)

if TYPE_CHECKING:
    from emulator.base.faults import FaultOptions
    from emulator.base.request_log import LoggedCall
    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord

TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"
CANDIDATE = "DeletionCandidateOfClusterAutoscaler"


SHORT_SECONDS = 15.0
"""Of a tick that is to wait next to no time for pods that cannot get up, since the emulated clock stands still."""


def body(answer: dict[str, Any], level: str = "success") -> dict[str, str]:
    found: dict[str, str] = answer[level]
    return found


def spread(cloud: Cloud, pool: NodePoolRecord) -> tuple[str, str]:
    """Two nodes of a pool of two: the first with two pods, the second with one, which fits on the first."""
    first, second = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 2, nodes=[first], pool=pool, cpu="500m", memory="512Mi")
    cloud.cluster.add_replicas("api", 1, nodes=[second], pool=pool, cpu="300m", memory="512Mi")
    for host in (first, second):
        cloud.cluster.set_metrics(host, 12.0, 20.0)
    return first, second


def test_a_node_is_drained_and_the_next_tick_deletes_that_very_node(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("prod-pool1", size=2)
    first, second = spread(cloud, pool)
    victim = cloud.cluster.pool_node(second).id
    answer = tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert (body(answer)["action"], body(answer)["reason"], body(answer)["node-count"]) == (
        "scale-down",
        "draining",
        "2",
    )
    assert TO_BE_DELETED in taint_keys(cloud, second)
    assert cloud.cluster.get("Node", second)["spec"]["unschedulable"]
    assert len(evictions(cloud)) == 1
    cloud.cluster.advance(60)
    answer = tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert (body(answer)["action"], body(answer)["reason"], body(answer)["node-count"]) == (
        "scale-down",
        "cpu",
        "1",
    )
    assert deletions(cloud) == [victim]
    (call,) = cloud.log.calls(service="container_engine", method="DELETE")
    assert call.query == (
        "isDecrementSize=true&overrideEvictionGraceDuration=PT0M&isForceDeletionAfterOverrideGraceDuration=true"
    )
    assert call.header("if-match")
    cloud.cluster.advance(300)
    assert host_names(cloud, pool) == [first]
    assert cloud.cluster.pending() == []
    assert len(evictions(cloud)) == 1


def test_an_empty_node_goes_in_one_tick(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=3)
    cloud.cluster.add_daemon_set("proxy", cpu="50m", memory="50Mi")
    hosts = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 2, nodes=[hosts[0]], pool=pool, cpu="1500m")
    empty = {cloud.cluster.pool_node(host).id for host in hosts[1:]}
    answer = tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert (body(answer)["reason"], body(answer)["node-count"]) == ("unneeded", "1")
    assert set(deletions(cloud)) == empty
    assert pool.size == 1


def test_the_minimum_size_holds(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=3)
    tick(principal_env, config(cloud, pool, node_pool_min_size=2, **IDLE))
    assert len(deletions(cloud)) == 1
    assert pool.size == 2


def test_an_unneeded_node_waits_in_its_taint_and_the_cluster_remembers_since_when(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    keys = config(cloud, pool, node_pool_min_size=1, node_pool_eval_cpu_load=50, unneeded_minutes=10)
    tick(principal_env, keys)
    marked = [host for host in host_names(cloud, pool) if CANDIDATE in taint_keys(cloud, host)]
    assert len(marked) == 1
    since = taint_keys(cloud, marked[0])[CANDIDATE]
    assert since == str(int(cloud.cluster.clock()))
    cloud.cluster.advance(9 * 60)
    tick(principal_env, keys)
    assert (taint_keys(cloud, marked[0])[CANDIDATE], deletions(cloud)) == (since, [])
    cloud.cluster.advance(2 * 60)
    tick(principal_env, keys)
    assert deletions(cloud) == [cloud.cluster.pool_node(marked[0]).id]


def test_a_node_that_is_needed_again_loses_its_mark(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    keys = config(cloud, pool, node_pool_min_size=1, node_pool_eval_cpu_load=50, unneeded_minutes=10)
    tick(principal_env, keys)
    (marked,) = (host for host in host_names(cloud, pool) if CANDIDATE in taint_keys(cloud, host))
    cloud.cluster.add_replicas("busy", 3, nodes=[marked], pool=pool, cpu="1")
    tick(principal_env, keys)
    assert CANDIDATE not in taint_keys(cloud, marked)


@pytest.mark.parametrize("off", [{"node_pool_eval_cpu_load": 0}, {"node_pool_eval_cpu_load": 5}])
def test_nothing_is_removed_with_scale_down_off_or_load_above_the_threshold(
    cloud: Cloud, principal_env: dict[str, str], off: dict[str, object]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    spread(cloud, pool)
    tick(principal_env, config(cloud, pool, node_pool_min_size=1, **{**IDLE, **off}))
    assert changes(cloud) == []


def test_a_budget_that_refuses_stops_the_drain_and_the_next_tick_goes_on(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    first, second = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 4, nodes=[first], pool=pool, cpu="500m", memory="512Mi")
    cloud.cluster.add_replicas("api", 1, nodes=[second], pool=pool, cpu="300m", memory="512Mi")
    cloud.cluster.add_replicas("job", 1, nodes=[second], pool=pool, cpu="300m", memory="512Mi")
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    for host in (first, second):
        cloud.cluster.set_metrics(host, 12.0, 20.0)
    cloud.faults.add(path="/eviction$", method="POST", skip=1, status=429, code="TooManyRequests")
    assert body(tick(principal_env, keys))["reason"] == "draining"
    assert len(evictions(cloud)) == 1
    cloud.cluster.advance(30)
    assert body(tick(principal_env, keys))["reason"] == "draining"
    assert len(evictions(cloud)) == 2
    cloud.cluster.advance(60)
    tick(principal_env, keys)
    assert len(deletions(cloud)) == 1
    assert len(set(evictions(cloud))) == len(evictions(cloud)) == 2


def test_a_pool_grows_and_an_idle_node_of_another_goes_in_one_tick(cloud: Cloud, principal_env: dict[str, str]) -> None:
    full, idle = cloud.cluster.add_pool("full", size=1), cloud.cluster.add_pool("idle", size=2)
    (busy,) = host_names(cloud, full)
    cloud.cluster.add_replicas("web", 2, nodes=[busy], pool=full, cpu="1500m", memory="512Mi")
    cloud.cluster.add_pod("new", pool=full, cpu="1500m", memory="512Mi")
    answer = tick(principal_env, config(cloud, full, idle, **IDLE))
    rows = {row["success"]["node-pool-name"]: row["success"]["action"] for row in answer["node-pools"]}
    assert rows == {"full": "scale-up", "idle": "scale-down"}
    assert (full.size, idle.size, len(deletions(cloud))) == (2, 0, 2)


def test_a_pool_that_a_human_changed_in_between_loses_no_node(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=3)

    def human(call: LoggedCall) -> None:
        if call.path.startswith("/apis/apps/v1/replicasets"):
            cloud.cluster.resize(pool, 5)

    cloud.hooks.add("before", human, service="kubernetes")
    tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert (deletions(cloud), pool.size) == ([], 5)
    assert not [write for write in changes(cloud) if "nodePools" in write]


@pytest.mark.parametrize(
    "fault",
    [{"status": 409, "code": "IncorrectState"}, {"status": 412}, {"status": 429}, {"status": 500}, {"drop": "before"}],
)
def test_a_deletion_that_fails_is_done_by_the_next_tick(
    cloud: Cloud, principal_env: dict[str, str], fault: FaultOptions
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    cloud.faults.add(service="container_engine", method="DELETE", **fault)
    assert body(tick(principal_env, keys))["reason"] == "draining"
    assert pool.size == 2
    cloud.cluster.advance(60)
    tick(principal_env, keys)
    assert (len(deletions(cloud)), pool.size) == (1, 1)


def test_a_deletion_whose_answer_is_lost_is_not_sent_again(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=3)
    keys = config(cloud, pool, node_pool_min_size=2, **IDLE)
    cloud.faults.add(service="container_engine", method="DELETE", drop="after")
    tick(principal_env, keys)
    assert pool.size == 2
    for _ in range(3):
        cloud.cluster.advance(90)
        tick(principal_env, keys)
    assert pool.size == 2
    assert len(cloud.log.calls(service="container_engine", method="DELETE")) == 1


def test_drained_but_needed_again_is_put_back(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    first, second = host_names(cloud, pool)
    put_taint(cloud, second)
    cloud.cluster.add_replicas("web", 6, pool=pool, cpu="900m")
    tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert TO_BE_DELETED not in taint_keys(cloud, second)
    assert not cloud.cluster.get("Node", second)["spec"].get("unschedulable")
    assert deletions(cloud) == []
    assert pool.size == 2
    assert first != second


def test_drained_and_not_needed_is_deleted(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    host = host_names(cloud, pool)[1]
    put_taint(cloud, host)
    instance = cloud.cluster.pool_node(host).id
    tick(principal_env, config(cloud, pool))
    assert deletions(cloud) == [instance]


def test_a_drain_that_times_out_is_given_up_and_not_tried_again_at_once(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    first, second = spread(cloud, pool)
    cloud.cluster.add_budget("api", {"app": "api"}, max_unavailable=0)
    put_taint(cloud, second, age_seconds=16 * 60)
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    tick(principal_env, keys, seconds=SHORT_SECONDS)
    assert TO_BE_DELETED not in taint_keys(cloud, second)
    assert not cloud.cluster.get("Node", second)["spec"].get("unschedulable")
    events = [event for event in cloud.cluster.objects("Event") if event["involvedObject"]["name"] == second]
    assert [event["reason"] for event in events] == ["ScaleDownFailed"]
    cloud.cluster.remove("PodDisruptionBudget", "api")
    tick(principal_env, keys, seconds=SHORT_SECONDS)
    assert TO_BE_DELETED not in taint_keys(cloud, second)
    assert first


def test_a_cordon_that_a_human_took_away_is_obeyed(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    host = host_names(cloud, pool)[1]
    put_taint(cloud, host, cordon=False)
    tick(principal_env, config(cloud, pool))
    assert TO_BE_DELETED not in taint_keys(cloud, host)
    assert deletions(cloud) == []


def test_a_node_that_a_human_wants_to_keep_is_kept_and_stays_cordoned(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    host = host_names(cloud, pool)[1]
    put_taint(cloud, host)
    annotation = {"cluster-autoscaler.kubernetes.io/scale-down-disabled": "true"}
    cloud.cluster.change("Node", host, ("metadata.annotations", annotation))
    tick(principal_env, config(cloud, pool))
    assert TO_BE_DELETED not in taint_keys(cloud, host)
    assert cloud.cluster.get("Node", host)["spec"]["unschedulable"]
    assert deletions(cloud) == []


def test_a_node_that_somebody_else_cordoned_is_never_touched(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    for host in host_names(cloud, pool):
        cloud.cluster.change("Node", host, ("spec.unschedulable", True))
    tick(principal_env, config(cloud, pool, **IDLE))
    assert changes(cloud) == []


def test_nodes_of_other_pools_are_left_to_their_own_function(cloud: Cloud, principal_env: dict[str, str]) -> None:
    mine = cloud.cluster.add_pool("mine", size=1)
    other = cloud.cluster.add_pool("other", size=2)
    put_taint(cloud, host_names(cloud, other)[0], age_seconds=3600)
    tick(principal_env, config(cloud, mine, node_pool_min_size=1, **IDLE))
    assert changes(cloud) == []


def test_a_node_without_metrics_is_never_idle(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    first, second = spread(cloud, pool)
    for host in (first, second):
        cloud.cluster.set_metrics(host, None)
    tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert changes(cloud) == []


def test_a_dry_run_of_a_removal_writes_nothing(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=3)
    answer = tick(principal_env, config(cloud, pool, node_pool_min_size=1, dry_run=True, **IDLE))
    reasons = body(answer).pop("node-reasons")
    assert body(answer) == {
        "action": "scale-down",
        "reason": "unneeded",
        "node-pool-name": "p",
        "node-pool-status": "ready",
        "node-count": "1",
        "dry-run": "true",
    }
    assert reasons.endswith(": NodeGroupMinSizeReached (size 3, 2 others may go, min_size 1)")
    assert writes(cloud) == []


@pytest.mark.parametrize("metrics", ["cpu", "both"])
def test_an_idle_tick_asks_oci_four_times_and_once_a_pool(
    cloud: Cloud, principal_env: dict[str, str], metrics: str
) -> None:
    pools = [cloud.cluster.add_pool(f"pool{number}", size=4) for number in range(3)]
    for pool in pools:
        for host in host_names(cloud, pool):
            cloud.cluster.add_replicas(f"web-{host.replace('.', '-')}", 3, nodes=[host], pool=pool, cpu="1")
    ram = 40 if metrics == "both" else 0
    answer = tick(principal_env, config(cloud, *pools, node_pool_eval_cpu_load=40, node_pool_eval_ram_load=ram))
    assert all(one["success"]["action"] == "none" for one in answer["node-pools"])
    calls = [call for call in cloud.log.calls() if call.service in {"container_engine", "monitoring", "compute"}]
    assert len(calls) == (4 if metrics == "both" else 3) + len(pools)


def test_a_pod_that_arrives_between_decision_and_cordon_puts_the_node_back(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    _, second = spread(cloud, pool)

    def late(call: LoggedCall) -> None:
        if call.method == "PATCH" and call.path.endswith(second) and TO_BE_DELETED not in taint_keys(cloud, second):
            cloud.cluster.add_pod("no-owner", node=second, pool=pool)

    hook = cloud.hooks.add("before", late, service="kubernetes")
    tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    cloud.hooks.remove(hook)
    assert TO_BE_DELETED not in taint_keys(cloud, second)
    assert not cloud.cluster.get("Node", second)["spec"].get("unschedulable")
    assert evictions(cloud) == []


def test_daemon_set_pods_stay_on_the_node_to_its_end(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    cloud.cluster.add_daemon_set("proxy", cpu="50m", memory="50Mi")
    _, second = spread(cloud, pool)
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    tick(principal_env, keys)
    cloud.cluster.advance(60)
    tick(principal_env, keys)
    assert deletions(cloud) == [cloud.cluster.pool_node(second).id]
    assert [name.partition("-")[0] for name in evictions(cloud)] == ["api"]


def test_daemon_set_pods_that_ask_for_it_are_evicted_and_not_waited_for(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    asks = {"cluster-autoscaler.kubernetes.io/enable-ds-eviction": "true"}
    cloud.cluster.add_daemon_set("drains", cpu="50m", memory="50Mi", annotations=asks)
    cloud.cluster.add_replicas("web", 2, nodes=[host_names(cloud, pool)[0]], pool=pool, cpu="1500m")
    tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert [name.partition("-")[0] for name in evictions(cloud)] == ["drains"]
    assert len(deletions(cloud)) == 1


def test_a_drained_node_of_a_pool_that_is_changing_waits(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    put_taint(cloud, host_names(cloud, pool)[1])
    cloud.cluster.resize(pool, 3)
    answer = tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert (body(answer)["reason"], changes(cloud)) == ("node-pool-updating", [])


def test_a_drained_node_that_the_minimum_needs_by_now_is_put_back(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    host = host_names(cloud, pool)[1]
    put_taint(cloud, host)
    tick(principal_env, config(cloud, pool, node_pool_min_size=2, **IDLE))
    assert TO_BE_DELETED not in taint_keys(cloud, host)
    assert not cloud.cluster.get("Node", host)["spec"].get("unschedulable")
    assert deletions(cloud) == []


@pytest.mark.parametrize("change", ["resize", "gone"])
def test_a_drained_node_is_left_alone_when_its_pool_changes_under_the_tick(
    cloud: Cloud, principal_env: dict[str, str], change: str
) -> None:
    pool = cloud.cluster.add_pool("p", size=3)
    host = host_names(cloud, pool)[1]
    put_taint(cloud, host)
    seen: list[str] = []

    def human(call: LoggedCall) -> None:
        seen.append(call.path)
        if seen.count(f"/20180222/nodePools/{pool.id}") == 2 and len(set(seen)) != len(seen) and "done" not in seen:
            seen.append("done")
            if change == "resize":
                cloud.cluster.resize(pool, 4)
            else:
                pool.overrides = {"nodes": []}

    cloud.hooks.add("before", human, service="container_engine")
    tick(principal_env, config(cloud, pool, node_pool_min_size=1))
    assert "done" in seen
    assert changes(cloud) == []


def test_a_drained_node_that_oke_does_not_delete_for_too_long_is_put_back(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    host = host_names(cloud, pool)[1]
    put_taint(cloud, host, age_seconds=16 * 60)
    cloud.faults.add(service="container_engine", method="DELETE", status=409, code="IncorrectState", times=None)
    tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert TO_BE_DELETED not in taint_keys(cloud, host)
    assert [event["reason"] for event in cloud.cluster.objects("Event")] == ["ScaleDownFailed"]
    assert pool.size == 2


def test_a_node_that_others_write_to_is_left_to_the_next_tick(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    cloud.cluster.add_replicas("web", 2, nodes=[host_names(cloud, pool)[0]], pool=pool, cpu="1500m")
    written: list[str] = []

    def other(call: LoggedCall) -> None:
        if call.method == "PATCH" and not written:
            written.append(call.path)
            cloud.cluster.change("Node", call.path.rpartition("/")[2], ("metadata.labels.team", "a"))

    cloud.hooks.add("before", other, service="kubernetes")
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    found = body(tick(principal_env, keys))
    assert (found["reason"], found["node-pool-status"]) == ("node-pool-updating", "updating")
    assert deletions(cloud) == []
    tick(principal_env, keys)
    assert len(deletions(cloud)) == 1
