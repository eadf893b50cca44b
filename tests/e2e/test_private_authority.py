"""The badge where backend and bucket have certificates of a private authority, which the config names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.badge import CARD, BadgeCloud

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emulator.cloud import Cloud


class CloudOfAPrivateAuthority(BadgeCloud):
    """Nothing but the config tells the function whom to trust."""

    def _environment(self, cloud: Cloud) -> dict[str, str]:
        return cloud.identity.mint_resource_principal()


@pytest.fixture(scope="module")
def badge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BadgeCloud]:
    root: Path = tmp_path_factory.mktemp("private")
    with CloudOfAPrivateAuthority(root / "cloud", root / "keys") as cloud:
        yield cloud


def test_a_card_gets_its_badge_with_the_authority_in_the_config_and_not_without(badge: BadgeCloud) -> None:
    badge.cloud.codecard.save(CARD, title="Joan Citizen")
    config = {"apex_url": badge.apex_url, "oss_bucket": badge.bucket_url(badge.bucket())}
    badge.configure(**config)
    refused = badge.press()
    assert not badge.cloud.log.calls(service="object_storage")
    badge.configure(**config, ca_certificates=badge.cloud.ca_file.read_text())
    shown = badge.press()
    assert shown.fields["title"] == "Joan Citizen"
    assert shown.fields["backgroundImage"].startswith(badge.cloud.tls_endpoint)
    assert refused.fields.get("title") != "Joan Citizen"
