"""Sees to it that what a decision counts with can be counted: each object once, where it enters.

Whatever cannot be read in an object is left out of it, and the object says so (``unreadable``): a quantity that is
none, a time that is none, a selector with an operator that is not known here. The rules of a decision ask for that
mark, and what is left is safe to be counted with.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.intake.countable import check_requests, countable
from functions.oke_autoscaler.model.intake.in_place_resize import (
    drop_container_names,
    forget_statuses,
    is_settled,
    settle_resize,
)
from functions.oke_autoscaler.model.kubernetes_objects import LabelSelector, Listed, Node, NodeSelector, Pod, PodSpec
from functions.oke_autoscaler.model.oci_objects import Owner, PodDisruptionBudget, WorkRequest
from functions.oke_autoscaler.model.quantity import is_time
from functions.oke_autoscaler.model.selectors import LABEL_OPERATORS, NODE_OPERATORS
from functions.oke_autoscaler.model.storage_objects import PersistentVolume, PersistentVolumeClaim
from functions.oke_autoscaler.model.unreadable import Unreadable, shown_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.oke_autoscaler.model.intake.countable import Note
    from functions.oke_autoscaler.model.kubernetes_objects import Affinity, Container, Requirement

NO_TIME = "is no RFC 3339 time"


def kind_and_name(item: Listed) -> tuple[str, str]:
    """Return an object's kind and ``namespace/name``, or its name alone."""
    kind = getattr(item, "kind", "") or type(item).__name__
    if isinstance(item, WorkRequest):
        return kind, item.id
    meta = item.metadata  # type: ignore[attr-defined]
    return kind, f"{meta.namespace}/{meta.name}" if meta.namespace else meta.name


def mark(item: Listed, path: str, value: object, fault: str) -> None:
    """Mark an object as unreadable; the first place that was found is the one that is told."""
    if item.unreadable is None:
        item.unreadable = Unreadable(*kind_and_name(item), path, shown_value(value), fault)


@singledispatch
def check(item: Listed) -> None:
    """Leave out of an object what cannot be counted with, and mark it; most kinds have nothing of that sort."""
    del item


@check.register
def check_pod(pod: Pod) -> None:
    """Check a pod: times, requests, selectors. What it takes while it is being resized goes into its spec."""
    meta = pod.metadata
    if meta.creation_timestamp is not None and not is_time(meta.creation_timestamp):
        mark(pod, "metadata.creationTimestamp", meta.creation_timestamp, NO_TIME)
        meta.creation_timestamp = None
    if meta.deletion_timestamp is not None and not is_time(meta.deletion_timestamp):
        mark(pod, "metadata.deletionTimestamp", meta.deletion_timestamp, NO_TIME)
        meta.deletion_timestamp = None
    if not _is_plain(pod.spec):
        _check_spec(pod.spec, "spec", _noting(pod))
    if not is_settled(pod):
        settle_resize(pod, _noting(pod))
    forget_statuses(pod)


@check.register
def check_node(node: Node) -> None:
    """Check a node: times and amounts."""
    note, status = _noting(node), node.status
    check_requests(status.allocatable, "status.allocatable", note)
    check_requests(status.capacity, "status.capacity", note)
    created = node.metadata.creation_timestamp
    if created is not None and not is_time(created):
        note("metadata.creationTimestamp", created, NO_TIME)
        node.metadata.creation_timestamp = None
    for index, condition in enumerate(status.conditions or ()):
        since = condition.last_transition_time
        if since is not None and not is_time(since):
            note(f"status.conditions[{index}].lastTransitionTime", since, NO_TIME)
            condition.last_transition_time = None


@check.register
def check_budget(budget: PodDisruptionBudget) -> None:
    """Check a budget: its selector. One that nobody can read selects every pod of its namespace."""
    _check_label_selector(budget.spec.selector, "spec.selector", _noting(budget))
    if budget.unreadable is not None:
        budget.spec.selector, budget.status.disruptions_allowed = LabelSelector(), 0


@check.register
def check_owner(owner: Owner) -> None:
    """Check an owner: the pods that a DaemonSet makes."""
    if owner.spec.template is not None:
        _check_spec(owner.spec.template.spec, "spec.template.spec", _noting(owner))
        drop_container_names(owner.spec.template.spec)


