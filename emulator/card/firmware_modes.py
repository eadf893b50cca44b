"""What the panel of each firmware shows after a press, by the way of publishing and what the hosts offer.

The table stands in docs/codecard-avatar.md; tests/e2e/badge/test_firmwares.py presses the buttons for every cell of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from emulator.card.firmwares import Firmware

Offer = Literal["http", "https, RSA key exchange", "https, ECDHE only"]
Way = Literal["bucket, signed", "bucket, link", "inline"]
Shown = Literal["badge", "white", "waits", "own picture", "Uh oh!", "not known"]

FIRMWARE_ORDER: tuple[Firmware, ...] = get_args(Firmware)


@dataclass(frozen=True)
class Mode:
    """How the button reaches the function, how pictures are published, and how the pictures' host is reached."""

    button: Offer
    way: Way
    pictures: Offer


RSA: Offer = "https, RSA key exchange"
ECDHE: Offer = "https, ECDHE only"

SHOWN: dict[Mode, tuple[Shown, ...]] = {
    Mode("http", "inline", "http"): ("badge", "badge", "badge", "badge", "own picture", "Uh oh!"),
    Mode("http", "bucket, signed", RSA): ("badge", "badge", "badge", "white", "own picture", "Uh oh!"),
    Mode("http", "bucket, link", RSA): ("badge", "badge", "badge", "white", "own picture", "Uh oh!"),
    Mode("http", "inline", RSA): ("badge", "badge", "badge", "white", "own picture", "Uh oh!"),
    Mode("http", "bucket, signed", ECDHE): ("white", "badge", "badge", "white", "own picture", "Uh oh!"),
    Mode("http", "bucket, link", ECDHE): ("white", "badge", "badge", "white", "own picture", "Uh oh!"),
    Mode("http", "inline", ECDHE): ("white", "badge", "badge", "white", "own picture", "Uh oh!"),
    Mode(RSA, "inline", RSA): ("badge", "badge", "badge", "waits", "not known", "Uh oh!"),
    Mode(ECDHE, "bucket, signed", ECDHE): ("waits", "badge", "badge", "waits", "not known", "Uh oh!"),
    Mode(ECDHE, "bucket, link", ECDHE): ("waits", "badge", "badge", "waits", "not known", "Uh oh!"),
    Mode(ECDHE, "inline", ECDHE): ("waits", "badge", "badge", "waits", "not known", "Uh oh!"),
}
"""In the order of FIRMWARE_ORDER."""

MEANINGS: dict[Shown, str] = {
    "badge": "the badge, from the pictures' host",
    "white": "an empty panel: the badge was answered, and the card cannot open the pictures' host",
    "waits": '"please wait...": the card cannot open the button\'s host',
    "own picture": "a picture that is built into the firmware",
    "Uh oh!": "that the card's id is missing (`bad-card-id`)",
    "not known": "found out by nobody",
}
