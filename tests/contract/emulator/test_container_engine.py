"""The emulated container engine through the unchanged OCI SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from oci.container_engine.models import (
    CreateClusterKubeconfigContentDetails,
    NodePoolPlacementConfigDetails,
    UpdateNodePoolDetails,
    UpdateNodePoolNodeConfigDetails,
)
from oci.exceptions import ServiceError

from emulator.oke.model.network import DOMAINS
from tests.support.oke_sdk import container_engine_client

if TYPE_CHECKING:
    from oci.container_engine import ContainerEngineClient

    from emulator.cloud import Cloud
    from emulator.oke.emulated_cluster import EmulatedCluster
    from emulator.oke.model.node_pool_records import NodePoolRecord


@pytest.fixture
def cluster(cloud: Cloud) -> EmulatedCluster:
    return cloud.cluster


@pytest.fixture
def engine(cloud: Cloud, principal_env: dict[str, str]) -> ContainerEngineClient:
    return container_engine_client(cloud, principal_env)


def sized(size: int) -> UpdateNodePoolDetails:
    return UpdateNodePoolDetails(node_config_details=UpdateNodePoolNodeConfigDetails(size=size))


def refused(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(ServiceError) as error:
        call()
    return error.value.status, error.value.code


def states(engine: ContainerEngineClient, pool: NodePoolRecord) -> list[str]:
    return [node.lifecycle_state for node in engine.get_node_pool(pool.id).data.nodes]


def newest_request(engine: ContainerEngineClient, cluster: EmulatedCluster, pool: NodePoolRecord) -> Any:
    listed = engine.list_work_requests(
        cluster.compartment, cluster_id=cluster.id, resource_id=pool.id, resource_type="NODEPOOL", sort_order="DESC"
    )
    return listed.data[0]


def test_a_bigger_size_makes_nodes_that_boot_by_the_clock(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    pool = cluster.add_pool("p", size=1)
    before = engine.get_node_pool(pool.id)
    answer = engine.update_node_pool(pool.id, sized(3), if_match=before.headers["etag"])
    assert (answer.status, answer.data) == (202, None)
    request_id = answer.headers["opc-work-request-id"]
    assert engine.get_work_request(request_id).data.status == "ACCEPTED"
    during = engine.get_node_pool(pool.id)
    assert (during.data.lifecycle_state, during.headers["etag"] != before.headers["etag"]) == ("UPDATING", True)
    assert [(node.lifecycle_state, bool(node.id)) for node in during.data.nodes] == [
        ("ACTIVE", True),
        ("CREATING", False),
        ("CREATING", False),
    ]
    cluster.advance(30)
    assert engine.get_work_request(request_id).data.status == "IN_PROGRESS"
    cluster.advance(80)
    after = engine.get_node_pool(pool.id).data
    assert (after.lifecycle_state, after.node_config_details.size) == ("ACTIVE", 3)
    assert engine.get_work_request(request_id).data.status == "SUCCEEDED"
    assert len(cluster.nodes(pool)) == 1, "the kubelets register later than the pool is ACTIVE"
    cluster.advance(60)
    assert len(cluster.nodes(pool)) == 3


def test_a_wrong_etag_changes_nothing(cluster: EmulatedCluster, engine: ContainerEngineClient) -> None:
    pool = cluster.add_pool("p", size=1)
    etag = engine.get_node_pool(pool.id).headers["etag"]
    cluster.resize(pool, 2)
    assert refused(lambda: engine.update_node_pool(pool.id, sized(5), if_match=etag)) == (412, "NoEtagMatch")
    node = pool.nodes[0].id
    assert refused(lambda: engine.delete_node(pool.id, node, if_match=etag)) == (412, "NoEtagMatch")
    assert pool.size == 2


@pytest.mark.parametrize(("rule", "leaves"), [("oldest", [0, 1]), ("newest", [2, 3])])
def test_oke_chooses_the_victims_of_a_smaller_size(
    cluster: EmulatedCluster, engine: ContainerEngineClient, rule: str, leaves: list[int]
) -> None:
    cluster.behaviour.victims = rule  # type: ignore[assignment]
    pool = cluster.add_pool("p", size=4)
    engine.update_node_pool(pool.id, sized(2))
    listed = states(engine, pool)
    assert [at for at, state in enumerate(listed) if state == "DELETING"] == leaves


def test_a_random_choice_of_victims_repeats_with_its_seed(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    cluster.behaviour.victims = "random"
    chosen = set()
    for seed in (1, 1, 2, 3, 4):
        cluster.behaviour.seed = seed
        pool = cluster.add_pool("p", size=6)
        engine.update_node_pool(pool.id, sized(4))
        chosen.add((seed, tuple(states(engine, pool))))
    assert len({seed for seed, _ in chosen}) == len(chosen), "one seed, one choice"
    assert len({choice for _, choice in chosen}) > 1


def test_oke_drains_its_victims_under_their_budget_and_its_grace(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    pool = cluster.add_pool("p", size=2)
    first = cluster.nodes(pool)[0]["metadata"]["name"]
    cluster.add_replicas("web", 1, nodes=[first], pool=pool)
    cluster.add_budget("web", {"app": "web"}, min_available=1)
    engine.update_node_pool(
        pool.id,
        sized(1),
        override_eviction_grace_duration="PT10M",
        is_force_deletion_after_override_grace_duration=True,
    )
    assert cluster.get("Node", first)["spec"]["unschedulable"]
    cluster.advance(500)
    assert states(engine, pool) == ["DELETING", "ACTIVE"]
    cluster.advance(200)
    assert states(engine, pool) == ["DELETED", "ACTIVE"]


def test_a_drain_that_is_not_forced_fails_and_the_next_update_tries_again(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    pool = cluster.add_pool("p", size=2)
    first = cluster.nodes(pool)[0]["metadata"]["name"]
    pod = cluster.add_replicas("web", 1, nodes=[first], pool=pool)[0]
    cluster.add_budget("web", {"app": "web"}, min_available=1)
    engine.delete_node(
        pool.id,
        pool.nodes[0].id,
        is_decrement_size=True,
        override_eviction_grace_duration="PT1M",
        is_force_deletion_after_override_grace_duration=False,
    )
    cluster.advance(300)
    assert (states(engine, pool), pool.size) == (["FAILING", "ACTIVE"], 1)
    assert newest_request(engine, cluster, pool).status == "FAILED"
    assert cluster.get("Pod", pod["metadata"]["name"])
    engine.update_node_pool(pool.id, sized(2), override_eviction_grace_duration="PT0M")
    cluster.advance(300)
    assert (states(engine, pool), pool.size) == (["DELETED", "ACTIVE", "ACTIVE"], 2)


def test_a_deleted_node_lowers_the_size_once(cluster: EmulatedCluster, engine: ContainerEngineClient) -> None:
    pool = cluster.add_pool("p", size=3)
    victim, host = pool.nodes[1].id, pool.nodes[1].host

    def delete() -> object:
        return engine.delete_node(pool.id, victim, is_decrement_size=True, override_eviction_grace_duration="PT0M")

    assert delete().status == 202  # type: ignore[attr-defined]
    assert refused(delete) == (409, "Conflict")
    assert pool.size == 2
    cluster.advance(60)
    assert states(engine, pool) == ["ACTIVE", "DELETED", "ACTIVE"], "a deleted node is listed for a while"
    assert host not in [node["metadata"]["name"] for node in cluster.objects("Node")]
    assert refused(delete) == (404, "NotAuthorizedOrNotFound")
    cluster.advance(700)
    assert states(engine, pool) == ["ACTIVE", "ACTIVE"]


def test_a_node_deleted_without_decrement_is_replaced(cluster: EmulatedCluster, engine: ContainerEngineClient) -> None:
    pool = cluster.add_pool("p", size=2)
    engine.delete_node(pool.id, pool.nodes[0].id, override_eviction_grace_duration="PT0M")
    cluster.advance(200)
    assert (pool.size, states(engine, pool)) == (2, ["DELETED", "ACTIVE", "ACTIVE"])


def test_other_placements_end_the_nodes_that_are_not_in_them(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    pool = cluster.add_pool("p", size=3, domains=DOMAINS)
    one = pool.placements[0]
    details = UpdateNodePoolNodeConfigDetails(
        size=3,
        placement_configs=[
            NodePoolPlacementConfigDetails(availability_domain=one["availabilityDomain"], subnet_id=one["subnetId"])
        ],
    )
    engine.update_node_pool(
        pool.id, UpdateNodePoolDetails(node_config_details=details), override_eviction_grace_duration="PT0M"
    )
    cluster.advance(200)
    assert states(engine, pool) == ["ACTIVE", "DELETED", "DELETED", "ACTIVE", "ACTIVE"]
    assert {node.availability_domain for node in pool.nodes if node.counts} == {one["availabilityDomain"]}


def test_placements_do_not_change_while_nodes_are_cycled(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    pool = cluster.add_pool("p", size=1, more={"nodePoolCyclingDetails": {"isNodeCyclingEnabled": True}})
    other = NodePoolPlacementConfigDetails(availability_domain=DOMAINS[2], subnet_id="ocid1.subnet.oc1.iad.x")
    details = UpdateNodePoolNodeConfigDetails(placement_configs=[other])
    update = UpdateNodePoolDetails(node_config_details=details)
    assert refused(lambda: engine.update_node_pool(pool.id, update)) == (409, "Conflict")


def test_a_domain_without_capacity_gives_part_of_what_was_asked(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    cluster.behaviour.capacity = {DOMAINS[0]: 1, DOMAINS[1]: 0}
    pool = cluster.add_pool("p", size=0, domains=DOMAINS)
    engine.update_node_pool(pool.id, sized(6))
    cluster.advance(200)
    nodes = engine.get_node_pool(pool.id).data.nodes
    failed = [node for node in nodes if node.lifecycle_state == "FAILING"]
    assert [node.lifecycle_state for node in nodes].count("ACTIVE") == 3
    assert {(node.id, node.node_error.code, node.node_error.message) for node in failed} == {
        ("", "InternalError", "Out of host capacity.")
    }
    request = newest_request(engine, cluster, pool)
    assert (request.status, pool.size) == ("FAILED", 6)
    errors = engine.list_work_request_errors(cluster.compartment, request.id).data
    assert len(errors) == 3
    assert {error.code for error in errors} == {"InternalError"}
    assert engine.list_work_request_logs(cluster.compartment, request.id).data
    cluster.behaviour.capacity.clear()
    engine.update_node_pool(pool.id, sized(6))
    cluster.advance(200)
    assert states(engine, pool) == ["ACTIVE"] * 6, "the next update tries again what failed"


def test_a_busy_pool_refuses_or_merges_as_the_knob_says(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    pool = cluster.add_pool("p", size=1)
    engine.update_node_pool(pool.id, sized(2))
    engine.update_node_pool(pool.id, sized(3))
    assert pool.size == 3
    cluster.behaviour.while_updating = "refuse"
    assert refused(lambda: engine.update_node_pool(pool.id, sized(4))) == (409, "IncorrectState")
    cluster.advance(200)
    engine.update_node_pool(pool.id, sized(4))
    assert pool.size == 4


def test_sizes_durations_and_unknown_ids_are_refused(cluster: EmulatedCluster, engine: ContainerEngineClient) -> None:
    pool = cluster.add_pool("p", size=1)
    assert refused(lambda: engine.update_node_pool(pool.id, sized(-1))) == (400, "InvalidParameter")
    for text in ("5 minutes", "PT2H", "PT"):
        update = lambda text=text: engine.update_node_pool(pool.id, sized(1), override_eviction_grace_duration=text)  # noqa: E731
        assert refused(update) == (400, "InvalidParameter")
    assert refused(lambda: engine.get_node_pool("ocid1.nodepool.oc1.iad.other"))[0] == 404
    assert refused(lambda: engine.get_cluster("ocid1.cluster.oc1.iad.other"))[0] == 404
    assert refused(lambda: engine.delete_node(pool.id, "ocid1.instance.oc1.iad.other"))[0] == 404
    assert refused(lambda: engine.get_work_request("ocid1.clustersworkrequest.oc1.iad.other"))[0] == 404


def test_lists_have_no_nodes_and_come_in_pages(cluster: EmulatedCluster, engine: ContainerEngineClient) -> None:
    for number in range(3):
        cluster.add_pool(f"p{number}", size=1)
    first = engine.list_node_pools(cluster.compartment, cluster_id=cluster.id, limit=2)
    rest = engine.list_node_pools(cluster.compartment, cluster_id=cluster.id, limit=2, page=first.next_page)
    assert [pool.name for pool in first.data + rest.data] == ["p0", "p1", "p2"]
    assert not hasattr(first.data[0], "nodes")
    assert engine.list_node_pools(cluster.compartment, name="p1").data[0].name == "p1"
    assert engine.list_node_pools("ocid1.compartment.oc1..other").data == []


def test_the_kubeconfig_names_the_server_and_its_authority(
    cloud: Cloud, cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    details = CreateClusterKubeconfigContentDetails(token_version="2.0.0", endpoint="PRIVATE_ENDPOINT")
    config = yaml.safe_load(
        engine.create_kubeconfig(cluster.id, create_cluster_kubeconfig_content_details=details).data.text
    )
    assert config["clusters"][0]["cluster"]["server"] == f"https://{cluster.api_server.address}"
    assert engine.get_cluster(cluster.id).data.endpoints.private_endpoint == cluster.api_server.address
    cluster.endpoints.discard("PRIVATE_ENDPOINT")
    call = lambda: engine.create_kubeconfig(cluster.id, create_cluster_kubeconfig_content_details=details)  # noqa: E731
    assert refused(call) == (400, "InvalidParameter")
    cluster.reset()
    assert call().status == 200


def test_oddities_that_a_client_must_stand(cluster: EmulatedCluster, engine: ContainerEngineClient) -> None:
    pool = cluster.add_pool("p", size=1)
    pool.overrides = {"nodes": None, "lifecycleState": "DREAMING", "newField": {"x": 1}}
    odd = engine.get_node_pool(pool.id).data
    assert (odd.nodes, odd.lifecycle_state) == (None, "UNKNOWN_ENUM_VALUE")
    pool.overrides = {}
    cluster.behaviour.missing_id = None
    cluster.resize(pool, 2)
    assert engine.get_node_pool(pool.id).data.nodes[1].id is None
    etag = engine.get_node_pool(pool.id).headers["etag"]
    pool.touch()
    assert engine.get_node_pool(pool.id).headers["etag"] != etag


def test_a_pool_may_stay_updating_after_a_failed_reconcile(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    pool = cluster.add_pool("p", size=1)
    pool.is_stuck = True
    cluster.work_requests.add_finished(pool, "NODEPOOL_RECONCILE", errors=[("InternalError", "Out of host capacity.")])
    assert engine.get_node_pool(pool.id).data.lifecycle_state == "UPDATING"
    request = newest_request(engine, cluster, pool)
    assert (request.operation_type, request.status) == ("NODEPOOL_RECONCILE", "FAILED")


def test_a_limit_that_is_reached_is_told_by_its_code(cluster: EmulatedCluster, engine: ContainerEngineClient) -> None:
    cluster.behaviour.capacity = {DOMAINS[0]: 0}
    cluster.behaviour.capacity_error = ("LimitExceeded", "The limit of standard-e4-core-count is reached.")
    pool = cluster.add_pool("p", size=0)
    engine.update_node_pool(pool.id, sized(1))
    cluster.advance(60)
    error = engine.get_node_pool(pool.id).data.nodes[0].node_error
    assert (error.code, error.status, bool(error.opc_request_id)) == ("LimitExceeded", "400", True)
    assert newest_request(engine, cluster, pool).status == "FAILED"
