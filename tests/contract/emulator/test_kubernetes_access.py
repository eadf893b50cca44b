"""Who may call the emulated API server, and what for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from emulator.kubernetes.rbac import Permission
from tests.support.kubernetes_client import api_client, cluster_token, raw_call

if TYPE_CHECKING:
    from emulator.cloud import Cloud

ROLES = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: tick}
rules:
- {apiGroups: [""], resources: [pods, nodes], verbs: [list]}
- {apiGroups: [""], resources: [pods/eviction], verbs: [create]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: tick}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: tick}
subjects: [{kind: User, name: FUNCTION}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: tick, namespace: kube-system}
rules:
- {apiGroups: [coordination.k8s.io], resources: [leases], resourceNames: [tick], verbs: [get, update]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: tick, namespace: kube-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: tick}
subjects: [{kind: User, name: FUNCTION}]
"""


def test_a_signed_token_says_who_calls(cloud: Cloud, principal_env: dict[str, str]) -> None:
    token = cluster_token(cloud, principal_env)
    review = raw_call(cloud, token, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {}).json()
    assert review["status"]["userInfo"]["username"] == cloud.cluster.user_of(principal_env)
    assert {call.principal for call in cloud.log.calls("kubernetes")} == {cloud.cluster.user_of(principal_env)}


def test_a_token_for_another_place_or_time_is_refused(cloud: Cloud, principal_env: dict[str, str]) -> None:
    late = format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)
    tokens = {
        "host": cluster_token(cloud, principal_env, host="containerengine.us-ashburn-1.oci.oraclecloud.com"),
        "cluster": cluster_token(cloud, principal_env, cluster_id="ocid1.cluster.oc1.iad.other"),
        "date": cluster_token(cloud, principal_env, date=late),
        "signature": cluster_token(cloud, principal_env)[:-40] + "A" * 40,
        "nonsense": "abc",
        "empty": "",
    }
    for what, token in tokens.items():
        answer = raw_call(cloud, token, "GET", "/api/v1/nodes")
        assert (answer.status_code, answer.json()["reason"]) == (401, "Unauthorized"), what
    good = cluster_token(cloud, principal_env)
    assert raw_call(cloud, good, "GET", "/api/v1/nodes").status_code == 200


def test_a_key_that_is_not_the_principals_cannot_sign_for_it(cloud: Cloud, principal_env: dict[str, str]) -> None:
    other = cloud.identity.mint_resource_principal()
    mixed = {**principal_env, "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM": other["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"]}
    assert raw_call(cloud, cluster_token(cloud, mixed), "GET", "/api/v1/nodes").status_code == 401


def test_roles_decide_once_the_iam_policies_do_not(cloud: Cloud, principal_env: dict[str, str]) -> None:
    user = cloud.cluster.user_of(principal_env)
    cloud.cluster.add_pod("p")
    with api_client(cloud, cluster_token(cloud, principal_env)) as api:
        core = client.CoreV1Api(api)
        assert core.list_namespace().items
        cloud.cluster.enforce_rbac(ROLES, {"FUNCTION": user})
        assert len(core.list_pod_for_all_namespaces().items) == 1
        for call in (
            core.list_namespace,
            lambda: core.delete_namespaced_pod("p", "default"),
            lambda: core.read_namespaced_pod("p", "default"),
            lambda: client.CoordinationV1Api(api).read_namespaced_lease("other", "kube-system"),
            lambda: client.CoordinationV1Api(api).read_namespaced_lease("tick", "default"),
        ):
            with pytest.raises(ApiException, match="is forbidden: User") as forbidden:
                call()
            assert forbidden.value.status == 403
        with pytest.raises(ApiException) as missing:
            client.CoordinationV1Api(api).read_namespaced_lease("tick", "kube-system")
        assert missing.value.status == 404
    assert cloud.cluster.access_granted_but_unused(user) == {
        Permission("list", "", "nodes"),
        Permission("create", "", "pods/eviction"),
        Permission("update", "coordination.k8s.io", "leases", "kube-system", "tick"),
    }


def test_a_service_account_has_what_it_is_bound_to(cloud: Cloud) -> None:
    administrator = cloud.cluster.add_service_account("autoscaler")
    nobody = cloud.cluster.add_service_account("nobody", administrator=False)
    assert raw_call(cloud, administrator, "GET", "/api/v1/nodes").status_code == 200
    answer = raw_call(cloud, nobody, "GET", "/api/v1/nodes")
    assert answer.status_code == 403
    assert "system:serviceaccount:kube-system:nobody" in answer.json()["message"]


def test_tokens_never_reach_the_log(cloud: Cloud) -> None:
    token = cloud.cluster.add_service_account("autoscaler")
    raw_call(cloud, token, "GET", "/api/v1/nodes")
    assert token not in repr(cloud.log.calls())


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/unicorns", "/apis/batch/v2/jobs", "/api/v1/namespaces/a/nodes", "/api/v1/pods/x"]
)
def test_what_no_resource_has_is_not_found(cloud: Cloud, path: str) -> None:
    token = cloud.cluster.add_service_account("autoscaler")
    answer = raw_call(cloud, token, "GET", path)
    assert (answer.status_code, answer.json()["kind"]) == (404, "Status")


def test_big_lists_are_compressed_for_those_who_take_it(cloud: Cloud) -> None:
    token = cloud.cluster.add_service_account("autoscaler")
    for number in range(300):
        cloud.cluster.add_pod(f"p{number}", annotations={"filler": "x" * 500})
    packed = raw_call(cloud, token, "GET", "/api/v1/pods")
    plain = raw_call(cloud, token, "GET", "/api/v1/pods", **{"Accept-Encoding": "identity"})
    assert (packed.headers.get("Content-Encoding"), plain.headers.get("Content-Encoding")) == ("gzip", None)
    assert packed.json()["items"] == plain.json()["items"]


def test_what_is_not_documented_of_tokens_is_a_knob(cloud: Cloud, principal_env: dict[str, str]) -> None:
    late = format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)
    token = cluster_token(cloud, principal_env, date=late)
    authenticator = cloud.cluster.api_server.authenticator
    authenticator.allowed_skew_seconds = 900
    authenticator.name_of = lambda principal: f"{principal.tenancy}/{principal.id}"
    review = raw_call(cloud, token, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {}).json()
    assert review["status"]["userInfo"]["username"].endswith("/" + cloud.cluster.user_of(principal_env))
    cloud.reset()
    assert raw_call(cloud, token, "GET", "/api/v1/nodes").status_code == 401
