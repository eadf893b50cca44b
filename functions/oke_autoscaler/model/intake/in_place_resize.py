"""What a pod that is being resized in place takes of its node: the largest of desired, promised and actual requests.

A resize changes the pod's spec at once, and the node follows when it can. Until then the scheduler keeps room for the
largest of the three (KEP-1287; k8s.io/component-helpers, resource/helpers.go, ``PodRequests`` with
``UseStatusResources``), and leaves the desired one out when the node has said that it can never give it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from functions.oke_autoscaler.model.container_status import ContainerStatus
from functions.oke_autoscaler.model.intake.countable import check_requests
from functions.oke_autoscaler.model.kubernetes_objects import Resources
from functions.oke_autoscaler.model.pod_requests import (
    POD_LEVEL,
    amounts,
    container_requests,
    is_pod_level,
    pod_requests,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.oke_autoscaler.model.intake.countable import Note
    from functions.oke_autoscaler.model.kubernetes_objects import Container, Pod, PodSpec, PodStatus, Requests
    from functions.oke_autoscaler.model.pod_requests import Amounts

_NOTHING = msgspec.Raw()
_PROMISED, _IN_FORCE = b'"allocatedResources":', b'"requests":'

RESIZE_PENDING = "PodResizePending"
INFEASIBLE = "Infeasible"
"""Condition of a pod whose node has not taken up a resize yet, and its reason where it never can."""


def is_settled(pod: Pod) -> bool:
    """Tell whether the kubelet surely says nothing else of a pod's resources than its spec."""
    status, spec = pod.status, pod.spec
    return (
        status.resources is None
        and status.allocated_resources is None
        and _as_asked(status.container_statuses, spec.containers)
        and _as_asked(status.init_container_statuses, spec.init_containers)
    )


def settle_resize(pod: Pod, note: Note) -> None:
    """Write into the spec what the scheduler counts for a pod whose resize is not done.

    It becomes a request of the pod as a whole, which replaces those of its containers: only CPU and memory can be
    resized. ``note`` is told what cannot be read.
    """
    spec, status = pod.spec, pod.status
    known: dict[str, ContainerStatus] = {}
    for name, text in (
        ("containerStatuses", status.container_statuses),
        ("initContainerStatuses", status.init_container_statuses),
    ):
        for index, each in enumerate(_read(text, f"status.{name}", note)):
            check_requests(each.allocated_resources, f"status.{name}[{index}].allocatedResources", note)
            if each.resources is not None:
                check_requests(each.resources.requests, f"status.{name}[{index}].resources.requests", note)
            known[each.name] = each
    check_requests(status.allocated_resources, "status.allocatedResources", note)
    if status.resources is not None:
        check_requests(status.resources.requests, "status.resources.requests", note)
    stated = spec.resources.requests if spec.resources is not None else None
    counted = _counted(pod, known)
    wanted = pod_requests(msgspec.structs.replace(spec, overhead=None))
    if any(amount != wanted.get(name, 0) for name, amount in counted.items()):
        texts = {name: f"{amount}m" if name == "cpu" else amount for name, amount in counted.items()}
        spec.resources = Resources({**(stated or {}), **texts})


def forget_statuses(pod: Pod) -> None:
    """Drop what nothing asks for from here on, the names of containers too: pods that differ in them alone are alike.

    The statuses are parts of the text of a whole page of pods, which is kept while they are.
    """
    status = pod.status
    status.container_statuses = status.init_container_statuses = _NOTHING
    status.resources = status.allocated_resources = None
    drop_container_names(pod.spec)


def drop_container_names(spec: PodSpec) -> None:
    """Forget the containers' names."""
    for container in spec.containers or ():
        container.name = ""
    for container in spec.init_containers or ():
        container.name = ""


