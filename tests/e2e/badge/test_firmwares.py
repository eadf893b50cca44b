"""Every cell of the docs' table of firmwares, pressed: six firmwares, three ways of publishing, three kinds of host."""

from __future__ import annotations

import hashlib
import ssl
from typing import TYPE_CHECKING

import pytest

from emulator.card.card_client import Card
from emulator.card.firmware_modes import FIRMWARE_ORDER, MEANINGS, SHOWN, Mode, Shown
from tests.support.badge import CARD, PATIENCE_SECONDS, ROUTE, BadgeCloud

if TYPE_CHECKING:
    from emulator.card.firmware_modes import Offer
    from emulator.card.firmwares import Firmware


def hosts(badge: BadgeCloud, offer: Offer) -> tuple[str, str]:
    """The gateway and the services' endpoint that offer this."""
    cloud = badge.cloud
    return {
        "http": (cloud.gateway.replace("127.0.0.1", "localhost"), cloud.endpoint),
        "https, RSA key exchange": (cloud.balancer_gateway, cloud.balancer_endpoint),
        "https, ECDHE only": (cloud.tls_gateway, cloud.tls_endpoint),
    }[offer]


def publish(badge: BadgeCloud, mode: Mode) -> None:
    """Configure the function for a mode."""
    gateway, services = hosts(badge, mode.pictures)
    bucket = badge.bucket()
    badge.configure(
        apex_url=badge.apex_url,
        **{
            "bucket, signed": {"oss_bucket": f"{services}/n/{bucket.namespace}/b/{bucket.name}"},
            "bucket, link": {"oss_bucket": badge.link(bucket).replace(badge.cloud.tls_endpoint, services)},
            "inline": {"publish": "inline", "public_url": gateway},
        }[mode.way],
    )
    badge.cloud.codecard.save(CARD, title="Joan Citizen")


def shown(badge: BadgeCloud, mode: Mode, firmware: Firmware) -> Shown:
    """What the panel of a firmware shows after a press."""
    certificate = ssl.PEM_cert_to_DER_cert(badge.cloud.tls_certificate_file.read_text())
    stored = hashlib.sha1(certificate, usedforsecurity=False).hexdigest()
    card = Card(CARD, firmware, first_byte_seconds=PATIENCE_SECONDS)
    screen = card.push_button(hosts(badge, mode.button)[0] + ROUTE, fingerprint=stored)
    if "is not known" in card.serial[-1]:
        return "not known"
    if screen.shows == "words":
        assert screen.words[0] == "Uh oh!"
        return "Uh oh!"
    names: dict[str, Shown] = {"picture": "badge", "white": "white", "wait": "waits", "built-in": "own picture"}
    return names[screen.shows]


@pytest.mark.parametrize("mode", SHOWN, ids=lambda mode: f"{mode.button} - {mode.way} - {mode.pictures}")
def test_each_firmware_shows_what_the_docs_say(worker_badge: BadgeCloud, mode: Mode) -> None:
    worker_badge.reset()
    publish(worker_badge, mode)
    found = {firmware: shown(worker_badge, mode, firmware) for firmware in FIRMWARE_ORDER}
    assert found == dict(zip(FIRMWARE_ORDER, SHOWN[mode], strict=True))


@pytest.mark.parametrize(
    ("mode", "line"),
    [
        (Mode("http", "bucket, signed", "https, ECDHE only"), "SSL connection failed"),
        (Mode("https, ECDHE only", "inline", "https, ECDHE only"), "Connection failed"),
    ],
)
def test_a_stock_card_says_on_its_serial_line_that_a_host_of_today_is_closed_to_it(
    worker_badge: BadgeCloud, mode: Mode, line: str
) -> None:
    worker_badge.reset()
    publish(worker_badge, mode)
    card, button = Card(CARD, first_byte_seconds=PATIENCE_SECONDS), hosts(worker_badge, mode.button)[0] + ROUTE
    card.push_button(button, fingerprint="00" * 20)
    assert card.serial[-1] == line
    # The function is not to blame, and cannot know: where it was reached, its answer was the badge's.
    assert [call["outcome"] for call in worker_badge.log_lines()] == ["ok"] * (mode.button == "http")


def test_every_word_of_the_table_has_its_meaning() -> None:
    assert {word for row in SHOWN.values() for word in row} == set(MEANINGS)
