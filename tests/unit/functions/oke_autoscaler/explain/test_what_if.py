"""Other settings and further pods in a decision: what a manifest would make, and what is wrong with an option."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.explain.command import explain, main
from functions.oke_autoscaler.explain.what_if import read_what_if
from tests.unit.functions.oke_autoscaler.builders import CLOCK, node, pod, pool

if TYPE_CHECKING:
    from pathlib import Path

GIB = 1024**3
DEPLOYMENT = """
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        env: [{name: TOKEN, value: secret}]
        resources: {limits: {cpu: 800m, memory: 1Gi}}
"""


def snapshot(**settings: Any) -> bytes:
    made = {
        "node_pools": [pool("a", 1, ["n"]), pool("b", 1, ["m"])],
        "nodes": [node("n", 1000, 4 * GIB), node("m", 4000, 4 * GIB)],
        "pods": [pod("full", 1000, GIB, nodeName="n"), pod("full2", 4000, GIB, nodeName="m")],
        "settings": {"node_pool_max_size": 2, **settings},
    }
    return json.dumps(made).encode()


def sizes(*changes: str, **settings: Any) -> dict[str, int]:
    return {each.name: each.wanted_size for each in explain(snapshot(**settings), CLOCK, read_what_if(changes)).pools}


@pytest.fixture
def deployment(tmp_path: Path) -> str:
    path = tmp_path / "deployment.yaml"
    path.write_text(DEPLOYMENT)
    return str(path)


def test_a_manifest_adds_its_pods(deployment: str) -> None:
    decision = explain(snapshot(), CLOCK, read_what_if([f"add={deployment}"]))
    assert [verdict.pod for verdict in decision.pods] == ["shop/web-0", "shop/web-1", "shop/web-2"]
    assert {each.name: each.wanted_size for each in decision.pools} == {"a": 1, "b": 2}  # limits count as requests


def test_keys_of_every_pool_of_one_and_of_the_call(deployment: str) -> None:
    add = f"add={deployment}"
    assert sizes(add, "max_size=1") == {"a": 1, "b": 1}
    assert sizes(add, "b.max_size=1", "a.max_size=9") == {"a": 4, "b": 1}
    assert sizes(add, "a.cost=1", "a.max_size=9") == {"a": 4, "b": 1}
    assert sizes(add, "max_nodes_total=3", "a.max_size=9", "b.max_size=1") == {"a": 2, "b": 1}
    assert sizes("a.min_size=2", "enforce_min_size=true") == {"a": 2, "b": 1}


@pytest.mark.parametrize(
    ("item", "names"),
    [
        ({"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{}]}}, ["default/p"]),
        ({"kind": "Job", "spec": {"parallelism": 5, "completions": 2, "template": {}}}, ["default/j-0", "default/j-1"]),
        (
            {
                "kind": "StatefulSet",
                "spec": {"template": {"spec": {}}, "volumeClaimTemplates": [{"metadata": {"name": "data"}}]},
            },
            ["default/j-0"],
        ),
        (
            {"kind": "List", "items": [{"kind": "ReplicaSet", "metadata": {"name": "r"}, "spec": {"template": {}}}]},
            ["default/r-0"],
        ),
    ],
)
def test_kinds_of_manifests_as_json(tmp_path: Path, item: dict[str, Any], names: list[str]) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"metadata": {"name": "j"}, **item}))
    assert [each.key for each in read_what_if([f"add={path}"]).pods] == names


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("max_size", "is not KEY=VALUE"),
        ("sizes=3", "is neither add, nor a key"),
        ("max_size=many", "max_size must be a whole number"),
        ("c.max_size=3", "c is no node pool of the snapshot: a, b"),
        ("min_size=7", "max_size 2 is below min_size 7"),
        ("node_utilization_percent=200", "node_utilization_percent"),
        ("add=/nowhere", "cannot be read: No such file"),
    ],
)
def test_what_is_wrong_with_an_option_is_said(change: str, words: str) -> None:
    with pytest.raises(BadSnapshot) as raised:
        explain(snapshot(), CLOCK, read_what_if([change]))
    assert words in f"{raised.value.path} {raised.value.message}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: Service", "has no Deployment, Job, Pod"),
        ("{", "is no JSON"),
        ("a: [", "is no YAML"),
        ("kind: Deployment\nspec: {replicas: many, template: {}}", "Deployment cannot be read"),
        ("kind: Deployment\nspec: 3", "Deployment cannot be read"),
        ("kind: Deployment\nmetadata: {name: 3}\nspec: {template: {}}", "Deployment cannot be read"),
        ("kind: Deployment\nspec: {replicas: 99999999999, template: {}}", "more than 100000 pods"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_said(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(BadSnapshot) as raised:
        read_what_if([f"add={path}"])
    assert words in raised.value.message


def test_the_same_pod_twice_is_refused(deployment: str) -> None:
    with pytest.raises(BadSnapshot, match="shop/web-0 is there already"):
        explain(
            json.dumps({"pods": [{**pod("web-0", 1, 1), "metadata": {"name": "web-0", "namespace": "shop"}}]}).encode(),
            CLOCK,
            read_what_if([f"add={deployment}"]),
        )


def test_the_command_takes_the_option_more_than_once(
    tmp_path: Path, deployment: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "snapshot.json"
    path.write_bytes(snapshot())
    words = ["--snapshot", str(path), "--what-if", f"add={deployment}", "--what-if", "b.max_size=1", "--text"]
    assert main(words) == 0
    assert b"(size 1, max_size 1)" in capsysbinary.readouterr().out
    assert main(["--snapshot", str(path), "--what-if", "x"]) == 2
