"""The card's backend of the local cloud over HTTP: the quirks that a function has to live with."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
import requests
from PIL import Image

from emulator.services.codecard.service import DEFAULT_PATH, UNKNOWN_CARD

if TYPE_CHECKING:
    from emulator.cloud import Cloud

CARD = "CC50E3CCBFFF"
JOCI = ("###..###", "#.#..#.#", "........", ".#.##.#.", "..#..#..", "#.#..#.#", "...##...", "#.#..#.#")


def ask(cloud: Cloud, badge_id: str = CARD, label: str = "a", function: str = "1") -> requests.Response:
    headers = {
        "X-CODECARD-ID": badge_id,
        "X-CODECARD-BUTTON-LABEL": label,
        "X-CODECARD-BUTTON-FUNCTION": function,
    }
    return requests.get(cloud.endpoint + DEFAULT_PATH, headers=headers, timeout=5)


def save(cloud: Cloud, **fields: object) -> requests.Response:
    body = {"badgeId": CARD, "buttonLabel": "a", "buttonFunction": "1", **fields}
    return requests.post(cloud.endpoint + DEFAULT_PATH, json=body, timeout=5)


def test_a_saved_card_is_answered_without_its_null_fields(cloud: Cloud) -> None:
    save(cloud, template="template1", title="Joan Citizen", icon=None, barcode="")
    got = ask(cloud)
    assert (got.status_code, got.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert got.json() == {"template": "template1", "title": "Joan Citizen"}


def test_saving_again_replaces_the_card_of_that_button_only(cloud: Cloud) -> None:
    save(cloud, title="one", subtitle="kept?")
    save(cloud, title="two", buttonFunction=2)
    save(cloud, title="three")
    assert [(card.key, card.fields) for card in cloud.codecard.cards()] == [
        ((CARD, "a", "1"), {"title": "three"}),
        ((CARD, "a", "2"), {"title": "two"}),
    ]


@pytest.mark.parametrize(
    "question", [{"badge_id": "000000000000"}, {"badge_id": CARD.lower()}, {"label": "b"}, {"label": "A"}]
)
def test_an_unknown_card_is_a_200_with_uh_oh(cloud: Cloud, question: dict[str, str]) -> None:
    save(cloud, title="Joan Citizen")
    got = ask(cloud, **question)
    assert got.status_code == 200
    assert got.json() == UNKNOWN_CARD
    assert got.json()["title"] == "Uh oh!"


def test_a_request_without_headers_is_a_200_with_uh_oh(cloud: Cloud) -> None:
    got = requests.get(cloud.endpoint + DEFAULT_PATH, timeout=5)
    assert (got.status_code, got.json()) == (200, UNKNOWN_CARD)


@pytest.mark.parametrize("title", ['say "hi"', "back\\slash\\", "two\nlines"])
def test_text_is_written_unescaped_so_that_the_json_can_be_broken(cloud: Cloud, title: str) -> None:
    save(cloud, title=title)
    text = ask(cloud).text
    assert f'"title":"{title}"' in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


def test_other_fields_are_escaped(cloud: Cloud) -> None:
    save(cloud, barcode='"')
    assert ask(cloud).json() == {"barcode": '"'}


@pytest.mark.parametrize(
    "fields",
    [{"title": "x" * 51}, {"template": "x" * 13}, {"nosuch": "field"}, {"badgeId": ""}, {"buttonLabel": "ab"}],
)
def test_what_the_table_cannot_hold_is_a_200_with_uh_oh_and_not_saved(cloud: Cloud, fields: dict[str, str]) -> None:
    got = save(cloud, **fields)
    assert (got.status_code, got.json()) == (200, UNKNOWN_CARD)
    assert cloud.codecard.cards() == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_a_body_that_is_no_object_is_not_saved(cloud: Cloud, body: bytes) -> None:
    got = requests.post(cloud.endpoint + DEFAULT_PATH, body, timeout=5)
    assert (got.status_code, got.json()) == (200, UNKNOWN_CARD)


def test_sql_in_a_title_is_only_text(cloud: Cloud) -> None:
    save(cloud, title="'); DROP TABLE codemaker; --")
    assert ask(cloud).json()["title"] == "'); DROP TABLE codemaker; --"


def test_the_identicon_service_draws_the_published_identicon(cloud: Cloud) -> None:
    got = requests.get(f"{cloud.endpoint}/identicon/JoCi", {"s": "8", "p": "30"}, timeout=5)
    picture = Image.open(io.BytesIO(got.content)).convert("L")
    assert (got.headers["content-type"], picture.size) == ("image/png", (85, 85))
    cells = ["".join(".#"[picture.getpixel((10 + 9 * x, 10 + 9 * y)) == 0] for x in range(8)) for y in range(8)]
    assert tuple(cells) == JOCI
    assert {picture.getpixel((at, 2)) for at in range(85)} == {0}
