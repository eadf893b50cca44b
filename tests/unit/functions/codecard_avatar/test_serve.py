"""A whole press in this process: the name is in the config and nothing has to be asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emulator.card.firmware_json import FIRMWARES, read_answer
from emulator.card.panel import draw_panel
from functions.codecard_avatar.container_state import ContainerState
from functions.codecard_avatar.serve import on_error, serve
from functions.codecard_avatar.settings import Settings
from shared.deadline import Deadline
from shared.errors import FunctionError
from shared.handler import Call
from shared.http_request import from_parts

if TYPE_CHECKING:
    from shared.results import HttpAnswer

CARD = "CC50E3CCBFFF"
GATEWAY = "http://localhost:8080"


def call(title: str, url: str, **headers: str) -> HttpAnswer:
    config = Settings(card_names={CARD: title}, publish="inline", public_url=GATEWAY, layout="classic")
    request = from_parts("GET", url, {name.replace("_", "-"): value for name, value in headers.items()}, "http")
    made = Call(
        settings=config, request=request, deadline=Deadline.after(30), call_id="1", body=b"", config={}, context=None
    )
    try:
        return serve(made, ContainerState())
    except FunctionError as error:
        return on_error(error, request)


def wire(answer: HttpAnswer) -> bytes:
    headers = {"Content-Length": str(len(answer.body)), **answer.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} OK\r\n{lines}\r\n".encode() + answer.body


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=220))
@example("")
@example("Conan O'Brien")
@example("Jo$(touch x) Citizen")
@example("'; drop table")
@example("../../etc/passwd")
@example('a"b\\c}d{e\u2028f')
@example("\u202eevil\u202c")
@example("🏳️‍🌈")
@example("\ud800")
def test_any_name_gives_an_answer_that_the_card_reads_and_a_picture_that_it_draws(title: str) -> None:
    answer = call(title, "/codecard/avatar", x_codecard_id=CARD)
    fields = {firmware: read_answer(wire(answer), firmware) for firmware in FIRMWARES}["S"]
    if fields["template"] != "template8":
        assert json.loads(answer.body)["reason"] == "name-missing"
        return
    url = urlsplit(fields["backgroundImage"])
    assert f"{url.scheme}://{url.netloc}" == GATEWAY
    picture = call(title, url.path)  # in another container, which has to look the card up again
    assert (picture.status, picture.headers["Content-Type"]) == (200, "image/bmp")
    rows = draw_panel(picture.body, last_byte_lost=True).landscape()
    assert all(all(row[157:163]) for row in rows[126:])  # white between the name and the identicon
    assert not any(rows[77][163:248])  # the identicon's frame


@pytest.mark.soak
@pytest.mark.timeout(600)
@settings(deadline=None, max_examples=5_000)
@given(st.text(max_size=220))
def test_five_thousand_names(title: str) -> None:
    test_any_name_gives_an_answer_that_the_card_reads_and_a_picture_that_it_draws.hypothesis.inner_test(title)  # type: ignore[attr-defined]


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=60))
def test_any_header_gives_an_answer_that_the_card_reads(value: str) -> None:
    for headers in ({"x_codecard_id": value}, {"x_codecard_id": CARD, "x_codecard_button_label": value}):
        for firmware in FIRMWARES:
            read_answer(wire(call("Joan", "/codecard/avatar", **headers)), firmware)


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=100))
def test_any_address_of_a_picture_is_a_picture_or_a_404(name: str) -> None:
    answer = call("", "/codecard/badge/" + name + ".bmp")
    assert answer.status in {200, 404}
    if answer.status == 200 and answer.headers["Content-Type"] == "image/bmp":
        draw_panel(answer.body)
