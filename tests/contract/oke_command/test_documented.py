"""The ten commands of docs/okectl.md, one after another, word by word, in a shell and against the local cloud.

kubectl and jq are the real ones. What this machine has no cloud for is a shell function beside them: `terraform`, whose
`apply` is given the variables that the page names and deploys the function here with them, and `kubectl apply`, which
lets RBAC be made. Where the local cloud is, the command is told by the options that each page on it names.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp, image_environment
from emulator.oke.model.network import VCN
from emulator.services.functions.service import FunctionsService
from emulator.services.identity.service import DEFAULT_COMPARTMENT
from tests.support.command_line import PROCESS
from tools.local_stack import RBAC
from tools.suite import ROOT

if TYPE_CHECKING:
    from emulator.oke.emulated_cluster import EmulatedCluster

PAGE = ROOT / "docs" / "okectl.md"
FUNCTION = "ocid1.fnfunc.oc1..oke-autoscaler"
SUBNET = "ocid1.subnet.oc1.iad.aaaaaaaa"
IS_HERE = (ROOT / "functions" / "oke_autoscaler" / "func.py").exists()
STAND_INS = """
oci_functions() { case "$1" in
    oke) %(command)s "$@" --config-file %(config)s --endpoint-url %(endpoint)s ;;
    invoke) %(command)s "$@" --config-file %(config)s --endpoint %(endpoint)s ;;
    *) %(command)s "$@" ;;
esac; }
terraform() { printf '%%s\\n' "$@" > terraform.words; [ "$2" != output ] || echo "oke-autoscaler=%(function)s"; }
kubectl() { if [ "$1" = apply ]; then printf '%%s\\n' "$@" > kubectl.words; else command kubectl "$@"; fi; }
"""


def ten_commands() -> list[str]:
    """The commands of the page, in order."""
    text = PAGE.read_text(encoding="utf-8").split("<!-- ten commands -->")[1].split("<!-- end ten commands -->")[0]
    (block,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [line for line in block.splitlines() if line and not line.startswith("#")]


class Shell:
    """Runs one line after another; what a line exports, the next one has."""

    def __init__(self, folder: Path, cloud: Cloud) -> None:
        self.folder = folder
        config = cloud.identity.create_user().config_file
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "COMPARTMENT": DEFAULT_COMPARTMENT,
            "VCN": VCN,
            "ENDPOINT_SUBNET": f"{SUBNET}endpoint",
            "LB_SUBNET": f"{SUBNET}loadbalancer1",
            "WORKER_SUBNET": f"{SUBNET}workers",
            "oci_endpoint": cloud.endpoint,
            "oci_config_file": str(config),
        }
        values = {"command": shlex.join(PROCESS), "config": config, "endpoint": cloud.endpoint, "function": FUNCTION}
        self._stand_ins = STAND_INS % values

    def run(self, line: str) -> str:
        """Run a line of the page; its output. Raises CalledProcessError."""
        line = line.replace(".venv/bin/oci-functions", "oci_functions")
        script = f"set -eu\n{self._stand_ins}\n{line}\nenv -0 > env.now\n"
        bash = ["/usr/bin/env", "bash", "-c", script]
        done = subprocess.run(  # noqa: S603
            bash, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False, timeout=110
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        pairs = (self.folder / "env.now").read_text().split("\0")
        self.env = dict(pair.split("=", 1) for pair in pairs if "=" in pair and not pair.startswith("_="))
        return done.stdout

    def words(self, program: str) -> list[str]:
        """What a program that has a stand-in was called with."""
        return (self.folder / f"{program}.words").read_text().splitlines()


@pytest.fixture
def functions() -> FunctionsApp:
    return FunctionsApp(lambda _: image_environment())


@pytest.fixture
def cloud(tmp_path: Path, keys_folder: Path, functions: FunctionsApp) -> Iterator[Cloud]:
    service = FunctionsService(lambda: functions.host)
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path / "cloud", services=[service], functions=functions, options=options) as made:
        made.cluster.start_without_cluster()
        made.cluster.behaviour.retry_after_seconds = None
        yield made


def deploy(cloud: Cloud, functions: FunctionsApp, words: list[str]) -> None:
    """Do what `terraform apply` does with these variables: the function is there, configured by them."""
    pairs = dict(word.split("=", 1) for before, word in itertools.pairwise(words) if before == "-var")
    assert json.loads(pairs.pop("node_pool_ids")) == [pairs["oke_autoscaler_node_pool_id"]]
    config = {name.removeprefix("oke_autoscaler_"): value for name, value in pairs.items()}
    trusted = {"SSL_CERT_FILE": str(cloud.ca_file), "REQUESTS_CA_BUNDLE": str(cloud.ca_file)}
    principal = cloud.identity.mint_resource_principal(resource=FUNCTION)
    functions.host.configure("oke-autoscaler", {**principal, **trusted, "oci_endpoint": cloud.endpoint, **config})


def give_rights(cluster: EmulatedCluster, words: list[str]) -> None:
    """Do what `kubectl apply` does, for the roles; the person who made the cluster keeps IAM's."""
    assert words == ["apply", "-k", "deploy/kubernetes"]
    cluster.enforce_rbac(RBAC, {"FUNCTION_OCID": FUNCTION})
    cluster.api_server.authenticator.iam_administrators = True


@pytest.mark.skipif(not IS_HERE, reason="oke-autoscaler is not in this tree")
@pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "kubectl", "jq"))), reason="needs the commands bash, kubectl and jq"
)
def test_the_page_leads_from_nothing_to_a_tick(cloud: Cloud, functions: FunctionsApp, tmp_path: Path) -> None:
    cluster, shell, lines = cloud.cluster, Shell(tmp_path, cloud), ten_commands()
    assert len(lines) == 10
    create, exports, readyz, nodes, init, apply, rbac, preflight, explain, invoke = lines
    hook = cloud.hooks.add("before", lambda _: cluster.advance(300), service="container_engine")
    pool = json.loads(shell.run(create))
    assert pool["clusterId"] == cluster.id
    shell.run(exports)
    assert shell.run(readyz) == "ok"
    assert [node["lifecycleState"] for node in json.loads(shell.run(nodes))["nodes"]] == ["ACTIVE"] * 2
    cloud.hooks.remove(hook)
    cluster.advance(900)  # what an apply takes, and more: the nodes are Ready, and new no longer
    shell.run(init)
    shell.run(apply)
    deploy(cloud, functions, shell.words("terraform"))
    shell.run(rbac)
    give_rights(cluster, shell.words("kubectl"))
    (record,) = cluster.node_pools.pools.values()
    cluster.add_replicas("web", 10, cpu="1", memory="1Gi", pool=record)
    assert "FAILED" not in shell.run(preflight)
    assert "prod" in shell.run(explain)
    answer = json.loads(shell.run(invoke))["success"]
    assert (answer["action"], answer["node-pool-name"], record.size) == ("scale-up", "prod", 4)
