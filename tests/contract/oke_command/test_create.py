"""`oke cluster create` against the emulated container engine: from nothing, from what is there, and what goes wrong."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest
import yaml
from oci.container_engine import models

from emulator.oke.model.network import DOMAINS, VCN
from ops.oke.values import TAG
from tests.contract.oke_command.conftest import SUBNET, Oke
from tests.support.oke_sdk import container_engine_client

if TYPE_CHECKING:
    from emulator.oke.model.cluster_records import ClusterRecord


def clusters(oke: Oke) -> list[ClusterRecord]:
    return list(oke.cluster.clusters.all.values())


def test_a_cluster_its_nodes_and_its_files_come_from_nothing(oke: Oke) -> None:
    done = oke.create("--size", "3", "--ssh-key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample me@here")
    assert done.status == 0, done.out
    pool = done.json
    (cluster,) = clusters(oke)
    assert (cluster.state, cluster.details["kubernetesVersion"]) == ("ACTIVE", "v1.33.1")
    assert cluster.details["freeformTags"] == pool["freeformTags"] == TAG
    assert (pool["clusterId"], pool["kubernetesVersion"]) == (cluster.id, "v1.33.1")
    assert pool["nodeImageName"] == "Oracle-Linux-8.10-2025.05.19-0-OKE-1.33.1-870"
    assert [node["lifecycleState"] for node in pool["nodes"]] == ["ACTIVE"] * 3
    assert {each["availabilityDomain"] for each in pool["nodeConfigDetails"]["placementConfigs"]} == set(DOMAINS)
    assert oke.made() == ["clusters", "nodePools"]
    assert json.loads((oke.folder / "nodepool.json").read_text()) == pool
    config = yaml.safe_load((oke.folder / "kubeconfig").read_text())
    assert config["clusters"][0]["cluster"]["server"] == f"https://{oke.cluster.api_server.address}"
    assert stat.S_IMODE(oke.folder.stat().st_mode) == 0o700
    for name in ("nodepool.json", "kubeconfig"):
        assert stat.S_IMODE((oke.folder / name).stat().st_mode) == 0o600
    for told in (
        "making cluster prod with Kubernetes v1.33.1",
        "making node pool prod: 3 nodes",
        "3 of 3 nodes active",
    ):
        assert told in done.err


def test_waiting_costs_one_read_a_turn_for_the_control_plane_and_two_for_the_pool(oke: Oke) -> None:
    assert oke.create().status == 0
    reads = [call.path for call in oke.cloud.log.calls("container_engine", "GET")]
    cluster_request, pool_request = (
        request.id for request in oke.cluster.work_requests.all if request.operation.endswith("CREATE")
    )
    of_cluster = sum(path.endswith(cluster_request) for path in reads)
    of_pool = sum(path.endswith(pool_request) for path in reads)
    # 420 s at up to 30 s a turn, and 100 s; one read more of each resource tells what became of it.
    assert 14 <= of_cluster <= 25
    assert sum("/clusters/" in path for path in reads) == 2
    assert abs(sum("/nodePools/" in path for path in reads) - of_pool) <= 1
    assert all(1 <= wait <= 30 for wait in oke.waits)


def test_what_is_there_is_taken_up_and_made_once(oke: Oke) -> None:
    first = oke.create()
    before = oke.made()
    again = oke.create()
    assert (again.status, oke.made()) == (0, before)
    assert again.json["id"] == first.json["id"]
    assert "taking up cluster prod" in again.err


def test_a_cluster_that_is_being_made_is_waited_for(oke: Oke) -> None:
    oke.cloud.faults.add(service="container_engine", method="GET", path="/workRequests/", status=404, code="NotFound")
    assert oke.create().error["status"] == "404"
    assert [cluster.state for cluster in clusters(oke)] == ["CREATING"]
    assert oke.create().status == 0
    assert oke.made() == ["clusters", "nodePools"]


def test_a_lost_answer_of_a_create_makes_nothing_twice(oke: Oke) -> None:
    for path in (r"/clusters$", r"/nodePools$"):
        oke.cloud.faults.add(service="container_engine", method="POST", path=path, drop="after")
    assert oke.create().status == 0
    assert oke.made() == ["clusters", "clusters", "nodePools", "nodePools"]
    assert (len(clusters(oke)), len(oke.cluster.node_pools.pools)) == (1, 1)


def test_a_service_that_is_busy_is_asked_again_when_it_says(oke: Oke) -> None:
    busy = oke.cloud.faults.add(
        service="container_engine",
        method="POST",
        path=r"/clusters$",
        status=429,
        code="TooManyRequests",
        response_headers={"retry-after": "7"},
        times=2,
    )
    assert oke.create().status == 0
    assert (busy.hits, oke.waits[:2]) == (2, [7.0, 7.0])


def test_a_cluster_after_a_deleted_one_of_its_name_is_a_new_one(oke: Oke) -> None:
    first = oke.create().json["clusterId"]
    assert oke.delete("--cluster", first, "--yes").status == 0
    second = oke.create()
    assert second.status == 0, second.out
    assert second.json["clusterId"] != first


def test_two_of_one_name_are_refused_and_named(oke: Oke) -> None:
    env = oke.cloud.identity.mint_resource_principal()
    engine = container_engine_client(oke.cloud, env)
    details = models.CreateClusterDetails(
        name="prod", compartment_id=oke.cluster.compartment, vcn_id=VCN, kubernetes_version="v1.33.1"
    )
    engine.create_cluster(details)
    error = oke.create().error
    (other,) = clusters(oke)
    assert (error["reason"], error["found"]) == ("name-taken", [f"{other.id} (CREATING)"])
    assert "made-by" in error["fix"]
    engine.create_cluster(details)
    error = oke.create().error
    assert error["reason"] == "name-taken"
    assert all(each.id in error["message"] for each in clusters(oke))
    assert oke.made() == ["clusters", "clusters"]


def test_a_limit_that_is_reached_is_told_with_what_to_do(oke: Oke) -> None:
    oke.cluster.behaviour.cluster_limit = 1
    assert oke.create().status == 0
    error = oke.create(name="second").error
    assert (error["code"], "service limit" in error["fix"]) == ("LimitExceeded", True)
    assert len(clusters(oke)) == 1


def test_a_control_plane_that_fails_is_told_with_its_errors_and_what_it_left(oke: Oke) -> None:
    oke.cluster.behaviour.cluster_failure = ("InternalError", "No free IP address in the endpoint's subnet.")
    error = oke.create().error
    (left,) = clusters(oke)
    assert error["errors"] == ["InternalError: No free IP address in the endpoint's subnet."]
    assert (error["reason"], error["left-behind"]) == ("not-made", [f"cluster {left.id}"])
    assert oke.made() == ["clusters"]
    again = oke.create().error
    assert again["reason"] == "name-taken"
    assert f"--cluster {left.id}" in again["fix"]
    assert oke.delete("--cluster", left.id, "--yes").status == 0
    oke.cluster.behaviour.cluster_failure = None
    assert oke.create().status == 0


@pytest.mark.parametrize("mode", ["all", "false"])
def test_nodes_that_get_no_machine_end_the_wait_at_once(oke: Oke, mode: str) -> None:
    oke.cluster.behaviour.capacity = {DOMAINS[0]: 1, DOMAINS[1]: 0, DOMAINS[2]: 1}
    error = oke.create("--size", "3", "--wait-nodes-active", mode).error
    (pool,) = oke.cluster.node_pools.pools.values()
    assert error["reason"] == "not-made"
    assert "Out of host capacity." in error["errors"][0]
    assert error["left-behind"][0] == f"node pool {pool.id} ({pool.state}, 3 nodes)"
    if mode == "all":
        assert pool.state == "CREATING", "the others were still booting"


def test_one_node_is_enough_where_any_is_waited_for(oke: Oke) -> None:
    oke.cluster.behaviour.capacity = {DOMAINS[0]: 1, DOMAINS[1]: 0, DOMAINS[2]: 0}
    done = oke.create("--size", "3", "--wait-nodes-active", "any")
    assert (done.status, [node["lifecycleState"] for node in done.json["nodes"]].count("ACTIVE")) == (0, 1)


def test_no_node_at_all_is_an_error_where_any_is_waited_for(oke: Oke) -> None:
    oke.cluster.behaviour.capacity = dict.fromkeys(DOMAINS, 0)
    error = oke.create("--size", "3", "--wait-nodes-active", "any").error
    assert "3 of the 3 nodes" in error["message"]


def test_a_pool_that_failed_and_has_its_nodes_now_is_taken_up(oke: Oke) -> None:
    oke.cluster.behaviour.capacity = dict.fromkeys(DOMAINS, 0)
    assert oke.create("--size", "2").error["reason"] == "not-made"
    assert oke.create("--size", "2").error["errors"] == ["InternalError: Out of host capacity."]
    oke.cluster.behaviour.capacity.clear()
    (pool,) = oke.cluster.node_pools.pools.values()
    oke.cluster.advance(60)
    oke.cluster.resize(pool, 2)
    assert oke.create("--size", "2").status == 0
    assert oke.made() == ["clusters", "nodePools"]


def test_a_folder_that_cannot_be_made_is_told_before_anything_is(oke: Oke) -> None:
    oke.folder.write_text("a file")
    error = oke.create().error
    assert (error["field"], oke.made()) == ("--config-dir", [])


def test_time_that_is_over_is_told_and_the_next_run_goes_on(oke: Oke) -> None:
    error = oke.create("--timeout", "60").error
    assert (error["reason"], error["waited-for"]) == ("still-going-on", "cluster prod (IN_PROGRESS)")
    assert sum(oke.waits) <= 60
    assert oke.create().status == 0
    assert oke.made() == ["clusters", "nodePools"]


@pytest.mark.parametrize(
    ("words", "field", "told"),
    [
        (("--endpoint-subnet", f"{SUBNET}nowhere"), "--endpoint-subnet", "is not there"),
        (("--endpoint-subnet", f"{SUBNET}privateendpoint"), "--endpoint-subnet", "no public address"),
        (("--endpoint-subnet", f"{SUBNET}elsewhere"), "--endpoint-subnet", "another network"),
        (("--lb-subnet", f"{SUBNET}nowhere"), "--lb-subnet", "is not there"),
        (("--worker-subnet", f"{SUBNET}nowhere"), "--worker-subnet", "is not there"),
        (("--worker-subnet", "ocid1.vcn.oc1.iad.aaaa"), "--worker-subnet", "ocid1.subnet."),
        (("--kubernetes-version", "v1.10.3"), "--kubernetes-version", "does not offer Kubernetes v1.10.3"),
        (("--node-shape", "VM.Standard1.1"), "--node-shape", "did you mean VM.Standard2.1?"),
        (("--node-shape", "VM.Standard2.1", "--ocpus", "2"), "--ocpus", "no flexible shape"),
        (("--node-image", "Oracle-Linux-7.4"), "--node-image", "no image for"),
        (("--ssh-key", "/nowhere/key.pub"), "--ssh-key", "neither a public key nor a file"),
        (("--size", "-1"), "--size", "negative"),
        (("--size", "1", "--nodes-per-subnet", "1"), "--size", "exclude each other"),
        (("--timeout", "0"), "--timeout", "above 0"),
        (("--config-file", "/nowhere"), "", "no OCI configuration file"),
    ],
)
def test_what_cannot_be_is_found_out_before_anything_is_made(
    oke: Oke, words: tuple[str, ...], field: str, told: str
) -> None:
    error = oke.create(*words).error
    assert (error.get("field", ""), told in error["message"]) == (field, True), error
    assert oke.made() == []


def test_a_private_key_is_not_sent(oke: Oke, tmp_path: object) -> None:
    key = oke.config_file.parent / "api_key.pem"
    error = oke.create("--ssh-key", str(key)).error
    assert (error["field"], "PRIVATE" in json.dumps(error)) == ("--ssh-key", False)
    assert oke.made() == []
