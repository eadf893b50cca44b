"""The plan is never worse than Cluster Autoscaler's on its own cases, and near the proven optimum beyond them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.functions.oke_autoscaler.builders import (
    Json,
    new_nodes,
    node,
    pending,
    placed,
    pod,
    pool,
    run,
    template_pool,
)
from tests.unit.functions.oke_autoscaler.golden import PACKING

BEYOND = PACKING["beyond_ca"]


def estimator_snapshot(case: Json, max_new: int) -> Json:
    made, live, filler = template_pool("pool", case["node_template"])
    del live["metadata"]["labels"]["kubernetes.io/hostname"]  # a full node is no domain of a spread over hosts
    olds = case.get("existing_nodes", [])
    nodes = [live, *(node(o["name"], o["cpu_m"], o["memory_bytes"], o["pods"], labels=o["labels"]) for o in olds)]
    settings = {"node_pool_max_size": 1 + max_new} if max_new else {}
    return {
        "settings": settings,
        "node_pools": [made],
        "nodes": nodes,
        "pods": [*pending(case["pods"]), filler],
    }


@pytest.mark.parametrize("case", PACKING["cases"], ids=lambda case: case["name"])
def test_no_more_nodes_and_no_fewer_pods_than_cluster_autoscaler(case: dict[str, Any]) -> None:
    decision = run(estimator_snapshot(case, case["max_nodes"]))
    low, high = case["accept"]["nodes"]
    assert low <= new_nodes(decision).get("pool", 0) <= high
    assert placed(decision) >= case["accept"]["min_pods"]


def single(case: Json) -> int:
    return new_nodes(run(estimator_snapshot(case, 0)))["pool"]


def test_one_pool_is_within_two_percent_of_the_optimum_in_sum_and_the_classic_case_is_optimal() -> None:
    found = {case["name"]: single(case) for case in BEYOND["single_pool"]}
    assert found["classic-ffd-worst-case"] == 9
    assert sum(found.values()) <= 1.02 * sum(case["optimal_nodes"] for case in BEYOND["single_pool"])
    assert all(found[case["name"]] <= case["ca_ffd_nodes"] for case in BEYOND["single_pool"])


def multi(case: Json) -> float:
    parts = [template_pool(p["name"], p["node_template"], p["node_capacity"]) for p in case["pools"]]
    decision = run(
        {
            "settings": {"node_pools": [{"id": p["name"], "max_size": 1 + p["max_new_nodes"]} for p in case["pools"]]},
            "node_pools": [made for made, _, _ in parts],
            "nodes": [live for _, live, _ in parts],
            "pods": [*pending(case["pods"]), *(filler for _, _, filler in parts)],
        }
    )
    assert placed(decision) == len(decision.pods)
    grown = new_nodes(decision)
    return sum(p["cost"] * grown.get(p["name"], 0) for p in case["pools"])


def test_several_pools_are_never_dearer_than_cluster_autoscaler_and_within_three_percent_of_the_optimum() -> None:
    cases = BEYOND["multi_pool"]["cases"]
    costs = [multi(case) for case in cases]
    assert all(cost <= case["ca_greedy"]["cost"] for cost, case in zip(costs, cases, strict=True))
    assert sum(costs) <= 1.03 * sum(case["optimal"]["cost"] for case in cases)


def test_a_burst_is_bought_in_one_plan() -> None:
    assert single(BEYOND["burst"]) == BEYOND["burst"]["expect_nodes"]


def test_daemonsets_take_their_share_of_every_new_node() -> None:
    case = BEYOND["daemonset"]
    snapshot = estimator_snapshot(case, 0)
    share = case["daemonset_overhead"]
    for index in range(share["pods"]):
        daemon = pod(f"ds-{index}", share["cpu_m"] // share["pods"] + 1, 0, nodeName="pool-live")
        daemon["metadata"]["ownerReferences"][0] |= {"kind": "DaemonSet", "name": f"ds-{index}"}
        snapshot["pods"].append(daemon)
    assert new_nodes(run(snapshot))["pool"] == case["expect_nodes"]


def fitting(case: Json) -> tuple[list[str], list[str]]:
    here = case["node"]
    live = node(here["name"], here["cpu_m"], here["memory_bytes"], here["pods"])
    live["spec"]["unschedulable"] = not case["node_acceptable"]
    rows = [(row, None) for row in case["pending"]] + [(row, here["name"]) for row in case["scheduled"]]
    pods = [
        pod(row["name"], row["cpu_m"], row["memory_bytes"], priority=row.get("priority", 0), nodeName=where)
        for row, where in rows
    ]
    decision = run({"nodes": [live], "pods": pods, "node_pools": []})
    where = {verdict.pod.removeprefix("default/"): verdict.placed_on for verdict in decision.pods}
    return [name for name in where if where[name]], [name for name in where if not where[name]]


@pytest.mark.parametrize("case", PACKING["filter_out_schedulable"], ids=lambda case: case["name"])
def test_pods_that_fit_on_nodes_are_left_out_the_most_important_first(case: dict[str, Any]) -> None:
    on_nodes, left = fitting(case)
    assert sorted(on_nodes) == sorted(case["expect_fit_on_existing"])
    assert left == case["expect_still_unschedulable"]


@pytest.mark.parametrize("case", PACKING["filter_out_expendable"], ids=lambda case: case["name"])
def test_expendable_pods_cause_nothing(case: dict[str, Any]) -> None:
    pods = [pod(row["name"], 1, 1, priority=row.get("priority", 0)) for row in case["pods"]]
    cutoff = {"expendable_pods_priority_cutoff": case["priority_cutoff"]}
    decision = run({"pods": pods, "settings": cutoff, "node_pools": []})
    kept = [verdict.pod.removeprefix("default/") for verdict in decision.pods if verdict.reason != "expendable"]
    assert kept == case["expect_kept"]


SCALE_UP = {case["name"]: case for case in PACKING["scale_up"]["cases"]}
HELD = ("scale-up-ok", "max-nodes-total", "unhealthy-pool", "no-help")


@pytest.mark.parametrize("name", HELD)
def test_the_orchestrators_plan_is_that_of_cluster_autoscaler(name: str) -> None:
    case = SCALE_UP[name]
    nodes = [node(n["name"], n["cpu_m"], n["memory_bytes"], n["pods"]) for n in case["nodes"]]
    pools = []
    for row in case["pools"]:
        members = [n["name"] for n in case["nodes"] if n["pool"] == row["name"]]
        pools.append(pool(row["name"], row.get("target", len(members)), members))
    pods = [pod(p["name"], p["cpu_m"], p["memory_bytes"], nodeName=p["node"]) for p in case["scheduled_pods"]]
    pods += [pod(p["name"], p["cpu_m"], p["memory_bytes"]) for p in case["pending_pods"]]
    bounds = [{"id": row["name"], "min_size": row["min"], "max_size": row["max"]} for row in case["pools"]]
    settings = {"node_pools": bounds, "max_nodes_total": case["limits"].get("max_nodes_total", 0)}
    decision = run({"settings": settings, "node_pools": pools, "nodes": nodes, "pods": pods})
    assert new_nodes(decision) == case["expect"]["changes"]
