"""The small Kubernetes client over TLS: whole lists or none, reads repeated, writes never, the server's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emulator.base.keys import KeyRing
from emulator.base.tls_files import ensure_address_files, ensure_tls_files, server_context
from functions.oke_autoscaler.model.kubernetes_objects import Pod
from shared.deadline import Deadline
from shared.errors import DeadlineExceeded, KubernetesApiError, UnsafeAddress
from shared.kubernetes.client import MERGE_PATCH, KubernetesApi
from shared.kubernetes.cluster_access import SignedToken
from tests.support.oci_sdk import resource_principal_signer
from tests.support.raw_server import serving

if TYPE_CHECKING:
    from emulator.base.faults import FaultOptions
    from emulator.cloud import Cloud

PODS = "/api/v1/pods"


class StaleToken:
    """A source whose first token is one that the server does not know."""

    def __init__(self, source: SignedToken) -> None:
        self._source = source
        self.refusals = 0

    def token(self, *, refused: bool) -> str:
        self.refusals += refused
        return self._source.token(refused=True) if refused else "c3RhbGU="


def signed(cloud: Cloud, env: dict[str, str]) -> SignedToken:
    return SignedToken(resource_principal_signer(env), "us-ashburn-1", cloud.cluster.id)


def client(
    cloud: Cloud, env: dict[str, str], *, seconds: float = 10.0, token: Any = None, **options: Any
) -> KubernetesApi:
    server = f"https://{cloud.cluster.api_server.address}"
    deadline = Deadline.after(seconds)
    return KubernetesApi(server, cloud.ca_file.read_text(), token or signed(cloud, env), deadline, **options)


@pytest.fixture
def api(cloud: Cloud, principal_env: dict[str, str]) -> KubernetesApi:
    """A client whose pages are small and whose waits are short."""
    for number in range(8):
        cloud.cluster.add_pod(f"p{number}")
    return client(cloud, principal_env, page_items=3, first_wait_seconds=0.01)


def names(pods: list[Pod]) -> list[str]:
    return [pod.metadata.name for pod in pods]


ALL = [f"p{number}" for number in range(8)]


def test_a_list_comes_in_pages_over_one_connection(cloud: Cloud, api: KubernetesApi) -> None:
    assert names(api.list_all(PODS, Pod)) == ALL
    calls = cloud.log.calls(service="kubernetes")
    assert len(calls) == 3
    assert len({call.connection for call in calls}) == 1


def test_an_expired_page_restarts_the_list(cloud: Cloud, api: KubernetesApi) -> None:
    cloud.faults.add(service="kubernetes", path=f"^{PODS}$", skip=1, status=410)
    assert names(api.list_all(PODS, Pod)) == ALL
    assert len(cloud.log.calls(service="kubernetes")) == 2 + 3


def test_pages_that_always_expire_end_in_an_error(cloud: Cloud, api: KubernetesApi) -> None:
    cloud.faults.add(service="kubernetes", path=f"^{PODS}$", status=410, times=None)
    with pytest.raises(KubernetesApiError) as caught:
        api.list_all(PODS, Pod)
    assert caught.value.status == 410


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503},
        {"status": 500},
        {"status": 429, "response_headers": {"retry-after": "1"}},
        {"drop": "before"},
        {"drop": "after", "reset": True},
        {"truncate_bytes": 700},
        {"truncate_bytes": 0},
    ],
)
def test_a_read_that_fails_twice_is_tried_a_third_time(cloud: Cloud, api: KubernetesApi, fault: FaultOptions) -> None:
    cloud.faults.add(service="kubernetes", skip=1, times=2, **fault)
    assert names(api.list_all(PODS, Pod)) == ALL
    assert len(cloud.log.calls(service="kubernetes")) == 3 + 2


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"status": 403, "code": "Forbidden"}, 403, "Forbidden"),
        ({"status": 503, "code": "Busy"}, 503, "Busy"),
        ({"drop": "before"}, 0, "no-answer"),
        ({"truncate_bytes": 700}, 0, "no-answer"),
        ({"body": b'{"kind": "PodList", "items": [{"metadata": '}, 0, "malformed"),
        ({"body": b'{"kind": "PodList", "metadata": {}}'}, 0, "malformed"),
        ({"body": b'{"kind": "PodList", "items": {}}'}, 0, "malformed"),
        ({"body": b'{"kind": "PodList", "items": null, "metadata": {}}'}, 0, "malformed"),
        ({"body": b'{"kind": "ConfigMapList", "items": [], "metadata": {}}'}, 0, "malformed"),
        ({"body": b'{"kind": "List", "items": [], "metadata": {}}'}, 0, "malformed"),
        ({"body": b'{"kind": "Status", "items": []}'}, 0, "malformed"),
        ({"body": b'{"kind": "PodList", "items": [{"metadata": {}}]}'}, 0, "malformed"),
        ({"body": b'{"kind": "PodList", "items": [], "metadata": {"remainingItemCount": 4}}'}, 0, "malformed"),
        ({"body": b"\xff\xfe"}, 0, "malformed"),
        ({"body": b"[" * 100_000}, 0, "malformed"),
    ],
)
def test_half_a_list_is_an_error_and_never_a_small_cluster(
    cloud: Cloud, api: KubernetesApi, fault: FaultOptions, status: int, code: str
) -> None:
    cloud.faults.add(service="kubernetes", skip=1, times=None, **fault)
    with pytest.raises(KubernetesApiError) as caught:
        api.list_all(PODS, Pod)
    assert (caught.value.status, caught.value.code) == (status, code)
    assert caught.value.fields["path"] == PODS


@pytest.mark.parametrize(
    "body", [b'{"kind": "Lease", "metadata": {"name": "p0"}}', b'{"metadata": {"name": "p0"}}', b'{"kind": "PodList"}']
)
def test_an_object_of_another_kind_is_an_error(cloud: Cloud, api: KubernetesApi, body: bytes) -> None:
    cloud.faults.add(service="kubernetes", body=body)
    with pytest.raises(KubernetesApiError, match="Pod was asked for") as caught:
        api.get_object("/api/v1/namespaces/default/pods/p0", Pod)
    assert caught.value.code == "malformed"


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "before"}, {"drop": "after"}])
def test_a_write_is_sent_once(cloud: Cloud, api: KubernetesApi, fault: FaultOptions) -> None:
    cloud.cluster.add_pool("p", size=1)
    node = cloud.cluster.objects("Node")[0]["metadata"]["name"]
    cloud.faults.add(service="kubernetes", method="PATCH", times=None, **fault)
    with pytest.raises(KubernetesApiError):
        api.send("PATCH", f"/api/v1/nodes/{node}", {"spec": {"unschedulable": True}}, MERGE_PATCH)
    assert len(cloud.log.calls(service="kubernetes", method="PATCH")) == 1


def test_an_error_carries_the_servers_reason(api: KubernetesApi) -> None:
    with pytest.raises(KubernetesApiError, match="not found") as caught:
        api.get("/api/v1/namespaces/default/pods/nobody")
    assert (caught.value.status, caught.value.code) == (404, "NotFound")


def test_the_audit_id_is_that_of_the_cluster_and_no_request_id_of_oci(cloud: Cloud, api: KubernetesApi) -> None:
    cloud.faults.add(service="kubernetes", status=403, response_headers={"audit-id": "a-1"})
    with pytest.raises(KubernetesApiError) as caught:
        api.get(PODS)
    assert (caught.value.fields["audit_id"], caught.value.fields["opc_request_id"]) == ("a-1", "")


def test_a_refused_token_is_replaced_once(cloud: Cloud, principal_env: dict[str, str]) -> None:
    cloud.cluster.add_pod("p0")
    source = StaleToken(signed(cloud, principal_env))
    assert names(client(cloud, principal_env, token=source).list_all(PODS, Pod)) == ["p0"]
    assert source.refusals == 1


def test_a_token_that_stays_refused_is_an_error(cloud: Cloud, api: KubernetesApi) -> None:
    cloud.faults.add(service="kubernetes", status=401, times=None)
    with pytest.raises(KubernetesApiError) as caught:
        api.list_all(PODS, Pod)
    assert caught.value.status == 401
    assert len(cloud.log.calls(service="kubernetes")) == 2


def test_the_clock_is_the_servers(cloud: Cloud, api: KubernetesApi) -> None:
    cloud.cluster.clock.set(1_700_000_000)
    api.get(PODS)
    assert api.now_epoch_seconds() == 1_700_000_000
    cloud.cluster.advance(3600)
    api.get(PODS)
    assert api.now_epoch_seconds() == 1_700_003_600


def test_a_server_with_a_certificate_of_another_authority_is_not_spoken_to(
    cloud: Cloud, principal_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = ensure_tls_files(KeyRing(tmp_path_factory.mktemp("other"))).ca_file.read_text()
    server = f"https://{cloud.cluster.api_server.address}"
    api = KubernetesApi(server, other, signed(cloud, principal_env), Deadline.after(1))
    with pytest.raises(KubernetesApiError, match="SSLCertVerificationError"):
        api.get(PODS)
    assert cloud.log.calls(service="kubernetes") == []


def test_a_server_with_a_certificate_of_another_host_is_not_spoken_to(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    """The authority is the right one: any pod with a certificate of the cluster could stand in the server's place."""
    elsewhere = server_context(ensure_address_files(cloud.keys, "127.9.9.9"))
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 32\r\n\r\n{"kind": "PodList", "items": []}'
    with serving(answer, tls=elsewhere) as server:
        address, authority = f"https://127.0.0.1:{server.port}", cloud.ca_file.read_text()
        api = KubernetesApi(address, authority, signed(cloud, principal_env), Deadline.after(1))
        with pytest.raises(KubernetesApiError, match="SSLCertVerificationError"):
            api.send("POST", PODS, {})  # a write, which is not tried again
        assert server.requests == []


