"""Checks of a snapshot file that types cannot make: quantities, times and sizes that cannot be read or cannot be.

A decision would raise ValueError for the same texts, without the path that leads a person to the place in the file.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.model.kubernetes_objects import Condition, Node, Pod, PodSpec, Quantity
from functions.oke_autoscaler.model.oci_objects import NodePool, Owner, ShapeConfig, WorkRequest
from functions.oke_autoscaler.model.quantity import amount, unix_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping


MAX_POOL_NODES = 10_000
"""Above OKE's own limit for a whole cluster."""

MAX_SHAPE_AMOUNT = 100_000
"""OCPUs, or GB of memory, of one instance: far above any shape."""


@singledispatch
def check(item: object, path: str) -> None:
    """Raise BadSnapshot for the first quantity, time or size in ``item`` that cannot be; most objects have none."""
    del item, path


@check.register
def _node(item: Node, path: str) -> None:
    _requests(item.status.allocatable, f"{path}.status.allocatable")
    _requests(item.status.capacity, f"{path}.status.capacity")
    _time(item.metadata.creation_timestamp, f"{path}.metadata.creationTimestamp")
    for index, condition in enumerate(item.status.conditions or ()):
        _condition(condition, f"{path}.status.conditions[{index}]")


@check.register
def _owner(item: Owner, path: str) -> None:
    if item.spec.template is not None:
        _spec(item.spec.template.spec, f"{path}.spec.template.spec")


@check.register
def _pool(item: NodePool, path: str) -> None:
    shape = item.node_shape_config or ShapeConfig()
    for name, value in (("ocpus", shape.ocpus), ("memoryInGBs", shape.memory_in_gbs)):
        if value is not None and not 0 <= value <= MAX_SHAPE_AMOUNT:
            raise BadSnapshot(f"{path}.nodeShapeConfig.{name}", f"{value} is not from 0 to {MAX_SHAPE_AMOUNT}")
    if not 0 <= item.size <= MAX_POOL_NODES:
        raise BadSnapshot(f"{path}.nodeConfigDetails.size", f"{item.size} is not from 0 to {MAX_POOL_NODES}")


@check.register
def _work(item: WorkRequest, path: str) -> None:
    _time(item.time_accepted, f"{path}.timeAccepted")
    _time(item.time_finished, f"{path}.timeFinished")


def check_pod(pod: Pod, path: str, checked: set[int]) -> None:
    """Check a pod likewise; a shared spec is checked once (``checked`` holds the ids of the specs seen)."""
    _time(pod.metadata.creation_timestamp, f"{path}.metadata.creationTimestamp")
    _time(pod.metadata.deletion_timestamp, f"{path}.metadata.deletionTimestamp")
    if id(pod.spec) not in checked:
        checked.add(id(pod.spec))
        _spec(pod.spec, f"{path}.spec")


def _spec(spec: PodSpec, path: str) -> None:
    _requests(spec.overhead, f"{path}.overhead")
    if spec.resources is not None:
        _requests(spec.resources.requests, f"{path}.resources.requests")
    for name, containers in (("containers", spec.containers), ("initContainers", spec.init_containers)):
        for index, container in enumerate(containers or ()):
            if container.resources is not None:
                _requests(container.resources.requests, f"{path}.{name}[{index}].resources.requests")


def _condition(condition: Condition, path: str) -> None:
    _time(condition.last_transition_time, f"{path}.lastTransitionTime")


def _requests(requests: Mapping[str, Quantity] | None, path: str) -> None:
    for name, quantity in (requests or {}).items():
        try:
            readable = amount(name, quantity) >= 0
        except ValueError as fault:
            raise BadSnapshot(f"{path}.{name}", str(fault)) from None
        if not readable:
            raise BadSnapshot(f"{path}.{name}", f"{quantity!r} is below 0")


def _time(text: str | None, path: str) -> None:
    if text is None:
        return
    try:
        unix_seconds(text)
    except ValueError:
        raise BadSnapshot(path, f"{text[:40]!r} is no RFC 3339 time") from None
