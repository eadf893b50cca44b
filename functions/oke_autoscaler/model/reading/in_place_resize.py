"""What a pod that is being resized in place takes of its node: the largest of desired, promised and actual requests.

A resize changes the pod's spec at once, and the node follows when it can. Until then the scheduler keeps room for the
largest of the three (KEP-1287; k8s.io/component-helpers, resource/helpers.go, ``PodRequests`` with
``UseStatusResources``), and leaves the desired one out when the node has said that it can never give it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.kubernetes_objects import Resources
from functions.oke_autoscaler.model.pod_requests import POD_LEVEL, amounts, container_requests, is_pod_level

if TYPE_CHECKING:
    from functions.oke_autoscaler.model.container_status import ContainerStatus
    from functions.oke_autoscaler.model.kubernetes_objects import Container, Pod, PodSpec, PodStatus, Quantity, Requests
    from functions.oke_autoscaler.model.pod_requests import Amounts

RESIZE_PENDING = "PodResizePending"
INFEASIBLE = "Infeasible"
"""Condition of a pod whose node has not taken up a resize yet, and its reason where it never can."""


def settle_resize(pod: Pod) -> None:
    """Write into the spec what the scheduler counts for a pod whose resize is not done; then forget the statuses.

    It becomes a request of the pod as a whole, which replaces those of its containers: only CPU and memory can be
    resized.
    """
    if _differs(pod):
        counted = _counted(pod)
        stated = pod.spec.resources.requests if pod.spec.resources is not None else None
        pod.spec.resources = Resources({**(stated or {}), **counted})
    status = pod.status
    status.container_statuses = status.init_container_statuses = status.resources = status.allocated_resources = None
    drop_container_names(pod.spec)


def drop_container_names(spec: PodSpec) -> None:
    """Forget the containers' names: nothing else asks for them, and pods that differ in them alone are alike."""
    for container in (*(spec.containers or ()), *(spec.init_containers or ())):
        container.name = ""


def _differs(pod: Pod) -> bool:
    """Tell whether the kubelet says anything else than the spec; nearly always it does not."""
    status, spec = pod.status, pod.spec
    if status.resources is not None or status.allocated_resources is not None:
        return spec.resources is not None and bool(spec.resources.requests)
    statuses = (*(status.container_statuses or ()), *(status.init_container_statuses or ()))
    if not statuses:
        return False
    asked = {each.name: _asked(each) or {} for each in (*(spec.containers or ()), *(spec.init_containers or ()))}
    for each in statuses:
        wanted = asked.get(each.name)
        actual = each.resources.requests if each.resources is not None else None
        if any(said is not None and said != wanted for said in (each.allocated_resources, actual)):
            return True
    return False


def _counted(pod: Pod) -> dict[str, Quantity]:
    """Return the CPU and memory that the pod takes, and what else it states for the pod as a whole."""
    status, spec = pod.status, pod.spec
    known = {each.name: each for each in (*(status.init_container_statuses or ()), *(status.container_statuses or ()))}
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
    return {name: f"{amount}m" if name == "cpu" else amount for name, amount in counted.items()}


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
