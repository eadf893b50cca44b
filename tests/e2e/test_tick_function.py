"""The autoscaler as Fn runs it: the real `fdk` process, its answer, its log, its two ways into the cluster."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from emulator.base.hooks import AbandonRequest
from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from emulator.services.vault_secrets.service import SecretsService
from tests.support.autoscaler import IDLE, config, deletions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.base.hooks import When
    from emulator.base.request_log import LoggedCall

NAME = "oke-autoscaler"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[tuple[Cloud, FunctionsApp]]:
    """A cloud that serves the function, with a principal of its own."""
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path_factory.mktemp("tick"), functions=functions, options=options) as cloud:
        yield cloud, functions


def call(served: tuple[Cloud, FunctionsApp], keys: dict[str, str]) -> dict[str, Any]:
    cloud, functions = served
    functions.host.configure(NAME, keys)
    cloud.log.clear()
    response = requests.post(f"{cloud.gateway}/invoke/{NAME}", timeout=60)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer: dict[str, Any] = response.json()
    return answer


def log_of(functions: FunctionsApp) -> str:
    return "\n".join(line.text for line in functions.host.logs)


def secrets(functions: FunctionsApp) -> list[str]:
    """Return what must never be written: session token and private key, and what a cluster token begins with."""
    environment = functions.host.options.environment
    token = Path(environment["OCI_RESOURCE_PRINCIPAL_RPST"]).read_text()
    key = Path(environment["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"]).read_text().splitlines()[1]
    return [token, key, "aHR0cHM6Ly9jb250YWluZXJlbmdpbmU", "Bearer", "Signature algorithm"]


def test_a_burst_through_the_function_process(served: tuple[Cloud, FunctionsApp]) -> None:
    cloud, functions = served
    cloud.reset()
    pool = cloud.cluster.add_pool("prod-pool1", size=1)
    cloud.cluster.add_replicas("web", 40, pool=pool, cpu="900m")
    answer = call(served, config(cloud, pool, node_pool_max_size=20))
    assert answer["success"]["node-count"] == "10"
    assert pool.size == 10
    log = log_of(functions)
    summary = json.loads([line for line in log.splitlines() if '"function": "oke-autoscaler"' in line][-1])
    assert summary["result"] == answer
    assert summary["changes"] == ["resize node pool prod-pool1 from 1 to 10"]
    assert [set(node) for node in summary["nodes"]] == [{"name", "id", "created", "cpu_load", "ram_load"}]
    assert not [secret for secret in secrets(functions) if secret in log]


def test_a_config_key_that_is_nearly_dry_run_stops_the_tick_before_anything_is_asked(
    served: tuple[Cloud, FunctionsApp],
) -> None:
    cloud, functions = served
    cloud.reset()
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 40, pool=pool, cpu="900m")
    error = call(served, config(cloud, pool, dryrun=True, node_pool_max_sise=3))["error"]
    assert (error["reason"], error["faults"]) == (
        "missing-input-data",
        {"dryrun": "is no config key: the key is dry_run"},
    )
    assert [one for one in cloud.log.calls() if not one.path.startswith("/invoke/")] == []
    summary = json.loads([line for line in log_of(functions).splitlines() if '"oke-autoscaler"' in line][-1])
    assert summary["unknown_config_keys"] == {"dryrun": "dry_run", "node_pool_max_sise": "node_pool_max_size"}


def test_an_idle_pool_through_the_function_process(served: tuple[Cloud, FunctionsApp]) -> None:
    cloud, _ = served
    cloud.reset()
    pool = cloud.cluster.add_pool("p", size=3)
    answer = call(served, config(cloud, pool, node_pool_min_size=1, **IDLE))
    assert (answer["success"]["action"], answer["success"]["node-count"]) == ("scale-down", "1")
    assert len(deletions(cloud)) == 2


def test_a_secret_of_the_vault_is_the_token_at_the_price_of_one_call(served: tuple[Cloud, FunctionsApp]) -> None:
    cloud, functions = served
    cloud.reset()
    pool = cloud.cluster.add_pool("p", size=1)
    token = cloud.cluster.add_service_account("oke-autoscaler")
    vault = next(service for service in cloud.services if isinstance(service, SecretsService))
    keys = config(cloud, pool, secret_id=vault.create(token + "\n"))
    assert call(served, keys)["success"]["action"] == "none"
    oci_calls = [one.service for one in cloud.log.calls() if one.service != "kubernetes"]
    assert oci_calls.count("secrets") == 1
    assert len(oci_calls) <= 4 + 1 + 1 + 1
    assert token not in log_of(functions)
    principals = {one.principal for one in cloud.log.calls(service="kubernetes")}
    assert principals == {"system:serviceaccount:kube-system:oke-autoscaler"}


@pytest.mark.parametrize(
    ("content", "code"), [(b"\xff\xfe", "malformed"), (b"", "malformed"), (b"two\nlines", "malformed")]
)
def test_a_secret_that_is_no_token_is_a_typed_error(
    served: tuple[Cloud, FunctionsApp], content: bytes, code: str
) -> None:
    cloud, _ = served
    cloud.reset()
    pool = cloud.cluster.add_pool("p", size=1)
    vault = next(service for service in cloud.services if isinstance(service, SecretsService))
    error = call(served, config(cloud, pool, secret_id=vault.create(content)))["error"]
    assert (error["reason"], error["code"], error["service"]) == ("oci-service-error", code, "secrets")


def test_a_secret_that_is_not_there_is_a_typed_error(served: tuple[Cloud, FunctionsApp]) -> None:
    cloud, _ = served
    cloud.reset()
    pool = cloud.cluster.add_pool("p", size=1)
    error = call(served, config(cloud, pool, secret_id="ocid1.vaultsecret.oc1.iad.none"))["error"]
    assert (error["reason"], error["status"], error["service"]) == ("oci-service-error", "404", "secrets")


def test_a_public_endpoint_is_asked_for_where_it_is_configured(served: tuple[Cloud, FunctionsApp]) -> None:
    cloud, _ = served
    cloud.reset()
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.endpoints = {"PUBLIC_ENDPOINT"}
    try:
        assert call(served, config(cloud, pool, kubernetes_endpoint="public"))["success"]
        assert call(served, config(cloud, pool))["error"]["reason"] == "oci-service-error"
    finally:
        cloud.cluster.endpoints = {"LEGACY_KUBERNETES", "PUBLIC_ENDPOINT", "PRIVATE_ENDPOINT"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_function_killed_at_its_resize_is_carried_on_by_the_next_call(
    served: tuple[Cloud, FunctionsApp], when: When
) -> None:
    cloud, functions = served
    cloud.reset()
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 12, pool=pool, cpu="900m")
    keys = config(cloud, pool)
    functions.host.configure(NAME, keys)

    def kill(call: LoggedCall) -> None:
        if call.method != "PUT":
            return
        for pid in functions.host.processes(NAME):
            os.kill(pid, signal.SIGKILL)
        if when == "before":
            raise AbandonRequest

    cloud.hooks.add(when, kill, service="container_engine")
    assert requests.post(f"{cloud.gateway}/invoke/{NAME}", timeout=60).status_code == 502
    cloud.hooks.clear()
    assert pool.size == (1 if when == "before" else 3)
    cloud.cluster.advance(200)
    call(served, keys)
    assert pool.size == 3
