"""The script `okectl`: published commands and flags, in both spellings, on the emulated container engine.

The waits of these commands are real ones: the cluster's clock goes on by what each call makes of it.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from emulator.oke.model.network import VCN
from emulator.services.identity.service import DEFAULT_COMPARTMENT
from ops.cli.okectl import LEFT_OUT, main, root
from tests.contract.oke_command.conftest import SUBNET, Oke
from tools.suite import ROOT

if TYPE_CHECKING:
    from click.testing import Result

    from emulator.base.request_log import LoggedCall

CREATE = {
    "clusterName": "OKE-Cluster-001",
    "vcnId": VCN,
    "compartmentId": DEFAULT_COMPARTMENT,
    "subnet1Id": f"{SUBNET}endpoint",
    "subnet2Id": f"{SUBNET}loadbalancer2",
    "subnet3Id": f"{SUBNET}workers1",
    "subnet4Id": f"{SUBNET}workers2",
    "quantityWkrSubnets": "2",
    "quantityPerSubnet": "2",
    "nodeSshKey": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDsHX7RR0z",
    "waitNodesActive": "all",
}


@pytest.fixture
def quick(oke: Oke) -> Oke:
    """Minutes pass between two calls, so that no command waits for more than a second or two."""

    def pass_time(_: LoggedCall) -> None:
        oke.cluster.advance(300)

    oke.cluster.behaviour.retry_after_seconds = None
    oke.cloud.hooks.add("before", pass_time, service="container_engine")
    return oke


def okectl(oke: Oke, command: str, flags: dict[str, str], *, joined: bool = True) -> Result:
    given = {**flags, "configDir": str(oke.folder)}
    words = [
        word for name, value in given.items() for word in ([f"--{name}={value}"] if joined else [f"--{name}", value])
    ]
    return CliRunner().invoke(root(), [command, *words, *oke.who])


@pytest.mark.parametrize("joined", [True, False])
def test_an_old_pipeline_runs(quick: Oke, *, joined: bool) -> None:
    made = okectl(quick, "createOkeCluster", CREATE, joined=joined)
    assert made.exit_code == 0, made.output
    assert made.stderr.count(LEFT_OUT) == 1
    pool = json.loads(made.stdout)
    (cluster,) = quick.cluster.clusters.all.values()
    assert (pool["name"], len(pool["nodes"])) == ("OKE-Cluster-001", 4)
    assert cluster.details["options"]["serviceLbSubnetIds"] == [f"{SUBNET}endpoint", f"{SUBNET}loadbalancer2"]
    assert cluster.details["endpointConfig"]["isPublicIpEnabled"] is True
    assert json.loads((quick.folder / "nodepool.json").read_text()) == pool

    flags = {"tfExternalDs": "true", "waitNodesActive": "all"}
    found = okectl(quick, "getOkeNodePool", flags, joined=joined)
    assert (found.exit_code, found.stderr) == (0, "")
    assert json.loads(found.stdout)["workerNodeIp"] in {node["privateIp"] for node in pool["nodes"]}
    assert json.loads(okectl(quick, "getOkeNodePool", {}, joined=joined).stdout)["id"] == pool["id"]

    (quick.folder / "kubeconfig").unlink()
    assert okectl(quick, "createOkeKubeconfig", {"clusterId": cluster.id}, joined=joined).exit_code == 0
    assert (quick.folder / "kubeconfig").exists()
    assert okectl(quick, "deleteOkeCluster", {}, joined=joined).exit_code == 0
    assert cluster.state == "DELETED"


def test_without_a_flag_or_a_file_nothing_is_named(oke: Oke) -> None:
    for command in ("deleteOkeCluster", "createOkeKubeconfig", "getOkeNodePool"):
        done = okectl(oke, command, {})
        assert (done.exit_code, done.stdout) == (3, "")
        assert "nodepool.json names none" in done.stderr


@pytest.mark.parametrize("words", [["--configDir=x", "deleteOkeCluster"], ["deleteOkeCluster", "--configDir", "x"]])
def test_a_folder_is_named_before_or_after_the_command(words: list[str]) -> None:
    done = CliRunner().invoke(root(), words)
    assert (done.exit_code, "x/nodepool.json names none" in done.stderr) == (3, True)


def test_the_version_is_that_of_the_suite() -> None:
    assert CliRunner().invoke(root(), ["--version"]).stdout.strip().count(".") == 2


def test_a_subnet_that_is_counted_and_not_named_is_refused(oke: Oke) -> None:
    done = okectl(oke, "createOkeCluster", {**CREATE, "quantityWkrSubnets": "3"})
    assert (done.exit_code, "needs --subnet5Id" in done.stderr, oke.made()) == (2, True, [])


def test_the_script_is_declared() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, name = scripts["okectl"].partition(":")
    assert (module, name) == (main.__module__, main.__name__)
