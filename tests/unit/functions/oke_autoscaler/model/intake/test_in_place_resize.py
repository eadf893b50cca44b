"""A pod resized in place takes the largest of what it wants, was promised and has, as the scheduler counts it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from functions.oke_autoscaler.model.intake.readable import check
from functions.oke_autoscaler.model.kubernetes_objects import Pod
from functions.oke_autoscaler.model.pod_requests import pod_requests

MIB = 1 << 20
INFEASIBLE = [{"type": "PodResizePending", "status": "True", "reason": "Infeasible"}]
DEFERRED = [{"type": "PodResizePending", "status": "True", "reason": "Deferred"}]


def pod(spec: dict[str, Any], **status: Any) -> Pod:
    made = msgspec.json.decode(json.dumps({"metadata": {"name": "p"}, "spec": spec, "status": status}), type=Pod)
    check(made)
    return made


def container(name: str, cpu: str, memory: str = "100Mi", **more: Any) -> dict[str, Any]:
    return {"name": name, "resources": {"requests": {"cpu": cpu, "memory": memory}}, **more}


def status(name: str, promised: str | None, actual: str | None, memory: str = "100Mi") -> dict[str, Any]:
    said: dict[str, Any] = {"name": name}
    if promised is not None:
        said["allocatedResources"] = {"cpu": promised, "memory": memory}
    if actual is not None:
        said["resources"] = {"requests": {"cpu": actual, "memory": memory}}
    return said


@pytest.mark.parametrize(
    ("desired", "promised", "actual", "conditions", "counted"),
    [
        ("100m", "900m", "900m", [], 900),
        ("100m", "100m", "900m", [], 900),
        ("100m", "100m", "100m", [], 100),
        ("900m", "100m", "100m", DEFERRED, 900),
        ("900m", "100m", "100m", INFEASIBLE, 100),
        ("900m", "100m", "200m", INFEASIBLE, 200),
        ("900m", None, None, [], 900),
        # Without a word of the kubelet's the pod has not started: nothing was resized, whatever a condition says.
        ("900m", None, None, INFEASIBLE, 900),
        ("1", "1000m", "1000m", [], 1000),
        ("100m", "900m", None, [], 900),
    ],
)
def test_the_largest_counts_and_what_can_never_be_does_not(
    desired: str, promised: str | None, actual: str | None, conditions: list[dict[str, str]], counted: int
) -> None:
    made = pod(
        {"containers": [container("c", desired)]},
        containerStatuses=[status("c", promised, actual)],
        conditions=conditions,
    )
    assert pod_requests(made.spec)["cpu"] == counted
    assert made.unreadable is None


def test_containers_are_found_by_name_and_their_sums_are_compared() -> None:
    made = pod(
        {"containers": [container("a", "100m"), container("b", "500m")]},
        containerStatuses=[status("b", "200m", "200m"), status("a", "300m", "300m")],
    )
    assert pod_requests(made.spec) == {"cpu": 600, "memory": 200 * MIB}


def test_a_sidecar_is_resized_too_and_overhead_is_added_once() -> None:
    sidecar = container("s", "100m", restartPolicy="Always")
    made = pod(
        {"containers": [container("c", "100m")], "initContainers": [sidecar], "overhead": {"cpu": "50m"}},
        initContainerStatuses=[status("s", "400m", "400m")],
        containerStatuses=[status("c", "100m", "100m")],
    )
    assert pod_requests(made.spec) == {"cpu": 550, "memory": 200 * MIB}


def test_a_request_of_the_whole_pod_is_resized_by_the_pods_own_status() -> None:
    made = pod(
        {
            "containers": [container("c", "100m")],
            "resources": {"requests": {"cpu": "1", "memory": "1Gi"}},
            "overhead": {"cpu": "100m"},
        },
        allocatedResources={"cpu": "2100m", "memory": "1Gi"},
        resources={"requests": {"cpu": "1100m", "memory": "1Gi"}},
        containerStatuses=[status("c", "100m", "100m")],
    )
    assert pod_requests(made.spec) == {"cpu": 2100, "memory": 1 << 30}


def test_other_resources_stay_and_names_and_statuses_are_dropped() -> None:
    wants = {"name": "c", "resources": {"requests": {"cpu": "100m", "nvidia.com/gpu": "1"}}}
    has = {"name": "c", "allocatedResources": {"cpu": "900m", "nvidia.com/gpu": "1"}}
    made = pod({"containers": [wants]}, containerStatuses=[has])
    assert pod_requests(made.spec) == {"cpu": 900, "nvidia.com/gpu": 1}
    assert not bytes(made.status.container_statuses)
    assert [each.name for each in made.spec.containers or ()] == [""]
    check(made)
    assert pod_requests(made.spec)["cpu"] == 900


def test_an_amount_of_the_kubelets_that_is_none_makes_the_pod_unreadable() -> None:
    made = pod({"containers": [container("c", "100m")]}, containerStatuses=[status("c", "1E300", "100m")])
    assert made.unreadable is not None
    assert made.unreadable.path == "status.containerStatuses[0].allocatedResources.cpu"
    assert pod_requests(made.spec)["cpu"] == 100


def test_what_the_kubelet_says_in_another_order_and_with_more_beside_it_is_the_same() -> None:
    said = {"message": 'a "requests":{"cpu":"9"} in a text', **status("b", "500m", "500m")}
    said["resources"]["limits"] = {"cpu": "1"}
    made = pod(
        {"containers": [container("b", "500m"), container("a", "100m"), {"name": "none"}]},
        containerStatuses=[status("a", "100m", "100m"), {"name": "none", "resources": {}}, said],
    )
    assert made.spec.resources is None
    assert pod_requests(made.spec)["cpu"] == 600


@pytest.mark.parametrize("odd", [7, {"a": 1}, [7], [{"name": "c", "allocatedResources": {"cpu": ["1"]}}]])
def test_statuses_that_are_none_make_the_pod_unreadable(odd: Any) -> None:
    made = pod({"containers": [container("c", "100m")]}, containerStatuses=odd)
    assert pod_requests(made.spec)["cpu"] == 100
    assert (made.unreadable is None) == (odd in (7, {"a": 1}, [7]))
