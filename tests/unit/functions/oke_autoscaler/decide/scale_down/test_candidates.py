"""When a node goes: thresholds on the pool's average, requests, time in the taint, minimum, and what holds it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.act.answers import tick_answer
from tests.unit.functions.oke_autoscaler.builders import CLOCK, Json, node, pod, pool, run

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.decision import Decision

GIB = 1 << 30
CANDIDATE = "DeletionCandidateOfClusterAutoscaler"
ON = {"node_pool_eval_cpu_load": 20, "node_pool_min_size": 1, "unneeded_minutes": 0, "disruption_budget": "100%"}


def cluster(requests: list[int], cpu: Any = 10.0, ram: Any = None, **more: Any) -> Json:
    """Nodes n0 … of 1000 m, each with one pod of the given millicores (0: none) and the same measured load."""
    names = [f"n{index}" for index in range(len(requests))]
    nodes = [node(name, 1000, GIB) for name in names]
    pods = [pod(f"on-{name}", cpu_m, 1, nodeName=name) for name, cpu_m in zip(names, requests, strict=True) if cpu_m]
    loads = {name: {"cpu_percent": cpu, "ram_percent": ram} for name in names}
    made = {"node_pools": [pool("p", len(names), names)], "nodes": nodes, "pods": pods, "metrics": loads}
    return {**made, **more, "settings": {**ON, **more.get("settings", {})}}


def gone(decision: Decision) -> list[str]:
    return [removal.node for removal in decision.remove]


def why(decision: Decision) -> dict[str, str | None]:
    return {verdict.node: verdict.remove_now_reason for verdict in decision.nodes}


def marked(made: Json, minutes: dict[str, float]) -> Json:
    for each in made["nodes"]:
        if each["metadata"]["name"] in minutes:
            value = str(int(CLOCK - 60 * minutes[each["metadata"]["name"]]))
            each["spec"]["taints"] = [{"key": CANDIDATE, "value": value, "effect": "PreferNoSchedule"}]
    return made


def test_the_least_loaded_node_goes_when_the_average_is_below_the_threshold() -> None:
    decision = run(cluster([400, 100, 300, 350]))
    assert gone(decision)[0] == "n1"
    ((level, body),) = tick_answer(decision, nodes=False).items()
    assert (level, body["action"], body["reason"]) == ("success", "scale-down", "cpu")


def test_the_average_is_computed_anew_before_each_removal() -> None:
    assert len(gone(run(cluster([100, 100, 100, 100], cpu=10.0)))) == 2
    assert len(gone(run(cluster([100, 100, 100, 100], cpu=4.0)))) == 3
    above = run(cluster([100, 100, 100, 100], cpu=16.0))
    assert len(gone(above)) == 1
    assert why(above)["n3"] == "load-above-threshold"
    assert why(run(cluster([100, 100], cpu=25.0)))["n0"] == "load-above-threshold"


def test_a_removal_may_pass_the_threshold_and_not_fill_the_nodes_that_stay() -> None:
    half = {"node_pool_eval_cpu_load": 50}
    assert len(gone(run(cluster([100, 100, 100, 100], cpu=45.0, settings=half)))) == 1
    assert len(gone(run(cluster([100, 100, 100, 100], cpu=30.0, settings=half)))) == 2
    full = run(cluster([100, 100], cpu=46.0, settings=half))
    assert gone(full) == []
    assert why(full)["n0"] == "load-would-fill-pool"
    assert len(gone(run(cluster([100, 100], cpu=46.0, settings={"node_pool_eval_cpu_load": 92})))) == 1


@pytest.mark.parametrize(
    ("settings", "cpu", "ram", "reason"),
    [
        ({"node_pool_eval_ram_load": 0}, 5, 90, "cpu"),
        ({"node_pool_eval_cpu_load": 0, "node_pool_eval_ram_load": 30}, 90, 5, "ram"),
        ({"node_pool_eval_ram_load": 30}, 5, 5, "cpu+ram"),
        ({"node_pool_eval_ram_load": 30}, 90, 5, "ram"),
        ({"node_pool_eval_ram_load": 30}, 90, 90, None),
        ({"node_pool_eval_ram_load": 30}, 5, None, "cpu"),
        ({"node_pool_eval_ram_load": 30}, None, None, None),
    ],
)
def test_either_threshold_is_enough_and_0_is_off(settings: Json, cpu: Any, ram: Any, reason: str | None) -> None:
    decision = run(cluster([100, 100, 100], cpu=cpu, ram=ram, settings=settings))
    assert {removal.reason for removal in decision.remove} == ({reason} if reason else set())


def test_with_both_thresholds_off_nothing_goes_and_old_marks_are_taken_away() -> None:
    off = {"node_pool_eval_cpu_load": 0}
    decision = run(marked(cluster([0, 0], settings=off), {"n0": 60}))
    assert (gone(decision), decision.unmark) == ([], ("n0",))
    assert why(decision) == {"n0": "scale-down-off", "n1": "scale-down-off"}


def test_a_node_with_nothing_of_its_own_goes_whatever_the_load_is() -> None:
    made = cluster([900, 900, 0], cpu=95.0)
    daemon = pod("d", 900, 1, nodeName="n2")
    daemon["metadata"]["ownerReferences"][0]["kind"] = "DaemonSet"
    made["pods"].append(daemon)
    decision = run(made)
    assert [(removal.node, removal.reason) for removal in decision.remove] == [("n2", "unneeded")]
    assert tick_answer(decision, nodes=False)["success"]["reason"] == "unneeded"


def test_a_node_without_metrics_is_told_and_does_not_count_as_idle() -> None:
    made = cluster([100, 100, 100], cpu=19.0)
    del made["metrics"]["n0"]
    decision = run(made)
    assert gone(decision) == ["n1"], "19 of two nodes, not of three"
    assert why(decision)["n0"] == "no-metrics"
    assert why(run({**made, "metrics": None}))["n1"] == "no-metrics"


def test_a_node_above_its_share_of_requests_stays() -> None:
    decision = run(cluster([500, 501, 100], cpu=1.0))
    assert decision.nodes[1].eligible_reason == "NotUnderutilized"
    assert decision.nodes[0].eligible
    allowed = run(cluster([510, 10], cpu=1.0, settings={"node_utilization_percent": 80}))
    assert allowed.nodes[0].eligible


def test_the_minimum_holds_and_nodes_on_their_way_out_count() -> None:
    assert len(gone(run(cluster([0, 0, 0, 0])))) == 3
    assert len(gone(run(cluster([0, 0, 0, 0], settings={"node_pool_min_size": 3})))) == 1
    made = cluster([0, 0, 0, 0], settings={"node_pool_min_size": 3})
    made["nodes"][3]["spec"] = {
        "providerID": "n3",
        "unschedulable": True,
        "taints": [{"key": "ToBeDeletedByClusterAutoscaler", "value": "1", "effect": "NoSchedule"}],
    }
    decision = run(made)
    assert gone(decision) == []
    assert why(decision)["n0"] == "NodeGroupMinSizeReached"
    assert tick_answer(decision, nodes=False)["success"] == {
        "action": "scale-down",
        "reason": "draining",
        "node-pool-name": "p",
        "node-pool-status": "ready",
        "node-count": "4",
    }


def test_a_node_is_marked_first_and_goes_when_it_was_unneeded_long_enough() -> None:
    slow = {"unneeded_minutes": 10, "node_pool_min_size": 2}
    first = run(cluster([0, 900, 900], settings=slow))
    assert (gone(first), first.mark_unneeded) == ([], ("n0",))
    assert why(first)["n0"] == "NotUnneededLongEnough"
    waiting = run(marked(cluster([0, 900, 900], settings=slow), {"n0": 9}))
    assert (gone(waiting), waiting.mark_unneeded, waiting.unmark) == ([], (), ())
    assert gone(run(marked(cluster([0, 900, 900], settings=slow), {"n0": 10}))) == ["n0"]


def test_the_node_that_waited_longest_goes_before_an_emptier_one() -> None:
    slow = {"unneeded_minutes": 10, "node_pool_min_size": 3}
    decision = run(marked(cluster([100, 0, 900, 900], settings=slow), {"n0": 11}))
    assert gone(decision) == ["n0"]


def test_a_mark_in_the_future_or_without_a_number_starts_anew() -> None:
    slow = {"unneeded_minutes": 10, "node_pool_min_size": 2}
    ahead = run(marked(cluster([0, 900, 900], settings=slow), {"n0": -10}))
    assert (gone(ahead), ahead.mark_unneeded) == ([], ())
    broken = marked(cluster([0, 900, 900], settings=slow), {"n0": 60})
    broken["nodes"][0]["spec"]["taints"][0]["value"] = "yesterday"
    assert run(broken).mark_unneeded == ("n0",)


def test_a_node_that_is_needed_again_loses_its_mark() -> None:
    assert run(marked(cluster([900, 900]), {"n0": 60})).unmark == ("n0",)


def test_an_unready_node_has_its_own_time() -> None:
    slow = {"unneeded_minutes": 0, "unready_minutes": 20}
    for minutes, expected in ((19, []), (20, ["n0"])):
        made = marked(cluster([0, 900], settings=slow), {"n0": minutes})
        made["nodes"][0]["status"]["conditions"][0]["status"] = "Unknown"
        assert gone(run(made)) == expected


def test_pods_that_wait_or_a_pool_that_changes_hold_every_removal_back() -> None:
    made = cluster([0, 0, 900])
    made["pods"].append(pod("new", 100, 1))
    assert set(why(run(made)).values()) == {"pods-pending", "NotUnderutilized"}
    made["pods"][-1] = pod("huge", 99_000, 1)
    assert len(gone(run(made))) == 2, "a pod that no node can hold changes nothing"
    changing = marked(cluster([0, 0, 900]), {"n0": 60})
    changing["node_pools"][0]["nodes"].append({"id": "n9", "lifecycleState": "CREATING"})
    held = run(changing)
    assert (gone(held), held.unmark) == ([], ())
    assert why(held)["n0"] == "node-pool-updating"


def test_a_stabilising_pool_keeps_its_nodes() -> None:
    made = cluster([0, 0, 900])
    made["nodes"][2]["status"]["conditions"][0]["lastTransitionTime"] = "2025-12-31T23:59:00Z"
    assert why(run(made))["n0"] == "node-pool-stabilizing"


def test_what_an_operator_did_is_respected() -> None:
    made = cluster([0, 0, 0])
    made["nodes"][0]["spec"]["unschedulable"] = True
    made["nodes"][1]["metadata"]["annotations"] = {"cluster-autoscaler.kubernetes.io/scale-down-disabled": "true"}
    found = why(run(made))
    assert found["n0"] == "CordonedBySomeoneElse"
    assert found["n1"] == "ScaleDownDisabledAnnotation"


def test_a_node_waits_for_a_pod_that_is_to_finish() -> None:
    made = cluster([0, 900])
    job = pod("job", 100, 1, nodeName="n0")
    job["metadata"]["annotations"] = {"cluster-autoscaler.kubernetes.io/safe-to-evict": "on-completion"}
    made["pods"].append(job)
    decision = run(made)
    assert (gone(decision), why(decision)["n0"]) == ([], "WaitForCompletion")


def test_a_blocked_pod_keeps_its_node_and_is_named() -> None:
    made = cluster([100, 100, 100], cpu=1.0)
    made["pods"][0]["metadata"]["ownerReferences"] = []
    decision = run(made)
    assert (decision.nodes[0].reason, decision.nodes[0].blocking_pod) == ("NotReplicated", "default/on-n0")
    assert why(decision)["n0"] == "NotReplicated"


def test_pods_on_nodes_on_their_way_out_take_room_first() -> None:
    made = cluster([600, 500, 0], cpu=1.0, settings={"node_pool_min_size": 0, "node_utilization_percent": 90})
    made["nodes"][0]["spec"]["taints"] = [{"key": "ToBeDeletedByClusterAutoscaler", "value": "1"}]
    decision = run(made)
    assert decision.nodes[0].removable
    assert gone(decision) == ["n2"] or decision.nodes[1].reason == "NoPlaceToMovePods"


def test_gpus_alone_say_how_full_a_gpu_node_is() -> None:
    made = cluster([900, 0], cpu=1.0)
    made["nodes"][0]["status"]["allocatable"]["nvidia.com/gpu"] = "2"
    assert run(made).nodes[0].utilization == 0


def test_a_moved_pod_may_not_land_where_rules_between_pods_forbid_it() -> None:
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "db"}}}
    apart = {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}
    made = cluster([0, 0, 0], settings={"node_pool_eval_cpu_load": 0})
    made["pods"] = [pod(f"db{n}", 100, 1, "db", nodeName=f"n{n}", **apart) for n in range(2)]
    found = run(made).nodes
    assert found[0].removable, "n2 is free"
    made["pods"].append(pod("db2", 100, 1, "db", nodeName="n2", **apart))
    assert [each.reason for each in run(made).nodes] == ["NoPlaceToMovePods"] * 3


def test_a_host_port_moves_only_where_it_is_free() -> None:
    made = cluster([0, 0], cpu=1.0)
    ports = {"containers": [{"ports": [{"hostPort": 80}]}]}
    made["pods"] = [pod(f"web{n}", 0, 0, nodeName=f"n{n}", **ports) for n in range(2)]
    assert not run(made).nodes[0].removable
    made["pods"].pop()
    assert run(made).nodes[0].removable


def test_a_pools_own_thresholds_decide_on_its_nodes() -> None:
    def two_pools(**own: Any) -> Json:
        made = cluster([100, 100, 100, 100])
        made["node_pools"] = [pool("p", 2, ["n0", "n1"]), pool("q", 2, ["n2", "n3"])]
        entries = [{"id": "p", "max_size": 9, **own}, {"id": "q", "max_size": 9}]
        made["settings"] = {"node_pools": entries, "node_pool_eval_cpu_load": 30, "unneeded_minutes": 0}
        return made

    assert gone(run(two_pools())) == ["n0", "n2"]
    for own, reason in (
        ({"eval_cpu_load": 5}, "load-above-threshold"),
        ({"eval_cpu_load": 0}, "scale-down-off"),
        ({"node_utilization_percent": 9}, "NotUnderutilized"),
        ({"unneeded_minutes": 10}, "NotUnneededLongEnough"),
    ):
        decision = run(two_pools(**own))
        assert gone(decision) == ["n2"]
        assert why(decision)["n0"] == reason


def test_the_minimum_of_an_open_window_holds_nodes_and_its_maximum_takes_none_away() -> None:
    always = {"schedule": "* * * * *", "duration": "1h"}
    held = {"node_pool_max_size": 9, "schedules": [{**always, "min_size": 3}]}
    decision = run(cluster([100, 100, 100], settings=held))
    assert gone(decision) == []
    assert why(decision)["n0"] == "NodeGroupMinSizeReached"
    lowered = {"node_pool_max_size": 9, "schedules": [{**always, "max_size": 1}]}
    assert gone(run(cluster([400, 400, 400], settings=lowered))) == ["n0"]
    assert gone(run(cluster([600, 600, 600], settings=lowered))) == []
