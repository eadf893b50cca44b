"""The JSON that a card would get for what is previewed, as far as it is known before anything is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar.badges_page.name_steps import EXAMPLE_CARD
from functions.codecard_avatar.card.card_json import badge_fields, encode_document
from functions.codecard_avatar.draw.badge_picture import bitmap_file
from functions.codecard_avatar.publish import picture_names
from functions.codecard_avatar.publish.picture_route import DEFAULT_PARENT, FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from functions.codecard_avatar.badges_page.badge_panels import BadgePanel
    from functions.codecard_avatar.settings import Settings

UNREAD_FINGERPRINT = " ".join(["00"] * 20)
"""Stands for the fingerprint of the pictures' host, which a press reads from its certificate: as long as a real one."""


def previewed_answer(settings: Settings, button: str, fields: Mapping[str, str], panel: BadgePanel) -> str:
    """Return the document; its address is the picture's own, for an example's card."""
    url = _picture_url(settings, button, bitmap_file(panel.picture))
    fingerprint = UNREAD_FINGERPRINT if url.startswith("https:") else ""
    return encode_document(badge_fields(fields, url, fingerprint, panel.notes)).decode()


def _picture_url(settings: Settings, button: str, bitmap: bytes) -> str:
    if settings.publish == "bucket" and settings.oss_bucket is not None:
        bucket = settings.oss_bucket.at(settings.oci_endpoint).without_token
        return bucket.object_url(picture_names.object_name(bitmap))
    base = settings.public_url or f"https://{next(iter(settings.allowed_hosts), 'gateway.example.com')}"
    label, _, function = button.partition("/")
    owner = picture_names.PictureOwner(EXAMPLE_CARD, label, function)
    return f"{base}{DEFAULT_PARENT}/{FOLDER}/{picture_names.card_picture_name(owner, bitmap)}"
