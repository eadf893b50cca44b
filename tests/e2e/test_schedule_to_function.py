"""What a CronJob runs, as a process: schedule -> command -> signed call -> function."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from emulator.cloud import CloudOptions
from emulator.services.identity.service import DEFAULT_TENANCY
from emulator.services.workload_identity.service import WorkloadIdentity
from tests.support.small_functions import ECHO, cloud_with, function_ocid
from tools import suite
from tools.checks.manifests import FOLDER, ROOT, manifests
from tools.local_stack import local_stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.cloud import Cloud

NAMES = [entry.name for entry in suite.read().functions]
OCI = ROOT / ".venv-oci-cli" / "bin" / "oci"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Cloud]:
    """A cloud where the app's functions echo their body."""
    with cloud_with(tmp_path_factory.mktemp("schedule"), keys_folder, dict.fromkeys(NAMES, ECHO)) as (made, _):
        yield made


def container(folder: Path) -> tuple[list[str], dict[str, str], dict[str, Any]]:
    """Command with arguments, environment and pod of a CronJob; `$(NAME)` filled in as Kubernetes does it."""
    spec = next(document for _, document in manifests(folder) if document["kind"] == "CronJob")["spec"]
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    (run,) = pod["containers"]
    env = {}
    for each in run["env"]:
        reference = each.get("valueFrom", {}).get("configMapKeyRef")
        env[each["name"]] = function_ocid(reference["key"]) if reference else each["value"]
    words = [re.sub(r"\$\((\w+)\)", lambda found: env[found[1]], word) for word in run["command"] + run["args"]]
    return words, env, pod


def test_every_function_has_a_cronjob_and_an_ocid_in_the_config_map() -> None:
    jobs = {document["metadata"]["name"] for _, document in manifests(FOLDER / "cronjobs") if _is_job(document)}
    lines = (FOLDER / "cronjobs" / "functions.env").read_text().splitlines()
    assert jobs == set(NAMES)
    assert {line.partition("=")[0] for line in lines if line and not line.startswith("#")} == set(NAMES)
    listed = yaml.safe_load((FOLDER / "cronjobs" / "kustomization.yaml").read_text())["resources"]
    assert {f"{name}.yaml" for name in NAMES} <= set(listed)


