"""`oke cluster delete`: node pools, then the control plane; told before and after: what stays.

What an earlier run began is taken up: pools and clusters that are DELETING are waited for, what is gone is gone.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.oke import waiting
from ops.oke.arguments import add_common, engine_of, ocid
from ops.oke.engine import found_or
from ops.oke.output import ended
from ops.oke.pace import Pace
from ops.oke.progress import Progress
from ops.oke.remains import remaining
from ops.oke.values import GONE, ClusterView
from shared.errors import BadRequest, OciServiceError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from ops.oke.engine import Engine

NO_GRACE = "PT0M"
"""The nodes are not drained: all of them go, so an evicted pod could run nowhere, and a budget would hold them."""

DELETABLE = frozenset({"ACTIVE", "FAILED"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `cluster delete`."""
    parser.add_argument("--cluster", required=True, help="OCID of the cluster")
    parser.add_argument("--yes", action="store_true", help="do not ask; needed where nobody can answer")
    add_common(parser)


def run(options: argparse.Namespace, pace: Pace | None = None) -> int:
    """Delete the cluster, print what is gone and what stays, and return the exit status."""
    pace = pace or Pace()
    progress = Progress(pace.now)

    def work() -> dict[str, object]:
        cluster_id = ocid("cluster", options.cluster, "--cluster")
        engine = engine_of(options, pace)
        cluster = found_or(lambda: engine.cluster(cluster_id), "--cluster", f"cluster {cluster_id}")
        if not options.yes and cluster.state != "DELETED":
            confirm(cluster)
        return _Delete(engine, progress, cluster).answer()

    return ended(progress, work)


def confirm(cluster: ClusterView, ask: Callable[[str], str] = input) -> None:
    """Ask the person at the terminal for the cluster's name. Raises BadRequest without one, or with another answer."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise BadRequest("nobody can be asked here", field="--yes", fix="give --yes to delete the cluster")
    sys.stderr.write(f"Cluster {cluster.name} ({cluster.id}) and all its nodes are to be deleted.\n")
    sys.stderr.write("Type its name to go on: ")
    sys.stderr.flush()
    if ask("").strip() != cluster.name:
        raise BadRequest("that is not the cluster's name; nothing was deleted", field="--cluster")


@dataclass(frozen=True)
class _Delete:
    engine: Engine
    progress: Progress
    cluster: ClusterView

    def answer(self) -> dict[str, object]:
        """Delete, and return what is gone and what stays."""
        cluster = self.cluster
        stays: dict[str, object] = {"vcn": cluster.vcn}
        pools = []
        if cluster.state not in GONE:
            stays |= remaining(self.engine, cluster)
        if cluster.state != "DELETED":
            pools = self._pools()
            self._control_plane()
        return {"cluster": cluster.id, "name": cluster.name, "node-pools": pools, "remains": stays}

    def _pools(self) -> list[str]:
        """Delete the node pools, all of them at once, and wait for each; return their OCIDs."""
        cluster = self.cluster
        listed = self.engine.pools(cluster.compartment, cluster.id)
        pools = [pool for pool in listed if pool.state != "DELETED"]
        work: dict[str, str] = {}
        for pool in pools:
            if pool.state != "DELETING":
                self.progress.step(f"deleting node pool {pool.name}")
                work[pool.id] = self._began("delete_node_pool", pool.id)
        for pool in pools:
            what = f"node pool {pool.name}"
            if work.get(pool.id):
                left = [f"node pool {pool.id}", f"cluster {cluster.id}"]
                waiting.work_done(self.engine, self.progress, work[pool.id], cluster.compartment, what, left)
            waiting.gone(self.engine, self.progress, pool.id)
        return [pool.id for pool in pools]

    def _control_plane(self) -> None:
        cluster = self.cluster
        found = waiting.cluster_in(self.engine, self.progress, cluster.id, DELETABLE | GONE)
        if found is not None and found.state in DELETABLE:
            self.progress.step(f"deleting cluster {cluster.name}")
            work_request = self._began("delete_cluster", cluster.id)
            if work_request:
                what, left = f"cluster {cluster.name}", [f"cluster {cluster.id}"]
                waiting.work_done(self.engine, self.progress, work_request, cluster.compartment, what, left)
        waiting.cluster_in(self.engine, self.progress, cluster.id, frozenset({"DELETED"}))

    def _began(self, call: str, ocid_text: str) -> str:
        """Begin a deletion; empty where another has begun or ended it meanwhile, or a lost answer did."""
        grace = (
            {"override_eviction_grace_duration": NO_GRACE, "is_force_deletion_after_override_grace_duration": True}
            if call == "delete_node_pool"
            else {}
        )
        try:
            return self.engine.began(call, ocid_text, **grace)
        except OciServiceError as fault:
            if fault.status not in {404, 409}:
                raise
            read = self.engine.pool if call == "delete_node_pool" else self.engine.cluster
            try:
                state = read(ocid_text).state
            except OciServiceError as again:
                if again.status == 404:
                    return ""
                raise
            if state in GONE:
                return ""
            raise
