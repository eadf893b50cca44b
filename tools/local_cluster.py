"""The cluster of a local cloud, made as in a tenancy: by `oci-functions oke cluster create`, from nothing.

The command is run in this process, because its waits are to let the cluster's clock go on: minutes of a control plane
and of nodes that boot pass in no time.
"""

from __future__ import annotations

import argparse
import contextlib
import io
from typing import TYPE_CHECKING, TextIO

from emulator.oke.model.network import VCN
from emulator.services.identity.service import DEFAULT_COMPARTMENT
from ops.oke import create
from ops.oke.pace import Pace
from ops.oke.wanted import add_arguments

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.cloud import Cloud
    from emulator.oke.model.node_pool_records import NodePoolRecord

NAME = "prod-pool1"
SETTLED_SECONDS = 600.0
"""From the end of the command to a pool at rest."""

SUBNETS = {
    "endpoint-subnet": "ocid1.subnet.oc1.iad.aaaaaaaaendpoint",
    "lb-subnet": "ocid1.subnet.oc1.iad.aaaaaaaaloadbalancer1",
    "worker-subnet": "ocid1.subnet.oc1.iad.aaaaaaaaworkers",
}


def make_cluster(cloud: Cloud, config_file: Path, *, nodes: int = 2, steps: TextIO | None = None) -> NodePoolRecord:
    """Take away the cluster that the cloud has, make one with the command and return its pool; tell the steps.

    Raises RuntimeError with the command's answer when it is an error.
    """
    cloud.cluster.start_without_cluster()
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = parser.parse_args(arguments(cloud, config_file, nodes=nodes))
    pace = Pace(sleep=cloud.cluster.advance, now=cloud.cluster.clock)
    with contextlib.redirect_stdout(io.StringIO()) as answer, contextlib.redirect_stderr(steps or io.StringIO()):
        status = create.run(options, pace)
    if status:
        raise RuntimeError(answer.getvalue())
    (pool,) = cloud.cluster.node_pools.pools.values()
    # ACTIVE in OKE comes before Ready in Kubernetes, and the autoscaler leaves a pool alone whose nodes are new.
    cloud.cluster.advance(SETTLED_SECONDS)
    return pool


def arguments(cloud: Cloud, config_file: Path, *, nodes: int = 2) -> list[str]:
    """Return the arguments of `oke cluster create` for a local cloud."""
    pairs = {
        "name": NAME,
        "compartment": DEFAULT_COMPARTMENT,
        "vcn": VCN,
        **SUBNETS,
        "endpoint": "public",
        "size": str(nodes),
        "config-dir": str(cloud.root / ".okectl"),
        "config-file": str(config_file),
        "endpoint-url": cloud.endpoint,
    }
    return [word for name, value in pairs.items() for word in (f"--{name}", value)]
