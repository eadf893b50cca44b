"""The two status ConfigMaps: our own with an entry a pool, and the one that is read as Cluster Autoscaler's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from shared.errors import FunctionError, KubernetesApiError

if TYPE_CHECKING:
    from shared.kubernetes.client import KubernetesApi

STATUS_NAMESPACE = "kube-system"
STATUS_NAME = "oke-autoscaler-status"
CA_STATUS_NAME = "cluster-autoscaler-status"
"""Cluster Autoscaler's own name (``--status-config-map-name``): dashboards look there."""
CA_KEY = "status"
CA_UPDATED = "cluster-autoscaler.kubernetes.io/last-updated"
"""Annotation with which Cluster Autoscaler says when it last wrote (clusterstate/utils/status.go)."""
PATH = f"/api/v1/namespaces/{STATUS_NAMESPACE}/configmaps"

Report = Callable[[Mapping[str, str], float], tuple[dict[str, str], str]]
"""Makes, from what our ConfigMap holds and the time, what it is to hold, and Cluster Autoscaler's status as text."""


class _Meta(msgspec.Struct, rename="camel", omit_defaults=True):
    name: str
    namespace: str
    resource_version: str = ""
    annotations: dict[str, str] = {}


class _ConfigMap(msgspec.Struct, rename="camel"):
    metadata: _Meta
    data: dict[str, str] | None = None
    api_version: str = "v1"
    kind: str = "ConfigMap"


def read_status(api: KubernetesApi) -> dict[str, str]:
    """Return what our status holds; nothing where there is none."""
    current = api.get_object(f"{PATH}/{STATUS_NAME}", _ConfigMap)
    return dict(current.data or {}) if current is not None else {}


def write_status(api: KubernetesApi, report: Report) -> None:
    """Write both; the first failure is raised when both were tried."""
    current = api.get_object(f"{PATH}/{STATUS_NAME}", _ConfigMap)
    now = api.now_epoch_seconds()
    data, text = report((current.data or {}) if current is not None else {}, now)
    failed: FunctionError | None = None
    try:
        # Guarded by the version that was read: each function that shares the cluster has its own keys in it.
        version = current.metadata.resource_version if current is not None else ""
        _write(api, STATUS_NAME, _Meta(STATUS_NAME, STATUS_NAMESPACE, version), data, is_new=current is None)
    except FunctionError as error:
        failed = error
    _write_as_cluster_autoscaler(api, text, now)
    if failed is not None:
        raise failed


def _write_as_cluster_autoscaler(api: KubernetesApi, text: str, now: float) -> None:
    """Write the status whatever is there: all of it is made anew, and while Cluster Autoscaler lives no tick runs."""
    at = datetime.fromtimestamp(now, tz=UTC).strftime("%Y-%m-%d %H:%M:%S.%f +0000 UTC")
    meta = _Meta(CA_STATUS_NAME, STATUS_NAMESPACE, annotations={CA_UPDATED: at})
    try:
        _write(api, CA_STATUS_NAME, meta, {CA_KEY: text}, is_new=False)
    except KubernetesApiError as error:
        if error.status != 404:
            raise
        _write(api, CA_STATUS_NAME, meta, {CA_KEY: text}, is_new=True)


def _write(api: KubernetesApi, name: str, meta: _Meta, data: dict[str, str], *, is_new: bool) -> None:
    if is_new:
        api.send("POST", PATH, _ConfigMap(meta, data))
    else:
        api.send("PUT", f"{PATH}/{name}", _ConfigMap(meta, data))
