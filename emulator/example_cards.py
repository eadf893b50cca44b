"""People of an event and their cards, as a registry has them: made up, for the local cloud and the demo."""

from __future__ import annotations

import json

OBJECT = "cards.json"
"""Name of the registry in the private bucket."""

CARDS: dict[str, dict[str, str]] = {
    "CC50E3CCBFFF": {
        "title": "Joan Citizen",
        "role": "Platform engineer",
        "company": "Example Corp",
        "barcode": "https://example.com/joan",
    },
    "CC50E3CCB101": {"title": "Ada Lovelace", "role": "Analyst", "company": "Analytical Engines"},
    "CC50E3CCB102": {"title": "Łukasz Żółkiewski", "role": "Site reliability", "company": "Wisła Data"},
    "CC50E3CCB103": {"title": "Nguyễn Thị Minh Khai", "role": "Speaker"},
    "CC50E3CCB104": {"title": "محمد الفارسي", "company": "Qamar Labs"},
    "CC50E3CCB105": {"title": "Maximiliane Freifrau von Hohenstein-Sonnenberg", "role": "FinOps"},
    "CC50E3CCB106": {"title": "Bo Li", "role": "Organiser", "company": "DevCon", "layout": "details"},
    "CC50E3CCB107": {"title": "Sofía Núñez", "barcode": "@sofia", "layout": "qr"},
}
"""By card id; the first one is the card that the examples press."""


def registry_object() -> bytes:
    """Return the cards as the object of a registry."""
    return json.dumps(CARDS, ensure_ascii=False, indent=1).encode()
