"""Manifests as pods that wait: YAML and JSON, what is wrong with its line, and texts that stand for far more."""

from __future__ import annotations

import pytest

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.explain.manifest import pods_of_manifest

SEVERAL = """
apiVersion: v1
kind: List
items:
- {kind: Pod, metadata: {name: one}, spec: {containers: [{name: c}]}}
- {kind: Service, metadata: {name: web}}
---
kind: Job
metadata: {name: nightly}
spec: {parallelism: 2, completions: 5, template: {metadata: {labels: {day: 2024-01-01}}, spec: {containers: []}}}
---
kind: DaemonSet
metadata: {name: agent}
"""


def test_documents_lists_and_kinds_that_make_no_pods() -> None:
    found = pods_of_manifest(SEVERAL, "m")
    assert [pod.key for pod in found.pods] == ["default/one", "default/nightly-0", "default/nightly-1"]
    assert found.passed_over == ["Service web", "DaemonSet agent"]
    assert found.pods[1].metadata.labels == {"day": "2024-01-01"}, "a text, as Kubernetes reads it"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind: Pod\nmetadata: [", "m is no YAML: line 2"),
        ('{"kind": "Pod",\n}', "m is no JSON: line 2"),
        ("kind: Pod\nspec: {a: 1\n", "m is no YAML: line 3"),
        ("kind: Service\nmetadata: {name: web}", "but Service web"),
        ("just a text", "m has no Deployment"),
        ("kind: Pod\nspec: !!python/object:os.system {}", "line 2"),
        ("[" * 3000, "m is no JSON"),
        ('{"kind": "Pod", "spec": {"nodeSelector": {"a": "\\ud800"}, "containers": [{"name": "c"}]}}', "surrogates"),
        ("kind: [Pod]", "m has no Deployment"),
        ("kind: Deployment\nspec: {replicas: .inf, template: {spec: {containers: [{name: c}]}}}", "infinity"),
        ('{"kind": "Job", "spec": {"parallelism": 1e999, "template": {}}}', "infinity"),
    ],
)
def test_what_is_wrong_has_its_line(text: str, says: str) -> None:
    with pytest.raises(BadSnapshot) as raised:
        pods_of_manifest(text, "m")
    assert says in raised.value.message


def test_aliases_do_not_stand_for_billions() -> None:
    rows = ["v: &v [a, a, a, a, a, a, a, a, a]"]
    rows += [f"v{at}: &v{at} [{', '.join([f'*v{at - 1}' if at else '*v'] * 9)}]" for at in range(12)]
    for text in ("\n".join(["kind: Pod", *rows]), "kind: Pod\nspec: &s {containers: [*s]}"):
        with pytest.raises(BadSnapshot) as raised:
            pods_of_manifest(text, "m")
        assert "by its aliases" in raised.value.message
