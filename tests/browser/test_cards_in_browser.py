"""The cards' page in a browser, by keyboard, on a phone: a name gets on a card; a table is looked at, then written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp
from emulator.services.identity.service import DEFAULT_TENANCY
from functions.codecard_avatar.model.claim_code import claim_code_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.browser.conftest import Opened

CARD, OTHER = "CC50E3CCBFFF", "AABBCCDDEEFF"
HOSTILE = "<b id=broken>Eve</b> \u202e" + "x" * 900
PHONE = {"viewport": {"width": 360, "height": 780}, "color_scheme": "dark"}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Cloud]:
    # With the gateway's own login, so that a form needs the cookie's X-CSRF-TOKEN beside the page's token.
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal(), limit_rate=False, login=True)
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path_factory.mktemp("cards"), functions=functions, tls=False, options=options) as cloud:
        bucket = cloud.object_storage.create_bucket("codecard-private", tenancy=DEFAULT_TENANCY)
        cloud.object_storage.put(bucket, "cards.json", json.dumps({OTHER: {"title": HOSTILE}}).encode())
        functions.host.configure(
            "codecard-avatar",
            {
                "publish": "inline",
                "public_url": cloud.gateway,
                "card_registry": "cards.json",
                "private_bucket": f"https://objectstorage.us-ashburn-1.oraclecloud.com/n/{bucket.namespace}/b/{bucket.name}",
                "oci_endpoint": cloud.endpoint,
                "card_keepers": "*",
                "page_key": "0123456789abcdef" * 2,
            },
        )
        yield cloud


def registry(cloud: Cloud) -> object:
    (bucket,) = cloud.object_storage.buckets.values()
    return json.loads(bucket.objects["cards.json"].read())


def press(cloud: Cloud) -> str:
    headers = {"X-CODECARD-ID": CARD}
    return str(requests.get(f"{cloud.gateway}/codecard/avatar", headers=headers, timeout=20).json()["title"])


def test_a_name_gets_on_a_card_by_keyboard_on_a_phone(open_page: Callable[..., Opened], cloud: Cloud) -> None:
    opened = open_page(f"{cloud.gateway}/codecard/badges", **PHONE)
    page = opened.page
    page.locator("#title").fill("Ada Lovelace")
    page.locator("[data-cards]").press("Enter")
    expect(page.locator("#f-title")).to_have_value("Ada Lovelace")
    assert opened.overflow_px() <= 0, "a hostile name of 900 characters is in the list"
    assert page.locator("#broken").count() == 0
    violations = Axe().run(page).response["violations"]
    assert [each["id"] for each in violations if each["impact"] in ("serious", "critical")] == []
    assert press(cloud) == "Uh oh!"
    page.locator("#f-card").fill(claim_code_of(CARD))
    page.keyboard.press("Enter")
    expect(page.locator("[data-told]")).to_contain_text(f"{CARD} is registered.")
    expect(page.locator("[data-told]")).to_be_focused()
    opened.screenshot("cards-phone")
    page.reload(wait_until="networkidle")
    expect(page.get_by_role("row", name=CARD)).to_contain_text("Ada Lovelace")
    assert press(cloud) == "Ada Lovelace"


def test_a_table_is_looked_at_and_written_and_a_card_removed(open_page: Callable[..., Opened], cloud: Cloud) -> None:
    opened = open_page(f"{cloud.gateway}/codecard/badges/cards")
    page, before = opened.page, registry(cloud)
    page.get_by_text("Import a table", exact=True).click()
    table = f"card,name\r\n{OTHER},Eve\r\n0123456789AB,Bob\r\n"
    page.set_input_files("#table-file", {"name": "people.csv", "mimeType": "text/csv", "buffer": table.encode()})
    expect(page.locator("#table")).to_have_value(table.replace("\r", ""))
    page.get_by_role("button", name="Show what it changes").click()
    expect(page.get_by_text("1 new, 1 with other fields than now")).to_be_visible()
    assert registry(cloud) == before
    page.get_by_label("Replace the 1").check()
    page.get_by_role("button", name="Write 2 cards").click()
    expect(page.locator("[data-told]")).to_contain_text("1 registered, 1 changed")
    page.get_by_role("link", name="Remove 0123456789AB").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator("[data-told]")).to_contain_text("0123456789AB is removed.")
    found = registry(cloud)
    assert isinstance(found, dict)
    assert (found[OTHER], "0123456789AB" in found) == ("Eve", False)
    opened.screenshot("cards")


def test_without_script_a_card_is_registered_as_a_plain_form(open_page: Callable[..., Opened], cloud: Cloud) -> None:
    """A gateway without a login's cookie takes it; the browser itself says which page sent the form."""
    bearer = {"Authorization": f"Bearer {cloud.identity.mint_access_token()}"}
    address = f"{cloud.gateway}/codecard/badges/cards?title=Grace+Hopper"
    page = open_page(address, extra_http_headers=bearer, java_script_enabled=False).page
    page.locator("#f-card").fill("12:34:56:78:9A:BC")
    buttons = ["the whole card", "A pressed", "A held", "B pressed", "B held"]
    assert page.locator("#f-button option").all_text_contents() == buttons, "in the words of the other page"
    page.get_by_role("button", name="Register").click()
    expect(page.locator("[data-told]")).to_contain_text("123456789ABC is registered.")
    found = registry(cloud)
    assert isinstance(found, dict)
    assert found["123456789ABC"] == "Grace Hopper"
