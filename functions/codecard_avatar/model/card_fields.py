"""The fields of a card and how long they may be."""

from __future__ import annotations

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

MAX_URL_CHARACTERS = 150
"""Of a picture's address: with a fingerprint of 59 characters it leaves firmware K, whose document holds 400 bytes,
room for a title."""
