"""All requests of a press end at one moment: a card that waits 5 s has its answer, whichever of them hangs.

The client of these tests answers by itself and keeps the deadline of each request, so no test waits for anything; that
a request ends at its deadline is a matter of shared/http (tests/contract/shared/test_http_client.py).
"""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from functions.codecard_avatar.container_state import ContainerState
from functions.codecard_avatar.render import MAX_IDENTICON_SECONDS, MAX_PHOTO_SECONDS
from functions.codecard_avatar.serve import serve
from functions.codecard_avatar.settings import Settings
from functions.codecard_avatar.time_budget import (
    ANSWER_SECONDS,
    MARGIN_SECONDS,
    MAX_COLD_START_SECONDS,
    MIN_BUDGET_SECONDS,
)
from shared.deadline import Deadline
from shared.handler import Call
from shared.http.client import HttpClient, HttpResponse
from shared.http_request import from_parts
from shared.settings import load_settings

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from shared.addresses import Reach

CARD = "CC50E3CCBFFF"
HOST = "https://objectstorage.us-phoenix-1.oraclecloud.com"
BUCKET = {"oss_bucket": f"{HOST}/p/token/n/ns/b/codecard/o/"}
BACKEND = {"apex_url": "https://apex.example.com/cc"}
REGISTRY = {"card_registry": "cards.json"}
SERVICE = {"identicon_service": "https://identicon.example.com"}
BACKGROUND = {"image_bg_name": "bg.png"}
INLINE = {"publish": "inline", "public_url": "https://gateway.example.com"}
WHOLE_SECONDS = ANSWER_SECONDS - MARGIN_SECONDS


def png(size: tuple[int, int]) -> bytes:
    target = io.BytesIO()
    Image.new("1", size, 1).save(target, format="PNG")
    return target.getvalue()


CONTENT = {
    "/cc": json.dumps({"title": "Joan Citizen"}).encode(),
    "/cards.json": json.dumps({CARD: "Joan Citizen"}).encode(),
    "/bg.png": png((264, 176)),
    "/JoCi": png((85, 85)),
    "/people.json": json.dumps({CARD: {"title": "Joan Citizen", "photo": "joan.png"}}).encode(),
    "/person": json.dumps({"title": "Joan Citizen", "photo": "joan.png"}).encode(),
    "/joan.png": png((80, 100)),
}


@dataclass
class Asked:
    """One request: what for, and until when."""

    what: str
    deadline: Deadline


class RecordingClient(HttpClient):
    """Answers every request at once and keeps its deadline."""

    def __init__(self) -> None:
        super().__init__("test")
        self.asked: list[Asked] = []

    def send(
        self,
        method: str,
        url: str,
        deadline: Deadline,
        *,
        limit_bytes: int,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        tls: Callable[[], ssl.SSLContext] | None = None,
    ) -> HttpResponse:
        content = next((body for end, body in CONTENT.items() if url.partition("?")[0].endswith(end)), b"")
        what = "object" if "badge-" in url else url.partition("?")[0].rpartition("/")[2]
        self.asked.append(Asked(f"{method} {what}", deadline))
        return HttpResponse(status=200, headers={}, body=content, certificate=b"certificate")

    def certificate(
        self, url: str, deadline: Deadline, *, reach: Reach, tls: Callable[[], ssl.SSLContext] | None = None
    ) -> bytes:
        self.asked.append(Asked("certificate", deadline))
        return b"certificate"


@dataclass
class Pressed:
    """The requests of a press, and the moments before and after it (seconds since the epoch)."""

    asked: list[Asked]
    before: float
    after: float

    def began_within(self, seconds: float, at: Deadline) -> bool:
        """Whether ``at`` is so many seconds after some moment of the press."""
        return self.before <= at.at_epoch_seconds - seconds <= self.after


def press(config: dict[str, str], started_seconds_ago: float = MAX_COLD_START_SECONDS) -> Pressed:
    client = RecordingClient()
    before = time.time()
    serve(call(config), ContainerState(client, lambda: started_seconds_ago))
    return Pressed(client.asked, before, time.time())


