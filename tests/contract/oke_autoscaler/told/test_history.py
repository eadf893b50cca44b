"""What ticks have changed stays in the cluster: why, for whom, at what cost; `history` prints it and names circles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.autoscaler import IDLE, config, host_names, tick
from tests.support.shared_data import ROOT

if TYPE_CHECKING:
    from emulator.cloud import Cloud

STATE = ("ConfigMap", "oke-autoscaler-state", "kube-system")


def history(env: dict[str, str], keys: dict[str, str], *options: str) -> str:
    command = [sys.executable, "-c", "from ops.cli.main import main; main()", "autoscaler", "history", *options]
    done = subprocess.run(  # noqa: S603  (our own command)
        command,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **env, **keys},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_a_growth_and_a_removal_tell_why_for_whom_and_what_they_cost(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 6, pool=pool, cpu="900m")
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    tick(principal_env, keys)
    cloud.cluster.advance(600)
    cloud.cluster.scale("web", 1)
    for host in host_names(cloud, pool):
        cloud.cluster.set_metrics(host, 10.0)
    for _ in range(3):
        tick(principal_env, keys)
        cloud.cluster.advance(300)
    changes = json.loads(history(principal_env, keys, "--json"))
    grown, shrunk = changes[0], changes[-1]
    assert (grown["what"], grown["sizeBefore"], grown["sizeAfter"]) == ("scale-up", 1, 2)
    assert grown["why"].startswith("unschedulable-pods (for default/web-")
    assert grown["owners"] == ["default/ReplicaSet/web"]
    assert grown["podsCount"] == 2
    assert (shrunk["what"], shrunk["sizeBefore"], shrunk["sizeAfter"]) == ("scale-down", 2, 1)
    assert len(shrunk["nodes"]) == 1
    assert grown["costPerMonth"] == -shrunk["costPerMonth"] > 0
    lines = history(principal_env, keys).splitlines()
    assert lines[0].split() == ["WHEN", "(UTC)", "WHAT", "POOL", "NODES", "A", "MONTH", "FOR", "WHY"]
    assert "1 -> 2" in lines[1]
    assert "default/ReplicaSet/web (2 pods)" in lines[1]
    assert len(history(principal_env, keys, "--last", "1").splitlines()) == 2


def test_a_circle_is_a_warning_an_event_and_a_line_of_the_history(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=0)
    cloud.cluster.add_replicas("web", 1, pool=pool, cpu="900m")
    (pod,) = cloud.cluster.objects("Pod")
    cloud.cluster.advance(7200)
    now = cloud.cluster.clock()
    past = [
        {"at": now - 2400, "what": "scale-up", "pool": "p", "pods": [f"default/{pod['metadata']['name']}"]},
        {"at": now - 1200, "what": "scale-down", "pool": "p", "nodes": ["gone"]},
    ]
    meta = {"name": STATE[1], "namespace": STATE[2]}
    data = {"version": "1", "history": json.dumps(past)}
    cloud.cluster.put({"kind": "ConfigMap", "apiVersion": "v1", "metadata": meta, "data": data})
    keys = config(cloud, pool)
    body = tick(principal_env, keys)["warning"]
    assert body["action"] == "scale-up"
    assert body["flapping"].endswith("now one is bought for the same again: round 2 in 6 h")
    (event,) = [event for event in cloud.cluster.objects("Event") if event["reason"] == "Flapping"]
    assert body["flapping"] in event["message"]
    assert "FLAPPING" in history(principal_env, keys).splitlines()[-1]
