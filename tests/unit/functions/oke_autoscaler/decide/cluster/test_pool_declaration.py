"""What a pool says about its new nodes: sure and presumed labels, taints and resources, and a digest of all of it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec
import pytest

from functions.oke_autoscaler.decide.cluster.compute_shapes import Hardware, find_hardware
from functions.oke_autoscaler.decide.cluster.pool_declaration import (
    PREEMPTIBLE,
    configuration,
    presumed_allocatable,
    presumed_labels,
    presumed_taints,
    sure_labels,
    sure_taints,
)
from functions.oke_autoscaler.model.oci_objects import (
    KeyValue,
    NodeConfig,
    NodePool,
    NodeSource,
    PlacementConfig,
    ShapeConfig,
)

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.kubernetes_objects import Taint

FLEX = ShapeConfig(ocpus=2, memory_in_gbs=16)


def pool(**more: object) -> NodePool:
    return NodePool(id="p", name="p", **more)  # type: ignore[arg-type]


def as_text(taints: list[Taint]) -> list[str]:
    return [f"{taint.key}={taint.value}:{taint.effect}" for taint in taints]


def placed(*preemptible: object) -> NodeConfig:
    return NodeConfig(0, [PlacementConfig("AD-1", preemptible_node_config=each) for each in preemptible])  # type: ignore[arg-type]


def test_the_pools_labels_and_its_shape_are_sure() -> None:
    made = pool(node_shape="VM.Standard.E4.Flex", initial_node_labels=[KeyValue("tier", "back"), KeyValue(None, "x")])
    assert sure_labels(made) == {
        "node.kubernetes.io/instance-type": "VM.Standard.E4.Flex",
        "beta.kubernetes.io/instance-type": "VM.Standard.E4.Flex",
        "tier": "back",
    }


@pytest.mark.parametrize(
    ("configs", "preemptible"), [(({},), True), ((None,), False), (({}, None), False), ((), False)]
)
def test_preemptible_nodes_have_a_label_and_a_taint(configs: tuple[object, ...], preemptible: bool) -> None:  # noqa: FBT001
    made = pool(node_config_details=placed(*configs))
    assert made.is_preemptible == preemptible
    assert (sure_labels(made).get(PREEMPTIBLE) == "true") == preemptible
    assert as_text(sure_taints(made)) == ([f"{PREEMPTIBLE}=present:NoSchedule"] if preemptible else [])


def test_the_kubelets_arguments_and_the_start_script_tell_taints() -> None:
    script = base64.b64encode(
        b"#!/bin/bash\nbash init.sh --kubelet-extra-args '--register-with-taints=b=1:NoExecute'"
    ).decode()
    metadata = {"kubelet-extra-args": "--register-with-taints=a=:NoSchedule,wrong", "user_data": script}
    assert as_text(sure_taints(pool(node_metadata=metadata))) == ["a=:NoSchedule", "b=1:NoExecute"]


@pytest.mark.parametrize(
    ("shape", "key"),
    [("BM.GPU.H100.8", "nvidia.com/gpu"), ("VM.GPU2.1", "nvidia.com/gpu"), ("BM.GPU.MI300X.8", "amd.com/gpu")],
)
def test_a_gpu_pool_is_presumed_tainted_with_a_value_that_equal_tolerations_name(shape: str, key: str) -> None:
    assert as_text(presumed_taints(pool(node_shape=shape))) == [f"{key}=present:NoSchedule"]


def test_cluster_autoscalers_tags_are_presumed() -> None:
    tags = {
        "cluster-autoscaler/node-template/label/disk": "ssd",
        "cluster-autoscaler/node-template/label/1": "example.com/kind=x",
        "cluster-autoscaler/node-template/taint/dedicated": "team:NoSchedule",
        "cluster-autoscaler/node-template/taint/2": "example.com/a=b:NoExecute",
        "cluster-autoscaler/node-template/resources/example.com_fpga": "example.com/fpga=2",
        "cluster-autoscaler/node-template/resources/memory": "no quantity",
        "cluster-autoscaler/node-ephemeral-storage": "400Gi",
        "owner": "me",
    }
    made = pool(freeform_tags=tags, node_shape="VM.Standard.E4.Flex", node_shape_config=FLEX)
    labels = presumed_labels(made)
    assert (labels["disk"], labels["example.com/kind"], labels["kubernetes.io/arch"]) == ("ssd", "x", "amd64")
    assert as_text(presumed_taints(made)) == ["dedicated=team:NoSchedule", "example.com/a=b:NoExecute"]
    found = presumed_allocatable(made, find_hardware(made))
    assert (found["ephemeral-storage"], found["example.com/fpga"], found["cpu"]) == (400 * 1024**3, 2, 3815)
    assert found["memory"] > 10**9


def test_what_the_settings_state_comes_first_and_gives_an_unknown_shape_its_size() -> None:
    tagged = pool(freeform_tags={"cluster-autoscaler/node-ephemeral-storage": "400Gi"})
    stated = (("cpu", "3800m"), ("memory", "27Gi"), ("ephemeral-storage", "10Gi"), ("nvidia.com/gpu", "8"))
    found = presumed_allocatable(tagged, None, stated)
    assert found == {
        "cpu": 3800,
        "memory": 27 * 1024**3,
        "ephemeral-storage": 10 * 1024**3,
        "nvidia.com/gpu": 8,
        "pods": 110,
    }
    assert presumed_allocatable(tagged, None, (("nvidia.com/gpu", "8"),)) == {}
    assert presumed_allocatable(tagged, Hardware(4, 16), (("memory", "9Gi"),))["memory"] == 9 * 1024**3


@pytest.mark.parametrize(
    "change",
    [
        {"node_shape": "VM.Standard.E5.Flex"},
        {"node_shape_config": ShapeConfig(ocpus=4, memory_in_gbs=16)},
        {"node_source_details": NodeSource("ocid1.image.new")},
        {"kubernetes_version": "v1.36.1"},
        {"initial_node_labels": [KeyValue("a", "c")]},
        {"node_metadata": {"kubelet-extra-args": "--register-with-taints=x=y:NoSchedule"}},
        {"freeform_tags": {"cluster-autoscaler/node-ephemeral-storage": "1Gi"}},
        {"node_config_details": placed({})},
    ],
)
def test_the_digest_changes_with_whatever_new_nodes_depend_on(change: dict[str, object]) -> None:
    base = pool(node_shape="VM.Standard.E4.Flex", node_shape_config=FLEX, initial_node_labels=[KeyValue("a", "b")])
    assert configuration(base) != configuration(msgspec.structs.replace(base, **change))


def test_the_digest_does_not_change_with_size_state_nodes_and_other_tags() -> None:
    base = pool(node_shape="VM.Standard.E4.Flex", node_shape_config=FLEX)
    other = msgspec.structs.replace(
        base, node_config_details=NodeConfig(7), lifecycle_state="UPDATING", freeform_tags={"owner": "me"}
    )
    assert configuration(base) == configuration(other)
