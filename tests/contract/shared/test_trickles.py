"""Answers that never stop and never end: each read of the OCI SDK and of our own client ends with the deadline.

Without it these calls succeed, after half a minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator.services.identity.service import DEFAULT_TENANCY
from shared.deadline import Deadline
from shared.errors import DeadlineExceeded, OciServiceError
from shared.http.client import HttpClient, HttpError
from shared.oci.clients import client
from shared.oci.object_store import ObjectStore
from shared.oci.settings import OciSettings
from shared.tls import client_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.cloud import Cloud
    from emulator.services.object_storage.stored_objects import StoredBucket

BYTES_PER_SECOND = 20
SECONDS = 2.0


@pytest.fixture(params=["http", "https"])
def endpoint(request: pytest.FixtureRequest, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The cloud over plain HTTP and over TLS, whose authority is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(cloud.ca_file))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cloud.ca_file))
    client_context.cache_clear()
    yield cloud.endpoint if request.param == "http" else cloud.tls_endpoint
    client_context.cache_clear()


@pytest.fixture
def bucket(cloud: Cloud) -> StoredBucket:
    made = cloud.object_storage.create_bucket("bucket", tenancy=DEFAULT_TENANCY)
    cloud.object_storage.put(made, "x", bytes(10_000))
    return made


def settings_at(cloud: Cloud, endpoint: str) -> OciSettings:
    return OciSettings(oci_endpoint=endpoint, oci_config_file=str(cloud.identity.create_user().config_file))


def store_at(cloud: Cloud, endpoint: str, bucket: StoredBucket) -> ObjectStore:
    return ObjectStore(settings_at(cloud, endpoint), Deadline.after(SECONDS), bucket.namespace, bucket.name)


def test_a_request_of_our_own_ends_in_time(cloud: Cloud, endpoint: str) -> None:
    armed = cloud.faults.add(trickle=BYTES_PER_SECOND, times=None)
    with pytest.raises(HttpError) as caught:
        HttpClient().send("GET", f"{endpoint}/n", Deadline.after(SECONDS), limit_bytes=9999)
    assert (caught.value.late, armed.hits) == (True, 1)


def test_a_kept_connection_has_the_deadline_of_its_new_request(cloud: Cloud, endpoint: str) -> None:
    http = HttpClient()
    http.send("GET", f"{endpoint}/n", Deadline.after(3600), limit_bytes=9999)
    cloud.faults.add(trickle=BYTES_PER_SECOND, times=None)
    with pytest.raises(HttpError) as caught:
        http.send("GET", f"{endpoint}/n", Deadline.after(SECONDS), limit_bytes=9999)
    assert caught.value.late
    assert len({call.connection for call in cloud.log.calls()}) == 1


def test_a_read_of_the_sdk_ends_in_time(cloud: Cloud, endpoint: str, bucket: StoredBucket) -> None:
    store = store_at(cloud, endpoint, bucket)
    armed = cloud.faults.add(trickle=BYTES_PER_SECOND, times=None)
    with pytest.raises(OciServiceError) as caught:
        list(store.list())
    assert (caught.value.code, armed.hits) == ("no-answer", 1)


def test_a_body_that_the_sdk_hands_on_ends_in_time(cloud: Cloud, endpoint: str, bucket: StoredBucket) -> None:
    store = store_at(cloud, endpoint, bucket)
    cloud.faults.add(bytes_per_second=BYTES_PER_SECOND, times=None)
    with pytest.raises(DeadlineExceeded):
        store.get("x").read(10_000)


def test_a_write_of_the_sdk_ends_in_time(cloud: Cloud, endpoint: str, bucket: StoredBucket) -> None:
    """Over TLS the SDK asks for leave to send the body (``Expect``) and reads that answer by itself."""
    store = store_at(cloud, endpoint, bucket)
    armed = cloud.faults.add(trickle=BYTES_PER_SECOND, times=None)
    with pytest.raises(OciServiceError) as caught:
        store.put("x", b"1")
    assert (caught.value.code, armed.hits) == ("no-answer", 1)


def test_a_client_without_retries_ends_in_time(cloud: Cloud, endpoint: str) -> None:
    made = client("object_storage", settings_at(cloud, endpoint), Deadline.after(SECONDS), attempts=1)
    cloud.faults.add(trickle=BYTES_PER_SECOND, times=None)
    with pytest.raises(Exception, match="timed out"):
        made.get_namespace()


def test_no_wait_between_two_attempts_goes_past_the_deadline(cloud: Cloud, bucket: StoredBucket) -> None:
    """The answer is what the service said, not that time is over; the third wait would be of 2 s and more."""
    store = store_at(cloud, cloud.endpoint, bucket)
    armed = cloud.faults.add(status=503, times=None)
    with pytest.raises(OciServiceError) as caught:
        list(store.list())
    assert (caught.value.status, armed.hits in {2, 3}) == (503, True)
