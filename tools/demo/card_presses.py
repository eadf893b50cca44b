"""Two cards press, one as handed out and one reflashed, at hosts of today and behind a load balancer."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.card.card_client import Card
from emulator.card.firmware_json import CardError
from emulator.card.firmwares import TRAITS
from tools.demo.card_picture import draw_cards

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from emulator.card.firmwares import Firmware
    from emulator.card.screen import Screen
    from emulator.cloud import Cloud

ROUTE = "/codecard/avatar"
GATEWAY, BALANCER = "OCI's gateway", "load balancer"
CARDS: dict[str, Firmware] = {"stock": "S", "reflashed": "LF"}
BUTTONS = (("a", "1"), ("a", "2"), ("b", "1"))
SHOWN_LINES = 8
PATIENCE_SECONDS = 15.0
"""The demo shows what a card makes of an answer; a busy machine may take longer than the real card waits."""


@dataclass(frozen=True)
class Pressed:
    """A press of the demo: which card, at which kind of host, what it showed and said."""

    card: str
    firmware: Firmware
    host: str
    screen: Screen
    serial: list[str]


def show(cloud: Cloud, publish_at: Callable[[str], None], card_id: str, out: Path) -> list[Pressed]:
    """Press on both cards at both kinds of host; then the other buttons of the reflashed one. Print and draw it all.

    ``publish_at`` configures the function for pictures at a host. Raises CardError for a press that shows something
    else than the docs say.
    """
    print("   two cards press: one as it was handed out, one reflashed with BearSSL")
    presses = []
    for host, address in {GATEWAY: cloud.tls_gateway, BALANCER: cloud.balancer_gateway}.items():
        publish_at(address)
        for name, firmware in CARDS.items():
            card = _card(card_id, firmware)
            screen = card.push_button(address + ROUTE, fingerprint=_fingerprint(cloud))
            presses.append(Pressed(name, firmware, host, screen, card.serial))
    _explain(presses)
    _check(presses)
    draw_cards({f"{each.card}, {each.host}": each.screen for each in presses}, out / "cards.png")
    _buttons(cloud, card_id, out)
    return presses


def _check(presses: list[Pressed]) -> None:
    """Raise CardError unless the stock card at the gateway, and it alone, has no picture."""
    for each in presses:
        wanted = (each.card, each.host) != ("stock", GATEWAY)
        if bool(each.screen.picture) != wanted:
            raise CardError(f"the {each.card} card, {each.host}: {_shows(each.screen)}, {each.serial[-1]}")


def _explain(presses: list[Pressed]) -> None:
    """Print each press, and the serial line of one that failed."""
    for each in presses:
        says = "" if each.screen.picture else f", serial: {each.serial[-1]}"
        print(f"      {each.card:<9} ({each.firmware:<2}) {each.host:<13} -> {_shows(each.screen)}{says}")
    failed = next((each for each in presses if not each.screen.picture), None)
    if failed is not None:
        print(f"      the serial line of the {failed.card} card ({TRAITS[failed.firmware].meaning}):")
        print("\n".join(f"         {line}" for line in failed.serial[-SHOWN_LINES:]))


def _buttons(cloud: Cloud, card_id: str, out: Path) -> None:
    """Press the reflashed card's buttons, each with a picture of its own, and draw them beside each other."""
    screens = {}
    for label, function in BUTTONS:
        card = _card(card_id, "LF")
        at = cloud.balancer_gateway + ROUTE
        screen = card.push_button(at, label=label, function=function, fingerprint=_fingerprint(cloud))
        screens[f"{label.upper()}, {'short' if function == '1' else 'long'}"] = screen
        print(f"      button {label}/{function} -> {_shows(screen)}")
        if not screen.picture:
            raise CardError(f"button {label}/{function}: {card.serial[-1]}")
    draw_cards(screens, out / "buttons.png")


def _card(card_id: str, firmware: Firmware) -> Card:
    return Card(card_id, firmware, first_byte_seconds=PATIENCE_SECONDS)


def _shows(screen: Screen) -> str:
    return "its picture" if screen.picture else f"{screen.shows}: {' / '.join(screen.words) or 'an empty panel'}"


def _fingerprint(cloud: Cloud) -> str:
    """Return what the owner has stored for the button: the SHA-1 of the host's certificate."""
    certificate = ssl.PEM_cert_to_DER_cert(cloud.tls_certificate_file.read_text())
    return hashlib.sha1(certificate, usedforsecurity=False).digest().hex(" ").upper()
