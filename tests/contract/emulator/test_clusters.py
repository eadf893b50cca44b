"""Clusters of the emulated container engine, from CreateCluster to DeleteCluster, through the unchanged OCI SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from oci.container_engine import models
from oci.exceptions import ServiceError

from emulator.oke.model.network import DOMAINS, VCN
from emulator.oke.model.offers import image_id, image_names
from tests.support.oke_sdk import container_engine_client, identity_client, network_client

if TYPE_CHECKING:
    from oci.container_engine import ContainerEngineClient

    from emulator.cloud import Cloud
    from emulator.oke.emulated_cluster import EmulatedCluster

ENDPOINT = "ocid1.subnet.oc1.iad.aaaaaaaaendpoint"
WORKERS = "ocid1.subnet.oc1.iad.aaaaaaaaworkers"


@pytest.fixture
def cluster(cloud: Cloud) -> EmulatedCluster:
    cloud.cluster.start_without_cluster()
    return cloud.cluster


@pytest.fixture
def engine(cloud: Cloud, principal_env: dict[str, str]) -> ContainerEngineClient:
    return container_engine_client(cloud, principal_env)


def details(cluster: EmulatedCluster, **fields: Any) -> models.CreateClusterDetails:
    given = {
        "name": "one",
        "compartment_id": cluster.compartment,
        "vcn_id": VCN,
        "kubernetes_version": "v1.33.1",
        "endpoint_config": models.CreateClusterEndpointConfigDetails(subnet_id=ENDPOINT, is_public_ip_enabled=True),
        **fields,
    }
    return models.CreateClusterDetails(**given)


def pool_details(cluster: EmulatedCluster, **fields: Any) -> models.CreateNodePoolDetails:
    (image,) = (name for name in image_names() if name.endswith("2025.05.19-0-OKE-1.33.1-870") and "-8.10-2" in name)
    placements = [models.NodePoolPlacementConfigDetails(availability_domain=DOMAINS[0], subnet_id=WORKERS)]
    given = {
        "compartment_id": cluster.compartment,
        "cluster_id": cluster.id,
        "name": "pool",
        "node_shape": "VM.Standard.E4.Flex",
        "node_shape_config": models.CreateNodeShapeConfigDetails(ocpus=2, memory_in_gbs=16),
        "node_source_details": models.NodeSourceViaImageDetails(image_id=image_id(image)),
        "node_config_details": models.CreateNodePoolNodeConfigDetails(size=2, placement_configs=placements),
        **fields,
    }
    return models.CreateNodePoolDetails(**given)


def refused(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(ServiceError) as error:
        call()
    return error.value.status, error.value.code


def ready(cluster: EmulatedCluster, engine: ContainerEngineClient, **fields: Any) -> str:
    request = engine.create_cluster(details(cluster, **fields)).headers["opc-work-request-id"]
    cluster.advance(500)
    (made,) = engine.get_work_request(request).data.resources
    return str(made.identifier)


def test_a_cluster_and_its_pool_come_up_by_the_clock_and_go_again(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    answer = engine.create_cluster(details(cluster))
    assert (answer.status, answer.data) == (202, None)
    request = answer.headers["opc-work-request-id"]
    (listed,) = engine.list_clusters(cluster.compartment, name="one").data
    assert (listed.lifecycle_state, listed.endpoints.public_endpoint) == ("CREATING", None)
    assert engine.get_work_request(request).data.status == "ACCEPTED"
    cluster.advance(500)
    done = engine.get_work_request(request).data
    resources = [(each.entity_type, each.action_type, each.identifier) for each in done.resources]
    assert (done.operation_type, done.status, resources) == (
        "CLUSTER_CREATE",
        "SUCCEEDED",
        [("cluster", "CREATED", listed.id)],
    )
    made = engine.get_cluster(listed.id)
    assert made.data.lifecycle_state == "ACTIVE"
    assert made.data.endpoints.public_endpoint == cluster.api_server.address
    assert "server: https://127" in engine.create_kubeconfig(listed.id).data.text

    request = engine.create_node_pool(pool_details(cluster)).headers["opc-work-request-id"]
    (pool,) = engine.list_node_pools(cluster.compartment, cluster_id=listed.id).data
    assert pool.lifecycle_state == "CREATING"
    cluster.advance(200)
    found = engine.get_node_pool(pool.id).data
    assert (found.lifecycle_state, [node.lifecycle_state for node in found.nodes]) == ("ACTIVE", ["ACTIVE"] * 2)
    assert engine.get_work_request(request).data.resources[0].action_type == "CREATED"
    assert len(cluster.objects("Node")) == 2

    assert refused(lambda: engine.delete_cluster(listed.id, if_match="another")) == (412, "NoEtagMatch")
    request = engine.delete_cluster(listed.id, if_match=made.headers["etag"]).headers["opc-work-request-id"]
    assert engine.get_cluster(listed.id).data.lifecycle_state == "DELETING"
    cluster.advance(300)
    assert engine.get_work_request(request).data.resources[0].action_type == "DELETED"
    assert engine.get_cluster(listed.id).data.lifecycle_state == "DELETED"
    assert engine.get_node_pool(pool.id).data.lifecycle_state == "DELETED"
    assert cluster.objects("Node") == []
    assert cluster.id == ""


def test_a_pool_can_be_deleted_alone(cluster: EmulatedCluster, engine: ContainerEngineClient) -> None:
    ready(cluster, engine)
    engine.create_node_pool(pool_details(cluster))
    cluster.advance(200)
    (pool,) = engine.list_node_pools(cluster.compartment).data
    request = engine.delete_node_pool(pool.id).headers["opc-work-request-id"]
    assert engine.get_node_pool(pool.id).data.lifecycle_state == "DELETING"
    assert refused(lambda: engine.delete_node_pool(pool.id)) == (409, "IncorrectState")
    cluster.advance(100)
    assert engine.get_work_request(request).data.status == "SUCCEEDED"
    assert engine.get_node_pool(pool.id).data.lifecycle_state == "DELETED"


def test_what_cannot_be_made_is_refused(cluster: EmulatedCluster, engine: ContainerEngineClient) -> None:
    def cluster_with(**fields: Any) -> tuple[int, str]:
        return refused(lambda: engine.create_cluster(details(cluster, **fields)))

    not_there = models.CreateClusterEndpointConfigDetails(subnet_id=f"{ENDPOINT}x")
    elsewhere = models.CreateClusterEndpointConfigDetails(subnet_id="ocid1.subnet.oc1.iad.aaaaaaaaelsewhere")
    no_public = models.CreateClusterEndpointConfigDetails(subnet_id=WORKERS, is_public_ip_enabled=True)
    assert cluster_with(endpoint_config=not_there) == (404, "NotAuthorizedOrNotFound")
    assert cluster_with(endpoint_config=elsewhere) == (400, "InvalidParameter")
    assert cluster_with(endpoint_config=no_public) == (400, "InvalidParameter")
    assert cluster_with(vcn_id=f"{VCN}x") == (404, "NotAuthorizedOrNotFound")
    assert cluster_with(kubernetes_version="v1.10.3") == (400, "InvalidParameter")
    assert cluster_with(name=None) == (400, "InvalidParameter")
    assert engine.list_clusters(cluster.compartment).data == []

    ready(cluster, engine)
    for field, value in {
        "node_shape": "VM.Standard1.1",
        "node_shape_config": None,
        "node_source_details": models.NodeSourceViaImageDetails(image_id="ocid1.image.oc1.iad.x"),
        "kubernetes_version": "v1.10.3",
        "node_config_details": models.CreateNodePoolNodeConfigDetails(size=1, placement_configs=[]),
    }.items():
        wrong = pool_details(cluster, **{field: value})
        assert refused(lambda wrong=wrong: engine.create_node_pool(wrong)) == (400, "InvalidParameter"), field
    assert engine.list_node_pools(cluster.compartment).data == []


def test_a_tenancy_with_as_many_clusters_as_it_may_have_gets_no_other(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    cluster.behaviour.cluster_limit = 1
    ready(cluster, engine)
    assert refused(lambda: engine.create_cluster(details(cluster, name="two"))) == (400, "LimitExceeded")


def test_a_cluster_that_fails_stays_behind_with_the_errors_of_its_work_request(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    cluster.behaviour.cluster_failure = ("InternalError", "No free IP address in the endpoint's subnet.")
    request = engine.create_cluster(details(cluster)).headers["opc-work-request-id"]
    cluster.advance(500)
    assert engine.get_work_request(request).data.status == "FAILED"
    (error,) = engine.list_work_request_errors(cluster.compartment, request).data
    assert (error.code, error.message) == ("InternalError", "No free IP address in the endpoint's subnet.")
    assert engine.list_work_request_logs(cluster.compartment, request).data
    (left,) = engine.list_clusters(cluster.compartment).data
    assert (left.lifecycle_state, left.lifecycle_details) == ("FAILED", error.message)
    wrong = pool_details(cluster, cluster_id=left.id)
    assert refused(lambda: engine.create_node_pool(wrong)) == (409, "IncorrectState")
    engine.delete_cluster(left.id)
    cluster.advance(300)
    assert engine.get_cluster(left.id).data.lifecycle_state == "DELETED"


def test_a_create_that_is_repeated_with_its_token_makes_nothing_twice(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    first = engine.create_cluster(details(cluster), opc_retry_token="t").headers["opc-work-request-id"]
    assert engine.create_cluster(details(cluster), opc_retry_token="t").headers["opc-work-request-id"] == first
    other = details(cluster, name="other")
    assert refused(lambda: engine.create_cluster(other, opc_retry_token="t")) == (409, "InvalidatedRetryToken")
    (made,) = engine.list_clusters(cluster.compartment).data
    assert refused(lambda: engine.delete_cluster(made.id)) == (409, "IncorrectState")
    cluster.advance(500)
    pool = engine.create_node_pool(pool_details(cluster), opc_retry_token="p").headers["opc-work-request-id"]
    again = engine.create_node_pool(pool_details(cluster), opc_retry_token="p")
    assert again.headers["opc-work-request-id"] == pool
    assert len(engine.list_node_pools(cluster.compartment).data) == 1
    engine.delete_cluster(made.id)
    assert refused(lambda: engine.create_cluster(details(cluster), opc_retry_token="t")) == (
        409,
        "InvalidatedRetryToken",
    )


def test_options_and_subnets_say_what_can_be_chosen(
    cloud: Cloud, cluster: EmulatedCluster, engine: ContainerEngineClient, principal_env: dict[str, str]
) -> None:
    assert engine.get_cluster_options("all").data.kubernetes_versions[-1] == "v1.33.1"
    options = engine.get_node_pool_options("all").data
    assert "VM.Standard.E4.Flex" in options.shapes
    named = {each.source_name: each.image_id for each in options.sources}
    assert named["Oracle-Linux-8.10-aarch64-2025.05.19-0-OKE-1.33.1-870"].startswith("ocid1.image.")
    network = network_client(cloud, principal_env)
    assert network.get_subnet(WORKERS).data.availability_domain is None
    assert network.get_subnet(f"{WORKERS}2").data.availability_domain == DOMAINS[1]
    assert network.get_subnet(ENDPOINT).data.prohibit_public_ip_on_vnic is False
    assert refused(lambda: network.get_subnet("ocid1.subnet.oc1.iad.x")) == (404, "NotAuthorizedOrNotFound")
    found = identity_client(cloud, principal_env).list_availability_domains(cluster.compartment).data
    assert [each.name for each in found] == list(DOMAINS)


def test_a_private_endpoint_is_the_only_one_where_no_public_address_was_asked_for(
    cluster: EmulatedCluster, engine: ContainerEngineClient
) -> None:
    private = models.CreateClusterEndpointConfigDetails(subnet_id=ENDPOINT, is_public_ip_enabled=False)
    found = engine.get_cluster(ready(cluster, engine, endpoint_config=private)).data
    assert (found.endpoints.public_endpoint, found.endpoints.private_endpoint) == (None, cluster.api_server.address)
    asked = models.CreateClusterKubeconfigContentDetails(token_version="2.0.0", endpoint="PUBLIC_ENDPOINT")
    wrong = lambda: engine.create_kubeconfig(found.id, create_cluster_kubeconfig_content_details=asked)  # noqa: E731
    assert refused(wrong) == (400, "InvalidParameter")
