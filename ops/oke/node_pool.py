"""`oke node-pool get`: a node pool as JSON, when its nodes are up if asked; or as Terraform's external data source."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ops.oke import private_files, waiting
from ops.oke.arguments import TIMEOUT_SECONDS, add_common, engine_of, ocid
from ops.oke.engine import found_or
from ops.oke.flat_map import flat_map, read_query
from ops.oke.output import ERROR, SUCCESS, ended, pretty
from ops.oke.pace import Pace
from ops.oke.progress import Progress
from ops.oke.values import GONE, PoolView
from ops.oke.waiting import WAIT_NODES
from shared.errors import BadRequest, FunctionError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from ops.oke.engine import Engine


NODE_POOL_FILE = "nodepool.json"
"""Where a pool is kept in a folder of configuration."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which pool, and what to wait for."""

    cluster: str
    node_pool: str
    wait: waiting.WaitNodes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `node-pool get`."""
    parser.add_argument("--cluster", default="", help="OCID of the cluster; not needed with a pool's OCID")
    parser.add_argument("--node-pool", default="", help="OCID or name of the node pool (default: the only one)")
    parser.add_argument(
        "--config-dir", default="", help="folder whose nodepool.json names the pool, where nothing else does"
    )
    parser.add_argument(
        "--wait-nodes-active", choices=WAIT_NODES, default="false", help="nodes to wait for (default: %(default)s)"
    )
    parser.add_argument(
        "--terraform-external", action="store_true", help="read a query from stdin, print a flat map of texts"
    )
    add_common(parser, timeout=TIMEOUT_SECONDS)


def run(options: argparse.Namespace, pace: Pace | None = None) -> int:
    """Print the node pool and return the exit status."""
    pace = pace or Pace()
    if options.terraform_external:
        return _external(options, pace, sys.stdin.read())
    progress = Progress(pace.now)
    return ended(progress, lambda: found_pool(engine_of(options, pace), progress, asked(options)).json)


def run_saved(options: argparse.Namespace, file: Path) -> int:
    """Do what ``run`` does, for the published flags: keep the pool in a file as well, and read no query."""
    pace = Pace()
    progress = Progress(pace.now, is_quiet=options.terraform_external)

    def work() -> PoolView:
        pool = found_pool(engine_of(options, pace), progress, asked(options))
        private_files.write(file, pretty(pool.json), "--config-dir")
        return pool

    if options.terraform_external:
        return _told_to_terraform(work)
    return ended(progress, lambda: work().json)


def asked(options: argparse.Namespace) -> Asked:
    """Return what the options ask for. Raises BadRequest."""
    cluster = ocid("cluster", options.cluster, "--cluster") if options.cluster else ""
    pool = options.node_pool or ("" if cluster else saved_pool(options.config_dir))
    if pool.startswith("ocid1."):
        pool = ocid("nodepool", pool, "--node-pool")
    elif not cluster:
        raise BadRequest("a node pool's name needs its cluster", field="--cluster", fix="name the cluster's OCID")
    if options.wait_nodes_active not in WAIT_NODES:
        raise BadRequest(f"must be one of {', '.join(WAIT_NODES)}", field="--wait-nodes-active")
    return Asked(cluster, pool, options.wait_nodes_active)


def saved_pool(folder: str) -> str:
    """Return the OCID of the pool in a folder's nodepool.json, empty where no folder is named. Raises BadRequest."""
    if not folder:
        return ""
    file = Path(folder) / NODE_POOL_FILE
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["id"])
    except (OSError, ValueError, KeyError, TypeError):
        fix = "run `oci-functions oke cluster create` with that folder first, or name the pool"
        raise BadRequest(f"{file} names no node pool", field="--config-dir", fix=fix) from None


def found_pool(engine: Engine, progress: Progress, wish: Asked) -> PoolView:
    """Return the node pool. Raises BadRequest for one that is not there, NotMade for nodes that will not come up."""
    pool = wish.node_pool if wish.node_pool.startswith("ocid1.") else _named(engine, wish)
    found: PoolView = found_or(lambda: engine.pool(pool), "--node-pool", f"node pool {pool}")
    if wish.cluster and found.cluster != wish.cluster:
        raise BadRequest(f"node pool {found.name} belongs to cluster {found.cluster}", field="--node-pool")
    if wish.wait == "false":
        return found
    work_request = waiting.open_work_request(engine, found.id, found.compartment, found.cluster)
    return waiting.pool_up(engine, progress, found.id, work_request, wish.wait, found.compartment)


def _named(engine: Engine, wish: Asked) -> str:
    cluster = found_or(lambda: engine.cluster(wish.cluster), "--cluster", f"cluster {wish.cluster}")
    found = [each for each in engine.pools(cluster.compartment, cluster.id) if each.state not in GONE]
    fitting = [each for each in found if wish.node_pool in {"", each.name}]
    if len(fitting) == 1:
        return fitting[0].id
    shown = ", ".join(f"{each.name} ({each.id})" for each in found) or "none"
    what = f"{len(fitting)} node pools with the name {wish.node_pool}" if wish.node_pool else f"{len(found)} node pools"
    raise BadRequest(f"the cluster has {what}: {shown}", field="--node-pool", fix="name one by its OCID")


def _external(options: argparse.Namespace, pace: Pace, query_text: str) -> int:
    """Speak the protocol: the map on stdout, or text on stderr and status 1, and nothing else on stdout."""
    progress = Progress(pace.now, is_quiet=True)

    def work() -> PoolView:
        for key, value in read_query(query_text).items():
            setattr(options, key, _number(value) if key == "timeout" else value)
        return found_pool(engine_of(options, pace), progress, asked(options))

    return _told_to_terraform(work)


def _told_to_terraform(work: Callable[[], PoolView]) -> int:
    try:
        pool = work()
    except FunctionError as fault:
        named = f"{fault.fields['field']}: " if fault.fields.get("field") else ""
        sys.stderr.write(f"{named}{_whole(fault)}; {fault.advice}\n")
        return ERROR
    sys.stdout.write(json.dumps(flat_map(pool)) + "\n")
    return SUCCESS


def _whole(fault: FunctionError) -> str:
    """Return an error's message with the errors of OKE in it and what it left behind."""
    errors = fault.fields.get("errors")
    left = fault.fields.get("left_behind")
    parts = [fault.message or fault.reason]
    parts += [f"errors: {'; '.join(errors)}"] if isinstance(errors, list) and errors else []
    parts += [f"left behind: {'; '.join(left)}"] if isinstance(left, list) and left else []
    return ". ".join(parts)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadRequest(f"must be seconds, is {text!r}", field="timeout") from None
