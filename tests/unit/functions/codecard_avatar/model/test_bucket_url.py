"""Every form of a bucket's URL."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.model.bucket_url import parse_bucket_url

REGIONAL = "https://objectstorage.us-phoenix-1.oraclecloud.com/n/ns/b/codecard"
DEDICATED = "https://ns.objectstorage.eu-frankfurt-1.oci.customer-oci.com/n/ns/b/codecard"
PREAUTHENTICATED = "https://objectstorage.us-phoenix-1.oraclecloud.com/p/To-ken_1/n/ns/b/codecard/o/"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (REGIONAL, REGIONAL + "/o/a.bmp"),
        (REGIONAL + "/", REGIONAL + "/o/a.bmp"),
        (REGIONAL + "/o/", REGIONAL + "/o/a.bmp"),
        (DEDICATED, DEDICATED + "/o/a.bmp"),
        (PREAUTHENTICATED, PREAUTHENTICATED + "a.bmp"),
        (PREAUTHENTICATED.rstrip("/"), PREAUTHENTICATED + "a.bmp"),
        ("http://127.0.0.1:8180/n/ns/b/codecard", "http://127.0.0.1:8180/n/ns/b/codecard/o/a.bmp"),
    ],
)
def test_every_form_of_the_buckets_url_gives_the_objects_url(url: str, wanted: str) -> None:
    assert parse_bucket_url(url).object_url("a.bmp") == wanted


def test_an_objects_name_cannot_leave_the_bucket() -> None:
    assert parse_bucket_url(REGIONAL).object_url("../../x?y#z") == REGIONAL + "/o/../../x%3Fy%23z"
    assert parse_bucket_url(REGIONAL).object_url("my bg/1.png") == REGIONAL + "/o/my%20bg/1.png"


def test_a_links_token_is_not_printed() -> None:
    url = parse_bucket_url(PREAUTHENTICATED)
    assert "To-ken_1" not in repr(url) + str(url)
    assert url.is_preauthenticated
    assert url.without_token.object_url("x") == REGIONAL + "/o/x"
