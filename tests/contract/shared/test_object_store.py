"""The shared object store and its SDK client against the local cloud: pages, etags, ranges, faults, deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator.services.identity.service import DEFAULT_TENANCY
from shared.deadline import Deadline
from shared.errors import DeadlineExceeded, NotAuthorised, OciServiceError
from shared.oci.clients import client
from shared.oci.object_store import PAGE_OBJECTS, ObjectStore
from shared.oci.retries import MAX_ATTEMPTS
from shared.oci.settings import OciSettings

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.cloud import Cloud


def settings_of(cloud: Cloud) -> OciSettings:
    """A profile of a configuration file, as on a laptop."""
    user = cloud.identity.create_user()
    return OciSettings(oci_endpoint=cloud.endpoint, oci_config_file=str(user.config_file))


def store_of(cloud: Cloud, seconds: float = 30) -> ObjectStore:
    bucket = cloud.object_storage.create_bucket("bucket", tenancy=DEFAULT_TENANCY)
    return ObjectStore(settings_of(cloud), Deadline.after(seconds), bucket.namespace, bucket.name)


def test_what_is_put_is_read_back_with_its_etag(cloud: Cloud) -> None:
    store = store_of(cloud)
    etag = store.put("a/b c", b"hello", content_type="text/plain")
    body = store.get("a/b c")
    assert (body.etag, body.size_bytes, body.read(100)) == (etag, 5, b"hello")
    head = store.head("a/b c")
    assert head is not None
    assert (head.name, head.size_bytes, head.etag) == ("a/b c", 5, etag)
    assert store.head("none") is None


def test_a_range_is_inclusive(cloud: Cloud) -> None:
    store = store_of(cloud)
    store.put("x", b"0123456789")
    assert store.get("x", first_byte=2, last_byte=4).read(10) == b"234"
    assert store.get("x", first_byte=7).read(10) == b"789"


def test_a_condition_that_does_not_hold_is_a_412(cloud: Cloud) -> None:
    store = store_of(cloud)
    first = store.put("x", b"1", if_none_match=True)
    second = store.put("x", b"2", if_match=first)
    for refused in (
        lambda: store.put("x", b"3", if_match=first),
        lambda: store.put("x", b"3", if_none_match=True),
        lambda: store.get("x", if_match=first),
    ):
        with pytest.raises(OciServiceError) as caught:
            refused()
        assert caught.value.status == 412
    assert store.get("x", if_match=second).read(1) == b"2"


def test_a_list_goes_through_all_pages_from_the_name_it_starts_at(cloud: Cloud) -> None:
    store = store_of(cloud)
    bucket = cloud.object_storage.store.buckets[store.namespace, store.bucket]
    for number in range(PAGE_OBJECTS + 5):
        file = cloud.object_storage.store.new_file()
        file.write_bytes(b"x")
        cloud.object_storage.put(bucket, f"p/{number:05d}", file)
    assert [each.name for each in store.list("p/")] == [f"p/{number:05d}" for number in range(PAGE_OBJECTS + 5)]
    assert [each.name for each in store.list("p/", start="p/01003")] == ["p/01003", "p/01004"]
    assert all(each.etag and each.size_bytes == 1 and each.modified for each in store.list("p/0100"))
    assert len(cloud.log.calls("object_storage", "GET")) == 4


@pytest.mark.parametrize(
    "body", [b"null", b"{}", b"[]", b'{"objects": null}', b'{"items": []}', b'{"objects": [{"size": 1}]}']
)
def test_what_is_no_list_of_objects_is_not_an_empty_bucket(cloud: Cloud, body: bytes) -> None:
    store = store_of(cloud)
    cloud.faults.add(method="GET", body=body, times=None)
    with pytest.raises(OciServiceError) as caught:
        list(store.list())
    assert caught.value.code == "malformed"


def test_a_read_over_its_limit_is_an_error(cloud: Cloud) -> None:
    store = store_of(cloud)
    store.put("x", b"x" * 100)
    with pytest.raises(OciServiceError, match="more than 99 bytes"):
        store.get("x").read(99)


@pytest.mark.parametrize("sent", [0, 10, 999])
def test_a_body_that_ends_early_is_an_error(cloud: Cloud, sent: int) -> None:
    store = store_of(cloud)
    store.put("x", b"x" * 1000)
    cloud.faults.add(method="GET", truncate_bytes=sent)
    received: list[bytes] = []
    with pytest.raises(OciServiceError) as caught:
        received.extend(store.get("x").chunks())
    assert caught.value.code == "no-answer"
    assert b"".join(received) == b"x" * sent


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(cloud: Cloud, status: int) -> None:
    store = store_of(cloud)
    store.put("x", b"1")
    cloud.faults.add(method="GET", status=status, code="TooManyRequests")
    assert store.get("x").read(1) == b"1"
    assert [call.status for call in cloud.log.calls("object_storage", "GET")] == [status, 200]


def test_what_does_not_pass_ends_with_the_services_own_words(cloud: Cloud) -> None:
    store = store_of(cloud)
    fault = cloud.faults.add(method="GET", status=500, code="Broken", message="nothing works", times=None)
    with pytest.raises(OciServiceError, match="nothing works") as caught:
        store.get("x")
    assert (caught.value.status, caught.value.code) == (500, "Broken")
    assert caught.value.opc_request_id
    assert fault.hits == MAX_ATTEMPTS


def test_a_refusal_is_not_tried_again(cloud: Cloud) -> None:
    store = store_of(cloud)
    with pytest.raises(OciServiceError) as caught:
        store.get("none")
    assert caught.value.status == 404
    assert len(cloud.log.calls("object_storage", "GET")) == 1


def test_a_hanging_service_is_given_up_when_the_deadline_comes(cloud: Cloud) -> None:
    store = store_of(cloud, seconds=1.5)
    cloud.faults.add(method="GET", hang=True, times=None)
    with pytest.raises((OciServiceError, DeadlineExceeded)):
        store.get("x")
    assert store._client.base_client.timeout[1] <= 1.5


def test_each_attempt_waits_no_longer_than_what_is_left(cloud: Cloud) -> None:
    store = store_of(cloud, seconds=3)
    cloud.faults.add(method="GET", status=503, delay_seconds=1.0)
    cloud.faults.add(method="GET", hang=True, times=None)
    with pytest.raises((OciServiceError, DeadlineExceeded)):
        store.get("x")
    assert store._client.base_client.timeout[1] < 2


def test_a_list_that_hangs_once_is_asked_for_again(cloud: Cloud) -> None:
    store = store_of(cloud)
    store.put("x", b"1")
    store._client.retry_strategy.read_seconds = 0.5
    hung = cloud.faults.add(method="GET", hang=True)
    assert [item.name for item in store.list()] == ["x"]
    assert hung.hits == 1
    assert len(cloud.log.calls("object_storage", "GET")) == 2


def test_a_body_that_trickles_is_given_up_when_the_deadline_comes(cloud: Cloud) -> None:
    store = store_of(cloud, seconds=2)
    store.put("x", bytes(100_000))
    cloud.faults.add(method="GET", bytes_per_second=10_000.0)
    body = store.get("x")
    with pytest.raises(DeadlineExceeded):
        body.read(100_000)


def test_a_bucket_is_asked_as_often_as_its_caller_says(cloud: Cloud) -> None:
    held = cloud.object_storage.create_bucket("bucket", tenancy=DEFAULT_TENANCY)
    store = ObjectStore(settings_of(cloud), Deadline.after(30), held.namespace, held.name, attempts=2)
    fault = cloud.faults.add(method="GET", status=503, times=None)
    with pytest.raises(OciServiceError):
        store.get("x")
    assert fault.hits == 2


def test_no_call_begins_after_the_deadline(cloud: Cloud) -> None:
    store = store_of(cloud)
    store._client.retry_strategy.deadline = Deadline.after(-1)
    before = len(cloud.log.calls())
    with pytest.raises(DeadlineExceeded):
        store.get("x")
    assert len(cloud.log.calls()) == before


def test_without_retries_there_is_one_attempt(cloud: Cloud) -> None:
    made = client("object_storage", settings_of(cloud), Deadline.after(30), attempts=1)
    fault = cloud.faults.add(status=500, times=None)
    with pytest.raises(Exception, match="500"):
        made.get_namespace()
    assert fault.hits == 1


def test_a_region_of_its_own_is_where_the_request_goes(cloud: Cloud) -> None:
    user = cloud.identity.create_user()
    settings = OciSettings(oci_config_file=str(user.config_file))
    made = client("object_storage", settings, Deadline.after(30), region="us-phoenix-1")
    assert made.base_client.endpoint.startswith("https://objectstorage.us-phoenix-1.")


@pytest.mark.parametrize("text", ["", "[DEFAULT]\nuser=x\n"])
def test_an_unusable_configuration_file_is_said_to_be_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config"
    if text:
        path.write_text(text)
    with pytest.raises(NotAuthorised):
        client("object_storage", OciSettings(oci_config_file=str(path)), Deadline.after(30))
