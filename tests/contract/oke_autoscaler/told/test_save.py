"""`explain --live --save`: the file decides as the live cluster did, and holds nothing that may be secret."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.autoscaler import IDLE, config, host_names, tick, writes
from tests.support.shared_data import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.cloud import Cloud

SECRET = "hunter2-token"


def oci_functions(env: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-c", "from ops.cli.main import main; main()", "autoscaler", *words]
    whole = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **env}
    done = subprocess.run(command, env=whole, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    return done.stdout


def test_a_saved_cluster_is_decided_on_as_the_live_one_without_its_secrets(
    cloud: Cloud, principal_env: dict[str, str], tmp_path: Path
) -> None:
    script = base64.b64encode(
        f"export T={SECRET}\nkubelet --register-with-taints=team=ml:NoSchedule\n".encode()
    ).decode()
    pool = cloud.cluster.add_pool(
        "p", size=2, more={"nodeMetadata": {"user_data": script, "ssh_authorized_keys": SECRET}}
    )
    first, second = host_names(cloud, pool)
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": SECRET, "other": SECRET}
    spec = {
        "containers": [
            {
                "name": "a",
                "env": [{"name": "TOKEN", "value": SECRET}],
                "args": [SECRET],
                "resources": {"requests": {"cpu": "900m"}},
            }
        ],
        "volumes": [{"name": "h", "hostPath": {"path": f"/{SECRET}"}}],
    }
    cloud.cluster.add_pod("a", node=first, spec=spec)
    cloud.cluster.change("Pod", "a", ("metadata.annotations", annotations))
    ours = {**annotations, "oke-autoscaler/removal-reason": "x"}
    cloud.cluster.change("Node", second, ("metadata.annotations", ours))
    cloud.cluster.add_replicas("web", 12, pool=pool, cpu="900m")
    for host in (first, second):
        cloud.cluster.set_metrics(host, 10.0)
    keys = config(cloud, pool, **IDLE)
    tick(principal_env, {**keys, "node_pool_max_size": "2"})  # something is remembered
    before = len(writes(cloud))
    file = tmp_path / "snapshot.json"
    live = json.loads(oci_functions({**principal_env, **keys}, "explain", "--live", "--save", str(file)))
    assert len(writes(cloud)) == before
    assert file.stat().st_mode & 0o077 == 0
    text = file.read_text()
    assert SECRET not in text
    assert (
        "register-with-taints"
        in base64.b64decode(json.loads(text)["node_pools"][0]["nodeMetadata"]["user_data"]).decode()
    )
    assert cloud.cluster.id not in json.dumps(json.loads(text)["settings"])
    assert json.loads(oci_functions({}, "explain", "--snapshot", str(file))) == live
    other = ("--what-if", "min_size=3", "--what-if", "enforce_min_size=true")
    assert "grows from 2 to 3" in oci_functions({}, "explain", "--snapshot", str(file), *other, "--text")
