"""Which pod keeps a node, and by what: the figures behind a word of the drain rules, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_down.budgets import MULTIPLE, NOT_ENOUGH
from functions.oke_autoscaler.model.pods import controller_of, volumes_safe_to_lose
from functions.oke_autoscaler.model.quantity import unix_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.oke_autoscaler.decide.scale_down.budgets import Budgets
    from functions.oke_autoscaler.decide.simulation.cluster_state import ClusterState
    from functions.oke_autoscaler.model.kubernetes_objects import Pod


def describe_block(state: ClusterState, budgets: Budgets, pod: Pod, reason: str) -> str:
    """Return what the drain rules found at a pod: its owner, its age, its volume, its budgets."""
    if reason in {NOT_ENOUGH, MULTIPLE}:
        return budgets.describe(pod)
    find = _DETAILS.get(reason)
    detail = find(state, pod) if find is not None else ""
    return f"pod {pod.key}{f' {detail}' if detail else ''}"


def _controller(_: ClusterState, pod: Pod) -> str:
    owner = controller_of(pod)
    return f"is controlled by a {owner.kind}, {owner.name}" if owner is not None else "has no controller"


def _missing_owner(_: ClusterState, pod: Pod) -> str:
    owner = controller_of(pod)
    return f"is of {owner.kind} {owner.name}, which does not exist" if owner is not None else ""


def _replicas(state: ClusterState, pod: Pod) -> str:
    owner = controller_of(pod)
    if owner is None:
        return ""
    namespace, wanted = pod.metadata.namespace, state.settings.min_replica_count
    known = (each for each in state.snapshot.owners or () if each.metadata.name == owner.name)
    replicas = next(
        (
            each.spec.replicas
            for each in known
            if each.kind == owner.kind and (each.metadata.namespace or "default") == namespace
        ),
        None,
    )
    return f"is of {owner.kind} {owner.name} with {replicas} replicas, min_replica_count {wanted}"


def _age(state: ClusterState, pod: Pod) -> str:
    created, wanted = pod.metadata.creation_timestamp, state.settings.system_pod_disruption_seconds
    age = f"{state.now - unix_seconds(created):.0f} s old" if created is not None else "of unknown age"
    return f"has no budget and is {age}, system_pod_disruption_seconds {wanted:.0f}"


def _volume(_: ClusterState, pod: Pod) -> str:
    safe = volumes_safe_to_lose(pod)
    local = (each for each in pod.spec.volumes or () if each.name not in safe)
    name = next((each.name for each in local if each.host_path is not None or each.empty_dir is not None), "")
    return f"has the local volume {name}"


def _annotation(_: ClusterState, __: Pod) -> str:
    return "has safe-to-evict=false"


_DETAILS: dict[str, Callable[[ClusterState, Pod], str]] = {
    "ControllerNotFound": _missing_owner,
    "MinReplicasReached": _replicas,
    "NotReplicated": _controller,
    "UnmovableKubeSystemPod": _age,
    "LocalStorageRequested": _volume,
    "NotSafeToEvictAnnotation": _annotation,
}
