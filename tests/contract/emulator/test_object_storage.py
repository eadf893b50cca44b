"""The unchanged OCI SDK against the local cloud's object storage."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import oci
import pytest
import requests
from oci.object_storage.models import CreateBucketDetails, CreatePreauthenticatedRequestDetails, PreauthenticatedRequest

from emulator.services.identity.service import DEFAULT_TENANCY
from tests.support.oci_sdk import object_storage_client

if TYPE_CHECKING:
    from oci.object_storage import ObjectStorageClient

    from emulator.cloud import Cloud

OTHER_TENANCY = "ocid1.tenancy.oc1..aaaaaaaasomebodyelse"


@pytest.fixture
def client(cloud: Cloud, principal_env: dict[str, str]) -> ObjectStorageClient:
    return object_storage_client(cloud, principal_env)


@pytest.fixture
def namespace(client: ObjectStorageClient) -> str:
    return client.get_namespace().data


@pytest.fixture
def bucket(cloud: Cloud) -> str:
    cloud.object_storage.create_bucket("badges", tenancy=DEFAULT_TENANCY)
    return "badges"


def refused(call: Callable[..., object], *arguments: object, **options: object) -> tuple[int, str]:
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        call(*arguments, **options)
    return caught.value.status, caught.value.code


def test_a_bucket_is_created_read_listed_and_deleted(client: ObjectStorageClient, namespace: str) -> None:
    made = client.create_bucket(
        namespace, CreateBucketDetails(name="b.1_x-Y", compartment_id="ocid1.compartment.oc1..c")
    )
    assert made.data.public_access_type == "NoPublicAccess"
    assert made.headers["etag"] == made.data.etag
    assert client.get_bucket(namespace, "b.1_x-Y").data.name == "b.1_x-Y"
    assert [each.name for each in client.list_buckets(namespace, "ocid1.compartment.oc1..c").data] == ["b.1_x-Y"]
    assert client.list_buckets(namespace, "ocid1.compartment.oc1..d").data == []
    client.delete_bucket(namespace, "b.1_x-Y")
    assert refused(client.get_bucket, namespace, "b.1_x-Y") == (404, "BucketNotFound")


def test_buckets_are_listed_in_pages(cloud: Cloud, client: ObjectStorageClient, namespace: str) -> None:
    for name in ("c", "a", "b"):
        cloud.object_storage.create_bucket(name, tenancy=DEFAULT_TENANCY, compartment="ocid1.compartment.oc1..c")
    listed = oci.pagination.list_call_get_all_results(
        client.list_buckets, namespace, "ocid1.compartment.oc1..c", limit=2
    )
    assert [each.name for each in listed.data] == ["a", "b", "c"]


@pytest.mark.parametrize("name", ["", "a b", "ä", "x" * 257, "a/b"])
def test_a_bucket_with_a_bad_name_is_refused(client: ObjectStorageClient, namespace: str, name: str) -> None:
    details = CreateBucketDetails(name=name, compartment_id="ocid1.compartment.oc1..c")
    assert refused(client.create_bucket, namespace, details) == (400, "InvalidBucketName")


def test_a_bucket_exists_once_and_goes_only_when_empty(
    client: ObjectStorageClient, namespace: str, bucket: str
) -> None:
    details = CreateBucketDetails(name=bucket, compartment_id="ocid1.compartment.oc1..c")
    assert refused(client.create_bucket, namespace, details) == (409, "BucketAlreadyExists")
    client.put_object(namespace, bucket, "o", b"x")
    assert refused(client.delete_bucket, namespace, bucket) == (409, "BucketNotEmpty")


def test_an_object_comes_back_as_it_went_in(
    cloud: Cloud, client: ObjectStorageClient, namespace: str, bucket: str
) -> None:
    body = bytes(range(256)) * 4096
    put = client.put_object(
        namespace,
        bucket,
        "FOCUS Reports/2026/01/ü+%2F?.csv",
        body,
        content_type="text/csv",
        cache_control="no-cache",
        opc_meta={"made-by": "test"},
    )
    digest = base64.b64encode(hashlib.md5(body).digest()).decode()  # noqa: S324
    assert put.headers["opc-content-md5"] == digest
    got = client.get_object(namespace, bucket, "FOCUS Reports/2026/01/ü+%2F?.csv")
    assert got.data.content == body
    assert got.headers["etag"] == put.headers["etag"]
    assert got.headers["content-md5"] == digest
    assert (got.headers["content-type"], got.headers["cache-control"]) == ("text/csv", "no-cache")
    assert got.headers["opc-meta-made-by"] == "test"
    head = client.head_object(namespace, bucket, "FOCUS Reports/2026/01/ü+%2F?.csv")
    assert (head.headers["content-length"], head.headers["etag"]) == (str(len(body)), put.headers["etag"])
    stored = cloud.object_storage.buckets[namespace, bucket].objects["FOCUS Reports/2026/01/ü+%2F?.csv"]
    assert stored.read() == body


@pytest.mark.parametrize("name", ["../../etc/passwd", "a//b", "a/./b", "/lead", "tail/", "%2e%2e", "a;b&c=d#e", "日本"])
def test_object_names_are_kept_letter_by_letter(
    client: ObjectStorageClient, namespace: str, bucket: str, name: str
) -> None:
    client.put_object(namespace, bucket, name, b"1")
    assert [each.name for each in client.list_objects(namespace, bucket).data.objects] == [name]
    assert client.get_object(namespace, bucket, name).data.content == b"1"


@pytest.mark.parametrize("name", ["x" * 1025, "é" * 513, "a\nb", "a\rb", "a\0b"])
def test_an_object_with_a_bad_name_is_refused(
    client: ObjectStorageClient, namespace: str, bucket: str, name: str
) -> None:
    assert refused(client.put_object, namespace, bucket, name, b"1") == (400, "InvalidObjectName")


def test_a_missing_object_and_a_missing_bucket_have_their_own_codes(
    client: ObjectStorageClient, namespace: str, bucket: str
) -> None:
    assert refused(client.get_object, namespace, bucket, "none") == (404, "ObjectNotFound")
    assert refused(client.delete_object, namespace, bucket, "none") == (404, "ObjectNotFound")
    assert refused(client.get_object, namespace, "none", "none") == (404, "BucketNotFound")
    assert refused(client.list_objects, "nowhere", "none") == (404, "NamespaceNotFound")


def test_a_deleted_object_is_gone(client: ObjectStorageClient, namespace: str, bucket: str) -> None:
    client.put_object(namespace, bucket, "o", b"1")
    client.delete_object(namespace, bucket, "o")
    assert client.list_objects(namespace, bucket).data.objects == []
    assert refused(client.get_object, namespace, bucket, "o") == (404, "ObjectNotFound")


def test_writes_heed_their_conditions(client: ObjectStorageClient, namespace: str, bucket: str) -> None:
    first = client.put_object(namespace, bucket, "o", b"1", if_none_match="*").headers["etag"]
    again = refused(client.put_object, namespace, bucket, "o", b"2", if_none_match="*")
    assert again == (412, "IfNoneMatchFailed")
    second = client.put_object(namespace, bucket, "o", b"2", if_match=first).headers["etag"]
    assert second != first
    assert refused(client.put_object, namespace, bucket, "o", b"3", if_match=first) == (412, "IfMatchFailed")
    assert refused(client.delete_object, namespace, bucket, "o", if_match=first) == (412, "IfMatchFailed")
    assert client.get_object(namespace, bucket, "o").data.content == b"2"


def test_reads_heed_their_conditions(client: ObjectStorageClient, namespace: str, bucket: str) -> None:
    etag = client.put_object(namespace, bucket, "o", b"1").headers["etag"]
    assert refused(client.get_object, namespace, bucket, "o", if_none_match=etag)[0] == 304
    assert refused(client.get_object, namespace, bucket, "o", if_match="other") == (412, "IfMatchFailed")
    assert client.get_object(namespace, bucket, "o", if_match=etag).data.content == b"1"


@pytest.mark.parametrize(
    ("header", "content", "content_range"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
    ],
)
def test_a_range_is_a_part(
    client: ObjectStorageClient, namespace: str, bucket: str, header: str, content: bytes, content_range: str
) -> None:
    client.put_object(namespace, bucket, "o", b"0123456789")
    got = client.get_object(namespace, bucket, "o", range=header)
    assert (got.status, got.data.content, got.headers["content-range"]) == (206, content, content_range)


def test_a_range_behind_the_end_is_refused(client: ObjectStorageClient, namespace: str, bucket: str) -> None:
    client.put_object(namespace, bucket, "o", b"0123456789")
    assert refused(client.get_object, namespace, bucket, "o", range="bytes=10-12") == (416, "InvalidRange")


def test_a_wrong_content_md5_is_refused_and_nothing_is_stored(
    client: ObjectStorageClient, namespace: str, bucket: str
) -> None:
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()  # noqa: S324
    answer = refused(client.put_object, namespace, bucket, "o", b"this", content_md5=wrong)
    assert answer == (400, "UnmatchedContentMD5")
    assert client.list_objects(namespace, bucket).data.objects == []


def test_a_listing_has_pages_prefixes_and_fields(
    cloud: Cloud, client: ObjectStorageClient, namespace: str, bucket: str
) -> None:
    for name in ("a/1", "a/2", "b", "c/1/x", "d"):
        cloud.object_storage.put(cloud.object_storage.buckets[namespace, bucket], name, b"12345")

    def names(**options: object) -> tuple[list[str], list[str] | None, str | None]:
        data = client.list_objects(namespace, bucket, **options).data
        return [each.name for each in data.objects], data.prefixes, data.next_start_with

    assert names() == (["a/1", "a/2", "b", "c/1/x", "d"], None, None)
    assert names(limit=2) == (["a/1", "a/2"], None, "b")
    assert names(limit=2, start="b") == (["b", "c/1/x"], None, "d")
    assert names(prefix="a/") == (["a/1", "a/2"], None, None)
    assert names(start="a/2", end="c") == (["a/2", "b"], None, None)
    assert names(start_after="b") == (["c/1/x", "d"], None, None)
    assert names(delimiter="/") == (["b", "d"], ["a/", "c/"], None)
    assert names(delimiter="/", limit=2) == (["b"], ["a/"], "c/1/x")
    assert names(delimiter="/", prefix="c/") == ([], ["c/1/"], None)
    plain, full = (
        client.list_objects(namespace, bucket, limit=1, **kw).data.objects[0]
        for kw in ({}, {"fields": "size,md5,etag,timeModified"})
    )
    assert (plain.size, plain.etag) == (None, None)
    assert (full.size, full.md5) == (5, "gnzLDuqKcGxMNKFokfhOew==")
    assert refused(client.list_objects, namespace, bucket, limit=1001) == (400, "InvalidParameter")


def test_a_bucket_of_another_tenancy_is_not_found(cloud: Cloud, client: ObjectStorageClient) -> None:
    theirs = cloud.object_storage.create_bucket("secret", tenancy=OTHER_TENANCY)
    cloud.object_storage.put(theirs, "o", b"1")
    assert refused(client.get_object, theirs.namespace, "secret", "o") == (404, "BucketNotFound")
    assert refused(client.put_object, theirs.namespace, "secret", "o", b"2") == (404, "BucketNotFound")


def test_a_public_bucket_is_read_without_a_signature_and_a_private_one_is_not(cloud: Cloud) -> None:
    storage = cloud.object_storage
    for name, access in (("open", "ObjectRead"), ("half", "ObjectReadWithoutList"), ("closed", "NoPublicAccess")):
        storage.put(storage.create_bucket(name, tenancy=DEFAULT_TENANCY, public_access_type=access), "o", b"1")
    base = f"{cloud.endpoint}/n/{storage.namespace_of(DEFAULT_TENANCY)}/b"

    def status(path: str) -> int:
        return requests.get(f"{base}/{path}", timeout=60).status_code

    assert [status(f"{name}/o/o") for name in ("open", "half", "closed")] == [200, 200, 404]
    assert [status(f"{name}/o") for name in ("open", "half", "closed")] == [200, 404, 404]
    assert requests.get(f"{base}/closed/o/o", timeout=60).json()["code"] == "BucketNotFound"
    assert requests.put(f"{base}/open/o/o", b"2", timeout=60).status_code == 401
    assert status("open") == 404


def par(
    client: ObjectStorageClient, namespace: str, bucket: str, access_type: str, name: str | None, **more: str
) -> PreauthenticatedRequest:
    expires = datetime.now(UTC) + timedelta(hours=1)
    details = CreatePreauthenticatedRequestDetails(
        name="link", access_type=access_type, object_name=name, time_expires=expires, **more
    )
    return client.create_preauthenticated_request(namespace, bucket, details).data


def test_a_pre_authenticated_link_does_what_its_type_says(
    cloud: Cloud, client: ObjectStorageClient, namespace: str, bucket: str
) -> None:
    client.put_object(namespace, bucket, "o 1", b"1")
    read, write, both = (
        par(client, namespace, bucket, kind, "o 1") for kind in ("ObjectRead", "ObjectWrite", "ObjectReadWrite")
    )

    def outcomes(link: PreauthenticatedRequest) -> tuple[int, int]:
        url = cloud.endpoint + link.access_uri
        return requests.get(url, timeout=60).status_code, requests.put(url, b"2", timeout=60).status_code

    assert [outcomes(link) for link in (read, write, both)] == [(200, 404), (404, 200), (200, 200)]
    assert read.full_path == cloud.endpoint + read.access_uri
    other = cloud.endpoint + both.access_uri.replace("o%201", "o2")
    assert requests.get(other, timeout=60).json()["code"] == "NotAuthorizedOrNotFound"


def test_a_link_for_any_object_keeps_to_its_prefix_and_lists_only_when_told(
    cloud: Cloud, client: ObjectStorageClient, namespace: str, bucket: str
) -> None:
    client.put_object(namespace, bucket, "in/1", b"1")
    lists = (
        cloud.endpoint
        + par(client, namespace, bucket, "AnyObjectReadWrite", "in/", bucket_listing_action="ListObjects").access_uri
    )
    silent = cloud.endpoint + par(client, namespace, bucket, "AnyObjectRead", None).access_uri
    assert requests.put(f"{lists}in/2", b"2", timeout=60).status_code == 200
    assert requests.put(f"{lists}out/2", b"2", timeout=60).status_code == 404
    listed = requests.get(lists, {"prefix": "in/"}, timeout=60).json()
    assert [each["name"] for each in listed["objects"]] == ["in/1", "in/2"]
    assert requests.get(lists, timeout=60).status_code == 404
    assert requests.get(silent, timeout=60).status_code == 404


def test_an_expired_or_deleted_link_is_dead(client: ObjectStorageClient, namespace: str, bucket: str) -> None:
    client.put_object(namespace, bucket, "o", b"1")
    link = par(client, namespace, bucket, "ObjectRead", "o")
    assert requests.get(link.full_path, timeout=60).content == b"1"
    assert [each.id for each in client.list_preauthenticated_requests(namespace, bucket).data] == [link.id]
    client.delete_preauthenticated_request(namespace, bucket, link.id)
    assert requests.get(link.full_path, timeout=60).status_code == 404
    past = CreatePreauthenticatedRequestDetails(
        name="late", access_type="ObjectRead", object_name="o", time_expires=datetime(2020, 1, 1, tzinfo=UTC)
    )
    made = refused(client.create_preauthenticated_request, namespace, bucket, past)
    assert made == (400, "InvalidParameter")


def test_billing_reports_are_read_by_their_tenancy_only_and_in_their_region_only(
    cloud: Cloud, client: ObjectStorageClient
) -> None:
    own = cloud.object_storage.create_billing_bucket(DEFAULT_TENANCY, region="us-phoenix-1")
    theirs = cloud.object_storage.create_billing_bucket(OTHER_TENANCY, region="us-phoenix-1")
    for bucket in (own, theirs):
        cloud.object_storage.put(bucket, "reports/cost-csv/1.csv.gz", b"1")
    env = cloud.identity.mint_resource_principal()
    home = object_storage_client(cloud, env, cloud.region_endpoint("us-phoenix-1"))
    assert home.get_object("bling", DEFAULT_TENANCY, "reports/cost-csv/1.csv.gz").data.content == b"1"
    assert refused(client.list_objects, "bling", DEFAULT_TENANCY) == (404, "BucketNotFound")
    assert refused(home.list_objects, "bling", OTHER_TENANCY) == (404, "BucketNotFound")
    assert refused(home.put_object, "bling", DEFAULT_TENANCY, "x", b"1") == (404, "BucketNotFound")


def test_a_denied_principal_finds_no_bucket(
    cloud: Cloud, client: ObjectStorageClient, namespace: str, bucket: str
) -> None:
    cloud.object_storage.access.denied.add(cloud.log.calls()[-1].principal)
    assert refused(client.list_objects, namespace, bucket) == (404, "BucketNotFound")


def test_objects_go_through_tls_with_the_clouds_own_authority(
    cloud: Cloud, client: ObjectStorageClient, namespace: str, bucket: str
) -> None:
    client.put_object(namespace, bucket, "o", b"1")
    link = par(client, namespace, bucket, "ObjectRead", "o").access_uri
    assert requests.get(cloud.tls_endpoint + link, timeout=5, verify=str(cloud.ca_file)).content == b"1"
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(cloud.tls_endpoint + link, timeout=60)
