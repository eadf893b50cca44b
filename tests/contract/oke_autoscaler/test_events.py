"""What a tick tells the cluster: events, status, evictions that are refused; never at the price of the tick itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.clients.events import MAX_EVENTS
from tests.support.autoscaler import IDLE, config, deletions, evictions, host_names, tick, writes
from tests.support.shared_data import ROOT

if TYPE_CHECKING:
    from emulator.base.faults import FaultOptions
    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord


def events(cloud: Cloud) -> list[dict[str, Any]]:
    return cloud.cluster.objects("Event")


def reasons(cloud: Cloud) -> set[str]:
    return {event["reason"] for event in events(cloud)}


def status(cloud: Cloud, pool: NodePoolRecord) -> dict[str, Any]:
    data = cloud.cluster.get("ConfigMap", "oke-autoscaler-status", "kube-system")["data"]
    found: dict[str, Any] = json.loads(data[pool.id])
    return found


def test_pods_are_told_that_nodes_come_or_why_none_can_help(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 6, pool=pool, cpu="900m")
    cloud.cluster.add_pod("huge", pool=pool, cpu="64")
    tick(principal_env, config(cloud, pool))
    by_pod = {event["involvedObject"]["name"]: event for event in events(cloud)}
    assert by_pod["huge"]["reason"] == "NotTriggerScaleUp"
    assert by_pod["huge"]["type"] == "Warning"
    assert by_pod["huge"]["metadata"]["namespace"] == "default"
    triggered = [name for name, event in by_pod.items() if event["reason"] == "TriggeredScaleUp"]
    assert len(triggered) == 2
    assert all(by_pod[name]["involvedObject"]["uid"] for name in triggered)
    assert status(cloud, pool)["action"] == "scale-up"
    assert [line.partition(":")[0] for line in status(cloud, pool)["pods"]] == ["default/huge"]


def test_the_answer_says_why_pods_wait_and_why_nodes_stay(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    (host,) = host_names(cloud, pool)
    cloud.cluster.add_pod("huge", pool=pool, cpu="64")
    (body,) = tick(principal_env, config(cloud, pool, node_pool_min_size=1, **IDLE)).values()
    assert body["pod-reasons"].startswith("default/huge: pods-fit-no-node-pool")
    assert body["node-reasons"].startswith(f"{host}: ")
    assert status(cloud, pool)["nodes"] == [body["node-reasons"]]


def test_what_lasts_is_one_event_with_a_newer_time(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_pod("huge", pool=pool, cpu="64")
    for _ in range(3):
        tick(principal_env, config(cloud, pool))
        cloud.cluster.advance(60)
    (event,) = events(cloud)
    assert event["lastTimestamp"] > event["firstTimestamp"]
    assert event["count"] == 3


def test_a_namespace_that_is_being_terminated_refuses_its_own_events_and_no_others(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    for namespace in ("leaving", "staying"):
        cloud.cluster.add_pod("huge", namespace=namespace, pool=pool, cpu="64")
    cloud.cluster.change("Namespace", "leaving", ("status.phase", "Terminating"))
    answer = tick(principal_env, config(cloud, pool))
    assert "error" not in answer
    refused = [call for call in cloud.log.calls(method="POST") if call.path.endswith("/leaving/events")]
    assert [call.status for call in refused] == [403]
    assert [event["metadata"]["namespace"] for event in events(cloud)] == ["staying"]
    assert status(cloud, pool)["reason"] == "pods-fit-no-node-pool"


def test_a_server_that_takes_no_events_takes_the_status_all_the_same(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("huge", 3, pool=pool, cpu="64")
    events_hang = cloud.faults.add(method="POST", path="/events$", hang=True, times=None)
    assert "error" not in tick(principal_env, config(cloud, pool), seconds=12.0)
    assert events_hang.hits == 1
    assert status(cloud, pool)["reason"] == "pods-fit-no-node-pool"


def test_a_burst_is_told_of_in_a_few_events(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=0)
    cloud.cluster.add_replicas("web", 100, pool=pool, cpu="900m")
    tick(principal_env, config(cloud, pool, node_pool_max_size=30))
    assert len(events(cloud)) == MAX_EVENTS
    assert pool.size == 25


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 500}, {"drop": "before"}, {"hang": True}])
@pytest.mark.parametrize("path", ["/events", "/configmaps"])
def test_a_report_that_cannot_be_given_costs_the_tick_nothing(
    cloud: Cloud, principal_env: dict[str, str], path: str, fault: FaultOptions
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 6, pool=pool, cpu="900m")
    cloud.faults.add(service="kubernetes", path=path, times=None, **fault)
    assert tick(principal_env, config(cloud, pool), seconds=6.0)["success"]["action"] == "scale-up"
    assert pool.size == 2


def draining(cloud: Cloud) -> tuple[NodePoolRecord, dict[str, str]]:
    pool = cloud.cluster.add_pool("p", size=2)
    first, second = host_names(cloud, pool)
    cloud.cluster.add_replicas("web", 4, nodes=[first], pool=pool, cpu="500m", memory="256Mi")
    cloud.cluster.add_replicas("api", 2, nodes=[second], pool=pool, cpu="300m", memory="256Mi")
    for host in (first, second):
        cloud.cluster.set_metrics(host, 10.0)
    return pool, config(cloud, pool, node_pool_min_size=1, **IDLE)


@pytest.mark.parametrize("refusal", [429, 500])
def test_an_eviction_that_is_refused_stops_the_drain_and_is_told(
    cloud: Cloud, principal_env: dict[str, str], refusal: int
) -> None:
    _, keys = draining(cloud)
    cloud.faults.add(path="/eviction$", status=refusal, times=None)
    assert tick(principal_env, keys)["success"]["reason"] == "draining"
    assert len([write for write in writes(cloud) if write.endswith("/eviction")]) == 1
    assert reasons(cloud) == {"ScaleDownFailed"}
    assert deletions(cloud) == []


@pytest.mark.parametrize("gone", [404, 409])
def test_a_pod_that_is_gone_or_another_by_now_does_not_stop_the_drain(
    cloud: Cloud, principal_env: dict[str, str], gone: int
) -> None:
    _, keys = draining(cloud)
    cloud.cluster.add_budget("api", {"app": "api"}, max_unavailable=2)
    cloud.faults.add(path="/eviction$", status=gone)
    tick(principal_env, keys)
    assert len([write for write in writes(cloud) if write.endswith("/eviction")]) == 2
    assert len(evictions(cloud)) == 1


def test_a_failed_tick_is_told_as_an_event_about_the_status(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.faults.add(path="/poddisruptionbudgets$", status=403, code="Forbidden", times=None)
    tick(principal_env, config(cloud, pool))
    (event,) = events(cloud)
    assert (event["reason"], event["involvedObject"]["kind"]) == ("TickFailed", "ConfigMap")
    assert "kubernetes-api-error" in event["message"]


def test_explain_live_says_what_the_next_tick_would_do_and_writes_nothing(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 12, pool=pool, cpu="900m")
    environment = {"PATH": os.environ.get("PATH", ""), **principal_env, **config(cloud, pool)}
    command = [sys.executable, "-m", "functions.oke_autoscaler", "explain", "--live"]
    done = subprocess.run(  # noqa: S603  (our own command)
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    said = json.loads(done.stdout)
    assert said["pools"][0]["wanted_size"] == 3
    assert len(said["pods"]) == 8  # four fit on the node that is there
    assert len(said["nodes"]) == 1
    assert writes(cloud) == []
