"""Configs of codecard-avatar that are measured, and what they need in the local cloud."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from emulator.services.identity.service import DEFAULT_TENANCY

if TYPE_CHECKING:
    from emulator.cloud import Cloud

CARD_ID = "CC50E3CCBFFF"
LARGE = 100_000


def ways(cloud: Cloud) -> dict[str, dict[str, str]]:
    """Return a config for each way of publishing, of a card in the backend that shows the classic layout."""
    storage = cloud.object_storage
    cloud.codecard.save(CARD_ID, title="Joan Citizen")
    bucket = storage.create_bucket("codecard", tenancy=DEFAULT_TENANCY, public_access_type="ObjectRead")
    link = storage.create_link(bucket, "AnyObjectWrite").replace(cloud.endpoint, cloud.tls_endpoint)
    apex = {"apex_url": cloud.tls_endpoint + cloud.codecard.path, "layout": "classic"}
    return {
        "bucket, resource principal": apex | {"oss_bucket": f"{cloud.tls_endpoint}/n/{bucket.namespace}/b/codecard"},
        "bucket, pre-authenticated link": apex | {"oss_bucket": link},
        "inline": apex | {"publish": "inline", "public_url": cloud.tls_gateway},
    }


def registry(cloud: Cloud) -> dict[str, str]:
    """Return the config of a card with something for every layout, its entry and photo in a private bucket."""
    storage = cloud.object_storage
    private = storage.create_bucket("codecard-private", tenancy=DEFAULT_TENANCY)
    entry = {
        "title": "Joan Citizen",
        "role": "Cloud Engineer",
        "company": "Example Corporation",
        "detail": "Talks about functions",
        "pronouns": "she/her",
        "event": "Code Days",
        "qr": "https://example.com/joan",
        "photo": "joan.jpg",
    }
    storage.put(private, "cards.json", json.dumps({CARD_ID: entry}).encode())
    storage.put(private, "joan.jpg", _photo())
    return {
        "publish": "inline",
        "public_url": cloud.tls_gateway,
        "private_bucket": f"{cloud.tls_endpoint}/n/{private.namespace}/b/{private.name}",
        "card_registry": "cards.json",
    }


def large_registries(cloud: Cloud, config: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return configs of a card among a hundred thousand: names in one object, a folder; ``config`` is the rest.

    Of the folder the one part is made that a press of this card reads.
    """
    storage = cloud.object_storage
    config = config | {"layout": "classic"}
    private = next(bucket for (_, name), bucket in storage.buckets.items() if name == "codecard-private")
    names = {CARD_ID: "Joan Citizen"} | {f"AA00{number:08X}": f"Joan Citizen {number}" for number in range(LARGE - 1)}
    storage.put(private, "names.json", json.dumps(names).encode())
    entry = {"title": "Joan Citizen", "role": "Cloud Engineer", "company": "Example Corporation", "pronouns": "she/her"}
    part = {f"AA00{number:06X}FF": entry for number in range(LARGE // 256)} | {CARD_ID: entry}
    storage.put(private, "cards/FF.json", json.dumps(part).encode())
    return {
        "100,000 names in one object": config | {"card_registry": "names.json"},
        "100,000 cards in a folder": config | {"card_registry": "cards/"},
    }


def _photo() -> bytes:
    """Return a JPEG as a telephone takes it, scaled to what people send: 800 x 600 pixels with some structure."""
    from PIL import Image  # of the bench's own process

    picture = Image.effect_noise((800, 600), 90).convert("RGB")
    picture.paste(Image.radial_gradient("L").resize((600, 600)).convert("RGB"), (100, 0))
    target = io.BytesIO()
    picture.save(target, format="JPEG", quality=80)
    return target.getvalue()
