"""The preview draws what a press draws with: a photo and a background of the bucket, or files chosen in the browser."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import requests
from PIL import Image

from emulator.card.panel import draw_panel
from functions.codecard_avatar.draw import badge_picture
from functions.codecard_avatar.draw.sheet import sample_photo
from tests.support.badge import CARD, BadgeCloud

if TYPE_CHECKING:
    from emulator.card.panel import Panel

FIELDS = {"title": "Joan Citizen", "photo": "people/joan.png"}
TYPED = {"part": "preview", "button": "b/2", **FIELDS}


@pytest.fixture(scope="module")
def badge(worker_badge: BadgeCloud) -> BadgeCloud:
    """A card with a photo in the private bucket, and a background beside it."""
    public, private = worker_badge.bucket(), worker_badge.bucket("private", "NoPublicAccess")
    ground = io.BytesIO()
    Image.linear_gradient("L").save(ground, "PNG")
    for name, data in (
        ("people/joan.png", sample_photo()),
        ("ground.png", ground.getvalue()),
        ("cards.json", json.dumps({CARD: FIELDS}).encode()),
    ):
        worker_badge.cloud.object_storage.put(private, name, data)
    worker_badge.configure(
        oss_bucket=worker_badge.bucket_url(public),
        private_bucket=worker_badge.bucket_url(private),
        card_registry="cards.json",
        image_bg_name="ground.png",
    )
    return worker_badge


def ask(badge: BadgeCloud, form: dict[str, str] | None = None, **query: str) -> requests.Response:
    """Ask for data of the page: by POST where there is a form, from a page of its own origin."""
    headers = {"Authorization": f"Bearer {badge.cloud.identity.mint_access_token()}", "Sec-Fetch-Site": "same-origin"}
    address = f"{badge.cloud.gateway}/codecard/badges/data"
    if form is None:
        return requests.get(address, params=query, headers=headers, timeout=60)
    return requests.post(address, data=form, headers={**headers, **query}, timeout=60)


def seen(answer: requests.Response) -> tuple[Panel, dict[str, Any], str]:
    """The panel, the card's JSON and the text of a preview."""
    text = answer.json()["html"]
    (source,) = re.findall(r'<img src="data:image/png;base64,([^"]*)"', text)
    picture = Image.open(io.BytesIO(base64.b64decode(source)))
    (document,) = re.findall(r"<pre>(.*?)</pre>", text)
    return draw_panel(badge_picture.bitmap_file(picture)), json.loads(html.unescape(document)), html.unescape(text)


def in_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def test_the_panel_is_the_one_that_a_press_shows(badge: BadgeCloud) -> None:
    panel, document, text = seen(ask(badge, **TYPED))
    pressed = badge.press(label="b", function="2")
    assert panel == badge.card.fetch_picture(pressed.fields).panel
    assert document["backgroundImage"] == pressed.fields["backgroundImage"]
    assert "Not drawn as asked" not in text


def test_a_chosen_file_is_drawn_and_not_stored(badge: BadgeCloud) -> None:
    stored, _, _ = seen(ask(badge, **TYPED))
    badge.cloud.log.clear()
    chosen, _, text = seen(ask(badge, {**TYPED, "photo": "", "photo_file": in_base64(sample_photo())}))
    assert (chosen, "layout photo" in text) == (stored, True)
    white = io.BytesIO()
    Image.new("L", (264, 176), 255).save(white, "PNG")
    other, _, _ = seen(ask(badge, {**TYPED, "background_file": in_base64(white.getvalue())}))
    assert other != stored
    methods = {call.method for call in badge.cloud.log.calls() if call.service == "object_storage"}
    assert methods <= {"GET"}


@pytest.mark.parametrize(
    ("form", "note"),
    [
        ({"photo_file": in_base64(b"GIF8 no picture")}, "the photo cannot be decoded"),
        ({"background_file": in_base64(b"no picture")}, "the background is no PNG"),
        ({"photo": "people/none.png"}, "cannot be read: 404"),
        ({"photo": "cards.json"}, "the photo is no PNG"),
    ],
)
def test_a_file_that_is_no_picture_costs_the_preview_a_note(badge: BadgeCloud, form: dict[str, str], note: str) -> None:
    _, _, text = seen(ask(badge, {**TYPED, **form}))
    assert note in text
    assert "Joan Citizen" in text


@pytest.mark.parametrize(
    ("form", "headers", "status", "field"),
    [
        ({"photo_file": "?"}, {}, 400, "photo_file"),
        ({"photo_file": in_base64(bytes(1024 * 1024 + 1))}, {}, 400, "photo_file"),
        ({"photo_file": "A" * 2_200_000}, {}, 400, "body"),
        ({"part": "everything"}, {}, 400, "part"),
        ({}, {"Sec-Fetch-Site": "cross-site"}, 403, "Sec-Fetch-Site"),
    ],
)
def test_what_the_page_itself_does_not_send_is_refused(
    badge: BadgeCloud, form: dict[str, str], headers: dict[str, str], status: int, field: str
) -> None:
    answer = ask(badge, {**TYPED, **form}, **headers)
    assert (answer.status_code, answer.json()["error"]["field"]) == (status, field)
