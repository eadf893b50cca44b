"""The views of the badge page: the button that is looked at, every layout with its buttons, the card's JSON."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import pytest

from functions.codecard_avatar.badges_page import badge_views
from functions.codecard_avatar.badges_page.badge_panels import Scenery
from functions.codecard_avatar.badges_page.badge_routes import PAGE
from functions.codecard_avatar.badges_page.preview_answer import UNREAD_FINGERPRINT
from functions.codecard_avatar.badges_page.typed_card import read_typed
from functions.codecard_avatar.settings import Settings
from shared.pages.web_page import served_page
from shared.settings import load_settings

INLINE = {"publish": "inline", "public_url": "https://cards.example", "card_names": '{"CC50E3CCBFFF": "Joan"}'}
STORAGE = "https://objectstorage.us-phoenix-1.oraclecloud.com"
BUCKET = {"oss_bucket": f"{STORAGE}/p/secret/n/space/b/codecard/o/", "card_names": '{"CC50E3CCBFFF": "Joan"}'}
ADA = [("title", "Ada Lovelace"), ("qr", "https://example.com"), ("role", "Countess")]
TOKEN_OF_THE_LINK = "secret"


def settings(**config: str) -> Settings:
    return load_settings(Settings, config)


@pytest.mark.parametrize(
    ("button", "layout"), [("a/1", "name-first"), ("a/2", "qr"), ("b/1", "details"), ("b/2", "name-first")]
)
def test_a_button_shows_its_layout(button: str, layout: str) -> None:
    view = badge_views.preview_part(read_typed([*ADA, ("button", button)]), settings(**INLINE), Scenery())
    assert view.values["panel"].layout == layout
    assert view.title == "Badge of Ada Lovelace"


def test_every_layout_leads_to_its_own_panel() -> None:
    typed = read_typed(ADA)
    every = badge_views.layouts_part(typed, settings(**INLINE), Scenery()).values["every"]
    assert [(panel.layout, shown_by) for panel, shown_by, _, _ in every] == [
        ("classic", []),
        ("name-first", ["A pressed", "B held"]),
        ("qr", ["A held"]),
        ("photo", []),
        ("details", ["B pressed"]),
    ]
    for panel, _, address, _ in every:
        asked = read_typed(parse_qsl(address.removeprefix("?")))
        shown = badge_views.preview_part(asked, settings(**INLINE), Scenery()).values["panel"]
        assert (shown.layout, shown.picture.tobytes()) == (panel.layout, panel.picture.tobytes())


@pytest.mark.parametrize(
    ("config", "address"),
    [
        (INLINE, "https://cards.example/codecard/badge/CC50E3CCBFFF-b1-"),
        ({**INLINE, "public_url": "", "allowed_hosts": "a.example,b.example"}, "https://a.example/codecard/badge/CC50"),
        (BUCKET, f"{STORAGE}/n/space/b/codecard/o/badge-"),
    ],
)
def test_the_json_has_the_pictures_address_and_no_link_that_writes(config: dict[str, str], address: str) -> None:
    view = badge_views.preview_part(read_typed([*ADA, ("button", "b/1")]), settings(**config), Scenery())
    document = json.loads(view.values["answer"])
    assert document["backgroundImage"].startswith(address)
    assert document["fingerprint"] == UNREAD_FINGERPRINT
    assert TOKEN_OF_THE_LINK not in view.values["answer"]


def test_what_is_typed_stays_text_with_its_fault_at_its_field() -> None:
    hostile = '"><script>alert(1)</script>'
    typed = read_typed([("title", hostile), ("company", "x" * 5000), ("button", "b/2")])
    html = served_page(PAGE, badge_views.whole_view(typed, settings(**INLINE), Scenery()), "/b").body.decode()
    assert "<script>alert" not in html
    assert '<p class="fault" id="company-fault">has 5000 characters' in html
    assert 'value="b/2" checked' in html
