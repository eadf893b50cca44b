"""`{"preflight": true}`: try all that a tick needs, with the function's own identity, and change nothing.

The answer is that of ``shared.preflight_rows``.
"""

from __future__ import annotations

import functools
import json
import time
from typing import TYPE_CHECKING, Any

from functions.oke_autoscaler.act.discover import with_tagged_pools
from functions.oke_autoscaler.clients.oke import Oke
from shared import preflight_rows
from shared.errors import FunctionError, MissingInputData, NotAuthorised
from shared.kubernetes.client import KubernetesApi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from functions.oke_autoscaler.settings import Settings
    from shared.deadline import Deadline

ACCESS_REVIEWS_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
SELF_REVIEWS_PATH = "/apis/authentication.k8s.io/v1/selfsubjectreviews"

RIGHTS: tuple[tuple[str, str, str, str, str], ...] = (
    ("list", "", "pods", "", ""),
    ("list", "", "namespaces", "", ""),
    ("list", "", "replicationcontrollers", "", ""),
    ("list", "", "persistentvolumeclaims", "", ""),
    ("list", "", "persistentvolumes", "", ""),
    ("get", "", "nodes", "", ""),
    ("list", "", "nodes", "", ""),
    ("patch", "", "nodes", "", ""),
    ("create", "", "pods/eviction", "", ""),
    ("create", "", "events", "", ""),
    ("get", "", "events", "", ""),
    ("patch", "", "events", "", ""),
    ("list", "apps", "replicasets", "", ""),
    ("list", "apps", "statefulsets", "", ""),
    ("list", "apps", "daemonsets", "", ""),
    ("list", "batch", "jobs", "", ""),
    ("list", "policy", "poddisruptionbudgets", "", ""),
    ("list", "scheduling.k8s.io", "priorityclasses", "", ""),
    ("list", "storage.k8s.io", "storageclasses", "", ""),
    ("list", "storage.k8s.io", "csinodes", "", ""),
    ("create", "coordination.k8s.io", "leases", "kube-system", ""),
    ("get", "coordination.k8s.io", "leases", "kube-system", "oke-autoscaler"),
    ("update", "coordination.k8s.io", "leases", "kube-system", "oke-autoscaler"),
    ("get", "coordination.k8s.io", "leases", "kube-system", "cluster-autoscaler"),
    ("create", "", "configmaps", "kube-system", ""),
    ("get", "", "configmaps", "kube-system", "oke-autoscaler-status"),
    ("update", "", "configmaps", "kube-system", "oke-autoscaler-status"),
    ("update", "", "configmaps", "kube-system", "cluster-autoscaler-status"),
    ("get", "", "configmaps", "kube-system", "oke-autoscaler-state"),
    ("update", "", "configmaps", "kube-system", "oke-autoscaler-state"),
)
"""Verb, API group, resource, namespace, name: what deploy/kubernetes/rbac.yaml gives (a test compares them)."""


def run(settings: Settings, deadline: Deadline, config: Mapping[str, str]) -> dict[str, Any]:
    """Run every check; one that fails does not keep the others from being tried."""
    deadline = deadline.before_answer()
    oke = Oke(settings, deadline)
    checks = [
        preflight_rows.config_row(settings, config),
        *_cluster_checks(oke, deadline),
        *_pool_checks(oke, settings),
    ]
    return preflight_rows.preflight_answer(checks)


def _cluster_checks(oke: Oke, deadline: Deadline) -> Iterator[preflight_rows.CheckRow]:
    try:
        address = oke.cluster_address()
        yield preflight_rows.passed("cluster", address.server)
        api = KubernetesApi(address.server, address.ca_pem, oke.token_source(), deadline)
    except FunctionError as error:
        yield preflight_rows.failed("cluster", error)
        return
    yield preflight_rows.check_row("cluster token", lambda: f"user {_user(api)}")
    try:
        missing = [_words(right) for right in RIGHTS if not _may(api, right)]
    except FunctionError as error:
        yield preflight_rows.failed("RBAC", error)
        return
    if missing:
        fix = "apply deploy/kubernetes/rbac.yaml with the user that `cluster token` shows"
        yield preflight_rows.failed("RBAC", NotAuthorised(f"not allowed: {', '.join(missing)}", fix=fix))
    else:
        yield preflight_rows.passed("RBAC", f"{len(RIGHTS)} rights")


def _pool_checks(oke: Oke, settings: Settings) -> Iterator[preflight_rows.CheckRow]:
    compartments: set[str] = set()

    def pool(ocid: str) -> str:
        state = oke.node_pool(ocid)
        compartments.add(state.compartment_id)
        return f"{state.pool.name}, {len(state.pool.nodes or ())} nodes"

    pools = list(settings.pools)

    def tagged() -> str:
        found, left_out = with_tagged_pools(oke, settings)
        pools.extend(found.pools)
        if left_out:
            raise MissingInputData({"node_pool_tag": "; ".join(each.text for each in left_out)})
        return f"{len(pools)} node pools with the tag"

    if settings.node_pool_tag:
        yield preflight_rows.check_row("node pools by tag", tagged)
    for each in pools:
        yield preflight_rows.check_row(f"node pool {each.id[-12:]}", functools.partial(pool, each.id))
    if compartments:
        yield preflight_rows.check_row("work requests", lambda: f"{len(oke.work_requests(compartments))} seen")
    if compartments and settings.scale_down_on:
        yield preflight_rows.check_row("load metrics", lambda: f"{len(oke.loads(compartments, time.time()))} instances")


def _user(api: KubernetesApi) -> str:
    kind = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    return str(json.loads(api.send("POST", SELF_REVIEWS_PATH, kind))["status"]["userInfo"]["username"])


def _may(api: KubernetesApi, right: tuple[str, str, str, str, str]) -> bool:
    verb, group, resource, namespace, name = right
    resource, _, subresource = resource.partition("/")
    attributes = {"verb": verb, "group": group, "resource": resource, "namespace": namespace, "name": name}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {**attributes, "subresource": subresource}},
    }
    return bool(json.loads(api.send("POST", ACCESS_REVIEWS_PATH, review))["status"]["allowed"])


def _words(right: tuple[str, str, str, str, str]) -> str:
    verb, group, resource, namespace, name = right
    return f"{verb} {resource}{'.' + group if group else ''}{' ' + name if name else ''}" + (
        f" in {namespace}" if namespace else ""
    )
