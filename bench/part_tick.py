"""Whole ticks of oke-autoscaler: the real `fdk` process, OCI over http and the API server over TLS, cold, compiled."""

from __future__ import annotations

import compileall
import json
import tempfile
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.memory import peak_bytes
from bench.table import Row
from emulator.cloud import Cloud
from emulator.fn_server.host import HostOptions
from emulator.functions_app import ROOT, FunctionsApp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.oke.model.node_pool_records import NodePoolRecord

NAME = "oke-autoscaler"
MIB = 1024 * 1024
RUNS = 3
POD_BYTES = 4500


@dataclass(frozen=True, slots=True)
class Measured:
    """One cold call: CPU seconds and peak resident memory of the function's process, its calls to OCI, the answer."""

    cpu_seconds: float
    peak_bytes: int
    oci_calls: int
    answer: dict[str, Any]


def rows() -> Iterator[Row]:
    """Measure a tick with nothing to do, and one with 10,000 pods on 1,000 nodes."""
    for folder in ("functions", "shared", "ops"):
        compileall.compile_dir(ROOT / folder, quiet=2)
    with _cloud() as (cloud, functions):
        pools = _small(cloud)
        idle = min((_cold(cloud, functions, pools) for _ in range(RUNS)), key=lambda one: one.cpu_seconds)
        allowed = 4 + len(pools)
        yield Row(
            "idle tick, 3 pools, 30 nodes, 500 pods: CPU",
            f"{idle.cpu_seconds:.2f} s",
            "0.9 s",
            holds=idle.cpu_seconds <= 0.9,
        )
        yield Row("  peak memory", f"{idle.peak_bytes / MIB:.0f} MiB", "110 MiB", holds=idle.peak_bytes <= 110 * MIB)
        yield Row("  calls to OCI", str(idle.oci_calls), f"{allowed}", holds=idle.oci_calls <= allowed)
    with _cloud() as (cloud, functions):
        pools = _large(cloud)
        large = _cold(cloud, functions, pools)
        yield Row(
            "tick with 10,000 pods of 4.5 kB, 1,000 nodes: CPU",
            f"{large.cpu_seconds:.2f} s",
            "3 s",
            holds=large.cpu_seconds <= 3,
        )
        yield Row("  peak memory", f"{large.peak_bytes / MIB:.0f} MiB", "200 MiB", holds=large.peak_bytes <= 200 * MIB)


@contextmanager
def _cloud() -> Iterator[tuple[Cloud, FunctionsApp]]:
    """Start a cloud whose control loops rest: what is measured is the function."""

    def environment(cloud: Cloud) -> dict[str, str]:
        return cloud.identity.mint_resource_principal()

    functions = FunctionsApp(environment, options=HostOptions(freeze=False))
    with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder), functions=functions) as cloud:
        cloud.cluster.loops.enabled = False
        yield cloud, functions


def _small(cloud: Cloud) -> list[NodePoolRecord]:
    pools = [cloud.cluster.add_pool(f"pool{number}", size=10) for number in range(3)]
    for pool in pools:
        _fill(cloud, pool, 167, "200m")
    return pools


def _large(cloud: Cloud) -> list[NodePoolRecord]:
    pool = cloud.cluster.add_pool("pool1", size=1000)
    _fill(cloud, pool, 10_000, "300m")
    return [pool]


def _fill(cloud: Cloud, pool: NodePoolRecord, pods: int, cpu: str) -> None:
    """Put running pods of about POD_BYTES on a pool's nodes, in ReplicaSets of 50."""
    hosts = [node["metadata"]["name"] for node in cloud.cluster.nodes(pool)]
    environment = [{"name": f"SETTING_{number}", "value": "x" * 40} for number in range(45)]
    container = {
        "name": "main",
        "image": "registry.example/app:1",
        "resources": {"requests": {"cpu": cpu, "memory": "256Mi"}},
        "env": environment,
    }
    for start in range(0, pods, 50):
        turn = [hosts[(start + number) % len(hosts)] for number in range(50)]
        count = min(50, pods - start)
        name = f"{pool.name}-{start}"
        made = cloud.cluster.add_replicas(name, count, nodes=turn, pool=pool, spec={"containers": [container]})
    _check_size(made[0])


def _check_size(pod: dict[str, Any]) -> None:
    size = len(json.dumps(pod))
    if not 0.9 * POD_BYTES <= size <= 1.1 * POD_BYTES:
        raise AssertionError(f"a pod has {size} bytes, not about {POD_BYTES}")


def _cold(cloud: Cloud, functions: FunctionsApp, pools: list[NodePoolRecord]) -> Measured:
    """Measure one call in a new process, which is ended afterwards."""
    keys = {
        "cluster_id": cloud.cluster.id,
        "node_pools": json.dumps([{"id": pool.id, "min_size": 1, "max_size": 2000} for pool in pools]),
        "node_pool_eval_cpu_load": "30",
        "node_pool_eval_ram_load": "30",
        "oci_endpoint": cloud.endpoint,
    }
    functions.host.configure(NAME, keys)
    cloud.log.clear()
    request = urllib.request.Request(f"{cloud.gateway}/invoke/{NAME}", data=b"", method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310  (our own loopback address)
        answer = json.load(response)
    call = functions.host.calls[-1]
    oci_calls = [one for one in cloud.log.calls() if one.service not in {"kubernetes", ""}]
    return Measured(call.cpu_seconds, peak_bytes(call.pid), len(oci_calls), answer)
