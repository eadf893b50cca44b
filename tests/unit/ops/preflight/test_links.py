"""A link that is about to end is told before it does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from oci.object_storage.models import PreauthenticatedRequestSummary

from ops.preflight.links import link_row

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def link(days: float, access_type: str = "AnyObjectReadWrite", name: str = "cards") -> PreauthenticatedRequestSummary:
    return PreauthenticatedRequestSummary(
        name=name, access_type=access_type, time_expires=NOW + timedelta(days=days), object_name=None
    )


@pytest.mark.parametrize(
    ("key", "links", "outcome", "told"),
    [
        ("oss_bucket", [link(30)], "ok", "cards ends on 2026-03-31, in 30 days"),
        ("oss_bucket", [link(14)], "ok", "in 14 days"),
        ("oss_bucket", [link(13.9)], "warning", "in 13 days"),
        ("oss_bucket", [link(3), link(90, name="new")], "warning", "1 others end later"),
        ("oss_bucket", [link(-1)], "FAILED", "ended cards on 2026-02-28"),
        ("oss_bucket", [], "FAILED", "no link of codecard is alive and fit"),
        ("oss_bucket", [link(90, "AnyObjectRead"), link(90, "ObjectWrite")], "FAILED", "no link"),
        ("oss_bucket", [link(90, "AnyObjectWrite")], "ok", "in 90 days"),
        ("private_bucket", [link(90, "AnyObjectWrite")], "FAILED", "no link"),
        ("private_bucket", [link(90, "AnyObjectRead"), link(1, "AnyObjectWrite")], "ok", "in 90 days"),
    ],
)
def test_the_link_that_ends_first_is_told(
    key: str, links: list[PreauthenticatedRequestSummary], outcome: str, told: str
) -> None:
    row = link_row(key, "codecard", links, NOW)
    assert row.outcome == outcome
    assert told in row.detail
    assert bool(row.fix) == (outcome != "ok")
