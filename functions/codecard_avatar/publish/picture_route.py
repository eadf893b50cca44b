"""The address under which this function itself serves pictures, and how a call for one is recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.codecard_avatar.errors import AddressUnknown

if TYPE_CHECKING:
    from collections.abc import Collection

    from shared.http_request import HttpRequest

FOLDER = "badge"
"""Last folder of the addresses of pictures: `…/badge/<card id>-<button>-<hash>.bmp`."""

QUERY_PARAMETER = "badge"
"""Parameter with the picture's name where a path of its own cannot reach the function (an Fn trigger)."""

TRIGGER_PREFIX = "/t/"
"""Path under which Fn has its triggers; each serves one exact path, so `…/badge/<name>` would be a 404 there."""

DEFAULT_PARENT = "/codecard"
"""Folder of the gateway's routes in deploy/api-gateway.json, for a call (an invoke) that has no path."""


def requested_picture(request: HttpRequest) -> str | None:
    """Return the file name of the picture that a call asks for, or None when it is a button press."""
    folder, _, last = request.path.rpartition("/")
    if folder.rpartition("/")[2] == FOLDER:
        return last
    return request.query_value(QUERY_PARAMETER)


def picture_folder(path: str) -> str:
    """Return what precedes the picture's name: a folder beside a route that ends in ``/avatar``, else a parameter."""
    parent, _, last = path.rstrip("/").rpartition("/")
    if not path.strip("/"):
        return f"{DEFAULT_PARENT}/{FOLDER}/"
    if last == "avatar" and not path.startswith(TRIGGER_PREFIX):
        return f"{parent}/{FOLDER}/"
    return f"{path}?{QUERY_PARAMETER}="


def called_host(request: HttpRequest, allowed_hosts: Collection[str]) -> str:
    """Return the one of the allowed hosts (with port, if any) that the call was sent to.

    Raises AddressUnknown for every other, with one and the same text: the caller chooses the header, so it decides
    nothing but which of the config's own hosts is meant.
    """
    host = request.host.lower().removesuffix(":443")
    if host not in allowed_hosts:
        raise AddressUnknown(
            "publish is inline, and the call came under no host name of the config",
            fix="set public_url to the gateway's https://host, or name its hosts in allowed_hosts",
            field="public_url",
        )
    return host
