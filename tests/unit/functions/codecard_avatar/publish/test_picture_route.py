"""Where this function says that it can be reached."""

from __future__ import annotations

import pytest

from functions.codecard_avatar.errors import AddressUnknown
from functions.codecard_avatar.publish.picture_route import called_host, picture_folder, requested_picture
from shared.http_request import HttpRequest, parse


def request(url: str, **headers: object) -> HttpRequest:
    return parse("POST", url, headers, "http")


@pytest.mark.parametrize(
    ("called", "wanted"),
    [
        (request("/codecard/avatar", host=["localhost", "gw.example.com"]), "gw.example.com"),
        (request("/codecard/avatar", host="gw.example.com:8443"), "gw.example.com:8443"),
        (request("https://gw.example.com/t/app/codecard/avatar"), "gw.example.com"),
    ],
)
def test_the_host_name_that_was_called_is_taken(called: HttpRequest, wanted: str) -> None:
    assert called_host(called) == wanted


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.7",
        "127.0.0.1:8080",
        "[::1]:80",
        "evil.com/x",
        "a b",
        'a"b',
        "-x.com",
        "gw:port",
        "gw:",
        "x" * 300,
        "",
        "é.com",
    ],
)
def test_anything_but_a_host_name_asks_for_public_url(host: str) -> None:
    with pytest.raises(AddressUnknown, match="host name"):
        called_host(request("/codecard/avatar", host=host))


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
