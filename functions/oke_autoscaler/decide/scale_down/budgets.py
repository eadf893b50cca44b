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
PHASES_WITHOUT_BUDGET = frozenset({"Pending", "Succeeded", "Failed"})


class Budgets:
    """Budgets by namespace, with what is left of each."""

    def __init__(self, budgets: Iterable[PodDisruptionBudget]) -> None:
        self._by_namespace: dict[str, list[PodDisruptionBudget]] = {}
        self._left: dict[int, int] = {}
        for budget in budgets:
            self._by_namespace.setdefault(budget.metadata.namespace or "default", []).append(budget)
            self._left[id(budget)] = budget.status.disruptions_allowed

    def of(self, pod: Pod) -> list[PodDisruptionBudget]:
        """Return the budgets that select the pod."""
        known = self._by_namespace.get(pod.metadata.namespace)
        if not known:
            return []
        labels = pod.metadata.labels or {}
        return [budget for budget in known if selects(budget.spec.selector, labels)]

    def obstacle(self, pod: Pod) -> str:
        """Return why the eviction API would refuse the pod for good; empty when it would not.

        Pending and terminal pods need no budget. A pod under several budgets can never be evicted: the API answers 500
        (kubernetes/pkg/registry/core/pod/storage/eviction.go).
        """
        if pod.status.phase in PHASES_WITHOUT_BUDGET:
            return ""
        budgets = self.of(pod)
        if any(self._left[id(budget)] < 1 and not _lets_unready_go(budget, pod) for budget in budgets):
            return NOT_ENOUGH
        return MULTIPLE if len(budgets) > 1 else ""

    def may_yield(self, pod: Pod) -> bool:
        """Tell whether the eviction API may soon accept what it refused: a pod of the one budget is on its way.

        A budget whose pods are all up and that has none to spare says no until its owner changes it.
        """
        budgets = self.of(pod)
        if len(budgets) != 1 or budgets[0].unreadable is not None:
            return False
        status = budgets[0].status
        return status.disruptions_allowed > 0 or status.current_healthy < status.expected_pods

    def describe(self, pod: Pod) -> str:
        """Return the budgets of a pod with what each allows, the pod, and what was planned already."""
        found = []
        for budget in self.of(pod):
            meta, allowed = budget.metadata, budget.status.disruptions_allowed
            taken = allowed - self._left[id(budget)]
            used = f", {taken} taken by nodes that go first" if taken > 0 else ""
            unread = ", cannot be read" if budget.unreadable is not None else ""
            found.append(f"budget {meta.namespace or 'default'}/{meta.name} allows {allowed}{used}{unread}")
        return ", ".join((*found, f"pod {pod.key}"))

    def reserve(self, pods: Iterable[Pod]) -> None:
        """Plan the eviction of pods: what is taken here is not there for the next node of the same tick."""
        for pod in pods:
            if pod.status.phase not in PHASES_WITHOUT_BUDGET:
                for budget in self.of(pod):
                    self._left[id(budget)] -= 1


def _lets_unready_go(budget: PodDisruptionBudget, pod: Pod) -> bool:
    """Tell whether a pod that is not ready goes without its budget's leave.

    The policy AlwaysAllow lets it go at all times, the default one (IfHealthyBudget) while the budget is healthy:
    https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy.
    """
    if budget.unreadable is not None:
        return False
    healthy = 0 < budget.status.desired_healthy <= budget.status.current_healthy
    if not healthy and budget.spec.unhealthy_pod_eviction_policy != "AlwaysAllow":
        return False
    return any(condition.type == "Ready" and condition.status != "True" for condition in pod.status.conditions or ())
