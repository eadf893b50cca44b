"""A preflight of oke-autoscaler: what it finds missing, and that it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from functions.oke_autoscaler import preflight
from functions.oke_autoscaler.settings import Settings
from shared.deadline import Deadline
from shared.settings import load_settings
from tests.support.autoscaler import changes, config, principal_user, tick
from tools.checks.manifests import FOLDER

if TYPE_CHECKING:
    from emulator.cloud import Cloud

BODY = b'{"preflight": true}'
RBAC = FOLDER / "rbac.yaml"


def rows(cloud: Cloud, env: dict[str, str], **more: object) -> dict[str, dict[str, Any]]:
    pool = cloud.cluster.add_pool("prod-pool1", size=2)
    answer = tick(env, config(cloud, pool, **more), body=BODY)
    preflight_answer = answer["preflight"]
    assert preflight_answer["ok"] == all(row["ok"] for row in preflight_answer["checks"])
    return {row["name"]: row for row in preflight_answer["checks"]}


def test_a_right_tenancy_passes_every_check_and_nothing_is_changed(cloud: Cloud, principal_env: dict[str, str]) -> None:
    cloud.cluster.enforce_rbac(RBAC, principal_user(cloud, principal_env))
    found = rows(cloud, principal_env, node_pool_eval_cpu_load=20)
    assert [row for row in found.values() if not row["ok"]] == []
    assert {"cluster", "cluster token", "RBAC", "work requests", "load metrics"} <= set(found)
    assert cloud.cluster.user_of(principal_env) in found["cluster token"]["found"]
    assert [each for each in changes(cloud) if "selfsubject" not in each] == []


def test_without_rbac_every_missing_right_is_named_with_the_file_to_apply(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    cloud.cluster.enforce_rbac("", {})
    row = rows(cloud, principal_env)["RBAC"]
    assert not row["ok"]
    assert "patch nodes" in row["message"]
    assert "update leases.coordination.k8s.io oke-autoscaler in kube-system" in row["message"]
    assert "rbac.yaml" in row["fix"]


def test_an_oci_right_that_is_missing_fails_its_own_check_only(cloud: Cloud, principal_env: dict[str, str]) -> None:
    cloud.cluster.enforce_rbac(RBAC, principal_user(cloud, principal_env))
    cloud.faults.add(path="/20180222/workRequests", status=404, code="NotAuthorizedOrNotFound", message="no", times=9)
    found = rows(cloud, principal_env)
    assert [check for check, row in found.items() if not row["ok"]] == ["work requests"]
    assert found["work requests"]["fix"]


def test_a_cluster_that_is_not_there_is_said_and_its_pools_are_tried_all_the_same(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    found = rows(cloud, principal_env, cluster_id="ocid1.cluster.oc1.iad.other")
    assert not found["cluster"]["ok"]
    (pool,) = (row for check, row in found.items() if check.startswith("node pool"))
    assert not pool["ok"]
    assert "belongs to another cluster than cluster_id" in pool["faults"]["node_pool_id"]


def test_the_rights_are_those_of_the_rbac_manifest() -> None:
    documents = [each for each in yaml.safe_load_all(RBAC.read_text()) if each["kind"] in {"Role", "ClusterRole"}]
    granted = {
        (verb, group, resource, document["metadata"].get("namespace", ""), name)
        for document in documents
        for rule in document["rules"]
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for name in rule.get("resourceNames", [""])
    }
    assert set(preflight.RIGHTS) == granted


def test_a_check_that_takes_all_its_time_leaves_some_for_the_answer(
    cloud: Cloud, principal_env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in principal_env.items():
        monkeypatch.setenv(name, value)
    keys = config(cloud, cloud.cluster.add_pool("prod-pool1", size=2))
    armed = cloud.faults.add(path="/kubeconfig/content$", trickle=20, times=None)
    deadline = Deadline.after(5)
    answer = preflight.run(load_settings(Settings, keys), deadline, keys)
    assert (deadline.expired(), armed.hits, answer["preflight"]["ok"]) == (False, 1, False)


def timed(
    cloud: Cloud, principal_env: dict[str, str], monkeypatch: pytest.MonkeyPatch, seconds: float
) -> dict[str, Any]:
    """Run a preflight in so many seconds, and return its rows by name; it ends in time."""
    for name, value in principal_env.items():
        monkeypatch.setenv(name, value)
    keys = config(cloud, cloud.cluster.add_pool("prod-pool1", size=2), node_pool_eval_cpu_load=20)
    deadline = Deadline.after(seconds)
    checks = preflight.run(load_settings(Settings, keys), deadline, keys)["preflight"]["checks"]
    assert not deadline.expired()
    return {row["name"]: row for row in checks}


SECONDS = 20
"""Of a call: enough for 30 quick requests beside other tests, little for what waits for the slow one."""
TRICKLED = {
    "cluster": "/kubeconfig/content$",
    "cluster token": "/selfsubjectreviews$",
    "RBAC": "/selfsubjectaccessreviews$",
    "node pool": "^/20180222/nodePools/[^/]+$",
    "work requests": "^/20180222/workRequests$",
}


@pytest.mark.parametrize("row", TRICKLED)
def test_a_call_that_trickles_fails_its_own_row_and_leaves_the_others_their_time(
    cloud: Cloud, principal_env: dict[str, str], monkeypatch: pytest.MonkeyPatch, row: str
) -> None:
    cloud.faults.add(path=TRICKLED[row], trickle=10, times=1)
    found = timed(cloud, principal_env, monkeypatch, SECONDS)
    failed = [name for name, each in found.items() if not each["ok"]]
    assert [name.rpartition(" ")[0] if row == "node pool" else name for name in failed] == [row]


def test_each_right_is_asked_for_by_itself(
    cloud: Cloud, principal_env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One whose answer trickles, one that fails, one that cannot be read: the other 27 are known all the same."""
    cloud.cluster.enforce_rbac(RBAC, principal_user(cloud, principal_env))
    path = TRICKLED["RBAC"]
    for fault in ({"trickle": 10}, {"status": 500}, {"body": b'{"kind": "Status"}'}):
        cloud.faults.add(path=path, times=1, **fault)
    row = timed(cloud, principal_env, monkeypatch, SECONDS)["RBAC"]
    asked = [call for call in cloud.log.calls() if call.path.endswith("/selfsubjectaccessreviews")]
    assert len(asked) == len(preflight.RIGHTS)
    unknown = row["message"].partition("not checked: ")[2].split(", ")
    assert (row["ok"], row["reason"], len(unknown)) == (False, "kubernetes-api-error", 3)


def test_what_is_missing_is_told_beside_what_could_not_be_checked(cloud: Cloud, principal_env: dict[str, str]) -> None:
    cloud.cluster.enforce_rbac("", {})
    cloud.faults.add(path=TRICKLED["RBAC"], status=500, times=1)
    row = rows(cloud, principal_env)["RBAC"]
    assert (row["reason"], row["message"].count("not checked: list pods")) == ("not-authorised", 1)
    assert "patch nodes" in row["message"].partition(";")[0]
