"""What a card shows whose owner is not known: its id, and how it gets a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar.card.card_json import MAX_SHOWN_CHARACTERS, TEMPLATE_OF_OTHERS
from functions.codecard_avatar.card.registry import UNKNOWN_CARD_FIELDS
from functions.codecard_avatar.model.claim_code import claim_code_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def unknown_card_fields(fields: Mapping[str, str], card_id: str) -> dict[str, str]:
    """Return the fields of the screen for an unknown card.

    Those of a backend stay as they are, with the card's id behind its text where the template has room for that.
    """
    if fields == UNKNOWN_CARD_FIELDS:
        body = f"This card has no name yet. Its owner claims it with the code {claim_code_of(card_id)}"
        return {**fields, "subtitle": f"Card {card_id}", "bodytext": body}
    text = fields.get("bodytext", "").rstrip(" .")
    with_id = f"{text}. Card {card_id}" if text else f"Card {card_id}"
    room = MAX_SHOWN_CHARACTERS.get(fields.get("template", ""), MAX_SHOWN_CHARACTERS[TEMPLATE_OF_OTHERS])[2]
    return dict(fields) if len(with_id) > room or card_id in text else {**fields, "bodytext": with_id}
