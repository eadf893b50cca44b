"""Every read of a tick fails in turn: no node, pod or node pool is touched, and the answer says what failed.

The cluster is one in which a tick that reads on regardless would grow a pool, go on with a drain and delete a node.
"""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.autoscaler import BOOKKEEPING, IDLE, changes, config, host_names, put_taint, tick, writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.base.faults import FaultOptions
    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"

READS = {
    "kubeconfig": "/kubeconfig/content$",
    "other autoscaler": f"{LEASES}/cluster-autoscaler$",
    "lease": f"{LEASES}/oke-autoscaler$",
    "node pool": "^/20180222/nodePools/[^/]+$",
    "work requests": "^/20180222/workRequests$",
    "metrics": "/summarizeMetricsData$",
    "nodes": "^/api/v1/nodes$",
    "pods": "^/api/v1/pods$",
    "budgets": "/poddisruptionbudgets$",
    "replica sets": "/replicasets$",
    "stateful sets": "/statefulsets$",
    "daemon sets": "/daemonsets$",
    "jobs": "/jobs$",
    "replication controllers": "/replicationcontrollers$",
    "priority classes": "/priorityclasses$",
    "namespaces": "^/api/v1/namespaces$",
    "claims": "/persistentvolumeclaims$",
    "volumes": "/persistentvolumes$",
    "storage classes": "/storageclasses$",
    "CSI nodes": "/csinodes$",
}
FAULTS: dict[str, FaultOptions] = {
    "status": {"status": 500, "code": "InternalError"},
    "forbidden": {"status": 403, "code": "Forbidden"},
    "timeout": {"hang": True},
    "reset": {"drop": "before", "reset": True},
    "lost": {"drop": "after"},
    "malformed": {"body": b'{"kind": "List", "items": [{"metadata": {"na'},
    "not a list": {"body": b"{}"},
    "truncated": {"truncate_bytes": 1},
    "empty": {"body": b""},
}
OTHER_METRIC = b'[{"name": "DiskIopsRead", "dimensions": {"resourceId": "x"}, "aggregatedDatapoints": [{"value": 0}]}]'
OTHERS: dict[str, tuple[bytes, ...]] = {
    "kubeconfig": (b"apiVersion: v1", b"null"),
    "node pool": (b"null", b"[]", b'{"id": "ocid1.nodepool.oc1..other", "nodes": []}'),
    "work requests": (b"null", b"{}", b"[{}]", b'{"items": []}'),
    "metrics": (b"null", b"{}", b"[{}]", OTHER_METRIC),
}
KUBERNETES_OTHERS = (
    b"null",
    b'{"kind": "ConfigMapList", "apiVersion": "v1", "metadata": {}, "items": []}',
    b'{"kind": "List", "apiVersion": "v1", "metadata": {}, "items": []}',
    b'{"apiVersion": "v1", "metadata": {"name": "x"}, "items": []}',
)
"""What a read must not take for an empty list or for what it asked for."""

TRICKLED_SECONDS = 3.0
TRICKLES_EACH = 4
"""Of a tick with a call that trickles: the shortest of its answers takes ten times as long."""

REASONS = {"oci-service-error", "kubernetes-api-error", "deadline-exceeded"}
TICK_SECONDS = 6.0
"""Of each tick: what a read that hangs costs, and ten times what a tick takes to come to its last read."""

