"""Where this function says that it can be reached."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.errors import AddressUnknown
from functions.codecard_avatar.publish.picture_answers import picture_answer
from functions.codecard_avatar.publish.picture_names import etag_of
from functions.codecard_avatar.publish.picture_route import called_host, picture_folder, requested_picture
from shared.http_request import HttpRequest, from_parts


def request(url: str, **headers: object) -> HttpRequest:
    return from_parts("POST", url, headers, "http")


ALLOWED = ("gw.example.com", "gw.example.com:8443")


@pytest.mark.parametrize(
    ("called", "wanted"),
    [
        (request("/codecard/avatar", host=["localhost", "gw.example.com"]), "gw.example.com"),
        (request("/codecard/avatar", host="GW.Example.com:443"), "gw.example.com"),
        (request("/codecard/avatar", host="gw.example.com:8443"), "gw.example.com:8443"),
        (request("https://gw.example.com/t/app/codecard/avatar"), "gw.example.com"),
    ],
)
def test_the_host_name_that_was_called_is_taken_where_it_is_allowed(called: HttpRequest, wanted: str) -> None:
    assert called_host(called, ALLOWED) == wanted


@pytest.mark.parametrize(
    "host",
    [
        "other.example.com",
        "gw.example.com:22",
        "gw.example.com.",
        "localhost:8080",
        "127.1",
        "2130706433",
        "0x7f.1",
        "[::ffff:169.254.169.254]",
        "[fd00:c1::a9fe:a9fe]",
        "10.0.0.7",
        "gw.example.com@evil.com",
        'a"b',
        "",
        "x" * 300,
    ],
)
def test_any_other_host_gets_the_same_text_whatever_it_is(host: str) -> None:
    with pytest.raises(AddressUnknown) as caught:
        called_host(request("/codecard/avatar", host=host), ALLOWED)
    assert caught.value.message == "publish is inline, and the call came under no host name of the config"
    with pytest.raises(AddressUnknown):
        called_host(request("/codecard/avatar", host=host), ())


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("/codecard/avatar", "/codecard/badge/"),
        ("/v1/codecard/avatar/", "/v1/codecard/badge/"),
        ("/avatar", "/badge/"),
        ("/badge-please", "/badge-please?badge="),
        ("/t/app/codecard/avatar", "/t/app/codecard/avatar?badge="),
        ("", "/codecard/badge/"),
    ],
)
def test_pictures_lie_beside_the_route_or_are_a_parameter_of_it(path: str, folder: str) -> None:
    assert picture_folder(path) == folder


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("/codecard/badge/Joan%20Citizen.bmp", "Joan Citizen.bmp"),
        ("https://h/v1/badge/x.bmp", "x.bmp"),
        ("/t/app/codecard/avatar?badge=Joan%20Citizen.bmp", "Joan Citizen.bmp"),
        ("/codecard/avatar", None),
        ("", None),
        ("/badges/x.bmp", None),
    ],
)
def test_a_call_for_a_picture_is_distinguished_from_a_button_press(url: str, wanted: str | None) -> None:
    assert requested_picture(request(url)) == wanted


@pytest.mark.parametrize("known", ['"{}"', 'W/"{}"', '"x", "{}"', "*"])
def test_a_caller_that_has_the_picture_gets_none(known: str) -> None:
    tag = etag_of(b"BM").strip('"')
    answer = picture_answer(b"BM", request("/codecard/badge/x.bmp", **{"if-none-match": known.format(tag)}), "no-cache")
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers == {"Cache-Control": "no-cache", "ETag": f'"{tag}"'}


@pytest.mark.parametrize("known", ["", "x", '"x"', "W/", ","])
def test_any_other_caller_gets_it(known: str) -> None:
    answer = picture_answer(b"BM", request("/codecard/badge/x.bmp", **{"if-none-match": known}), "no-cache")
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, b"BM", "image/bmp")
