"""Faults, hooks and the log of the local cloud, seen from a client's side of the socket."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from emulator.base.hooks import AbandonRequest
from emulator.cloud import Cloud, CloudOptions
from emulator.services.codecard.service import DEFAULT_PATH
from emulator.services.identity.service import DEFAULT_TENANCY
from tests.support.oci_sdk import object_storage_client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.base.faults import Drop
    from emulator.base.request_log import LoggedCall
    from emulator.services.object_storage.stored_objects import StoredBucket

CARD = {"badgeId": "CC50E3CCBFFF", "buttonLabel": "a", "buttonFunction": "1", "title": "Joan Citizen"}


@pytest.fixture
def bucket(cloud: Cloud) -> StoredBucket:
    made = cloud.object_storage.create_bucket("b", tenancy=DEFAULT_TENANCY, public_access_type="ObjectRead")
    cloud.object_storage.put(made, "o", b"0123456789" * 1000)
    return made


def url_of(cloud: Cloud, bucket: StoredBucket) -> str:
    return f"{cloud.endpoint}/n/{bucket.namespace}/b/{bucket.name}/o/o"


def save(cloud: Cloud) -> requests.Response:
    return requests.post(cloud.endpoint + DEFAULT_PATH, json=CARD, timeout=60)


def test_a_status_fault_has_ocis_error_shape_and_no_effect(cloud: Cloud) -> None:
    armed = cloud.faults.add(
        service="codecard", status=429, code="TooManyRequests", message="slow", response_headers={"retry-after": "7"}
    )
    got = save(cloud)
    assert (got.status_code, got.json()) == (429, {"code": "TooManyRequests", "message": "slow"})
    assert got.headers["retry-after"] == "7"
    assert (cloud.codecard.cards(), armed.hits) == ([], 1)
    assert save(cloud).status_code == 200
    assert len(cloud.codecard.cards()) == 1


def test_a_fault_hits_the_nth_request_that_fits(cloud: Cloud) -> None:
    cloud.faults.add(method="post", path="/ords/", skip=1, times=2, status=503)
    assert [save(cloud).status_code for _ in range(5)] == [200, 503, 503, 200, 200]


def test_a_fault_can_look_at_a_header_and_hit_for_ever(cloud: Cloud) -> None:
    cloud.faults.add(header={"User-Agent": "^CodeCard$"}, times=None, status=500)
    url = cloud.endpoint + DEFAULT_PATH
    agents = ("CodeCard", "curl", "CodeCard", "NotCodeCard")
    assert [requests.get(url, headers={"user-agent": agent}, timeout=60).status_code for agent in agents] == [
        500,
        200,
        500,
        200,
    ]


@pytest.mark.parametrize("extra", [{}, {"reset": True}])
@pytest.mark.parametrize(("drop", "saved"), [("before", 0), ("after", 1)])
def test_a_dropped_connection_has_or_has_not_had_its_effect(
    cloud: Cloud, drop: Drop, saved: int, extra: dict[str, bool]
) -> None:
    cloud.faults.add(service="codecard", drop=drop, reset=extra.get("reset", False))
    with pytest.raises(requests.exceptions.ConnectionError):
        save(cloud)
    assert len(cloud.codecard.cards()) == saved
    call = cloud.log.calls(service="codecard")[0]
    assert (call.status, call.fault) == (None, "drop")


def test_a_reset_is_seen_as_a_reset(cloud: Cloud) -> None:
    cloud.faults.add(drop="before", reset=True)
    with socket.create_connection(("127.0.0.1", urlsplit(cloud.endpoint).port), timeout=60) as client:
        client.sendall(b"GET /ords/codecard/master/cc HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(100)


@pytest.mark.parametrize("kept_bytes", [0, 1, 9999])
def test_a_cut_body_announces_its_full_length(cloud: Cloud, bucket: StoredBucket, kept_bytes: int) -> None:
    cloud.faults.add(service="object_storage", truncate_bytes=kept_bytes)
    address = urlsplit(url_of(cloud, bucket))
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=60)
    connection.request("GET", address.path)
    answer = connection.getresponse()
    assert answer.headers["content-length"] == "10000"
    with pytest.raises(http.client.IncompleteRead) as caught:
        answer.read()
    connection.close()
    assert caught.value.partial == (b"0123456789" * 1000)[:kept_bytes]
    assert len(requests.get(url_of(cloud, bucket), timeout=60).content) == 10000


def test_a_replaced_body_keeps_status_and_type(cloud: Cloud) -> None:
    cloud.faults.add(body=b'{"title": ')
    got = requests.get(cloud.endpoint + DEFAULT_PATH, timeout=60)
    assert (got.status_code, got.content) == (200, b'{"title": ')
    assert got.headers["content-type"].startswith("application/json")


def test_a_slow_body_arrives_whole(cloud: Cloud, bucket: StoredBucket) -> None:
    cloud.faults.add(bytes_per_second=100_000)
    started = time.monotonic()
    assert requests.get(url_of(cloud, bucket), timeout=60).content == b"0123456789" * 1000
    assert time.monotonic() - started >= 0.09  # a sleep never ends early: 10,000 bytes at 100,000 a second


def test_a_hanging_request_never_answers_and_ends_with_its_client(cloud: Cloud) -> None:
    armed = cloud.faults.add(hang=True)
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(cloud.endpoint + DEFAULT_PATH, timeout=0.2)
    assert armed.hits == 1
    assert requests.get(cloud.endpoint + DEFAULT_PATH, timeout=60).status_code == 200


def test_a_first_byte_can_be_held_back_beyond_the_clients_patience(cloud: Cloud) -> None:
    cloud.faults.add(delay_seconds=3)
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(cloud.endpoint + DEFAULT_PATH, timeout=0.2)


def test_the_sdk_sees_an_injected_error_as_a_service_error(cloud: Cloud, principal_env: dict[str, str]) -> None:
    client = object_storage_client(cloud, principal_env)
    cloud.faults.add(path="^/n/?$", status=401, code="NotAuthenticated")
    # The SDK reads its token anew after a 401 and asks once more.
    assert client.get_namespace().data == cloud.object_storage.namespace_of(DEFAULT_TENANCY)
    assert [call.status for call in cloud.log.calls(path_prefix="/n")] == [401, 200]


def test_unknown_paths_and_methods_have_ocis_error_shape(cloud: Cloud) -> None:
    lost = requests.get(f"{cloud.endpoint}/nowhere", timeout=60)
    wrong = requests.delete(cloud.endpoint + DEFAULT_PATH, timeout=60)
    assert (lost.status_code, lost.json()["code"]) == (404, "NotFound")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "MethodNotAllowed")


def test_the_log_tells_connections_apart(cloud: Cloud) -> None:
    with requests.Session() as session:
        for _ in range(2):
            session.get(cloud.endpoint + DEFAULT_PATH, timeout=60)
    requests.get(cloud.endpoint + DEFAULT_PATH + "?a=b%20c", timeout=60)
    first, second, third = cloud.log.calls(service="codecard", method="get")
    assert first.connection == second.connection != third.connection
    assert (third.path, third.query, third.status) == (DEFAULT_PATH, "a=b c", 200)
    assert first.number < second.number < third.number


def test_the_cards_own_request_line_is_served(cloud: Cloud) -> None:
    port = urlsplit(cloud.endpoint).port
    request = (
        f"GET http://card.example:{port}{DEFAULT_PATH} HTTP/1.0\r\nHost: card.example\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(request.encode())
        head = client.makefile("rb").read()
    assert head.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b"Transfer-Encoding" not in head


class Victim:
    """A process that saves cards until it is killed."""

    def __init__(self, url: str) -> None:
        program = (
            "import sys, urllib.request\n"
            "for number in range(3):\n"
            '    body = b\'{"badgeId": "%012d", "buttonLabel": "a", "buttonFunction": "1"}\' % number\n'
            "    urllib.request.urlopen(urllib.request.Request(sys.argv[1], body), timeout=60).read()\n"
        )
        self.process = subprocess.Popen([sys.executable, "-c", program, url])  # noqa: S603

    def kill(self, _call: LoggedCall) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def victims() -> Iterator[list[Victim]]:
    started: list[Victim] = []
    yield started
    for victim in started:
        victim.process.kill()
        victim.process.wait()


@pytest.mark.parametrize(("when", "saved"), [("before", 1), ("after", 2)])
def test_a_process_can_be_killed_at_the_second_call_before_or_after_its_effect(
    cloud: Cloud, victims: list[Victim], when: str, saved: int
) -> None:
    counted: list[int] = []

    def kill_at_second(call: LoggedCall) -> None:
        counted.append(call.number)
        if len(counted) == 2:
            victims[0].kill(call)
            if when == "before":
                raise AbandonRequest

    cloud.hooks.add(when, kill_at_second, service="codecard")
    victims.append(Victim(cloud.endpoint + DEFAULT_PATH))
    victims[0].process.wait(30)
    assert victims[0].process.returncode == -9
    assert len(cloud.codecard.cards()) == saved


def test_calls_are_copied_to_a_file_of_json_lines(tmp_path: Path, keys_folder: Path) -> None:
    options = CloudOptions(keys_folder=keys_folder, log_file=tmp_path / "log.jsonl")
    with Cloud(tmp_path / "cloud", tls=False, options=options) as own:
        save(own)
        with pytest.raises(RuntimeError):
            _ = own.tls_endpoint
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert len(lines) == 1
    assert '"method": "POST"' in lines[0]


def test_a_trickle_sends_head_and_body_a_byte_at_a_time(cloud: Cloud, bucket: StoredBucket) -> None:
    cloud.object_storage.put(bucket, "o", b"0123456789")
    cloud.faults.add(trickle=10_000, times=2)
    assert requests.get(url_of(cloud, bucket), timeout=60).content == b"0123456789"
    with socket.create_connection(("127.0.0.1", urlsplit(cloud.endpoint).port or 0), timeout=60) as client:
        client.sendall(f"GET {urlsplit(url_of(cloud, bucket)).path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        pieces = list(iter(lambda: client.recv(65536), b""))
    text = b"".join(pieces)
    assert text.startswith(b"HTTP/1.1 200 OK\r\n")
    assert text.endswith(b"\r\n\r\n0123456789")
    assert len(pieces) > len(text) / 20
    assert [call.fault for call in cloud.log.calls()] == ["trickle", "trickle"]


def test_a_trickle_ends_when_the_client_leaves(cloud: Cloud, bucket: StoredBucket) -> None:
    cloud.faults.add(trickle=20)
    with pytest.raises(requests.Timeout), requests.get(url_of(cloud, bucket), timeout=0.01, stream=True):
        pass
    assert requests.get(url_of(cloud, bucket), timeout=60).status_code == 200
