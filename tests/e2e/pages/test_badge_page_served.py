"""The badge page under the real fdk command: the panel of what was typed, behind a token that no card needs."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from typing import TYPE_CHECKING

import pytest
import requests
from PIL import Image

from emulator.cloud import Cloud, CloudOptions
from emulator.functions_app import FunctionsApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from requests import Response

HOSTILE = '<script>alert(1)</script>"אבג'
CONFIG = {"publish": "inline", "card_names": '{"CC50E3CCBFFF": "Joan Citizen"}'}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, keys_folder: Path) -> Iterator[Cloud]:
    functions = FunctionsApp(lambda cloud: cloud.identity.mint_resource_principal())
    options = CloudOptions(keys_folder=keys_folder)
    with Cloud(tmp_path_factory.mktemp("page"), functions=functions, tls=False, options=options) as cloud:
        functions.host.configure("codecard-avatar", {**CONFIG, "public_url": cloud.gateway, "event_name": "Code One"})
        yield cloud


def get(cloud: Cloud, path: str, **parameters: str) -> Response:
    headers = {"Authorization": f"Bearer {cloud.identity.mint_access_token()}"}
    return requests.get(cloud.gateway + path, params=parameters, headers=headers, timeout=60)


def pictures(text: str) -> list[Image.Image]:
    found = re.findall(r'<img src="data:image/png;base64,([^"]*)"', text)
    return [Image.open(io.BytesIO(base64.b64decode(each))) for each in found]


def test_what_is_typed_is_drawn_for_each_button_and_layout(cloud: Cloud) -> None:
    typed = {"title": "Ada Lovelace", "qr": "https://example.com/ada"}
    page = get(cloud, "/codecard/badges", **typed)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "A pressed: Ada Lovelace, layout name-first" in page.text
    (panel,) = pictures(page.text)
    assert (panel.size, panel.mode) == ((264, 176), "1")
    held = get(cloud, "/codecard/badges/data", **typed, button="a/2", part="preview").json()
    assert "A held: Ada Lovelace, layout qr" in held["html"]
    assert pictures(held["html"])[0].tobytes() != panel.tobytes()
    layouts = get(cloud, "/codecard/badges/data", **typed, part="layouts").json()["html"]
    assert pictures(layouts)[1].tobytes() == panel.tobytes()
    assert len(pictures(layouts)) == 5


def test_the_card_gets_the_json_that_the_page_shows(cloud: Cloud) -> None:
    page = get(cloud, "/codecard/badges/data", title="Joan Citizen", part="preview", button="a/1").json()["html"]
    shown = json.loads(html.unescape(re.findall(r"<pre>(.*?)</pre>", page)[0]))
    headers = {"X-CODECARD-ID": "CC50E3CCBFFF"}
    pressed = requests.get(f"{cloud.gateway}/codecard/avatar", headers=headers, timeout=20).json()
    assert shown == pressed, "to the hash of the picture"


def test_the_page_asks_for_a_token_and_the_cards_routes_do_not(cloud: Cloud) -> None:
    assert requests.get(f"{cloud.gateway}/codecard/badges", timeout=20).status_code == 401
    press = requests.get(f"{cloud.gateway}/codecard/avatar", headers={"X-CODECARD-ID": "0" * 12}, timeout=20)
    assert press.json()["subtitle"] == "Card 000000000000"


def test_a_page_stores_nothing_and_names_no_card(cloud: Cloud) -> None:
    cloud.log.clear()
    page = get(cloud, "/codecard/badges")
    assert "Joan Citizen, layout name-first" in page.text, "the example, whoever has which card"
    assert [call.path for call in cloud.log.calls() if call.service == "object_storage"] == []


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"layout": "round"}, "layout"),
        ({"title": "x" * 5000}, "title"),
        ({"role": "a\x07b"}, "role"),
        ({"button": "c/1"}, "button"),
        ({"part": "all"}, "part"),
        ({"title": "\u200b"}, "title"),
    ],
)
def test_what_cannot_be_drawn_is_named(cloud: Cloud, parameters: dict[str, str], field: str) -> None:
    answer = get(cloud, "/codecard/badges/data", **parameters)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_a_hostile_name_stays_text(cloud: Cloud) -> None:
    page = get(cloud, "/codecard/badges", title=HOSTILE, company=HOSTILE)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
