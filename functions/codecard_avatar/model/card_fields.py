"""The fields of a card and how long they may be."""

from __future__ import annotations

from functions.codecard_avatar.model.badge_content import CONTACT_FIELDS, CONTENT_FIELDS
from functions.codecard_avatar.model.button_layout import LAYOUT_FIELD, PHOTO_FIELD

MAX_FIELD_CHARACTERS = {
    "template": 12,
    "title": 50,
    "subtitle": 100,
    "bodytext": 200,
    "icon": 200,
    "badge": 5,
    "backgroundImage": 200,
    "backgroundColor": 10,
    "fingerprint": 200,
    "barcode": 50,
}
"""The fields of a card with the lengths of the backend's columns; what is longer is cut."""

_DRAWN = [name for sources in CONTENT_FIELDS.values() for name in sources]
CARD_FIELDS = tuple(dict.fromkeys((*MAX_FIELD_CHARACTERS, *_DRAWN, *CONTACT_FIELDS, LAYOUT_FIELD, PHOTO_FIELD)))
"""All fields of a card that are read: those that the card itself is sent, and those that are drawn only."""
