"""The address under which this function itself serves pictures, and how a call for one is recognised."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from functions.codecard_avatar.errors import AddressUnknown

if TYPE_CHECKING:
    from shared.http_request import HttpRequest

FOLDER = "badge"
"""Last folder of the addresses of pictures: `…/badge/<name>.bmp`."""

QUERY_PARAMETER = "badge"
"""Parameter with the picture's name where a path of its own cannot reach the function (an Fn trigger)."""

TRIGGER_PREFIX = "/t/"
"""Path under which Fn has its triggers; each serves one exact path, so `…/badge/<name>` would be a 404 there."""

DEFAULT_PARENT = "/codecard"
"""Folder of the gateway's routes in deploy/api-gateway.json, for a call (an invoke) that has no path."""

MAX_HOST_CHARACTERS = 253
"""Of a host name (RFC 1035, 2.3.4, without the length bytes of the first label and the root)."""

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?P<name>{_LABEL}(?:\.{_LABEL})*)(?::[0-9]{{1,5}})?")


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


def called_host(request: HttpRequest) -> str:
    """Return the host name (with port, if any) that the call was sent to.

    Raises AddressUnknown for an IP address or nothing: the caller chooses the header, so nothing but a well-formed host
    name gets into the answered address, and the certificate of an IP address could not be checked.
    """
    host = _HOST.fullmatch(request.host)
    if host is None or len(request.host) > MAX_HOST_CHARACTERS or _is_ip_address(host["name"]):
        raise AddressUnknown(
            "publish is inline, and the call does not say under which host name it came",
            fix="set public_url to the gateway's https://host",
            field="public_url",
        )
    return request.host


def _is_ip_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False
