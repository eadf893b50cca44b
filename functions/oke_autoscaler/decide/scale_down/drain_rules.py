"""Whether the pods of a node may be moved: Cluster Autoscaler's rules, in its order, with its reasons.

Rules asked one after another until one answers: mirror, longterminating, replicacount, daemonset, safetoevict,
terminal, oncompletion, replicated, system, notsafetoevict, localstorage, pdb (cluster-autoscaler 1.37,
simulator/drainability/rules/rules.go:51-80). Beyond it, a pod that cannot be read as a whole holds its node, and a pod
that is to be evicted must have a budget whatever its annotations say, and may be under one budget only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from functions.oke_autoscaler.decide.scale_down.budgets import NOT_ENOUGH
from functions.oke_autoscaler.decide.scale_down.eligibility import UNREADABLE
from functions.oke_autoscaler.model.pods import (
    controller_of,
    is_daemon,
    is_long_terminating,
    is_mirror,
    is_terminal,
    is_unreadable,
    safe_to_evict,
    volumes_safe_to_lose,
)
from functions.oke_autoscaler.model.quantity import unix_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from functions.oke_autoscaler.decide.scale_down.budgets import Budgets
    from functions.oke_autoscaler.model.kubernetes_objects import Pod
    from functions.oke_autoscaler.model.oci_objects import Owner
    from functions.oke_autoscaler.model.pod_volumes import Volume
    from functions.oke_autoscaler.settings import Settings

REPLICATED_KINDS = frozenset({"ReplicationController", "Job", "ReplicaSet", "StatefulSet"})
COUNTED_KINDS = frozenset({"ReplicationController", "ReplicaSet"})

EVICT, IGNORE, WAIT, DAEMON = "evict", "ignore", "wait", "daemon"
"""What a rule makes of a pod; any other answer is the reason why it blocks."""


@dataclass(slots=True)
class DrainCheck:
    """The verdict on the pods of one node: ``reason`` and ``blocked`` when one of them forbids it."""

    reason: str | None = None
    blocked: Pod | None = None
    evict: list[Pod] = field(default_factory=list)
    daemonset: list[Pod] = field(default_factory=list)
    wait_for_completion: list[Pod] = field(default_factory=list)
    ignore: list[Pod] = field(default_factory=list)

    @property
    def blocking_pod(self) -> str | None:
        """``namespace/name`` of the pod that forbids it."""
        return self.blocked.key if self.blocked is not None else None


class DrainRules:
    """The rules with the owners of the cluster (None: every owner exists) and the settings at one moment.

    ``hold`` returns why a pod cannot be moved whatever the others say: its volumes or devices are its node's own.
    """

    def __init__(
        self,
        settings: Settings,
        owners: Iterable[Owner] | None,
        budgets: Budgets,
        now: float,
        hold: Callable[[Pod], str] = lambda _: "",
    ) -> None:
        self._settings = settings
        self._budgets = budgets
        self._now = now
        self._owners: dict[tuple[str, str, str], Owner] | None = None
        if owners is not None:
            self._owners = {(o.kind, o.metadata.namespace or "default", o.metadata.name): o for o in owners}
        self._rules: tuple[Callable[[Pod], str], ...] = (
            lambda pod: UNREADABLE if is_unreadable(pod) else "",
            lambda pod: IGNORE if is_mirror(pod) else "",
            lambda pod: IGNORE if is_long_terminating(pod, now) else "",
            self._replica_count,
            lambda pod: DAEMON if is_daemon(pod) else "",
            # Before the owner's leave: what such a pod needs is its node's own, so it would not come back.
            lambda pod: "" if is_terminal(pod) or safe_to_evict(pod) == "on-completion" else hold(pod),
            lambda pod: EVICT if safe_to_evict(pod) == "true" else "",
            lambda pod: EVICT if is_terminal(pod) else "",
            lambda pod: WAIT if safe_to_evict(pod) == "on-completion" else "",
            self._replicated,
            self._system,
            lambda pod: "NotSafeToEvictAnnotation" if safe_to_evict(pod) == "false" else "",
            self._local_storage,
        )

    def check(self, pods: Iterable[Pod], *, draining: bool = False) -> DrainCheck:
        """Check a node's pods; the check ends at the first one that blocks.

        Of a node that is ``draining`` already a budget that has nothing to spare now is no verdict: the pod is asked
        for, and goes when the budget yields.
        """
        verdict = DrainCheck()
        lists = {
            EVICT: verdict.evict,
            IGNORE: verdict.ignore,
            WAIT: verdict.wait_for_completion,
            DAEMON: verdict.daemonset,
        }
        for pod in pods:
            outcome = self.outcome(pod)
            if draining and outcome == NOT_ENOUGH:
                outcome = EVICT
            if outcome not in lists:
                verdict.reason, verdict.blocked = outcome, pod
                break
            lists[outcome].append(pod)
        return verdict

    def outcome(self, pod: Pod) -> str:
        """Return EVICT, IGNORE, WAIT or DAEMON, or the reason why the pod blocks."""
        outcome = next((answer for rule in self._rules if (answer := rule(pod))), EVICT)
        if outcome == EVICT:
            return self._budgets.obstacle(pod) or EVICT
        return outcome

    def _replica_count(self, pod: Pod) -> str:
        """Block a pod whose owner is gone, since it would not come back, and one with too few replicas."""
        owner = controller_of(pod)
        if self._owners is None or owner is None:
            return ""
        group = owner.api_version.rpartition("/")[0]
        kind = owner.kind
        if is_daemon(pod) and kind != "ReplicationController":
            looked_up = kind == "DaemonSet" and group == "apps"
        else:
            looked_up = kind in REPLICATED_KINDS and (kind != "StatefulSet" or group == "apps")
        if not looked_up:
            return ""
        known = self._owners.get((kind, pod.metadata.namespace, owner.name))
        if known is None:
            return "ControllerNotFound"
        replicas = known.spec.replicas
        too_few = kind in COUNTED_KINDS and replicas is not None and replicas < self._settings.min_replica_count
        return "MinReplicasReached" if too_few else ""

    def _replicated(self, pod: Pod) -> str:
        owner = controller_of(pod)
        if owner is None:
            return "NotReplicated"
        if self._settings.skip_nodes_with_custom_controller_pods and owner.kind not in REPLICATED_KINDS:
            return "NotReplicated"
        return ""

    def _system(self, pod: Pod) -> str:
        """Block pods of kube-system without a budget while they are young."""
        if not self._settings.skip_nodes_with_system_pods or pod.metadata.namespace != "kube-system":
            return ""
        if self._budgets.of(pod):
            return ""
        created = pod.metadata.creation_timestamp
        if created is not None and unix_seconds(created) + self._settings.system_pod_disruption_seconds < self._now:
            # Cluster Autoscaler answers here that the pod may go (rules/system/rule.go, DrainOk), so that neither the
            # owner's `safe-to-evict: "false"` nor data in an emptyDir holds the pod any more. Age answers only why a
            # pod of kube-system is held, not what its owner said or what it would lose: the next rules are asked.
            return ""
        return "UnmovableKubeSystemPod"

    def _local_storage(self, pod: Pod) -> str:
        if not self._settings.skip_nodes_with_local_storage:
            return ""
        safe = volumes_safe_to_lose(pod)
        local = any(_is_local(volume) and volume.name not in safe for volume in pod.spec.volumes or ())
        return "LocalStorageRequested" if local else ""


def _is_local(volume: Volume) -> bool:
    if volume.host_path is not None:
        return True
    return volume.empty_dir is not None and volume.empty_dir.medium != "Memory"