@check.register
def check_volume(volume: PersistentVolume) -> None:
    """Check a volume: which nodes reach it, and its size."""
    affinity, note = volume.spec.node_affinity, _noting(volume)
    if affinity is not None:
        _check_node_selector(affinity.required, "spec.nodeAffinity.required", note)
    check_requests(volume.spec.capacity, "spec.capacity", note)


@check.register
def check_claim(claim: PersistentVolumeClaim) -> None:
    """Check a claim: the size that it asks for, and which volumes it takes."""
    note = _noting(claim)
    _check_label_selector(claim.spec.selector, "spec.selector", note)
    if claim.spec.resources is not None:
        check_requests(claim.spec.resources.requests, "spec.resources.requests", note)


@check.register
def check_work_request(work: WorkRequest) -> None:
    """Check a work request: its times. One without counts as fresh."""
    if work.time_accepted is not None and not is_time(work.time_accepted):
        mark(work, "timeAccepted", work.time_accepted, NO_TIME)
        work.time_accepted = None
    if work.time_finished is not None and not is_time(work.time_finished):
        mark(work, "timeFinished", work.time_finished, NO_TIME)
        work.time_finished = None


def _noting(item: Listed) -> Note:
    return lambda path, value, fault: mark(item, path, value, fault)


def _is_plain(spec: PodSpec) -> bool:
    """Tell whether a spec has nothing but countable requests of its containers: nearly every one, so it is quick."""
    for container in spec.containers or ():
        if container.resources is not None and not countable(container.resources.requests):
            return False
    return not (
        spec.init_containers
        or spec.overhead
        or spec.resources is not None
        or spec.affinity is not None
        or spec.topology_spread_constraints
    )


def _check_spec(spec: PodSpec, path: str, note: Note) -> None:
    _check_containers(spec.containers, f"{path}.containers", note)
    if spec.init_containers:
        _check_containers(spec.init_containers, f"{path}.initContainers", note)
    if spec.overhead:
        check_requests(spec.overhead, f"{path}.overhead", note)
    if spec.resources is not None:
        check_requests(spec.resources.requests, f"{path}.resources.requests", note)
    if spec.affinity is not None:
        _check_affinity(spec.affinity, f"{path}.affinity", note)
    for index, row in enumerate(spec.topology_spread_constraints or ()):
        where = f"{path}.topologySpreadConstraints[{index}].labelSelector"
        _check_label_selector(row.label_selector, where, note)


def _check_containers(containers: Iterable[Container] | None, path: str, note: Note) -> None:
    for index, container in enumerate(containers or ()):
        if container.resources is not None and container.resources.requests:
            check_requests(container.resources.requests, f"{path}[{index}].resources.requests", note)


def _check_affinity(affinity: Affinity, path: str, note: Note) -> None:
    if affinity.node_affinity is not None:
        _check_node_selector(affinity.node_affinity.required, f"{path}.nodeAffinity", note)
    for name, part in (("podAffinity", affinity.pod_affinity), ("podAntiAffinity", affinity.pod_anti_affinity)):
        for index, term in enumerate((part.required or ()) if part is not None else ()):
            _check_label_selector(term.label_selector, f"{path}.{name}[{index}].labelSelector", note)
            _check_label_selector(term.namespace_selector, f"{path}.{name}[{index}].namespaceSelector", note)


def _check_label_selector(selector: LabelSelector | None, path: str, note: Note) -> None:
    if selector is not None and selector.match_expressions:
        _check_rows(selector.match_expressions, LABEL_OPERATORS, f"{path}.matchExpressions", note)


def _check_node_selector(selector: NodeSelector | None, path: str, note: Note) -> None:
    for index, term in enumerate((selector.node_selector_terms or ()) if selector is not None else ()):
        for name, rows in (("matchExpressions", term.match_expressions), ("matchFields", term.match_fields)):
            if rows:
                _check_rows(rows, NODE_OPERATORS, f"{path}.nodeSelectorTerms[{index}].{name}", note)


def _check_rows(rows: list[Requirement], known: frozenset[str], path: str, note: Note) -> None:
    """Note the rows whose operator is not known; they stay, and hold for nothing."""
    for index, row in enumerate(rows):
        if row.operator not in known:
            note(f"{path}[{index}].operator", row.operator, "is no operator that is known here")
