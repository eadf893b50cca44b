"""Evictions and budgets of the emulated cluster, and how pods end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.kubernetes_client import raw_call

if TYPE_CHECKING:
    import requests

    from emulator.cloud import Cloud
    from emulator.oke.emulated_cluster import EmulatedCluster


class Evictor:
    """Evicts pods with a service account's token."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.cluster: EmulatedCluster = cloud.cluster
        self.token = cloud.cluster.add_service_account("evictor")
        self.pool = self.cluster.add_pool("p", size=2)
        self.hosts = [node.host for node in self.pool.nodes]

    def evict(self, name: str, uid: str = "", namespace: str = "default", **options: object) -> requests.Response:
        if uid:
            options["preconditions"] = {"uid": uid}
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": name, "namespace": namespace},
            "deleteOptions": {"gracePeriodSeconds": None, **options},
        }
        path = f"/api/v1/namespaces/{namespace}/pods/{name}/eviction"
        return raw_call(self.cloud, self.token, "POST", path, body)

    def allowed(self, budget: str) -> int:
        self.cluster.settle()
        return int(self.cluster.get("PodDisruptionBudget", budget)["status"]["disruptionsAllowed"])

    def names(self, owner: str) -> list[str]:
        return [
            name for name in (pod["metadata"]["name"] for pod in self.cluster.objects("Pod")) if name.startswith(owner)
        ]


@pytest.fixture
def evictor(cloud: Cloud) -> Evictor:
    return Evictor(cloud)


def test_an_evicted_pod_leaves_with_its_own_grace_and_comes_back_elsewhere(evictor: Evictor) -> None:
    evictor.cluster.add_replicas("web", 2, nodes=evictor.hosts, pool=evictor.pool)
    uid = evictor.cluster.get("Pod", "web-00000")["metadata"]["uid"]
    done = evictor.evict("web-00000", uid)
    assert (done.status_code, done.json()["status"]) == (201, "Success")
    leaving = evictor.cluster.get("Pod", "web-00000")["metadata"]
    assert leaving["deletionGracePeriodSeconds"] == 30
    assert leaving["deletionTimestamp"] > leaving["creationTimestamp"]
    assert len(evictor.names("web")) == 3
    evictor.cluster.advance(10)
    assert "web-00000" not in evictor.names("web")
    assert all(pod["status"]["phase"] == "Running" for pod in evictor.cluster.objects("Pod"))


