"""An object with fields of other types: they are taken out, one after another, and the first is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.oke_autoscaler.model.intake.repair import MAX_FAULTS, repaired
from functions.oke_autoscaler.model.kubernetes_objects import Node, Pod
from functions.oke_autoscaler.model.unreadable import MAX_VALUE_CHARS

SAFE = "cluster-autoscaler.kubernetes.io/safe-to-evict"


def pod(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "p", "namespace": "team"}, "spec": {"nodeName": "n1", **spec}}


def repair(data: object) -> tuple[Pod | None, str]:
    item, fault = repaired(json.dumps(data).encode(), Pod, "Pod")
    return item, f"{fault.object} {fault.path} {fault.value}"


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"priority": "high"}, "spec.priority 'high'"),
        ({"containers": [{"ports": [{"hostPort": "80"}]}]}, "spec.containers[0].ports[0].hostPort '80'"),
        (
            {"containers": [{"resources": {"requests": {"a.b/c": [1]}}}]},
            "spec.containers[0].resources.requests.a.b/c [1]",
        ),
        ({"nodeSelector": {"x": "y", "a.b/c": True}}, "spec.nodeSelector.a.b/c True"),
        ({"nodeSelector": {"x": None}}, "spec.nodeSelector.x None"),
        ({"containers": [7, {}]}, "spec.containers[0] 7"),
        ({"containers": {"name": "c"}}, "spec.containers {'name': 'c'}"),
        ({"topologySpreadConstraints": [{"maxSkew": 1}]}, "spec.topologySpreadConstraints[0] {'maxSkew': 1}"),
    ],
)
def test_a_field_of_another_type_is_taken_out_and_the_rest_is_kept(spec: dict[str, Any], told: str) -> None:
    item, text = repair(pod(**spec))
    assert item is not None
    assert (item.key, item.node_name, text) == ("team/p", "n1", f"team/p {told}")


def test_keys_of_annotations_hold_points_and_slashes() -> None:
    data = pod()
    data["metadata"]["annotations"] = {SAFE: False, "cluster-autoscaler": 7}
    assert repair(data)[1] == f"team/p metadata.annotations.{SAFE} False"


def test_all_misfits_are_taken_out_and_the_first_is_told() -> None:
    item, text = repair(pod(priority="high", nodeSelector=[], tolerations=[{"key": 1}, {"key": "k"}]))
    assert item is not None
    assert [toleration.key for toleration in item.spec.tolerations or ()] == [None, "k"]
    assert text == "team/p spec.priority 'high'"


@pytest.mark.parametrize("data", [7, None, [], {}, {"metadata": {}}, {"metadata": {"name": 7}}, {"metadata": "p"}])
def test_without_a_name_there_is_no_object(data: object) -> None:
    assert repair(data)[0] is None


def test_the_name_is_told_as_far_as_it_can_be_read() -> None:
    assert repair({"metadata": {"name": 7, "namespace": "team"}})[1] == "team/7 metadata.name 7"


@pytest.mark.parametrize("raw", [b"", b"{", b'{"metadata": {"name": "\xff"}}', b"[" * 100_000])
def test_what_is_no_json_is_no_object(raw: bytes) -> None:
    item, fault = repaired(raw, Node, "Node")
    assert (item, fault.kind, fault.path) == (None, "Node", "$")


def test_an_object_with_too_many_misfits_is_none_and_a_long_value_is_cut() -> None:
    item, text = repair(pod(containers=["x" * 1000] * (MAX_FAULTS + 1)))
    assert item is None
    assert len(text) < MAX_VALUE_CHARS + 50
