"""What a real API server and scheduler were seen to do, as scenarios of the emulated cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.autoscaler import IDLE, config, deletions, host_names, tick

if TYPE_CHECKING:
    from emulator.base.request_log import LoggedCall
    from emulator.cloud import Cloud


def body(answer: dict[str, Any]) -> dict[str, str]:
    (found,) = answer.values()
    return dict(found)


@pytest.mark.parametrize("quantity", ["1E300", "9e999"])
def test_a_pod_that_nobody_can_count_stops_nobody_elses_nodes(
    cloud: Cloud, principal_env: dict[str, str], quantity: str
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    host = host_names(cloud, pool)[0]
    cloud.cluster.add_pod("odd", namespace="anybody", cpu=quantity)
    stored = cloud.cluster.get("Pod", "odd", "anybody")["spec"]["containers"][0]["resources"]["requests"]["cpu"]
    assert stored == quantity
    cloud.cluster.add_replicas("web", 8, pool=pool, cpu="900m")
    answer = body(tick(principal_env, config(cloud, pool, **IDLE)))
    assert (answer["action"], answer["node-count"]) == ("scale-up", "2")
    assert answer["unreadable"].startswith("Pod anybody/odd, spec.containers[0].resources.requests.cpu, ")
    assert answer["unreadable-count"] == "1"
    told = [event for event in cloud.cluster.objects("Event") if event["reason"] == "Unreadable"]
    assert [(event["metadata"]["namespace"], event["type"]) for event in told] == [("anybody", "Warning")]
    # The scheduler counts it as nothing and has put it on the node, which stays for it once all else is gone.
    cloud.cluster.advance(400)
    cloud.cluster.scale("web", 0)
    kept = cloud.cluster.get("Pod", "odd", "anybody")["spec"]["nodeName"]
    for _ in range(3):
        tick(principal_env, config(cloud, pool, **IDLE))
        cloud.cluster.advance(300)
    assert deletions(cloud)
    assert host_names(cloud, pool) == [kept] == [host]


def test_leading_zeros_of_an_exponent_are_a_number(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_pod("large", pool=pool, cpu="1e003")
    answer = body(tick(principal_env, config(cloud, pool)))
    assert "unreadable" not in answer
    assert (
        answer["pod-reasons"]
        == "default/large: pods-fit-no-node-pool (p: insufficient cpu (asked 1000, a node of p offers 3.81))"
    )


def test_a_pod_resized_in_place_takes_what_it_has_until_its_node_has_followed(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    host = host_names(cloud, pool)[0]
    cloud.cluster.add_pod("large", node=host, cpu="3500m", memory="1Gi")
    wanted = {"requests": {"cpu": "100m", "memory": "1Gi"}}
    held = {"cpu": "3500m", "memory": "1Gi"}
    (container,) = cloud.cluster.get("Pod", "large")["spec"]["containers"]
    status = {"name": container["name"], "allocatedResources": held, "resources": {"requests": held}}
    cloud.cluster.change(
        "Pod",
        "large",
        ("spec.containers", [{**container, "resources": wanted}]),
        ("status.containerStatuses", [status]),
    )
    cloud.cluster.add_replicas("web", 2, pool=pool, cpu="900m")
    cloud.cluster.settle()
    assert len(cloud.cluster.pending()) == 2
    assert body(tick(principal_env, config(cloud, pool)))["action"] == "scale-up"
    cloud.cluster.advance(400)
    assert cloud.cluster.pending() == []


@pytest.mark.parametrize("moment", ["PATCH /api/v1/nodes/", "GET /api/v1/pods", "POST /api/v1/namespaces/"])
def test_a_node_that_goes_under_the_tick_is_no_error(cloud: Cloud, principal_env: dict[str, str], moment: str) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    gone, stays = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 1, nodes=[gone], cpu="100m")
    (pod,) = cloud.cluster.objects("Pod")
    cloud.cluster.add_replicas("other", 1, nodes=[stays], cpu="900m")
    cordoned: list[str] = []

    def reclaim(call: LoggedCall) -> None:
        """Take the node and its pod away the first time that the tick comes to it after its reads."""
        if moment.startswith("PATCH") or cordoned:
            if cordoned[1:] or not f"{call.method} {call.path}".startswith(moment):
                return
            cordoned.extend(["done", "done"])
            cloud.cluster.remove("Pod", pod["metadata"]["name"])
            cloud.cluster.remove("Node", gone)
        elif f"{call.method} {call.path}" == f"PATCH /api/v1/nodes/{gone}":
            cordoned.append("cordoned")

    cloud.hooks.add("before", reclaim, service="kubernetes")
    answer = tick(principal_env, config(cloud, pool, **IDLE))
    assert len(cordoned) > 1, "the node was not taken"
    assert "error" not in answer