def _as_asked(statuses: msgspec.Raw, containers: list[Container] | None) -> bool:
    """Tell whether the kubelet surely says nothing else than the spec, without decoding all that it says.

    Nearly always it does not, and what it says of a pod is as long as the pod itself. So only the amounts are looked
    for: as many as there are containers, and the same ones. Which container has which does not matter to their sum.
    """
    text = bytes(statuses)
    if not text or text == b"null":
        return True
    asked = [requests for each in containers or () if (requests := _asked(each))]
    for marker in (_PROMISED, _IN_FORCE):
        said = [requests for found in _after(marker, text) if (requests := _parsed(found))]
        if said and said != asked and sorted(map(_order, said)) != sorted(map(_order, asked)):
            return False
    return True


def _after(marker: bytes, text: bytes) -> list[bytes]:
    """Return the flat objects that stand behind a marker in a JSON text. In a text's own strings quotes are escaped."""
    found, at = [], text.find(marker)
    while at >= 0:
        end = text.find(b"}", at) + 1
        if not end:
            break
        found.append(text[at + len(marker) : end])
        at = text.find(marker, end)
    return found


@lru_cache(maxsize=1024)
def _parsed(text: bytes) -> Requests:
    """Return the amounts of a JSON text; a few texts are those of all pods. One that is none is like no spec."""
    try:
        amounts_said: Requests = json.loads(text)
    except ValueError:
        return {"": text.decode(errors="replace")}
    return amounts_said


def _order(requests: Requests) -> str:
    return repr(sorted(requests.items()))


def _read(statuses: msgspec.Raw, path: str, note: Note) -> list[ContainerStatus]:
    if not bytes(statuses):
        return []
    try:
        return msgspec.json.decode(statuses, type=list[ContainerStatus] | None) or []
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        note(path, bytes(statuses)[:40], str(fault)[:80])
        return []


def _counted(pod: Pod, known: Mapping[str, ContainerStatus]) -> Amounts:
    """Return the CPU and memory that the pod takes, and what else it states for the pod as a whole."""
    status, spec = pod.status, pod.spec
    infeasible = _is_infeasible(status)
    ways = [
        container_requests(spec, lambda each: _promised(each, known.get(each.name), infeasible=infeasible)),
        container_requests(spec, lambda each: _actual(each, known.get(each.name), infeasible=infeasible)),
        *([] if infeasible else [container_requests(spec, _asked)]),
    ]
    counted = {name: amount for name, amount in _largest(ways).items() if name in POD_LEVEL}
    stated = amounts(spec.resources.requests if spec.resources is not None else None)
    overhead = amounts(spec.overhead)
    whole = [
        _less(amounts(status.allocated_resources), overhead),
        _less(amounts(status.resources.requests if status.resources is not None else None), overhead),
        *([] if infeasible and (status.allocated_resources or status.resources) else [stated]),
    ]
    counted.update({name: amount for name, amount in _largest(whole).items() if name in stated and is_pod_level(name)})
    return counted


def _is_infeasible(status: PodStatus) -> bool:
    condition = next((each for each in status.conditions or () if each.type == RESIZE_PENDING), None)
    return condition is not None and condition.reason == INFEASIBLE


def _asked(container: Container) -> Requests | None:
    return container.resources.requests if container.resources is not None else None


def _promised(container: Container, status: ContainerStatus | None, *, infeasible: bool) -> Requests | None:
    if status is not None and status.allocated_resources is not None:
        return status.allocated_resources
    return None if infeasible else _asked(container)


def _actual(container: Container, status: ContainerStatus | None, *, infeasible: bool) -> Requests | None:
    if status is not None and status.resources is not None and status.resources.requests is not None:
        return status.resources.requests
    return _promised(container, status, infeasible=infeasible)


def _largest(ways: list[Amounts]) -> Amounts:
    names = {name for way in ways for name in way}
    return {name: max(way.get(name, 0) for way in ways) for name in sorted(names)}


def _less(whole: Amounts, overhead: Amounts) -> Amounts:
    return {name: max(0, amount - overhead.get(name, 0)) for name, amount in whole.items()}
