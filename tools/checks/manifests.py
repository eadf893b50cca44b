"""deploy/kubernetes against the schemas of three Kubernetes versions, and against the rules of its CronJobs.

``python -m tools.checks.manifests`` prints every fault as ``file: text`` and exits 1 when there is one. What `kubectl
kustomize` makes of the folders is checked too, where kubectl is on the PATH.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import yaml
from kubernetes_validate import utils

from tools.checks.faults import refuse_options, report

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
MANAGED_LABEL = "oke-autoscaler/managed"
"""The node label of the pools that oke-autoscaler resizes; what calls it must not run there."""

SAFE_TO_EVICT = "cluster-autoscaler.kubernetes.io/safe-to-evict"


def versions() -> list[str]:
    """Return the three newest Kubernetes versions whose schemas are installed, oldest first."""
    known = {tuple(int(part) for part in version.split(".")) for version in utils.all_versions()}
    return [".".join(map(str, version)) for version in sorted(known)[-3:]]


def manifests(folder: Path = FOLDER) -> list[tuple[Path, dict[str, Any]]]:
    """Every object of the folder's files; those of kustomize itself are left out."""
    files = [path for path in sorted(folder.rglob("*.yaml")) if path.name != "kustomization.yaml"]
    return [(path, document) for path in files for document in yaml.safe_load_all(path.read_text("utf-8")) if document]


def rendered(folder: Path) -> list[dict[str, Any]] | None:
    """Return what `kubectl kustomize` makes of a folder; None without kubectl. Raises ValueError in its words."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        return None
    done = subprocess.run([kubectl, "kustomize", str(folder)], check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise ValueError(done.stderr.strip())
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def faults(document: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with one object."""
    for version in versions():
        try:
            kubernetes_validate.validate(document, version, strict=True)
        except kubernetes_validate.ValidationError as fault:
            yield f"Kubernetes {version}: {'.'.join(map(str, fault.path))}: {fault.message}"
    if document["kind"] == "CronJob":
        yield from _cron_job_faults(document["spec"])
    if document["kind"] == "PodDisruptionBudget":
        yield "a PodDisruptionBudget over these pods would hold nodes back"


def _cron_job_faults(spec: dict[str, Any]) -> Iterator[str]:
    if spec.get("concurrencyPolicy") != "Forbid":
        yield "concurrencyPolicy: must be Forbid"
    job = spec["jobTemplate"]["spec"]
    for where, name in (
        (spec, "startingDeadlineSeconds"),
        (spec, "successfulJobsHistoryLimit"),
        (spec, "failedJobsHistoryLimit"),
        (job, "backoffLimit"),
        (job, "activeDeadlineSeconds"),
    ):
        if name not in where:
            yield f"{name}: is missing"
    pod = job["template"]
    if SAFE_TO_EVICT not in pod["metadata"].get("annotations", {}):
        yield f"annotation {SAFE_TO_EVICT}: is missing"
    if not _avoids_managed_nodes(pod["spec"]):
        yield f"nodeAffinity: must keep the pod off nodes labelled {MANAGED_LABEL}"
    yield from _pod_faults(pod["spec"])


def _avoids_managed_nodes(pod: dict[str, Any]) -> bool:
    required = pod.get("affinity", {}).get("nodeAffinity", {}).get("requiredDuringSchedulingIgnoredDuringExecution", {})
    terms = required.get("nodeSelectorTerms") or [{}]  # any one of the terms lets a node in
    wanted = {"key": MANAGED_LABEL, "operator": "DoesNotExist"}
    return all(wanted in term.get("matchExpressions", []) for term in terms)


def _pod_faults(pod: dict[str, Any]) -> Iterator[str]:
    security = pod.get("securityContext", {})
    if not security.get("runAsNonRoot") or security.get("runAsUser") != 1000:
        yield "securityContext: must run as user 1000, never as root"
    for container in pod["containers"]:
        own = container.get("securityContext", {})
        if not own.get("readOnlyRootFilesystem") or own.get("allowPrivilegeEscalation") is not False:
            yield f"{container['name']}: the root must be read-only and privileges fixed"
        if own.get("capabilities", {}).get("drop") != ["ALL"]:
            yield f"{container['name']}: all capabilities must be dropped"
        if "--debug" in [*container.get("command", []), *container.get("args", [])]:
            yield f"{container['name']}: --debug writes signed requests to the log"
        resources = container.get("resources", {})
        if {"cpu", "memory"} - set(resources.get("requests", {})) or {"memory"} - set(resources.get("limits", {})):
            yield f"{container['name']}: resources: cpu and memory are to be requested, memory limited"


def every_fault() -> Iterator[str]:
    """Every fault of every file and of every folder that kustomize can render."""
    for path, document in manifests():
        yield from (f"{path.relative_to(ROOT)}: {fault}" for fault in faults(document))
    for file in sorted(FOLDER.rglob("kustomization.yaml")):
        try:
            documents = rendered(file.parent)
        except ValueError as fault:
            yield f"{file.relative_to(ROOT)}: {fault}"
            continue
        for document in documents or ():
            yield from (f"{file.relative_to(ROOT)}, {document['kind']}: {fault}" for fault in faults(document))


def main() -> int:
    """Print all faults; 1 when there is one."""
    return report(every_fault())


if __name__ == "__main__":
    refuse_options("tools.checks.manifests", __doc__)
    sys.exit(main())
