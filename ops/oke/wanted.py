"""What `cluster create` is asked for, checked before anything is asked of OKE."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ops.oke.arguments import add_common, ocid
from ops.oke.waiting import WAIT_NODES
from shared.errors import BadRequest

if TYPE_CHECKING:
    from ops.oke.waiting import WaitNodes

CONFIG_DIR = ".okectl"
SHAPE = "VM.Standard.E4.Flex"
FLEX_OCPUS, FLEX_MEMORY_GIB = 2.0, 16.0
"""Of a flexible shape where nothing is named."""

IMAGE = "Oracle-Linux-8"
ENDPOINTS = ("private", "public", "subnet")
TYPES = {"basic": "BASIC_CLUSTER", "enhanced": "ENHANCED_CLUSTER"}
_SSH_KEY = re.compile(r"(?:ssh-|ecdsa-|sk-)\S+ +[A-Za-z0-9+/]+=*(?: .*)?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cluster with one node pool; empty texts are to be chosen."""

    name: str
    compartment: str
    vcn: str
    endpoint_subnet: str
    endpoint: str
    lb_subnets: tuple[str, ...]
    worker_subnets: tuple[str, ...]
    node_pool: str
    size: int
    version: str
    shape: str
    ocpus: float | None
    memory_gib: float | None
    image: str
    ssh_key: str
    cluster_type: str
    wait: WaitNodes
    config_dir: Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `cluster create`."""
    add = parser.add_argument
    add("--name", required=True, help="the cluster's name, and that of its node pool")
    add("--compartment", required=True, help="OCID of the compartment for both")
    add("--vcn", required=True, help="OCID of the network")
    add("--endpoint-subnet", required=True, help="OCID of the subnet for the API server")
    add(
        "--endpoint",
        choices=ENDPOINTS,
        default="private",
        help="public: the API server also gets a public address; subnet: if its subnet takes one (default: private)",
    )
    add("--lb-subnet", action="append", default=[], help="OCID of a subnet for load balancers; may be repeated")
    add("--worker-subnet", action="append", default=[], help="OCID of a subnet for nodes; may be repeated")
    add("--node-pool", default="", help="name of the node pool (default: the cluster's)")
    add("--kubernetes-version", default="", help="such as v1.33.1 (default: the newest that OKE offers)")
    add("--type", choices=tuple(TYPES), default="basic", help="kind of control plane (default: %(default)s)")
    add("--node-shape", default=SHAPE, help="compute shape of the nodes (default: %(default)s)")
    add("--ocpus", type=float, help=f"of a flexible shape (default: {FLEX_OCPUS:g})")
    add("--memory", type=float, help=f"GB of a flexible shape (default: {FLEX_MEMORY_GIB:g})")
    add("--node-image", default=IMAGE, help="how the image's name begins, or a pattern with *; the newest is taken")
    add("--ssh-key", default="", help="public key for the nodes: its text, or the path of its file")
    add("--size", type=int, help="number of nodes")
    add("--nodes-per-subnet", type=int, help="number of nodes for each worker subnet (default: 1)")
    add("--wait-nodes-active", choices=WAIT_NODES, default="all", help="nodes to wait for (default: %(default)s)")
    add("--config-dir", type=Path, default=Path(CONFIG_DIR), help="folder of kubeconfig and nodepool.json")
    add_common(parser)


def wanted(options: argparse.Namespace) -> Wanted:
    """Return what the options ask for. Raises BadRequest that names one that cannot be used."""
    workers = _ocids(options.worker_subnet, "--worker-subnet")
    if not workers:
        raise BadRequest("nodes need a subnet", field="--worker-subnet", fix="name at least one")
    if not options.name.strip():
        raise BadRequest("must not be empty", field="--name")
    ocpus, memory = _flexible(options)
    return Wanted(
        name=options.name,
        compartment=_compartment(options.compartment),
        vcn=ocid("vcn", options.vcn, "--vcn"),
        endpoint_subnet=ocid("subnet", options.endpoint_subnet, "--endpoint-subnet"),
        endpoint=options.endpoint,
        lb_subnets=_ocids(options.lb_subnet, "--lb-subnet"),
        worker_subnets=workers,
        node_pool=options.node_pool or options.name,
        size=_size(options, len(workers)),
        version=options.kubernetes_version,
        shape=options.node_shape,
        ocpus=ocpus,
        memory_gib=memory,
        image=options.node_image,
        ssh_key=ssh_key(options.ssh_key),
        cluster_type=TYPES[options.type],
        wait=options.wait_nodes_active,
        config_dir=options.config_dir,
    )


def ssh_key(text: str) -> str:
    """Return a public key, read from a file where the text is the path of one. Raises BadRequest."""
    key = text.strip()
    if not key:
        return ""
    if not _SSH_KEY.fullmatch(key):
        try:
            key = Path(text).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            fix = "give the text of a public key, or the path of its .pub file"
            raise BadRequest("neither a public key nor a file that can be read", field="--ssh-key", fix=fix) from None
    if not _SSH_KEY.fullmatch(key):  # a private key above all: it must not leave this machine
        raise BadRequest("the file holds no public key", field="--ssh-key", fix="name the file that ends in .pub")
    return key


def _flexible(options: argparse.Namespace) -> tuple[float | None, float | None]:
    if not options.node_shape.endswith(".Flex"):
        given = [name for name in ("ocpus", "memory") if getattr(options, name) is not None]
        if given:
            raise BadRequest(f"{options.node_shape} is no flexible shape", field=f"--{given[0]}", fix="leave it out")
        return None, None
    sizes = []
    for name, default in (("ocpus", FLEX_OCPUS), ("memory", FLEX_MEMORY_GIB)):
        value = getattr(options, name)
        value = default if value is None else value
        if not 0 < value < float("inf"):
            raise BadRequest(f"must be above 0, is {value:g}", field=f"--{name}")
        sizes.append(value)
    return sizes[0], sizes[1]


def _size(options: argparse.Namespace, subnets: int) -> int:
    if options.size is not None and options.nodes_per_subnet is not None:
        raise BadRequest("--size and --nodes-per-subnet exclude each other", field="--size", fix="give one of them")
    each = 1 if options.nodes_per_subnet is None else options.nodes_per_subnet
    size = each * subnets if options.size is None else options.size
    if size < 0:
        raise BadRequest(f"must not be negative, is {size}", field="--size")
    return int(size)


def _compartment(text: str) -> str:
    kind = "tenancy" if text.startswith("ocid1.tenancy.") else "compartment"  # the root compartment is the tenancy
    return ocid(kind, text, "--compartment")


def _ocids(texts: list[str], field: str) -> tuple[str, ...]:
    found = [ocid("subnet", text, field) for text in texts]
    return tuple(dict.fromkeys(found))
