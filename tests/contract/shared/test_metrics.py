"""Custom metrics: posted by a real function process where the settings say so, and never in the way of its answer."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
import requests
from oci.monitoring import MonitoringClient, models
from oci.retry import NoneRetryStrategy

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import ROOT, FunctionsApp
from emulator.services.identity.service import DEFAULT_COMPARTMENT
from emulator.services.telemetry_ingestion.service import TelemetryIngestionService
from shared.deadline import Deadline
from shared.metrics import NAMESPACE, Metrics, ingestion_endpoint, post_metrics
from tests.support.oci_sdk import resource_principal_signer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.fn_server.host import FunctionHost

SERVICE = "telemetry-ingestion"


class World:
    """A cloud with the real request-context behind its function server."""

    def __init__(self, cloud: Cloud, ingestion: TelemetryIngestionService, functions: FunctionsApp) -> None:
        self.cloud = cloud
        self.ingestion = ingestion
        self.functions = functions

    @property
    def host(self) -> FunctionHost:
        return self.functions.host

    def configure(self, **config: str) -> None:
        """Set the function's configuration, in the cloud's loop as `fn config` would."""

        async def set_it() -> None:
            self.host.configure("request-context", config)

        self.cloud.run(set_it(), timeout_seconds=10)

    def call(self, body: str = "") -> requests.Response:
        return requests.post(f"{self.cloud.gateway}/invoke/request-context", data=body, timeout=30)

    def summary(self) -> dict[str, object]:
        """The summary line of the last call; it is written before the answer goes out, and read a little later."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            lines = [json.loads(line.text) for line in self.host.logs if line.text.startswith("{")]
            calls = [line for line in lines if line.get("message") == "call"]
            if len(calls) == len(self.host.calls):
                return calls[-1]
            time.sleep(0.02)
        raise AssertionError("no summary line")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[World]:
    ingestion = TelemetryIngestionService()
    functions = FunctionsApp(
        lambda cloud: {**cloud.identity.mint_resource_principal(), "oci_endpoint": cloud.endpoint}, root=ROOT
    )
    options = CloudOptions(keys_folder=keys_folder)
    root = tmp_path_factory.mktemp("metrics")
    with Cloud(root, services=[ingestion], functions=functions, options=options) as cloud:
        yield World(cloud, ingestion, functions)


@pytest.fixture
def world(made: World) -> World:
    made.cloud.reset()
    made.configure(publish_metrics="true")
    return made


def test_every_function_posts_its_time_and_whether_it_failed(world: World) -> None:
    assert world.call().status_code == 200
    assert {(each.namespace, each.compartment_id) for each in world.ingestion.posted} == {
        (NAMESPACE, DEFAULT_COMPARTMENT)
    }
    assert {each.name: dict(each.dimensions) for each in world.ingestion.posted} == {
        "call_seconds": {"function": "request-context"},
        "call_errors": {"function": "request-context"},
    }
    assert world.ingestion.values("call_errors") == [0.0]
    assert world.summary()["metrics"] == "posted 2"


def test_an_expected_failure_which_fn_counts_as_success_counts_as_an_error(world: World) -> None:
    assert world.call("[]").json()["error"]["reason"] == "bad-request"
    assert world.ingestion.values("call_errors") == [1.0]


def test_nothing_is_posted_unless_the_settings_say_so(world: World) -> None:
    world.configure()
    assert world.call().status_code == 200
    assert world.cloud.log.calls(SERVICE) == []
    assert "metrics" not in world.summary()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 404}, "failed: status 404"),
        ({"status": 500}, "failed: status 500"),
        ({"drop": "before"}, "failed: "),
        ({"body": b"no JSON"}, "failed: JSONDecodeError"),
        ({"hang": True}, ("late", "failed: TimeoutError")),
    ],
    ids=["refused", "broken", "dropped", "nonsense", "hanging"],
)
def test_a_failing_monitoring_service_never_spoils_the_answer(
    world: World, fault: dict[str, object], expected: str | tuple[str, ...]
) -> None:
    world.cloud.faults.add(service=SERVICE, **fault)  # type: ignore[arg-type]
    answer = world.call('{"name": "Joan"}')
    assert (answer.status_code, answer.json()["Message"]) == (200, "Hello Joan")
    assert str(world.summary()["metrics"]).startswith(expected)


def test_a_function_without_an_identity_answers_all_the_same(world: World) -> None:
    world.configure(publish_metrics="true", OCI_RESOURCE_PRINCIPAL_VERSION="")
    assert world.call().status_code == 200
    assert world.summary()["metrics"] == "failed: NotAuthorised"


def test_no_post_is_tried_when_the_calls_time_is_nearly_over(world: World) -> None:
    metrics = Metrics("f")
    metrics.add("nodes", 3)
    env = world.cloud.identity.mint_resource_principal()
    deadline = Deadline.after(0.55)
    assert post_metrics(metrics, env, deadline, endpoint=world.cloud.endpoint) == "no time left"
    later = Deadline.after(30)
    assert post_metrics(metrics, env, later, endpoint=world.cloud.endpoint, longest_seconds=0) == "no time left"
    assert world.cloud.log.calls(SERVICE) == []


def test_points_carry_their_dimensions_and_nonsense_is_left_out(world: World) -> None:
    metrics = Metrics("oke-autoscaler")
    metrics.add("nodes", 3, node_pool="pool1", empty="")
    metrics.add("lag_hours", float("nan"))
    env = world.cloud.identity.mint_resource_principal()
    assert post_metrics(metrics, env, Deadline.after(30), endpoint=world.cloud.endpoint) == "posted 1"
    (posted,) = world.ingestion.posted
    assert (posted.name, posted.value) == ("nodes", 3.0)
    assert posted.dimensions == {"function": "oke-autoscaler", "node_pool": "pool1"}


def test_the_endpoint_is_the_ingestion_one_of_region_and_realm() -> None:
    assert ingestion_endpoint("eu-frankfurt-1", {}) == "https://telemetry-ingestion.eu-frankfurt-1.oraclecloud.com"
    metadata = {"OCI_REGION_METADATA": '{"realmDomainComponent": "oraclegovcloud.com"}'}
    assert ingestion_endpoint("us-langley-1", metadata) == "https://telemetry-ingestion.us-langley-1.oraclegovcloud.com"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"namespace": "oci_mine"}, "namespace"),
        ({"name": "1st"}, "name"),
        ({"dimensions": {}}, "dimensions"),
        ({"datapoints": [models.Datapoint(timestamp="2020-01-01T00:00:00Z", value=1.0)]}, "two hours"),
    ],
)
def test_the_emulated_service_refuses_what_the_real_one_refuses(
    world: World, change: dict[str, object], expected: str
) -> None:
    """Asked through the unchanged SDK."""
    good = {
        "namespace": NAMESPACE,
        "compartment_id": DEFAULT_COMPARTMENT,
        "name": "nodes",
        "dimensions": {"function": "f"},
        "datapoints": [models.Datapoint(timestamp=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), value=1.0)],
    }
    signer = resource_principal_signer(world.cloud.identity.mint_resource_principal())
    client = MonitoringClient(
        {}, signer=signer, service_endpoint=world.cloud.endpoint, retry_strategy=NoneRetryStrategy()
    )
    streams = [models.MetricDataDetails(**{**good, **change}), models.MetricDataDetails(**good)]
    answer = client.post_metric_data(models.PostMetricDataDetails(metric_data=streams)).data
    assert answer.failed_metrics_count == 1
    assert expected in answer.failed_metrics[0].message
    assert len(world.ingestion.posted) == 1