def test_a_budget_is_spent_and_the_refusal_has_no_retry_after(evictor: Evictor) -> None:
    evictor.cluster.add_replicas("web", 4, nodes=evictor.hosts)
    evictor.cluster.add_budget("web", {"app": "web"}, min_available=2)
    answers = [evictor.evict(f"web-{number:05d}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    refusal = answers[2].json()
    assert refusal["details"]["causes"][0]["reason"] == "DisruptionBudget"
    assert "Retry-After" not in answers[2].headers
    evictor.cluster.advance(30)
    assert evictor.evict("web-00002").status_code == 201, "the new pods are ready, the budget is whole again"


def test_a_wrong_uid_is_a_conflict_and_has_spent_one_disruption(evictor: Evictor) -> None:
    evictor.cluster.add_replicas("web", 3, nodes=evictor.hosts)
    evictor.cluster.add_budget("web", {"app": "web"}, min_available=2)
    assert evictor.allowed("web") == 1
    assert evictor.evict("web-00000", uid="another").status_code == 409
    assert evictor.allowed("web") == 0
    assert evictor.evict("web-00001").status_code == 429
    assert evictor.cluster.get("Pod", "web-00000")["metadata"].get("deletionTimestamp") is None
    evictor.cluster.advance(122)
    assert evictor.allowed("web") == 1, "an eviction that came to nothing is forgotten after two minutes"


def test_two_budgets_on_one_pod_are_an_error_of_the_server(evictor: Evictor) -> None:
    evictor.cluster.add_replicas("web", 3, nodes=evictor.hosts)
    evictor.cluster.add_budget("one", {"app": "web"}, min_available=0)
    evictor.cluster.add_budget("two", {}, min_available=0)
    answer = evictor.evict("web-00000")
    assert (answer.status_code, "more than one" in answer.json()["message"]) == (500, True)


@pytest.mark.parametrize(("labels", "status"), [(None, 201), ({}, 429), ({"app": "web"}, 429), ({"app": "x"}, 201)])
def test_a_nil_selector_selects_nothing_and_an_empty_one_everything(
    evictor: Evictor, labels: dict[str, str] | None, status: int
) -> None:
    evictor.cluster.add_replicas("web", 1, nodes=evictor.hosts)
    evictor.cluster.add_budget("b", labels, min_available=1)
    assert evictor.evict("web-00000").status_code == status


@pytest.mark.parametrize(
    ("fields", "allowed"),
    [
        ({"min_available": 3}, 2),
        ({"min_available": "50%"}, 2),
        ({"min_available": "100%"}, 0),
        ({"max_unavailable": 1}, 1),
        ({"max_unavailable": "50%"}, 3),
        ({"max_unavailable": 0}, 0),
        ({"min_available": 9}, 0),
    ],
)
def test_shares_are_rounded_up_and_counted_from_the_controllers_scale(
    evictor: Evictor, fields: dict[str, Any], allowed: int
) -> None:
    evictor.cluster.add_replicas("web", 5, nodes=evictor.hosts)
    evictor.cluster.add_budget("b", {"app": "web"}, **fields)
    assert evictor.allowed("b") == allowed


def test_pods_without_a_controller_have_no_share(evictor: Evictor) -> None:
    evictor.cluster.add_pod("alone", labels={"app": "web"}, node=evictor.hosts[0])
    evictor.cluster.add_budget("b", {"app": "web"}, max_unavailable=1)
    assert evictor.allowed("b") == 0
    condition = evictor.cluster.get("PodDisruptionBudget", "b")["status"]["conditions"][0]
    assert condition["reason"] == "SyncFailed"


def unready(evictor: Evictor, name: str) -> None:
    conditions = [{"type": "Ready", "status": "False"}, {"type": "PodScheduled", "status": "True"}]
    evictor.cluster.change("Pod", name, ("status.conditions", conditions))


@pytest.mark.parametrize(("policy", "status"), [("", 429), ("IfHealthyBudget", 429), ("AlwaysAllow", 201)])
def test_an_unhealthy_pod_of_an_unhealthy_application_goes_by_policy(
    evictor: Evictor, policy: str, status: int
) -> None:
    evictor.cluster.add_replicas("web", 2, nodes=evictor.hosts)
    evictor.cluster.add_budget("b", {"app": "web"}, min_available=2, unhealthy_policy=policy)
    unready(evictor, "web-00000")
    assert evictor.evict("web-00000").status_code == status
    assert evictor.evict("web-00001").status_code == 429


def test_an_unhealthy_pod_of_a_healthy_application_costs_nothing(evictor: Evictor) -> None:
    evictor.cluster.add_replicas("web", 3, nodes=evictor.hosts)
    evictor.cluster.add_budget("b", {"app": "web"}, min_available=2)
    unready(evictor, "web-00000")
    assert evictor.allowed("b") == 0
    assert evictor.evict("web-00000").status_code == 201


@pytest.mark.parametrize("phase", ["Pending", "Succeeded", "Failed"])
def test_pods_that_do_not_run_pass_every_budget(evictor: Evictor, phase: str) -> None:
    evictor.cluster.add_replicas("web", 1, nodes=evictor.hosts)
    evictor.cluster.add_budget("b", {"app": "web"}, min_available=1)
    evictor.cluster.change("Pod", "web-00000", ("status.phase", phase))
    assert evictor.evict("web-00000").status_code == 201


def test_a_pod_that_is_gone_or_misnamed_is_told(evictor: Evictor) -> None:
    assert evictor.evict("nobody").status_code == 404
    evictor.cluster.add_pod("a", node=evictor.hosts[0])
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "b"}}
    path = "/api/v1/namespaces/default/pods/a/eviction"
    assert raw_call(evictor.cloud, evictor.token, "POST", path, body).status_code == 400
    assert raw_call(evictor.cloud, evictor.token, "POST", path, {"kind": "Pod"}).status_code == 400


def test_a_pod_that_never_stops_uses_all_its_grace(evictor: Evictor) -> None:
    stuck = {"emulator/never-stops": "true"}
    evictor.cluster.add_pod(
        "slow", annotations=stuck, spec={"terminationGracePeriodSeconds": 100}, node=evictor.hosts[0]
    )
    assert evictor.evict("slow").status_code == 201
    evictor.cluster.advance(99)
    assert evictor.names("slow")
    evictor.cluster.advance(1)
    assert not evictor.names("slow")


def test_a_finalizer_holds_a_pod_that_has_ended(evictor: Evictor) -> None:
    evictor.cluster.add_pod("held", node=evictor.hosts[0])
    evictor.cluster.change("Pod", "held", ("metadata.finalizers", ["example.com/wait"]))
    assert evictor.evict("held", gracePeriodSeconds=0).status_code == 201
    evictor.cluster.advance(3600)
    assert evictor.cluster.get("Pod", "held")["metadata"]["deletionTimestamp"]


def test_a_pod_that_is_leaving_is_not_charged_twice(evictor: Evictor) -> None:
    evictor.cluster.add_replicas("web", 3, nodes=evictor.hosts)
    evictor.cluster.add_budget("b", {"app": "web"}, min_available=1)
    assert [evictor.evict("web-00000").status_code for _ in range(3)] == [201] * 3
    assert evictor.allowed("b") == 1
