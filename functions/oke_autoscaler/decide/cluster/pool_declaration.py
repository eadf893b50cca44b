"""What a node pool itself says about its new nodes: labels, taints, resources, and a digest of all that it says.

Two kinds of facts are told apart. What OKE or the kubelet surely gives to a new node (the pool's labels, the kubelet's
arguments, preemptible capacity) counts also against nodes that were made before the pool was edited. What is only
presumed (tags for Cluster Autoscaler, the taint of GPU nodes) counts until a node of the pool was seen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.decide.cluster.compute_shapes import (
    Hardware,
    architecture,
    compute_allocatable,
    gpu_resource,
    is_gpu_shape,
    max_pods,
)
from functions.oke_autoscaler.model.kubernetes_objects import Taint
from functions.oke_autoscaler.model.nodes import ARCHITECTURE, INSTANCE_TYPE
from functions.oke_autoscaler.model.quantity import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from functions.oke_autoscaler.model.kubernetes_objects import Labels
    from functions.oke_autoscaler.model.oci_objects import NodePool
    from functions.oke_autoscaler.model.pod_requests import Amounts

PREEMPTIBLE = "oci.oraclecloud.com/oke-is-preemptible"
"""Label (value true) and taint (value present) of preemptible nodes:
https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengusingpreemptiblecapacity.htm."""

PRESENT = "present"
"""Value of the taints that OKE itself sets; tolerations of operator ``Equal`` name it."""

REGISTER_TAINTS = re.compile(r"-?-register-with-taints[= ]['\"]?([^\s'\"]*)")
TAINT_TAG = "cluster-autoscaler/node-template/taint/"
LABEL_TAG = "cluster-autoscaler/node-template/label/"
RESOURCE_TAG = "cluster-autoscaler/node-template/resources/"
EPHEMERAL_TAG = "cluster-autoscaler/node-ephemeral-storage"
"""Freeform tags of a node pool that Cluster Autoscaler reads before a node was seen (cloudprovider/oci/nodepools)."""


def sure_labels(pool: NodePool) -> Labels:
    """Return the labels that every new node has, whatever older nodes look like."""
    shape = pool.node_shape
    labels = {INSTANCE_TYPE: shape, "beta.kubernetes.io/instance-type": shape} if shape else {}
    labels.update({row.key: row.value or "" for row in pool.initial_node_labels or () if row.key})
    if pool.is_preemptible:
        labels[PREEMPTIBLE] = "true"
    return labels


def presumed_labels(pool: NodePool) -> Labels:
    """Return the labels that a new node probably has, until one was seen."""
    arch = architecture(pool.node_shape or "")
    labels = {"kubernetes.io/os": "linux", ARCHITECTURE: arch}
    labels |= {"beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": arch}
    labels.update(_tags(pool, LABEL_TAG))
    return labels


def sure_taints(pool: NodePool) -> list[Taint]:
    """Return the taints that every new node registers: of the kubelet's arguments, the start script, and OKE's own."""
    metadata = pool.node_metadata or {}
    taints: list[Taint] = []
    for text in (metadata.get("kubelet-extra-args", ""), script_of(metadata.get("user_data", ""))):
        found = REGISTER_TAINTS.search(text)
        for part in found[1].split(",") if found else ():
            taints.extend(_taint(part))
    if pool.is_preemptible:
        taints.append(Taint(key=PREEMPTIBLE, value=PRESENT, effect="NoSchedule"))
    return taints


def presumed_taints(pool: NodePool) -> list[Taint]:
    """Return the taints that a new node probably has, until one was seen."""
    taints = [taint for key, value in _tags(pool, TAINT_TAG).items() for taint in _taint(f"{key}={value}")]
    shape = pool.node_shape or ""
    if is_gpu_shape(shape):
        taints.append(Taint(key=gpu_resource(shape), value=PRESENT, effect="NoSchedule"))
    return taints


def presumed_allocatable(pool: NodePool, machine: Hardware | None, stated: Iterable[tuple[str, str]] = ()) -> Amounts:
    """Return what a new node probably offers; ``stated`` (of the settings) comes before tags, and tags before shapes.

    Empty when neither says how much CPU and memory there is.
    """
    found = compute_allocatable(machine, max_pods(pool)) if machine is not None else {}
    found.update(_resource_tags(pool))
    found.update((name, amount(name, text)) for name, text in stated)
    if "cpu" not in found or "memory" not in found:
        return {}
    found.setdefault("pods", max_pods(pool))
    return found


def configuration(pool: NodePool) -> str:
    """Return a digest of all that the pool says about its new nodes."""
    source = pool.node_source_details
    config = pool.node_shape_config
    tags = {key: value for key, value in (pool.freeform_tags or {}).items() if key.startswith("cluster-autoscaler/")}
    said = [
        pool.node_shape,
        config.ocpus if config is not None else None,
        config.memory_in_gbs if config is not None else None,
        source.image_id if source is not None else None,
        pool.kubernetes_version,
        sorted((row.key or "", row.value or "") for row in pool.initial_node_labels or ()),
        sorted((pool.node_metadata or {}).items()),
        sorted(tags.items()),
        max_pods(pool),
        pool.is_preemptible,
    ]
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:16]


def _tags(pool: NodePool, prefix: str) -> dict[str, str]:
    """Return name and value of the tags with a prefix; a value ``name=value`` gives a name that a tag may not have."""
    found = {}
    for key, value in (pool.freeform_tags or {}).items():
        if key.startswith(prefix) and key != prefix:
            name, equals, given = value.partition("=")
            found[name if equals and name else key.removeprefix(prefix)] = given if equals and name else value
    return found


def _resource_tags(pool: NodePool) -> Amounts:
    """Return the resources of the tags; one that is no quantity is passed over, as Cluster Autoscaler does."""
    texts = _tags(pool, RESOURCE_TAG)
    storage = (pool.freeform_tags or {}).get(EPHEMERAL_TAG)
    if storage is not None:
        texts.setdefault("ephemeral-storage", storage)
    found = {}
    for name, text in texts.items():
        try:
            found[name] = amount(name, text)
        except ValueError:
            continue
    return found


def _taint(text: str) -> Iterator[Taint]:
    """Yield the taint of ``key=value:effect`` or ``key:effect``; anything else is no taint."""
    name, colon, effect = text.rpartition(":")
    key, _, value = name.partition("=")
    if colon and key and effect in {"NoSchedule", "NoExecute", "PreferNoSchedule"}:
        yield Taint(key=key, value=value, effect=effect)


def script_of(user_data: str) -> str:
    """Return the start script of a pool's nodes; empty where it is no text in base64."""
    try:
        return base64.b64decode(user_data, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return user_data
