"""Presses through a trigger of Fn itself, whose answers look different from a gateway's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator.card.card_client import Card
from emulator.card.firmware_json import read_answer
from emulator.card.firmwares import TRAITS
from tests.support.badge import CARD, PATIENCE_SECONDS, BadgeCloud

if TYPE_CHECKING:
    from emulator.card.firmwares import Firmware

TRIGGER = "/t/oci-functions/codecard/avatar"


@pytest.mark.parametrize(("firmware", "shows"), [("S", "picture"), ("O", "picture"), ("K", "built-in")])
def test_behind_a_trigger_answer_and_picture_are_read_in_spite_of_sorted_headers(
    worker_badge: BadgeCloud, firmware: Firmware, shows: str
) -> None:
    worker_badge.reset()
    gateway = worker_badge.cloud.gateway.replace("127.0.0.1", "localhost")
    worker_badge.configure(apex_url=worker_badge.apex_url, publish="inline", public_url=gateway)
    worker_badge.cloud.codecard.save(CARD, title="Joan Citizen")
    card = Card(CARD, firmware, first_byte_seconds=PATIENCE_SECONDS)
    press = card.press(gateway + TRIGGER)
    names = [line.partition(b":")[0].decode() for line in press.raw.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
    assert names[: names.index("Date")] == sorted(names[: names.index("Date")])
    assert read_answer(press.raw, TRAITS[firmware].reads) == press.fields
    assert card.push_button(gateway + TRIGGER).shows == shows, card.serial
