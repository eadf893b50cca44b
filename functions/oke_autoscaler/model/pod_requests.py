"""What a pod asks of a node, as the scheduler counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.quantity import amount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from functions.oke_autoscaler.model.kubernetes_objects import Container, PodSpec, Quantity, Requests

Amounts = dict[str, int]
POD_LEVEL = ("cpu", "memory")
"""Resources that may be requested for the pod as a whole (huge pages, too, by prefix)."""


def amounts(requests: Mapping[str, Quantity] | None) -> Amounts:
    """Return quantities as numbers: millicores for cpu, else whole units."""
    return {name: amount(name, quantity) for name, quantity in (requests or {}).items()}


def pod_requests(spec: PodSpec) -> Amounts:
    """Return the requests of a pod: the larger of its containers together and any init step, plus overhead.

    A sidecar (init container with restartPolicy Always) counts from its start on. Pod-level requests replace the sum.
    https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
    """
    total = container_requests(spec, _asked)
    if spec.resources is not None:
        stated = amounts(spec.resources.requests)
        total.update({name: value for name, value in stated.items() if is_pod_level(name)})
    _add(total, amounts(spec.overhead))
    return total


def container_requests(spec: PodSpec, requests_of: Callable[[Container], Requests | None]) -> Amounts:
    """Return what the containers of a pod take together, or its largest init step, by what each of them requests."""
    total: Amounts = {}
    for container in spec.containers or ():
        _add(total, amounts(requests_of(container)))
    sidecars: Amounts = {}
    peak: Amounts = {}
    for container in spec.init_containers or ():
        step = amounts(requests_of(container))
        if container.restart_policy == "Always":
            _add(total, step)
            _add(sidecars, step)
            step = dict(sidecars)
        else:
            _add(step, sidecars)
        _raise_to(peak, step)
    _raise_to(total, peak)
    return total


def _asked(container: Container) -> Requests | None:
    return container.resources.requests if container.resources is not None else None


def is_pod_level(name: str) -> bool:
    """Tell whether a resource may be requested for the pod as a whole."""
    return name in POD_LEVEL or name.startswith("hugepages-")


def _add(total: Amounts, more: Mapping[str, int]) -> None:
    for name, value in more.items():
        total[name] = total.get(name, 0) + value


def _raise_to(total: Amounts, peak: Mapping[str, int]) -> None:
    for name, value in peak.items():
        total[name] = max(total.get(name, 0), value)
