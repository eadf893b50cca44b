"""What can be wrong with a report in the emulated `bling` bucket, seen through the unchanged SDK."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import oci
import pytest
import urllib3

from emulator.reports import report_faults
from emulator.reports.billing_history import BillingHistory, final_state, publish_objects
from emulator.services.identity.service import DEFAULT_TENANCY
from emulator.services.object_storage.stored_objects import BLING
from shared.deadline import Deadline
from shared.errors import OciServiceError
from shared.oci.object_store import ObjectStore
from shared.oci.settings import OciSettings
from tests.support.oci_sdk import object_storage_client

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.services.object_storage.stored_objects import StoredBucket

STORY = BillingHistory(days=2, rows_per_day=40, dialects=("cost", "focus"), republish_every=1)


@pytest.fixture
def bucket(cloud: Cloud) -> StoredBucket:
    made = cloud.object_storage.create_billing_bucket(DEFAULT_TENANCY)
    publish_objects(cloud.object_storage, made, STORY.publications())
    return made


def download(cloud: Cloud, env: dict[str, str], name: str) -> bytes:
    client = object_storage_client(cloud, env)
    retry = oci.retry.NoneRetryStrategy()
    return b"".join(client.get_object(BLING, DEFAULT_TENANCY, name, retry_strategy=retry).data.raw.stream(65536))


def status(cloud: Cloud, env: dict[str, str], name: str) -> int:
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        download(cloud, env, name)
    return int(caught.value.status)


def test_the_bucket_lists_the_story_and_a_re_publication_changes_the_etag(
    cloud: Cloud, principal_env: dict[str, str]
) -> None:
    bucket = cloud.object_storage.create_billing_bucket(DEFAULT_TENANCY)
    etags: dict[str, set[str]] = {}
    for each in STORY.publications():
        publish_objects(cloud.object_storage, bucket, [each])
        etags.setdefault(each.name, set()).add(bucket.find(each.name).etag)
    listed = object_storage_client(cloud, principal_env).list_objects(BLING, DEFAULT_TENANCY).data.objects
    assert [each.name for each in listed] == sorted(final_state(STORY.publications()))
    again = {each.name for each in STORY.publications() if each.kind == "re-publication"}
    assert {name for name, seen in etags.items() if len(seen) == 2} == again
    assert len(again) == 4


def test_an_object_is_the_report_that_the_story_says(
    cloud: Cloud, principal_env: dict[str, str], bucket: StoredBucket
) -> None:
    for name, each in list(final_state(STORY.publications()).items())[:3]:
        assert gzip.decompress(download(cloud, principal_env, name)) == b"".join(each.report.chunks())


def test_truncated_and_flipped_objects_are_broken_gzip(
    cloud: Cloud, principal_env: dict[str, str], bucket: StoredBucket
) -> None:
    first, second = sorted(bucket.objects)[:2]
    report_faults.truncate(cloud.object_storage, bucket, first, keep_bytes=200)
    with pytest.raises(EOFError):
        gzip.decompress(download(cloud, principal_env, first))
    report_faults.flip_bit(cloud.object_storage, bucket, second, bit=8 * 300)
    with pytest.raises((zlib.error, gzip.BadGzipFile)):
        gzip.decompress(download(cloud, principal_env, second))


def test_a_cut_download_comes_whole_the_next_time(
    cloud: Cloud, principal_env: dict[str, str], bucket: StoredBucket
) -> None:
    name = min(bucket.objects)
    report_faults.cut_download(cloud.faults, name, after_bytes=100)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        download(cloud, principal_env, name)
    assert len(download(cloud, principal_env, name)) == bucket.find(name).size


def test_the_shared_object_store_tells_a_cut_body_as_a_service_error(cloud: Cloud, bucket: StoredBucket) -> None:
    user = cloud.identity.create_user()
    settings = OciSettings(oci_endpoint=cloud.endpoint, oci_config_file=str(user.config_file))
    name = min(bucket.objects)
    report_faults.cut_download(cloud.faults, name, after_bytes=100)
    body = ObjectStore(settings, Deadline.after(20), BLING, DEFAULT_TENANCY).get(name)
    with pytest.raises(OciServiceError) as caught:
        list(body.chunks())
    assert caught.value.code == "no-answer"


def test_missing_slow_and_refused_are_knobs_of_one_object(
    cloud: Cloud, principal_env: dict[str, str], bucket: StoredBucket
) -> None:
    first, second = sorted(bucket.objects)[:2]
    report_faults.missing_object(cloud.faults, first)
    assert status(cloud, principal_env, first) == 404
    assert download(cloud, principal_env, second)
    slow = report_faults.slow(cloud.faults, second, bytes_per_second=10**6)
    assert len(download(cloud, principal_env, second)) == bucket.find(second).size
    assert slow.hits == 1
    report_faults.too_many_requests(cloud.faults, times=2)
    third = sorted(bucket.objects)[2]
    assert [status(cloud, principal_env, third) for _ in range(2)] == [429, 429]
    assert download(cloud, principal_env, third)
