"""Emulated metrics and instances through the unchanged OCI SDK."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from oci.exceptions import ServiceError
from oci.monitoring.models import SummarizeMetricsDataDetails

from tests.support.oke_sdk import compute_client, monitoring_client

if TYPE_CHECKING:
    from emulator.cloud import Cloud


def ask(cloud: Cloud, env: dict[str, str], query: str, minutes: int = 10) -> Any:
    end = datetime.fromtimestamp(cloud.cluster.clock(), tz=UTC)
    details = SummarizeMetricsDataDetails(
        namespace="oci_computeagent", query=query, start_time=end - timedelta(minutes=minutes), end_time=end
    )
    return monitoring_client(cloud, env).summarize_metrics_data(cloud.cluster.compartment, details).data


def test_one_grouped_query_gives_every_node_its_points(cloud: Cloud, principal_env: dict[str, str]) -> None:
    cluster = cloud.cluster
    pool = cluster.add_pool("p", size=3)
    hosts = [node["metadata"]["name"] for node in cluster.nodes(pool)]
    cluster.set_metrics(hosts[0], 12.5, 30)
    cluster.set_metrics(hosts[1], None)
    cluster.add_pod("busy", cpu="3", annotations={"emulator/load-percent": "100"}, node=hosts[2])
    cluster.advance(600)
    streams = ask(cloud, principal_env, "CpuUtilization[1m].groupBy(resourceId).mean()")
    points = {
        stream.dimensions["resourceId"]: [point.value for point in stream.aggregated_datapoints] for stream in streams
    }
    assert set(points) == {pool.nodes[0].id, pool.nodes[2].id}, "a node may have no metrics"
    assert points[pool.nodes[0].id] == [12.5] * 10
    assert points[pool.nodes[2].id] == pytest.approx([77.0] * 10)
    assert all(set(stream.dimensions) == {"resourceId"} for stream in streams)


def test_the_published_query_for_one_instance_is_understood(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    cloud.cluster.set_metrics(pool.nodes[0].host, 5, 40)
    instance = pool.nodes[0].id
    for query in (
        f"MemoryUtilization[3m]{{resourceId={instance}}}.mean()",
        f'MemoryUtilization[3m]{{resourceId = "{instance}"}}.max()',
    ):
        streams = ask(cloud, principal_env, query)
        assert [point.value for point in streams[0].aggregated_datapoints] == [40.0] * len(
            streams[0].aggregated_datapoints
        )
        assert len(streams) == 1
    assert (
        len(ask(cloud, principal_env, f'MemoryUtilization[1m]{{resourceId =~ "{instance}|{pool.nodes[1].id}"}}.mean()'))
        == 2
    )
    assert ask(cloud, principal_env, 'CpuUtilization[1m]{resourceId = "ocid1.other"}.mean()') == []


def test_all_nodes_together_are_one_stream(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=2)
    cloud.cluster.set_metrics(pool.nodes[0].host, 10)
    cloud.cluster.set_metrics(pool.nodes[1].host, 30)
    (stream,) = ask(cloud, principal_env, "CpuUtilization[1m].grouping().mean()")
    assert {point.value for point in stream.aggregated_datapoints} == {20.0}


@pytest.mark.parametrize(
    "query",
    [
        "CpuUtilization[61m].mean()",
        "CpuUtilization[90m].groupBy(resourceId).mean()",
        "CpuUtilization[0m].mean()",
        "CpuUtilization.mean()",
        "CpuUtilization[1m]",
        "CpuUtilization[1m].guess()",
        "CpuUtilization[1m].groupBy().mean()",
        "CpuUtilization[1m]{resourceId ~ x}.mean()",
    ],
)
def test_a_query_that_is_not_valid_is_refused(cloud: Cloud, principal_env: dict[str, str], query: str) -> None:
    with pytest.raises(ServiceError) as error:
        ask(cloud, principal_env, query)
    assert (error.value.status, error.value.code) == (400, "InvalidParameter")


def test_a_minute_of_interval_reaches_back_a_week(cloud: Cloud, principal_env: dict[str, str]) -> None:
    with pytest.raises(ServiceError, match="too long"):
        ask(cloud, principal_env, "CpuUtilization[1m].mean()", minutes=8 * 24 * 60)


def test_instances_and_shapes_are_what_the_nodes_run_on(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1, ocpus=4, memory_gib=32)
    compute = compute_client(cloud, principal_env)
    instance = compute.get_instance(pool.nodes[0].id).data
    assert (instance.lifecycle_state, instance.shape_config.ocpus, instance.shape_config.memory_in_gbs) == (
        "RUNNING",
        4,
        32,
    )
    assert instance.display_name.startswith(f"oke-c{cloud.cluster.id[-11:]}-n{pool.id[-11:]}-s")
    listed = compute.list_instances(cloud.cluster.compartment, display_name=instance.display_name).data
    assert [one.id for one in listed] == [instance.id]
    fixed = {shape.shape: shape.ocpus for shape in compute.list_shapes(cloud.cluster.compartment).data}
    assert fixed["VM.Standard2.4"] == 4
    with pytest.raises(ServiceError) as error:
        compute.get_instance("ocid1.instance.oc1.iad.other")
    assert error.value.status == 404


def test_requests_that_lack_something_are_refused(cloud: Cloud, principal_env: dict[str, str]) -> None:
    client = monitoring_client(cloud, principal_env)
    now = datetime.fromtimestamp(cloud.cluster.clock(), tz=UTC)
    good: dict[str, Any] = {"namespace": "oci_computeagent", "query": "CpuUtilization[1m].mean()"}
    bad: list[dict[str, Any]] = [
        {**good, "namespace": ""},
        {**good, "start_time": now, "end_time": now},
        {**good, "resolution": "90m"},
    ]
    for fields in bad:
        with pytest.raises(ServiceError) as error:
            client.summarize_metrics_data(cloud.cluster.compartment, SummarizeMetricsDataDetails(**fields))
        assert error.value.status == 400
    other = SummarizeMetricsDataDetails(**{**good, "namespace": "oci_vcn"})
    assert client.summarize_metrics_data(cloud.cluster.compartment, other).data == []
    elsewhere = client.summarize_metrics_data("ocid1.compartment.oc1..other", SummarizeMetricsDataDetails(**good))
    assert elsewhere.data == []