def test_only_https_servers_are_accepted(cloud: Cloud, principal_env: dict[str, str]) -> None:
    with pytest.raises(UnsafeAddress):
        KubernetesApi("http://127.0.0.1:1", cloud.ca_file.read_text(), signed(cloud, principal_env), Deadline.after(1))


def test_a_garbled_authority_is_a_typed_error(cloud: Cloud, principal_env: dict[str, str]) -> None:
    with pytest.raises(KubernetesApiError, match="authority"):
        KubernetesApi("https://127.0.0.1:1", "no pem", signed(cloud, principal_env), Deadline.after(1))


@pytest.mark.parametrize("fault", [{"hang": True}, {"bytes_per_second": 2000.0}])
def test_a_read_never_outlives_the_deadline(cloud: Cloud, principal_env: dict[str, str], fault: FaultOptions) -> None:
    for number in range(8):
        cloud.cluster.add_pod(f"p{number}")
    api = client(cloud, principal_env, seconds=0.6)
    cloud.faults.add(service="kubernetes", times=None, **fault)
    with pytest.raises((KubernetesApiError, DeadlineExceeded)):
        api.list_all(PODS, Pod)  # it would hang forever


THROTTLED: FaultOptions = {"status": 429, "code": "TooManyRequests", "response_headers": {"Retry-After": "1"}}


