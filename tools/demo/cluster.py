"""The demo of `oke`: the command makes a cluster from nothing, and the autoscaler sizes it."""

from __future__ import annotations

import io
import json
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.cloud import Cloud
from emulator.functions_app import FunctionsApp, image_environment
from tools.local_cluster import make_cluster

if TYPE_CHECKING:
    from emulator.kubernetes.object_fields import Object
    from emulator.oke.model.node_pool_records import NodePoolRecord

TITLE = "oke: a cluster from nothing, and the autoscaler that sizes it"
FUNCTION = "oke-autoscaler"
PODS = 10
BIGGEST = 6
CALL_SECONDS = 130


class _Indented(io.StringIO):
    """Steps of the command as lines of the demo, as they come."""

    def __init__(self) -> None:
        super().__init__()
        self._stdout = sys.stdout  # the command's own is put aside while it runs

    def write(self, text: str) -> int:
        """Print whole lines, indented."""
        self._stdout.write("".join(f"   {line}\n" for line in text.splitlines()))
        return len(text)


def run(_out: Path) -> None:
    """Make the cluster, leave pods without room, call the function once; RuntimeError when the pool does not grow."""
    functions = FunctionsApp(lambda _: image_environment())
    with (
        tempfile.TemporaryDirectory(prefix="local-cloud-") as folder,
        Cloud(Path(folder).resolve(), functions=functions) as cloud,
    ):
        if FUNCTION not in functions.host.functions:
            print(f"   {FUNCTION} is not in this tree")
            return
        pool = make_cluster(cloud, cloud.identity.create_user().config_file, steps=_Indented())
        cloud.cluster.add_replicas("web", PODS, cpu="1", memory="1Gi", pool=pool)
        cloud.cluster.settle()
        left = len(cloud.cluster.pending())
        print(f"   {left} of {PODS} pods have no room on {pool.size} nodes; one tick of {FUNCTION}:")
        functions.host.configure(FUNCTION, _config(cloud, pool))
        answer = _tick(cloud)
        cloud.cluster.advance(300)
        print(f"   {json.dumps(answer)}")
        left = len(cloud.cluster.pending())
        print(f"   five minutes later: {pool.size} nodes, {left} pods without room")
        if left:
            raise RuntimeError(f"{left} pods have no room yet: {answer}")


def _config(cloud: Cloud, pool: NodePoolRecord) -> dict[str, str]:
    return {
        **cloud.identity.mint_resource_principal(),
        "oci_endpoint": cloud.endpoint,
        "REQUESTS_CA_BUNDLE": str(cloud.ca_file),
        "SSL_CERT_FILE": str(cloud.ca_file),
        "cluster_id": cloud.cluster.id,
        "node_pool_id": pool.id,
        "node_pool_min_size": "1",
        "node_pool_max_size": str(BIGGEST),
        "kubernetes_endpoint": "public",
    }


def _tick(cloud: Cloud) -> Object:
    request = urllib.request.Request(f"{cloud.gateway}/invoke/{FUNCTION}", data=b"", method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:  # noqa: S310  (our own loopback address)
        body: Object = json.loads(answer.read())
        return body
