"""What `oci-functions cloud serve` puts into a fresh cloud, and how to use it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.services.codecard.service import IDENTICON_PATH
from emulator.services.identity.service import DEFAULT_TENANCY

if TYPE_CHECKING:
    from emulator.cloud import Cloud
    from emulator.services.identity.service import ApiKeyUser

BUCKET = "codecard"
PRIVATE_BUCKET = "codecard-private"
CARD_ID = "CC50E3CCBFFF"


@dataclass(frozen=True)
class Example:
    """What was made: the principal's environment, a user, the bucket's URL and a link to the bucket."""

    principal_env: dict[str, str]
    user: ApiKeyUser
    bucket_url: str
    link_url: str
    apex_url: str


def fill(cloud: Cloud) -> Example:
    """Mint a principal and a user, make a public bucket with a link and a private one, and save one card."""
    storage = cloud.object_storage
    bucket = storage.create_bucket(BUCKET, tenancy=DEFAULT_TENANCY, public_access_type="ObjectRead")
    storage.create_bucket(PRIVATE_BUCKET, tenancy=DEFAULT_TENANCY)
    link = storage.create_link(bucket, "AnyObjectReadWrite", lists_objects=True)
    cloud.codecard.save(CARD_ID, template="template1", title="Joan Citizen", subtitle="Local cloud", icon="oracle")
    return Example(
        principal_env=cloud.identity.mint_resource_principal(),
        user=cloud.identity.create_user(),
        bucket_url=f"{cloud.endpoint}/n/{bucket.namespace}/b/{bucket.name}",
        link_url=link,
        apex_url=cloud.endpoint + cloud.codecard.path,
    )


def explain_cloud(cloud: Cloud, example: Example) -> str:
    """Return the text that shows how to call everything with curl."""
    other_card = {"badgeId": "AABBCCDDEEFF", "buttonLabel": "a", "buttonFunction": "1", "title": "Ada Lovelace"}
    sections = [
        f"Local cloud: {cloud.endpoint} and {cloud.tls_endpoint}",
        f"  trust it:      export REQUESTS_CA_BUNDLE={cloud.ca_file}",
        f"  SDK and CLI:   {example.user.config_file} (profile {example.user.profile}, endpoint {cloud.endpoint})",
        "  as a function: " + " ".join(f"{name}={value}" for name, value in sorted(example.principal_env.items())),
        "",
        "List the bucket, put an object and get it (a pre-authenticated link, no signature):",
        f"  curl '{example.link_url}'",
        f"  curl -T README.md '{example.link_url}README.md'",
        f"  curl {example.bucket_url}/o/README.md",
        "",
        "Ask the card backend, and save a card:",
        f"  curl -H 'X-CODECARD-ID: {CARD_ID}' -H 'X-CODECARD-BUTTON-LABEL: a' -H 'X-CODECARD-BUTTON-FUNCTION: 1' \\",
        f"       {example.apex_url}",
        "  curl -H 'Content-Type: application/json' \\",
        f"       -d '{json.dumps(other_card)}' \\",
        f"       {example.apex_url}",
        f"  curl -o stamp.png '{cloud.endpoint}{IDENTICON_PATH}/JoCi?s=8&p=30'",
    ]
    return "\n".join(sections)