def test_what_the_server_holds_back_is_sent_again_a_write_too(cloud: Cloud, api: KubernetesApi) -> None:
    held_back = cloud.faults.add(path=PODS, times=2, **THROTTLED)
    assert len(api.list_all(PODS, Pod)) == 8
    node = cloud.cluster.add_pool("p", size=1)
    name = cloud.cluster.nodes(node)[0]["metadata"]["name"]
    write = cloud.faults.add(method="PATCH", times=1, **THROTTLED)
    api.send("PATCH", f"/api/v1/nodes/{name}", {"metadata": {"annotations": {"a": "b"}}}, MERGE_PATCH)
    assert (held_back.hits, write.hits) == (2, 1)
    assert cloud.cluster.get("Node", name)["metadata"]["annotations"]["a"] == "b"


@pytest.mark.parametrize("told", ["60", "soon", ""])
def test_a_wait_that_is_none_or_that_time_does_not_allow_is_not_waited(
    cloud: Cloud, principal_env: dict[str, str], told: str
) -> None:
    held_back = cloud.faults.add(
        method="PATCH", status=429, code="TooManyRequests", response_headers={"Retry-After": told}, times=None
    )
    with pytest.raises(KubernetesApiError) as caught:
        client(cloud, principal_env).send("PATCH", "/api/v1/nodes/n", {}, MERGE_PATCH)
    assert (caught.value.status, held_back.hits) == (429, 1)
