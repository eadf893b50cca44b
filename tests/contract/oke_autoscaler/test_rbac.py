"""deploy/kubernetes/rbac.yaml grants what ticks use: every verb is needed, none is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tests.support.autoscaler import IDLE, config, host_names, tick

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.base.request_log import LoggedCall
    from emulator.cloud import Cloud

MANIFEST = Path(__file__).resolve().parents[3] / "deploy" / "kubernetes" / "rbac.yaml"


def whole_life(cloud: Cloud, env: dict[str, str]) -> list[dict[str, object]]:
    """Return the answers of ticks that do everything a tick can do: grow, drain, delete, report, repeat events."""
    pool = cloud.cluster.add_pool("p", size=2)
    keys = config(cloud, pool, node_pool_min_size=1, **IDLE)
    first, second = host_names(cloud, pool)
    claim = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}
    meta = {"name": "data", "namespace": "default"}
    cloud.cluster.put({"kind": "PersistentVolumeClaim", "apiVersion": "v1", "metadata": meta, "spec": {}})
    affinity = {
        "affinity": {
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    {"topologyKey": "zone", "labelSelector": {"matchLabels": {"a": "b"}}, "namespaceSelector": {}}
                ]
            }
        }
    }
    cloud.cluster.add_pod("with-claim", node=first, spec=claim)
    cloud.cluster.add_pod("with-selector", node=first, spec=affinity)
    cloud.cluster.add_replicas("web", 1, nodes=[second], pool=pool)
    for host in (first, second):
        cloud.cluster.set_metrics(host, 10.0)
    cloud.hooks.add("before", _late_pod(cloud, second), service="kubernetes")
    answers = [tick(env, keys)]  # a pod arrives before the cordon: the node is put back
    cloud.hooks.clear()
    cloud.cluster.remove("Pod", "late")
    answers.append(tick(env, keys))
    cloud.cluster.advance(60)
    answers.append(tick(env, keys))
    cloud.cluster.advance(600)
    cloud.cluster.add_pod("too-large", pool=pool, cpu="64")
    answers += [tick(env, keys), tick(env, keys)]
    cloud.cluster.add_replicas("more", 8, pool=pool, cpu="900m")
    answers.append(tick(env, keys))  # a second change: what is remembered of the first one is updated
    return answers


def _late_pod(cloud: Cloud, host: str) -> Callable[[LoggedCall], None]:
    """Return a callback that binds a pod without owner to a node right before its cordon."""
    done: list[bool] = []

    def arrive(call: LoggedCall) -> None:
        if call.method == "PATCH" and call.path.endswith(host) and not done:
            done.append(True)
            cloud.cluster.add_pod("late", node=host)

    return arrive


def test_every_verb_of_the_manifest_is_used_and_none_is_missing(cloud: Cloud, principal_env: dict[str, str]) -> None:
    user = cloud.cluster.user_of(principal_env)
    cloud.cluster.enforce_rbac(MANIFEST, {"FUNCTION_OCID": user})
    answers = whole_life(cloud, principal_env)
    assert not [answer for answer in answers if "error" in answer]
    assert [call for call in cloud.log.calls(service="kubernetes") if call.status == 403] == []
    assert cloud.cluster.access_granted_but_unused(user) == set()


def test_without_one_of_its_verbs_a_tick_says_forbidden(cloud: Cloud, principal_env: dict[str, str]) -> None:
    documents = list(yaml.safe_load_all(MANIFEST.read_text()))
    (role,) = (document for document in documents if document["kind"] == "ClusterRole")
    role["rules"] = [rule for rule in role["rules"] if rule["apiGroups"] != ["policy"]]
    user = cloud.cluster.user_of(principal_env)
    cloud.cluster.enforce_rbac(yaml.safe_dump_all(documents), {"FUNCTION_OCID": user})
    pool = cloud.cluster.add_pool("p", size=1)
    error = tick(principal_env, config(cloud, pool))["error"]
    assert (error["reason"], error["status"], error["code"]) == ("kubernetes-api-error", "403", "Forbidden")
    assert error["path"] == "/apis/policy/v1/poddisruptionbudgets"


def test_the_service_account_of_a_vault_secret_has_the_same_rights() -> None:
    documents = list(yaml.safe_load_all(MANIFEST.read_text()))
    for binding in (document for document in documents if document["kind"].endswith("Binding")):
        assert {subject["kind"] for subject in binding["subjects"]} == {"User", "ServiceAccount"}
