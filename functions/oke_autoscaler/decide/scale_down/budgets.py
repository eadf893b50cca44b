"""PodDisruptionBudgets while a tick plans: each planned eviction takes from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.oke_autoscaler.model.selectors import selects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from functions.oke_autoscaler.model.kubernetes_objects import Pod
    from functions.oke_autoscaler.model.oci_objects import PodDisruptionBudget

NOT_ENOUGH = "NotEnoughPdb"
MULTIPLE = "MultiplePdbs"


class Budgets:
    """Budgets by namespace, with what is left of each."""

    def __init__(self, budgets: Iterable[PodDisruptionBudget]) -> None:
        self._by_namespace: dict[str, list[PodDisruptionBudget]] = {}
        self._left: dict[int, int] = {}
        for budget in budgets:
            self._by_namespace.setdefault(budget.metadata.namespace or "default", []).append(budget)
            self._left[id(budget)] = budget.status.disruptions_allowed

    def of(self, pod: Pod) -> list[PodDisruptionBudget]:
        """Budgets that select the pod."""
        known = self._by_namespace.get(pod.metadata.namespace)
        if not known:
            return []
        labels = pod.metadata.labels or {}
        return [budget for budget in known if selects(budget.spec.selector, labels)]

    def obstacle(self, pod: Pod) -> str:
        """Why the eviction API would refuse the pod for good; empty when it would not.

        Pending and terminal pods need no budget. A pod under several budgets can never be evicted: the API answers 500
        (kubernetes/pkg/registry/core/pod/storage/eviction.go).
        """
        if pod.status.phase in {"Pending", "Succeeded", "Failed"}:
            return ""
        budgets = self.of(pod)
        if any(self._left[id(budget)] < 1 and not _lets_broken_go(budget, pod) for budget in budgets):
            return NOT_ENOUGH
        return MULTIPLE if len(budgets) > 1 else ""

    def take(self, pods: Iterable[Pod]) -> None:
        """PlacementPlan the eviction of pods."""
        for pod in pods:
            if pod.status.phase not in {"Pending", "Succeeded", "Failed"}:
                for budget in self.of(pod):
                    self._left[id(budget)] -= 1


def _lets_broken_go(budget: PodDisruptionBudget, pod: Pod) -> bool:
    """A pod that is not ready goes by the policy AlwaysAllow, and by the other one while the budget is healthy."""
    healthy = 0 < budget.status.desired_healthy <= budget.status.current_healthy
    if not healthy and budget.spec.unhealthy_pod_eviction_policy != "AlwaysAllow":
        return False
    return any(condition.type == "Ready" and condition.status != "True" for condition in pod.status.conditions or ())
