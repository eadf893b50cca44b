"""The bucket of reports through the unchanged SDK: an object that stops coming is given up in time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from emulator.services.identity.service import DEFAULT_TENANCY
from functions.adw_billing.model.report_object import ReportObject
from functions.adw_billing.source.reports import Bucket
from shared.deadline import Deadline
from shared.errors import DeadlineExceeded, OciServiceError
from shared.oci.object_store import ObjectStore
from shared.oci.settings import OciSettings

if TYPE_CHECKING:
    from emulator.cloud import Cloud

NAME = "reports/cost-csv/1.csv.gz"


def bucket_of(cloud: Cloud, content: bytes, seconds: float) -> tuple[Bucket, ReportObject]:
    held = cloud.object_storage.create_bucket("bucket", tenancy=DEFAULT_TENANCY)
    cloud.object_storage.put(held, NAME, content)
    user = cloud.identity.create_user()
    settings = OciSettings(oci_endpoint=cloud.endpoint, oci_config_file=str(user.config_file))
    store = ObjectStore(settings, Deadline.after(seconds), held.namespace, held.name)
    (found,) = Bucket(store, DEFAULT_TENANCY, ("cost",)).list()
    return Bucket(store, DEFAULT_TENANCY, ("cost",)), found


def test_an_object_that_stops_coming_is_given_up_at_the_deadline_not_at_the_connections_time_out(cloud: Cloud) -> None:
    bucket, report = bucket_of(cloud, b"x" * 1000, seconds=4)
    cloud.faults.add(method="GET", path="/o/reports", bytes_per_second=0.3, times=None)
    pieces: list[bytes] = []
    with pytest.raises(DeadlineExceeded):
        pieces.extend(bucket.read(report))
    assert len(pieces) < 2, "the second byte comes after the deadline: nobody waits for it"


def test_the_head_of_an_object_and_its_address(cloud: Cloud) -> None:
    content = random.Random(2).randbytes(300_000)  # noqa: S311
    bucket, report = bucket_of(cloud, content, seconds=30)
    assert b"".join(bucket.read(report, last_byte=65_535)) == content[:65_536]
    assert bucket.uri(report) == f"{cloud.endpoint}/n/{bucket._store.namespace}/b/bucket/o/{NAME}"
    assert bucket.etag(report) == report.etag
    gone = ReportObject(DEFAULT_TENANCY, "reports/none", "e", 1)
    assert bucket.etag(gone) == ""


@pytest.mark.parametrize("content", [b"other bytes", b"x" * 1000], ids=["another content", "the same content"])
def test_an_object_that_was_published_again_since_it_was_listed_is_not_read_as_the_listed_one(
    cloud: Cloud, content: bytes
) -> None:
    bucket, report = bucket_of(cloud, b"x" * 1000, seconds=30)
    held = cloud.object_storage.store.buckets[bucket._store.namespace, bucket._store.bucket]
    cloud.object_storage.put(held, NAME, content)
    for last_byte in (None, 5):
        with pytest.raises(OciServiceError) as caught:
            list(bucket.read(report, last_byte))
        assert caught.value.status == 412


def test_a_download_that_broke_off_goes_on_with_the_same_version_or_not_at_all(cloud: Cloud) -> None:
    bucket, report = bucket_of(cloud, b"x" * 1000, seconds=30)
    held = cloud.object_storage.store.buckets[bucket._store.namespace, bucket._store.bucket]
    cloud.faults.add(method="GET", path="/o/reports", truncate_bytes=400)
    pieces = bucket.read(report)
    received = next(pieces)
    cloud.object_storage.put(held, NAME, b"y" * 1000)
    with pytest.raises(OciServiceError) as caught:
        received += b"".join(pieces)
    assert (caught.value.status, received) == (412, b"x" * 400)
