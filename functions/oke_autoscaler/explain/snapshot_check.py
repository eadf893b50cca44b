"""What types cannot tell: quantities, times and sizes of a snapshot file that nobody could read or have."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.model.kubernetes_objects import Condition, Node, Pod, PodSpec, Quantity
from functions.oke_autoscaler.model.oci_objects import NodePool, Owner, ShapeConfig, WorkRequest
from functions.oke_autoscaler.model.quantity import amount, unix_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping


LARGEST_POOL = 10_000
"""Nodes; OKE's own limit of a whole cluster is below it."""
LARGEST_SHAPE = 100_000
"""OCPUs or GB of memory of one instance, far above any that there is."""


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
        if value is not None and not 0 <= value <= LARGEST_SHAPE:
            raise BadSnapshot(f"{path}.nodeShapeConfig.{name}", f"{value} is not from 0 to {LARGEST_SHAPE}")
    if not 0 <= item.size <= LARGEST_POOL:
        raise BadSnapshot(f"{path}.nodeConfigDetails.size", f"{item.size} is not from 0 to {LARGEST_POOL}")


@check.register
def _work(item: WorkRequest, path: str) -> None:
    _time(item.time_accepted, f"{path}.timeAccepted")
    _time(item.time_finished, f"{path}.timeFinished")


def check_pod(pod: Pod, path: str, checked: set[int]) -> None:
    """The same for a pod; a shared spec is looked at once (``checked`` holds the ids of those that were)."""
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
