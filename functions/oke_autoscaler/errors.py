"""Expected failures of oke-autoscaler, besides those of the shared library.

FunctionError
├── AnotherAutoscaler   Cluster Autoscaler works on the same cluster
├── LeaseBusy           another tick holds the Lease (answered as a success with the reason `busy`)
└── BadSnapshot         a snapshot file given to `explain` cannot be read
"""

from __future__ import annotations

from shared.errors import FunctionError


class AnotherAutoscaler(FunctionError):
    """Cluster Autoscaler renewed its Lease less than a minute ago: two autoscalers would undo each other's work."""

    reason = "another-autoscaler"
    meaning = "Cluster Autoscaler is alive in this cluster (its Lease in kube-system is fresh); nothing was changed."
    remedy = "Disable the cluster's Cluster Autoscaler add-on or deployment, or stop scheduling this function."


class LeaseBusy(FunctionError):
    """Another tick held the Lease for as long as this one could wait."""

    reason = "busy"
    meaning = "Another tick of the same cluster was at work for as long as this one could wait; nothing was changed."
    remedy = "None needed: the next tick continues. If it stays, start the functions less often."


class BadSnapshot(FunctionError):
    """A snapshot file that cannot be decided on; ``path`` names the place, as in ``pods[3].spec``."""

    reason = "bad-snapshot"
    meaning = "The snapshot is no JSON, or something in it has a form that the Kubernetes or OKE API never gives."
    remedy = "Correct the place that `path` names; make lists with `kubectl get … -o json`."

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message, path=path)
        self.path = path
