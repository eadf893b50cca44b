"""One tick at a time: the Lease is compared and swapped, waited for, taken over, given back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from functions.oke_autoscaler.clients.lease import TickLease, micro_time, refuse_another_autoscaler
from functions.oke_autoscaler.errors import AnotherAutoscaler, LeaseBusy
from shared.deadline import Deadline
from shared.errors import KubernetesApiError
from shared.kubernetes.client import KubernetesApi
from shared.kubernetes.cluster_access import SignedToken
from tests.support.autoscaler import config, tick, writes
from tests.support.oci_sdk import resource_principal_signer

if TYPE_CHECKING:
    from emulator.base.faults import FaultOptions
    from emulator.cloud import Cloud

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"


def api(cloud: Cloud, env: dict[str, str]) -> KubernetesApi:
    token = SignedToken(resource_principal_signer(env), "us-ashburn-1", cloud.cluster.id)
    server = f"https://{cloud.cluster.api_server.address}"
    return KubernetesApi(server, cloud.ca_file.read_text(), token, Deadline.after(20))


def lease(cloud: Cloud, env: dict[str, str], who: str, *, seconds: float = 2.0) -> TickLease:
    return TickLease(api(cloud, env), Deadline.after(seconds), who)


def spec(cloud: Cloud) -> dict[str, Any]:
    found: dict[str, Any] = cloud.cluster.get("Lease", "oke-autoscaler", "kube-system")["spec"]
    return found


def test_the_first_tick_makes_the_lease_and_gives_it_back(cloud: Cloud, principal_env: dict[str, str]) -> None:
    held = lease(cloud, principal_env, "a", seconds=100)
    held.acquire()
    assert spec(cloud)["holderIdentity"] == "a"
    assert 100 <= spec(cloud)["leaseDurationSeconds"] <= 130
    held.release()
    assert not spec(cloud).get("holderIdentity")
    lease(cloud, principal_env, "b").acquire()
    assert (spec(cloud)["holderIdentity"], spec(cloud)["leaseTransitions"]) == ("b", 2)


def test_a_held_lease_is_waited_for_up_to_half_the_deadline(cloud: Cloud, principal_env: dict[str, str]) -> None:
    lease(cloud, principal_env, "a").acquire()
    with pytest.raises(LeaseBusy):
        lease(cloud, principal_env, "b", seconds=1.0).acquire()
    assert spec(cloud)["holderIdentity"] == "a"


def test_a_lease_whose_holder_died_is_taken_over_when_its_time_is_over(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    lease(cloud, principal_env, "dead", seconds=60).acquire()
    cloud.cluster.advance(60)  # the margin of 15 s still holds, with seconds to spare for a slow machine
    with pytest.raises(LeaseBusy):
        lease(cloud, principal_env, "b", seconds=0.5).acquire()
    cloud.cluster.advance(20)
    lease(cloud, principal_env, "b").acquire()
    assert spec(cloud)["holderIdentity"] == "b"


def test_of_many_at_once_one_holds_it(cloud: Cloud, principal_env: dict[str, str]) -> None:
    rivals = [lease(cloud, principal_env, str(number), seconds=2.0) for number in range(6)]

    def attempt(rival: TickLease) -> bool:
        try:
            rival.acquire()
        except LeaseBusy:
            return False
        return True

    with ThreadPoolExecutor(len(rivals)) as pool:
        assert sum(pool.map(attempt, rivals)) == 1


@pytest.mark.parametrize("exists", [False, True])
def test_a_lost_answer_to_the_writing_is_looked_up(
    cloud: Cloud,
    principal_env: dict[str, str],
    exists: bool,  # noqa: FBT001
) -> None:
    if exists:
        first = lease(cloud, principal_env, "z")
        first.acquire()
        first.release()
    cloud.faults.add(path=f"^{LEASES}", method="PUT" if exists else "POST", drop="after")
    held = lease(cloud, principal_env, "a", seconds=10)
    held.acquire()
    held.release()
    assert not spec(cloud).get("holderIdentity")


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 503}, {"drop": "before"}])
def test_a_lease_that_cannot_be_written_ends_the_tick(
    cloud: Cloud, principal_env: dict[str, str], fault: FaultOptions
) -> None:
    cloud.faults.add(path=f"^{LEASES}", method="POST", times=None, **fault)
    with pytest.raises(KubernetesApiError):
        lease(cloud, principal_env, "a", seconds=10).acquire()


@pytest.mark.parametrize(
    ("age_seconds", "holder", "alive"), [(0, "ca", True), (59, "ca", True), (61, "ca", False), (0, "", False)]
)
def test_cluster_autoscaler_is_alive_while_its_lease_is_fresh(
    cloud: Cloud,
    principal_env: dict[str, str],
    age_seconds: int,
    holder: str,
    alive: bool,  # noqa: FBT001
) -> None:
    put_other_lease(cloud, holder)
    cloud.cluster.advance(age_seconds)
    if alive:
        with pytest.raises(AnotherAutoscaler):
            refuse_another_autoscaler(api(cloud, principal_env))
    else:
        refuse_another_autoscaler(api(cloud, principal_env))


def put_other_lease(cloud: Cloud, holder: str) -> None:
    now = micro_time(cloud.cluster.clock())
    body = {"holderIdentity": holder, "leaseDurationSeconds": 15, "renewTime": now, "acquireTime": now}
    meta = {"name": "cluster-autoscaler", "namespace": "kube-system"}
    cloud.cluster.put({"kind": "Lease", "apiVersion": "coordination.k8s.io/v1", "metadata": meta, "spec": body})


def test_a_tick_beside_cluster_autoscaler_writes_nothing_at_all(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    cloud.cluster.add_replicas("web", 40, pool=pool, cpu="1")
    put_other_lease(cloud, "ca")
    assert tick(principal_env, config(cloud, pool))["error"]["reason"] == "another-autoscaler"
    assert writes(cloud) == []


def test_a_tick_that_finds_the_lease_held_answers_busy(cloud: Cloud, principal_env: dict[str, str]) -> None:
    pool = cloud.cluster.add_pool("p", size=1)
    lease(cloud, principal_env, "other", seconds=60).acquire()
    cloud.log.clear()
    answer = tick(principal_env, config(cloud, pool), seconds=5.0)
    assert answer == {"success": {"action": "none", "reason": "busy"}}
    assert writes(cloud) == []


THROTTLED: FaultOptions = {"status": 429, "code": "TooManyRequests", "response_headers": {"Retry-After": "1"}}
"""What priority and fairness answers before it lets a request through."""


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_lease_that_the_server_holds_back_is_asked_for_again(
    cloud: Cloud, principal_env: dict[str, str], method: str
) -> None:
    held_back = cloud.faults.add(method=method, path=LEASES, times=2, **THROTTLED)
    lease(cloud, principal_env, "a", seconds=20.0).acquire()
    assert held_back.hits == 2
    assert spec(cloud)["holderIdentity"] == "a"
    assert spec(cloud)["leaseTransitions"] == 1
