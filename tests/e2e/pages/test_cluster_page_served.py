"""The cluster page under the real fdk command: what the next tick would do, and nothing done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from tests.support.autoscaler import config

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from requests import Response

NAME = "oke-autoscaler"
DEPLOYMENT = {
    "kind": "Deployment",
    "metadata": {"name": "more"},
    "spec": {
        "replicas": 30,
        "template": {"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "900m"}}}]}},
    },
}


@pytest.fixture(scope="module")
def functions() -> FunctionsApp:
    return FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())


@pytest.fixture(scope="module")
def cloud(functions: FunctionsApp, tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Cloud]:
    """A cluster of one pool after a tick for 40 pods, with 5 more that wait."""
    with Cloud(
        tmp_path_factory.mktemp("page"), functions=functions, options=CloudOptions(keys_folder=keys_folder)
    ) as cloud:
        pool = cloud.cluster.add_pool("prod-pool1", size=1)
        cloud.cluster.add_replicas("web", 40, pool=pool, cpu="900m")
        functions.host.configure(NAME, config(cloud, pool, node_pool_max_size=20))
        answer = requests.post(f"{cloud.gateway}/invoke/{NAME}", timeout=60).json()
        assert answer["success"]["node-count"] == "10"
        yield cloud


def get(cloud: Cloud, path: str, **parameters: str) -> Response:
    headers = {"Authorization": f"Bearer {cloud.identity.mint_access_token()}"}
    return requests.get(cloud.gateway + path, params=parameters, headers=headers, timeout=60)


def test_the_page_shows_the_pool_its_change_and_what_waits_and_writes_nothing(cloud: Cloud) -> None:
    cloud.log.clear()
    page = get(cloud, "/autoscaler")
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "prod-pool1" in page.text
    assert "1 \N{RIGHTWARDS ARROW} 10" in page.text
    written = [call for call in cloud.log.calls() if call.method not in {"GET", "HEAD"} and call.service != "gateway"]
    paths = [call.path for call in written if "/autoscaler" not in call.path]
    assert [path for path in paths if not path.endswith("/kubeconfig/content")] == [], "that one reads, by POST"
    assert requests.get(f"{cloud.gateway}/autoscaler", timeout=20).status_code == 401


def test_the_timeline_is_that_of_the_ticks(cloud: Cloud) -> None:
    charts = {chart["id"]: chart for chart in get(cloud, "/autoscaler/data").json()["charts"]}
    assert list(charts) == ["sizes", "pending", "cost"]
    assert [(series["name"], series["values"]) for series in charts["sizes"]["series"]] == [("prod-pool1", [10, 10])]
    assert charts["sizes"]["notes"][0].startswith("scale-up prod-pool1 1 to 10 for 36 pods: unschedulable-pods")
    assert charts["pending"]["series"][0]["values"][0] == 36


def test_what_if_asks_for_more_or_less_without_a_change(cloud: Cloud) -> None:
    data = get(cloud, "/autoscaler/data", manifest=json.dumps(DEPLOYMENT)).json()
    assert "30 more pods of the manifest" in data["html"]
    assert "Nothing is changed" in data["html"]
    waiting = int(get(cloud, "/autoscaler/data").json()["title"].split()[1])
    assert data["title"].split()[3] == str(waiting + 30)
    small = get(
        cloud, "/autoscaler/data", **{"what_if": "", "max.prod-pool1": "12"}, manifest=json.dumps(DEPLOYMENT)
    ).json()
    assert "What if: prod-pool1.max_size=12, 30 more pods of the manifest." in small["html"]
    assert "max 12</span>" in small["html"], "an empty field of the form asks for nothing"
    assert "it is changing: pool UPDATING" in small["html"]


MANIFEST = """
kind: Service
metadata: {name: shop}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop, labels: {since: 2024-01-01}}
spec:
  replicas: 3
  template:
    metadata: {labels: {since: 2024-01-01}}
    spec:
      containers:
      - {name: c, resources: {requests: {cpu: 900m}}}
"""


def test_a_manifest_is_yaml_and_what_it_has_besides_is_named(cloud: Cloud) -> None:
    data = get(cloud, "/autoscaler/data", manifest=MANIFEST).json()
    assert "3 more pods of the manifest" in data["html"]
    assert "StatefulSet default/shop" in data["html"]
    assert "Passed over, since no pods of theirs wait for room: Service shop." in data["html"]
    wrong = get(cloud, "/autoscaler/data", manifest=MANIFEST.replace("replicas: 3", "replicas: [3")).json()["error"]
    assert (wrong["field"], "line 10" in wrong["message"]) == ("manifest", True)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"what_if": "add=/etc/passwd"}, "what_if"),
        ({"what_if": "max_size=many"}, "what_if"),
        ({"max.prod-pool1": "-3"}, "max.prod-pool1"),
        ({"state": "asleep"}, "state"),
        ({"manifest": "{"}, "manifest"),
        ({"manifest": json.dumps(DEPLOYMENT).replace("30", "5001")}, "manifest"),
        ({"manifest": "x" * 7001}, "manifest"),
    ],
)
def test_what_cannot_be_decided_is_named(cloud: Cloud, parameters: dict[str, str], field: str) -> None:
    answer = get(cloud, "/autoscaler/data", **parameters)
    assert answer.status_code == 400
    assert answer.json()["error"].get("field", "") == field
    page = get(cloud, "/autoscaler", **parameters)
    assert (page.status_code, page.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_a_wrong_config_is_said_as_a_page_too(cloud: Cloud, functions: FunctionsApp) -> None:
    host = functions.host
    kept = dict(host.config[NAME])
    host.configure(NAME, {**kept, "node_pool_max_size": "many"})
    try:
        error = requests.post(f"{cloud.gateway}/invoke/{NAME}", timeout=60).json()["error"]
        page = get(cloud, "/autoscaler")
        assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert "node_pool_max_size" in page.text
        assert get(cloud, "/autoscaler/data").json()["error"] == error
    finally:
        host.configure(NAME, kept)
