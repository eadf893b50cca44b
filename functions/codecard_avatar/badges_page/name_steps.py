"""How a name gets on a card, in three steps, by where this function looks cards up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from functions.codecard_avatar.card.registry import UNKNOWN_CARD_FIELDS
from functions.codecard_avatar.card.unknown_card import unknown_card_fields
from functions.codecard_avatar.model.claim_code import EXAMPLE_CODE, card_of_claim_code

if TYPE_CHECKING:
    from functions.codecard_avatar.settings import Settings

EXAMPLE_CARD = card_of_claim_code(EXAMPLE_CODE)


@dataclass(frozen=True, slots=True)
class NameStep:
    """One step: what to do, and a command or a text for whoever keeps the registry, empty where there is none."""

    text: str
    command: str = ""


def name_steps(settings: Settings) -> tuple[NameStep, ...]:
    """Return the three steps."""
    again = NameStep("Press the button again. The card asks anew at each press, and shows the badge.")
    if settings.apex_url:
        return (
            NameStep(f"Press a button of the card. Its screen says that it is not known, and its id ({EXAMPLE_CARD})."),
            NameStep(
                f"Save the name under that id in the card backend at {urlsplit(settings.apex_url).hostname}.",
                f'oci-functions badge cards add {EXAMPLE_CARD} --name "Joan Citizen" --apex-url {settings.apex_url}',
            ),
            again,
        )
    code = NameStep(f"Press a button of the card. Without a name it shows its claim code, such as {EXAMPLE_CODE}.")
    if settings.card_registry:
        bucket = settings.private_bucket.bucket if settings.private_bucket else "BUCKET"
        place = f"--bucket {bucket} --registry {settings.card_registry}"
        enters = "who enters them under Registered cards below, or runs" if settings.card_keepers else "who runs"
        return (
            code,
            NameStep(
                f"Give code and name to whoever keeps the registry, {enters}",
                f'oci-functions badge cards claim {EXAMPLE_CODE} --name "Joan Citizen" {place}',
            ),
            again,
        )
    return (
        NameStep(f"Press a button of the card. Without a name it shows its id, such as {EXAMPLE_CARD}."),
        NameStep(
            "Give id and name to whoever configures this function: names stand in its config, as card_names.",
            f'card_names = {{"{EXAMPLE_CARD}": "Joan Citizen"}}',
        ),
        again,
    )


def unknown_screen(settings: Settings) -> tuple[str, ...]:
    """Return the lines of a nameless card's screen; none for a backend, which has words of its own."""
    if settings.apex_url:
        return ()
    fields = unknown_card_fields(UNKNOWN_CARD_FIELDS, EXAMPLE_CARD)
    return (fields["title"], fields["subtitle"], fields["bodytext"])