QUICK = ("status", "malformed", "truncated", "reset", "timeout")
PAIRS = [(read, fault) for read in READS for fault in FAULTS]
CHOSEN = [pair for index, pair in enumerate(PAIRS) if pair[1] == QUICK[index // len(FAULTS) % len(QUICK)]]


def busy_cluster(cloud: Cloud) -> tuple[NodePoolRecord, dict[str, str]]:
    """Three nodes: one busy, one drained (to be deleted), one empty; nothing pending, so that loads are read too."""
    pool = cloud.cluster.add_pool("p", size=3)
    first, second, third = host_names(cloud, pool)
    selector = {"topologyKey": "zone", "labelSelector": {"matchLabels": {"a": "b"}}, "namespaceSelector": {}}
    spec = {
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
        "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [selector]}},
    }
    cloud.cluster.add_pod("claims", node=first, pool=pool, cpu="2", spec=spec)
    put_taint(cloud, second)
    for name in ("cluster-autoscaler", "oke-autoscaler"):
        meta = {"name": name, "namespace": "kube-system"}
        cloud.cluster.put({"kind": "Lease", "apiVersion": "coordination.k8s.io/v1", "metadata": meta, "spec": {}})
    for host in (first, third):
        cloud.cluster.set_metrics(host, 10.0)
    return pool, config(cloud, pool, node_pool_min_size=1, **IDLE)


def check(cloud: Cloud, env: dict[str, str], read: str, fault: FaultOptions) -> None:
    pool, keys = busy_cluster(cloud)
    armed = cloud.faults.add(path=READS[read], times=None, **fault)
    error: dict[str, Any] = tick(env, keys, seconds=TICK_SECONDS).get("error", {})
    assert armed.hits, f"the tick does not read {read}"
    assert error.get("reason") in REASONS, error
    assert [write for write in writes(cloud) if not any(part in write for part in BOOKKEEPING)] == []
    assert pool.size == 3
    events = [event["reason"] for event in cloud.cluster.objects("Event")]
    assert set(events) <= {"TickFailed"}
    allowed = re.compile(r"(POST|PUT|PATCH) \S*/(leases|configmaps|events)(/\S+)?$")
    assert all(allowed.match(write) for write in writes(cloud))


def test_the_cluster_is_one_in_which_an_unhindered_tick_does_things(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool, keys = busy_cluster(cloud)
    tick(principal_env, keys)
    assert pool.size < 3


@pytest.mark.parametrize(("read", "fault"), CHOSEN)
def test_a_read_that_fails_touches_nothing(cloud: Cloud, principal_env: dict[str, str], read: str, fault: str) -> None:
    check(cloud, principal_env, read, FAULTS[fault])


@pytest.mark.parametrize("read", READS)
def test_what_is_not_what_was_asked_for_touches_nothing(cloud: Cloud, principal_env: dict[str, str], read: str) -> None:
    for body in OTHERS.get(read, KUBERNETES_OTHERS):
        cloud.reset()
        check(cloud, principal_env, read, {"body": body})


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/pods", "Pod"),
        ("/apis/policy/v1/poddisruptionbudgets", "PodDisruptionBudget"),
        ("/apis/apps/v1/replicasets", "ReplicaSet"),
        ("/apis/apps/v1/daemonsets", "DaemonSet"),
    ],
)
def test_a_list_whose_items_are_null_touches_nothing(
    cloud: Cloud, principal_env: dict[str, str], path: str, kind: str
) -> None:
    pool, keys = busy_cluster(cloud)
    body = f'{{"kind": "{kind}List", "metadata": {{}}, "items": null}}'.encode()
    cloud.faults.add(path=f"^{path}$", body=body, times=None)
    assert tick(principal_env, keys)["error"]["reason"] == "kubernetes-api-error"
    assert pool.size == 3


@pytest.mark.soak
@pytest.mark.parametrize(("read", "fault"), [pair for pair in PAIRS if pair not in CHOSEN])
def test_every_read_that_fails_touches_nothing(
    cloud: Cloud, principal_env: dict[str, str], read: str, fault: str
) -> None:
    check(cloud, principal_env, read, FAULTS[fault])


def growing_pool(cloud: Cloud) -> tuple[NodePoolRecord, dict[str, str]]:
    """A pool that a tick makes larger."""
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 30, pool=pool, cpu="1")
    return pool, config(cloud, pool)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("make", [busy_cluster, growing_pool])
def test_a_call_that_trickles_never_holds_a_tick(
    cloud: Cloud, principal_env: dict[str, str], make: Callable[[Cloud], tuple[NodePoolRecord, dict[str, str]]]
) -> None:
    """Calls of a tick in turn, at 20 bytes a second: every fourth by chance, and all in `make soak`.

    Each one takes its deadline.
    """
    asked = calls_of_a_tick(cloud, principal_env, make)
    first = int(os.environ["KILL_SEED"]) % TRICKLES_EACH
    trickle_in_turn(cloud, principal_env, make, asked[first::TRICKLES_EACH])


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("make", [busy_cluster, growing_pool])
def test_every_call_that_trickles_never_holds_a_tick(
    cloud: Cloud, principal_env: dict[str, str], make: Callable[[Cloud], tuple[NodePoolRecord, dict[str, str]]]
) -> None:
    trickle_in_turn(cloud, principal_env, make, calls_of_a_tick(cloud, principal_env, make))


def calls_of_a_tick(
    cloud: Cloud, principal_env: dict[str, str], make: Callable[[Cloud], tuple[NodePoolRecord, dict[str, str]]]
) -> list[tuple[str, str]]:
    """Return the method and the path of each call of an unhindered tick, as its log has them."""
    tick(principal_env, make(cloud)[1])
    return sorted({(call.method, shape(call.path)) for call in cloud.log.calls()})


def trickle_in_turn(
    cloud: Cloud,
    principal_env: dict[str, str],
    make: Callable[[Cloud], tuple[NodePoolRecord, dict[str, str]]],
    asked: list[tuple[str, str]],
) -> None:
    assert asked
    for method, path in asked:
        cloud.reset()
        pool, keys = make(cloud)
        size = pool.size
        trickle = cloud.faults.add(method=method, path=path, trickle=20, times=None)
        started = time.monotonic()
        answer = tick(principal_env, keys, seconds=TRICKLED_SECONDS)
        assert time.monotonic() - started < 2 * TRICKLED_SECONDS, f"{method} {path}"
        assert trickle.hits, f"{method} {path}"
        holders = [each["spec"].get("holderIdentity") for each in cloud.cluster.objects("Lease")]
        assert not any(holders) or "/leases" in path, f"{method} {path} leaves the Lease held"
        if method == "GET" and "/configmaps" not in path:
            assert answer.get("error", {}).get("reason") in REASONS, f"{method} {path}: {answer}"
            assert (pool.size, changes(cloud)) == (size, []), f"{method} {path}"


def shape(path: str) -> str:
    """Return a pattern for the path of a call, whatever the ids and names in it are in another run."""
    path = re.sub(r"/ocid1\.[^/]+", "/[^/]+", path)
    path = re.sub(r"/(nodes|events)/[^/]+", r"/\1/[^/]+", path)
    return f"^{re.sub(r'/pods/[^/]+', '/pods/[^/]+', path)}$"


def test_a_pending_pod_and_a_failing_list_buy_nothing(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 30, pool=pool, cpu="1")
    cloud.faults.add(path="/replicasets$", status=403, times=None)
    assert tick(principal_env, config(cloud, pool))["error"]["reason"] == "kubernetes-api-error"
    assert pool.size == 1
