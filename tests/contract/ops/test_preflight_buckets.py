"""What the preflight says of the buckets in a function's config, links and folders included."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from emulator.services.identity.service import DEFAULT_TENANCY
from ops.identities import Identity
from ops.preflight.checks import Preflight, Where

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from ops.preflight.row import Row

DAY_SECONDS = 24 * 3600.0


def rows(cloud: Cloud, **config: str) -> list[Row]:
    """The rows of the buckets of a function with this config."""
    user = cloud.identity.create_user()
    preflight = Preflight(Where("c", endpoint=cloud.endpoint), Identity("config", config_file=str(user.config_file)))
    return list(preflight._buckets(SimpleNamespace(config=config)))


@pytest.mark.parametrize(
    ("access_type", "days", "outcome"),
    [
        ("AnyObjectReadWrite", 30.5, "ok"),
        ("AnyObjectReadWrite", 3.5, "warning"),
        ("AnyObjectReadWrite", -1, "FAILED"),
        ("AnyObjectRead", 30, "FAILED"),
    ],
)
def test_the_end_of_a_link_is_told_before_it_comes_and_its_token_never(
    cloud: Cloud, access_type: str, days: float, outcome: str
) -> None:
    bucket = cloud.object_storage.create_bucket("codecard", tenancy=DEFAULT_TENANCY)
    link = cloud.object_storage.create_link(bucket, access_type, lifetime_seconds=days * DAY_SECONDS)
    (row,) = rows(cloud, oss_bucket=link)
    assert (row.check, row.outcome) == ("link of oss_bucket", outcome)
    assert f"in {int(days)} days" in row.detail or outcome == "FAILED"
    assert link.split("/p/")[1].split("/")[0] not in str(row)


def test_whoever_may_not_list_links_is_told_the_policy(cloud: Cloud) -> None:
    url = f"{cloud.endpoint}/p/token/n/ns/b/nosuch/o/"
    (row,) = rows(cloud, private_bucket=url)
    assert (row.check, row.outcome) == ("link of private_bucket", "unknown")
    assert "manage buckets where target.bucket.name = 'nosuch'" in row.fix


@pytest.mark.parametrize(("access", "outcome"), [("ObjectRead", "FAILED"), ("NoPublicAccess", "ok")])
def test_a_folder_of_cards_in_a_public_bucket_is_found_out_without_any_part_of_it(
    cloud: Cloud, access: str, outcome: str
) -> None:
    bucket = cloud.object_storage.create_bucket("private", tenancy=DEFAULT_TENANCY, public_access_type=access)
    url = f"{cloud.endpoint}/n/{bucket.namespace}/b/private"
    found = rows(cloud, private_bucket=url, card_registry="cards/")
    assert [(row.check, row.outcome) for row in found] == [("private", "ok"), ("card_registry", outcome)]
