"""`oke kubeconfig` and `oke token`: what is written works, and what was there stays."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from ops.oke import token
from shared.deadline import Deadline
from shared.kubernetes.client import KubernetesApi
from shared.kubernetes.cluster_access import read_kubeconfig

if TYPE_CHECKING:
    from tests.contract.oke_command.conftest import Oke

OTHER = {
    "apiVersion": "v1",
    "kind": "Config",
    "preferences": {"colors": True},
    "clusters": [{"name": "other", "cluster": {"server": "https://other:6443"}}],
    "users": [{"name": "other", "user": {"token": "secret"}}],
    "contexts": [{"name": "other", "context": {"cluster": "other", "user": "other"}}],
    "current-context": "other",
}


class FixedToken:
    def __init__(self, text: str) -> None:
        self._text = text

    def token(self, *, refused: bool) -> str:
        return self._text


def test_a_cluster_is_merged_beside_what_is_there_and_made_current(oke: Oke, tmp_path: Path) -> None:
    cluster = oke.create().json["clusterId"]
    real = tmp_path / "real" / "config"
    real.parent.mkdir()
    real.write_text(yaml.safe_dump(OTHER))
    link = tmp_path / "config-link"
    link.symlink_to(real)
    for _ in range(2):
        done = oke.kubeconfig("--cluster", cluster, "--file", str(link))
        assert done.status == 0, done.out
    found = yaml.safe_load(real.read_text())
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert [each["name"] for each in found["clusters"]] == ["other", f"cluster-{cluster[-11:]}"]
    assert (found["preferences"], found["users"][0]) == (OTHER["preferences"], OTHER["users"][0])
    assert found["current-context"] == done.json["context"] == f"context-cluster-{cluster[-11:]}"


def test_the_token_command_of_the_file_opens_the_cluster(oke: Oke) -> None:
    cluster = oke.create().json["clusterId"]
    text = (oke.folder / "kubeconfig").read_text()
    (user,) = yaml.safe_load(text)["users"]
    command = [user["user"]["exec"]["command"], *user["user"]["exec"]["args"]]
    assert "oci" not in Path(command[0]).name.split("-")[1:]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "ops.cli.main", *command[command.index("oke") :]],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "."), "HOME": "/nowhere"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    credential = json.loads(done.stdout)
    assert credential["apiVersion"] == user["user"]["exec"]["apiVersion"]
    address = read_kubeconfig(text)
    api = KubernetesApi(address.server, address.ca_pem, FixedToken(credential["status"]["token"]), Deadline.after(20))
    assert b"NodeList" in api.get("/api/v1/nodes")
    api.close()
    assert cluster in command


def test_oci_can_make_the_tokens_too(oke: Oke, tmp_path: Path) -> None:
    cluster = oke.create().json["clusterId"]
    file = tmp_path / "kubeconfig"
    assert oke.kubeconfig("--cluster", cluster, "--file", str(file), "--tokens", "oci").status == 0
    (user,) = yaml.safe_load(file.read_text())["users"]
    assert user["user"]["exec"]["command"] == "oci"


@pytest.mark.parametrize("content", ["- a list", "clusters: 7", "{", "clusters: [{cluster: {}}]"])
def test_a_file_that_is_no_kubeconfig_is_left_alone(oke: Oke, tmp_path: Path, content: str) -> None:
    cluster = oke.create().json["clusterId"]
    file = tmp_path / "notes.yaml"
    file.write_text(content)
    error = oke.kubeconfig("--cluster", cluster, "--file", str(file)).error
    assert (error["field"], file.read_text()) == ("--file", content)


def test_an_endpoint_that_the_cluster_has_not_is_refused(oke: Oke, tmp_path: Path) -> None:
    cluster = oke.create("--endpoint", "private").json["clusterId"]
    file = str(tmp_path / "kubeconfig")
    error = oke.kubeconfig("--cluster", cluster, "--endpoint", "public", "--file", file).error
    assert (error["field"], Path(file).exists()) == ("--endpoint", False)
    assert oke.kubeconfig("--cluster", cluster, "--file", file).status == 0


def test_a_region_is_read_from_the_clusters_ocid() -> None:
    assert token.region_of_cluster("ocid1.cluster.oc1.iad.aaaa") == "us-ashburn-1"
    assert token.region_of_cluster("ocid1.cluster.oc1.eu-madrid-1.aaaa") == "eu-madrid-1"
