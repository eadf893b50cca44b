"""Whether a pod may run on a node: the rules of the scheduler that look at the two alone. Pure.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from emulator.kubernetes.label_selectors import expression_matches
from emulator.kubernetes.object_fields import (
    LARGEST_INTEGER,
    Object,
    condition_of,
    labels_of,
    parse_quantity,
    spec_of,
    status_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Amounts = dict[str, Decimal]
_BLOCKING = {"NoSchedule", "NoExecute"}
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


@lru_cache(maxsize=4096)
def _number(text: str, factor: int) -> Decimal:
    number = parse_quantity(text)
    return Decimal(0) if abs(number) * factor > LARGEST_INTEGER else number


def amounts_of(requests: Mapping[str, object] | None) -> Amounts:
    """Return resource amounts as numbers.

    The scheduler counts CPU in thousandths and all in integers of 64 bits; what does not fit counts as 0, without a
    word (k8s.io/apimachinery, pkg/api/resource: ``MilliValue`` leaves out whether its scaling succeeded).
    """
    return {name: _number(str(amount), 1000 if name == "cpu" else 1) for name, amount in (requests or {}).items()}


_known: dict[int, tuple[Object, Amounts]] = {}
_KNOWN_MAXIMUM = 50_000


def requests_of(spec: Object) -> Amounts:
    """Return a pod's requests: all containers, or the largest need of an init container, plus overhead.

    Computed once for each specification: specifications are never changed in place, a change makes a new dict.
    """
    # The entry keeps the specification alive, so its id cannot be given to another object while the entry is there.
    held = _known.get(id(spec))
    if held is None or held[0] is not spec:
        if len(_known) >= _KNOWN_MAXIMUM:
            _known.clear()
        held = _known[id(spec)] = (spec, _computed(spec))
    return held[1]


def requests_of_pod(pod: Object) -> Amounts:
    """Return what the scheduler counts for a pod: while a resize in place is not done, the largest of three.

    What is wanted, what the kubelet has promised (``allocatedResources``) and what is in force (``resources``); what is
    wanted is left out when the kubelet calls it infeasible (KEP-1287; k8s.io/component-helpers, resource/helpers.go).
    """
    spec = spec_of(pod)
    known = {one["name"]: one for one in status_of(pod).get("containerStatuses") or [] if "allocatedResources" in one}
    if not known:
        return requests_of(spec)
    promised = _computed(_with_requests(spec, {name: one["allocatedResources"] for name, one in known.items()}))
    in_force = {name: (one.get("resources") or {}).get("requests") for name, one in known.items()}
    actual = _computed(_with_requests(spec, {name: held for name, held in in_force.items() if held is not None}))
    pending = condition_of(pod, "PodResizePending")
    largest = {} if pending is not None and pending.get("reason") == "Infeasible" else dict(requests_of(spec))
    _raise_to(largest, promised)
    _raise_to(largest, actual)
    return largest


def _with_requests(spec: Object, by_container: Mapping[str, object]) -> Object:
    """Return the spec with other requests of the containers that are named."""
    containers = [
        {**one, "resources": {"requests": by_container[one["name"]]}} if one.get("name") in by_container else one
        for one in spec.get("containers") or []
    ]
    return {**spec, "containers": containers}


def _computed(spec: Object) -> Amounts:
    # An init container with restartPolicy Always is a sidecar: it runs beside everything that starts after it, so later
    # init containers add to the sidecars before them. Source: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
    running: Amounts = {}
    starting: Amounts = {}
    for container in spec.get("initContainers") or []:
        amounts = _requests(container)
        if container.get("restartPolicy") == "Always":
            _add(running, amounts)
            _raise_to(starting, running)
        else:
            _raise_to(starting, _sum(running, amounts))
    for container in spec.get("containers") or []:
        _add(running, _requests(container))
    _raise_to(running, starting)
    _add(running, amounts_of(spec.get("overhead")))
    running["pods"] = Decimal(1)
    return running


def ports_of(spec: Object) -> set[tuple[str, str, int]]:
    """Return the host ports that a pod needs: address, protocol, port."""
    return {
        (port.get("hostIP") or "0.0.0.0", port.get("protocol") or "TCP", port["hostPort"])
        for container in spec.get("containers") or []
        for port in container.get("ports") or []
        if port.get("hostPort")
    }


def ports_clash(wanted: Iterable[tuple[str, str, int]], taken: Iterable[tuple[str, str, int]]) -> bool:
    """Tell whether two pods want the same port of the host."""
    return any(
        (protocol, port) == (other_protocol, other_port)
        and (address == other_address or "0.0.0.0" in {address, other_address})
        for address, protocol, port in wanted
        for other_address, other_protocol, other_port in taken
    )


def allocatable_of(node: Object) -> Amounts:
    """Return what pods may take of a node."""
    return amounts_of(status_of(node).get("allocatable"))


def tolerates_node(spec: Object, node: Object) -> bool:
    """Tell whether a pod tolerates every NoSchedule and NoExecute taint of a node."""
    tolerations = spec.get("tolerations") or []
    return all(
        any(_tolerates(toleration, taint) for toleration in tolerations)
        for taint in spec_of(node).get("taints") or []
        if taint["effect"] in _BLOCKING
    )


def fits_by_rules(spec: Object, node: Object) -> bool:
    """Tell whether node selector and required node affinity allow a node."""
    labels = labels_of(node)
    if any(labels.get(name) != value for name, value in (spec.get("nodeSelector") or {}).items()):
        return False
    required = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(_REQUIRED)
    return required is None or node_selector_matches(required, node)


def node_selector_matches(selector: Object, node: Object) -> bool:
    """Tell whether one term of a NodeSelector matches a node."""
    return any(_term_matches(term, node) for term in selector.get("nodeSelectorTerms") or [])


def _term_matches(term: Object, node: Object) -> bool:
    # An empty term matches no node, although an empty label selector matches everything.
    expressions, fields = term.get("matchExpressions") or [], term.get("matchFields") or []
    if not expressions and not fields:
        return False
    name = {"metadata.name": node["metadata"]["name"]}
    return all(expression_matches(one, labels_of(node)) for one in expressions) and all(
        expression_matches(one, name) for one in fields
    )


def _tolerates(toleration: Object, taint: Object) -> bool:
    if toleration.get("effect") and toleration["effect"] != taint["effect"]:
        return False
    exists = toleration.get("operator") == "Exists"
    if not toleration.get("key"):
        return exists
    if toleration["key"] != taint["key"]:
        return False
    return exists or (toleration.get("value") or "") == (taint.get("value") or "")


def _requests(container: Object) -> Amounts:
    resources = container.get("resources") or {}
    # A limit without a request is the request (the API server's defaulting).
    limits, requests = amounts_of(resources.get("limits")), amounts_of(resources.get("requests"))
    return {**limits, **requests}


def _add(total: Amounts, more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, Decimal(0)) + amount


def _sum(first: Amounts, second: Amounts) -> Amounts:
    total = dict(first)
    _add(total, second)
    return total


def _raise_to(total: Amounts, least: Amounts) -> None:
    for name, amount in least.items():
        total[name] = max(total.get(name, amount), amount)
