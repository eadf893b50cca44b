"""Scale-up on the local cloud: what is asked of OKE, with which etag, and who gets the pods that a pool refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.autoscaler import changes, config, tick, writes

if TYPE_CHECKING:
    from emulator.base.faults import FaultOptions
    from emulator.base.request_log import LoggedCall
    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord


def burst(cloud: Cloud, pool: NodePoolRecord | None, pods: int, cpu: str = "900m") -> None:
    cloud.cluster.add_replicas("burst", pods, pool=pool, cpu=cpu, memory="512Mi")


def body(answer: dict[str, Any], level: str = "success") -> dict[str, str]:
    found: dict[str, str] = answer[level]
    return found


def test_a_burst_of_100_pods_asks_for_all_25_nodes_in_one_tick(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("prod-pool1", size=0)
    burst(cloud, pool, 100)
    answer = tick(principal_env, config(cloud, pool, node_pool_max_size=100))
    assert body(answer) == {
        "action": "scale-up",
        "reason": "unschedulable-pods",
        "unschedulable-pods-count": "100",
        "node-pool-name": "prod-pool1",
        "node-pool-status": "ready",
        "node-count": "25",
    }
    assert changes(cloud) == [f"PUT /20180222/nodePools/{pool.id}"]
    cloud.cluster.advance(300)
    assert len(cloud.cluster.pending()) == 0
    assert len(pool.nodes) == 25


def put_of(cloud: Cloud) -> LoggedCall:
    (call,) = cloud.log.calls(service="container_engine", method="PUT")
    return call


def test_only_the_size_is_sent_and_only_for_the_pool_as_it_was_read(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=1, domains=["Uocm:US-ASHBURN-AD-1", "Uocm:US-ASHBURN-AD-2"])
    placements, etag = json.dumps(pool.placements), pool.etag
    burst(cloud, pool, 12)
    tick(principal_env, config(cloud, pool))
    assert put_of(cloud).header("if-match") == etag
    assert put_of(cloud).request_bytes == len('{"nodeConfigDetails": {"size": 3}}')
    assert json.dumps(pool.placements) == placements


def test_the_next_tick_counts_the_nodes_that_are_on_their_way(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    burst(cloud, pool, 12)
    tick(principal_env, config(cloud, pool))
    cloud.log.clear()
    cloud.cluster.advance(60)
    second = tick(principal_env, config(cloud, pool))
    assert (body(second)["reason"], body(second)["node-pool-status"]) == ("node-pool-updating", "updating")
    assert changes(cloud) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 409, "code": "IncorrectState"},
        {"status": 429, "code": "TooManyRequests"},
        {"status": 500, "code": "InternalServerError", "message": "Out of host capacity."},
        {"status": 503, "code": "ServiceUnavailable"},
        {"status": 400, "code": "LimitExceeded"},
        {"drop": "before"},
    ],
)
def test_what_one_pool_refuses_the_next_gets_in_the_same_tick(
    cloud: Cloud, principal_env: dict[str, str], fault: FaultOptions
) -> None:
    cheap = cloud.cluster.add_pool("cheap", size=1, ocpus=2, memory_gib=16, labels={})
    dear = cloud.cluster.add_pool("dear", size=1, ocpus=4, memory_gib=64, labels={})
    burst(cloud, None, 30)
    cloud.faults.add(path=cheap.id, method="PUT", times=None, **fault)
    answer = tick(principal_env, config(cloud, cheap, dear))
    assert (cheap.size, dear.size > 1) == (1, True)
    by_name = {one["node-pool-name"]: one for entry in answer["node-pools"] for one in entry.values()}
    assert by_name["dear"]["action"] == "scale-up"
    assert by_name["dear"]["node-count"] == str(dear.size)
    assert by_name["cheap"]["action"] == "none"
    cloud.cluster.advance(400)
    assert len(cloud.cluster.pending()) == 0


def test_a_pool_not_asked_yet_gets_the_refused_pods_with_its_own_in_one_resize(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    refusing = cloud.cluster.add_pool("a", size=1, labels={"kind": "a"}, ocpus=2, memory_gib=16)
    taking = cloud.cluster.add_pool("b", size=1, labels={"kind": "b"}, ocpus=4, memory_gib=64)
    cloud.cluster.add_replicas("anywhere", 40, cpu="900m", memory="512Mi")
    cloud.cluster.add_replicas("own", 8, cpu="3700m", memory="512Mi", spec={"nodeSelector": {"kind": "b"}})
    cloud.faults.add(path=refusing.id, method="PUT", status=409, code="IncorrectState", times=None)
    tick(principal_env, config(cloud, refusing, taking))
    puts = cloud.log.calls(service="container_engine", method="PUT")
    assert [(call.path.rpartition("/")[2], call.status) for call in puts] == [(refusing.id, 409), (taking.id, 202)]
    cloud.cluster.advance(400)
    assert cloud.cluster.pending() == []


def test_a_pool_that_everybody_refuses_is_reported_out_of_capacity(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    burst(cloud, pool, 12)
    cloud.faults.add(path=pool.id, method="PUT", status=429, code="TooManyRequests", times=None)
    answer = tick(principal_env, config(cloud, pool))
    assert (body(answer, "warning")["action"], body(answer, "warning")["reason"]) == ("none", "out-of-capacity")


def test_a_resize_whose_answer_is_lost_is_not_asked_for_twice(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    other = cloud.cluster.add_pool("other", size=0, labels={"name": "p"}, ocpus=8, memory_gib=64)
    burst(cloud, pool, 12)
    cloud.faults.add(path=pool.id, method="PUT", drop="after")
    tick(principal_env, config(cloud, pool, other))
    assert (pool.size, other.size) == (3, 0)
    assert len(cloud.log.calls(service="container_engine", method="PUT")) == 1


def test_a_human_who_resizes_in_between_is_seen_and_planned_with(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    burst(cloud, pool, 12)

    def human(call: LoggedCall) -> None:
        if call.method == "PUT" and pool.size == 1:
            cloud.cluster.resize(pool, 2)

    cloud.hooks.add("before", human, service="container_engine")
    tick(principal_env, config(cloud, pool))
    assert [call.status for call in cloud.log.calls(service="container_engine", method="PUT")] == [412]
    assert pool.size == 2
    cloud.hooks.clear()
    cloud.cluster.advance(400)
    tick(principal_env, config(cloud, pool))
    assert pool.size == 3


def test_a_dry_run_answers_the_same_and_writes_nothing_at_all(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    burst(cloud, pool, 12)
    dry = tick(principal_env, config(cloud, pool, dry_run=True))
    assert writes(cloud) == []
    assert pool.size == 1
    assert body(dry) == {**body(tick(principal_env, config(cloud, pool))), "dry-run": "true"}


POOLS = '[{"id": "ocid1.nodepool.oc1.iad.p", "max_size": 1}]'


def test_missing_config_names_every_key(principal_env: dict[str, str]) -> None:
    error = tick(principal_env, {"node_pool_eval_window": "x", "node_pools": POOLS})["error"]
    assert (error["reason"], error["keys"]) == ("missing-input-data", ["cluster_id", "node_pool_eval_window"])


@pytest.mark.parametrize("text", ["[]", "x", '[{"id": "p", "max_size": -1}]'])
def test_faulty_node_pools_are_the_only_faulty_key(principal_env: dict[str, str], text: str) -> None:
    error = tick(principal_env, {"cluster_id": "ocid1.cluster.oc1.iad.c", "node_pools": text})["error"]
    assert error["keys"] == ["node_pools"]


@pytest.mark.parametrize(("status", "code"), [(404, "NotAuthorizedOrNotFound"), (401, "NotAuthenticated")])
def test_a_refused_read_is_an_oci_error_with_its_status_code_and_request_id(
    cloud: Cloud, principal_env: dict[str, str], status: int, code: str
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.faults.add(path=pool.id, method="GET", status=status, code=code, times=None)
    error = tick(principal_env, config(cloud, pool))["error"]
    assert (error["reason"], error["status"], error["code"]) == ("oci-service-error", str(status), code)
    assert error["opc-request-id"]
    assert changes(cloud) == []


@pytest.mark.parametrize(
    ("sent", "configured"), [(b'{"dry_run": true}', False), (b'{"dry_run": false}', True), (b"-", True)]
)
def test_a_tick_is_dry_when_the_body_or_the_config_says_so(
    cloud: Cloud, principal_env: dict[str, str], sent: bytes, *, configured: bool
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 40, pool=pool, cpu="900m")
    answer = tick(principal_env, config(cloud, pool, dry_run=configured), body=sent)
    assert answer["success"]["dry-run"] == "true"
    assert answer["success"]["action"] == "scale-up"
    assert writes(cloud) == []
    assert "dry-run" not in tick(principal_env, config(cloud, pool), body=b'{"dry_run": false}')["success"]
