"""Which cards show a badge, and how a name gets on one, by what is configured: the facts of the docs' table."""

from __future__ import annotations

import pytest

from emulator.card.firmware_modes import FIRMWARE_ORDER, SHOWN, Mode
from functions.codecard_avatar.badges_page.firmware_words import FirmwareWords, firmware_words
from functions.codecard_avatar.badges_page.name_steps import name_steps, unknown_screen
from functions.codecard_avatar.settings import Settings
from shared.settings import load_settings

STORAGE = "https://objectstorage.us-phoenix-1.oraclecloud.com"
NAMES = {"card_names": '{"CC50E3CCBFFF": "Joan"}'}
INLINE = {"publish": "inline", "public_url": "https://cards.example"}
BUCKET = {"oss_bucket": f"{STORAGE}/n/space/b/codecard"}
REGISTRY = {"card_registry": "cards/", "private_bucket": f"{STORAGE}/n/space/b/private"}


def settings(**config: str) -> Settings:
    return load_settings(Settings, config)


def words(**config: str) -> FirmwareWords:
    return firmware_words(settings(**config, **NAMES))


@pytest.mark.parametrize(
    ("config", "way", "offer"),
    [
        (INLINE, "inline", "https, ECDHE only"),
        ({"publish": "inline", "public_url": "http://localhost:8080"}, "inline", "http"),
        (BUCKET, "bucket, signed", "https, ECDHE only"),
        ({"oss_bucket": f"{STORAGE}/p/abc/n/space/b/codecard/o/"}, "bucket, link", "https, ECDHE only"),
    ],
)
def test_what_cards_show_is_what_the_table_says_of_this_function(config: dict[str, str], way: str, offer: str) -> None:
    found = words(**config)
    assert (found.way, found.offer) == (way, offer)
    here = [row.shows[found.here] for row in found.rows]
    assert here == list(SHOWN[Mode(offer, way, offer)])  # type: ignore[arg-type]
    assert [row.name for row in found.rows] == list(FIRMWARE_ORDER)
    assert all(word in found.words for row in found.rows for word in row.shows)


def test_what_a_stock_card_needs_is_said_where_it_shows_nothing() -> None:
    assert "button: https, RSA key exchange; pictures: https, RSA key exchange" in words(**INLINE).stock_needs
    assert words(publish="inline", public_url="http://localhost").stock_needs == ""


@pytest.mark.parametrize(
    ("config", "asks", "command"),
    [
        ({**BUCKET, **REGISTRY}, "claim code", "oci-functions badge cards claim SH8E-7K5Z-ZYDK"),
        ({**BUCKET, "apex_url": "https://ords.example/cc"}, "its id", "--apex-url https://ords.example/cc"),
        ({**INLINE, **NAMES}, "its id", "card_names ="),
    ],
)
def test_three_steps_lead_to_a_name_by_what_is_configured(config: dict[str, str], asks: str, command: str) -> None:
    first, second, third = name_steps(settings(**config))
    assert asks in first.text
    assert command in second.command
    assert "again" in third.text
    assert ("claims it with the code" in "".join(unknown_screen(settings(**config)))) == ("apex_url" not in config)


def test_keepers_are_sent_to_the_page_where_there_are_some() -> None:
    keepers = {"card_keepers": "joan@example.com", "page_key": "k" * 32}
    assert "below" in name_steps(settings(**BUCKET, **REGISTRY, **keepers))[1].text
    assert "below" not in name_steps(settings(**BUCKET, **REGISTRY))[1].text
