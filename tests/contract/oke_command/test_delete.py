"""`oke cluster delete` against the emulated container engine: pools first, what remains, and what others have begun."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import pytest

from ops.oke import delete
from ops.oke.values import ClusterView
from shared.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.oke_command.conftest import Oke


def made(oke: Oke) -> str:
    """The OCID of a new cluster with a node pool."""
    return str(oke.create("--size", "2").json["clusterId"])


def deletions(oke: Oke) -> list[str]:
    return [call.path.split("/")[2] for call in oke.cloud.log.calls("container_engine", "DELETE")]


def test_pools_go_first_then_the_cluster_and_what_stays_is_told(oke: Oke) -> None:
    cluster = made(oke)
    service = {"kind": "Service", "apiVersion": "v1", "metadata": {"name": "web"}, "spec": {"type": "LoadBalancer"}}
    oke.cluster.put(service)
    oke.cluster.put({**service, "metadata": {"name": "inner"}, "spec": {"type": "ClusterIP"}})
    csi = {"driver": "blockvolume.csi.oraclecloud.com", "volumeHandle": "ocid1.volume.oc1.iad.aaaa"}
    capacity = {"capacity": {"storage": "50Gi"}, "accessModes": ["ReadWriteOnce"], "csi": csi}
    oke.cluster.put({"kind": "PersistentVolume", "apiVersion": "v1", "metadata": {"name": "data"}, "spec": capacity})
    done = oke.delete("--cluster", cluster, "--yes")
    assert done.status == 0, done.out
    (pool,) = oke.cluster.node_pools.pools.values()
    assert deletions(oke) == ["nodePools", "clusters"]
    assert (oke.cluster.clusters.get(cluster).state, pool.state) == ("DELETED", "DELETED")
    assert done.json["node-pools"] == [pool.id]
    assert done.json["remains"] == {
        "vcn": "ocid1.vcn.oc1.iad.aaaaaaaanetwork",
        "load-balancers": ["of Service default/web"],
        "volumes": ["ocid1.volume.oc1.iad.aaaa (data)"],
    }
    again = oke.delete("--cluster", cluster, "--yes")
    assert (again.status, deletions(oke)) == (0, ["nodePools", "clusters"])


def test_a_cluster_that_cannot_be_asked_is_deleted_and_what_stays_is_unknown(oke: Oke) -> None:
    cluster = made(oke)
    oke.cloud.faults.add(service="kubernetes", status=403, code="Forbidden", times=None)
    done = oke.delete("--cluster", cluster, "--yes")
    assert "could not be asked" in done.json["remains"]["unknown"]
    assert oke.cluster.clusters.get(cluster).state == "DELETED"


def test_nobody_is_deleted_for_without_an_answer(oke: Oke) -> None:
    cluster = made(oke)
    error = oke.delete("--cluster", cluster).error
    assert (error["field"], deletions(oke)) == ("--yes", [])


@pytest.mark.parametrize(("answer", "goes_on"), [("prod", True), (" prod ", True), ("y", False), ("", False)])
def test_a_person_types_the_clusters_name(monkeypatch: pytest.MonkeyPatch, answer: str, *, goes_on: bool) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stderr", Terminal())
    cluster = ClusterView("ocid1.cluster.oc1.iad.a", "prod", "ACTIVE", "c")
    if goes_on:
        delete.confirm(cluster, lambda _: answer)
        return
    with pytest.raises(BadRequest, match="nothing was deleted"):
        delete.confirm(cluster, lambda _: answer)


def begun_pool(oke: Oke, cluster: str) -> None:
    (pool,) = oke.cluster.node_pools.pools.values()
    oke.cluster.node_pools.remove(pool, grace_seconds=0, force=True)


def begun_cluster(oke: Oke, cluster: str) -> None:
    oke.cluster.clusters.delete(oke.cluster.clusters.get(cluster))


@pytest.mark.parametrize(("begin", "left"), [(begun_pool, ["clusters"]), (begun_cluster, [])])
def test_what_others_have_begun_is_waited_for(oke: Oke, begin: Callable[[Any, str], None], left: list[str]) -> None:
    cluster = made(oke)
    begin(oke, cluster)
    done = oke.delete("--cluster", cluster, "--yes")
    assert (done.status, deletions(oke)) == (0, left), done.out
    assert oke.cluster.clusters.get(cluster).state == "DELETED"


@pytest.mark.parametrize("path", ["nodePools", "clusters"])
def test_a_lost_answer_of_a_deletion_is_no_failure(oke: Oke, path: str) -> None:
    cluster = made(oke)
    oke.cloud.faults.add(service="container_engine", method="DELETE", path=path, drop="after")
    done = oke.delete("--cluster", cluster, "--yes")
    assert done.status == 0, done.out
    assert oke.cluster.clusters.get(cluster).state == "DELETED"


def test_a_cluster_that_is_not_there_is_told(oke: Oke) -> None:
    error = oke.delete("--cluster", "ocid1.cluster.oc1.iad.nowhere", "--yes").error
    assert (error["field"], "policies" in error["fix"]) == ("--cluster", True)
    assert oke.delete("--cluster", "prod", "--yes").error["field"] == "--cluster"


def test_pods_with_a_budget_do_not_hold_a_deletion(oke: Oke) -> None:
    cluster = made(oke)
    (pool,) = oke.cluster.node_pools.pools.values()
    oke.cluster.advance(200)
    host = oke.cluster.nodes(pool)[0]["metadata"]["name"]
    oke.cluster.add_replicas("web", 1, nodes=[host], pool=pool)
    oke.cluster.add_budget("web", {"app": "web"}, min_available=1)
    began = oke.cluster.clock()
    assert oke.delete("--cluster", cluster, "--yes").status == 0
    assert oke.cluster.clock() - began < 400
