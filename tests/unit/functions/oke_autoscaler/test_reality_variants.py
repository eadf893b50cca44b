"""The cases of what a pool delivers, turned around: another order, the other direction, another toleration or time."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from functions.oke_autoscaler.decide.cluster.shape_table import FIXED_SHAPES
from tests.unit.functions.oke_autoscaler.builders import new_nodes, run

Json = dict[str, Any]
FILE = Path(__file__).parent / "autoscaler_reality" / "cases.json"
CASES: dict[str, Json] = {case["name"]: case["snapshot"] for case in json.loads(FILE.read_text())}


def snapshot(name: str) -> Json:
    return copy.deepcopy(CASES[name])


@pytest.mark.parametrize("turn", [0, 1, 2])
@pytest.mark.parametrize(("name", "grown"), [("08-ca4918-first-node-tainted", True), ("09-manual-label-first", False)])
def test_which_of_the_nodes_is_the_odd_one_does_not_matter(name: str, grown: bool, turn: int) -> None:  # noqa: FBT001
    made = snapshot(name)
    made["nodes"] = made["nodes"][turn:] + made["nodes"][:turn]
    assert bool(new_nodes(run(made))) == grown


def test_a_taint_of_all_nodes_and_a_label_of_all_nodes_are_the_pools() -> None:
    tainted = snapshot("08-ca4918-first-node-tainted")
    for node in tainted["nodes"]:
        node["spec"]["taints"] = tainted["nodes"][0]["spec"]["taints"]
    assert new_nodes(run(tainted)) == {}
    labelled = snapshot("09-manual-label-first")
    for node in labelled["nodes"]:
        node["metadata"]["labels"] = {**labelled["nodes"][0]["metadata"]["labels"], **node["metadata"]["labels"]}
    labelled["pods"].append(full(labelled["nodes"][1]["metadata"]["name"]))
    assert new_nodes(run(labelled)) == {"a": 1}


def test_a_pool_that_was_made_smaller_is_not_bought_from_for_a_large_pod() -> None:
    made = snapshot("10-ca789-shape-changed-bigger")
    (pool,), (node,) = made["node_pools"], made["nodes"]
    pool["nodeShapeConfig"] = {"ocpus": 1, "memoryInGBs": 8}
    made["pods"][0]["spec"]["containers"][0]["resources"]["requests"] = {"cpu": "3", "memory": "1Gi"}
    made["pods"].append(full(node["metadata"]["name"]))
    assert new_nodes(run(made)) == {}


def full(node: str) -> Json:
    return {
        "metadata": {"name": "full", "namespace": "default"},
        "spec": {"nodeName": node, "containers": [{"resources": {"requests": {"cpu": "3"}}}]},
        "status": {"phase": "Running"},
    }


@pytest.mark.parametrize(
    ("labels", "selector", "grown"),
    [({"disk": "ssd"}, {"disk": "ssd"}, True), ({"disk": "ssd"}, {"disk": "hdd"}, False), ({}, {"disk": "ssd"}, False)],
)
def test_a_label_that_was_given_to_the_pool_is_on_its_next_node(labels: Json, selector: Json, grown: bool) -> None:  # noqa: FBT001
    made = snapshot("10-ca789-shape-changed-bigger")
    made["node_pools"][0]["initialNodeLabels"] += [{"key": key, "value": value} for key, value in labels.items()]
    made["pods"][0]["spec"]["nodeSelector"] = selector
    assert bool(new_nodes(run(made))) == grown


@pytest.mark.parametrize(
    ("toleration", "grown"),
    [
        ({"operator": "Equal", "value": "present", "effect": "NoSchedule"}, True),
        ({"operator": "Exists"}, True),
        ({"operator": "Equal", "value": "true"}, False),
    ],
)
def test_a_pod_that_tolerates_preemptible_nodes_gets_one(toleration: Json, grown: bool) -> None:  # noqa: FBT001
    made = snapshot("11-preemptible-from-zero-no-toleration")
    made["pods"][0]["spec"]["tolerations"] = [{"key": "oci.oraclecloud.com/oke-is-preemptible", **toleration}]
    made["pods"][0]["spec"]["nodeSelector"] = {"oci.oraclecloud.com/oke-is-preemptible": "true"}
    assert bool(new_nodes(run(made))) == grown


@pytest.mark.parametrize("shape", FIXED_SHAPES)
@pytest.mark.parametrize("operator", ["Equal", "Exists"])
def test_every_fixed_shape_gives_its_gpus_from_zero_and_no_more(shape: str, operator: str) -> None:
    gpus = FIXED_SHAPES[shape][2]
    resource = "amd.com/gpu" if "MI3" in shape else "nvidia.com/gpu"
    for asked, grown in ((gpus, True), (gpus + 1, False)):
        made = snapshot("12-gpu-BM.GPU.A100-v2.8-nocfg")
        made["node_pools"][0]["nodeShape"] = shape
        spec = made["pods"][0]["spec"]
        spec["containers"][0]["resources"]["requests"] = {"cpu": "500m", resource: str(asked)}
        value = {"value": "present"} if operator == "Equal" else {}
        spec["tolerations"] = [{"key": resource, "operator": operator, **value}]
        assert bool(new_nodes(run(made))) == grown, asked


@pytest.mark.parametrize(("key", "value"), [("cpu", "8"), ("memory", "100Gi"), ("nvidia.com/gpu", "3")])
def test_an_unknown_shape_is_said_to_be_unknown_and_helped_by_the_settings(key: str, value: str) -> None:
    made = snapshot("12b-BM.Standard3.64")
    made["node_pools"][0]["nodeShape"] = "BM.Unheard.Of"
    made["pods"][0]["spec"]["containers"][0]["resources"]["requests"] = {key: value}
    (pod,) = run(made).pods
    assert "size of its nodes not known" in pod.reason
    made["settings"]["node_pools"][0]["resources"] = {"cpu": "15", "memory": "110Gi", "nvidia.com/gpu": 3}
    assert new_nodes(run(made)) == {"bm": 1}


@pytest.mark.parametrize(("created", "grown"), [("2026-01-01T11:55:00Z", False), ("2026-01-01T11:30:00Z", True)])
def test_a_gpu_that_has_not_come_in_time_does_not_come(created: str, grown: bool) -> None:  # noqa: FBT001
    made = snapshot("53-ca7095-gpu-late")
    made["nodes"][1]["metadata"]["creationTimestamp"] = created
    assert bool(new_nodes(run(made))) == grown


@pytest.mark.parametrize(
    ("created", "phase"), [("2026-01-01T11:59:00Z", "stabilizing"), ("2026-01-01T06:00:00Z", "ready")]
)
def test_a_clock_ahead_does_not_end_the_stabilisation_of_a_node_that_has_just_come(created: str, phase: str) -> None:
    made = snapshot("65-node-clock-ahead-1h")
    made["nodes"][0]["metadata"]["creationTimestamp"] = created
    assert run(made).pools[0].status == phase


def test_what_was_remembered_of_a_pool_without_nodes_is_believed() -> None:
    made = snapshot("11-preemptible-from-zero-no-toleration")
    made["node_pools"][0]["nodeConfigDetails"].pop("placementConfigs")
    assert new_nodes(run(made)) == {"spot": 1}
    (memory,) = run(made).memories.values()
    offers = {"cpu": 1000, "memory": 10**10, "pods": 110}
    made["state"] = {
        "pools": {made["node_pools"][0]["id"]: {"configuration": memory.configuration, "allocatable": offers}}
    }
    (pod,) = run(made).pods
    assert pod.placed_on is None
    assert "insufficient cpu" in pod.reason


@pytest.mark.parametrize(("arch", "grown"), [("arm64", True), ("amd64", False)])
@pytest.mark.parametrize("labels", [{}, {"node.kubernetes.io/instance-type": "VM.Standard.E4.Flex"}])
def test_a_pool_that_got_another_architecture_is_not_judged_by_its_old_nodes(
    arch: str,
    grown: bool,  # noqa: FBT001
    labels: Json,
) -> None:
    made = snapshot("10-ca789-shape-changed-bigger")
    (pool,), (node,) = made["node_pools"], made["nodes"]
    # As many vCPUs and as much memory as the old node has, whose size tells nothing then.
    pool.update(nodeShape="VM.Standard.A1.Flex", nodeShapeConfig={"ocpus": 4, "memoryInGBs": 16})
    node["metadata"]["labels"].update(labels)
    made["pods"][0]["spec"]["containers"][0]["resources"]["requests"] = {"cpu": "3"}
    made["pods"][0]["spec"]["nodeSelector"] = {"kubernetes.io/arch": arch}
    made["pods"].append(full(node["metadata"]["name"]))
    assert bool(new_nodes(run(made))) == grown


def test_a_node_that_tells_no_capacity_is_judged_by_what_it_offers() -> None:
    made = snapshot("10-ca789-shape-changed-bigger")
    (pool,), (node,) = made["node_pools"], made["nodes"]
    node["status"].pop("capacity")
    assert new_nodes(run(made)) == {"a": 1}
    # Made as the pool is now, the node says what the next one will offer.
    pool["nodeShapeConfig"] = {"ocpus": 2, "memoryInGBs": 16}
    assert new_nodes(run(made)) == {}
