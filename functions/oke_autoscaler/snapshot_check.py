"""What types cannot tell: quantities and times of a snapshot file that nobody could read."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from functions.oke_autoscaler.cluster_objects import Owner, WorkRequest
from functions.oke_autoscaler.errors import BadSnapshot
from functions.oke_autoscaler.objects import Condition, Node, Pod, PodSpec, Quantity
from functions.oke_autoscaler.quantity import amount, unix_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping


@singledispatch
def check(item: object, path: str) -> None:
    """Raise BadSnapshot for the first quantity or time in ``item`` that cannot be read; most objects have none."""
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
    try:
        if text:
            unix_seconds(text)
    except ValueError:
        raise BadSnapshot(path, f"{text[:40]!r} is no RFC 3339 time") from None  # type: ignore[index]
