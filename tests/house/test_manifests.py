"""The Kubernetes manifests hold, and the checker of them finds what it must."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tools import suite
from tools.checks import manifests

if TYPE_CHECKING:
    from collections.abc import Callable

CRON_JOB = next(document for _, document in manifests.manifests() if document["kind"] == "CronJob")


def test_every_manifest_holds_in_three_versions_of_kubernetes() -> None:
    assert len(set(manifests.versions())) == 3
    assert list(manifests.every_fault()) == []


def test_every_place_that_names_the_version_names_the_one_of_func_common() -> None:
    version = suite.read().version
    tags = {
        image["newTag"]
        for file in manifests.FOLDER.rglob("kustomization.yaml")
        for image in yaml.safe_load(file.read_text()).get("images", [])
    }
    example = (suite.ROOT / "deploy" / "terraform" / "terraform.tfvars.example").read_text()
    assert tags == {version}
    assert f'image_tag           = "{version}"' in example


def test_kustomize_puts_registry_and_config_map_into_every_cronjob() -> None:
    documents = manifests.rendered(manifests.FOLDER)
    if documents is None:
        pytest.skip("kubectl is not on the PATH")
    (config_map,) = (each["metadata"]["name"] for each in documents if each["kind"] == "ConfigMap")
    jobs = [each for each in documents if each["kind"] == "CronJob"]
    assert len(jobs) == 4
    for job in jobs:
        assert job["metadata"]["namespace"] == "oci-functions"
        (container,) = _pod(job)["containers"]
        assert container["image"].startswith("iad.ocir.io/")
        assert container["env"][0]["valueFrom"]["configMapKeyRef"]["name"] == config_map


def test_kustomize_makes_the_autoscalers_function_the_user_that_rbac_names() -> None:
    documents = manifests.rendered(manifests.FOLDER)
    if documents is None:
        pytest.skip("kubectl is not on the PATH")
    lines = (manifests.FOLDER / "cronjobs" / "functions.env").read_text().splitlines()
    (ocid,) = (line.partition("=")[2] for line in lines if line.startswith("oke-autoscaler="))
    bindings = [each for each in documents if each["kind"] in {"ClusterRoleBinding", "RoleBinding"}]
    users = [subject["name"] for each in bindings for subject in each["subjects"] if subject["kind"] == "User"]
    assert users == [ocid] * len(bindings)
    assert len(bindings) >= 2


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda job: job["spec"].update(concurrencyPolicy="Allow"), "concurrencyPolicy"),
        (lambda job: job["spec"].pop("startingDeadlineSeconds"), "startingDeadlineSeconds"),
        (lambda job: job["spec"]["jobTemplate"]["spec"].pop("backoffLimit"), "backoffLimit"),
        (lambda job: job["spec"].update(suspended=True), "Kubernetes"),
        (lambda job: _pod(job).pop("affinity"), "nodeAffinity"),
        (lambda job: _pod(job)["securityContext"].update(runAsUser=0), "user 1000"),
        (lambda job: _pod(job)["containers"][0].pop("securityContext"), "read-only"),
        (lambda job: _pod(job)["containers"][0]["resources"].pop("limits"), "resources"),
        (lambda job: _pod(job)["containers"][0].update(args=["--debug", "fn"]), "signed requests"),
        (lambda job: job["spec"]["jobTemplate"]["spec"]["template"]["metadata"].pop("annotations"), "safe-to-evict"),
    ],
)
def test_a_spoilt_cronjob_is_found(spoil: Callable[[dict[str, Any]], object], expected: str) -> None:
    job = copy.deepcopy(CRON_JOB)
    spoil(job)
    assert any(expected in fault for fault in manifests.faults(job))


def _pod(job: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return pod