def run_cronjob(name: str, cloud: Cloud, folder: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run a CronJob's command as its pod would; return how it ended, and the cluster that it ran in."""
    file = folder / "one" / f"{name}.yaml"
    file.parent.mkdir()
    shutil.copy(FOLDER / "cronjobs" / f"{name}.yaml", file)
    words, env, pod = container(file.parent)
    assert words[0] == "python3"
    with WorkloadIdentity(cloud) as exchange:
        mounted = exchange.pod(folder, "oci-functions", pod["serviceAccountName"])
        where = ["--endpoint", cloud.endpoint, "--service-account-token", mounted.pop("token")]
        done = subprocess.run(  # noqa: S603
            [sys.executable, *words[1:], *where, *arguments],
            env={**env, **mounted, "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    return done, exchange.cluster


@pytest.mark.parametrize("name", NAMES)
def test_a_cronjobs_command_calls_its_function_as_the_pods_account(name: str, cloud: Cloud, tmp_path: Path) -> None:
    cloud.log.clear()
    done, cluster = run_cronjob(name, cloud, tmp_path, "--body", '{"success": {}}')
    assert (done.returncode, done.stdout) == (0, '{"success": {}}\n'), done.stderr
    looked_up, called = cloud.log.calls("functions")
    assert (looked_up.method, called.method) == ("GET", "POST")
    assert called.path.endswith(f"/functions/{function_ocid(name)}/actions/invoke")
    assert called.principal == f"{cluster}/oci-functions/function-invoker"


def test_the_autoscalers_cronjob_makes_a_pool_grow(tmp_path: Path, keys_folder: Path) -> None:
    """Schedule, identity, call, function, token, RBAC, decision, node pool: nothing between them is left out."""
    with local_stack(tmp_path / "cloud", CloudOptions(keys_folder=keys_folder)) as stack:
        before = len(stack.cloud.cluster.pending())
        done, _ = run_cronjob("oke-autoscaler", stack.cloud, tmp_path)
    answer = json.loads(done.stdout)["success"]
    assert (done.returncode, answer["action"], answer["reason"]) == (0, "scale-up", "unschedulable-pods")
    assert 0 < int(answer["unschedulable-pods-count"]) <= before
    assert int(answer["node-count"]) > 2


@pytest.mark.skipif(not OCI.exists(), reason="no oci command in .venv-oci-cli: `make test` installs it from the index")
def test_the_oci_command_of_the_cli_cronjob_calls_the_function_with_the_secrets_key(
    cloud: Cloud, tmp_path: Path
) -> None:
    """The published arguments, unchanged; `oci` reads the function and calls the endpoint that it names."""
    cloud.log.clear()
    words, env, pod = container(FOLDER / "oci-cli")
    name = "oke-autoscaler"
    words = [function_ocid(name) if word == env["FUNCTION"] else word for word in words]
    assert words[1:2] + words[-4:] == ["fn", "--file", "-", "--body", "-"]
    _mount_secret(cloud, pod, tmp_path)
    done = run_oci(words[1:], {**env, "HOME": str(tmp_path)}, cloud)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("-")  # the echoed body: `--body -` is sent as it stands
    assert "authorization" not in (done.stdout + done.stderr).lower()
    assert "Signature" not in done.stdout + done.stderr
    looked_up, called = cloud.log.calls("functions")
    assert (looked_up.method, called.method) == ("GET", "POST")
    assert called.path.startswith("/region/us-ashburn-1/")
    assert called.path.endswith(f"/functions/{function_ocid(name)}/actions/invoke")


@pytest.mark.skipif(not OCI.exists(), reason="no oci command in .venv-oci-cli: `make test` installs it from the index")
def test_any_other_oci_command_runs_the_same_way(cloud: Cloud, tmp_path: Path) -> None:
    _, env, pod = container(FOLDER / "oci-cli")
    bucket = cloud.object_storage.create_bucket("codecard", tenancy=DEFAULT_TENANCY)
    _mount_secret(cloud, pod, tmp_path)
    words = ["os", "object", "list", "--namespace", bucket.namespace, "--bucket-name", "codecard", "--all"]
    done = run_oci(words, {**env, "HOME": str(tmp_path)}, cloud)
    assert (done.returncode, json.loads(done.stdout)["prefixes"]) == (0, []), done.stderr


def run_oci(words: list[str], env: dict[str, str], cloud: Cloud) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [str(OCI), *words],
        env={**env, "OCI_CLI_ENDPOINT": cloud.endpoint, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_the_oci_command_is_locked_to_one_version_with_hashes() -> None:
    lines = (ROOT / "deploy" / "cronjob" / "requirements.txt").read_text().splitlines()
    pinned = [line for line in lines if re.match(r"[a-z]", line)]
    assert any(line.startswith("oci-cli==") for line in pinned)
    assert all("==" in line and line.endswith("\\") for line in pinned)
    dockerfile = (ROOT / "deploy" / "cronjob" / "Dockerfile").read_text()
    assert "--require-hashes --requirement /tmp/requirements.txt" in dockerfile


def _is_job(document: dict[str, Any]) -> bool:
    return bool(document["kind"] == "CronJob")


def _mount_secret(cloud: Cloud, pod: dict[str, Any], home: Path) -> None:
    """Lay out config and key below `home` as the Secret's volume does below the container's HOME."""
    user = cloud.identity.create_user()
    (volume,) = (each["secret"] for each in pod["volumes"] if "secret" in each)
    (mount,) = (each for each in pod["containers"][0]["volumeMounts"] if each["mountPath"].endswith("/.oci"))
    assert mount["readOnly"]
    key_path = "~/.oci/ssh/id_rsa_pri.pem"
    texts = {
        "config": user.config_file.read_text().replace(str(user.key_file), key_path),
        "id_rsa_pri.pem": user.key_file.read_text(),
    }
    for item in volume["items"]:
        path = home / ".oci" / item["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[item["key"]])
        path.chmod(0o440)
    assert (home / ".oci" / "ssh" / "id_rsa_pri.pem").exists()
