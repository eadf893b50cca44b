"""Behind each word stand the figures: asked and offered, the key that limits, the pod and the budget."""

from __future__ import annotations

from typing import Any

import pytest

from functions.oke_autoscaler.act.answers import tick_answer
from functions.oke_autoscaler.explain.text import text
from functions.oke_autoscaler.model.reasons import in_words, pair_in_words
from tests.unit.functions.oke_autoscaler.builders import node, pod, pool, run

GIB = 1024**3
Json = dict[str, Any]


def cluster(pods: list[Json], *, nodes: int = 2, **more: Any) -> Json:
    names = [f"n{index}" for index in range(nodes)]
    settings = {"node_pool_eval_cpu_load": 50, "unneeded_minutes": 10, **more.pop("settings", {})}
    return {
        "node_pools": [pool("mem", nodes, names)],
        "nodes": [node(name, 4000, 27 * GIB, labels={"disk": "ssd"}, **more.pop(name, {})) for name in names],
        "pods": pods,
        "metrics": {name: {"cpu_percent": 10.0, "ram_percent": 10.0} for name in names},
        "settings": settings,
        **more,
    }


def stays(snapshot: Json, index: int = 0) -> str:
    decision = run(snapshot)
    why = decision.nodes[index].stays
    answer = tick_answer(decision, nodes=True)
    ((_, body),) = answer.items()
    assert why in body["node-reasons"]
    return why


@pytest.mark.parametrize(
    ("resource", "amount", "words"),
    [
        ("cpu", 250, "250m"),
        ("cpu", 3815, "3.81"),
        ("cpu", 64_000, "64"),
        ("cpu", 1_000_000, "1000"),
        ("memory", 28 * GIB, "28 GiB"),
        ("memory", 28_883_836_928, "26.9 GiB"),
        ("memory", 1500 * GIB, "1.46 TiB"),
        ("memory", 1, "1 B"),
        ("nvidia.com/gpu", 8, "8"),
        ("pods", 110, "110"),
    ],
)
def test_amounts_are_written_as_people_write_them(resource: str, amount: int, words: str) -> None:
    assert in_words(resource, amount) == words


def test_two_amounts_have_the_digits_that_tell_them_apart() -> None:
    assert pair_in_words("memory", 28 * GIB, 28 * GIB - 1024**2) == ("28 GiB", "27.999 GiB")
    assert pair_in_words("cpu", 1, 1) == ("1m", "1m")


def test_a_pod_is_told_what_it_asked_and_what_a_node_offers() -> None:
    decision = run(cluster([pod("big", 100, 28 * GIB)]))
    assert decision.pods[0].reason == (
        "pods-fit-no-node-pool (mem: insufficient memory (asked 28 GiB, a node of mem offers 27 GiB))"
    )
    assert tick_answer(decision, nodes=False)["warning"]["detail"] == "default/big"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            {"nodeSelector": {"disk": "hdd"}},
            "node selector or affinity (asks for disk=hdd, a node of mem has ssd)",
        ),
        (
            {"nodeSelector": {"gpu": "yes"}},
            "node selector or affinity (asks for gpu=yes, a node of mem has no such label)",
        ),
        (
            {
                "affinity": {
                    "nodeAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": {
                            "nodeSelectorTerms": [
                                {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["a", "b"]}]}
                            ]
                        }
                    }
                }
            },
            "node selector or affinity (asks for disk In a or b, a node of mem has ssd)",
        ),
    ],
)
def test_a_pod_is_told_which_label_it_misses(spec: Json, words: str) -> None:
    assert run(cluster([pod("p", 100, GIB, **spec)])).pods[0].reason == f"pods-fit-no-node-pool (mem: {words})"


def test_a_pod_is_told_which_taint_it_does_not_tolerate() -> None:
    taints = [{"key": "team", "value": "ml", "effect": "NoSchedule"}]
    made = cluster([pod("p", 100, GIB)], n0={"taints": taints}, n1={"taints": taints})
    assert run(made).pods[0].reason == ("pods-fit-no-node-pool (mem: taint team (team=ml:NoSchedule not tolerated))")


def test_the_key_that_limits_is_named_with_its_value() -> None:
    pods = [pod(f"p{index}", 3900, GIB) for index in range(4)]
    full = run(cluster(pods, settings={"node_pool_max_size": 2}))
    waiting = next(each.reason for each in full.pods if each.placed_on is None)
    assert waiting == "node-max-limit-reached (mem: node-max-limit-reached (size 2, max_size 2))"
    assert full.pools[0].detail == "size 2, max_size 2"
    whole = run(cluster(pods, settings={"max_nodes_total": 2}))
    assert next(each.reason for each in whole.pods if each.placed_on is None).endswith("(2 nodes, max_nodes_total 2))")
    grown = run(cluster(pods, settings={"node_pool_max_size": 3})).pools[0]
    assert (grown.reason, grown.detail) == ("unschedulable-pods", "for default/p2; size 2 and 1 new, max_size 3")