def call(config: dict[str, str], call_seconds: float = 30) -> Call[Settings]:
    return Call(
        settings=load_settings(Settings, config),
        request=from_parts("POST", "/codecard/avatar", {"x-codecard-id": CARD}, "http"),
        deadline=Deadline.after(call_seconds),
        call_id="1",
        body=b"",
        config=config,
        context=None,
    )


@pytest.mark.parametrize(
    ("config", "requests"),
    [
        (BACKEND | BUCKET, ["GET cc", "PUT object", "HEAD object"]),
        (REGISTRY | BUCKET | BACKGROUND, ["GET cards.json", "GET bg.png", "PUT object", "HEAD object"]),
        (BACKEND | INLINE, ["GET cc", "certificate"]),
    ],
)
def test_every_request_of_a_press_ends_at_one_moment(config: dict[str, str], requests: list[str]) -> None:
    pressed = press(config)
    assert [asked.what for asked in pressed.asked] == requests
    assert len({asked.deadline for asked in pressed.asked}) == 1
    assert pressed.began_within(WHOLE_SECONDS, pressed.asked[0].deadline)


def test_an_identicon_service_has_a_share_of_its_own() -> None:
    pressed = press(BACKEND | BUCKET | SERVICE)
    (service,) = (asked for asked in pressed.asked if asked.what == "GET JoCi")
    (backend,) = (asked for asked in pressed.asked if asked.what == "GET cc")
    assert pressed.began_within(MAX_IDENTICON_SECONDS, service.deadline)
    assert service.deadline.at_epoch_seconds < backend.deadline.at_epoch_seconds


PHOTO = {"card_registry": "people.json", "layout": "photo"}


def test_a_photo_has_a_share_of_its_own() -> None:
    pressed = press(PHOTO | BUCKET)
    assert [asked.what for asked in pressed.asked] == [
        *("GET people.json", "GET joan.png", "PUT object", "HEAD object"),
    ]
    assert pressed.began_within(MAX_PHOTO_SECONDS, pressed.asked[1].deadline)


def test_a_late_photo_leaves_half_of_what_is_left_to_the_upload() -> None:
    # A cold container has 1 s for all.
    pressed = press(PHOTO | BUCKET, started_seconds_ago=4.0)
    photo, upload = (asked.deadline for asked in pressed.asked[1:3])
    # As much from the photo's end to the upload's as to the photo's from the moment at which it was asked for.
    left = upload.at_epoch_seconds - photo.at_epoch_seconds
    assert photo.at_epoch_seconds - pressed.after <= left <= photo.at_epoch_seconds - pressed.before


def test_without_a_bucket_there_is_a_badge_without_a_photo() -> None:
    client = RecordingClient()
    made = call(INLINE | {"apex_url": "https://apex.example.com/person", "layout": "photo"})
    answer = serve(made, ContainerState(client, lambda: 60.0))
    assert json.loads(answer.body)["template"] == "template8"
    assert made.summary["notes"] == [
        "the photo joan.png cannot be read: private_bucket is not set: laid out name first",
    ]


@pytest.mark.parametrize(
    ("started_seconds_ago", "left_seconds"),
    [(0.5, WHOLE_SECONDS - 0.5), (4.0, MIN_BUDGET_SECONDS), (60.0, WHOLE_SECONDS)],
)
def test_the_start_of_a_cold_process_is_taken_off(started_seconds_ago: float, left_seconds: float) -> None:
    pressed = press(BACKEND | BUCKET, started_seconds_ago)
    assert pressed.began_within(left_seconds, pressed.asked[0].deadline)


def test_the_start_is_taken_off_the_first_call_only() -> None:
    client = RecordingClient()
    container = ContainerState(client, lambda: 2.0)
    for _ in range(2):
        serve(call(BACKEND | INLINE), container)
    backend = [asked.deadline for asked in client.asked if asked.what == "GET cc"]
    assert backend[1].at_epoch_seconds - backend[0].at_epoch_seconds >= 2.0


def test_a_call_that_ends_sooner_ends_its_requests_too() -> None:
    client = RecordingClient()
    made = call(BACKEND | INLINE, call_seconds=1.0)
    serve(made, ContainerState(client, lambda: 60.0))
    assert {asked.deadline for asked in client.asked} == {made.deadline}
