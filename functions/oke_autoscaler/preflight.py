"""`{"preflight": true}`: try all that a tick needs, with the function's own identity, and change nothing.

The answer is that of ``shared.preflight_rows``.
"""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, Any

import msgspec

from functions.oke_autoscaler.act.discover import with_tagged_pools
from functions.oke_autoscaler.clients.oke import Oke
from shared import preflight_rows
from shared.errors import FunctionError, MissingInputData, NotAuthorised
from shared.kubernetes.client import KubernetesApi
from shared.kubernetes.decoding import decoded_object

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


RBAC_PARTS = 3
"""Of the time, where another row has one: it makes a call for each right."""

PATIENT_RIGHTS = 3
"""Rights one after another without an answer, after which each has UNANSWERED_SECONDS: nobody seems to be there."""

UNANSWERED_SECONDS = 1.0


class _UserInfo(msgspec.Struct):
    username: str


class _ReviewedUser(msgspec.Struct, rename="camel"):
    user_info: _UserInfo


class _SelfSubjectReview(msgspec.Struct):
    status: _ReviewedUser


class _ReviewedAccess(msgspec.Struct):
    allowed: bool


class _SelfSubjectAccessReview(msgspec.Struct):
    status: _ReviewedAccess


class _Shares:
    """The time of the rows: each has its fair part of what those before it have left.

    So a call that never ends, as one whose answer trickles, costs its own row and no other; a row that ends early
    leaves its time to those after it.
    """

    def __init__(self, deadline: Deadline, parts: int) -> None:
        self._deadline = deadline
        self._parts = parts

    def next(self, parts: int = 1) -> Deadline:
        """Return the deadline of the next row, which has so many parts."""
        of = max(parts, self._parts)
        self._parts -= parts
        return self._deadline.share(parts, of)

    def more(self, parts: int) -> None:
        """Count rows that nobody knew of before."""
        self._parts += parts


def run(settings: Settings, deadline: Deadline, config: Mapping[str, str]) -> dict[str, Any]:
    """Run every check; one that fails, or takes all its time, does not keep the others from being tried."""
    deadline = deadline.before_answer()
    oke = Oke(settings, deadline)
    pool_rows = len(settings.pools) + bool(settings.node_pool_tag)
    shares = _Shares(deadline, 2 + RBAC_PARTS + pool_rows + 1 + settings.scale_down_on)
    checks = [
        preflight_rows.config_row(settings, config),
        *_cluster_checks(oke, shares),
        *_pool_checks(oke, settings, shares),
    ]
    return preflight_rows.preflight_answer(checks)


def _cluster_checks(oke: Oke, shares: _Shares) -> Iterator[preflight_rows.CheckRow]:
    def api(until: Deadline) -> KubernetesApi:
        return KubernetesApi(address.server, address.ca_pem, oke.until(until).token_source(), until)

    try:
        address = oke.until(shares.next()).cluster_address()
        first = api(shares.next())
    except FunctionError as error:
        shares.more(-RBAC_PARTS)
        yield preflight_rows.failed("cluster", error)
        return
    yield preflight_rows.passed("cluster", address.server)
    yield preflight_rows.check_row("cluster token", lambda: f"user {_user(first)}")
    until = shares.next(RBAC_PARTS)
    yield preflight_rows.check_row("RBAC", lambda: _rights(api(until), until))


def _rights(api: KubernetesApi, until: Deadline) -> str:
    """Ask for each right by itself. Raises NotAuthorised for those that are missing, else the first one's failure."""
    missing: list[str] = []
    failures: dict[str, FunctionError] = {}
    unanswered = 0
    for asked, right in enumerate(RIGHTS):
        api.deadline = until.share(1, len(RIGHTS) - asked)
        if unanswered >= PATIENT_RIGHTS:
            api.deadline = api.deadline.earlier(UNANSWERED_SECONDS)
        try:
            missing += [] if _may(api, right) else [_words(right)]
            unanswered = 0
        except FunctionError as error:
            failures[_words(right)] = error
            unanswered += 1
    unknown = [f"not checked: {', '.join(failures)}"] if failures else []
    if missing:
        fix = "apply deploy/kubernetes/rbac.yaml with the user that `cluster token` shows"
        raise NotAuthorised("; ".join([f"not allowed: {', '.join(missing)}", *unknown]), fix=fix)
    for failure in failures.values():
        failure.message = f"{failure.message}; {unknown[0]}"
        raise failure
    return f"{len(RIGHTS)} rights"


def _pool_checks(oke: Oke, settings: Settings, shares: _Shares) -> Iterator[preflight_rows.CheckRow]:
    compartments: set[str] = set()

    def pool(ocid: str) -> str:
        state = oke.until(shares.next()).node_pool(ocid)
        compartments.add(state.compartment_id)
        return f"{state.pool.name}, {len(state.pool.nodes or ())} nodes"

    pools = list(settings.pools)

    def tagged() -> str:
        found, left_out = with_tagged_pools(oke.until(shares.next()), settings)
        pools.extend(found.pools)
        shares.more(len(found.pools))
        if left_out:
            raise MissingInputData({"node_pool_tag": "; ".join(each.text for each in left_out)})
        return f"{len(pools)} node pools with the tag"

    def loads() -> str:
        return f"{len(oke.until(shares.next()).loads(compartments, time.time()))} instances"

    if settings.node_pool_tag:
        yield preflight_rows.check_row("node pools by tag", tagged)
    for each in pools:
        yield preflight_rows.check_row(f"node pool {each.id[-12:]}", functools.partial(pool, each.id))
    if compartments:
        work = oke.until(shares.next())
        yield preflight_rows.check_row("work requests", lambda: f"{len(work.work_requests(compartments))} seen")
    if compartments and settings.scale_down_on:
        yield preflight_rows.check_row("load metrics", loads)


def _user(api: KubernetesApi) -> str:
    kind = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    review = decoded_object(api.send("POST", SELF_REVIEWS_PATH, kind), _SelfSubjectReview, SELF_REVIEWS_PATH)
    return review.status.user_info.username


def _may(api: KubernetesApi, right: tuple[str, str, str, str, str]) -> bool:
    verb, group, resource, namespace, name = right
    resource, _, subresource = resource.partition("/")
    attributes = {"verb": verb, "group": group, "resource": resource, "namespace": namespace, "name": name}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {**attributes, "subresource": subresource}},
    }
    answer = api.send("POST", ACCESS_REVIEWS_PATH, review)
    return decoded_object(answer, _SelfSubjectAccessReview, ACCESS_REVIEWS_PATH).status.allowed


def _words(right: tuple[str, str, str, str, str]) -> str:
    verb, group, resource, namespace, name = right
    return f"{verb} {resource}{'.' + group if group else ''}{' ' + name if name else ''}" + (
        f" in {namespace}" if namespace else ""
    )