def test_a_full_node_tells_its_utilization_and_the_threshold() -> None:
    busy = pod("a", 2520, GIB, nodeName="n0")
    assert stays(cluster([busy])) == "NotUnderutilized (utilization 63 %, limit 50 %)"


def test_a_budget_is_named_with_what_it_allows_and_for_which_pod() -> None:
    budget = {
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}},
        "status": {"disruptionsAllowed": 0},
    }
    made = cluster([pod("web-0", 100, GIB, "web", nodeName="n0")], pod_disruption_budgets=[budget])
    assert stays(made) == "NotEnoughPdb (budget default/web allows 0, pod default/web-0)"
    budget["status"] = {"disruptionsAllowed": 1}
    two = [pod(f"web-{index}", 100, GIB, "web", nodeName=f"n{index}") for index in range(2)]
    settings = {"unneeded_minutes": 0, "disruption_budget": "100%"}
    pods = [*two, pod("busy", 2500, GIB, nodeName="n2")]
    made = cluster(pods, nodes=3, pod_disruption_budgets=[budget], settings=settings)
    found = [each.stays for each in run(made).nodes if each.stays.startswith("NotEnoughPdb")]
    assert found == ["NotEnoughPdb (budget default/web allows 1, 1 taken by nodes that go first, pod default/web-1)"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ownerReferences": []}, "NotReplicated (pod default/a has no controller)"),
        (
            {"annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}},
            "NotSafeToEvictAnnotation (pod default/a has safe-to-evict=false)",
        ),
        (
            {"namespace": "kube-system", "creationTimestamp": "2025-12-31T23:50:00Z"},
            (
                "UnmovableKubeSystemPod (pod kube-system/a has no budget and is 600 s old, "
                "system_pod_disruption_seconds 3600)"
            ),
        ),
    ],
)
def test_the_pod_that_keeps_a_node_is_named_with_the_cause(change: Json, words: str) -> None:
    holder = pod("a", 100, GIB, nodeName="n0")
    holder["metadata"] |= change
    assert stays(cluster([holder])) == words


def test_an_owner_that_is_gone_a_replica_count_and_a_volume_are_named() -> None:
    holder = pod("a", 100, GIB, nodeName="n0")
    assert stays(cluster([holder], controllers=[])) == (
        "ControllerNotFound (pod default/a is of ReplicaSet a, which does not exist)"
    )
    owner = {"kind": "ReplicaSet", "metadata": {"name": "a", "namespace": "default"}, "spec": {"replicas": 1}}
    assert stays(cluster([holder], controllers=[owner], settings={"min_replica_count": 2})) == (
        "MinReplicasReached (pod default/a is of ReplicaSet a with 1 replicas, min_replica_count 2)"
    )
    scratch = pod("a", 100, GIB, nodeName="n0", volumes=[{"name": "scratch", "emptyDir": {}}])
    assert stays(cluster([scratch])) == "LocalStorageRequested (pod default/a has the local volume scratch)"


def test_a_node_that_waits_tells_for_how_long_and_a_minimum_its_size() -> None:
    assert stays(cluster([])) == "NotUnneededLongEnough (for 0.0 of 10 minutes)"
    at_minimum = cluster([], settings={"node_pool_min_size": 2, "node_pool_max_size": 5})
    assert stays(at_minimum) == "NodeGroupMinSizeReached (size 2, min_size 2)"


def test_loads_are_told_with_their_thresholds() -> None:
    busy = {"n0": {"cpu_percent": 60.0}, "n1": {"cpu_percent": 66.0}}
    made = cluster([pod("a", 100, GIB, nodeName="n0")], metrics=busy)
    assert stays(made) == "load-above-threshold (cpu 63 %, threshold 50 %)"
    made["metrics"] = {}
    assert stays(made) == "no-metrics (none of n0 in 10 minutes)"


def test_a_node_that_is_kept_tells_for_which_pod() -> None:
    pods = [pod("run", 3500, GIB, nodeName="n0"), pod("wait", 3900, GIB), pod("wait2", 3900, GIB)]
    made = cluster(pods, settings={"node_pool_max_size": 2, "node_utilization_percent": 100})
    assert stays(made) == "pods-pending (pod default/wait could run on it)"


def test_explain_as_text_says_the_same() -> None:
    alone = pod("alone", 100, GIB, nodeName="n1")
    alone["metadata"]["ownerReferences"] = []
    made = cluster([pod("a", 2520, GIB, nodeName="n0"), alone])
    line = next(line for line in text(run(made)).splitlines() if line.startswith("Node n0"))
    assert line == (
        "Node n0 could be removed (1 pods would move) but stays: NotUnderutilized (utilization 63 %, limit 50 %)."
    )
